//! Closed forms on associative memories: how much they can hold, and how well.
//!
//! The mean field of the Hebb rule, which needs equations solved, is in [`super::ags`].

use vivarium_engine::math::{erf, exp, ln};

/// Patterns of `units` random bits of which the Hebb rule keeps any given one without a wrong bit, with probability
/// tending to one: `N / (2 ln N)`.
///
/// Source: McEliece, Posner, Rodemich and Venkatesh, "The capacity of the Hopfield associative memory" (1987).
pub fn hebb_exact_one(units: f64) -> f64 {
    units / (2.0 * ln(units))
}

/// Patterns of `units` random bits of which the Hebb rule keeps all without a wrong bit, with probability tending to
/// one: `N / (4 ln N)`.
///
/// Source: as [`hebb_exact_one`].
pub fn hebb_exact_all(units: f64) -> f64 {
    units / (4.0 * ln(units))
}

/// Chance that one Hebb update gets a bit wrong: `(1 - erf(m / sqrt(2 alpha))) / 2`.
///
/// `load` is patterns over units (above 0); `overlap` is that of the state with the pattern, 1 when no bit is flipped.
/// The other patterns are taken as Gaussian noise of variance `load` on a signal of strength `overlap`.
///
/// Source: Hertz, Krogh and Palmer, "Introduction to the theory of neural computation" (1991), section 2.2.
pub fn hebb_bit_error(load: f64, overlap: f64) -> f64 {
    0.5 * (1.0 - erf(overlap / (2.0 * load).sqrt()))
}

/// Patterns that the dense memory of degree `degree` (2 or more) keeps without an error:
/// `N^(n-1) / (2 (2n-3)!! ln N)`.
///
/// Source: Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), section 2.
pub fn polynomial_capacity(units: f64, degree: u32) -> f64 {
    let power = (1..degree).fold(1.0, |product, _| product * units);
    // (2n-3)!! = 1 * 3 * 5 * ... * (2n-3)
    let double_factorial = (2..=degree).fold(1.0, |product, n| product * f64::from(2 * n - 3));
    power / (2.0 * double_factorial * ln(units))
}

/// Patterns that the projection rule keeps: as many as there are units, while they are linearly independent.
///
/// Source: Personnaz, Guyon and Dreyfus, "Information storage and retrieval in spin-glass like neural networks" (1985).
pub fn pseudo_inverse_capacity(units: f64) -> f64 {
    units
}

/// The largest exponent, in nats a unit, with which the number of patterns can grow when a share `flipped` (0 to 1/2)
/// of a query's bits is wrong: `ln 2 + q ln q + (1-q) ln(1-q)`. No memory of any kind can exceed it.
///
/// Source: Shannon, "A mathematical theory of communication" (1948): the capacity of the binary symmetric channel.
pub fn shannon_exponent(flipped: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { p * ln(p) } else { 0.0 };
    std::f64::consts::LN_2 + part(flipped) + part(1.0 - flipped)
}

/// Patterns of `units` (8 to 64) random bits of which the nearest-pattern rule, the best there is, loses a share `lost`
/// when one bit in eight of a query is flipped: `1 + ln(1 - lost) / ln(1 - V / 2^d)`.
///
/// V counts the words that are as near to the query as its pattern is: the ball of radius d / 8. Its rate of growth tends
/// to [`shannon_exponent`] of 1/8 from above.
///
/// Source: counted here; the ball is Hamming's.
pub fn nearest_pattern_capacity(units: u32, lost: f64) -> f64 {
    let mut words = 1.0; // C(d, 0)
    let mut ball = words;
    for k in 1..=units / 8 {
        words *= f64::from(units - k + 1) / f64::from(k);
        ball += words;
    }
    let all = (0..units).fold(1.0, |product, _| 2.0 * product);
    1.0 + ln(1.0 - lost) / ln(1.0 - ball / all)
}

/// The separation from which a pattern has a fixed point of the softmax update of its own:
/// `2 / (beta N) + ln(2 (N-1) N beta M^2) / beta`.
///
/// `patterns` is N (2 or more), `beta` the inverse temperature (above 0), `largest` the largest norm M of a pattern. The
/// separation of pattern i is the least of `x_i.x_i - x_i.x_j` over the others.
///
/// Source: Ramsauer et al., "Hopfield networks is all you need" (2020), section 2, well separated patterns.
pub fn well_separated_from(patterns: f64, beta: f64, largest: f64) -> f64 {
    2.0 / (beta * patterns) + ln(2.0 * (patterns - 1.0) * patterns * beta * largest * largest) / beta
}

/// How far one softmax update of a query can end from pattern i:
/// `2 (N-1) M exp(-beta (Delta_i - 2 M max(|xi - x_i|, |x_i* - x_i|)))`.
///
/// `separation` is Delta_i, `distance` the larger of the distances of the query and of the pattern's fixed point from
/// the pattern; the rest as in [`well_separated_from`].
///
/// Source: Ramsauer et al. (2020), section 2, the theorem on the retrieval error.
pub fn one_update_bound(patterns: f64, beta: f64, largest: f64, separation: f64, distance: f64) -> f64 {
    2.0 * (patterns - 1.0) * largest * exp(-beta * (separation - 2.0 * largest * distance))
}

/// The kinds of fixed point of the softmax update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// The average of all patterns.
    Global,
    /// The average of a cluster of similar patterns.
    Metastable,
    /// One pattern.
    Single,
}

impl Regime {
    /// Which kind a fixed point is, by the effective number of patterns in it (see [`effective_number`]) out of
    /// `patterns`: above nine tenths of all, below 1.1, or between.
    ///
    /// Source: the three kinds are those of Ramsauer et al. (2020), section 2; where to draw the lines is our choice.
    pub fn of(effective: f64, patterns: usize) -> Self {
        if effective < 1.1 {
            Regime::Single
        } else if effective > 0.9 * patterns as f64 {
            Regime::Global
        } else {
            Regime::Metastable
        }
    }

    /// The kind in words.
    pub fn label(self) -> &'static str {
        match self {
            Regime::Global => "the mean of all patterns",
            Regime::Metastable => "the mean of a cluster",
            Regime::Single => "one pattern",
        }
    }
}

/// The effective number of patterns in a softmax average: `exp(H(p))`, H being the entropy in nats of the weights `p`,
/// which sum to one.
pub fn effective_number(weights: &[f64]) -> f64 {
    exp(weights.iter().filter(|p| **p > 0.0).map(|p| -p * ln(*p)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not within {tolerance} of {b}");
    }

    #[test]
    fn exact_recall_at_a_thousand_units() {
        near(hebb_exact_one(1000.0), 72.38, 0.01);
        near(hebb_exact_all(1000.0), 36.19, 0.01);
    }

    #[test]
    fn bit_errors_as_in_the_textbook() {
        // Table 2.1 of Hertz, Krogh and Palmer: the load at which a share of the bits is unstable.
        for (load, error) in [(0.105, 0.001), (0.138, 0.0036), (0.185, 0.01), (0.37, 0.05), (0.61, 0.1)] {
            near(hebb_bit_error(load, 1.0), error, 0.02 * error + 1e-4);
        }
        near(hebb_bit_error(0.1, 0.0), 0.5, 1e-12);
    }

    #[test]
    fn degree_two_is_the_hebb_rule_with_every_pattern_exact() {
        near(polynomial_capacity(1000.0, 2), hebb_exact_one(1000.0), 1e-9);
        // (2n-3)!! is 3 and 15.
        near(polynomial_capacity(100.0, 3), 1e4 / (6.0 * 4.605170186), 1e-4);
        near(polynomial_capacity(100.0, 4), 1e6 / (30.0 * 4.605170186), 1e-2);
    }

    #[test]
    fn shannon_at_one_bit_in_eight() {
        near(shannon_exponent(0.125), 0.3163, 1e-4);
        near(shannon_exponent(0.0), std::f64::consts::LN_2, 1e-15);
        near(shannon_exponent(0.5), 0.0, 1e-12);
    }

    #[test]
    fn nearest_patterns_by_hand() {
        // 1 + 16 + 120 words out of 65,536, and 760,099 out of 2^40.
        near(nearest_pattern_capacity(16, 0.05), 1.0 + 0.051293 / 0.0020926, 0.01);
        near(nearest_pattern_capacity(40, 0.05), 0.051293 / 760_099.0 * 1_099_511_627_776.0, 10.0);
        let rate = (ln(nearest_pattern_capacity(64, 0.05)) - ln(nearest_pattern_capacity(56, 0.05))) / 8.0;
        assert!(rate > shannon_exponent(0.125) && rate < 0.33, "{rate}");
    }

    #[test]
    fn separation_and_error_bound_agree_on_what_is_far() {
        // At the edge of being well separated a query within 1 / (beta N M) of the pattern ends within
        // that distance again: the bound is 2 (N-1) M / (2 (N-1) N beta M^2) = 1 / (beta N M).
        let (n, beta, m) = (64.0, 2.0, 32f64.sqrt());
        let radius = 1.0 / (beta * n * m);
        let bound = one_update_bound(n, beta, m, well_separated_from(n, beta, m), radius);
        near(bound, radius, 1e-12);
    }

    #[test]
    fn regimes_by_the_effective_number() {
        near(effective_number(&[0.25; 4]), 4.0, 1e-12);
        near(effective_number(&[1.0, 0.0, 0.0]), 1.0, 1e-12);
        assert_eq!(Regime::of(47.0, 48), Regime::Global);
        assert_eq!(Regime::of(8.0, 48), Regime::Metastable);
        assert_eq!(Regime::of(1.0, 48), Regime::Single);
    }
}
