//! The S-shaped functions in single precision, without branches.

use super::SIGN;
use super::expf::{expf, power, split};

/// Beyond this tanh rounds to 1.
const ONE: f32 = 9.1;

/// Hyperbolic tangent, exactly odd. Within 2.1 units in the last place.
#[inline]
pub fn tanhf(x: f32) -> f32 {
    let size = x.abs();
    let size = if size > ONE { ONE } else { size };
    // With w = (e^2|x| - 1) / 2, tanh |x| = w / (1 + w): near zero better written as w - w^2 / (1 + w), where the rounding
    // of the quotient counts little, and near one as 1 - 1 / (1 + w).
    let (q, exponent) = split(2.0 * size);
    let half = power(exponent.wrapping_sub(1));
    let w = q * half + (half - 0.5);
    let (limit, numerator) = if w < 1.0 { (w, w * w) } else { (1.0, 1.0) };
    let y = limit - numerator / (1.0 + w);
    f32::from_bits(y.to_bits() | x.to_bits() & SIGN)
}

/// Logistic function 1 / (1 + e^-x), without overflow. Within 1.9 units in the last place.
#[inline]
pub fn sigmoidf(x: f32) -> f32 {
    let small = expf(-x.abs());
    // Both sides from one quotient, each with the smaller rounding error of its own.
    let quotient = small / (1.0 + small);
    if x < 0.0 { small - small * quotient } else { 1.0 - quotient }
}

#[cfg(test)]
mod tests {
    use super::super::accuracy::{assert_same_bits_in_vectors, is_odd, worst};
    use super::super::sigmoid;
    use super::*;

    #[test]
    fn within_the_stated_units_in_the_last_place() {
        let tanh = worst(tanhf, libm::tanh, f32::INFINITY);
        assert!(tanh <= 2.1, "{tanh}");
        let logistic = worst(sigmoidf, sigmoid, f32::INFINITY);
        assert!(logistic <= 1.9, "{logistic}");
    }

    #[test]
    fn limits() {
        assert!(is_odd(tanhf));
        assert_eq!(tanhf(0.0).to_bits(), 0);
        assert_eq!(tanhf(1e-40), 1e-40);
        assert_eq!(tanhf(f32::INFINITY), 1.0);
        assert_eq!(tanhf(9.0), 1.0 - f32::EPSILON / 2.0);
        assert_eq!(tanhf(9.1), 1.0);
        assert_eq!(sigmoidf(0.0), 0.5);
        assert_eq!(sigmoidf(f32::INFINITY), 1.0);
        assert_eq!(sigmoidf(f32::NEG_INFINITY), 0.0);
        assert_eq!(sigmoidf(-103.0), f32::from_bits(1));
    }

    #[test]
    fn vectors_and_single_numbers_give_the_same_bits() {
        assert_same_bits_in_vectors(tanhf);
        assert_same_bits_in_vectors(sigmoidf);
    }
}
