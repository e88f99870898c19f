//! Arctangent in single precision, without branches.
//!
//! Up to 1 a polynomial, beyond it pi/2 less the arctangent of the reciprocal.

use super::{SIGN, polynomial};

/// atan t = t + t^3 P(t^2) for t up to 1, highest power first: a minimax fit of ours, to the relative error.
const P: [f32; 9] = [
    -0.001_782_176,
    0.010_866_363,
    -0.031_093_631,
    0.057_878_915,
    -0.083_992_09,
    0.109_508_61,
    -0.142_640_14,
    0.199_985_3,
    -0.333_333,
];
/// pi/2 less its value in single precision.
const HALF_PI_LOW: f32 = -4.371_139e-8;

/// Arctangent in radians, exactly odd. Within 1.3 units in the last place.
#[inline]
pub fn atanf(x: f32) -> f32 {
    let size = x.abs();
    let beyond = size > 1.0;
    let t = if beyond { -1.0 / size } else { size };
    let (high, low) = if beyond { (std::f32::consts::FRAC_PI_2, HALF_PI_LOW) } else { (0.0, 0.0) };
    let square = t * t;
    let y = high + (t + (square * t * polynomial(&P, square) + low));
    f32::from_bits(y.to_bits() & !SIGN | x.to_bits() & SIGN)
}

#[cfg(test)]
mod tests {
    use super::super::accuracy::{assert_same_bits_in_vectors, is_odd, worst};
    use super::*;

    #[test]
    fn within_the_stated_units_in_the_last_place() {
        let atan = worst(atanf, libm::atan, f32::INFINITY);
        assert!(atan <= 1.3, "{atan}");
    }

    #[test]
    fn limits() {
        assert!(is_odd(atanf));
        assert_eq!(atanf(0.0).to_bits(), 0);
        assert_eq!(atanf(1e-40), 1e-40);
        assert_eq!(atanf(f32::INFINITY), std::f32::consts::FRAC_PI_2);
    }

    #[test]
    fn vectors_and_single_numbers_give_the_same_bits() {
        assert_same_bits_in_vectors(atanf);
    }
}
