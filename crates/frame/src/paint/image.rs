//! Images: square pixels, as large as they fit.

use super::Place;
use super::bar::Bar;
use super::pen::{Hold, Pen, Rect};
use super::pixels::{Block, Pixmap, kind};
use crate::view::{Pixels, Raster};
use plotters_backend::DrawingBackend;

pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, raster: &Raster) -> Result<Place, String> {
    let Some(pixmap) = Pixmap::of(raster, pen.theme) else { return Ok(Place::Nowhere) };
    let mut room = pen.whole().grown(-pen.px(2.0));
    // Names and bars only where the picture stays the main thing.
    let roomy = room.width() > pen.px(120.0) && room.height() > pen.px(100.0);
    let bar = if roomy { Bar::of(pen, raster, room.height())? } else { None };
    if let Some(bar) = &bar {
        room.right -= bar.room + pen.px(4.0);
        room.top += pen.px(22.0);
        room.bottom -= pen.px(6.0);
    }
    let names: &[String] = match &raster.pixels {
        Pixels::Kinds { names, .. } if roomy => names,
        _ => &[],
    };
    let legend = pen.px(18.0) * names.len().div_ceil(3) as f64;
    let legend = if legend < room.height() / 3.0 { legend } else { 0.0 };
    room.bottom -= legend;

    let area = fit(room, pixmap.width, pixmap.height);
    let size = (area.width() as usize, area.height() as usize);
    if size.0 == 0 || size.1 == 0 {
        return Ok(Place::Nowhere);
    }
    let mut block = Block::new(size.0, size.1, pen.theme.panel);
    pixmap.within(size.0, size.1).stretch(&mut block, (0, 0), size, pen.px(3.0) as usize, pen.theme);
    pen.frame(area, 1.0, pen.theme.faint.mix(pen.theme.muted, 0.35), 1.0)?;
    pen.blit((area.left as usize, area.top as usize), size, block.rgb)?;
    if let Some(bar) = bar {
        bar.draw(pen, area)?;
        let name = pen.cut(bar.label, pen.whole().width() - pen.px(8.0), pen.small())?;
        let right = (area.right + bar.room).min(pen.whole().right - pen.px(4.0));
        pen.text(&name, (right.max(pen.width(&name, pen.small())?), area.top - pen.px(14.0)), Hold::End, pen.small())?;
    }
    if legend > 0.0 {
        draw_kinds(pen, names, Rect { top: area.bottom + pen.px(4.0), bottom: area.bottom + legend, ..pen.whole() })?;
    }
    Ok(Place::Image { area, columns: raster.width, rows: raster.height })
}

/// The largest rectangle of this aspect within `room`, on whole pixels and in its middle. Where it costs little room,
/// every pixel of the image becomes a square of whole pixels.
pub(super) fn fit(room: Rect, columns: usize, rows: usize) -> Rect {
    let exact = (room.width() / columns as f64).min(room.height() / rows as f64).max(0.0);
    let scale = if exact >= 1.0 && exact.floor() > 0.88 * exact { exact.floor() } else { exact };
    let (width, height) = ((columns as f64 * scale).floor(), (rows as f64 * scale).floor());
    let (x, y) = room.middle();
    let (left, top) = ((x - width / 2.0).round().max(0.0), (y - height / 2.0).round().max(0.0));
    Rect::new(left, top, left + width, top + height)
}

/// What the colours stand for, three names in a row.
fn draw_kinds<DB: DrawingBackend>(pen: &Pen<DB>, names: &[String], room: Rect) -> Result<(), String> {
    let column = room.width() / 3.0;
    for (i, (name, index)) in names.iter().zip(0..=u8::MAX).enumerate() {
        let left = room.left + column * (i % 3) as f64 + pen.px(6.0);
        let middle = room.top + pen.px(18.0) * ((i / 3) as f64 + 0.5);
        let half = pen.px(5.0);
        pen.fill(Rect::new(left, middle - half, left + 2.0 * half, middle + half), kind(index, pen.theme), 1.0)?;
        let text = pen.cut(name, column - pen.px(24.0), pen.small())?;
        pen.text(&text, (left + pen.px(15.0), middle), Hold::Start, pen.small())?;
    }
    Ok(())
}
