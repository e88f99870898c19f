//! What the tests of the functions in single precision share.

use std::hint::black_box;

/// Every so many bit patterns from zero to infinity one is tried, of both signs.
const STEP: usize = 10_007;

/// Distance from the true value in units of the last place.
pub fn error(got: f32, want: f64) -> f64 {
    let rounded = want as f32;
    if rounded.is_infinite() || rounded.is_nan() || got.is_nan() {
        let same = got == rounded || got.is_nan() && rounded.is_nan();
        return if same { 0.0 } else { f64::INFINITY };
    }
    let exponent = (want.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    (f64::from(got) - want).abs() / libm::ldexp(1.0, exponent.max(-126) - 23)
}

/// Positive numbers of all sizes up to this one, in ascending order.
fn up_to(largest: f32) -> impl Iterator<Item = f32> {
    (0..=largest.to_bits()).step_by(STEP).map(f32::from_bits).chain([largest])
}

/// The greatest [`error`] among numbers of both signs and all sizes up to `largest`.
pub fn worst(f: fn(f32) -> f32, truth: fn(f64) -> f64, largest: f32) -> f64 {
    let both = up_to(largest).flat_map(|x| [x, -x]);
    both.map(|x| error(f(x), truth(x.into()))).fold(0.0, f64::max)
}

/// Whether f(-x) is -f(x) to the bit.
pub fn is_odd(f: fn(f32) -> f32) -> bool {
    up_to(f32::INFINITY).all(|x| f(-x).to_bits() == (-f(x)).to_bits() || f(-x).is_nan() && f(x).is_nan())
}

/// A loop that the compiler may turn into vectors gives the bits of single numbers, for every length of the rest.
pub fn assert_same_bits_in_vectors(f: impl Fn(f32) -> f32) {
    let all: Vec<f32> = up_to(f32::INFINITY).flat_map(|x| [x, -x]).collect();
    for length in (0..40).chain([all.len()]) {
        let values = &all[all.len() - length..];
        let mut slice = values.to_vec();
        slice.iter_mut().for_each(|x| *x = f(*x));
        for (x, y) in values.iter().zip(&slice) {
            // Through a black box one by one: the compiler cannot use vectors.
            let single = f(black_box(*x));
            assert!(single.to_bits() == y.to_bits() || single.is_nan() && y.is_nan(), "{x}: {single} or {y}");
        }
    }
    let mut nan = [f32::NAN; 9];
    nan.iter_mut().for_each(|x| *x = f(*x));
    assert!(nan.iter().all(|x| x.is_nan()));
}
