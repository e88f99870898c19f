//! A network of layers: units as discs, weights as lines between neighbouring layers.

use crate::Complaint;
use serde::{Deserialize, Serialize};

/// State of a connection that works.
pub const ALIVE: u8 = 0;
/// State of a pruned connection: it stays visible, faintly.
pub const GHOST: u8 = 1;
/// State of a connection that is not there.
pub const ABSENT: u8 = 2;

/// Layers of units, from left to right, with a weight for every pair of units of neighbouring layers.
///
/// **Coordinates** (of [`crate::view::Touch`]): layer `l` stands at `x = l`; `y` runs from 0 at the upper edge to 1 at
/// the lower one. [`Network::place`] says where a unit stands, [`Network::hit`] what lies at a point, for the exhibit and
/// the picture alike.
///
/// A layer that is too large is drawn in part: its first and its last units, with a gap between them, and the number of
/// those left out beneath it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Units of each layer.
    pub sizes: Vec<u32>,
    /// A name for each layer, or none at all.
    pub names: Vec<String>,
    /// A short label for each unit, layer by layer, or none at all.
    pub labels: Vec<String>,
    /// The activation of each unit, layer by layer, or none at all. One that is not finite is missing.
    pub activations: Vec<f32>,
    /// The activations at the ends of the colour map.
    pub range: (f32, f32),
    /// What the activations are, for the colour bar; empty means no colour bar.
    pub activation: String,
    /// Weights: for each pair of neighbouring layers a matrix, row by row, `[from][to]`.
    pub weights: Vec<f32>,
    /// One of [`ALIVE`], [`GHOST`] and [`ABSENT`] for each weight; none at all means that all are alive.
    #[serde(with = "super::bytes")]
    pub states: Vec<u8>,
    /// The absolute weight that is drawn at full strength; 0 means the largest of those drawn.
    pub strongest: f32,
    /// Draw at most so many units of a layer (2 to [`Network::MOST_DRAWN`]); 0 means 16.
    pub most: u32,
}

/// A part of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A unit.
    Unit {
        /// Its layer.
        layer: usize,
        /// Its number in the layer.
        unit: usize,
    },
    /// The connection from a unit of `layer` to one of the next layer.
    Weight {
        /// The layer it comes from.
        layer: usize,
        /// The unit it comes from.
        from: usize,
        /// The unit of the next layer it goes to.
        to: usize,
    },
}

/// So near to a layer's line (in layers) a point means a unit, not a connection.
const COLUMN: f32 = 0.12;
/// So near to a line (in heights of the picture) a point means this connection.
const REACH: f32 = 0.02;
/// More lines than this can neither be told apart nor drawn in a moment.
const MOST_LINES: usize = 6_000;

impl Network {
    /// Layers that a picture can hold.
    pub const MOST_LAYERS: usize = 32;
    /// Weights that a picture can hold.
    pub const MOST_WEIGHTS: usize = 1 << 24;
    /// Units of a layer that can be drawn.
    pub const MOST_DRAWN: u32 = 64;

    /// Whether all parts have the lengths that the sizes ask for.
    ///
    /// # Errors
    /// A sentence on the first part that has not.
    pub fn check(&self) -> Result<(), Complaint> {
        let refuse = |sentence: String| Err(Complaint::new(sentence));
        let layers = self.sizes.len();
        if !(1..=Self::MOST_LAYERS).contains(&layers) {
            return refuse(format!("A network has 1 to {} layers, not {layers}.", Self::MOST_LAYERS));
        }
        if let Some(empty) = self.sizes.iter().position(|size| *size == 0) {
            return refuse(format!("Layer {} of the network has no units.", empty + 1));
        }
        let units: u64 = self.sizes.iter().map(|size| u64::from(*size)).sum();
        let weights: u64 =
            self.sizes.windows(2).fold(0, |sum, pair| sum.saturating_add(u64::from(pair[0]) * u64::from(pair[1])));
        if units.max(weights) > Self::MOST_WEIGHTS as u64 {
            return refuse(format!("A network of {units} units and {weights} weights is too large to draw."));
        }
        let part = |what: &str, given: usize, wanted: u64, optional: bool| {
            if given as u64 == wanted || (optional && given == 0) {
                Ok(())
            } else {
                refuse(format!("The network has {given} {what}, but its sizes ask for {wanted}."))
            }
        };
        part("names", self.names.len(), layers as u64, true)?;
        part("labels", self.labels.len(), units, true)?;
        part("activations", self.activations.len(), units, true)?;
        part("weights", self.weights.len(), weights, false)?;
        part("states", self.states.len(), weights, true)
    }

    /// Units of a layer; 0 where there is no such layer.
    pub fn size(&self, layer: usize) -> usize {
        self.sizes.get(layer).map_or(0, |size| *size as usize)
    }

    /// The place of a unit in `activations` and `labels`; none when there is no such unit.
    pub fn unit(&self, layer: usize, unit: usize) -> Option<usize> {
        let before: usize = self.sizes.iter().take(layer).map(|size| *size as usize).sum();
        (unit < self.size(layer)).then(|| before + unit)
    }

    /// The place of a weight in `weights` and `states`; none when there is no such pair of units.
    pub fn weight(&self, layer: usize, from: usize, to: usize) -> Option<usize> {
        let next = self.size(layer + 1);
        let before: usize = self.sizes.windows(2).take(layer).map(|pair| pair[0] as usize * pair[1] as usize).sum();
        (from < self.size(layer) && to < next).then(|| before + from * next + to)
    }

    /// The state of the weight at a place; one that is not known counts as absent.
    pub fn state(&self, weight: usize) -> u8 {
        if self.states.is_empty() { ALIVE } else { self.states.get(weight).copied().unwrap_or(ABSENT) }
    }

    /// Units drawn of the largest layers: no more than asked for, and so few that their lines can be drawn.
    fn limit(&self) -> usize {
        let asked = if self.most == 0 { 16 } else { self.most.clamp(2, Self::MOST_DRAWN) } as usize;
        let lines = |most: usize| -> usize {
            self.sizes.windows(2).map(|pair| (pair[0] as usize).min(most) * (pair[1] as usize).min(most)).sum()
        };
        (2..=asked).rev().find(|most| lines(*most) <= MOST_LINES).unwrap_or(2)
    }

    /// How many units of a layer are drawn.
    pub fn drawn(&self, layer: usize) -> usize {
        self.size(layer).min(self.limit())
    }

    /// The units of a layer that are drawn, each with its `y`.
    pub fn column(&self, layer: usize) -> Vec<(usize, f32)> {
        let limit = self.limit();
        let slots = |size: usize| if size > limit { limit + 1 } else { size };
        let size = self.size(layer);
        let own = slots(size);
        let largest = self.sizes.iter().map(|size| slots(*size as usize)).max().unwrap_or(1);
        // Small layers keep together beside large ones.
        let pitch = (1.0 / own as f32).min(2.0 / largest as f32);
        let y = |slot: usize| 0.5 + (slot as f32 - (own as f32 - 1.0) / 2.0) * pitch;
        if size <= limit {
            return (0..size).map(|unit| (unit, y(unit))).collect();
        }
        let head = limit.div_ceil(2);
        let tail = limit - head;
        (0..head).map(|unit| (unit, y(unit))).chain((0..tail).map(|i| (size - tail + i, y(head + 1 + i)))).collect()
    }

    /// The middle of the gap in a layer that is drawn in part.
    pub fn gap(&self, layer: usize) -> Option<f32> {
        let column = self.column(layer);
        let head = column.len().div_ceil(2);
        (column.len() < self.size(layer)).then(|| (column[head - 1].1 + column[head].1) / 2.0)
    }

    /// Where a unit stands; none when it is not drawn.
    pub fn place(&self, layer: usize, unit: usize) -> Option<(f32, f32)> {
        self.column(layer).into_iter().find(|(drawn, _)| *drawn == unit).map(|(_, y)| (layer as f32, y))
    }

    /// What lies at a point: near a layer the nearest unit, between two layers the nearest connection that is not absent
    /// (of several at the same distance a living one, then the strongest). None where nothing is near.
    pub fn hit(&self, x: f32, y: f32) -> Option<Hit> {
        let layer = x.round();
        if (x - layer).abs() <= COLUMN && layer >= 0.0 {
            let layer = layer as usize;
            let column = self.column(layer);
            let pitch = column.windows(2).map(|pair| pair[1].1 - pair[0].1).fold(0.5, f32::min);
            let (unit, distance) =
                column.into_iter().map(|(unit, at)| (unit, (at - y).abs())).min_by(|a, b| a.1.total_cmp(&b.1))?;
            return (distance <= pitch / 2.0).then_some(Hit::Unit { layer, unit });
        }
        let rank = |(hit, distance): &(Hit, f32)| {
            let Hit::Weight { layer, from, to } = *hit else { return (0, 0, 0.0) };
            let place = self.weight(layer, from, to).unwrap_or(usize::MAX);
            let strength = self.weights.get(place).map_or(0.0, |w| w.abs());
            // Distances nearer than a tenth of the reach count as the same.
            ((distance / (REACH / 10.0)) as u32, self.state(place), -strength)
        };
        let near = self.lines_near(x, y, REACH);
        let best = near.min_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
        });
        best.map(|(hit, _)| hit)
    }

    /// All connections that are not absent and pass within `reach` (in heights of the picture, measured upright) of a
    /// point: what a brush of this size touches.
    pub fn brushed(&self, x: f32, y: f32, reach: f32) -> Vec<Hit> {
        self.lines_near(x, y, reach).map(|(hit, _)| hit).collect()
    }

    fn lines_near(&self, x: f32, y: f32, reach: f32) -> impl Iterator<Item = (Hit, f32)> + '_ {
        let last = self.sizes.len().saturating_sub(1) as f32;
        let layer = if x >= 0.0 && x < last { x as usize } else { usize::MAX - 1 };
        let (starts, ends) = (self.column(layer), self.column(layer + 1));
        let along = x - x.floor();
        starts.into_iter().flat_map(move |(from, start)| {
            let ends = ends.clone();
            ends.into_iter().filter_map(move |(to, end)| {
                let distance = (start + (end - start) * along - y).abs();
                let there = self.weight(layer, from, to).is_some_and(|place| self.state(place) < ABSENT);
                (there && distance <= reach).then_some((Hit::Weight { layer, from, to }, distance))
            })
        })
    }

    /// The picture in words: sizes, and how many connections are alive. A start for a panel's text alternative.
    pub fn describe(&self) -> String {
        if let Err(complaint) = self.check() {
            return complaint.sentence;
        }
        let sizes: Vec<String> = self.sizes.iter().map(u32::to_string).collect();
        let alive = (0..self.weights.len()).filter(|place| self.state(*place) == ALIVE).count();
        let ghosts = (0..self.weights.len()).filter(|place| self.state(*place) == GHOST).count();
        let mut words =
            format!("Layers of {} units; {alive} of {} connections are alive", sizes.join(", "), self.weights.len());
        if ghosts > 0 {
            words += &format!(", {ghosts} pruned ones are drawn as ghosts");
        }
        let hidden: usize = (0..self.sizes.len()).map(|layer| self.size(layer) - self.drawn(layer)).sum();
        if hidden > 0 {
            words += &format!("; {hidden} units and their connections are not drawn");
        }
        words + "."
    }

    /// A part in words with its value, as the pointer is told.
    pub fn tell(&self, hit: Hit) -> String {
        let number = |value: Option<&f32>| match value {
            Some(value) if value.is_finite() => crate::paint::compact(f64::from(*value)),
            _ => "missing".to_owned(),
        };
        let name = |layer: usize| match self.names.get(layer) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("layer {}", layer + 1),
        };
        match hit {
            Hit::Unit { layer, unit } => {
                let place = self.unit(layer, unit).unwrap_or(usize::MAX);
                let label = self.labels.get(place).filter(|label| !label.is_empty());
                let label = label.map_or(String::new(), |label| format!(" ({label})"));
                let what = if self.activation.is_empty() { "activation" } else { &self.activation };
                let value = match self.activations.get(place) {
                    None => String::new(),
                    value => format!("\n{what}: {}", number(value)),
                };
                format!("{}, unit {}{label}{value}", name(layer), unit + 1)
            }
            Hit::Weight { layer, from, to } => {
                let place = self.weight(layer, from, to).unwrap_or(usize::MAX);
                let state = if self.state(place) == GHOST { ", pruned" } else { "" };
                format!(
                    "weight: {}{state}\nfrom {}, unit {} to {}, unit {}",
                    number(self.weights.get(place)),
                    name(layer),
                    from + 1,
                    name(layer + 1),
                    to + 1
                )
            }
        }
    }
}
