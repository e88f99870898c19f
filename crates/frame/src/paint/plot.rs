//! Plots: axes, field, marks.

use super::bar::Bar;
use super::header::Header;
use super::marks;
use super::pen::{Hold, Pen, Rect};
use super::pixels::{Block, Pixmap};
use super::scale::{Scale, Spread, Tick};
use super::{Axes, Place};
use crate::view::{Axis, AxisScale, Mark, Plot, Shape};
use plotters_backend::DrawingBackend;

/// An axis's name with its unit.
pub(super) fn axis_name(axis: &Axis) -> String {
    match (axis.label.as_str(), axis.unit.as_str()) {
        (label, "") => label.to_owned(),
        ("", unit) => unit.to_owned(),
        (label, unit) => format!("{label} ({unit})"),
    }
}

pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot) -> Result<Place, String> {
    let whole = pen.whole();
    let (width, height) = (whole.width() / pen.ratio, whole.height() / pen.ratio);
    let (x, y) = scales(plot);
    if width < 60.0 || height < 48.0 {
        // A thumbnail: the marks alone.
        let axes = squared(Axes { area: whole.grown(-pen.px(2.0)).snapped(), x, y }, plot);
        if axes.area.width() < 1.0 || axes.area.height() < 1.0 {
            return Ok(Place::Nowhere);
        }
        draw_inside(pen, plot, &axes)?;
        return Ok(Place::Plot(axes));
    }
    let inner = Rect::new(pen.px(8.0), pen.px(6.0), whole.right - pen.px(12.0), whole.bottom - pen.px(6.0));
    let named = height > 110.0 && !axis_name(&plot.x).is_empty();
    let footer = pen.px(if named { 36.0 } else { 20.0 });
    let rows = (height / 60.0) as usize;
    let bar = plot.field.as_ref().map_or(Ok(None), |field| Bar::of(pen, field, inner.height() - footer))?;
    let (bar_label, bar_room) = bar.as_ref().map_or(("", 0.0), |b| (b.label, b.room));
    let header = Header::new(pen, plot, bar_label, inner, rows)?;

    // From top to bottom first: the vertical ticks say how much room their numbers need.
    let top = inner.top + header.height.max(pen.px(6.0));
    let bottom = inner.bottom - footer;
    let y_ticks = y.ticks(((bottom - top) / pen.px(46.0)).clamp(1.0, 6.0) as usize);
    let mut widest = 0.0_f64;
    for tick in &y_ticks {
        widest = widest.max(pen.width(&tick.text, pen.small())?);
    }
    let left = (inner.left + widest + pen.px(7.0)).min(inner.left + inner.width() * 0.5);
    let right = inner.right - bar_room;
    let area = Rect::new(left, top, right, bottom).snapped();
    if area.width() < 1.0 || area.height() < 1.0 {
        return Ok(Place::Nowhere);
    }
    let axes = squared(Axes { area, x, y }, plot);
    let area = axes.area;
    let y_ticks =
        if plot.square { axes.y.ticks((area.height() / pen.px(46.0)).clamp(1.0, 6.0) as usize) } else { y_ticks };
    // A narrower area has its header above it, unless that needs more rows.
    let over = Rect { left: area.left - pen.px(7.0) - widest, right: area.right + bar_room, ..inner };
    let (header, over) = match Header::new(pen, plot, bar_label, over, rows)? {
        narrow if narrow.height <= header.height => (narrow, over),
        _ => (header, inner),
    };
    let x_ticks = fitting(pen, &axes.x, area.width())?;

    if plot.field.is_none() {
        draw_grid(pen, &axes, &x_ticks, &y_ticks)?;
    }
    draw_inside(pen, plot, &axes)?;
    draw_numbers(pen, &axes, &x_ticks, &y_ticks)?;
    if named {
        let name = pen.cut(&axis_name(&plot.x), inner.width(), pen.small())?;
        pen.text(&name, (area.right, area.bottom + pen.px(27.0)), Hold::End, pen.small())?;
    }
    header.draw(pen, over)?;
    if let Some(bar) = bar {
        bar.draw(pen, area)?;
    }
    Ok(Place::Plot(axes))
}

fn scales(plot: &Plot) -> (Scale, Scale) {
    let (mut xs, mut ys) = (Spread::default(), Spread::default());
    let mut points = false;
    for Mark { shape, .. } in &plot.marks {
        match shape {
            Shape::Line { x, y, .. } => {
                xs.take(&plot.x, x.iter().copied());
                ys.take(&plot.y, y.iter().copied());
            }
            Shape::Points { x, y, .. } | Shape::Words { x, y, .. } => {
                points = true;
                xs.take(&plot.x, x.iter().copied());
                ys.take(&plot.y, y.iter().copied());
            }
            Shape::Band { x, lo, hi } | Shape::Intervals { x, lo, hi } => {
                points |= matches!(shape, Shape::Intervals { .. });
                xs.take(&plot.x, x.iter().copied());
                ys.take(&plot.y, lo.iter().chain(hi).copied());
            }
            Shape::Bars { x, y, width } => {
                let half = if width.is_finite() { width.abs() / 2.0 } else { 0.0 };
                xs.take(&plot.x, x.iter().flat_map(|x| [x - half, x + half]));
                ys.take(&plot.y, y.iter().copied().chain([0.0]));
            }
            Shape::AtX(x) => xs.take(&plot.x, [*x]),
            Shape::AtY(y) => ys.take(&plot.y, [*y]),
        }
    }
    // Curves run from edge to edge; single points need room around them.
    (Scale::new(&plot.x, xs, if points { 0.05 } else { 0.0 }), Scale::new(&plot.y, ys, 0.06))
}

/// Gives both axes the same scale where the plot asks for it: axes with ranges of their own keep them in a smaller area,
/// the others show more.
fn squared(mut axes: Axes, plot: &Plot) -> Axes {
    if !plot.square || plot.x.scale == AxisScale::Log || plot.y.scale == AxisScale::Log {
        return axes;
    }
    let per_x = axes.area.width() / axes.x.span().abs();
    let per_y = axes.area.height() / axes.y.span().abs();
    if !(per_x.is_finite() && per_y.is_finite()) || per_x <= 0.0 || per_y <= 0.0 {
        return axes;
    }
    let (middle_x, _) = axes.area.middle();
    if per_x > per_y {
        if plot.x.range.is_none() {
            axes.x.stretch(per_x / per_y);
        } else {
            let half = axes.area.width() / 2.0 * per_y / per_x;
            // A field's colour bar stands at the right edge, so the area stays there in the middle.
            axes.area = Rect { left: middle_x - half, right: middle_x + half, ..axes.area };
        }
    } else if plot.y.range.is_none() {
        axes.y.stretch(per_y / per_x);
    } else {
        axes.area.top = axes.area.bottom - axes.area.height() * per_x / per_y;
    }
    axes.area = axes.area.snapped();
    axes.area.right = axes.area.right.max(axes.area.left + 1.0);
    axes.area.bottom = axes.area.bottom.max(axes.area.top + 1.0);
    axes
}

/// Ticks whose numbers do not touch.
fn fitting<DB: DrawingBackend>(pen: &Pen<DB>, scale: &Scale, width: f64) -> Result<Vec<Tick>, String> {
    let mut most = (width / pen.px(72.0)).clamp(1.0, 8.0) as usize;
    loop {
        let ticks = scale.ticks(most);
        let mut widest = 0.0_f64;
        for tick in &ticks {
            widest = widest.max(pen.width(&tick.text, pen.small())?);
        }
        if most == 1 || (widest + pen.px(10.0)) * ticks.len() as f64 <= width + widest {
            return Ok(ticks);
        }
        most -= 1;
    }
}

fn draw_grid<DB: DrawingBackend>(pen: &Pen<DB>, axes: &Axes, x: &[Tick], y: &[Tick]) -> Result<(), String> {
    let area = axes.area;
    for tick in y {
        let at = area.bottom - tick.part * area.height();
        // Zero is the line that signs are read against.
        let weight = if tick.text == "0" { 0.35 } else { 0.0 };
        pen.rule((area.left, at), (area.right, at), 1.0, pen.theme.faint.mix(pen.theme.muted, weight), 1.0)?;
    }
    for tick in x {
        let at = area.left + tick.part * area.width();
        pen.rule((at, area.top), (at, area.bottom), 1.0, pen.theme.faint, 0.6)?;
    }
    Ok(())
}

/// The field and the marks.
fn draw_inside<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, axes: &Axes) -> Result<(), String> {
    let area = axes.area;
    if let Some(pixmap) = plot.field.as_ref().and_then(|field| Pixmap::of(field, pen.theme)) {
        let (width, height) = (area.width() as usize, area.height() as usize);
        let mut block = Block::new(width, height, pen.theme.panel);
        let stripe = pen.px(3.0) as usize;
        pixmap.flipped().within(width, height).stretch(&mut block, (0, 0), (width, height), stripe, pen.theme);
        pen.blit((area.left as usize, area.top as usize), (width, height), block.rgb)?;
    }
    plot.marks.iter().try_for_each(|mark| marks::draw(pen, mark, axes, plot.field.is_some()))?;
    plot.marks.iter().try_for_each(|mark| marks::draw_rule_name(pen, mark, &plot.marks, axes))
}

fn draw_numbers<DB: DrawingBackend>(pen: &Pen<DB>, axes: &Axes, x: &[Tick], y: &[Tick]) -> Result<(), String> {
    let area = axes.area;
    let line = pen.theme.faint.mix(pen.theme.muted, 0.55);
    pen.rule((area.left, area.bottom), (area.right, area.bottom), 1.0, line, 1.0)?;
    for tick in y {
        let at = area.bottom - tick.part * area.height();
        pen.text(&tick.text, (area.left - pen.px(6.0), at), Hold::End, pen.small())?;
    }
    let whole = pen.whole();
    for tick in x {
        let at = area.left + tick.part * area.width();
        pen.rule((at, area.bottom), (at, area.bottom + pen.px(4.0)), 1.0, line, 1.0)?;
        // The last number may not leave the canvas.
        let half = pen.width(&tick.text, pen.small())? / 2.0;
        let middle = at.min(whole.right - half - pen.px(2.0));
        pen.text(&tick.text, (middle, area.bottom + pen.px(12.0)), Hold::Middle, pen.small())?;
    }
    Ok(())
}
