//! The error function in single precision, without branches.
//!
//! Up to 1 a polynomial in x^2, beyond it 1 - e^-p(x). Both polynomials are minimax fits of ours, to the relative error
//! of erf.

use super::expf::{power, split};
use super::{SIGN, polynomial_in_halves};

/// Beyond this erf rounds to 1.
const ONE: f32 = 3.93;
/// erf x = x + x S(x^2) for x up to 1, highest power first.
const S: [f32; 7] =
    [7.806_904e-5, -0.000_799_785_3, 0.005_187_162, -0.026_853_347, 0.112_835_79, -0.376_126_26, 0.128_379_17];
/// erfc x = e^-L(x) for x from 1 to 4.
const L: [f32; 7] =
    [-0.000_186_377_54, 0.002_947_639_2, -0.021_837_985, 0.103_106_6, 0.638_144_97, 1.127_089_1, 0.000_341_523_38];

/// Error function, exactly odd. Within 1.4 units in the last place.
#[inline]
pub fn erff(x: f32) -> f32 {
    let size = x.abs();
    let size = if size > ONE { ONE } else { size };
    let near = size + size * polynomial_in_halves(&S, size * size);
    let (q, exponent) = split(-polynomial_in_halves(&L, size));
    let far = 1.0 - (q + 1.0) * power(exponent);
    let y = if size < 1.0 { near } else { far };
    f32::from_bits(y.to_bits() | x.to_bits() & SIGN)
}

#[cfg(test)]
mod tests {
    use super::super::accuracy::{assert_same_bits_in_vectors, error, is_odd, worst};
    use super::*;

    #[test]
    fn within_the_stated_units_in_the_last_place() {
        let erf = worst(erff, libm::erf, f32::INFINITY);
        assert!(erf <= 1.4, "{erf}");
    }

    #[test]
    fn limits() {
        assert!(is_odd(erff));
        assert_eq!(erff(0.0).to_bits(), 0);
        assert!(error(erff(1e-40), libm::erf(f64::from(1e-40f32))) <= 1.0);
        assert_eq!(erff(f32::INFINITY), 1.0);
        assert_eq!(erff(3.8), libm::erf(3.8) as f32);
        assert_eq!(erff(ONE), 1.0);
    }

    #[test]
    fn vectors_and_single_numbers_give_the_same_bits() {
        assert_same_bits_in_vectors(erff);
    }
}
