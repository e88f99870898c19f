//! The load survey: how well a memory retrieves as more and more is stored, with theory beside it.

use super::ags;
use super::hebb::Hebb;
use super::nets::{Kind, Memory, Rule};
use super::theory;
use super::walk::Walk;
use crate::exhibit::Progress;
use ndarray::Array2;
use vivarium_engine::math::{exp, ln};
use vivarium_engine::rng::Rng;
use vivarium_engine::stats::{Moments, student_t_95, wilson_95};
use vivarium_frame::Complaint;
use vivarium_frame::view::{Axis, Frame, Ink, Picture, Plot, Room, Shape};

/// Loads that are visited.
const POINTS: usize = 24;
/// Networks at each.
const NETWORKS: u64 = 40;
/// An overlap above this counts as recalled: theory's retrieval states lie above 0.96, what is left of a lost pattern
/// below 0.5 or so.
const RECALLED: f64 = 0.9;
/// Sweeps (softmax: updates) that a network has to come to rest.
const SWEEPS: u32 = 100;
/// Multiply-adds in one step, roughly.
const WORK: usize = 1_000_000;

/// The survey: a trial is one network of random patterns and one retrieval.
pub struct Load {
    kind: Kind,
    units: usize,
    /// Share of bits that are flipped at the start.
    noise: f64,
    rng: Rng,
    points: Vec<Point>,
    trials: u64,
    net: Option<Net>,
    sweeps: u32,
    /// Overlap with the pattern by theory, at the loads of `curve.0`.
    curve: (Vec<f32>, Vec<f32>),
}

#[derive(Clone, Debug, Default)]
struct Point {
    patterns: usize,
    overlap: Moments,
    recalled: u64,
}

/// A network on its way. The Hebb rule in whole numbers, which goes to large sizes; the others by the exhibit's own.
enum Net {
    Whole(Hebb),
    Other { memory: Box<Memory>, walk: Walk },
}

impl Load {
    /// A survey of a memory with `units` units (8 or more), started from a stored pattern with a share `noise` (0 to 0.5)
    /// of its bits flipped.
    ///
    /// Where networks of that size take too long, smaller ones are used: see [`Load::units`].
    ///
    /// # Errors
    /// A sentence when a value is out of its range.
    pub fn new(kind: Kind, units: usize, noise: f64, seed: u64) -> Result<Self, Complaint> {
        if units < 8 || !(0.0..=0.5).contains(&noise) {
            return Err(Complaint::new("The load survey needs 8 units or more and at most half of the bits flipped."));
        }
        // The memory itself says whether its parameters are allowed.
        Memory::new(kind, Array2::ones((1, 8)))?;
        let units = units.min(most_units(kind));
        let points = loads(kind, units).into_iter().map(|patterns| Point { patterns, ..Point::default() }).collect();
        let mut new = Self {
            kind,
            units,
            noise,
            rng: Rng::new(seed, "load"),
            points,
            trials: 0,
            net: None,
            sweeps: 0,
            curve: (Vec::new(), Vec::new()),
        };
        new.curve = new.theory();
        Ok(new)
    }

    /// Units that the networks of this survey have.
    pub fn units(&self) -> usize {
        self.units
    }

    /// Makes a network, or lets it run on; some milliseconds at most.
    pub fn step(&mut self) -> Progress {
        if self.trials >= NETWORKS * POINTS as u64 {
            return Progress::Finished;
        }
        let point = (self.trials % POINTS as u64) as usize;
        let patterns = self.points[point].patterns;
        let Some(net) = &mut self.net else {
            self.net = match self.start(patterns) {
                Ok(net) => Some(net),
                Err(complaint) => return Progress::Diverged(complaint.sentence),
            };
            self.sweeps = 0;
            return Progress::Running;
        };
        let at_once = (WORK / (self.units * patterns)).max(1) as u32;
        let resting = (0..at_once).any(|_| {
            self.sweeps += 1;
            net.sweep() || self.sweeps >= SWEEPS
        });
        if resting {
            let overlap = net.overlap();
            let point = &mut self.points[point];
            point.overlap.push(overlap);
            point.recalled += u64::from(overlap > RECALLED);
            self.trials += 1;
            // The whole-number network's room is used again.
            if !matches!(net, Net::Whole(_)) {
                self.net = None;
            } else if self.trials < NETWORKS * POINTS as u64 {
                self.renew();
            }
        }
        Progress::Running
    }

    fn stream(&self) -> Rng {
        self.rng.nth(self.trials)
    }

    fn flips(&self) -> usize {
        (self.noise * self.units as f64).round() as usize
    }

    fn renew(&mut self) {
        let mut random = self.stream();
        let (units, flips) = (self.units, self.flips());
        let patterns = self.points[(self.trials % POINTS as u64) as usize].patterns;
        if let Some(Net::Whole(net)) = &mut self.net {
            net.renew(units, patterns, &mut random);
            net.damage(flips, &mut random);
        }
        self.sweeps = 0;
    }

    fn start(&self, patterns: usize) -> Result<Net, Complaint> {
        let mut random = self.stream();
        if self.kind.rule == Rule::Hebb && !self.kind.self_coupling {
            let mut net = Hebb::random(self.units, patterns, &mut random);
            net.damage(self.flips(), &mut random);
            return Ok(Net::Whole(net));
        }
        let mut signs = Array2::zeros((patterns, self.units));
        if let Some(signs) = signs.as_slice_mut() {
            random.fill_signs(signs);
        }
        let mut memory = Box::new(Memory::new(self.kind, signs)?);
        let mut state = memory.pattern(0).to_vec();
        for i in random.sample_without_replacement(self.units, self.flips()) {
            state[i] = -state[i];
        }
        let walk = Walk::new(&mut memory, &state);
        Ok(Net::Other { memory, walk })
    }

    fn x(&self, patterns: f64) -> f32 {
        (if self.logarithmic() { patterns } else { patterns / self.units as f64 }) as f32
    }

    fn logarithmic(&self) -> bool {
        matches!(self.kind.rule, Rule::Polynomial | Rule::Softmax)
    }

    /// The load at which theory lets retrieval end, in patterns, and its name.
    fn limit(&self) -> Option<(f64, String)> {
        let d = self.units as f64;
        match self.kind.rule {
            Rule::Hebb => Some((ags::critical_load() * d, "critical load, 0.138 d".to_owned())),
            Rule::PseudoInverse => Some((theory::pseudo_inverse_capacity(d), "as many as units, d".to_owned())),
            Rule::Polynomial => {
                let n = self.kind.degree;
                Some((theory::polynomial_capacity(d, n), "no errors up to d^(n-1) / (2 (2n-3)!! ln d)".to_owned()))
            }
            Rule::Softmax => {
                let exponent = theory::shannon_exponent(self.noise);
                Some((exp(exponent * d), format!("Shannon's ceiling, e^{exponent:.3}d")))
            }
            Rule::Storkey => None,
        }
    }

    /// The overlap by theory where there is one: mean field for Hebb (from little noise), 1 for the projection (without
    /// noise).
    fn theory(&self) -> (Vec<f32>, Vec<f32>) {
        let steps = (0..=100).map(|i| f64::from(i) / 100.0);
        match self.kind.rule {
            Rule::Hebb => steps
                .map(|part| 1e-3 + part * (ags::critical_load() - 1e-3))
                .filter_map(|load| Some((load as f32, ags::overlap_at_zero(load)? as f32)))
                .unzip(),
            Rule::PseudoInverse if self.noise == 0.0 => (vec![0.0, 1.0], vec![1.0, 1.0]),
            _ => (Vec::new(), Vec::new()),
        }
    }

    /// Overlap and share recalled against load.
    pub fn draw(&self, frame: &mut Frame) {
        let done: Vec<&Point> = self.points.iter().filter(|p| p.overlap.count() > 0).collect();
        let x: Vec<f32> = done.iter().map(|p| self.x(p.patterns as f64)).collect();
        frame.figure("load-trials", "Networks tried", self.trials as f64, "", "Networks that were stored and asked.");
        frame.figure("load-units", "Units", self.units as f64, "", "Units of each network in this survey.");
        // The largest load up to which most networks recalled.
        let kept = done.iter().take_while(|p| 2 * p.recalled >= p.overlap.count()).last();
        if let Some(kept) = kept {
            let about = "The largest number of patterns up to which at least half of the networks recalled theirs.";
            frame.figure("load-kept", "Patterns kept", kept.patterns as f64, "patterns", about);
            let about = "The same over the number of units.";
            frame.figure("load-alpha", "Load kept", kept.patterns as f64 / self.units as f64, "", about);
        }
        if let Some(gap) = self.gap() {
            let about = "Mean distance between measured and theoretical overlap, over the loads below nine tenths of the limit.";
            frame.figure("load-gap", "Distance from theory", gap, "", about);
        }
        let trouble =
            if self.noise > 0.0 { format!(" with {} of its bits flipped", self.flips()) } else { String::new() };
        frame.says =
            format!("{} networks of {} units, each started on a stored pattern{trouble}.", self.trials, self.units);

        let mut plot = self.axes("overlap at rest");
        if !self.curve.0.is_empty() {
            plot.line("theory, endless networks", Ink::Theory, self.curve.0.clone(), self.curve.1.clone());
        }
        let (lo, hi) = done.iter().map(|p| mean_interval(&p.overlap)).unzip();
        plot.mark("", Ink::Series(0), Shape::Intervals { x: x.clone(), lo, hi });
        let means = done.iter().map(|p| p.overlap.mean() as f32).collect();
        plot.points("measured, with 95 % interval", Ink::Series(0), x.clone(), means);
        let words: Vec<String> =
            done.iter().map(|p| format!("{} patterns: {:.3}", p.patterns, p.overlap.mean())).collect();
        frame
            .panel("load", "Overlap at rest against load", Room::Stage, Picture::Plot(plot))
            .alt(format!("Mean overlap with the pattern: {}.", words.join(", ")));

        let mut plot = self.axes("share recalled");
        let (lo, hi) = done
            .iter()
            .map(|p| wilson_95(p.recalled, p.overlap.count()))
            .map(|[lo, hi]| (lo as f32, hi as f32))
            .unzip();
        plot.mark("", Ink::Series(1), Shape::Intervals { x: x.clone(), lo, hi });
        let share = done.iter().map(|p| p.recalled as f32 / p.overlap.count() as f32).collect();
        plot.points("measured, with 95 % interval", Ink::Series(1), x, share);
        frame
            .panel("load-recalled", "Share of networks that recall", Room::Cell, Picture::Plot(plot))
            .alt(format!("Share of networks that end with an overlap above {RECALLED}."));
    }

    fn axes(&self, y: &str) -> Plot {
        let ends = [&self.points[0], &self.points[POINTS - 1]].map(|p| self.x(p.patterns as f64));
        let axis = if self.logarithmic() {
            Axis::new("patterns stored P").log().range(0.8 * ends[0], 1.25 * ends[1])
        } else {
            Axis::new("load P / d").range(0.0, 1.04 * ends[1])
        };
        let mut plot = Plot::new(axis, Axis::new(y).range(-0.05, 1.05));
        if let Some((patterns, name)) = self.limit() {
            plot.mark(name, Ink::Theory, Shape::AtX(self.x(patterns)));
        }
        plot
    }

    /// Mean distance of the measured overlaps from the theory's, away from its edge.
    fn gap(&self) -> Option<f64> {
        if self.kind.rule != Rule::Hebb || self.noise > 0.1 {
            return None;
        }
        let mut gap = Moments::default();
        for point in self.points.iter().filter(|p| p.overlap.count() > 0) {
            let load = point.patterns as f64 / self.units as f64;
            if load < 0.9 * ags::critical_load() {
                gap.push((point.overlap.mean() - ags::overlap_at_zero(load)?).abs());
            }
        }
        Some(gap.mean()).filter(|gap| gap.is_finite())
    }
}

impl Net {
    /// One sweep, or one softmax update; whether the network is at rest.
    fn sweep(&mut self) -> bool {
        match self {
            Net::Whole(net) => net.sweep() == 0,
            Net::Other { memory, walk } => walk.relax(memory, 1),
        }
    }

    /// Overlap of the state's signs with the first pattern.
    fn overlap(&self) -> f64 {
        match self {
            Net::Whole(net) => net.overlap(0),
            Net::Other { memory, walk } => {
                let signs =
                    walk.state().iter().zip(memory.pattern(0)).map(|(s, x)| if s * x > 0.0 { 1.0 } else { -1.0 });
                signs.sum::<f64>() / memory.units() as f64
            }
        }
    }
}

fn mean_interval(overlap: &Moments) -> (f32, f32) {
    if overlap.count() < 2 {
        return (overlap.mean() as f32, overlap.mean() as f32);
    }
    let half = student_t_95(overlap.count() - 1) * overlap.standard_error();
    ((overlap.mean() - half) as f32, (overlap.mean() + half).min(1.0) as f32)
}

/// The size from which a network of this kind takes too long for a live survey.
fn most_units(kind: Kind) -> usize {
    match (kind.rule, kind.degree) {
        (Rule::Hebb, _) if !kind.self_coupling => 2048,
        (Rule::Hebb | Rule::PseudoInverse | Rule::Storkey, _) => 96,
        (Rule::Polynomial, ..=3) => 96,
        (Rule::Polynomial, 4) => 40,
        (Rule::Polynomial, _) => 24,
        (Rule::Softmax, _) => 24,
    }
}

/// Numbers of patterns from little to too much, rising.
fn loads(kind: Kind, units: usize) -> Vec<usize> {
    let d = units as f64;
    let even = |most: f64| -> Vec<f64> { (1..=POINTS).map(|i| most * d * i as f64 / POINTS as f64).collect() };
    let spread = |from: f64, to: f64| -> Vec<f64> {
        (0..POINTS).map(|i| exp(ln(from) + (ln(to) - ln(from)) * i as f64 / (POINTS - 1) as f64)).collect()
    };
    let wanted = match kind.rule {
        Rule::Hebb => even(0.24),
        Rule::Storkey => even(0.6),
        Rule::PseudoInverse => even(1.2),
        Rule::Polynomial => {
            let limit = theory::polynomial_capacity(d, kind.degree);
            spread(0.1 * limit, 5.0 * limit)
        }
        // Up to e^0.38d: beyond Shannon's ceiling for a query with a few bits flipped.
        Rule::Softmax => spread(2.0, exp(0.38 * d)),
    };
    wanted.into_iter().map(|p| (p.round() as usize).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: Kind, units: usize, noise: f64, trials: u64) -> Load {
        let mut survey = Load::new(kind, units, noise, 3).unwrap();
        while survey.trials < trials {
            assert_eq!(survey.step(), Progress::Running);
        }
        survey
    }

    #[test]
    fn a_thousand_units_follow_the_theory() {
        let survey = run(Kind::of(Rule::Hebb), 1000, 0.0, 10 * POINTS as u64);
        // Ten networks a load, each off by some parts in a thousand.
        assert!(survey.gap().unwrap() < 0.01, "{:?}", survey.gap());
        let last = &survey.points[POINTS - 1];
        assert!(last.overlap.mean() < 0.5 && last.recalled == 0, "{last:?}");
    }

    #[test]
    fn the_projection_keeps_everything_below_its_limit() {
        let survey = run(Kind::of(Rule::PseudoInverse), 64, 0.0, POINTS as u64);
        for point in survey.points.iter().filter(|p| p.patterns < 60) {
            assert_eq!(point.overlap.mean(), 1.0, "{point:?}");
        }
    }

    #[test]
    fn the_polynomial_breaks_beyond_its_limit() {
        let survey = run(Kind::of(Rule::Polynomial), 64, 0.0, 2 * POINTS as u64);
        assert!(survey.points[0].overlap.mean() == 1.0);
        assert!(survey.points[POINTS - 1].overlap.mean() < 0.9);
    }

    #[test]
    fn every_rule_runs_draws_and_repeats() {
        for rule in [Rule::Hebb, Rule::PseudoInverse, Rule::Storkey, Rule::Polynomial, Rule::Softmax] {
            let mut frames = [Frame::default(), Frame::default()];
            for frame in &mut frames {
                run(Kind { beta: 2.0, ..Kind::of(rule) }, 24, 0.125, POINTS as u64).draw(frame);
            }
            assert_eq!(frames[0], frames[1]);
            assert_eq!(frames[0].panels[0].name, "load");
        }
        assert!(Load::new(Kind::of(Rule::Hebb), 100, 0.9, 0).is_err());
    }

    #[test]
    fn finishes() {
        let mut survey = Load::new(Kind::of(Rule::Hebb), 64, 0.0, 0).unwrap();
        while survey.step() == Progress::Running {}
        assert_eq!(survey.trials, NETWORKS * POINTS as u64);
        assert_eq!(survey.step(), Progress::Finished);
    }
}
