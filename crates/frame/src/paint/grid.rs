//! Grids of small images.

use super::Place;
use super::image::fit;
use super::pen::{Hold, Pen, Rect, Type};
use super::pixels::{Block, Pixmap};
use crate::view::{Cell, Grid};
use plotters_backend::DrawingBackend;

/// How far an unlit image fades when another one is fully lit.
const DIMMING: f32 = 0.55;

/// Room around an image for its frame.
const EDGE: f64 = 3.0;

pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, grid: &Grid) -> Result<Place, String> {
    let images = Pixmap::of(&grid.images, pen.theme);
    let sound = !grid.cells.is_empty() && (1..=grid.images.height).contains(&grid.height);
    let (Some(images), true) = (images, sound) else { return Ok(Place::Nowhere) };
    let room = pen.whole().grown(-pen.px(2.0));
    let (columns, cell) = layout(pen, grid, room);
    let labelled = cell.label > 0.0;
    let rows = grid.cells.len().div_ceil(columns);
    let (width, height) = (cell.width * columns as f64, cell.height * rows as f64);
    let (left, top) = (room.middle().0 - width / 2.0, room.middle().1 - height / 2.0);
    let areas: Vec<Rect> = (0..grid.cells.len())
        .map(|i| {
            let (x, y) = (left + cell.width * (i % columns) as f64, top + cell.height * (i / columns) as f64);
            let image = Rect::new(x, y, x + cell.width, y + cell.height - cell.label).grown(-pen.px(EDGE));
            fit(image, images.width, grid.height as usize)
        })
        .collect();
    if areas.iter().any(|area| area.width() < 1.0 || area.height() < 1.0) {
        return Ok(Place::Nowhere);
    }

    let light = |cell: &Cell| if cell.light.is_finite() { cell.light.clamp(0.0, 1.0) } else { 0.0 };
    let brightest = grid.cells.iter().map(light).fold(0.0, f32::max);
    let whole = pen.whole();
    let mut block = Block::new(whole.width() as usize, whole.height() as usize, pen.theme.panel);
    for (i, (area, cell)) in areas.iter().zip(&grid.cells).enumerate() {
        let size = (area.width() as usize, area.height() as usize);
        let mut image = images.rows(i * grid.height as usize, grid.height as usize).within(size.0, size.1);
        image.fade(pen.theme.panel, DIMMING * (brightest - light(cell)));
        image.stretch(&mut block, (area.left as usize, area.top as usize), size, pen.px(3.0) as usize, pen.theme);
    }
    pen.blit((0, 0), (block.width, block.height), block.rgb)?;

    let quiet = pen.theme.faint.mix(pen.theme.muted, 0.35);
    for (area, cell) in areas.iter().zip(&grid.cells) {
        let lit = light(cell);
        pen.frame(*area, 1.0 + 1.5 * f64::from(lit), quiet.mix(pen.theme.accent, lit), 1.0)?;
        if labelled {
            let colour = pen.theme.muted.mix(pen.theme.ink, lit);
            let font = Type { size: 11.0, colour, bold: lit > 0.5 };
            let text = pen.cut(&cell.label, area.width() + pen.px(2.0 * EDGE), font)?;
            pen.text(&text, (area.middle().0, area.bottom + pen.px(10.0)), Hold::Middle, font)?;
        }
    }
    Ok(Place::Grid(areas))
}

/// A cell's size in device pixels: all of it, and the height of its label.
struct Size {
    width: f64,
    height: f64,
    label: f64,
}

/// The number of columns that makes the images largest, and the cell that goes with it.
fn layout<DB: DrawingBackend>(pen: &Pen<DB>, grid: &Grid, room: Rect) -> (usize, Size) {
    let count = grid.cells.len();
    let named = grid.cells.iter().any(|cell| !cell.label.is_empty());
    let edges = pen.px(2.0 * EDGE);
    let mut best = (1, 0.0, 0.0);
    for columns in 1..=count {
        let rows = count.div_ceil(columns);
        // Rows that repeat a layout with empty columns cannot be better.
        if columns > 1 && (count.div_ceil(columns - 1)) == rows && columns * rows - count >= rows {
            continue;
        }
        let (width, height) = (room.width() / columns as f64, room.height() / rows as f64);
        let label = if named && height > pen.px(44.0) && width > pen.px(24.0) { pen.px(16.0) } else { 0.0 };
        let scale =
            ((width - edges) / f64::from(grid.images.width)).min((height - label - edges) / f64::from(grid.height));
        if scale > best.1 {
            best = (columns, scale, label);
        }
    }
    let (columns, scale, label) = best;
    let width = f64::from(grid.images.width) * scale + edges;
    let height = f64::from(grid.height) * scale + edges + label;
    // What is left over becomes air between the images, up to a point.
    let rows = count.div_ceil(columns) as f64;
    let wide = (room.width() / columns as f64).min(width + pen.px(14.0)).max(width);
    let high = (room.height() / rows).min(height + pen.px(10.0)).max(height);
    (columns, Size { width: wide, height: high, label })
}
