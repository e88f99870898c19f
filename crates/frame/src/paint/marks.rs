//! The marks of a plot.

use super::Axes;
use super::line::{dashes, path_length, strokes};
use super::pen::{Hold, Pen, Point, Rect, Type};
use crate::theme::Colour;
use crate::view::{Ink, Mark, Shape};
use plotters_backend::DrawingBackend;

/// More points than this are a crowd, and drawn paler.
const CROWD: usize = 2000;

/// Of a crowd at most one point is drawn in each of about so many squares of the area.
const SQUARES: f64 = 20_000.0;

/// Words beyond this many would be a grey carpet.
const MOST_WORDS: usize = 300;

/// Draws a mark; `on_field` puts a pale edge around thin shapes so that they stand out from any colour.
pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, mark: &Mark, axes: &Axes, on_field: bool) -> Result<(), String> {
    let colour = pen.theme.ink(mark.ink);
    let edge = on_field.then_some(pen.theme.panel);
    let points = |x: &[f32], y: &[f32]| -> Vec<Point> { x.iter().zip(y).map(|(x, y)| axes.at(*x, *y)).collect() };
    match &mark.shape {
        Shape::Line { x, y, dashed } => {
            let width = match mark.ink {
                Ink::Accent => 2.25,
                Ink::Muted | Ink::Theory => 1.5,
                Ink::Series(_) | Ink::Text => 1.75,
            };
            draw_line(
                pen,
                axes,
                x.iter().zip(y).map(|(x, y)| axes.at(*x, *y)),
                Stroke { width, dashed: *dashed, colour, edge },
            )
        }
        Shape::Points { x, y, radius, filled } => {
            let radius = if radius.is_finite() { f64::from(radius.clamp(0.5, 60.0)) } else { 3.0 };
            draw_points(pen, axes, &points(x, y), radius, *filled, colour, edge)
        }
        Shape::Band { x, lo, hi } => draw_band(pen, axes, &points(x, lo), &points(x, hi), colour),
        Shape::Bars { x, y, width } => draw_bars(pen, axes, x, y, *width, colour),
        Shape::Intervals { x, lo, hi } => draw_intervals(pen, axes, &points(x, lo), &points(x, hi), colour),
        Shape::AtX(x) => draw_rule(pen, axes, true, axes.at_x(*x), colour),
        Shape::AtY(y) => draw_rule(pen, axes, false, axes.at_y(*y), colour),
        Shape::Words { x, y, text } => {
            points(x, y).into_iter().zip(text).take(MOST_WORDS).try_for_each(|(at, word)| {
                if axes.area.holds(at.0, at.1) { draw_word(pen, axes, at, word, colour, on_field) } else { Ok(()) }
            })
        }
    }
}

struct Stroke {
    width: f64,
    dashed: bool,
    colour: Colour,
    edge: Option<Colour>,
}

fn draw_line<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    points: impl Iterator<Item = Point>,
    stroke: Stroke,
) -> Result<(), String> {
    // A curve that runs along the area's edge keeps its full width.
    for path in strokes(points, &axes.area.grown(pen.px(1.0))) {
        if let Some(edge) = stroke.edge {
            pen.path(&path, stroke.width + 2.5, edge, 0.75)?;
        }
        // Dashes of a line that fills the area a hundred times over would be noise, and slow.
        if stroke.dashed && path_length(&path) < pen.px(20_000.0) {
            for dash in dashes(&path, pen.px(5.0), pen.px(3.5)) {
                pen.path(&dash, stroke.width, stroke.colour, 1.0)?;
            }
        } else {
            pen.path(&path, stroke.width, stroke.colour, 1.0)?;
        }
    }
    Ok(())
}

fn draw_points<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    points: &[Point],
    radius: f64,
    filled: bool,
    colour: Colour,
    edge: Option<Colour>,
) -> Result<(), String> {
    let area = axes.area;
    let crowded = points.len() > CROWD;
    let alpha = if crowded { 0.6 } else { 0.9 };
    let square = (area.width() * area.height() / SQUARES).sqrt().max(1.0);
    let columns = (area.width() / square) as usize + 1;
    let mut taken = vec![false; if crowded { columns * ((area.height() / square) as usize + 1) } else { 0 }];
    for &at in points.iter().filter(|p| area.holds(p.0, p.1)) {
        if crowded {
            let cell = ((at.1 - area.top) / square) as usize * columns + ((at.0 - area.left) / square) as usize;
            if std::mem::replace(&mut taken[cell], true) {
                continue;
            }
        }
        if let Some(edge) = edge {
            pen.disc(at, radius + 1.25, edge, 0.85)?;
        }
        if filled {
            pen.disc(at, radius, colour, alpha)?;
        } else {
            pen.ring(at, radius, colour, alpha)?;
        }
    }
    Ok(())
}

/// A band is cut where either of its ends is missing, and thinned to its extremes in every column of pixels.
fn draw_band<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    lo: &[Point],
    hi: &[Point],
    colour: Colour,
) -> Result<(), String> {
    let area = axes.area;
    let mut run: Vec<(Point, Point)> = Vec::new();
    let flush = |run: &mut Vec<(Point, Point)>| {
        let outline: Vec<Point> = run.iter().map(|(l, _)| *l).chain(run.iter().rev().map(|(_, h)| *h)).collect();
        run.clear();
        pen.polygon(&outline, colour, 0.2)
    };
    for (&l, &h) in lo.iter().zip(hi) {
        let sound = [l.0, l.1, h.1].into_iter().all(f64::is_finite);
        if !sound {
            flush(&mut run)?;
            continue;
        }
        let x = l.0.clamp(area.left, area.right);
        let (l, h) = ((x, l.1.clamp(area.top, area.bottom)), (x, h.1.clamp(area.top, area.bottom)));
        match run.last_mut().filter(|(last, _)| last.0.floor() == x.floor()) {
            Some((low, high)) => {
                low.1 = low.1.max(l.1);
                high.1 = high.1.min(h.1);
            }
            None => run.push((l, h)),
        }
    }
    flush(&mut run)
}

fn draw_bars<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    x: &[f32],
    y: &[f32],
    width: f32,
    colour: Colour,
) -> Result<(), String> {
    let area = axes.area;
    let half = if width.is_finite() { width.abs() / 2.0 } else { 0.0 };
    // A logarithmic axis has no zero: bars stand on its lower end.
    let zero = axes.at_y(0.0);
    let zero = if zero.is_finite() { zero.clamp(area.top, area.bottom) } else { area.bottom };
    // Opaque: bars may stand on top of others.
    let colour = colour.mix(pen.theme.panel, 0.15);
    // Bars of the same pixels are drawn as one.
    let mut waiting: Option<Rect> = None;
    for (x, y) in x.iter().zip(y) {
        let (left, right, end) = (axes.at_x(x - half), axes.at_x(x + half), axes.at_y(*y));
        if ![left, right, end].into_iter().all(f64::is_finite)
            || left.max(right) < area.left
            || left.min(right) > area.right
        {
            continue;
        }
        let (left, right) = (left.min(right).max(area.left), left.max(right).min(area.right));
        let gap = if right - left > pen.px(4.0) { pen.px(0.5) } else { 0.0 };
        let end = end.clamp(area.top, area.bottom);
        let mut bar = Rect::new(left + gap, zero.min(end), right - gap, zero.max(end)).snapped();
        bar.right = bar.right.max(bar.left + 1.0);
        match &mut waiting {
            Some(last) if last.left == bar.left && last.right == bar.right => {
                *last = Rect { top: last.top.min(bar.top), bottom: last.bottom.max(bar.bottom), ..bar };
            }
            _ => waiting.replace(bar).map_or(Ok(()), |last| pen.fill(last, colour, 1.0))?,
        }
    }
    waiting.map_or(Ok(()), |last| pen.fill(last, colour, 1.0))
}

fn draw_intervals<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    lo: &[Point],
    hi: &[Point],
    colour: Colour,
) -> Result<(), String> {
    let area = axes.area;
    let cap = pen.px(3.0);
    for (&l, &h) in lo.iter().zip(hi) {
        let sound = l.0.is_finite() && l.1.is_finite() && h.1.is_finite();
        if !sound || l.0 < area.left || l.0 > area.right {
            continue;
        }
        let ends = [l.1.clamp(area.top, area.bottom), h.1.clamp(area.top, area.bottom)];
        pen.rule((l.0, ends[0].min(ends[1])), (l.0, ends[0].max(ends[1]).max(ends[0] + 1.0)), 1.5, colour, 1.0)?;
        for (end, wanted) in ends.into_iter().zip([l.1, h.1]) {
            // No cap where the whisker goes on beyond the area.
            if end == wanted {
                pen.rule((l.0 - cap, end), (l.0 + cap, end), 1.5, colour, 1.0)?;
            }
        }
    }
    Ok(())
}

/// A straight line across the plot, upright at pixel `at` or level. Its name is not part of it: see [`draw_rule_name`].
fn draw_rule<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    upright: bool,
    at: f64,
    colour: Colour,
) -> Result<(), String> {
    let area = axes.area;
    match (upright, across(axes, upright, at)) {
        (_, false) => Ok(()),
        (true, _) => pen.rule((at, area.top), (at, area.bottom), 1.25, colour, 0.9),
        (false, _) => pen.rule((area.left, at), (area.right, at), 1.25, colour, 0.9),
    }
}

/// Whether a straight line crosses the plot's area.
fn across(axes: &Axes, upright: bool, at: f64) -> bool {
    let area = axes.area.grown(0.5);
    at.is_finite() && if upright { area.holds(at, area.top) } else { area.holds(area.left, at) }
}

/// Writes the name of a straight line beside it, at the one of its four places that hides the fewest of the plot's
/// points.
pub(super) fn draw_rule_name<DB: DrawingBackend>(
    pen: &Pen<DB>,
    mark: &Mark,
    marks: &[Mark],
    axes: &Axes,
) -> Result<(), String> {
    let (upright, at) = match mark.shape {
        Shape::AtX(x) => (true, axes.at_x(x)),
        Shape::AtY(y) => (false, axes.at_y(y)),
        _ => return Ok(()),
    };
    if mark.label.is_empty() || !across(axes, upright, at) {
        return Ok(());
    }
    let area = axes.area;
    let font = name_font(pen, pen.theme.ink(mark.ink));
    let (gap, half, width) = (pen.px(4.0), pen.px(7.0), pen.width(&mark.label, font)?);
    let place = |left: f64, middle: f64| Rect::new(left, middle - half, left + width, middle + half);
    let (top, bottom) = (area.top + gap + half, area.bottom - gap - half);
    let places = if upright {
        let (right, left) = (at + gap, at - gap - width);
        [place(right, top), place(left, top), place(right, bottom), place(left, bottom)]
    } else {
        let (right, left, off) = (area.right - gap - width, area.left + gap, half + pen.px(2.0));
        [place(right, at - off), place(left, at - off), place(right, at + off), place(left, at + off)]
    };
    let hidden = |place: &Rect| -> usize { marks.iter().map(|m| count_within(m, axes, &place.grown(gap))).sum() };
    let fits = |p: &Rect| p.left >= area.left && p.right <= area.right && p.top >= area.top && p.bottom <= area.bottom;
    match places.into_iter().filter(fits).min_by_key(hidden) {
        Some(place) => draw_name(pen, axes, &mark.label, place.left, place.middle().1, width, font),
        None => Ok(()),
    }
}

/// How many of a mark's points (of some hundred of them) lie in a rectangle.
fn count_within(mark: &Mark, axes: &Axes, place: &Rect) -> usize {
    let count = |x: &[f32], y: &[f32]| {
        let every = x.len() / 200 + 1;
        let points = x.iter().zip(y).step_by(every).map(|(x, y)| axes.at(*x, *y));
        points.filter(|at| place.holds(at.0, at.1)).count()
    };
    match &mark.shape {
        Shape::Line { x, y, .. }
        | Shape::Points { x, y, .. }
        | Shape::Words { x, y, .. }
        | Shape::Bars { x, y, .. } => count(x, y),
        Shape::Band { x, lo, hi } | Shape::Intervals { x, lo, hi } => count(x, lo) + count(x, hi),
        Shape::AtX(_) | Shape::AtY(_) => 0,
    }
}

fn name_font<DB: DrawingBackend>(pen: &Pen<DB>, colour: Colour) -> Type {
    Type { colour, ..pen.small() }
}

/// A name within the plot, on a wash of the background so that curves do not cross its letters.
fn draw_name<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    name: &str,
    left: f64,
    middle: f64,
    width: f64,
    font: Type,
) -> Result<(), String> {
    if name.is_empty() || width > axes.area.width() {
        return Ok(());
    }
    let (pad, half) = (pen.px(2.0), pen.px(7.0));
    pen.fill(Rect::new(left - pad, middle - half, left + width + pad, middle + half), pen.theme.panel, 0.8)?;
    pen.text(name, (left, middle), Hold::Start, font)
}

/// A word stands to the right of its point, to the left where there is no room.
fn draw_word<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axes: &Axes,
    at: Point,
    word: &str,
    colour: Colour,
    on_field: bool,
) -> Result<(), String> {
    let font = name_font(pen, colour);
    let (gap, width) = (pen.px(8.0), pen.width(word, font)?);
    let right = at.0 + gap + width <= axes.area.right;
    let left = if right { at.0 + gap } else { at.0 - gap - width };
    if on_field {
        return draw_name(pen, axes, word, left, at.1, width, font);
    }
    pen.text(word, (left, at.1), Hold::Start, font)
}
