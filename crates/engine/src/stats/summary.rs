//! Samples in brief: quantiles, histograms, moving averages, bootstrap intervals.

use crate::rng::Rng;

/// The value below which a share p of the values lies, between neighbours in proportion (definition 7 of Hyndman and Fan
/// 1996). NaN for no values, for any NaN among them, or a p outside [0, 1].
pub fn quantile(values: &[f64], p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || values.is_empty() || values.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_of_sorted(&sorted, p)
}

fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let below = place as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    let share = place - below as f64;
    // Also right where both are infinite.
    if share == 0.0 || low == high { low } else { low + share * (high - low) }
}

/// The middle value, or the mean of both middle values; see [`quantile`].
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Counts in bins of equal width.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    low: f64,
    high: f64,
    /// How many values fell into each bin, from low to high. A value on a border belongs to the upper bin; the upper end
    /// to the last.
    pub counts: Vec<u64>,
    /// Values outside all bins, and NaN.
    pub outside: u64,
}

impl Histogram {
    /// Empty bins from low to high.
    ///
    /// # Panics
    /// When there are no bins, or the ends are not finite or not in order.
    pub fn new(low: f64, high: f64, bins: usize) -> Self {
        assert!(bins > 0 && low.is_finite() && high.is_finite() && low < high, "a histogram of no width");
        Self { low, high, counts: vec![0; bins], outside: 0 }
    }

    /// Bins from the smallest to the largest finite value; of one width when they are all equal, or there are none.
    ///
    /// # Panics
    /// When there are no bins.
    pub fn of(values: &[f64], bins: usize) -> Self {
        let finite = || values.iter().copied().filter(|x| x.is_finite());
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let (low, high) = if low < high {
            (low, high)
        } else if low == high {
            // Far from zero, one is too little to matter.
            let half = (low.abs() * f64::EPSILON * 2.0).max(0.5);
            (low - half, low + half)
        } else {
            (0.0, 1.0)
        };
        let mut histogram = Self::new(low, high, bins);
        values.iter().for_each(|x| histogram.push(*x));
        histogram
    }

    /// Takes in a value.
    pub fn push(&mut self, x: f64) {
        if !(self.low <= x && x <= self.high) {
            self.outside += 1;
            return;
        }
        let bins = self.counts.len();
        // Halves, for the width may exceed the largest number.
        let share = (x / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.counts[((share * bins as f64) as usize).min(bins - 1)] += 1;
    }

    /// The borders of the bins, one more than there are bins.
    pub fn borders(&self) -> Vec<f64> {
        let bins = self.counts.len();
        (0..=bins)
            .map(|i| {
                let share = i as f64 / bins as f64;
                self.low * (1.0 - share) + self.high * share
            })
            .collect()
    }

    /// The density of each bin: its share of the values inside over its width. Zero when there are none.
    pub fn densities(&self) -> Vec<f64> {
        let inside: u64 = self.counts.iter().sum();
        let width = (self.high - self.low) / self.counts.len() as f64;
        self.counts.iter().map(|count| *count as f64 / (inside.max(1) as f64 * width)).collect()
    }
}

/// An exponential moving average that starts without bias: at first the plain mean, later the last 1 / (1 - decay) values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovingAverage {
    decay: f64,
    sum: f64,
    weight: f64,
}

impl MovingAverage {
    /// Each value counts `decay` (0 to 1) times as much as the next one.
    pub fn new(decay: f64) -> Self {
        Self { decay, sum: 0.0, weight: 0.0 }
    }

    /// Takes in a value, and gives the average.
    pub fn push(&mut self, x: f64) -> f64 {
        self.sum = self.decay * self.sum + x;
        self.weight = self.decay * self.weight + 1.0;
        self.value()
    }

    /// The average; NaN before the first value.
    pub fn value(&self) -> f64 {
        self.sum / self.weight
    }
}

/// The 95 % interval of a statistic by the percentile bootstrap (Efron 1979): what it comes to on `resamples` samples drawn
/// with replacement. 1000 resamples are usual. NaN for no values or no resamples, or when the statistic is NaN on one.
pub fn bootstrap_95(values: &[f64], resamples: usize, rng: &mut Rng, statistic: impl Fn(&[f64]) -> f64) -> [f64; 2] {
    if values.is_empty() {
        return [f64::NAN; 2];
    }
    let mut sample = vec![0.0; values.len()];
    let found: Vec<f64> = (0..resamples)
        .map(|_| {
            sample.iter_mut().for_each(|x| *x = values[rng.index(values.len())]);
            statistic(&sample)
        })
        .collect();
    [quantile(&found, 0.025), quantile(&found, 0.975)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{mean, mean_interval_95};

    #[test]
    fn quantiles() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!((median(&values), quantile(&values, 0.0), quantile(&values, 1.0)), (2.5, 1.0, 4.0));
        assert_eq!((quantile(&values, 1.0 / 3.0), quantile(&values, 0.25)), (2.0, 1.75));
        assert_eq!((median(&[5.0]), median(&[1.0, 9.0, 2.0])), (5.0, 2.0));
        assert_eq!(quantile(&[1.0, f64::INFINITY, f64::INFINITY], 0.75), f64::INFINITY);
        for nan in [median(&[]), median(&[1.0, f64::NAN]), quantile(&values, 1.1), quantile(&values, f64::NAN)] {
            assert!(nan.is_nan());
        }
    }

    #[test]
    fn histograms() {
        let mut histogram = Histogram::new(0.0, 1.0, 4);
        [0.0, 0.25, 0.3, 0.999, 1.0, 1.1, -0.1, f64::NAN].into_iter().for_each(|x| histogram.push(x));
        assert_eq!((&histogram.counts[..], histogram.outside), (&[1, 2, 0, 2][..], 3));
        assert_eq!(histogram.borders(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(histogram.densities(), [0.8, 1.6, 0.0, 1.6]);
        let of = Histogram::of(&[3.0, 1.0, 5.0, f64::INFINITY], 2);
        assert_eq!((&of.counts[..], of.outside, of.borders()), (&[1, 2][..], 1, vec![1.0, 3.0, 5.0]));
        for equal in [0.0, 7.0, 1e300, f64::MIN_POSITIVE] {
            assert_eq!(Histogram::of(&[equal; 3], 5).counts.iter().sum::<u64>(), 3);
        }
        assert_eq!(Histogram::of(&[], 3).densities(), [0.0; 3]);
        assert_eq!(Histogram::of(&[f64::MIN, f64::MAX, 0.0], 2).counts, [1, 2]);
    }

    #[test]
    fn moving_averages() {
        let mut average = MovingAverage::new(0.9);
        assert!(average.value().is_nan());
        assert_eq!(average.push(5.0), 5.0);
        // (0.9 * 5 + 7) / 1.9
        assert!((average.push(7.0) - 11.5 / 1.9).abs() < 1e-15);
        for _ in 0..500 {
            average.push(2.0);
        }
        assert!((average.value() - 2.0).abs() < 1e-14);
        let mut last = MovingAverage::new(0.0);
        assert_eq!((last.push(1.0), last.push(9.0)), (1.0, 9.0));
    }

    #[test]
    fn bootstraps() {
        let mut rng = Rng::new(8, "bootstrap");
        let values: Vec<f64> = (0..200).map(|_| rng.normal()).collect();
        let [low, high] = bootstrap_95(&values, 1000, &mut rng.split("resamples"), mean);
        let (_, by_t) = mean_interval_95(&values);
        assert!((low - by_t[0]).abs() < 0.03 && (high - by_t[1]).abs() < 0.03);
        let again = bootstrap_95(&values, 1000, &mut rng.split("resamples"), mean);
        assert_eq!(again, [low, high]);
        assert_eq!(bootstrap_95(&[3.0], 10, &mut rng, mean), [3.0, 3.0]);
        assert!(bootstrap_95(&[], 10, &mut rng, mean)[0].is_nan());
        assert!(bootstrap_95(&[1.0], 0, &mut rng, mean)[0].is_nan());
        assert!(bootstrap_95(&[1.0], 5, &mut rng, |_| f64::NAN)[0].is_nan());
    }
}
