//! A recall: a damaged cue, a memory, and the state on its way from one to the other.

use super::basins::Basins;
use super::cue;
use super::modern_hopfield::Controls;
use super::names::strongest;
use super::nets::{Kind, Memory, Rule};
use super::panels;
use super::patterns::{Pictures, Source};
use super::trace::Trace;
use super::walk::Walk;
use crate::exhibit::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vivarium_engine::rng::Rng;
use vivarium_frame::Complaint;
use vivarium_frame::view::{Photo, Raster};

/// Which units an update concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// One unit after the other, each sweep in a new random order.
    #[default]
    #[schemars(title = "One by one")]
    Asynchronous,
    /// All units from the same old state.
    #[schemars(title = "All at once")]
    Synchronous,
}

/// Whether the state still moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// It may change at the next update.
    Moving,
    /// No update changes it.
    Rest,
    /// Parallel updates swing between two states.
    Swing,
}

/// Multiply-adds for the map of basins. Where steps are many it may cost `MAP_WORK`, of which the first part is spent
/// before the first step and the rest step by step; where they are few it is computed at once.
const MAP_WORK: u64 = 4_000_000_000;
const FIRST_WORK: u64 = 30_000_000;
const STEP_WORK: u64 = 200_000;
const ALL_WORK: u64 = 600_000_000;
/// Points of the state's path that are kept for the map.
const TRAIL: usize = 256;
/// Patterns on the wall.
pub const WALL: usize = 60;

/// Patterns, the memory that stores them, and why there are no more.
type Stored = (Pictures, Memory, &'static str);

/// A memory, a cue and the state.
pub struct Recall {
    source: Source,
    /// The patterns as pictures.
    pub pictures: Pictures,
    /// The memory.
    pub memory: Memory,
    /// Why fewer patterns are stored than were asked for, as the end of a sentence; empty when they are not.
    pub limit: &'static str,
    /// The state.
    pub walk: Walk,
    /// The couplings as a picture.
    pub couplings: Raster,
    /// The energy per unit of the pattern that is the cue.
    pub goal: f32,
    /// The map of basins, where there is one.
    pub basins: Option<Basins>,
    /// Energy per unit against updates: this recall and the one before.
    pub energies: [Trace; 2],
    /// The state's path on the map.
    pub trail: Vec<(f32, f32)>,
    /// The patterns on the wall, in its order.
    pub wall: Vec<usize>,
    /// The pattern that is shown damaged.
    pub cue: usize,
    /// Updates made since the cue.
    pub updates: u64,
    /// Units that changed since the cue.
    pub flips: u64,
    /// Whether the state still moves.
    pub motion: Motion,
    pub(super) controls: Controls,
    forgotten: Vec<usize>,
    cues: u64,
    noise: Rng,
    dynamics: Rng,
    order: Vec<u32>,
    at: usize,
    moved: usize,
    /// The states one and two updates ago.
    past: [Vec<f32>; 2],
    overlaps: Vec<f32>,
    pointer: (f32, f32),
}

impl Recall {
    /// Stores the patterns and shows the first cue.
    ///
    /// # Errors
    /// When a data set is missing or malformed.
    pub fn new(controls: &Controls, seed: u64, store: &Store) -> Result<Self, Complaint> {
        let source = Source::new(controls.set, controls.side.pixels(), seed, store)?;
        let (pictures, mut memory, limit) = Self::store(controls, &source, &[])?;
        let first = memory.pattern(0).to_vec();
        let walk = Walk::new(&mut memory, &first);
        let units = memory.units();
        let mut recall = Self {
            source,
            limit,
            walk,
            couplings: panels::couplings(&memory),
            goal: 0.0,
            basins: None,
            energies: [Trace::new(), Trace::new()],
            trail: Vec::with_capacity(TRAIL),
            wall: Vec::with_capacity(WALL),
            cue: 0,
            updates: 0,
            flips: 0,
            motion: Motion::Moving,
            controls: controls.clone(),
            forgotten: Vec::new(),
            cues: 0,
            noise: Rng::new(seed, "noise"),
            dynamics: Rng::new(seed, "dynamics"),
            order: (0..units as u32).collect(),
            at: 0,
            moved: 0,
            past: [vec![0.0; units], vec![0.0; units]],
            overlaps: vec![0.0; memory.count()],
            pointer: (0.0, 0.0),
            pictures,
            memory,
        };
        recall.show(controls.cue as usize - 1);
        Ok(recall)
    }

    fn store(controls: &Controls, source: &Source, forgotten: &[usize]) -> Result<Stored, Complaint> {
        let signs = controls.rule.signs();
        let units = controls.side.pixels() * controls.side.pixels();
        // Storing must stay a matter of a second or two: these rules cost so many multiply-adds a pattern. Nor do they hold
        // more than so many: the projection then is the identity, Storkey's couplings grow without bound.
        let (most, useful) = match controls.rule {
            Rule::Storkey => (1_000_000_000 / (units * units), 2 * units),
            Rule::PseudoInverse => (4_000_000_000 / (units * units), units),
            _ => (usize::MAX, usize::MAX),
        };
        let asked = controls.patterns as usize;
        let mut pictures = source.pictures(asked.min(most).min(useful).max(1), signs);
        let stored = pictures.names.len() - source.own();
        let limit = match stored {
            _ if stored >= asked => "",
            _ if stored == useful => "; this rule has no use for more",
            _ if stored == most => "; storing more would take too long",
            _ => "; there is no room or no data for more",
        };
        pictures.forget(forgotten);
        let kind = Kind {
            rule: controls.rule,
            degree: controls.degree,
            beta: controls.beta as f32,
            self_coupling: controls.self_coupling,
        };
        // The memory alone keeps the values.
        let memory = Memory::new(kind, std::mem::take(&mut pictures.values))?;
        Ok((pictures, memory, limit))
    }

    /// Takes over new controls (all but the set and the side, which need another recall).
    ///
    /// # Errors
    /// When the memory cannot be stored anew; everything is then as before.
    pub fn adjust(&mut self, controls: &Controls) -> Result<(), Complaint> {
        let old = std::mem::replace(&mut self.controls, controls.clone());
        let stored = old.rule != controls.rule
            || old.patterns != controls.patterns
            || old.self_coupling != controls.self_coupling;
        if stored {
            if old.patterns != controls.patterns {
                self.forgotten.clear();
            }
            if let Err(complaint) = self.renew() {
                self.controls = old;
                return Err(complaint);
            }
        } else {
            self.memory.set_beta(controls.beta as f32)?;
            if old.degree != controls.degree {
                self.memory.set_degree(controls.degree)?;
            }
            if old.beta != controls.beta || old.degree != controls.degree || old.update != controls.update {
                self.walk.refresh(&mut self.memory);
                self.chart();
            }
        }
        let cue = controls.cue as usize - 1;
        if (old.cue, old.noise, old.hide) != (controls.cue, controls.noise, controls.hide) {
            self.show(if old.cue == controls.cue { self.cue } else { cue });
        } else {
            self.touched();
        }
        Ok(())
    }

    /// Stores everything anew and keeps the state, where it is one of the new memory's too.
    fn renew(&mut self) -> Result<(), Complaint> {
        let signs = self.memory.kind().rule.signs();
        (self.pictures, self.memory, self.limit) = Self::store(&self.controls, &self.source, &self.forgotten)?;
        self.couplings = panels::couplings(&self.memory);
        let units = self.memory.units();
        let kept = (units == self.walk.state().len() && signs == self.controls.rule.signs())
            .then(|| self.walk.state().to_vec());
        let start = kept.clone().unwrap_or_else(|| self.memory.pattern(0).to_vec());
        self.walk = Walk::new(&mut self.memory, &start);
        self.basins = None;
        self.overlaps = vec![0.0; self.memory.count()];
        self.order = (0..units as u32).collect();
        self.past = [vec![0.0; units], vec![0.0; units]];
        self.cue = self.cue.min(self.memory.count() - 1);
        match kept {
            Some(_) => {
                self.trail.clear();
                self.touched();
                self.chart();
            }
            None => self.show(self.cue),
        }
        Ok(())
    }

    /// The visitor's picture becomes a pattern, and the cue.
    ///
    /// # Errors
    /// When the picture cannot be used.
    pub fn add(&mut self, photo: &Photo) -> Result<(), Complaint> {
        self.source.add(photo)?;
        self.renew()?;
        self.show(self.memory.count() - 1);
        Ok(())
    }

    /// Forgets pattern `mu` of the memory, unless it is the last one.
    pub fn forget(&mut self, mu: usize) {
        if self.memory.count() < 2 || mu >= self.memory.count() {
            return;
        }
        // Its place among all patterns, the forgotten ones counted.
        let all = (0..self.memory.count() + self.forgotten.len()).filter(|k| !self.forgotten.contains(k));
        if let Some(place) = all.collect::<Vec<_>>().get(mu) {
            self.forgotten.push(*place);
            self.forgotten.sort_unstable();
            // What was stored once can be stored with less.
            let _ = self.renew();
        }
    }

    /// Shows pattern `mu` (counted round) damaged as the controls say, with noise of its own.
    pub fn show(&mut self, mu: usize) {
        let count = self.memory.count();
        self.cue = mu % count;
        self.cues += 1;
        let whole = self.memory.pattern(self.cue).to_vec();
        self.goal = (self.memory.energy(&whole) / self.memory.units() as f64) as f32;
        let mut noise = self.noise.nth(self.cues);
        let cue = cue::damaged(&self.pictures, &whole, self.controls.noise / 100.0, self.controls.hide, &mut noise);
        self.walk.restart(&mut self.memory, &cue);
        self.energies.swap(0, 1);
        self.energies[0].clear();
        self.trail.clear();
        (self.updates, self.flips) = (0, 0);
        self.touched();
        self.chart();
    }

    /// A new map, through the cue and the two patterns after it, and a first piece of it.
    fn chart(&mut self) {
        let count = self.memory.count();
        let three = [0, 1, 2].map(|k| (self.cue + k) % count);
        let (whole, first) = if self.one_by_one() { (MAP_WORK, FIRST_WORK) } else { (ALL_WORK, ALL_WORK) };
        self.basins = if count >= 3 { Basins::new(&mut self.memory, three, whole, &self.noise) } else { None };
        self.note();
        self.map(first);
    }

    /// Another cue at random.
    pub fn surprise(&mut self) {
        let mut rng = self.noise.split("surprise").nth(self.cues);
        let count = self.memory.count();
        self.show(self.cue + 1 + rng.index(count.max(2) - 1));
    }

    /// After the state changed from outside: it may move again.
    fn touched(&mut self) {
        self.motion = Motion::Moving;
        (self.at, self.moved) = (0, 0);
        self.past[0].fill(f32::NAN);
        self.past[1].fill(f32::NAN);
        self.note();
        self.look();
    }

    /// One update: of one unit, of all, or one softmax update. Allocates nothing.
    pub fn update(&mut self) {
        if self.motion != Motion::Moving {
            return;
        }
        let temperature = self.controls.temperature as f32;
        self.updates += 1;
        if !self.controls.rule.signs() {
            self.past[0].copy_from_slice(self.walk.state());
            let changed = self.walk.update_all(&mut self.memory, 0.0, || 0.0);
            self.flips += changed as u64;
            let moved = self.walk.state().iter().zip(&self.past[0]).any(|(new, old)| (new - old).abs() > 1e-5);
            self.motion = if moved { Motion::Moving } else { Motion::Rest };
            self.look();
        } else if !self.one_by_one() {
            self.past.swap(0, 1);
            self.past[0].copy_from_slice(self.walk.state());
            let dynamics = &mut self.dynamics;
            let changed = self.walk.update_all(&mut self.memory, temperature, || dynamics.unit_f32());
            self.flips += changed as u64;
            if temperature == 0.0 {
                if changed == 0 {
                    self.motion = Motion::Rest;
                } else if self.walk.state() == self.past[1] {
                    self.motion = Motion::Swing;
                }
            }
            self.look();
        } else {
            self.update_next(temperature);
        }
        self.note();
    }

    /// Updates the next unit of the sweep.
    fn update_next(&mut self, temperature: f32) {
        if self.at == 0 {
            self.dynamics.shuffle(&mut self.order);
            self.moved = 0;
        }
        let u = if temperature > 0.0 { self.dynamics.unit_f32() } else { 0.0 };
        let unit = self.order[self.at] as usize;
        let flipped = self.walk.update_unit(&self.memory, unit, temperature, u);
        self.moved += usize::from(flipped);
        self.flips += u64::from(flipped);
        self.at += 1;
        if self.at == self.order.len() {
            self.at = 0;
            if self.moved == 0 && temperature == 0.0 {
                self.motion = Motion::Rest;
            }
            self.look();
        }
    }

    /// Updates once each unit, or all of them once.
    pub fn sweep(&mut self) {
        for _ in 0..if self.one_by_one() { self.memory.units() } else { 1 } {
            self.update();
        }
    }

    /// One step: an update while the state moves, and a piece of the map. Allocates nothing.
    pub fn step(&mut self) {
        self.update();
        self.map(if self.one_by_one() { STEP_WORK } else { 20 * STEP_WORK });
    }

    fn map(&mut self, budget: u64) {
        if let Some(basins) = &mut self.basins {
            basins.work(&mut self.memory, budget, self.controls.update == Update::Synchronous);
        }
    }

    /// Whether units are updated one by one.
    fn one_by_one(&self) -> bool {
        self.controls.rule.signs() && self.controls.update == Update::Asynchronous
    }

    /// Whether a step would still change something.
    pub fn busy(&self) -> bool {
        self.motion == Motion::Moving || self.basins.as_ref().is_some_and(|b| !b.done())
    }

    /// The energy per unit.
    pub fn level(&self) -> f32 {
        (self.walk.energy(&self.memory) / self.memory.units() as f64) as f32
    }

    /// Notes energy and place.
    fn note(&mut self) {
        self.energies[0].push(self.updates as f32, self.level());
        // The place costs two products: it is noted a hundred times or so in a sweep.
        let every = if self.one_by_one() { (self.memory.units() as u64 / 64).max(1) } else { 1 };
        if self.updates.is_multiple_of(every)
            && let Some(basins) = &self.basins
        {
            if self.trail.len() == TRAIL {
                // The older half becomes coarser.
                let mut keep = 0..TRAIL;
                self.trail.retain(|_| keep.next().is_some_and(|k| k >= TRAIL / 2 || k % 2 == 0));
            }
            self.trail.push(basins.project(&self.memory, self.walk.state()));
        }
    }

    /// Looks at the patterns: lights, and which of them hang on the wall. Seldom, for it costs a product each.
    fn look(&mut self) {
        if self.controls.rule == Rule::Softmax {
            self.memory.attend(self.walk.state());
        }
        let count = self.memory.count();
        self.wall.clear();
        if count <= WALL {
            self.wall.extend(0..count);
            return;
        }
        self.memory.overlaps(self.walk.state(), &mut self.overlaps);
        strongest(&self.overlaps, WALL, &mut self.wall);
    }

    /// Overlaps with all patterns, now.
    pub fn overlaps(&self) -> Vec<f32> {
        let mut overlaps = vec![0.0; self.memory.count()];
        self.memory.overlaps(self.walk.state(), &mut overlaps);
        overlaps
    }

    /// The pointer on the state: presses at (x, y), in pixels.
    pub fn press(&mut self, x: f32, y: f32, opposite: bool) {
        self.pointer = (x, y);
        self.stroke(x, y, opposite);
    }

    /// The pointer on the state: was pressed and comes to (x, y).
    pub fn stroke(&mut self, x: f32, y: f32, opposite: bool) {
        let line = [self.pointer, (x, y)];
        let strokes = cue::strokes(&self.pictures, self.walk.state(), line, self.controls.brush, opposite);
        self.pointer = (x, y);
        self.walk.paint(&mut self.memory, strokes.into_iter());
        self.touched();
    }
}

#[cfg(test)]
#[path = "recall_tests.rs"]
mod tests;
