//! A canvas as plotters' backend.
//!
//! `plotters-canvas` draws; this adds what it lacks here. Text is measured by the canvas itself and remembered (plotters
//! would put an element with an inline style into the page for each measurement, which is slow, and which the page's
//! security policy forbids). Pictures go to the canvas in one piece (plotters would draw a rectangle a pixel).

use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// How many text widths are remembered.
const REMEMBERED: usize = 2000;

thread_local! {
    static WIDTHS: RefCell<BTreeMap<(String, String), u32>> = const { RefCell::new(BTreeMap::new()) };
    /// Four bytes a pixel of the last picture: its memory is used again.
    static PIXELS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The backend.
pub struct Backend {
    inner: CanvasBackend,
    context: CanvasRenderingContext2d,
}

type Drawn = Result<(), DrawingErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>>;

impl Backend {
    /// Draws on `canvas`; none when it has no 2-d context.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { inner: CanvasBackend::with_canvas_object(canvas.clone())?, context })
    }
}

impl DrawingBackend for Backend {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.inner.get_size()
    }
    fn ensure_prepared(&mut self) -> Drawn {
        self.inner.ensure_prepared()
    }
    fn present(&mut self) -> Drawn {
        self.inner.present()
    }
    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn {
        self.inner.draw_pixel(point, colour)
    }
    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.inner.draw_line(from, to, style)
    }
    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.inner.draw_rect(upper_left, bottom_right, style, fill)
    }
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.inner.draw_path(path, style)
    }
    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.inner.draw_circle(centre, radius, style, fill)
    }
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.inner.fill_polygon(path, style)
    }
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        self.inner.draw_text(text, style, at)
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        let height = style.size().ceil() as u32;
        let font = format!("{} {}px {}", style.style().as_str(), style.size(), style.family().as_str());
        let width = WIDTHS.with_borrow_mut(|widths| {
            let key = (font, text.to_owned());
            if let Some(&width) = widths.get(&key) {
                return width;
            }
            self.context.set_font(&key.0);
            let width = self.context.measure_text(text).map_or(0, |measured| measured.width().ceil() as u32);
            if widths.len() >= REMEMBERED {
                widths.clear();
            }
            widths.insert(key, width);
            width
        });
        Ok((width, height))
    }

    fn blit_bitmap(&mut self, (x, y): BackendCoord, (width, height): (u32, u32), rgb: &[u8]) -> Drawn {
        if width == 0 || height == 0 {
            return Ok(());
        }
        PIXELS.with_borrow_mut(|pixels| {
            pixels.clear();
            pixels.extend(rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], u8::MAX]));
            // It fails only when the number of bytes is not that of the pixels: then there is no picture to draw.
            let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels.as_slice()), width, height);
            if let Ok(image) = image {
                let _ = self.context.put_image_data(&image, f64::from(x), f64::from(y));
            }
        });
        Ok(())
    }
}
