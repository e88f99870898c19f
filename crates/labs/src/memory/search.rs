//! How many patterns a memory recalls, by experiment.
//!
//! A memory of d units recalls N random patterns when at most 5 % of them are lost: each is asked for with exactly d / 8
//! of its bits flipped, and is lost when the answer differs from it by more than 0.5 in any unit. Softmax answers with
//! one update, the others with the signs after at most 50 sweeps.
//!
//! Up to 400 patterns a set are asked for. Small sets give few questions and a share of 5 % of them would be all or
//! nothing, so for N below 400 the share is taken over as many sets as make 400 questions. All sets are beginnings of
//! the same endless lists of patterns, and questions are the same at every N: so what is lost at N is lost at a larger
//! N too, but for rare exceptions, and N* is found by doubling and halving, to 1 part in 64.

use super::nets::{Kind, Memory, Rule};
use super::walk::Walk;
use ndarray::Array2;
use vivarium_engine::math::{exp, ln};
use vivarium_engine::rng::Rng;
use vivarium_engine::stats::least_squares;
use vivarium_frame::Complaint;

/// Questions asked for one N.
const QUESTIONS: usize = 400;
/// The share of them that may be lost.
const LOST: f64 = 0.05;
/// Sweeps that a sign memory has.
const SWEEPS: usize = 50;
/// Where the search gives up: what holds so much is beyond measuring here.
const MOST: usize = 1 << 21;
/// Multiply-adds in one step, roughly.
const WORK: usize = 1_000_000;

/// A search for N*, advanced in steps of some milliseconds.
pub struct Search {
    kind: Kind,
    bits: usize,
    rng: Rng,
    /// The largest N known to be recalled.
    good: usize,
    /// The smallest N known not to be.
    bad: Option<usize>,
    trial: Trial,
    /// The set in hand: one word a pattern.
    words: Vec<u64>,
    /// What stores the set; softmax needs but the words.
    memory: Option<Memory>,
    /// For softmax: `exp(beta (x . xi - d))` by the number of differing bits.
    weight: Vec<f64>,
}

/// The questions of one N.
struct Trial {
    patterns: usize,
    set: usize,
    /// Next question of the set.
    question: usize,
    asked: usize,
    lost: usize,
    flips: Rng,
}

impl Search {
    /// A search in random patterns of `bits` bits (8 to 64).
    ///
    /// # Errors
    /// A sentence when `bits` is out of range or the kind's parameters are.
    pub fn new(kind: Kind, bits: usize, seed: u64) -> Result<Self, Complaint> {
        if !(8..=64).contains(&bits) {
            return Err(Complaint::new(format!("Capacity is measured with 8 to 64 units, not with {bits}.")));
        }
        // The memory itself says whether its parameters are allowed.
        Memory::new(kind, Array2::ones((1, bits)))?;
        let rng = Rng::new(seed, "capacity").nth(bits as u64);
        let beta = f64::from(kind.beta);
        let weight = (0..=bits).map(|differing| exp(-2.0 * beta * differing as f64)).collect();
        let trial = Trial::new(1, &rng);
        Ok(Self { kind, bits, rng, good: 0, bad: None, trial, words: Vec::new(), memory: None, weight })
    }

    /// The N that is being tried, with the questions asked so far and those lost.
    pub fn trying(&self) -> (usize, usize, usize) {
        (self.trial.patterns, self.trial.asked, self.trial.lost)
    }

    /// N* once it is found: 0 when not even one pattern is recalled.
    pub fn found(&self) -> Option<usize> {
        let enough = self.bad.is_some_and(|bad| bad - self.good <= 1.max(self.good / 64));
        (enough || self.good >= MOST).then_some(self.good)
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// None in practice: the kind was seen to be allowed.
    pub fn run(mut self) -> Result<usize, Complaint> {
        loop {
            match self.found() {
                Some(n) => return Ok(n),
                None => self.step()?,
            }
        }
    }

    /// Asks some questions, and goes on to another N when these decide on the present one.
    ///
    /// # Errors
    /// None in practice: the kind was seen to be allowed.
    pub fn step(&mut self) -> Result<(), Complaint> {
        let mut spent = 0;
        while spent < WORK && self.found().is_none() {
            spent += self.ask()?;
            self.judge();
        }
        Ok(())
    }

    fn judge(&mut self) {
        let Trial { patterns, asked, lost, .. } = self.trial;
        let all = QUESTIONS.div_ceil(patterns.min(QUESTIONS)) * patterns.min(QUESTIONS);
        let allowed = (LOST * all as f64) as usize;
        if lost > allowed {
            self.bad = Some(patterns);
        } else if lost + (all - asked) <= allowed {
            self.good = patterns;
        } else {
            return;
        }
        let next = match self.bad {
            None => 2 * patterns,
            Some(bad) => self.good + (bad - self.good) / 2,
        };
        self.trial = Trial::new(next.max(1), &self.rng);
    }

    /// The patterns of the trial's set.
    fn fill(&mut self) {
        let mut source = self.rng.split("patterns").nth(self.trial.set as u64);
        let mask = u64::MAX >> (64 - self.bits);
        self.words.clear();
        self.words.extend((0..self.trial.patterns).map(|_| source.next_u64() & mask));
        self.trial.flips = self.rng.split("flips").nth(self.trial.set as u64);
    }

    /// A pattern with d / 8 of its bits flipped.
    fn query(&mut self, target: u64) -> u64 {
        let mut mask = 0_u64;
        while mask.count_ones() as usize != self.bits / 8 {
            mask |= 1 << self.trial.flips.index(self.bits);
        }
        target ^ mask
    }

    /// Asks one question, of a new set when it is the first; what that cost, in multiply-adds or so.
    fn ask(&mut self) -> Result<usize, Complaint> {
        let (patterns, bits) = (self.trial.patterns, self.bits);
        let mut cost = patterns;
        if self.trial.question == 0 {
            self.fill();
            self.memory = None;
            if self.kind.rule != Rule::Softmax {
                let signs = Array2::from_shape_fn((patterns, bits), |(mu, i)| sign(self.words[mu], i));
                self.memory = Some(Memory::new(self.kind, signs)?);
                cost += patterns * bits * bits;
            }
        }
        let target = self.words[self.trial.question];
        let query = self.query(target);
        let lost = match &mut self.memory {
            None => self.softmax_loses(target, query),
            Some(memory) => {
                let start: Vec<f32> = (0..bits).map(|i| sign(query, i)).collect();
                let mut walk = Walk::new(memory, &start);
                walk.relax(memory, SWEEPS);
                cost += walk.cost as usize;
                walk.state() != memory.pattern(self.trial.question)
            }
        };
        self.trial.asked += 1;
        self.trial.lost += usize::from(lost);
        self.trial.question += 1;
        if self.trial.question == patterns.min(QUESTIONS) {
            self.trial.set += 1;
            self.trial.question = 0;
        }
        Ok(cost)
    }

    /// Whether one softmax update of `query` differs from `target` by more than 0.5 in any unit.
    ///
    /// In unit i the update is off by twice the weight of the patterns that differ from the target there.
    fn softmax_loses(&self, target: u64, query: u64) -> bool {
        let mut counts = [0_u32; 65];
        for word in &self.words {
            counts[(word ^ query).count_ones() as usize] += 1;
        }
        let total: f64 = self.weight.iter().zip(counts).map(|(w, count)| w * f64::from(count)).sum();
        let others = total - self.weight[(target ^ query).count_ones() as usize];
        if others <= 0.25 * total {
            // Even if they all differed in the same unit.
            return false;
        }
        let mut differing = [0.0_f64; 64];
        for word in &self.words {
            let weight = self.weight[(word ^ query).count_ones() as usize];
            // Of two million patterns with less than this, nothing would come.
            if weight > 1e-18 * total {
                let mut difference = word ^ target;
                while difference != 0 {
                    differing[difference.trailing_zeros() as usize] += weight;
                    difference &= difference - 1;
                }
            }
        }
        differing.iter().any(|weight| *weight > 0.25 * total)
    }
}

impl Trial {
    fn new(patterns: usize, rng: &Rng) -> Self {
        Self { patterns, set: 0, question: 0, asked: 0, lost: 0, flips: rng.split("flips") }
    }
}

fn sign(word: u64, i: usize) -> f32 {
    if word >> i & 1 == 1 { 1.0 } else { -1.0 }
}

/// How fast the number of patterns grows with the units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Slope of ln N* against d, in nats a unit.
    pub exponent: f64,
    /// Root mean square of what the straight line leaves over, in nats.
    pub exponential_misfit: f64,
    /// The same for a straight line of ln N* against ln d: a power law.
    pub power_misfit: f64,
}

impl Growth {
    /// Fits both laws by least squares to `units` and what was found for each (2 or more; none counts as one).
    pub fn fit(units: &[f64], found: &[f64]) -> Self {
        let logs: Vec<f64> = found.iter().map(|n| ln(n.max(1.0))).collect();
        let log_units: Vec<f64> = units.iter().map(|d| ln(*d)).collect();
        let misfit = |x: &[f64]| {
            let line = least_squares(x, &logs);
            let left = x.iter().zip(&logs).map(|(x, y)| y - line.intercept - line.slope * x);
            (line.slope, (left.map(|e| e * e).sum::<f64>() / logs.len() as f64).sqrt())
        };
        let (exponent, exponential_misfit) = misfit(units);
        Self { exponent, exponential_misfit, power_misfit: misfit(&log_units).1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::theory::nearest_pattern_capacity;

    fn softmax(beta: f32) -> Kind {
        Kind { beta, ..Kind::of(Rule::Softmax) }
    }

    #[test]
    fn bits_and_the_memory_give_the_same_answers() {
        let bits = 16;
        let mut search = Search::new(softmax(1.0), bits, 3).unwrap();
        search.trial = Trial::new(60, &search.rng);
        search.fill();
        let patterns = Array2::from_shape_fn((60, bits), |(mu, i)| sign(search.words[mu], i));
        let mut memory = Memory::new(softmax(1.0), patterns).unwrap();
        let mut seen = [0; 2];
        for mu in 0..60 {
            let query = search.query(search.words[mu]);
            let mut state: Vec<f32> = (0..bits).map(|i| sign(query, i)).collect();
            memory.update_all(&mut state, 0.0, || 0.0);
            let off = |(a, b): (&f32, &f32)| (a - b).abs() > 0.5;
            let lost = state.iter().zip(memory.pattern(mu)).any(off);
            assert_eq!(search.softmax_loses(search.words[mu], query), lost);
            seen[usize::from(lost)] += 1;
        }
        // The comparison is of both kinds.
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    }

    #[test]
    fn searching_in_steps_or_at_once_gives_the_same() {
        let new = || Search::new(softmax(2.0), 16, 1).unwrap();
        let mut stepwise = new();
        while stepwise.found().is_none() {
            stepwise.step().unwrap();
        }
        assert_eq!(stepwise.found().unwrap(), new().run().unwrap());
    }

    #[test]
    fn growth_tells_an_exponential_from_a_power() {
        let d = [16.0, 24.0, 32.0, 40.0];
        let fit = Growth::fit(&d, &d.map(|d| exp(0.3 * d)));
        assert!((fit.exponent - 0.3).abs() < 1e-9 && fit.exponential_misfit < 1e-9 && fit.power_misfit > 0.1);
    }

    #[test]
    fn softmax_recalls_what_the_nearest_pattern_would() {
        // At beta = 2 a pattern is lost when another is as near to the query: at 5 % of 400 questions the count of those
        // lost is off by a fifth either way, and so is N*. Three such deviations are allowed, and one pattern.
        for bits in [16, 24, 32] {
            let found = Search::new(softmax(2.0), bits, 5).unwrap().run().unwrap() as f64;
            let theory = nearest_pattern_capacity(bits as u32, LOST);
            assert!((found - theory).abs() < 0.66 * theory + 1.0, "{bits} bits: {found} against {theory}");
        }
    }
}
