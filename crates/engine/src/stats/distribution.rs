//! Distribution functions and quantiles, all from one incomplete beta integral and the error function.
//!
//! The crates at hand (statrs, special, puruspe) call the platform's logarithm, so their last digits differ between
//! machines. Quantiles are found by bisection down to neighbouring numbers.

use crate::math;

/// Probability that a standard normal number is at most x.
pub fn normal_cdf(x: f64) -> f64 {
    math::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The x with [`normal_cdf`] p; infinite at 0 and 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    if p > 0.5 {
        // Exact: p is a multiple of 2^-53 there.
        return -normal_quantile(1.0 - p);
    }
    if p > 0.0 { bisect(-40.0, 0.0, |x| normal_cdf(x) < p) } else { f64::NAN }
}

/// The regularised incomplete beta integral I_x(a, b): the probability that a beta-distributed number is at most x. Its
/// error is some 1e-16 times a + b. NaN unless a and b are above zero.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) || x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    // The fraction converges fast below the mean; above it the other tail does.
    if x > (a + 1.0) / (a + b + 2.0) { 1.0 - lower_beta(1.0 - x, b, a) } else { lower_beta(x, a, b) }
}

/// I_x(a, b) by the continued fraction 26.5.8 of Abramowitz and Stegun's handbook, evaluated from the front (Lentz 1976).
fn lower_beta(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |y: f64| if y.abs() < TINY { TINY } else { y };
    let ln_front = math::lgamma(a + b) - math::lgamma(a) - math::lgamma(b) + a * math::ln(x) + b * math::ln_1p(-x);
    let (mut c, mut d) = (1.0, 1.0 / safe(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    // Some sqrt(max(a, b)) terms are enough.
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    math::exp(ln_front) * fraction / a
}

/// The x with [`beta_cdf`] p; NaN when p is no probability or a or b not above zero.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    bisect(0.0, 1.0, |x| beta_cdf(x, a, b) < p)
}

/// Probability that a number of Student's t distribution is at most t. NaN for no degrees of freedom.
pub fn student_t_cdf(t: f64, freedom: f64) -> f64 {
    let tail = student_t_two_sided(t, freedom) / 2.0;
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// Probability that a number of Student's t distribution is at least as far from 0 as t: the two-sided p-value.
pub fn student_t_two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_infinite() && freedom > 0.0 {
        return 0.0;
    }
    beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The t with [`student_t_cdf`] p; infinite at 0 and 1, NaN outside or for no degrees of freedom. For whole degrees and the
/// 95 % interval see also [`super::student_t_95`].
pub fn student_t_quantile(p: f64, freedom: f64) -> f64 {
    if p.is_nan() || freedom.is_nan() || freedom <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -student_t_quantile(1.0 - p, freedom);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // Whichever of the integral's ends is near zero keeps its digits.
    let low = bisect(0.0, 1.0, |x| beta_cdf(x, freedom / 2.0, 0.5) < 2.0 * p);
    if low < 0.5 {
        return -math::sqrt(freedom * (1.0 - low) / low);
    }
    let high = bisect(0.0, 1.0, |x| beta_cdf(x, 0.5, freedom / 2.0) < 1.0 - 2.0 * p);
    -math::sqrt(freedom * high / (1.0 - high))
}

/// Probability of at most k successes in n trials of probability p.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_cdf(1.0 - p, (n - k) as f64, (k + 1) as f64) }
}

/// The border between `low`, where `below` holds, and `high`, where it does not.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        if below(middle) { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_values() {
        assert_eq!(normal_cdf(0.0), 0.5);
        assert!((normal_cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
        // Mills' ratio far out: the density times (1/x - 1/x^3 + 3/x^5).
        let x = 20.0f64;
        let density = math::exp(-x * x / 2.0) / math::sqrt(2.0 * std::f64::consts::PI);
        assert!((normal_cdf(-x) / (density * (1.0 / x - 1.0 / x.powi(3) + 3.0 / x.powi(5))) - 1.0).abs() < 1e-6);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        for p in [1e-300, 1e-10, 0.1, 0.5, 0.7, 0.999_999] {
            assert!((normal_cdf(normal_quantile(p)) / p - 1.0).abs() < 1e-11, "{p}");
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(-0.1).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn beta_in_closed_form() {
        for x in [0.0, 1e-9, 0.2, 0.5, 0.77, 0.999, 1.0] {
            assert!((beta_cdf(x, 1.0, 1.0) - x).abs() < 1e-15);
            assert!((beta_cdf(x, 3.0, 1.0) - x * x * x).abs() < 1e-14);
            assert!((beta_cdf(x, 1.0, 4.0) - (1.0 - math::powi(1.0 - x, 4))).abs() < 1e-14);
            // The arcsine law.
            let arc = std::f64::consts::FRAC_2_PI * math::asin(math::sqrt(x));
            assert!((beta_cdf(x, 0.5, 0.5) - arc).abs() < 1e-14);
            assert!((beta_cdf(x, 2.5, 7.0) + beta_cdf(1.0 - x, 7.0, 2.5) - 1.0).abs() < 1e-14);
        }
        assert!((beta_cdf(0.5, 1e6, 1e6) - 0.5).abs() < 1e-9);
        assert!(beta_cdf(0.5, 0.0, 1.0).is_nan() && beta_cdf(f64::NAN, 1.0, 1.0).is_nan());
        assert!((beta_quantile(0.3, 2.0, 5.0) - 0.3).abs() < 0.3);
        assert!((beta_cdf(beta_quantile(0.3, 2.0, 5.0), 2.0, 5.0) - 0.3).abs() < 1e-14);
        assert!(beta_quantile(1.1, 1.0, 1.0).is_nan());
    }

    #[test]
    fn student_t_in_closed_form() {
        for t in [-7.0, -1.0, -0.1, 0.0, 0.5, 3.0, 1e6] {
            let cauchy = 0.5 + math::atan(t) / std::f64::consts::PI;
            assert!((student_t_cdf(t, 1.0) - cauchy).abs() < 1e-14, "{t}");
            let two = 0.5 + t / (2.0 * math::sqrt(2.0 + t * t));
            assert!((student_t_cdf(t, 2.0) - two).abs() < 1e-14, "{t}");
        }
        for freedom in [1u32, 2, 3, 7, 30, 150, 1000] {
            let (ours, other) =
                (student_t_quantile(0.975, f64::from(freedom)), super::super::student_t_95(freedom.into()));
            assert!((ours / other - 1.0).abs() < 1e-11, "{freedom}: {ours} {other}");
        }
        assert_eq!(student_t_quantile(0.5, 3.3).abs(), 0.0);
        assert_eq!(student_t_quantile(1.0, 3.0), f64::INFINITY);
        assert_eq!(student_t_two_sided(f64::NEG_INFINITY, 3.0), 0.0);
        assert!(student_t_quantile(0.9, 0.0).is_nan() && student_t_cdf(1.0, 0.0).is_nan());
    }

    #[test]
    fn binomial_sums() {
        // Of 5 fair throws: 1, 5, 10, 10, 5, 1 of 32.
        for (k, sum) in (0..).zip([1.0, 6.0, 16.0, 26.0, 31.0, 32.0]) {
            assert!((binomial_cdf(k, 5, 0.5) - sum / 32.0).abs() < 1e-14);
        }
        assert_eq!((binomial_cdf(3, 3, 0.2), binomial_cdf(0, 0, 0.2)), (1.0, 1.0));
        assert!((binomial_cdf(0, 4, 0.1) - 0.656_1).abs() < 1e-14);
    }
}
