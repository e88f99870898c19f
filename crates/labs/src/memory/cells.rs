//! Choosing a cell of a map by pointer or keys.

use vivarium_frame::view::{Phase, Touch};

/// The cell that a touch chooses: the one at `place` (column and row, in cells) of the pointer, or the one beside `chosen`
/// by the arrow keys. Cells are counted row by row, row 0 at the bottom.
pub fn choose(
    touch: &Touch,
    (columns, rows): (usize, usize),
    chosen: usize,
    place: impl Fn(f64, f64) -> [f64; 2],
) -> usize {
    let (column, row) = (chosen % columns, chosen / columns);
    let (column, row) = match &touch.phase {
        Phase::Key(key) => match key.as_str() {
            "ArrowLeft" => (column.saturating_sub(1), row),
            "ArrowRight" => (column + 1, row),
            "ArrowDown" => (column, row.saturating_sub(1)),
            "ArrowUp" => (column, row + 1),
            _ => (column, row),
        },
        Phase::Up => (column, row),
        Phase::Down | Phase::Move => {
            let [column, row] = place(touch.x.into(), touch.y.into());
            (column.max(0.0) as usize, row.max(0.0) as usize)
        }
    };
    row.min(rows - 1) * columns + column.min(columns - 1)
}
