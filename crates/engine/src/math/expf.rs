//! e^x in single precision, without branches.
//!
//! x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r, and two exact factors that make up 2^n, so that the range
//! down to the smallest subnormal number is kept. Within 1 unit in the last place of the true value everywhere.
//!
//! All is plain arithmetic on one number, and comparisons that only choose between two: so the compiler turns a loop over
//! [`expf`] into one over vectors of any width, each lane with the same bits. Written out in lanes of eight it was no
//! faster natively, nor in wasm.

/// Beyond these e^x is 0 or infinite.
const LOW: f32 = -104.0;
const HIGH: f32 = 89.0;
/// Added to a number below 2^22, this rounds it to a whole one and leaves that in the low bits.
const ROUND: f32 = 12_582_912.0;
/// `ROUND` as bits, less twice the exponent's bias.
const UNROUND: u32 = 0x4b40_0000 - 254;
/// ln 2 in two parts; the first has so few digits that its product with n is exact.
const LN_2_HIGH: f32 = 355.0 / 512.0;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// e^r = 1 + r + r^2 (C\[0\] r^5 + ... + C\[5\]): the minimax coefficients of the Cephes library.
const C: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5];

/// e^x.
#[inline]
pub fn expf(x: f32) -> f32 {
    let x = if x > HIGH { HIGH } else { x };
    let x = if x < LOW { LOW } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = C[0];
    for c in &C[1..] {
        p = p * r + *c;
    }
    let y = p * (r * r) + r + 1.0;
    let exponents = shifted.to_bits().wrapping_sub(UNROUND);
    let half = exponents >> 1;
    y * f32::from_bits(half << 23) * f32::from_bits((exponents.wrapping_sub(half)) << 23)
}

/// [`expf`] of every number, in place.
pub fn exp_slice(values: &mut [f32]) {
    for x in values {
        *x = expf(*x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance from the true value in units of the last place.
    fn error(x: f32) -> f64 {
        let (got, want) = (f64::from(expf(x)), libm::exp(f64::from(x)));
        let rounded = want as f32;
        if rounded.is_infinite() {
            return if got == f64::from(rounded) { 0.0 } else { f64::INFINITY };
        }
        let unit = f64::from(f32::from_bits(rounded.to_bits() + 1)) - f64::from(rounded);
        if unit.is_finite() { (got - want).abs() / unit } else { f64::from(u8::from(got != want)) }
    }

    #[test]
    fn within_one_unit_in_the_last_place() {
        let mut worst = 0.0f64;
        for sign in [0u32, 1 << 31] {
            // With a step of 1 the worst of all is 0.990.
            for bits in (0..=106.0f32.to_bits()).step_by(1009) {
                worst = worst.max(error(f32::from_bits(sign | bits)));
            }
        }
        assert!(worst <= 1.0, "{worst}");
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
    }

    #[test]
    fn vectorised_and_single_numbers_give_the_same_bits() {
        let all: Vec<f32> = (0..u32::MAX).step_by(65_521).map(f32::from_bits).filter(|x| !x.is_nan()).collect();
        for length in (0..40).chain([all.len()]) {
            let values = &all[all.len() - length..];
            let mut slice = values.to_vec();
            exp_slice(&mut slice);
            for (x, y) in values.iter().zip(&slice) {
                // Through a black box one by one: the compiler cannot use lanes.
                assert_eq!(expf(std::hint::black_box(*x)).to_bits(), y.to_bits(), "{x}");
            }
        }
        let mut nan = [f32::NAN; 9];
        exp_slice(&mut nan);
        assert!(nan.iter().all(|x| x.is_nan()));
    }
}
