//! Tests of whether two samples differ. All p-values are two-sided.

use super::association::{ranks, ties};
use super::distribution::{binomial_cdf, normal_cdf, student_t_quantile, student_t_two_sided};
use super::{mean, variance};
use crate::math;

/// A test by Student's t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TTest {
    /// The mean difference, a - b.
    pub difference: f64,
    /// Its 95 % interval.
    pub interval_95: [f64; 2],
    /// The difference over its standard error.
    pub t: f64,
    /// Degrees of freedom; whole for pairs.
    pub freedom: f64,
    /// The p-value of there being no difference.
    pub p_value: f64,
}

impl TTest {
    fn new(difference: f64, error: f64, freedom: f64) -> Self {
        // No spread at all: either surely different or surely equal.
        let t = if difference == 0.0 { 0.0 } else { difference / error };
        let half = if error == 0.0 { 0.0 } else { student_t_quantile(0.975, freedom) * error };
        let nothing = freedom.is_nan() || freedom <= 0.0 || error.is_nan();
        let p_value = if nothing { f64::NAN } else { student_t_two_sided(t, freedom) };
        Self { difference, interval_95: [difference - half, difference + half], t, freedom, p_value }
    }
}

/// The test of pairs: whether the mean of a_i - b_i is zero. NaN for fewer than two pairs.
///
/// # Panics
/// When the lengths differ.
pub fn paired_t_test(a: &[f64], b: &[f64]) -> TTest {
    let differences = differences(a, b);
    TTest::new(mean(&differences), super::standard_error(&differences), differences.len() as f64 - 1.0)
}

/// The test of unpaired samples that may vary differently (Welch 1947): whether the means are equal. NaN when one has
/// fewer than two values.
pub fn welch_t_test(a: &[f64], b: &[f64]) -> TTest {
    let part = |values: &[f64]| (variance(values) / values.len() as f64, values.len() as f64 - 1.0);
    let ((va, fa), (vb, fb)) = (part(a), part(b));
    let sum = va + vb;
    // Without any spread the degrees do not matter, so long as there are some.
    let freedom = if sum == 0.0 { fa + fb } else { sum * sum / (va * va / fa + vb * vb / fb) };
    TTest::new(mean(a) - mean(b), math::sqrt(sum), freedom)
}

/// A test that counts which of the pairs is larger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignTest {
    /// Pairs with a above b.
    pub wins: u64,
    /// Pairs with a below b.
    pub losses: u64,
    /// Pairs of equals (or with NaN), which say nothing.
    pub ties: u64,
    /// The p-value of wins and losses being equally likely, exact; 1 when all are ties.
    pub p_value: f64,
}

/// The sign test of pairs: asks for no scale, only for an order.
///
/// # Panics
/// When the lengths differ.
pub fn sign_test(a: &[f64], b: &[f64]) -> SignTest {
    assert_eq!(a.len(), b.len(), "pairs need equal numbers of values");
    let count = |f: fn(&f64, &f64) -> bool| a.iter().zip(b).filter(|(a, b)| f(a, b)).count() as u64;
    let (wins, losses) = (count(|a, b| a > b), count(|a, b| a < b));
    let n = wins + losses;
    let p_value = (2.0 * binomial_cdf(wins.min(losses), n, 0.5)).min(1.0);
    SignTest { wins, losses, ties: a.len() as u64 - n, p_value }
}

/// A test by the ranks of the differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRankTest {
    /// The sum of the ranks of the differences above zero.
    pub above: f64,
    /// The sum of the ranks of the differences below zero.
    pub below: f64,
    /// Pairs that differ; the others are left out.
    pub pairs: usize,
    /// The p-value of the differences lying evenly about zero; 1 when there are none, NaN when one is NaN.
    pub p_value: f64,
}

/// The number of pairs up to which the signed-rank test is exact.
const EXACT: usize = 50;

/// Wilcoxon's signed-rank test of pairs (1945), exact up to 50 pairs that differ, ties included; beyond that by the normal
/// approximation.
///
/// # Panics
/// When the lengths differ.
pub fn signed_rank_test(a: &[f64], b: &[f64]) -> SignedRankTest {
    let differences: Vec<f64> = differences(a, b).into_iter().filter(|d| *d != 0.0).collect();
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let ranks = ranks(&sizes);
    let sum = |above: bool| ranks.iter().zip(&differences).filter(|(_, d)| (**d > 0.0) == above).map(|(r, _)| r).sum();
    let (above, below): (f64, f64) = (sum(true), sum(false));
    let pairs = differences.len();
    let p_value = if differences.iter().any(|d| d.is_nan()) {
        f64::NAN
    } else if pairs <= EXACT {
        exact_signed_rank(&ranks, above.min(below))
    } else {
        let n = pairs as f64;
        let tied: f64 = ties(&sizes).iter().map(|t| t * t * t - t).sum();
        let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tied / 48.0;
        // Half a rank towards the mean, for sums are whole.
        let distance = ((above - below).abs() / 2.0 - 0.5).max(0.0);
        2.0 * normal_cdf(-distance / math::sqrt(variance))
    };
    SignedRankTest { above, below, pairs, p_value }
}

/// Twice the share of all signs for which the ranks with a plus add up to at most `sum`.
fn exact_signed_rank(ranks: &[f64], sum: f64) -> f64 {
    // Shared ranks are halves: twice a rank is whole.
    let twice = |x: f64| (2.0 * x) as usize;
    let most: usize = ranks.iter().map(|r| twice(*r)).sum();
    let mut shares = vec![0.0; most + 1];
    shares[0] = 1.0;
    for rank in ranks.iter().map(|r| twice(*r)) {
        for s in (0..=most).rev() {
            let with = if s >= rank { shares[s - rank] } else { 0.0 };
            shares[s] = (shares[s] + with) / 2.0;
        }
    }
    (2.0 * shares[..=twice(sum)].iter().sum::<f64>()).min(1.0)
}

fn differences(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len(), "pairs need equal numbers of values");
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    // Student's own example (1908): hours of sleep gained under two drugs.
    const FIRST: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const SECOND: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    #[test]
    fn sleep() {
        // Published in R's manual of t.test: paired t = -4.0621, p = 0.002833, interval -2.4599 to -0.7001; Welch's
        // t = -1.8608, 17.776 degrees, p = 0.07939, interval -3.3654832 to 0.2054832.
        let paired = paired_t_test(&FIRST, &SECOND);
        assert!(
            (paired.t + 4.062_1).abs() < 5e-5 && (paired.p_value - 0.002_833).abs() < 5e-7 && paired.freedom == 9.0
        );
        assert!((paired.interval_95[0] + 2.459_9).abs() < 5e-5 && (paired.interval_95[1] + 0.700_1).abs() < 5e-5);
        let welch = welch_t_test(&FIRST, &SECOND);
        assert!((welch.t + 1.860_8).abs() < 5e-5 && (welch.p_value - 0.079_39).abs() < 5e-6);
        assert!((welch.freedom - 17.776).abs() < 5e-4 && (welch.interval_95[1] - 0.205_483_2).abs() < 5e-7);
        // No loss in 9 wins, one tie: 2 / 2^9 either way.
        let signs = sign_test(&FIRST, &SECOND);
        assert_eq!((signs.wins, signs.losses, signs.ties), (0, 9, 1));
        assert!((signs.p_value - 2.0 / 512.0).abs() < 1e-15);
        let ranks = signed_rank_test(&FIRST, &SECOND);
        assert_eq!((ranks.above, ranks.below, ranks.pairs), (0.0, 45.0, 9));
        assert!((ranks.p_value - 2.0 / 512.0).abs() < 1e-15);
    }

    #[test]
    fn paired_interval_is_that_of_the_mean() {
        let (mean, [low, high]) = super::super::paired_difference_95(&FIRST, &SECOND);
        let test = paired_t_test(&FIRST, &SECOND);
        assert_eq!(test.difference, mean);
        assert!((test.interval_95[0] - low).abs() < 1e-9 && (test.interval_95[1] - high).abs() < 1e-9);
    }

    #[test]
    fn samples_without_spread() {
        let same = paired_t_test(&[1.0, 2.0], &[1.0, 2.0]);
        assert_eq!((same.t, same.p_value, same.interval_95), (0.0, 1.0, [0.0; 2]));
        let apart = paired_t_test(&[2.0, 3.0], &[1.0, 2.0]);
        assert_eq!((apart.t, apart.p_value), (f64::INFINITY, 0.0));
        assert_eq!(welch_t_test(&[1.0, 1.0], &[2.0, 2.0]).p_value, 0.0);
        assert_eq!(welch_t_test(&[1.0, 1.0], &[1.0, 1.0]).p_value, 1.0);
        assert!(paired_t_test(&[1.0], &[2.0]).p_value.is_nan() && welch_t_test(&[1.0], &[2.0, 3.0]).p_value.is_nan());
        assert!(paired_t_test(&[], &[]).p_value.is_nan());
        assert_eq!((sign_test(&[], &[]).p_value, signed_rank_test(&[1.0], &[1.0]).p_value), (1.0, 1.0));
        assert!(signed_rank_test(&[f64::NAN, 1.0], &[1.0, 0.0]).p_value.is_nan());
    }

    #[test]
    fn signed_ranks_by_hand() {
        // Differences 1, 2, -3: of the 8 signs those with a minus sum of at most 3: {}, {1}, {2}, {3}, {1, 2}.
        let test = signed_rank_test(&[1.0, 2.0, 0.0], &[0.0, 0.0, 3.0]);
        assert_eq!((test.above, test.below, test.p_value), (3.0, 3.0, 1.0));
        // All above: one of 2^6 either way.
        assert_eq!(signed_rank_test(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[0.0; 6]).p_value, 2.0 / 64.0);
        // Ties share a rank: sizes 1, 1, 2 have ranks 1.5, 1.5, 3; a minus sum of at most 1.5 in 3 of 8 cases.
        let tied = signed_rank_test(&[1.0, -1.0, 2.0], &[0.0; 3]);
        assert_eq!((tied.above, tied.below, tied.p_value), (4.5, 1.5, 0.75));
    }

    #[test]
    fn signed_ranks_beyond_the_exact() {
        let mut rng = Rng::new(6, "ranks");
        let sample: Vec<f64> = (0..51).map(|_| rng.normal() + 0.3).collect();
        let test = signed_rank_test(&sample, &[0.0; 51]);
        let sizes: Vec<f64> = sample.iter().map(|d| d.abs()).collect();
        let exact = exact_signed_rank(&ranks(&sizes), test.above.min(test.below));
        assert!((test.p_value - exact).abs() < 2e-3, "{} {exact}", test.p_value);
    }

    #[test]
    fn p_values_are_as_often_small_as_they_say() {
        let mut rng = Rng::new(7, "hypotheses");
        let mut rejected = [0; 4];
        for _ in 0..2000 {
            let a: [f64; 12] = std::array::from_fn(|_| rng.normal());
            let b: [f64; 12] = std::array::from_fn(|_| rng.normal());
            let wide: [f64; 5] = std::array::from_fn(|_| 3.0 * rng.normal());
            let p = [
                paired_t_test(&a, &b).p_value,
                welch_t_test(&a, &wide).p_value,
                signed_rank_test(&a, &b).p_value,
                sign_test(&a, &b).p_value,
            ];
            rejected.iter_mut().zip(p).for_each(|(count, p)| *count += usize::from(p < 0.05));
        }
        // 100 expected of the t tests, deviation 10; the others have few values to take and stay below.
        assert!((70..=130).contains(&rejected[0]) && (65..=140).contains(&rejected[1]), "{rejected:?}");
        assert!((60..=125).contains(&rejected[2]) && (50..=110).contains(&rejected[3]), "{rejected:?}");
    }
}
