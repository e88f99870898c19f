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
///
/// A claim about a trend needs no relation of its own: each seed measures the trend as one number, and that is judged.
/// For a slope or an exponent take [`least_squares`](vivarium_engine::stats::least_squares) over the levels and
/// [`Expected::Within`] or [`Expected::AtLeast`]. For "rises with each level" take the smallest step from one level to
/// the next, for "rises on the whole" [`spearman`](vivarium_engine::stats::association::spearman)'s rank correlation of
/// values with levels, and [`Expected::AtLeast`]. So the spread over seeds gives the interval, whatever is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// The value is at least this.
    AtLeast(f64),
    /// The value is at most this.
    AtMost(f64),
    /// The value lies between these, both included.
    Within(f64, f64),
    /// Value minus baseline, seed by seed, is more than this; being equal is not enough.
    AboveBaselineBy(f64),
    /// Value over baseline, seed by seed, is more than this; being equal is not enough.
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
#[derive(Clone, Copy)]
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
    /// The number that is judged for one seed. NaN when there is none: a missing baseline, a multiple of nothing, a value
    /// that left its range.
    pub fn judged(self, sample: &Sample) -> f64 {
        let baseline = sample.baseline.unwrap_or(f64::NAN);
        let judged = match self {
            Expected::AtLeast(_) | Expected::AtMost(_) | Expected::Within(..) => sample.value,
            Expected::AboveBaselineBy(_) => sample.value - baseline,
            Expected::TimesBaseline(_) => sample.value / baseline,
        };
        if judged.is_finite() { judged } else { f64::NAN }
    }

    /// The unit of what is judged, when the measured value has `unit`.
    pub fn unit(self, unit: &'static str) -> &'static str {
        if matches!(self, Expected::TimesBaseline(_)) { "times the baseline" } else { unit }
    }

    /// The lowest and highest number that satisfy it; see [`Expected::strict`] for the lowest itself.
    pub fn range(self) -> (f64, f64) {
        match self {
            Expected::AtLeast(lo) | Expected::AboveBaselineBy(lo) | Expected::TimesBaseline(lo) => (lo, f64::INFINITY),
            Expected::AtMost(hi) => (f64::NEG_INFINITY, hi),
            Expected::Within(lo, hi) => (lo, hi),
        }
    }

    /// Whether the lowest number of the range does not satisfy it itself. A mechanism that leaves the baseline's figure
    /// as it is, to the bit, is not above the baseline.
    pub fn strict(self) -> bool {
        matches!(self, Expected::AboveBaselineBy(_) | Expected::TimesBaseline(_))
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

    /// The verdict on an interval; undecided where a number is missing.
    pub fn verdict(self, interval: [f64; 2]) -> Verdict {
        let (lo, hi) = self.range();
        let [from, to] = interval;
        let (all_above, all_below) = if self.strict() { (from > lo, to <= lo) } else { (from >= lo, to < lo) };
        if from.is_nan() || to.is_nan() {
            Verdict::Undecided
        } else if all_above && to <= hi {
            Verdict::Holds
        } else if all_below || from > hi {
            Verdict::Fails
        } else {
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

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Fails, Holds, Undecided};
    use vivarium_engine::stats::association::spearman;
    use vivarium_engine::stats::least_squares;

    const INF: f64 = f64::INFINITY;

    /// A part judged by `expected`; nothing of it but the relation matters.
    fn part(expected: Expected) -> Part {
        Part {
            id: "part",
            measure: "A number.",
            unit: "points",
            baseline: "",
            expected,
            because: "It is a test.",
            seeds: 3,
            cost: 1.0,
            needs: &[],
            run: |_, _, _| Err(Complaint::new("Nothing to measure.")),
        }
    }

    /// The finding on one sample a pair (value, baseline).
    fn finding(expected: Expected, pairs: &[(f64, Option<f64>)]) -> Finding {
        let samples = (0..).zip(pairs).map(|(seed, &(value, baseline))| Sample { seed, value, baseline });
        part(expected).conclude("exhibit", samples.collect(), 0.0)
    }

    #[test]
    fn verdicts_at_the_borders() {
        let next = 1.0 + f64::EPSILON;
        let before = 1.0 - f64::EPSILON;
        for (expected, interval, verdict) in [
            (Expected::AtLeast(1.0), [1.0, 1.0], Holds),
            (Expected::AtLeast(1.0), [1.0, 2.0], Holds),
            (Expected::AtLeast(1.0), [before, 2.0], Undecided),
            (Expected::AtLeast(1.0), [0.0, 1.0], Undecided),
            (Expected::AtLeast(1.0), [0.0, before], Fails),
            (Expected::AtMost(1.0), [1.0, 1.0], Holds),
            (Expected::AtMost(1.0), [0.0, 1.0], Holds),
            (Expected::AtMost(1.0), [0.0, next], Undecided),
            (Expected::AtMost(1.0), [1.0, 2.0], Undecided),
            (Expected::AtMost(1.0), [next, 2.0], Fails),
            (Expected::Within(1.0, 2.0), [1.0, 2.0], Holds),
            (Expected::Within(1.0, 2.0), [before, 2.0], Undecided),
            (Expected::Within(1.0, 2.0), [0.0, 3.0], Undecided),
            (Expected::Within(1.0, 2.0), [2.0, 3.0], Undecided),
            (Expected::Within(1.0, 2.0), [0.0, before], Fails),
            (Expected::Within(1.0, 2.0), [2.5, 3.0], Fails),
            (Expected::AboveBaselineBy(1.0), [next, 2.0], Holds),
            (Expected::AboveBaselineBy(1.0), [1.0, 2.0], Undecided),
            (Expected::AboveBaselineBy(1.0), [0.0, next], Undecided),
            (Expected::AboveBaselineBy(1.0), [0.0, 1.0], Fails),
            (Expected::AboveBaselineBy(0.0), [0.0, 0.0], Fails),
            (Expected::TimesBaseline(1.0), [1.0, 1.0], Fails),
            (Expected::TimesBaseline(1.0), [next, next], Holds),
        ] {
            assert_eq!(expected.verdict(interval), verdict, "{expected:?} on {interval:?}");
        }
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        for expected in [
            Expected::AtLeast(0.0),
            Expected::AtMost(0.0),
            Expected::Within(-1.0, 1.0),
            Expected::AboveBaselineBy(0.0),
            Expected::TimesBaseline(1.0),
        ] {
            // One seed; a missing number; half of an interval.
            for interval in [[-INF, INF], [f64::NAN; 2], [f64::NAN, 0.5], [0.5, f64::NAN]] {
                assert_eq!(expected.verdict(interval), Undecided, "{expected:?} on {interval:?}");
            }
            assert_eq!(finding(expected, &[]).verdict, Undecided, "{expected:?} without seeds");
            assert_eq!(finding(expected, &[(9.0, Some(1.0))]).verdict, Undecided, "{expected:?} with one seed");
            for bad in [f64::NAN, INF, -INF] {
                assert_eq!(finding(expected, &[(bad, Some(1.0)); 3]).verdict, Undecided, "{expected:?} on {bad}");
            }
        }
        let without_baseline = finding(Expected::AboveBaselineBy(0.0), &[(1.0, None), (2.0, None)]);
        assert_eq!(without_baseline.verdict, Undecided);
        assert!(without_baseline.value.is_nan());
    }

    #[test]
    fn seeds_are_paired_with_their_own_baseline() {
        // The seeds differ by far more than the mechanism changes; taken in pairs it shows.
        let pairs = [(11.0, Some(10.0)), (51.1, Some(50.0)), (90.9, Some(90.0))];
        let above = finding(Expected::AboveBaselineBy(0.0), &pairs);
        assert_eq!(above.verdict, Holds);
        assert!((above.value - 1.0).abs() < 1e-9 && above.interval[0] > 0.7, "{above:?}");
        assert_eq!(above.unit, "points");
        let times = finding(Expected::TimesBaseline(2.0), &[(30.0, Some(10.0)), (90.0, Some(30.0)), (6.0, Some(2.0))]);
        assert_eq!((times.value, times.interval, times.verdict), (3.0, [3.0, 3.0], Holds));
        assert_eq!(times.unit, "times the baseline");
        // A baseline of nothing has no multiple.
        assert_eq!(finding(Expected::TimesBaseline(2.0), &[(30.0, Some(0.0)); 2]).verdict, Undecided);
    }

    #[test]
    fn a_mechanism_that_changes_nothing_is_not_above_its_baseline() {
        let same = [(0.5, Some(0.5)); 3];
        assert_eq!(finding(Expected::AboveBaselineBy(0.0), &same).verdict, Fails);
        assert_eq!(finding(Expected::TimesBaseline(1.0), &same).verdict, Fails);
    }

    #[test]
    fn the_order_in_which_seeds_arrive_changes_no_bit() {
        let mut samples: Vec<Sample> =
            (0..9).map(|seed| Sample { seed, value: 1.0 / (seed as f64 + 3.0), baseline: None }).collect();
        let part = part(Expected::AtLeast(0.0));
        let sorted = part.conclude("exhibit", samples.clone(), 1.0);
        samples.reverse();
        samples.swap(1, 5);
        assert_eq!(part.conclude("exhibit", samples, 1.0), sorted);
    }

    #[test]
    fn trends_are_judged_as_numbers() {
        let levels = [1.0, 2.0, 3.0, 4.0];
        let judged = |expected, measure: fn(&[f64], &[f64]) -> f64, seeds: [[f64; 4]; 3]| {
            let pairs = seeds.map(|values| (measure(&levels, &values), None));
            finding(expected, &pairs).verdict
        };
        let rising = [[0.1, 0.2, 0.4, 0.9], [0.0, 0.3, 0.31, 0.8], [0.2, 0.3, 0.5, 0.6]];
        let falling = rising.map(|[a, b, c, d]| [d, c, b, a]);
        let humped = [[0.1, 0.5, 0.9, 0.2], [0.0, 0.8, 0.4, 0.3], [0.3, 0.9, 0.5, 0.1]];

        let rank = |x: &[f64], y: &[f64]| spearman(x, y).value;
        assert_eq!(judged(Expected::AtLeast(0.9), rank, rising), Holds);
        assert_eq!(judged(Expected::AtLeast(0.9), rank, falling), Fails);
        assert_eq!(judged(Expected::AtLeast(0.9), rank, [[0.5; 4]; 3]), Undecided);

        let smallest_step = |_: &[f64], y: &[f64]| y.windows(2).map(|w| w[1] - w[0]).fold(INF, f64::min);
        assert_eq!(judged(Expected::AtLeast(0.0), smallest_step, humped), Fails);
        assert_eq!(judged(Expected::AtLeast(0.0), smallest_step, [rising[0]; 3]), Holds);

        let slope = |x: &[f64], y: &[f64]| least_squares(x, y).slope;
        let lines = [0.9, 1.0, 1.1].map(|slope| levels.map(|x| slope * x + 7.0));
        assert_eq!(judged(Expected::Within(0.7, 1.3), slope, lines), Holds);
        assert_eq!(judged(Expected::Within(0.95, 1.05), slope, lines), Undecided);
        assert_eq!(judged(Expected::Within(-1.0, 0.0), slope, lines), Fails);
    }
}
