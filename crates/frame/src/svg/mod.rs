//! Pictures as SVG text.
//!
//! The text is the same on every machine: letters are measured by a table of widths, not by the fonts at hand. Pixels
//! are embedded as PNG. Plots are drawn on a finer grid than the picture's pixels, since plotters' backends know whole
//! numbers only.

mod backend;
mod sheet;
mod widths;

pub use backend::Svg;
pub use sheet::frame;

use crate::paint::{Look, paint};
use crate::theme::{FONT, Theme};
use crate::view::{Panel, Picture};
use std::fmt::Write;

/// The panel's picture, `width` by `height` CSS pixels, on the theme's panel colour; without its title.
/// The look's ratio does not matter: SVG has no pixels.
///
/// # Errors
/// When a raster cannot be embedded.
pub fn panel(panel: &Panel, width: u32, height: u32, look: &Look) -> Result<String, String> {
    let mut out = open(width, height, &panel.alt);
    place(&mut out, panel, [0, 0, width, height], look)?;
    out.push_str("</svg>\n");
    Ok(out)
}

/// The start of a document, with its text alternative.
fn open(width: u32, height: u32, alt: &str) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FONT}\" stroke-linejoin=\"round\">\n"
    );
    if !alt.is_empty() {
        let _ = writeln!(out, "<title>{}</title>", Escaped(alt));
    }
    out
}

/// Draws a panel's picture into a place (left, top, width, height) of a document.
fn place(out: &mut String, panel: &Panel, [left, top, width, height]: [u32; 4], look: &Look) -> Result<(), String> {
    let fine = match &panel.picture {
        Picture::Plot(plot) if plot.field.is_none() => 4,
        Picture::Network(_) | Picture::Space(_) => 4,
        // Pixels have to be upscaled to the grid, so a fine one costs bytes.
        Picture::Plot(_) => 2,
        _ => 1,
    };
    let (across, down) = (width.saturating_mul(fine), height.saturating_mul(fine));
    let _ = writeln!(
        out,
        "<svg x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {across} {down}\">"
    );
    let look = Look { ratio: f64::from(fine), dark: look.dark };
    paint(Svg::new(out, (across, down)), panel, &look)?;
    out.push_str("</svg>\n");
    Ok(())
}

/// A text with the letters escaped that mean something to XML; control letters, which it forbids, are left out.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '&' => f.write_str("&amp;"),
            '"' => f.write_str("&quot;"),
            '\n' | '\t' => f.write_char(' '),
            '\u{fffe}' | '\u{ffff}' => Ok(()),
            control if control.is_control() => Ok(()),
            other => f.write_char(other),
        })
    }
}

/// The theme of a look.
fn theme(look: &Look) -> &'static Theme {
    Theme::of(look.dark)
}
