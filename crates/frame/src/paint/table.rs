//! Tables: rows of text, numbers aligned to the right.

use super::Place;
use super::pen::{Hold, Pen, Type};
use crate::view::Table;
use plotters_backend::DrawingBackend;

const ROW: f64 = 22.0;
const GAP: f64 = 18.0;

pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, table: &Table) -> Result<Place, String> {
    let room = pen.whole().grown(-pen.px(8.0));
    let body = Type { size: 12.0, colour: pen.theme.ink, bold: false };
    let head = Type { colour: pen.theme.muted, bold: true, ..body };
    let shown = ((room.height() / pen.px(ROW)) as usize).saturating_sub(1).min(table.rows.len());
    let count = table.columns.len();
    if count == 0 || room.width() < pen.px(16.0) || room.height() < pen.px(ROW) {
        return Ok(Place::Nowhere);
    }
    // The last row that fits says how many do not.
    let full = if shown < table.rows.len() { shown.saturating_sub(1) } else { shown };
    let rows = &table.rows[..full];
    let mut widths = Vec::with_capacity(count);
    for (column, name) in table.columns.iter().enumerate() {
        let mut width = pen.width(name, head)?;
        for cell in rows.iter().filter_map(|row| row.get(column)) {
            width = width.max(pen.width(cell, body)?);
        }
        widths.push(width + pen.px(GAP));
    }
    // Columns share what is left, or shrink alike.
    let sum: f64 = widths.iter().sum();
    let spare = ((room.width() - sum) / count as f64).min(pen.px(40.0));
    let shrink = (room.width() / sum).min(1.0);
    let mut edges = vec![room.left];
    for width in &widths {
        let width = if spare > 0.0 { width + spare } else { width * shrink };
        edges.push(edges[edges.len() - 1] + width);
    }
    let right = edges[count];
    let middle = |row: usize| room.top + pen.px(ROW) * (row as f64 + 0.5);

    for (column, name) in table.columns.iter().enumerate() {
        let numeric = is_numeric(rows, column);
        let (left, end) = (edges[column], edges[column + 1] - pen.px(GAP));
        let cells = rows.iter().map(|row| row.get(column).map_or("", String::as_str));
        for (line, text) in std::iter::once(name.as_str()).chain(cells).enumerate() {
            let font = if line == 0 { head } else { body };
            let text = pen.cut(text, (end - left).max(0.0), font)?;
            let (x, hold) = if numeric { (end, Hold::End) } else { (left, Hold::Start) };
            pen.text(&text, (x, middle(line)), hold, font)?;
        }
    }
    for line in 0..=full {
        let y = room.top + pen.px(ROW) * (line + 1) as f64;
        let alpha = if line == 0 { 1.0 } else { 0.6 };
        pen.rule((room.left, y), (right - pen.px(GAP), y), if line == 0 { 1.5 } else { 1.0 }, pen.theme.faint, alpha)?;
    }
    if full < table.rows.len() {
        let text = format!("and {} more rows", table.rows.len() - full);
        pen.text(&text, (room.left, middle(full + 1)), Hold::Start, head)?;
    }
    let lines = (0..=full).map(|line| room.top + pen.px(ROW) * (line + 1) as f64).collect();
    Ok(Place::Table { columns: edges, rows: lines })
}

/// Whether every cell of a column that says something is a number, perhaps with a sign or unit after it.
fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some()
        && cells.all(|cell| {
            let mut letters = cell.trim_start_matches(['-', '+', '\u{2212}', '\u{00b1}', '.']).chars();
            letters.next().is_some_and(|c| c.is_ascii_digit())
        })
}
