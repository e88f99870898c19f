//! e^x and e^x - 1 in single precision, without branches.
//!
//! x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r, and two exact factors that make up 2^n, so that the range
//! down to the smallest subnormal number is kept.
//!
//! All is plain arithmetic on one number, and comparisons that only choose between two: so the compiler turns a loop over
//! [`expf`] into one over vectors of any width, each lane with the same bits. Written out in lanes of eight it was no
//! faster natively, nor in wasm.

use super::{SIGN, polynomial};

/// Beyond these e^x is 0 or infinite.
const LOW: f32 = -104.0;
const HIGH: f32 = 89.0;
/// Below this e^x - 1 is -1.
const LOW_M1: f32 = -18.0;
/// Added to a number below 2^22, this rounds it to a whole one and leaves that in the low bits.
const ROUND: f32 = 12_582_912.0;
/// `ROUND` as bits, less the exponent's bias.
const UNROUND: u32 = 0x4b40_0000 - 127;
/// ln 2 in two parts; the first has so few digits that its product with n is exact.
pub(super) const LN_2_HIGH: f32 = 355.0 / 512.0;
pub(super) const LN_2_LOW: f32 = -2.121_944_4e-4;
/// e^r = 1 + r + r^2 C(r): the minimax coefficients of the Cephes library, highest power first.
const C: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5];

/// e^x = 2^n (1 + q) with q from sqrt(1/2) - 1 to sqrt(2) - 1: q, and the exponent n + 127 of 2^n.
#[inline]
pub(super) fn split(x: f32) -> (f32, u32) {
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    (polynomial(&C, r) * (r * r) + r, shifted.to_bits().wrapping_sub(UNROUND))
}

/// The power of two with this exponent.
#[inline]
pub(super) fn power(exponent: u32) -> f32 {
    f32::from_bits(exponent << 23)
}

/// e^x. Within 1 unit in the last place.
#[inline]
pub fn expf(x: f32) -> f32 {
    let x = if x > HIGH { HIGH } else { x };
    let x = if x < LOW { LOW } else { x };
    let (q, exponent) = split(x);
    let exponents = exponent.wrapping_add(127);
    let half = exponents >> 1;
    (q + 1.0) * power(half) * power(exponents.wrapping_sub(half))
}

/// e^x - 1, exact for small x. Within 1.6 units in the last place.
#[inline]
pub fn exp_m1f(x: f32) -> f32 {
    let clamped = if x > HIGH { HIGH } else { x };
    let clamped = if clamped < LOW_M1 { LOW_M1 } else { clamped };
    let (q, exponent) = split(clamped);
    // By halves, as 2^128 is no number.
    let half = power(exponent.wrapping_sub(1));
    let y = 2.0 * (q * half + (half - 0.5));
    let y = if exponent == 127 { q } else { y };
    f32::from_bits(y.to_bits() | x.to_bits() & SIGN)
}

/// [`expf`] of every number, in place.
pub fn exp_slice(values: &mut [f32]) {
    for x in values {
        *x = expf(*x);
    }
}

#[cfg(test)]
mod tests {
    use super::super::accuracy::{assert_same_bits_in_vectors, worst};
    use super::*;

    #[test]
    fn within_the_stated_units_in_the_last_place() {
        let e_x = worst(expf, libm::exp, f32::INFINITY);
        assert!(e_x <= 1.0, "{e_x}");
        let e_x_less_one = worst(exp_m1f, libm::expm1, f32::INFINITY);
        assert!(e_x_less_one <= 1.6, "{e_x_less_one}");
    }

    #[test]
    fn limits() {
        assert_eq!(expf(0.0), 1.0);
        assert_eq!(expf(-0.0), 1.0);
        assert_eq!(expf(f32::INFINITY), f32::INFINITY);
        assert_eq!(expf(f32::NEG_INFINITY), 0.0);
        assert!(expf(f32::NAN).is_nan());
        assert!(expf(88.722_8).is_finite());
        assert_eq!(expf(88.73), f32::INFINITY);
        assert_eq!(expf(-103.0), f32::from_bits(1));
        assert_eq!(expf(-1e30), 0.0);

        assert_eq!(exp_m1f(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!(exp_m1f(0.0).to_bits(), 0);
        assert_eq!(exp_m1f(1e-40), 1e-40);
        assert_eq!(exp_m1f(-1e-8), -1e-8);
        assert_eq!(exp_m1f(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp_m1f(f32::NEG_INFINITY), -1.0);
        assert!(exp_m1f(88.722_8).is_finite());
        assert_eq!(exp_m1f(88.73), f32::INFINITY);
    }

    #[test]
    fn vectors_and_single_numbers_give_the_same_bits() {
        assert_same_bits_in_vectors(expf);
        assert_same_bits_in_vectors(exp_m1f);
    }
}
