//! How two quantities go together: ranks, and correlations with intervals and p-values.

use super::distribution::{normal_cdf, student_t_two_sided};
use super::{NORMAL_95, ascending, correlation};
use crate::math;

/// The rank of each value from 1 for the smallest; equals share the mean of their ranks. NaN ranks above all.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|i, j| ascending(&values[*i], &values[*j]));
    let mut ranks = vec![0.0; values.len()];
    let mut done = 0;
    for tied in order.chunk_by(|i, j| values[*i] == values[*j]) {
        // The mean of done + 1 to done + len.
        let rank = done as f64 + (tied.len() + 1) as f64 / 2.0;
        tied.iter().for_each(|i| ranks[*i] = rank);
        done += tied.len();
    }
    ranks
}

/// The sizes of the groups of equal values.
pub(super) fn ties(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(ascending);
    sorted.chunk_by(|a, b| a == b).map(|tied| tied.len() as f64).collect()
}

/// A correlation between -1 and 1, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// The coefficient; NaN when one of the quantities does not vary.
    pub value: f64,
    /// The two-sided p-value of there being none; NaN for too few points.
    pub p_value: f64,
    /// Its 95 % interval, by Fisher's transform; [-1, 1] for too few points.
    pub interval_95: [f64; 2],
}

/// Pearson's correlation, of straight lines; p by Student's t, which takes normal errors.
///
/// # Panics
/// When the lengths differ.
pub fn pearson(x: &[f64], y: &[f64]) -> Correlation {
    by_student(correlation(x, y), x.len() as f64, 1.0)
}

/// Spearman's correlation: [`pearson`] of the ranks, of any monotone relation. p by Student's t, good from 10 points on;
/// the interval's width by Fieller, Hartley and Pearson (1957).
///
/// # Panics
/// When the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> Correlation {
    by_student(correlation(&ranks(x), &ranks(y)), x.len() as f64, 1.06)
}

fn by_student(value: f64, n: f64, variance: f64) -> Correlation {
    let freedom = n - 2.0;
    // Rounding may leave [-1, 1].
    let value = value.clamp(-1.0, 1.0);
    let t = value * math::sqrt(freedom / (1.0 - value * value));
    let p_value = if freedom > 0.0 { student_t_two_sided(t, freedom) } else { f64::NAN };
    Correlation { value, p_value, interval_95: fisher(value, variance / (n - 3.0)) }
}

/// The interval of a correlation whose inverse hyperbolic tangent has this variance.
fn fisher(value: f64, variance: f64) -> [f64; 2] {
    if value.is_nan() {
        return [f64::NAN; 2];
    }
    if !(variance > 0.0 && variance.is_finite()) {
        return [-1.0, 1.0];
    }
    let half = NORMAL_95 * math::sqrt(variance);
    [-half, half].map(|shift| math::tanh(math::atanh(value) + shift))
}

/// Kendall's tau-b: of all pairs of points, the share that both quantities put in the same order, less the share they do
/// not, ties allowed for. Looks at all pairs.
///
/// p is exact without ties up to 50 points, else by the normal approximation; the interval's width by Fieller, Hartley and
/// Pearson (1957).
///
/// # Panics
/// When the lengths differ.
pub fn kendall(x: &[f64], y: &[f64]) -> Correlation {
    assert_eq!(x.len(), y.len(), "a correlation needs as many x as y");
    let n = x.len();
    let order = |a: f64, b: f64| if a < b { -1 } else { i64::from(a > b) };
    let (mut score, mut x_pairs, mut y_pairs) = (0, 0, 0);
    for i in 0..n {
        for j in 0..i {
            let (dx, dy) = (order(x[i], x[j]), order(y[i], y[j]));
            score += dx * dy;
            x_pairs += dx * dx;
            y_pairs += dy * dy;
        }
    }
    let nan = x.iter().chain(y).any(|v| v.is_nan());
    let value = if nan { f64::NAN } else { score as f64 / math::sqrt(x_pairs as f64 * y_pairs as f64) };
    let all = (n * n.saturating_sub(1) / 2) as i64;
    let p_value = if value.is_nan() {
        f64::NAN
    } else if x_pairs == all && y_pairs == all && n <= 50 {
        exact_kendall(n, score)
    } else {
        let z = score.abs() as f64 / math::sqrt(kendall_variance(n as f64, &ties(x), &ties(y)));
        2.0 * normal_cdf(-z)
    };
    Correlation { value, p_value, interval_95: fisher(value.clamp(-1.0, 1.0), 0.437 / (n as f64 - 4.0)) }
}

/// The share of all orders of n things whose score is at least as far from 0.
fn exact_kendall(n: usize, score: i64) -> f64 {
    let pairs = n * n.saturating_sub(1) / 2;
    // `shares[k]`: of all orders, the share with k pairs the wrong way round. Thing m can pass up to m - 1 before it.
    let mut shares = vec![0.0; pairs + 1];
    shares[0] = 1.0;
    for m in 2..=n {
        let before = shares.clone();
        for (k, share) in shares.iter_mut().enumerate() {
            *share = before[k.saturating_sub(m - 1)..=k].iter().sum::<f64>() / m as f64;
        }
    }
    let far = |wrong: &usize| (pairs as i64 - 2 * *wrong as i64).abs() >= score.abs();
    (0..=pairs).filter(far).map(|wrong| shares[wrong]).sum::<f64>().min(1.0)
}

/// The variance of the score without association (Kendall 1970), from the sizes of the groups of ties.
fn kendall_variance(n: f64, x: &[f64], y: &[f64]) -> f64 {
    let sum = |ties: &[f64], f: fn(f64) -> f64| ties.iter().map(|t| f(*t)).sum::<f64>();
    let spread = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let (pairs, triples) = (|t: f64| t * (t - 1.0), |t: f64| t * (t - 1.0) * (t - 2.0));
    let mut variance = (spread(n) - sum(x, spread) - sum(y, spread)) / 18.0;
    variance += sum(x, pairs) * sum(y, pairs) / (2.0 * pairs(n));
    if n > 2.0 {
        variance += sum(x, triples) * sum(y, triples) / (9.0 * triples(n));
    }
    variance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn ranks_of_equals_are_shared() {
        assert_eq!(ranks(&[30.0, 10.0, 20.0, 10.0]), [4.0, 1.5, 3.0, 1.5]);
        assert_eq!(ranks(&[5.0; 3]), [2.0; 3]);
        assert_eq!(ranks(&[f64::NAN, 1.0]), [2.0, 1.0]);
        assert!(ranks(&[]).is_empty());
        assert_eq!(ties(&[3.0, 1.0, 3.0]), [1.0, 2.0]);
    }

    #[test]
    fn perfect_and_absent_relations() {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        let cubes: Vec<f64> = x.iter().map(|x| x * x * x).collect();
        let line: Vec<f64> = x.iter().map(|x| 3.0 - x).collect();
        assert!((pearson(&x, &line).value + 1.0).abs() < 1e-15 && pearson(&x, &line).p_value < 1e-12);
        assert!(pearson(&x, &cubes).value < 0.95);
        for f in [spearman, kendall] {
            assert!((f(&x, &cubes).value - 1.0).abs() < 1e-15 && (f(&x, &line).value + 1.0).abs() < 1e-15);
            assert!(f(&x, &cubes).p_value < 1e-6);
        }
        for f in [pearson, spearman, kendall] {
            assert!(f(&x, &[2.0; 12]).value.is_nan() && f(&x, &[2.0; 12]).p_value.is_nan());
            assert!(f(&[], &[]).value.is_nan());
            assert_eq!(f(&[1.0, 2.0, 4.0], &[1.0, 2.0, 3.0]).interval_95, [-1.0, 1.0]);
        }
    }

    #[test]
    fn values_by_hand() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 1.0, 4.0, 3.0, 5.0]);
        // Differences of the ranks 1, 1, 1, 1, 0: 1 - 6 * 4 / (5 * 24).
        assert!((spearman(&x, &y).value - 0.8).abs() < 1e-15);
        // t = 0.8 sqrt(3 / 0.36), three degrees of freedom.
        assert!((spearman(&x, &y).p_value - 0.104_088_03).abs() < 1e-7);
        // 8 pairs the right way, 2 the wrong.
        assert!((kendall(&x, &y).value - 0.6).abs() < 1e-15);
        // Of 120 orders 1, 4, 9 have none, one, two pairs wrong, and as many that few right.
        assert!((kendall(&x, &y).p_value - 28.0 / 120.0).abs() < 1e-15);
        // One tie in x: 5 right, none wrong, of sqrt(5 * 6).
        let tied = kendall(&[1.0, 1.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
        assert!((tied.value - 5.0 / math::sqrt(30.0)).abs() < 1e-15 && tied.p_value < 0.1);
    }

    #[test]
    fn approximation_meets_the_exact_shares() {
        let n = 50;
        let sd = math::sqrt(kendall_variance(n as f64, &[1.0; 50], &[1.0; 50]));
        for score in [51, 151, 251, 351] {
            // Half a step of 2 towards zero, for the score is whole.
            let z = (score as f64 - 1.0) / sd;
            assert!((exact_kendall(n, score) - 2.0 * normal_cdf(-z)).abs() < 3e-3, "{score}");
        }
        assert!((exact_kendall(n, 1) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn p_values_are_uniform_and_intervals_cover() {
        let mut rng = Rng::new(5, "association");
        let mut rejected = [0; 3];
        let mut covered = [0; 2];
        for _ in 0..1000 {
            let x: Vec<f64> = (0..20).map(|_| rng.normal()).collect();
            let y: Vec<f64> = (0..20).map(|_| rng.normal()).collect();
            for (count, f) in rejected.iter_mut().zip([pearson, spearman, kendall]) {
                *count += usize::from(f(&x, &y).p_value < 0.05);
            }
            // Correlated by 0.6.
            let z: Vec<f64> = x.iter().zip(&y).map(|(x, y)| 0.6 * x + 0.8 * y).collect();
            for (count, (f, truth)) in covered.iter_mut().zip([
                (pearson as fn(&[f64], &[f64]) -> Correlation, 0.6),
                (kendall, std::f64::consts::FRAC_2_PI * math::asin(0.6)),
            ]) {
                let [low, high] = f(&x, &z).interval_95;
                *count += usize::from(low <= truth && truth <= high);
            }
        }
        // 50 and 950 expected, standard deviation 7.
        assert!(rejected.iter().all(|r| (22..=78).contains(r)), "{rejected:?}");
        assert!(covered.iter().all(|c| (920..=980).contains(c)), "{covered:?}");
    }
}
