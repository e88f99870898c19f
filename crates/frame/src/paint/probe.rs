//! What lies under the pointer, in words.

use super::network::layer_x;
use super::number::compact;
use super::pen::{Point, Rect};
use super::{Axes, Place, Placed};
use crate::view::{Axis, Grid, Hit, Mark, Panel, Picture, Pixels, Plot, Raster, Shape, Spot};

/// A value under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// What to show, one line per fact.
    pub text: String,
    /// Where the value stands on the canvas, in device pixels.
    pub at: (f64, f64),
}

/// How near the pointer must come to a mark, in CSS pixels.
const REACH: f64 = 24.0;

/// What lies under (or nearest to) a point in device pixels.
pub fn probe(panel: &Panel, placed: &Placed, x: f64, y: f64) -> Option<Probe> {
    match (&panel.picture, &placed.place) {
        (Picture::Plot(plot), Place::Plot(axes)) => {
            let reach = REACH * placed.ratio;
            if !axes.area.grown(reach).holds(x, y) {
                return None;
            }
            nearest_mark(plot, axes, (x, y), reach).or_else(|| field(plot, axes, placed, (x, y)))
        }
        (Picture::Image(raster), Place::Image { area, .. }) => {
            let (column, row) = placed.to_data(x, y).map(|(x, y)| (x as u32, y as u32))?;
            let cell = (area.width() / f64::from(raster.width), area.height() / f64::from(raster.height));
            let at = (area.left + cell.0 * (f64::from(column) + 0.5), area.top + cell.1 * (f64::from(row) + 0.5));
            let text = format!("row {}, column {}\n{}", row + 1, column + 1, pixel(raster, column, row)?);
            Some(Probe { text, at })
        }
        (Picture::Grid(grid), Place::Grid(areas)) => {
            let index = placed.to_data(x, y)?.0 as usize;
            grid_cell(grid, index, areas.get(index)?)
        }
        (Picture::Network(network), Place::Network { area, .. }) => {
            let (column, height) = placed.to_data(x, y)?;
            let hit = network.hit(column, height)?;
            let at = match hit {
                Hit::Unit { layer, unit } => {
                    let (_, height) = network.place(layer, unit)?;
                    (layer_x(area, network.sizes.len(), layer), area.top + f64::from(height) * area.height())
                }
                Hit::Weight { .. } => (x, y),
            };
            Some(Probe { text: network.tell(hit), at })
        }
        (Picture::Space(space), Place::Space { area, unit }) => {
            let (right, up) = placed.to_data(x, y)?;
            let spot = space.hit(right, up, (REACH / 2.0 * placed.ratio / unit) as f32)?;
            let point = match spot {
                Spot::Point(point) => space.each().nth(point)?,
                Spot::Arrow(arrow) => space.arrows.get(arrow)?.tip,
            };
            let (middle, seen) = (area.middle(), space.seen(point)?);
            let at = (middle.0 + f64::from(seen.x) * unit, middle.1 - f64::from(seen.y) * unit);
            Some(Probe { text: space.tell(spot), at })
        }
        _ => None,
    }
}

fn grid_cell(grid: &Grid, index: usize, area: &Rect) -> Option<Probe> {
    let cell = grid.cells.get(index)?;
    let text = if cell.label.is_empty() { format!("{}", index + 1) } else { cell.label.clone() };
    Some(Probe { text, at: area.middle() })
}

/// The value of a raster's pixel, in words.
fn pixel(raster: &Raster, column: u32, row: u32) -> Option<String> {
    let index = row as usize * raster.width as usize + column as usize;
    Some(match &raster.pixels {
        Pixels::Scalar { values, label, .. } => {
            let value = values.get(index).copied().filter(|v| v.is_finite()).map_or(f64::NAN, f64::from);
            if label.is_empty() { compact(value) } else { format!("{label}: {}", compact(value)) }
        }
        Pixels::Rgb(bytes) => match bytes.get(index * 3..index * 3 + 3)? {
            [r, g, b] => format!("red {r}, green {g}, blue {b}"),
            _ => return None,
        },
        Pixels::Kinds { index: kinds, names } => {
            kinds.get(index).and_then(|k| names.get(usize::from(*k))).map_or("missing", String::as_str).to_owned()
        }
    })
}

/// A number of an axis with its unit.
fn measured(axis: &Axis, value: f32) -> String {
    let number = compact(f64::from(value));
    if axis.unit.is_empty() { number } else { format!("{number} {}", axis.unit) }
}

/// Where on an axis: "update 120", or the bare number where the axis has no name.
fn place_on(axis: &Axis, value: f32) -> String {
    if axis.label.is_empty() { measured(axis, value) } else { format!("{} {}", axis.label, measured(axis, value)) }
}

struct Nearest {
    distance: f64,
    mark: usize,
    x: f32,
    y: f32,
    /// What stands for the value where it is not `y` alone.
    value: Option<String>,
    at: Point,
}

fn nearest_mark(plot: &Plot, axes: &Axes, pointer: Point, reach: f64) -> Option<Probe> {
    let mut best: Option<Nearest> = None;
    for (mark, Mark { shape, .. }) in plot.marks.iter().enumerate() {
        let mut offer = |x: f32, y: f32, value: Option<&dyn Fn() -> String>| {
            let at = axes.at(x, y);
            let (dx, dy) = (at.0 - pointer.0, at.1 - pointer.1);
            let distance = dx * dx + dy * dy;
            // Marks drawn later lie on top, so they win a tie.
            let nearer = distance <= best.as_ref().map_or(reach * reach, |b| b.distance);
            if nearer && axes.area.grown(1.0).holds(at.0, at.1) {
                best = Some(Nearest { distance, mark, x, y, value: value.map(|v| v()), at });
            }
        };
        match shape {
            Shape::Line { x, y, .. } | Shape::Points { x, y, .. } | Shape::Bars { x, y, .. } => {
                x.iter().zip(y).for_each(|(x, y)| offer(*x, *y, None));
            }
            Shape::Band { x, lo, hi } | Shape::Intervals { x, lo, hi } => {
                for ((x, lo), hi) in x.iter().zip(lo).zip(hi) {
                    let both = || format!("{} to {}", compact(f64::from(*lo)), measured(&plot.y, *hi));
                    offer(*x, *lo, Some(&both));
                    offer(*x, *hi, Some(&both));
                }
            }
            Shape::Words { x, y, text } => {
                for ((x, y), word) in x.iter().zip(y).zip(text) {
                    offer(*x, *y, Some(&|| format!("{word}, {}", measured(&plot.y, *y))));
                }
            }
            Shape::AtX(_) | Shape::AtY(_) => {}
        }
    }
    let best = best?;
    let label = &plot.marks[best.mark].label;
    let name = match (label.as_str(), plot.y.label.as_str()) {
        ("", "") => String::new(),
        ("", axis) => format!("{axis}: "),
        (mark, axis) if axis.is_empty() || mark == axis => format!("{mark}: "),
        (mark, axis) => format!("{mark}: {axis} "),
    };
    let value = best.value.unwrap_or_else(|| measured(&plot.y, best.y));
    Some(Probe { text: format!("{name}{value} at {}", place_on(&plot.x, best.x)), at: best.at })
}

/// The field's pixel under the pointer.
fn field(plot: &Plot, axes: &Axes, placed: &Placed, pointer: Point) -> Option<Probe> {
    let raster = plot.field.as_ref()?;
    let (x, y) = placed.to_data(pointer.0, pointer.1)?;
    let across = (pointer.0 - axes.area.left) / axes.area.width();
    let up = (axes.area.bottom - pointer.1) / axes.area.height();
    let index = |part: f64, count: u32| ((part * f64::from(count)) as u32).min(count.saturating_sub(1));
    let value = pixel(raster, index(across, raster.width), index(up, raster.height))?;
    Some(Probe { text: format!("{value}\n{}, {}", place_on(&plot.x, x), place_on(&plot.y, y)), at: pointer })
}
