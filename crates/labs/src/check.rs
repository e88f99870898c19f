//! Checks: a paper's claim as a measurement that can fail.

use crate::exhibit::Store;
use vivarium_frame::Complaint;
use vivarium_frame::finding::{Finding, Sample, Verdict};

/// How a claim is measured: one or more parts, each a finding.
pub struct Check {
    /// The parts, in the order of the paper's argument.
    pub parts: Vec<Part>,
}

/// What one seed gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// The paper's baseline under the same seed.
    pub baseline: Option<f64>,
}

/// What is judged, and the relation it must satisfy.
///
/// The threshold comes from the claim or from theory; [`Part::because`] gives the reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// The value is at least this.
    AtLeast(f64),
    /// The value is at most this.
    AtMost(f64),
    /// The value lies between these, both included.
    Within(f64, f64),
    /// Value minus baseline, seed by seed, is more than this.
    AboveBaselineBy(f64),
    /// Value over baseline, seed by seed, is more than this.
    TimesBaseline(f64),
}

/// Whether the mechanism is at work, or switched off to see the check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// As in the paper.
    On,
    /// Switched off as the catalogue says.
    Off,
}

/// One seed's measurement.
pub type Measure = fn(seed: u64, mechanism: Mechanism, store: &Store) -> Result<Measured, Complaint>;

/// One part of a check.
pub struct Part {
    /// Identifier within the exhibit.
    pub id: &'static str,
    /// What is measured, in words.
    pub measure: &'static str,
    /// Unit; may be empty.
    pub unit: &'static str,
    /// What the baseline is, in words; empty when there is none.
    pub baseline: &'static str,
    /// The relation that must hold.
    pub expected: Expected,
    /// Why the threshold is what it is.
    pub because: &'static str,
    /// How many seeds by default.
    pub seeds: u64,
    /// Multiply-adds of one seed, roughly.
    pub cost: f64,
    /// Data sets it reads.
    pub needs: &'static [&'static str],
    /// Measures one seed.
    pub run: Measure,
}

impl Expected {
    /// The number that is judged for one seed.
    pub fn judged(self, sample: &Sample) -> f64 {
        let baseline = sample.baseline.unwrap_or(f64::NAN);
        match self {
            Expected::AtLeast(_) | Expected::AtMost(_) | Expected::Within(..) => sample.value,
            Expected::AboveBaselineBy(_) => sample.value - baseline,
            Expected::TimesBaseline(_) => sample.value / baseline,
        }
    }

    /// The unit of what is judged, when the measured value has `unit`.
    pub fn unit(self, unit: &'static str) -> &'static str {
        if matches!(self, Expected::TimesBaseline(_)) { "times the baseline" } else { unit }
    }

    /// The lowest and highest number that satisfy it.
    pub fn range(self) -> (f64, f64) {
        match self {
            Expected::AtLeast(lo) | Expected::AboveBaselineBy(lo) | Expected::TimesBaseline(lo) => (lo, f64::INFINITY),
            Expected::AtMost(hi) => (f64::NEG_INFINITY, hi),
            Expected::Within(lo, hi) => (lo, hi),
        }
    }

    /// The relation in words.
    pub fn words(self) -> String {
        match self {
            Expected::AtLeast(lo) => format!("at least {lo}"),
            Expected::AtMost(hi) => format!("at most {hi}"),
            Expected::Within(lo, hi) => format!("between {lo} and {hi}"),
            Expected::AboveBaselineBy(0.0) => "above the baseline".to_owned(),
            Expected::AboveBaselineBy(by) => format!("above the baseline by more than {by}"),
            Expected::TimesBaseline(times) => format!("more than {times} times the baseline"),
        }
    }

    /// The verdict on an interval.
    pub fn verdict(self, interval: [f64; 2]) -> Verdict {
        let (lo, hi) = self.range();
        let [from, to] = interval;
        if from >= lo && to <= hi {
            Verdict::Holds
        } else if to < lo || from > hi {
            Verdict::Fails
        } else {
            // Also where a number is missing: nothing can be said.
            Verdict::Undecided
        }
    }
}

impl Part {
    /// Turns samples into the finding.
    pub fn conclude(&self, exhibit: &str, mut samples: Vec<Sample>, seconds: f64) -> Finding {
        samples.sort_by_key(|s| s.seed);
        let judged: Vec<f64> = samples.iter().map(|s| self.expected.judged(s)).collect();
        let (value, interval) = vivarium_engine::stats::mean_interval_95(&judged);
        Finding {
            id: exhibit.to_owned(),
            part: self.id.to_owned(),
            measure: self.measure.to_owned(),
            unit: self.expected.unit(self.unit).to_owned(),
            baseline: self.baseline.to_owned(),
            seeds: samples,
            value,
            interval,
            expected: self.expected.words(),
            verdict: self.expected.verdict(interval),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seconds,
        }
    }
}
