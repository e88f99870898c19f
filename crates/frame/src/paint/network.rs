//! Networks: discs in columns, lines between them.

use super::Place;
use super::bar::Bar;
use super::header::{Entry, Header, Sample};
use super::pen::{Hold, Pen, Rect, Type};
use super::pixels::part;
use crate::theme::{Colour, Gradient};
use crate::view::{ALIVE, ColourMap, GHOST, Network};
use plotters_backend::DrawingBackend;

/// Room beside the first and the last layer, in distances of layers.
const MARGIN: f64 = 0.25;

/// A unit's label is cut where it is wider than this, in CSS pixels.
const MOST_LABEL: f64 = 64.0;

/// The device pixel of a layer's line.
pub(super) fn layer_x(area: &Rect, layers: usize, layer: usize) -> f64 {
    area.left + (layer as f64 + MARGIN) * column(area, layers)
}

/// The inverse: the layer's number at a device pixel, fractional between layers.
pub(super) fn layer_at(area: &Rect, layers: usize, x: f64) -> f32 {
    ((x - area.left) / column(area, layers) - MARGIN) as f32
}

/// The distance of two layers.
fn column(area: &Rect, layers: usize) -> f64 {
    area.width() / (layers.saturating_sub(1) as f64 + 2.0 * MARGIN)
}

pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<DB>, network: &Network) -> Result<Place, String> {
    if let Err(complaint) = network.check() {
        pen.note(&complaint.sentence)?;
        return Ok(Place::Nowhere);
    }
    let layers = network.sizes.len();
    let whole = pen.whole();
    let mut area = whole.grown(-pen.px(4.0));
    let roomy = whole.width() > pen.px(160.0) && whole.height() > pen.px(110.0);
    let lines = lines(network);
    let hidden = (0..layers).any(|layer| network.drawn(layer) < network.size(layer));
    let (mut bar, mut beside_bar) = (None, area.right);
    if roomy {
        area = area.grown(-pen.px(4.0));
        let header = Header::of(pen, "", legend(pen, &lines), &network.activation, area, 2)?;
        header.draw(pen, area)?;
        area.top += header.height;
        area.bottom -= pen.px(18.0) * (f64::from(u8::from(!network.names.is_empty())) + f64::from(u8::from(hidden)));
        if !network.activations.is_empty() {
            bar = Bar::new(pen, &network.activation, network.range, ColourMap::Sequential, area.height())?;
        }
        area.right -= bar.as_ref().map_or(0.0, |bar| bar.room);
        beside_bar = area.right;
        // Labels of the first and the last layer stand outside of them.
        area.left += labels_width(pen, network, 0)?;
        if layers > 1 {
            area.right -= labels_width(pen, network, layers - 1)?;
        }
    }
    if area.width() < pen.px(8.0) || area.height() < pen.px(8.0) {
        return Ok(Place::Nowhere);
    }
    let place = |layer: usize, y: f32| (layer_x(&area, layers, layer), area.top + f64::from(y) * area.height());

    for line in &lines {
        let (width, colour, alpha) = line.stroke(pen);
        pen.path(&[place(line.layer, line.start), place(line.layer + 1, line.end)], width, colour, alpha)?;
    }
    let gradient = Gradient::new(ColourMap::Sequential, pen.theme);
    let columns: Vec<Vec<(usize, f32)>> = (0..layers).map(|layer| network.column(layer)).collect();
    // All units are of one size: as large as the most crowded layer allows.
    let pitch = columns.iter().flat_map(|c| c.windows(2).map(|p| p[1].1 - p[0].1)).fold(0.4, f32::min);
    let radius = (f64::from(pitch) * area.height() * 0.42).min(column(&area, layers) * 0.2) / pen.ratio;
    let radius = radius.clamp(1.0, 12.0);
    let font = Type { colour: pen.theme.ink, ..pen.small() };
    for (layer, column) in columns.iter().enumerate() {
        for (unit, y) in column {
            let at = place(layer, *y);
            let index = network.unit(layer, *unit).unwrap_or(usize::MAX);
            let value = network.activations.get(index).map_or(f32::NAN, |value| part(*value, network.range));
            pen.disc(at, radius, gradient.at(value).unwrap_or(pen.theme.panel), 1.0)?;
            pen.ring(at, radius, pen.theme.muted, 1.0)?;
            let label = network.labels.get(index).map_or("", String::as_str);
            if roomy && radius >= 3.5 && !label.is_empty() {
                draw_label(pen, label, at, radius, (layer == 0, layer + 1 == layers), font)?;
            }
        }
        if let Some(gap) = network.gap(layer) {
            let (x, y) = place(layer, gap);
            let step = (f64::from(pitch) * area.height() * 0.3).min(pen.px(6.0));
            for dot in [-step, 0.0, step] {
                pen.disc((x, y + dot), 1.25, pen.theme.muted, 1.0)?;
            }
        }
        if roomy {
            draw_footer(pen, network, layer, &area)?;
        }
    }
    if let Some(bar) = bar {
        bar.draw(pen, Rect { right: beside_bar, ..area })?;
    }
    Ok(Place::Network { area, layers })
}

/// The widest label of a layer's drawn units, with a gap, in device pixels.
fn labels_width<DB: DrawingBackend>(pen: &Pen<DB>, network: &Network, layer: usize) -> Result<f64, String> {
    let mut widest = 0.0_f64;
    for (unit, _) in network.column(layer) {
        if let Some(label) = network.unit(layer, unit).and_then(|index| network.labels.get(index)) {
            widest = widest.max(pen.width(label, pen.small())?);
        }
    }
    Ok(if widest > 0.0 { widest.min(pen.px(MOST_LABEL)) + pen.px(4.0) } else { 0.0 })
}

/// A unit's label: outside of the first and the last layer, to the right of the others on a pale ground.
fn draw_label<DB: DrawingBackend>(
    pen: &Pen<DB>,
    label: &str,
    at: (f64, f64),
    radius: f64,
    (first, last): (bool, bool),
    font: Type,
) -> Result<(), String> {
    let gap = pen.px(radius + 4.0);
    let text = pen.cut(label, pen.px(MOST_LABEL), font)?;
    if !first && !last {
        let right = at.0 + gap + pen.width(&text, font)?;
        pen.fill(Rect::new(at.0 + gap, at.1 - pen.px(7.0), right, at.1 + pen.px(7.0)), pen.theme.panel, 0.7)?;
    }
    let (x, hold) = if first { (at.0 - gap, Hold::End) } else { (at.0 + gap, Hold::Start) };
    pen.text(&text, (x, at.1), hold, font)
}

/// Under a layer: its name, and how many of its units are not drawn.
fn draw_footer<DB: DrawingBackend>(pen: &Pen<DB>, network: &Network, layer: usize, area: &Rect) -> Result<(), String> {
    let layers = network.sizes.len();
    let x = layer_x(area, layers, layer);
    let whole = pen.whole();
    let room = column(area, layers).min(2.0 * (x - whole.left).min(whole.right - x)) - pen.px(4.0);
    let mut y = area.bottom + pen.px(11.0);
    if let Some(name) = network.names.get(layer) {
        let font = Type { colour: pen.theme.ink, ..pen.small() };
        pen.text(&pen.cut(name, room, font)?, (x, y), Hold::Middle, font)?;
        y += pen.px(16.0);
    }
    let left_out = network.size(layer) - network.drawn(layer);
    if left_out > 0 {
        let long = format!("{left_out} not drawn");
        let text = if pen.width(&long, pen.small())? <= room { long } else { format!("+{left_out}") };
        pen.text(&text, (x, y), Hold::Middle, pen.small())?;
    }
    Ok(())
}

/// A connection to be drawn.
struct Line {
    layer: usize,
    start: f32,
    end: f32,
    alive: bool,
    weight: f32,
    /// 0 to 1; not a number where the weight is none.
    strength: f32,
}

impl Line {
    /// Width in CSS pixels, colour, opacity.
    fn stroke<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> (f64, Colour, f64) {
        if !self.alive {
            return (1.0, ghost(pen), 0.55);
        }
        if self.strength.is_nan() {
            return (1.0, pen.theme.undecided, 1.0);
        }
        let strength = f64::from(self.strength);
        (0.5 + 2.5 * strength, sign(pen, self.weight > 0.0), 0.15 + 0.8 * strength)
    }
}

fn ghost<DB: DrawingBackend>(pen: &Pen<DB>) -> Colour {
    pen.theme.faint.mix(pen.theme.muted, 0.2)
}

/// The colour of a sign: an end of the diverging map.
fn sign<DB: DrawingBackend>(pen: &Pen<DB>, positive: bool) -> Colour {
    let end = if positive { 1.0 } else { 0.0 };
    Gradient::new(ColourMap::Diverging, pen.theme).at(end).unwrap_or(pen.theme.ink)
}

/// The connections between drawn units: ghosts first, then the weak before the strong.
fn lines(network: &Network) -> Vec<Line> {
    let mut lines = Vec::new();
    for layer in 1..network.sizes.len() {
        let (starts, ends) = (network.column(layer - 1), network.column(layer));
        for (from, start) in &starts {
            for (to, end) in &ends {
                let Some(place) = network.weight(layer - 1, *from, *to) else { continue };
                let state = network.state(place);
                if state == ALIVE || state == GHOST {
                    let weight = network.weights.get(place).copied().unwrap_or(f32::NAN);
                    let alive = state == ALIVE;
                    lines.push(Line { layer: layer - 1, start: *start, end: *end, alive, weight, strength: f32::NAN });
                }
            }
        }
    }
    let given = Some(network.strongest).filter(|strongest| strongest.is_finite() && *strongest > 0.0);
    let largest = |lines: &[Line]| {
        lines
            .iter()
            .filter(|line| line.alive && line.weight.is_finite())
            .map(|line| line.weight.abs())
            .fold(0.0, f32::max)
    };
    let strongest = given.unwrap_or_else(|| largest(&lines));
    for line in lines.iter_mut().filter(|line| line.weight.is_finite()) {
        line.strength = if strongest > 0.0 { (line.weight.abs() / strongest).min(1.0) } else { 0.0 };
    }
    lines.sort_by(|a, b| a.alive.cmp(&b.alive).then(a.strength.total_cmp(&b.strength)));
    lines
}

/// Only what is to be seen.
fn legend<DB: DrawingBackend>(pen: &Pen<DB>, lines: &[Line]) -> Vec<Entry> {
    let line = Sample::Line { dashed: false };
    let mut entries = Vec::new();
    if lines.iter().any(|l| l.alive && l.weight > 0.0) {
        entries.push(Entry::new("weight above 0", sign(pen, true), line));
    }
    if lines.iter().any(|l| l.alive && l.weight < 0.0) {
        entries.push(Entry::new("below 0", sign(pen, false), line));
    }
    if lines.iter().any(|l| !l.alive) {
        entries.push(Entry::new("pruned", ghost(pen), line));
    }
    if lines.iter().any(|l| l.alive && !l.weight.is_finite()) {
        entries.push(Entry::new("missing", pen.theme.undecided, line));
    }
    entries
}
