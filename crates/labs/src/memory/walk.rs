//! One state on its way through a memory: local fields and energy are kept up to date flip by flip.
//!
//! For the pairwise rules an update that changes nothing costs one comparison, a flip one pass over a row of couplings.
//! All sums are of whole numbers and exact, so the numbers here are those of [`Memory`]'s own functions, bit for bit.

use super::nets::{Memory, Store, decide};
use vivarium_engine::kernel;

/// A state with what follows from it. Buffers are made once; nothing here allocates afterwards.
#[derive(Clone, Debug)]
pub struct Walk {
    state: Vec<f32>,
    /// Pairwise: the local fields in the couplings' unit, one per unit.
    fields: Vec<f32>,
    /// Polynomial: the products x_mu . xi, one per pattern.
    products: Vec<i32>,
    next: Vec<f32>,
    /// Pairwise: sum of s_i h_i in the couplings' unit. Else the energy itself.
    level: f64,
    /// Multiply-adds made so far: what the work cost, counted rather than timed.
    pub cost: u64,
}

impl Walk {
    /// Starts at `state` (d numbers; for the sign rules what is not above 0 becomes -1).
    pub fn new(memory: &mut Memory, state: &[f32]) -> Self {
        let (units, count) = (memory.units(), memory.count());
        let mut walk = Self {
            state: vec![-1.0; units],
            fields: vec![0.0; units],
            products: vec![0; count],
            next: vec![0.0; units],
            level: 0.0,
            cost: 0,
        };
        walk.restart(memory, state);
        walk
    }

    /// Starts again at `state`.
    pub fn restart(&mut self, memory: &mut Memory, state: &[f32]) {
        let signs = memory.kind().rule.signs();
        for (mine, &s) in self.state.iter_mut().zip(state) {
            *mine = if signs { if s > 0.0 { 1.0 } else { -1.0 } } else { s };
        }
        self.refresh(memory);
    }

    /// Computes everything anew: after the memory or its parameters changed.
    pub fn refresh(&mut self, memory: &mut Memory) {
        self.cost += (memory.units() * memory.units().min(memory.count())) as u64;
        match &memory.store {
            Store::Pairwise(couplings) => {
                for (i, field) in self.fields.iter_mut().enumerate() {
                    *field = kernel::dot(couplings.row(i), &self.state);
                }
                let terms = self.state.iter().zip(&self.fields);
                self.level = terms.map(|(s, h)| f64::from(*s) * f64::from(*h)).sum();
            }
            Store::Dense(dense) => {
                self.products.resize(memory.count(), 0);
                dense.products(&self.state, &mut self.products);
                self.level = dense.energy(&self.products);
            }
            Store::Softmax => self.level = memory.energy(&self.state),
        }
    }

    /// The state, d numbers.
    pub fn state(&self) -> &[f32] {
        &self.state
    }

    /// The energy; see [`Memory::energy`].
    pub fn energy(&self, memory: &Memory) -> f64 {
        match &memory.store {
            Store::Pairwise(couplings) => -0.5 * self.level * couplings.unit,
            _ => self.level,
        }
    }

    /// The local field of unit `i` (sign rules); see [`Memory::local_field`].
    pub fn field(&self, memory: &Memory, i: usize) -> f32 {
        match &memory.store {
            Store::Pairwise(couplings) => (f64::from(self.fields[i]) * couplings.unit) as f32,
            Store::Dense(dense) => dense.field(i, self.state[i], &self.products) as f32,
            Store::Softmax => 0.0,
        }
    }

    /// Turns unit `i` over (sign rules).
    pub fn flip(&mut self, memory: &Memory, i: usize) {
        let old = self.state[i];
        self.state[i] = -old;
        match &memory.store {
            Store::Pairwise(couplings) => {
                let row = couplings.row(i);
                // s W s changes by -4 s_i (h_i - W_ii s_i).
                let others = f64::from(self.fields[i]) - f64::from(row[i]) * f64::from(old);
                self.level -= 4.0 * f64::from(old) * others;
                kernel::axpy(-2.0 * old, row, &mut self.fields);
                self.cost += row.len() as u64;
            }
            Store::Dense(dense) => {
                dense.add(i, -2 * old as i32, &mut self.products);
                self.level = dense.energy(&self.products);
                self.cost += 2 * self.products.len() as u64;
            }
            Store::Softmax => {}
        }
    }

    /// Updates unit `i` (sign rules); see [`Memory::update_unit`]. Tells whether it flipped.
    pub fn update_unit(&mut self, memory: &Memory, i: usize, temperature: f32, u: f32) -> bool {
        let old = self.state[i];
        let flips = if temperature == 0.0
            && let Store::Pairwise(_) = &memory.store
        {
            // Opposite signs; the unit of the couplings does not matter.
            self.fields[i] * old < 0.0
        } else {
            decide(self.field(memory, i), old, temperature, u) != old
        };
        self.cost += if let Store::Dense(_) = &memory.store { self.products.len() as u64 } else { 1 };
        if flips {
            self.flip(memory, i);
        }
        flips
    }

    /// Updates all units at once; see [`Memory::update_all`]. Tells how many changed.
    pub fn update_all(&mut self, memory: &mut Memory, temperature: f32, mut uniform: impl FnMut() -> f32) -> usize {
        if !memory.kind().rule.signs() {
            let changed = memory.update_all(&mut self.state, 0.0, uniform);
            self.level = memory.energy(&self.state);
            self.cost += 4 * (memory.units() * memory.count()) as u64;
            return changed;
        }
        for i in 0..self.state.len() {
            let u = if temperature > 0.0 { uniform() } else { 0.0 };
            self.next[i] = decide(self.field(memory, i), self.state[i], temperature, u);
        }
        let mut flips = 0;
        for i in 0..self.state.len() {
            if self.next[i] != self.state[i] {
                self.flip(memory, i);
                flips += 1;
            }
        }
        flips
    }

    /// Sign rules: sweeps over the units in their order at T = 0 until a sweep changes nothing, at most `sweeps` times.
    /// Softmax: updates until no unit moves by more than 1e-5. Tells whether it came to rest.
    pub fn relax(&mut self, memory: &mut Memory, sweeps: usize) -> bool {
        self.settle(memory, sweeps, false)
    }

    /// [`Walk::relax`] with all units updated at once where `parallel`.
    pub fn settle(&mut self, memory: &mut Memory, sweeps: usize, parallel: bool) -> bool {
        for _ in 0..sweeps {
            let moved = if !memory.kind().rule.signs() {
                self.next.copy_from_slice(&self.state);
                self.update_all(memory, 0.0, || 0.0);
                self.state.iter().zip(&self.next).any(|(new, old)| (new - old).abs() > 1e-5)
            } else if parallel {
                self.update_all(memory, 0.0, || 0.0) > 0
            } else {
                (0..self.state.len()).fold(false, |moved, i| self.update_unit(memory, i, 0.0, 0.0) | moved)
            };
            if !moved {
                return true;
            }
        }
        false
    }

    /// Becomes a copy of `other`, which walks the same memory; keeps its own cost.
    pub fn follow(&mut self, other: &Self) {
        self.state.copy_from_slice(&other.state);
        self.fields.copy_from_slice(&other.fields);
        self.products.copy_from_slice(&other.products);
        self.level = other.level;
    }

    /// Paints: puts every unit of `strokes` at its value. Cheaper than unit by unit where the energy is dear.
    pub fn paint(&mut self, memory: &mut Memory, strokes: impl Iterator<Item = (usize, f32)>) {
        let signs = memory.kind().rule.signs();
        for (i, value) in strokes {
            if !signs {
                self.state[i] = value;
            } else if (value > 0.0) != (self.state[i] > 0.0) {
                self.flip(memory, i);
            }
        }
        if !signs {
            self.level = memory.energy(&self.state);
        }
    }
}
