//! A plotters backend that writes SVG elements.
//!
//! Plotters has one of its own; it writes whole documents, embeds pixels under a media type that no reader knows, and
//! measures every letter alike.

use super::{Escaped, widths};
use base64::Engine;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};
use std::fmt::{self, Write};

/// Writes elements at the end of a text; the caller opens and closes the document.
pub struct Svg<'a> {
    out: &'a mut String,
    size: (u32, u32),
}

impl<'a> Svg<'a> {
    /// A backend of this size (in the document's own units) that appends to `out`.
    pub fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Self { out, size }
    }

    /// Appends one line.
    fn line(&mut self, line: fmt::Arguments<'_>) -> Written {
        writeln!(self.out, "{line}").map_err(|e| DrawingErrorKind::DrawingError(Failure(e.to_string())))
    }
}

/// Why something could not be written.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

type Written = Result<(), DrawingErrorKind<Failure>>;

/// A paint attribute: `fill="#123456"`, with its opacity where it is not one.
struct Paint(&'static str, BackendColor);

impl fmt::Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Paint(name, BackendColor { rgb: (r, g, b), alpha }), opaque) = (self, self.1.alpha >= 1.0);
        write!(f, "{name}=\"#{r:02x}{g:02x}{b:02x}\"")?;
        if opaque { Ok(()) } else { write!(f, " {name}-opacity=\"{alpha}\"") }
    }
}

/// Corners as the `points` attribute wants them.
fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut points = String::new();
    for (x, y) in path {
        if !points.is_empty() {
            points.push(' ');
        }
        // Writing into a String cannot fail.
        let _ = write!(points, "{x},{y}");
    }
    points
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Failure;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Written {
        Ok(())
    }

    fn present(&mut self) -> Written {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Written {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Written {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Written {
        let (width, height) = (b.0.saturating_sub(a.0), b.1.saturating_sub(a.1));
        if width <= 0 || height <= 0 {
            return Ok(());
        }
        let (x, y, stroke) = (a.0, a.1, style.stroke_width());
        if fill {
            let paint = Paint("fill", style.color());
            self.line(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {paint}/>"))
        } else {
            let paint = Paint("stroke", style.color());
            self.line(format_args!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" {paint} stroke-width=\"{stroke}\"/>"
            ))
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Written {
        let (points, paint, width) = (points(path), Paint("stroke", style.color()), style.stroke_width());
        self.line(format_args!("<polyline points=\"{points}\" fill=\"none\" {paint} stroke-width=\"{width}\"/>"))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Written {
        let (points, paint) = (points(path), Paint("fill", style.color()));
        self.line(format_args!("<polygon points=\"{points}\" {paint}/>"))
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Written {
        let (x, y) = center;
        if fill {
            let paint = Paint("fill", style.color());
            self.line(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {paint}/>"))
        } else {
            let (paint, width) = (Paint("stroke", style.color()), style.stroke_width());
            self.line(format_args!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"none\" {paint} stroke-width=\"{width}\"/>"
            ))
        }
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Written {
        let size = style.size();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        // From the anchor down to the base line: the height of capitals is 0.73 of the font's size.
        let drop = match style.anchor().v_pos {
            VPos::Top => 0.9,
            VPos::Center => 0.36,
            VPos::Bottom => -0.2,
        };
        let base = f64::from(y) + (drop * size).round();
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {x} {y})\""),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {x} {y})\""),
            FontTransform::Rotate270 => format!(" transform=\"rotate(270 {x} {y})\""),
        };
        let paint = Paint("fill", style.color());
        let text = Escaped(text);
        self.line(format_args!(
            "<text x=\"{x}\" y=\"{base}\" font-size=\"{size}\"{anchor}{weight}{turn} {paint}>{text}</text>"
        ))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Failure>> {
        let width = widths::width(text, matches!(style.style(), FontStyle::Bold)) * style.size();
        Ok((width.ceil() as u32, (style.size() * 1.2).ceil() as u32))
    }

    fn blit_bitmap(&mut self, (x, y): BackendCoord, (width, height): (u32, u32), rgb: &[u8]) -> Written {
        let png = png(width, height, rgb).map_err(|e| DrawingErrorKind::DrawingError(Failure(e.to_string())))?;
        let data = base64::engine::general_purpose::STANDARD.encode(png);
        self.line(format_args!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>"
        ))
    }
}

fn png(width: u32, height: u32, rgb: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    // Enlarged pixels repeat the row above.
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(bytes)
}
