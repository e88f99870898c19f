//! Drawing a panel with any plotters backend.
//!
//! One module a kind of picture: [`plot`] (with [`scale`], [`line`], [`marks`], [`header`] and [`bar`]), [`image`],
//! [`grid`], [`table`], [`network`] and [`space`]. All of them draw with one [`pen`], whose sizes are CSS pixels times the look's ratio, so a
//! picture has the same proportions on every screen.

mod bar;
mod grid;
mod header;
mod image;
mod line;
mod marks;
mod network;
mod number;
mod pen;
mod pixels;
mod plot;
mod probe;
mod scale;
mod space;
mod table;

pub use number::compact;
pub use probe::{Probe, probe};

use crate::theme::Theme;
use crate::view::{Panel, Picture};
#[cfg(feature = "svg")]
pub(crate) use pen::{Hold, Type};
pub(crate) use pen::{Pen, Rect};
use plotters_backend::DrawingBackend;
use scale::Scale;

/// How to draw: colours and pixel density.
#[derive(Clone, Debug)]
pub struct Look {
    /// Dark theme?
    pub dark: bool,
    /// Device pixels per CSS pixel; fonts and strokes scale with it.
    ///
    /// A backend that can place things between pixels may report a multiple of its size, and draw scaled down.
    pub ratio: f64,
}

/// Where a panel's data lie on its canvas, so that the pointer's pixels can be turned into the panel's coordinates.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    place: Place,
    ratio: f64,
}

/// The data's area, in device pixels, and what its pixels mean.
#[derive(Clone, Debug, Default)]
enum Place {
    /// No room for data.
    #[default]
    Nowhere,
    /// A plot's axes.
    Plot(Axes),
    /// An image of so many columns and rows.
    Image { area: Rect, columns: u32, rows: u32 },
    /// Cells, each with its image's area.
    Grid(Vec<Rect>),
    /// Left ends of the columns and upper ends of the rows (the heading is not among them), each with the end of all.
    Table { columns: Vec<f64>, rows: Vec<f64> },
    /// A network of so many layers: their lines stand within the area, see [`network::layer_at`].
    Network { area: Rect, layers: usize },
    /// A plane of projection: the area, and the device pixels of a unit from its middle.
    Space { area: Rect, unit: f64 },
}

/// A plot's area and scales.
#[derive(Clone, Copy, Debug)]
struct Axes {
    area: Rect,
    x: Scale,
    y: Scale,
}

impl Axes {
    /// The pixel of a point; not finite when it has none.
    fn at(&self, x: f32, y: f32) -> (f64, f64) {
        (self.at_x(x), self.at_y(y))
    }
    fn at_x(&self, x: f32) -> f64 {
        self.area.left + self.x.part(f64::from(x)) * self.area.width()
    }
    fn at_y(&self, y: f32) -> f64 {
        self.area.bottom - self.y.part(f64::from(y)) * self.area.height()
    }
}

/// Draws `panel` over the whole of `backend`, which is as large as its `get_size` says, in device pixels.
///
/// # Errors
/// What the backend says, in words.
pub fn paint<DB: DrawingBackend>(backend: DB, panel: &Panel, look: &Look) -> Result<Placed, String> {
    let pen = Pen::new(backend, Theme::of(look.dark), look.ratio);
    let whole = pen.whole();
    let mut place = Place::Nowhere;
    if whole.width() >= 1.0 && whole.height() >= 1.0 {
        pen.fill(whole, pen.theme.panel, 1.0)?;
        place = match &panel.picture {
            Picture::Plot(plot) => plot::draw(&pen, plot)?,
            Picture::Image(raster) => image::draw(&pen, raster)?,
            Picture::Grid(grid) => grid::draw(&pen, grid)?,
            Picture::Table(table) => table::draw(&pen, table)?,
            Picture::Network(network) => network::draw(&pen, network)?,
            Picture::Space(space) => space::draw(&pen, space)?,
        };
        pen.present()?;
    }
    Ok(Placed { place, ratio: pen.ratio })
}

impl Placed {
    /// The panel's coordinates (see [`crate::view::Touch`]) of a point in device pixels; none outside the data's area.
    pub fn to_data(&self, x: f64, y: f64) -> Option<(f32, f32)> {
        match &self.place {
            Place::Nowhere => None,
            Place::Plot(axes) => {
                let area = axes.area;
                area.holds(x, y).then(|| {
                    let (across, up) = ((x - area.left) / area.width(), (area.bottom - y) / area.height());
                    (axes.x.value(across) as f32, axes.y.value(up) as f32)
                })
            }
            Place::Image { area, columns, rows } => area.holds(x, y).then(|| {
                let (across, down) = ((x - area.left) / area.width(), (y - area.top) / area.height());
                (inside(across, *columns), inside(down, *rows))
            }),
            Place::Grid(cells) => cells.iter().position(|cell| cell.holds(x, y)).map(|i| (i as f32, 0.0)),
            Place::Network { area, layers } => {
                area.holds(x, y).then(|| (network::layer_at(area, *layers, x), ((y - area.top) / area.height()) as f32))
            }
            Place::Space { area, unit } => area.holds(x, y).then(|| {
                let (middle, up) = area.middle();
                (((x - middle) / unit) as f32, ((up - y) / unit) as f32)
            }),
            Place::Table { columns, rows } => Some((between(columns, x)? as f32, between(rows, y)? as f32)),
        }
    }

    /// The pixel of a plot's point, or of an image's pixel coordinates: the inverse of [`Placed::to_data`]. None when
    /// the panel has no such point.
    pub fn to_canvas(&self, x: f32, y: f32) -> Option<(f64, f64)> {
        let at = match &self.place {
            Place::Plot(axes) => axes.at(x, y),
            Place::Image { area, columns, rows } => (
                area.left + f64::from(x) / f64::from(*columns) * area.width(),
                area.top + f64::from(y) / f64::from(*rows) * area.height(),
            ),
            _ => return None,
        };
        (at.0.is_finite() && at.1.is_finite()).then_some(at)
    }
}

/// `part` of `count` as a coordinate whose whole part is a valid index, also at the far edge.
fn inside(part: f64, count: u32) -> f32 {
    let at = (part * f64::from(count)) as f32;
    at.clamp(0.0, (count as f32).next_down())
}

/// Which of the gaps between `edges` (ascending) holds `at`.
fn between(edges: &[f64], at: f64) -> Option<usize> {
    edges.windows(2).position(|pair| (pair[0]..pair[1]).contains(&at))
}
