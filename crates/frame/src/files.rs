//! Panels and frames as SVG and PNG.
//!
//! A PNG is the SVG, rendered with the font that comes with this crate (`fonts/`): no system font is read, so it looks
//! the same everywhere.

use crate::paint::Look;
use crate::svg;
use crate::view::{Frame, Panel};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::sync::Arc;

static REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");
static SEMIBOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");

/// The most pixels along a side that a picture file may have.
const LARGEST: f64 = 16_384.0;

/// A panel's picture as SVG, `width` by `height` CSS pixels; see [`svg::panel`].
///
/// # Errors
/// When a raster cannot be embedded.
pub fn svg(panel: &Panel, width: u32, height: u32, look: &Look) -> Result<String, String> {
    svg::panel(panel, width, height, look)
}

/// A panel's picture as PNG, `width` by `height` CSS pixels, each the look's ratio of the file's pixels long.
///
/// # Errors
/// When the picture would have no pixels or too many.
pub fn png(panel: &Panel, width: u32, height: u32, look: &Look) -> Result<Vec<u8>, String> {
    render(&svg(panel, width, height, look)?, look.ratio)
}

/// A whole frame as SVG, `width` CSS pixels wide; see [`svg::frame`].
///
/// # Errors
/// When a raster cannot be embedded.
pub fn frame_svg(frame: &Frame, width: u32, look: &Look) -> Result<String, String> {
    svg::frame(frame, width, look)
}

/// A whole frame as PNG, `width` CSS pixels wide, each the look's ratio of the file's pixels long.
///
/// # Errors
/// When the picture would have no pixels or too many.
pub fn frame_png(frame: &Frame, width: u32, look: &Look) -> Result<Vec<u8>, String> {
    render(&frame_svg(frame, width, look)?, look.ratio)
}

fn render(svg: &str, ratio: f64) -> Result<Vec<u8>, String> {
    let mut options = Options { font_family: "Inter".to_owned(), ..Options::default() };
    for font in [REGULAR, SEMIBOLD] {
        options.fontdb_mut().load_font_source(resvg::usvg::fontdb::Source::Binary(Arc::new(font)));
    }
    let tree = Tree::from_str(svg, &options).map_err(|e| format!("The picture cannot be rendered: {e}."))?;
    let side = |css: f32| (f64::from(css) * ratio).round();
    let (width, height) = (side(tree.size().width()), side(tree.size().height()));
    let sound = (1.0..=LARGEST).contains(&width) && (1.0..=LARGEST).contains(&height);
    let pixmap = if sound { Pixmap::new(width as u32, height as u32) } else { None };
    let mut pixmap = pixmap.ok_or_else(|| {
        format!("A picture of {width} by {height} pixels cannot be made: each side takes 1 to {LARGEST}.")
    })?;
    // To the very edge: rounding must not leave a pale row.
    let fill = Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, fill, &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|e| format!("The picture cannot be written: {e}."))
}
