//! Statistics of a handful to many samples. Sums run in the order of the samples.
//!
//! | part | what it holds |
//! | --- | --- |
//! | here | means and proportions with intervals, straight lines, running moments |
//! | [`distribution`] | normal, Student's t and beta distributions and their quantiles |
//! | [`hypothesis`] | tests of paired and unpaired samples |
//! | [`association`] | ranks and correlations |
//! | [`summary`] | quantiles, histograms, moving averages, bootstrap |

pub mod association;
pub mod distribution;
pub mod hypothesis;
pub mod summary;

pub use association::ranks;
pub use summary::{median, quantile};

use crate::math;

/// The smaller first, NaN last whatever its sign bit, which differs between machines.
pub(crate) fn ascending(a: &f64, b: &f64) -> std::cmp::Ordering {
    a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Mean; NaN for no values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Unbiased variance (n - 1 in the denominator); NaN for fewer than two values.
pub fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = mean(values);
    values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (values.len() - 1) as f64
}

/// Standard error of the mean; NaN for fewer than two values.
pub fn standard_error(values: &[f64]) -> f64 {
    math::sqrt(variance(values) / values.len() as f64)
}

/// The 97.5 % quantile of the normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// The factor of a two-sided 95 % interval: the 97.5 % quantile of Student's t with this many degrees of freedom.
///
/// Formulas 26.7.3 to 26.7.5 of Abramowitz and Stegun's handbook: a finite series in closed form, solved by bisection;
/// beyond 200 degrees the expansion about the normal quantile, whose error is then below 1e-11. The crates at hand use
/// the platform's logarithm, so their last digits differ between machines. NaN for no degrees of freedom.
pub fn student_t_95(freedom: u64) -> f64 {
    if freedom == 0 {
        return f64::NAN;
    }
    let nu = freedom as f64;
    if freedom > 200 {
        let x = NORMAL_95;
        let s = x * x;
        let terms = [
            x * (s + 1.0) / 4.0,
            x * ((5.0 * s + 16.0) * s + 3.0) / 96.0,
            x * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0,
            x * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0,
        ];
        return x + terms.iter().rev().fold(0.0, |sum, term| (sum + term) / nu);
    }
    let (mut low, mut high) = (0.0, std::f64::consts::FRAC_PI_2);
    loop {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high {
            return math::sqrt(nu) * math::tan(low);
        }
        if student_t_within(middle, freedom) < 0.95 { low = middle } else { high = middle }
    }
}

/// Probability that |t| < sqrt(freedom) tan(angle).
fn student_t_within(angle: f64, freedom: u64) -> f64 {
    let (sin, cos) = (math::sin(angle), math::cos(angle));
    let odd = freedom % 2 == 1;
    let mut term = if odd { cos } else { 1.0 };
    let mut sum = 0.0;
    // The terms' exponents of the cosine, from 1 or 0 in steps of two up to freedom - 2.
    for exponent in (freedom % 2..freedom.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= cos * cos * (exponent + 1) as f64 / (exponent + 2) as f64;
    }
    if odd { std::f64::consts::FRAC_2_PI * (angle + sin * sum) } else { sin * sum }
}

/// Mean and its 95 % interval by Student's t.
///
/// One value alone leaves the interval without bounds; equal values leave it without width. No value, or one that is
/// no number, makes all of it NaN.
pub fn mean_interval_95(values: &[f64]) -> (f64, [f64; 2]) {
    let mean = mean(values);
    if mean.is_nan() {
        return (f64::NAN, [f64::NAN; 2]);
    }
    if values.len() == 1 {
        return (mean, [f64::NEG_INFINITY, f64::INFINITY]);
    }
    // The rounded mean of equal values may differ from them.
    if values.iter().all(|x| *x == values[0]) {
        return (values[0], [values[0]; 2]);
    }
    let half = student_t_95(values.len() as u64 - 1) * standard_error(values);
    (mean, [mean - half, mean + half])
}

/// Mean of a_i - b_i and its 95 % interval; see [`mean_interval_95`].
///
/// # Panics
/// When the lengths differ.
pub fn paired_difference_95(a: &[f64], b: &[f64]) -> (f64, [f64; 2]) {
    assert_eq!(a.len(), b.len(), "pairs need equal numbers of values");
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    mean_interval_95(&differences)
}

/// Wilson's 95 % interval for a probability, of which `successes` in `trials` were seen; [0, 1] for no trials.
pub fn wilson_95(successes: u64, trials: u64) -> [f64; 2] {
    const Z: f64 = NORMAL_95;
    if trials == 0 {
        return [0.0, 1.0];
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * math::sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n));
    let norm = 1.0 + Z * Z / n;
    // At the ends the exact bound is 0 or 1, which rounding may miss.
    let low = if successes == 0 { 0.0 } else { (centre - half) / norm };
    let high = if successes == trials { 1.0 } else { (centre + half) / norm };
    [low, high]
}

/// The exact 95 % interval for a probability, of which `successes` in `trials` were seen (Clopper and Pearson 1934): wider
/// than [`wilson_95`], and never too narrow. [0, 1] for no trials.
pub fn exact_binomial_95(successes: u64, trials: u64) -> [f64; 2] {
    let failures = trials.saturating_sub(successes);
    let (k, rest) = (successes as f64, failures as f64);
    let low = if successes == 0 { 0.0 } else { distribution::beta_quantile(0.025, k, rest + 1.0) };
    let high = if failures == 0 { 1.0 } else { distribution::beta_quantile(0.975, k + 1.0, rest) };
    [low, high]
}

/// A straight line y = intercept + slope x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Slope.
    pub slope: f64,
    /// Standard error of the slope; NaN for fewer than three points.
    pub slope_error: f64,
    /// Value at x = 0.
    pub intercept: f64,
    /// Share of the variance of y that the line explains; NaN when y does not vary.
    pub r_squared: f64,
}

/// The line with the least sum of squared distances in y. All NaN when x does not vary.
///
/// # Panics
/// When the lengths differ.
pub fn least_squares(x: &[f64], y: &[f64]) -> Line {
    assert_eq!(x.len(), y.len(), "a line needs as many x as y");
    let (mx, my) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    let slope = if xx > 0.0 { xy / xx } else { f64::NAN };
    let residual = sum(&|x, y| (y - slope * x) * (y - slope * x));
    let freedom = x.len() as f64 - 2.0;
    let slope_error = if freedom > 0.0 { math::sqrt(residual / freedom / xx) } else { f64::NAN };
    Line { slope, slope_error, intercept: my - slope * mx, r_squared: 1.0 - residual / yy }
}

/// [`least_squares`] and the 95 % interval of the slope, by Student's t. The interval has no bounds for two points.
///
/// # Panics
/// When the lengths differ.
pub fn slope_95(x: &[f64], y: &[f64]) -> (Line, [f64; 2]) {
    let line = least_squares(x, y);
    let interval = match x.len() {
        2 if !line.slope.is_nan() => [f64::NEG_INFINITY, f64::INFINITY],
        n => {
            let half = student_t_95((n as u64).saturating_sub(2)) * line.slope_error;
            [line.slope - half, line.slope + half]
        }
    };
    (line, interval)
}

/// The exponent b of a power law y = a x^b with its 95 % interval: [`slope_95`] of ln y over ln x. NaN unless all x and y
/// are above zero.
///
/// # Panics
/// When the lengths differ.
pub fn log_log_slope_95(x: &[f64], y: &[f64]) -> (Line, [f64; 2]) {
    let logarithms = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| math::ln(*v)).collect() };
    slope_95(&logarithms(x), &logarithms(y))
}

/// The share of the observations' variance that predictions explain, 1 - sum (y - p)^2 / sum (y - mean)^2: below zero when
/// the mean alone does better; NaN when the observations do not vary.
///
/// # Panics
/// When the lengths differ.
pub fn r_squared(predicted: &[f64], observed: &[f64]) -> f64 {
    assert_eq!(predicted.len(), observed.len(), "as many predictions as observations");
    let mean = mean(observed);
    let spread: f64 = observed.iter().map(|y| (y - mean) * (y - mean)).sum();
    let missed: f64 = predicted.iter().zip(observed).map(|(p, y)| (y - p) * (y - p)).sum();
    if spread > 0.0 { 1.0 - missed / spread } else { f64::NAN }
}

/// Pearson's correlation; NaN when one of them does not vary.
///
/// # Panics
/// When the lengths differ.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "a correlation needs as many x as y");
    let (mx, my) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
    sum(&|x, y| x * y) / math::sqrt(sum(&|x, _| x * x) * sum(&|_, y| y * y))
}

/// Mean and variance of a stream, without keeping it (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes in a value.
    pub fn push(&mut self, x: f64) {
        self.count += 1;
        let before = x - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (x - self.mean);
    }

    /// How many values were taken in.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean; NaN for no values.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Unbiased variance; NaN for fewer than two values.
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.squares / (self.count - 1) as f64 }
    }

    /// Standard error of the mean; NaN for fewer than two values.
    pub fn standard_error(&self) -> f64 {
        math::sqrt(self.variance() / self.count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_the_published_table() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, table of critical values of Student's t, 0.975.
        const TABLE: [f64; 30] = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
            2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
        ];
        for (freedom, published) in (1..).zip(TABLE) {
            assert!((student_t_95(freedom) - published).abs() <= 0.000_501, "{freedom}: {}", student_t_95(freedom));
        }
        assert!(student_t_95(0).is_nan());
    }

    #[test]
    fn quantiles_match_closed_forms() {
        // One degree: tan(0.475 pi). Two: (2p - 1) sqrt(2 / (1 - (2p - 1)^2)). Four: from the cubic in closed form.
        assert!((student_t_95(1) - 12.706_204_736_174_7).abs() < 1e-8);
        assert!((student_t_95(2) - 0.95 * math::sqrt(2.0 / (1.0 - 0.95 * 0.95))).abs() < 1e-9);
        let a = 1.0 - 0.95 * 0.95;
        let q = math::cos(math::acos(math::sqrt(a)) / 3.0) / math::sqrt(a);
        assert!((student_t_95(4) - 2.0 * math::sqrt(q - 1.0)).abs() < 1e-9);
        assert!((student_t_95(1_000_000_000) - 1.959_963_985).abs() < 1e-7);
    }

    #[test]
    fn quantiles_fall_and_series_and_expansion_meet() {
        let mut last = f64::INFINITY;
        for freedom in (1..600).chain([1000, 12_345, 1_000_000, u64::MAX]) {
            let t = student_t_95(freedom);
            assert!(t < last && t >= NORMAL_95, "{freedom}");
            last = t;
        }
        // The distribution's own series, at quantiles from the expansion.
        for freedom in 201..400u64 {
            let angle = math::atan(student_t_95(freedom) / math::sqrt(freedom as f64));
            assert!((student_t_within(angle, freedom) - 0.95).abs() < 1e-12, "{freedom}");
        }
    }

    #[test]
    fn interval_of_a_known_sample() {
        let (mean, [low, high]) = mean_interval_95(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(mean, 3.0);
        // 2.776445105 * sqrt(2.5 / 5)
        assert!((high - 4.963_243_2).abs() < 1e-6 && (low - 1.036_756_8).abs() < 1e-6);
    }

    #[test]
    fn interval_of_unusual_samples() {
        assert_eq!(mean_interval_95(&[4.0]), (4.0, [f64::NEG_INFINITY, f64::INFINITY]));
        assert_eq!(mean_interval_95(&[0.1; 3]), (0.1, [0.1, 0.1]));
        for bad in [&[][..], &[1.0, f64::NAN], &[f64::NAN], &[f64::INFINITY, f64::NEG_INFINITY]] {
            let (mean, [low, high]) = mean_interval_95(bad);
            assert!(mean.is_nan() && low.is_nan() && high.is_nan());
        }
        let (mean, [low, high]) = mean_interval_95(&[1.0, f64::INFINITY]);
        assert!(mean == f64::INFINITY && low.is_nan() && high.is_nan());
    }

    #[test]
    fn interval_covers_as_often_as_it_says() {
        let mut rng = crate::rng::Rng::new(0, "coverage");
        let covered = (0..4000)
            .filter(|_| {
                let sample: [f64; 5] = std::array::from_fn(|_| 2.0 + 3.0 * rng.normal());
                let (_, [low, high]) = mean_interval_95(&sample);
                low <= 2.0 && 2.0 <= high
            })
            .count();
        // 3800 expected, standard deviation 13.8.
        assert!((3745..=3855).contains(&covered), "{covered}");
    }

    #[test]
    fn proportions() {
        // Agresti and Coull (1998) and any textbook: 0 of 10 gives 0 to 0.2775, 5 of 10 gives 0.2366 to 0.7634.
        let [low, high] = wilson_95(0, 10);
        assert!(low == 0.0 && (high - 0.277_5).abs() < 1e-4);
        let [low, high] = wilson_95(5, 10);
        assert!((low - 0.236_6).abs() < 1e-4 && (high - 0.763_4).abs() < 1e-4);
        assert_eq!(wilson_95(7, 7)[1], 1.0);
        assert_eq!(wilson_95(0, 0), [0.0, 1.0]);
    }

    #[test]
    fn lines() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let line = least_squares(&x, &[3.0, 5.0, 7.0, 9.0]);
        assert_eq!(line, Line { slope: 2.0, slope_error: 0.0, intercept: 1.0, r_squared: 1.0 });
        // Residuals by hand: slope 1.4, intercept 0, residual sum 1.2, error sqrt(1.2 / 2 / 5).
        let line = least_squares(&x, &[1.0, 3.0, 5.0, 5.0]);
        assert!((line.slope - 1.4).abs() < 1e-12 && line.intercept.abs() < 1e-12);
        assert!((line.slope_error - math::sqrt(0.12)).abs() < 1e-12);
        assert!(least_squares(&[1.0, 1.0], &[0.0, 1.0]).slope.is_nan());
        assert!((correlation(&x, &[3.0, 5.0, 7.0, 9.0]) - 1.0).abs() < 1e-15);
        assert!((correlation(&x, &[9.0, 7.0, 5.0, 3.0]) + 1.0).abs() < 1e-15);
    }

    #[test]
    fn exact_proportions() {
        // Nothing seen: 1 - 0.025^(1/n).
        let [low, high] = exact_binomial_95(0, 10);
        assert!(low == 0.0 && (high - (1.0 - math::pow(0.025, 0.1))).abs() < 1e-12);
        assert_eq!(exact_binomial_95(0, 0), [0.0, 1.0]);
        // 5 of 10 by the tables of Clopper and Pearson.
        let [low, high] = exact_binomial_95(5, 10);
        assert!((low - 0.187_1).abs() < 5e-5 && (high - 0.812_9).abs() < 5e-5);
        for (k, n) in [(1, 7), (3, 20), (499, 1000)] {
            let (exact, wilson) = (exact_binomial_95(k, n), wilson_95(k, n));
            assert!(exact[0] < k as f64 / n as f64 && exact[1] - exact[0] > wilson[1] - wilson[0]);
            let mirrored = exact_binomial_95(n - k, n);
            assert!((exact[0] + mirrored[1] - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn slopes_with_intervals() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let (line, [low, high]) = slope_95(&x, &[1.0, 3.0, 5.0, 5.0]);
        let half = 4.302_652_729_7 * math::sqrt(0.12);
        assert!((low - (1.4 - half)).abs() < 1e-9 && (high - (1.4 + half)).abs() < 1e-9);
        assert_eq!(line, least_squares(&x, &[1.0, 3.0, 5.0, 5.0]));
        assert_eq!(slope_95(&x[..2], &[0.0, 1.0]).1, [f64::NEG_INFINITY, f64::INFINITY]);
        assert!(slope_95(&[1.0], &[1.0]).1[0].is_nan());
        let cubes: Vec<f64> = x.iter().map(|x| 7.0 * x * x * x).collect();
        let (line, [low, high]) = log_log_slope_95(&x, &cubes);
        assert!((line.slope - 3.0).abs() < 1e-14 && (line.intercept - math::ln(7.0)).abs() < 1e-14);
        assert!(low <= high && high - low < 1e-12);
        assert!(log_log_slope_95(&[0.0, 1.0, 2.0], &[1.0, 2.0, 3.0]).0.slope.is_nan());
        // The interval covers the true slope as often as it says: 1900 of 2000, deviation 9.7.
        let mut rng = crate::rng::Rng::new(0, "slopes");
        let covered = (0..2000)
            .filter(|_| {
                let y = x.map(|x| 0.5 * x + rng.normal());
                let [low, high] = slope_95(&x, &y).1;
                low <= 0.5 && 0.5 <= high
            })
            .count();
        assert!((1860..=1940).contains(&covered), "{covered}");
    }

    #[test]
    fn explained_shares() {
        let y = [1.0, 2.0, 4.0];
        assert_eq!(r_squared(&y, &y), 1.0);
        assert!(r_squared(&[7.0 / 3.0; 3], &y).abs() < 1e-15 && r_squared(&[9.0; 3], &y) < 0.0);
        assert!(r_squared(&[1.0, 2.0], &[3.0, 3.0]).is_nan());
        let x = [1.0, 2.0, 3.0, 4.0];
        let line = least_squares(&x, &[1.0, 3.0, 5.0, 5.0]);
        let fitted = x.map(|x| line.intercept + line.slope * x);
        assert!((r_squared(&fitted, &[1.0, 3.0, 5.0, 5.0]) - line.r_squared).abs() < 1e-14);
    }

    #[test]
    fn pairs() {
        let (mean, interval) = paired_difference_95(&[5.0, 7.0, 9.0], &[4.0, 5.0, 6.0]);
        assert_eq!((mean, interval), mean_interval_95(&[1.0, 2.0, 3.0]));
    }

    #[test]
    fn running_moments_agree_with_the_whole() {
        let values: Vec<f64> = (0..1000).map(|i| 1e6 + f64::from(i * i % 97)).collect();
        let mut moments = Moments::default();
        assert!(moments.mean().is_nan() && moments.variance().is_nan());
        values.iter().for_each(|x| moments.push(*x));
        assert!((moments.mean() - mean(&values)).abs() < 1e-8);
        assert!((moments.variance() / variance(&values) - 1.0).abs() < 1e-10);
        assert!((moments.standard_error() / standard_error(&values) - 1.0).abs() < 1e-10);
        assert_eq!(moments.count(), 1000);
    }
}
