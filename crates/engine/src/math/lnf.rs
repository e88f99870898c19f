//! Logarithms in single precision, without branches.
//!
//! x = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), and ln x = e ln 2 + f - f^2/2 + f^3 P(f). The polynomial P is
//! a minimax fit of ours, to the relative error of ln(1 + f).

use super::expf::{LN_2_HIGH, LN_2_LOW, expf};
use super::{SIGN, polynomial_in_halves};

/// The bits of sqrt(1/2): between this and its double lies the fraction.
const SQRT_HALF: u32 = 0x3f35_04f3;
const ONE: u32 = 1.0f32.to_bits();
const EXPONENT: u32 = 0xff80_0000;
/// P, highest power first; off by 2^-30 of the logarithm.
const P: [f32; 9] = [
    0.068_150_43,
    -0.117_502_026,
    0.118_984_62,
    -0.123_943_67,
    0.142_167_37,
    -0.166_685_03,
    0.200_022_7,
    -0.250_000_03,
    0.333_333_1,
];

/// ln(1 + f) + e ln 2 for f from sqrt(1/2) - 1 to sqrt(2) - 1 and whole e.
#[inline]
fn combine(f: f32, e: f32) -> f32 {
    let square = f * f;
    let curve = square * f * polynomial_in_halves(&P, f) + (e * LN_2_LOW - 0.5 * square);
    f + curve + e * LN_2_HIGH
}

/// Natural logarithm; NaN below zero, minus infinity at zero. Within 0.9 units in the last place, subnormal numbers too.
#[inline]
pub fn lnf(x: f32) -> f32 {
    let lift = if x < f32::MIN_POSITIVE { 23 << 23 } else { 0 };
    let bits = (x * f32::from_bits(ONE + lift)).to_bits();
    let exponent = bits.wrapping_sub(SQRT_HALF) & EXPONENT;
    let fraction = f32::from_bits(bits.wrapping_sub(exponent));
    let y = combine(fraction - 1.0, (exponent.wrapping_sub(lift).cast_signed() >> 23) as f32);
    limits(x, 0.0, y)
}

/// y, but infinity or NaN where x is it, minus infinity where x is `edge`, and NaN below.
#[inline]
fn limits(x: f32, edge: f32, y: f32) -> f32 {
    // Far below y for every finite x. Written as tests for infinity and the like, the compiler would merge them into one
    // long test of classes.
    let far = x - f32::MAX;
    let y = if y > far { y } else { far };
    let y = if x == edge { f32::NEG_INFINITY } else { y };
    f32::from_bits(y.to_bits() | if x < edge { u32::MAX } else { 0 })
}

/// ln(1 + x), exact for small x; NaN below -1, minus infinity at -1. Within 1.5 units in the last place.
#[inline]
pub fn ln_1pf(x: f32) -> f32 {
    // The exponent is that of 1 + x, which may be rounded; the fraction is taken from x itself.
    let exponent = (1.0 + x).to_bits().wrapping_sub(SQRT_HALF) & EXPONENT;
    let scaled = f32::from_bits(x.to_bits().wrapping_sub(exponent));
    let one_scaled = f32::from_bits(ONE.wrapping_sub(exponent));
    // 2^-128 has no such bits; beside -1 it is nothing.
    let one_scaled = if one_scaled > 0.0 { one_scaled } else { 0.0 };
    let y = combine(scaled + (one_scaled - 1.0), (exponent.cast_signed() >> 23) as f32);
    // Minus zero, and numbers so small that their squares vanish, keep their sign.
    limits(x, -1.0, f32::from_bits(y.to_bits() | x.to_bits() & SIGN))
}

/// ln(1 + e^x), the soft form of max(x, 0), without overflow and exact for very negative x. Within 1.7
/// units in the last place.
#[inline]
pub fn softplusf(x: f32) -> f32 {
    // ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), and 1 + e^-|x| is from 1 to 2: one halving brings it near 1.
    let small = expf(-x.abs());
    let halve = small > std::f32::consts::SQRT_2 - 1.0;
    let (f, e) = if halve { (0.5 * small - 0.5, 1.0) } else { (small, 0.0) };
    let positive = if x > 0.0 { x } else { 0.0 };
    positive + combine(f, e)
}

#[cfg(test)]
mod tests {
    use super::super::accuracy::{assert_same_bits_in_vectors, worst};
    use super::*;

    fn softplus(x: f64) -> f64 {
        x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
    }

    #[test]
    fn within_the_stated_units_in_the_last_place() {
        let ln = worst(lnf, libm::log, f32::INFINITY);
        assert!(ln <= 0.9, "{ln}");
        let ln_1p = worst(ln_1pf, libm::log1p, f32::INFINITY);
        assert!(ln_1p <= 1.5, "{ln_1p}");
        let soft = worst(softplusf, softplus, f32::INFINITY);
        assert!(soft <= 1.7, "{soft}");
    }

    #[test]
    fn limits() {
        assert_eq!(lnf(1.0).to_bits(), 0);
        assert_eq!(lnf(0.0), f32::NEG_INFINITY);
        assert_eq!(lnf(-0.0), f32::NEG_INFINITY);
        assert_eq!(lnf(f32::INFINITY), f32::INFINITY);
        assert!(lnf(-1e-45).is_nan());
        assert!(lnf(f32::NEG_INFINITY).is_nan());
        assert_eq!(lnf(f32::from_bits(1)), -103.278_93);

        assert_eq!(ln_1pf(0.0).to_bits(), 0);
        assert_eq!(ln_1pf(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!(ln_1pf(-1.0), f32::NEG_INFINITY);
        assert_eq!(ln_1pf(1e-40), 1e-40);
        assert_eq!(ln_1pf(f32::INFINITY), f32::INFINITY);
        assert_eq!(ln_1pf(f32::MAX), 88.722_84);
        assert!(ln_1pf(-1.000_000_1).is_nan());

        assert_eq!(softplusf(0.0), std::f32::consts::LN_2);
        assert_eq!(softplusf(f32::INFINITY), f32::INFINITY);
        assert_eq!(softplusf(f32::NEG_INFINITY), 0.0);
        assert_eq!(softplusf(f32::MAX), f32::MAX);
        assert_eq!(softplusf(-50.0), expf(-50.0));
        assert_eq!(softplusf(50.0), 50.0);
    }

    #[test]
    fn vectors_and_single_numbers_give_the_same_bits() {
        assert_same_bits_in_vectors(lnf);
        assert_same_bits_in_vectors(ln_1pf);
        assert_same_bits_in_vectors(softplusf);
    }
}
