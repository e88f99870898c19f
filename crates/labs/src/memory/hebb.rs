//! The Hebb rule in whole numbers: large random networks, exact to the last bit.
//!
//! With patterns x in {-1, 1} and overlaps `M_mu = sum_j x_mu_j s_j`, N times the field of unit i is
//! `sum_mu x_mu_i M_mu - P s_i` (no self-coupling), and -2 N times the energy is `sum_mu M_mu^2 - P N`. No weights are
//! stored, so a network costs N P numbers, and its field P multiply-adds.

use vivarium_engine::math::sigmoid;
use vivarium_engine::rng::Rng;

/// Lanes of a field's sum; patterns are padded to a multiple of it.
const LANES: usize = 16;

/// A Hebb network with random patterns.
///
/// Units `N` from 1 to 16,384, patterns `P` of at least 1.
#[derive(Clone, Debug)]
pub struct Hebb {
    units: usize,
    patterns: usize,
    /// Patterns, padded with zeros.
    padded: usize,
    /// What each unit is in every pattern: `units` rows of `padded` numbers.
    rows: Vec<i16>,
    /// `M_mu`, padded with zeros. Even 16,384 units stay within 16 bits.
    overlaps: Vec<i16>,
    state: Vec<i16>,
}

impl Hebb {
    /// A network of `units` with `patterns` random ones, in the state of the first.
    pub fn random(units: usize, patterns: usize, random: &mut Rng) -> Self {
        let mut new =
            Self { units: 0, patterns: 0, padded: 0, rows: Vec::new(), overlaps: Vec::new(), state: Vec::new() };
        new.renew(units, patterns, random);
        new
    }

    /// The same with another network in the same memory.
    pub fn renew(&mut self, units: usize, patterns: usize, random: &mut Rng) {
        self.units = units;
        self.patterns = patterns;
        self.padded = patterns.next_multiple_of(LANES);
        self.rows.clear();
        self.rows.resize(units * self.padded, 0);
        for row in self.rows.chunks_exact_mut(self.padded) {
            for chunk in row[..patterns].chunks_mut(64) {
                let bits = random.next_u64();
                for (k, x) in chunk.iter_mut().enumerate() {
                    *x = sign_of_bit(bits >> k);
                }
            }
        }
        self.state.clear();
        self.state.resize(units, 1);
        self.overlaps.clear();
        self.overlaps.resize(self.padded, 0);
        self.recall_from(0);
    }

    /// Number of units.
    pub fn units(&self) -> usize {
        self.units
    }

    /// Number of patterns.
    pub fn patterns(&self) -> usize {
        self.patterns
    }

    /// The pattern `mu`, one sign a unit.
    pub fn pattern(&self, mu: usize) -> impl Iterator<Item = i16> + '_ {
        self.rows.iter().skip(mu).step_by(self.padded).copied()
    }

    /// The state, one sign a unit.
    pub fn state(&self) -> &[i16] {
        &self.state
    }

    /// Puts the state on pattern `mu`.
    pub fn recall_from(&mut self, mu: usize) {
        for (s, row) in self.state.iter_mut().zip(self.rows.chunks_exact(self.padded)) {
            *s = row[mu];
        }
        self.count_overlaps();
    }

    /// Puts the state anywhere.
    pub fn scatter(&mut self, random: &mut Rng) {
        for s in &mut self.state {
            *s = sign_of_bit(random.next_u64() >> 63);
        }
        self.count_overlaps();
    }

    /// Flips `flips` units of the state (at most all), chosen at random.
    pub fn damage(&mut self, flips: usize, random: &mut Rng) {
        if flips > 0 {
            for i in random.sample_without_replacement(self.units, flips) {
                self.flip(i);
            }
        }
    }

    fn count_overlaps(&mut self) {
        self.overlaps.fill(0);
        for (s, row) in self.state.iter().zip(self.rows.chunks_exact(self.padded)) {
            for (m, x) in self.overlaps.iter_mut().zip(row) {
                *m += x * s;
            }
        }
    }

    /// Overlap with pattern `mu`, -1 to 1.
    pub fn overlap(&self, mu: usize) -> f64 {
        f64::from(self.overlaps[mu]) / self.units as f64
    }

    /// N times the field of unit `i`.
    pub fn field(&self, i: usize) -> i32 {
        let row = &self.rows[i * self.padded..(i + 1) * self.padded];
        let mut lanes = [0i32; LANES];
        for (x, m) in row.chunks_exact(LANES).zip(self.overlaps.chunks_exact(LANES)) {
            for ((lane, x), m) in lanes.iter_mut().zip(x).zip(m) {
                *lane += i32::from(*x) * i32::from(*m);
            }
        }
        lanes.iter().sum::<i32>() - self.patterns as i32 * i32::from(self.state[i])
    }

    /// 2 N times the energy.
    pub fn energy(&self) -> i64 {
        let squares: i64 = self.overlaps.iter().map(|m| i64::from(*m) * i64::from(*m)).sum();
        (self.patterns * self.units) as i64 - squares
    }

    fn flip(&mut self, i: usize) {
        self.state[i] = -self.state[i];
        let row = &self.rows[i * self.padded..(i + 1) * self.padded];
        let twice = 2 * self.state[i];
        for (m, x) in self.overlaps.iter_mut().zip(row) {
            *m += x * twice;
        }
    }

    /// Aligns unit `i` with its field, which leaves it as it is at field 0; whether it flipped.
    pub fn align(&mut self, i: usize) -> bool {
        let wrong = self.field(i) * i32::from(self.state[i]) < 0;
        if wrong {
            self.flip(i);
        }
        wrong
    }

    /// Aligns one unit after the other; how many flipped.
    pub fn sweep(&mut self) -> usize {
        (0..self.units).filter(|i| self.align(*i)).count()
    }

    /// Aligns all units at once; how many flipped.
    pub fn sweep_together(&mut self) -> usize {
        let wrong: Vec<usize> = (0..self.units).filter(|i| self.field(*i) * i32::from(self.state[*i]) < 0).collect();
        for i in &wrong {
            self.flip(*i);
        }
        wrong.len()
    }

    /// Glauber's dynamics for one sweep: every unit in turn becomes +1 with probability
    /// `1 / (1 + exp(-2 h / T))` at temperature `T` above 0.
    pub fn sweep_at(&mut self, temperature: f64, random: &mut Rng) {
        let scale = 2.0 / (temperature * self.units as f64);
        for i in 0..self.units {
            let up = sigmoid(scale * f64::from(self.field(i)));
            let wanted = if random.bernoulli(up) { 1 } else { -1 };
            if wanted != self.state[i] {
                self.flip(i);
            }
        }
    }

    /// Sweeps at T = 0 until nothing changes, at most `most` of them; whether it came to rest.
    pub fn settle(&mut self, most: usize) -> bool {
        (0..most).any(|_| self.sweep() == 0)
    }
}

fn sign_of_bit(bits: u64) -> i16 {
    if bits & 1 == 1 { 1 } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(units: usize, patterns: usize) -> Hebb {
        Hebb::random(units, patterns, &mut Rng::new(7, "test"))
    }

    #[test]
    fn fields_and_energy_are_those_of_the_weights() {
        let (n, p) = (50, 21);
        let mut net = network(n, p);
        net.scatter(&mut Rng::new(1, "state"));
        let patterns: Vec<Vec<i64>> = (0..p).map(|mu| net.pattern(mu).map(i64::from).collect()).collect();
        let state: Vec<i64> = net.state().iter().map(|s| i64::from(*s)).collect();
        // N W_ij, zero on the diagonal.
        let weight = |i: usize, j: usize| if i == j { 0 } else { patterns.iter().map(|x| x[i] * x[j]).sum::<i64>() };
        let fields: Vec<i64> = (0..n).map(|i| (0..n).map(|j| weight(i, j) * state[j]).sum()).collect();
        for (i, field) in fields.iter().enumerate() {
            assert_eq!(i64::from(net.field(i)), *field);
        }
        assert_eq!(net.energy(), -state.iter().zip(&fields).map(|(s, h)| s * h).sum::<i64>());
    }

    #[test]
    fn overlaps_follow_the_flips() {
        let mut net = network(200, 30);
        net.scatter(&mut Rng::new(2, "state"));
        net.sweep();
        let kept = net.overlaps.clone();
        net.count_overlaps();
        assert_eq!(net.overlaps, kept);
    }

    #[test]
    fn a_flip_changes_the_energy_by_the_field() {
        let mut net = network(100, 40);
        net.scatter(&mut Rng::new(3, "state"));
        for i in 0..100 {
            let (before, field, s) = (net.energy(), net.field(i), net.state[i]);
            net.flip(i);
            assert_eq!(net.energy() - before, 4 * i64::from(field) * i64::from(s));
        }
    }
}
