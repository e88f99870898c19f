//! Drawing a panel with any plotters backend.

use crate::view::Panel;
use plotters_backend::DrawingBackend;

/// How to draw: colours and pixel density.
#[derive(Clone, Debug)]
pub struct Look {
    /// Dark theme?
    pub dark: bool,
    /// Device pixels per CSS pixel; fonts and strokes scale with it.
    pub ratio: f64,
}

/// Where a panel's data lie on its canvas, so that the pointer's pixels can be turned into the panel's coordinates.
#[derive(Clone, Debug, Default)]
pub struct Placed {}

/// A value under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// What to show, one line per fact.
    pub text: String,
    /// Where the value stands on the canvas, in device pixels.
    pub at: (f64, f64),
}

/// Draws `panel` over the whole of `backend`, which is as large as its `get_size` says, in device pixels.
///
/// # Errors
/// What the backend says, in words.
pub fn paint<DB: DrawingBackend>(_backend: DB, _panel: &Panel, _look: &Look) -> Result<Placed, String> {
    Ok(Placed::default())
}

impl Placed {
    /// The panel's coordinates (see [`crate::view::Touch`]) of a point in device pixels; none outside the data's area.
    pub fn to_data(&self, _x: f64, _y: f64) -> Option<(f32, f32)> {
        None
    }
}

/// What lies under (or nearest to) a point in device pixels.
pub fn probe(_panel: &Panel, _placed: &Placed, _x: f64, _y: f64) -> Option<Probe> {
    None
}
