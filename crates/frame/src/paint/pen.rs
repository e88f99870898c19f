//! What everything is drawn with: a plotters drawing area, a theme, and sizes in CSS pixels.

use crate::theme::{Colour, FONT, Theme};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

/// A point in device pixels.
pub(crate) type Point = (f64, f64);

/// A rectangle in device pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right, bottom }
    }
    pub fn width(&self) -> f64 {
        self.right - self.left
    }
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
    pub fn middle(&self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }
    /// Whether a point lies in it, edges included.
    pub fn holds(&self, x: f64, y: f64) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
    /// Larger by `by` on every side.
    pub fn grown(&self, by: f64) -> Self {
        Self::new(self.left - by, self.top - by, self.right + by, self.bottom + by)
    }
    /// With its corners on whole pixels.
    pub fn snapped(&self) -> Self {
        Self::new(self.left.round(), self.top.round(), self.right.round(), self.bottom.round())
    }
}

/// Which end of a text stands at its point.
#[derive(Clone, Copy)]
pub(crate) enum Hold {
    Start,
    Middle,
    End,
}

/// A text's size in CSS pixels, its colour and weight.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    pub size: f64,
    pub colour: Colour,
    pub bold: bool,
}

pub(crate) struct Pen<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    pub theme: &'static Theme,
    /// Device pixels per CSS pixel; positive.
    pub ratio: f64,
}

impl<DB: DrawingBackend> Pen<DB> {
    pub fn new(backend: DB, theme: &'static Theme, ratio: f64) -> Self {
        let ratio = if ratio.is_finite() && ratio > 0.0 { ratio.min(64.0) } else { 1.0 };
        Self { area: backend.into_drawing_area(), theme, ratio }
    }

    /// CSS pixels in device pixels.
    pub fn px(&self, css: f64) -> f64 {
        css * self.ratio
    }

    /// The whole canvas.
    pub fn whole(&self) -> Rect {
        let (width, height) = self.area.dim_in_pixel();
        Rect::new(0.0, 0.0, f64::from(width), f64::from(height))
    }

    /// A grey-zone free text of the theme: axes, legends.
    pub fn small(&self) -> Type {
        Type { size: 11.5, colour: self.theme.muted, bold: false }
    }

    pub fn present(&self) -> Result<(), String> {
        self.area.present().map_err(|e| e.to_string())
    }

    fn draw<'a, E>(&self, element: &'a E) -> Result<(), String>
    where
        &'a E: PointCollection<'a, BackendCoord>,
        E: Drawable<DB>,
    {
        self.area.draw(element).map_err(|e| e.to_string())
    }

    /// A stroke's width in device pixels; never nothing.
    fn stroke(&self, width: f64) -> u32 {
        self.px(width).round().max(1.0) as u32
    }

    pub fn fill(&self, rect: Rect, colour: Colour, alpha: f64) -> Result<(), String> {
        let corners = [whole((rect.left, rect.top)), whole((rect.right, rect.bottom))];
        self.draw(&Rectangle::new(corners, style(colour, alpha).filled()))
    }

    /// An upright or level line as a filled rectangle: sharp on every backend. `width` in CSS pixels.
    pub fn rule(&self, from: Point, to: Point, width: f64, colour: Colour, alpha: f64) -> Result<(), String> {
        let thick = f64::from(self.stroke(width));
        let (x, y) = ((from.0 - thick / 2.0).round(), (from.1 - thick / 2.0).round());
        let rect = if from.1 == to.1 {
            Rect::new(from.0.round(), y, to.0.round(), y + thick)
        } else {
            Rect::new(x, from.1.round(), x + thick, to.1.round())
        };
        self.fill(rect, colour, alpha)
    }

    /// The outline of a rectangle, `width` CSS pixels wide, outside of it.
    pub fn frame(&self, rect: Rect, width: f64, colour: Colour, alpha: f64) -> Result<(), String> {
        let thick = f64::from(self.stroke(width));
        let (inner, outer) = (rect.snapped(), rect.snapped().grown(thick));
        let sides = [
            Rect::new(outer.left, outer.top, outer.right, inner.top),
            Rect::new(outer.left, inner.bottom, outer.right, outer.bottom),
            Rect::new(outer.left, inner.top, inner.left, inner.bottom),
            Rect::new(inner.right, inner.top, outer.right, inner.bottom),
        ];
        sides.into_iter().try_for_each(|side| self.fill(side, colour, alpha))
    }

    pub fn path(&self, points: &[Point], width: f64, colour: Colour, alpha: f64) -> Result<(), String> {
        let mut path: Vec<BackendCoord> = points.iter().copied().map(whole).collect();
        path.dedup();
        if path.len() < 2 {
            return Ok(());
        }
        self.draw(&PathElement::new(path, style(colour, alpha).stroke_width(self.stroke(width))))
    }

    pub fn polygon(&self, points: &[Point], colour: Colour, alpha: f64) -> Result<(), String> {
        let corners: Vec<BackendCoord> = points.iter().copied().map(whole).collect();
        if corners.len() < 3 {
            return Ok(());
        }
        self.draw(&Polygon::new(corners, style(colour, alpha)))
    }

    /// A disc, `radius` in CSS pixels.
    pub fn disc(&self, at: Point, radius: f64, colour: Colour, alpha: f64) -> Result<(), String> {
        self.draw(&Circle::new(whole(at), self.radius(radius), style(colour, alpha).filled()))
    }

    /// A ring, `radius` in CSS pixels.
    pub fn ring(&self, at: Point, radius: f64, colour: Colour, alpha: f64) -> Result<(), String> {
        self.draw(&Circle::new(whole(at), self.radius(radius), style(colour, alpha).stroke_width(self.stroke(1.5))))
    }

    fn radius(&self, css: f64) -> i32 {
        self.px(css).round().clamp(1.0, 4096.0) as i32
    }

    /// Writes a text whose middle line is at `at.1`.
    pub fn text(&self, text: &str, at: Point, hold: Hold, font: Type) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        self.area.draw_text(text, &self.text_style(hold, font), whole(at)).map_err(|e| e.to_string())
    }

    /// The words in lines not wider than `width` device pixels, but for a single word that is.
    pub fn wrap(&self, words: &str, width: f64, font: Type) -> Result<Vec<String>, String> {
        let mut lines: Vec<String> = Vec::new();
        for word in words.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), font)? <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        Ok(lines)
    }

    /// A sentence in the middle of the canvas, in as many lines as it needs: why there is no picture.
    pub fn note(&self, sentence: &str) -> Result<(), String> {
        let area = self.whole().grown(-self.px(8.0));
        let lines = self.wrap(sentence, area.width(), self.small())?;
        let height = self.px(16.0);
        let (x, middle) = area.middle();
        let top = middle - height * (lines.len() as f64 - 1.0) / 2.0;
        for (i, line) in lines.iter().enumerate() {
            let text = self.cut(line, area.width(), self.small())?;
            self.text(&text, (x, top + height * i as f64), Hold::Middle, self.small())?;
        }
        Ok(())
    }

    /// A text's width in device pixels.
    pub fn width(&self, text: &str, font: Type) -> Result<f64, String> {
        if text.is_empty() {
            return Ok(0.0);
        }
        let size =
            self.area.estimate_text_size(text, &self.text_style(Hold::Start, font)).map_err(|e| e.to_string())?;
        Ok(f64::from(size.0))
    }

    /// The text, cut and with an ellipsis where it is wider than `width` device pixels; empty if nothing fits.
    pub fn cut(&self, text: &str, width: f64, font: Type) -> Result<String, String> {
        let full = self.width(text, font)?;
        if full <= width {
            return Ok(text.to_owned());
        }
        // A first guess from the mean width of a letter, then shorter until it fits.
        let letters: Vec<char> = text.chars().collect();
        let mut keep = ((letters.len() as f64 * width / full) as usize).min(letters.len());
        while keep > 0 {
            let short: String = letters[..keep].iter().collect::<String>().trim_end().to_owned() + "\u{2026}";
            if self.width(&short, font)? <= width {
                return Ok(short);
            }
            keep -= 1;
        }
        Ok(String::new())
    }

    fn text_style(&self, hold: Hold, font: Type) -> TextStyle<'static> {
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let h_pos = match hold {
            Hold::Start => HPos::Left,
            Hold::Middle => HPos::Center,
            Hold::End => HPos::Right,
        };
        TextStyle {
            font: FontDesc::new(FontFamily::Name(FONT), self.px(font.size), weight),
            color: plotters::style::Color::to_backend_color(&rgba(font.colour, 1.0)),
            pos: Pos::new(h_pos, VPos::Center),
        }
    }

    /// Hands over `rgb` (three bytes a pixel, row by row) at whole pixels.
    pub fn blit(&self, at: (usize, usize), size: (usize, usize), rgb: Vec<u8>) -> Result<(), String> {
        if size.0 == 0 || size.1 == 0 {
            return Ok(());
        }
        self.draw(&Bitmap { at: (at.0 as i32, at.1 as i32), size: (size.0 as u32, size.1 as u32), rgb })
    }
}

/// The plotters element for a block of pixels (plotters' own comes only with its bitmap backend).
struct Bitmap {
    at: BackendCoord,
    size: (u32, u32),
    rgb: Vec<u8>,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Bitmap {
    type Point = &'a BackendCoord;
    type IntoIter = std::iter::Once<&'a BackendCoord>;
    fn point_iter(self) -> Self::IntoIter {
        std::iter::once(&self.at)
    }
}

impl<DB: DrawingBackend> Drawable<DB> for Bitmap {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut at: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        at.next().map_or(Ok(()), |at| backend.blit_bitmap(at, self.size, &self.rgb))
    }
}

fn whole((x, y): Point) -> BackendCoord {
    (x.round() as i32, y.round() as i32)
}

fn rgba(colour: Colour, alpha: f64) -> RGBAColor {
    RGBAColor(colour.0, colour.1, colour.2, alpha)
}

fn style(colour: Colour, alpha: f64) -> ShapeStyle {
    ShapeStyle { color: rgba(colour, alpha), filled: false, stroke_width: 1 }
}
