//! Sine and cosine in single precision, without branches.
//!
//! x = n pi/2 + r, the difference taken in double precision, where pi/2 in two parts makes it exact enough for every
//! angle that still means something in single precision; then a polynomial on |r| <= pi/4 for each of the two functions,
//! of which n picks one and its sign. The polynomials are minimax fits of ours, to the relative error.

use super::{SIGN, polynomial};
use std::f64::consts::FRAC_2_PI;

/// Beyond this, neighbouring numbers are 32 apart: five times around the circle.
const LARGEST: f32 = 268_435_456.0;
/// pi/2 in two parts; the first has so few digits that its product with n is exact.
const HALF_PI_HIGH: f64 = 1.570_796_310_901_641_8;
const HALF_PI_LOW: f64 = 1.589_325_477_352_819_7e-8;
/// Added to a number below 2^51, this rounds it to a whole one and leaves that in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// sin r = r + r^3 S(r^2), highest power first.
const S: [f32; 3] = [-0.000_195_180_95, 0.008_332_188, -0.166_666_55];
/// cos r = 1 - r^2/2 + r^4 C(r^2).
const C: [f32; 3] = [2.443_232_7e-5, -0.001_388_731, 0.041_666_646];

/// sin(|x| + quarters pi/2); NaN beyond [`LARGEST`].
#[inline]
fn sine(x: f32, quarters: u32) -> f32 {
    let size = f64::from(x.abs());
    let shifted = size * FRAC_2_PI + ROUND;
    let n = shifted - ROUND;
    let r = (size - n * HALF_PI_HIGH - n * HALF_PI_LOW) as f32;
    let square = r * r;
    let sin = polynomial(&S, square) * (square * r) + r;
    let cos = polynomial(&C, square) * (square * square) + (1.0 - 0.5 * square);
    let quadrant = (shifted.to_bits() as u32).wrapping_add(quarters);
    let y = if quadrant & 1 == 0 { sin } else { cos };
    let y = f32::from_bits(y.to_bits() ^ (quadrant & 2) << 30);
    if x.abs() <= LARGEST { y } else { f32::NAN }
}

/// Sine of an angle in radians, exactly odd. Within 1.6 units in the last place; NaN beyond 2^28, where a number in single
/// precision tells no angle.
#[inline]
pub fn sinf(x: f32) -> f32 {
    f32::from_bits(sine(x, 0).to_bits() ^ x.to_bits() & SIGN)
}

/// Cosine of an angle in radians, exactly even. Within 1.6 units in the last place; NaN beyond 2^28, where a number in
/// single precision tells no angle.
#[inline]
pub fn cosf(x: f32) -> f32 {
    sine(x, 1)
}

#[cfg(test)]
mod tests {
    use super::super::accuracy::{assert_same_bits_in_vectors, error, is_odd, worst};
    use super::*;

    #[test]
    fn within_the_stated_units_in_the_last_place() {
        let (sin, cos) = (worst(sinf, libm::sin, LARGEST), worst(cosf, libm::cos, LARGEST));
        assert!(sin <= 1.6 && cos <= 1.6, "{sin} {cos}");
    }

    #[test]
    fn near_the_zeros() {
        // The numbers next to whole multiples of pi/2, where the difference loses most digits.
        for n in (1..2000).chain((2000..100_000_000).step_by(50_021)) {
            let zero = (f64::from(n) * std::f64::consts::FRAC_PI_2) as f32;
            for x in [zero, zero.next_down(), zero.next_up()] {
                let (sin, cos) = (error(sinf(x), libm::sin(x.into())), error(cosf(x), libm::cos(x.into())));
                assert!(sin <= 1.6 && cos <= 1.6, "{x}: {sin} {cos}");
            }
        }
    }

    #[test]
    fn limits() {
        assert!(is_odd(sinf));
        assert_eq!(sinf(0.0).to_bits(), 0);
        assert_eq!(sinf(1e-40), 1e-40);
        assert_eq!(cosf(0.0), 1.0);
        assert_eq!(cosf(-0.0), 1.0);
        assert_eq!(cosf(-7.3), cosf(7.3));
        assert!(sinf(LARGEST).is_finite());
        for x in [LARGEST.next_up(), f32::INFINITY, f32::NEG_INFINITY] {
            assert!(sinf(x).is_nan() && cosf(x).is_nan());
        }
    }

    #[test]
    fn vectors_and_single_numbers_give_the_same_bits() {
        assert_same_bits_in_vectors(sinf);
        assert_same_bits_in_vectors(cosf);
    }
}
