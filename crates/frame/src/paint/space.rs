//! Space: points, arrows and wires from the far side to the near one.

use super::Place;
use super::header::{Entry, Header, Sample};
use super::pen::{Hold, Pen, Point, Rect, Type};
use crate::theme::Colour;
use crate::view::{Ink, Projection, Seen, Space};
use plotters_backend::DrawingBackend;

/// Pieces of an arrow or wire, each with its own depth; of a dashed one every other piece is drawn.
const PIECES: usize = 15;

/// How much of its colour the farthest thing loses.
const HAZE: f32 = 0.6;

/// More points than this are a crowd, and drawn paler.
const CROWD: usize = 2000;

/// Something to draw, with its depth.
struct Item {
    near: f32,
    colour: Colour,
    shape: Shape,
}

enum Shape {
    Disc { at: Point, radius: f64 },
    Stroke { from: Point, to: Point, width: f64 },
    Head { base: Point, tip: Point },
}

/// The picture's area and scale.
struct View {
    area: Rect,
    unit: f64,
    projection: Projection,
}

impl View {
    fn at(&self, seen: Seen) -> Point {
        let (x, y) = self.area.middle();
        (x + f64::from(seen.x) * self.unit, y - f64::from(seen.y) * self.unit)
    }
}

pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, space: &Space) -> Result<Place, String> {
    if let Err(complaint) = space.check() {
        pen.note(&complaint.sentence)?;
        return Ok(Place::Nowhere);
    }
    let whole = pen.whole();
    let mut area = whole.grown(-pen.px(6.0));
    let roomy = whole.width() > pen.px(140.0) && whole.height() > pen.px(110.0);
    if roomy {
        let header = Header::of(pen, "", legend(pen, space), "", area, 2)?;
        header.draw(pen, area)?;
        area.top += header.height;
    }
    let unit = area.width().min(area.height()) / 2.1;
    if unit < 2.0 {
        return Ok(Place::Nowhere);
    }
    let view = View { area, unit, projection: space.projection() };
    let mut items = items(pen, space, &view);
    items.sort_by(|a, b| a.near.total_cmp(&b.near));
    let alpha = if space.points.len() / 3 > CROWD { 0.75 } else { 0.9 };
    for item in &items {
        draw_item(pen, item, alpha)?;
    }
    if let Some(seen) = chosen(space).and_then(|point| view.projection.seen(point)) {
        let at = view.at(seen);
        if area.holds(at.0, at.1) {
            pen.ring(at, size(space.radius, seen) + 3.0, pen.theme.accent, 1.0)?;
        }
    }
    if roomy {
        for arrow in &space.arrows {
            draw_name(pen, &view, arrow.tip, &arrow.label, pen.theme.ink(arrow.ink))?;
        }
        draw_triad(pen, space, area)?;
    }
    Ok(Place::Space { area, unit })
}

fn chosen(space: &Space) -> Option<[f32; 3]> {
    space.each().nth(space.chosen? as usize)
}

/// A point's radius in CSS pixels at its depth.
fn size(radius: f32, seen: Seen) -> f64 {
    let radius = if radius.is_finite() { radius.clamp(0.5, 40.0) } else { 3.0 };
    f64::from(radius * (0.7 + 0.6 * front(seen.near)) * seen.size)
}

/// 0 at the far side, 1 at the near one.
fn front(near: f32) -> f32 {
    ((near + 1.0) / 2.0).clamp(0.0, 1.0)
}

fn items<DB: DrawingBackend>(pen: &Pen<DB>, space: &Space, view: &View) -> Vec<Item> {
    let haze = |colour: Colour, near: f32| colour.mix(pen.theme.panel, HAZE * (1.0 - front(near)));
    let mut items = Vec::with_capacity(space.points.len() / 3 + (space.arrows.len() + space.wires.len()) * PIECES);
    for (i, seen) in space.each().map(|point| view.projection.seen(point)).enumerate() {
        let Some(seen) = seen else { continue };
        let at = view.at(seen);
        if view.area.holds(at.0, at.1) {
            let colour = haze(pen.theme.ink(Ink::Series(space.class(i))), seen.near);
            let shape = Shape::Disc { at, radius: size(space.radius, seen) };
            items.push(Item { near: seen.near, colour, shape });
        }
    }
    let mut stroke = |from: [f32; 3], to: [f32; 3], ink: Ink, dashed: bool, width: f64, pieces: usize| {
        let along = |i: usize| {
            let part = i as f32 / pieces as f32;
            [0, 1, 2].map(|axis| from[axis] * (1.0 - part) + to[axis] * part)
        };
        for i in (0..pieces).step_by(if dashed { 2 } else { 1 }) {
            let ends = view.projection.seen(along(i)).zip(view.projection.seen(along(i + 1)));
            let Some((start, end)) = ends else { continue };
            let near = (start.near + end.near) / 2.0;
            if let Some((from, to)) = clipped(view.at(start), view.at(end), &view.area) {
                let colour = haze(pen.theme.ink(ink), near);
                items.push(Item { near, colour, shape: Shape::Stroke { from, to, width } });
            }
        }
    };
    let segments: usize = space.wires.iter().map(|wire| wire.ends.len() / 6).sum();
    let pieces = if segments > 200 { 3 } else { PIECES };
    for wire in &space.wires {
        for s in wire.ends.chunks_exact(6) {
            stroke([s[0], s[1], s[2]], [s[3], s[4], s[5]], wire.ink, wire.dashed, 1.25, pieces);
        }
    }
    for arrow in &space.arrows {
        stroke([0.0; 3], arrow.tip, arrow.ink, arrow.dashed, 2.0, PIECES);
    }
    for arrow in &space.arrows {
        let Some((base, tip)) = view.projection.seen([0.0; 3]).zip(view.projection.seen(arrow.tip)) else { continue };
        let (from, to) = (view.at(base), view.at(tip));
        if view.area.holds(to.0, to.1) {
            let colour = haze(pen.theme.ink(arrow.ink), tip.near);
            items.push(Item { near: tip.near, colour, shape: Shape::Head { base: from, tip: to } });
        }
    }
    items
}

/// The part of a segment inside of the area.
fn clipped(from: Point, to: Point, area: &Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    for (step, low, high) in
        [(dx, area.left - from.0, area.right - from.0), (dy, area.top - from.1, area.bottom - from.1)]
    {
        if step == 0.0 {
            if low > 0.0 || high < 0.0 {
                return None;
            }
        } else {
            let (a, b) = (low / step, high / step);
            start = start.max(a.min(b));
            end = end.min(a.max(b));
        }
    }
    let at = |part: f64| (from.0 + dx * part, from.1 + dy * part);
    (start <= end).then(|| (at(start), at(end)))
}

fn draw_item<DB: DrawingBackend>(pen: &Pen<DB>, item: &Item, alpha: f64) -> Result<(), String> {
    match item.shape {
        Shape::Disc { at, radius } => pen.disc(at, radius, item.colour, alpha),
        Shape::Stroke { from, to, width } => pen.path(&[from, to], width, item.colour, 1.0),
        Shape::Head { base, tip } => {
            let (dx, dy) = (tip.0 - base.0, tip.1 - base.1);
            let length = (dx * dx + dy * dy).sqrt();
            let (long, half) = (pen.px(9.0), pen.px(4.0));
            if length < long {
                // It points at the eye, or away from it.
                return pen.disc(tip, 4.0, item.colour, 1.0);
            }
            let (ux, uy) = (dx / length, dy / length);
            let root = (tip.0 - ux * long, tip.1 - uy * long);
            let corners = [tip, (root.0 - uy * half, root.1 + ux * half), (root.0 + uy * half, root.1 - ux * half)];
            pen.polygon(&corners, item.colour, 1.0)
        }
    }
}

/// A name beyond an arrow's tip, seen from the origin.
fn draw_name<DB: DrawingBackend>(
    pen: &Pen<DB>,
    view: &View,
    tip: [f32; 3],
    name: &str,
    colour: Colour,
) -> Result<(), String> {
    let Some(seen) = view.projection.seen(tip) else { return Ok(()) };
    let at = view.at(seen);
    if name.is_empty() || !view.area.holds(at.0, at.1) {
        return Ok(());
    }
    let font = Type { colour, bold: true, ..pen.small() };
    let room = (view.area.width() / 3.0).min(pen.px(120.0));
    let text = pen.cut(name, room, font)?;
    let width = pen.width(&text, font)?;
    let right = seen.x >= 0.0;
    let x = if right { at.0 + pen.px(6.0) } else { at.0 - pen.px(6.0) - width };
    let x = x.min(view.area.right - width).max(view.area.left);
    let y = at.1 + if seen.y >= 0.0 { -pen.px(8.0) } else { pen.px(8.0) };
    // A pale ground keeps it readable over a cloud.
    let ground = Rect::new(x - pen.px(2.0), y - pen.px(7.0), x + width + pen.px(2.0), y + pen.px(7.0));
    pen.fill(ground, pen.theme.panel, 0.7)?;
    pen.text(&text, (x, y), Hold::Start, font)
}

/// The three directions with their names, in the lower left corner.
fn draw_triad<DB: DrawingBackend>(pen: &Pen<DB>, space: &Space, area: Rect) -> Result<(), String> {
    if space.axes.iter().all(String::is_empty) {
        return Ok(());
    }
    let mut camera = space.camera;
    (camera.zoom, camera.perspective) = (1.0, false);
    let projection = Space { camera, ..Space::default() }.projection();
    let length = pen.px(24.0);
    let origin = (area.left + pen.px(44.0), area.bottom - pen.px(38.0));
    for (axis, name) in space.axes.iter().enumerate() {
        let mut direction = [0.0; 3];
        direction[axis] = 1.0;
        let Some(seen) = projection.seen(direction) else { continue };
        let (x, y) = (f64::from(seen.x), f64::from(seen.y));
        let at = |times: f64| (origin.0 + x * times, origin.1 - y * times);
        let colour = pen.theme.ink.mix(pen.theme.panel, 0.25 + 0.45 * (1.0 - front(seen.near)));
        pen.path(&[origin, at(length)], 1.5, colour, 1.0)?;
        let font = Type { colour: pen.theme.muted, ..pen.small() };
        let text = pen.cut(name, pen.px(90.0), font)?;
        let (hold, beyond) = match x {
            x if x > 0.3 => (Hold::Start, pen.px(4.0)),
            x if x < -0.3 => (Hold::End, -pen.px(4.0)),
            _ => (Hold::Middle, 0.0),
        };
        let end = at(length + if beyond == 0.0 { pen.px(9.0) } else { 0.0 });
        pen.text(&text, (end.0 + beyond, end.1), hold, font)?;
    }
    Ok(())
}

/// The classes that have points, and the wires; arrows carry their names themselves.
fn legend<DB: DrawingBackend>(pen: &Pen<DB>, space: &Space) -> Vec<Entry> {
    let count = space.points.len() / 3;
    let mut present = [false; 256];
    (0..count).for_each(|point| present[usize::from(space.class(point))] = true);
    let classes =
        (0..=u8::MAX).zip(&space.names).filter(|(class, name)| present[usize::from(*class)] && !name.is_empty());
    let points = classes
        .map(|(class, name)| Entry::new(name, pen.theme.ink(Ink::Series(class)), Sample::Point { filled: true }));
    let wires = space.wires.iter().filter(|wire| !wire.label.is_empty() && !wire.ends.is_empty());
    let wires =
        wires.map(|wire| Entry::new(&wire.label, pen.theme.ink(wire.ink), Sample::Line { dashed: wire.dashed }));
    points.chain(wires).collect()
}
