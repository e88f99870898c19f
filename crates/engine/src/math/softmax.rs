//! Softmax and the logarithm of its normaliser.

use super::{expf, ln};
use crate::kernel::{max, scale, sum};

/// Terms summed in single precision before they go to the total in double: the rounding error of 50,000 terms stays
/// that of a few hundred.
const CHUNK: usize = 256;

/// Probabilities from logits: p_i = e^(x_i) / sum_j e^(x_j), into `out`; returns ln sum_j e^(x_j).
///
/// Shift-invariant: the largest logit is subtracted first, so nothing overflows. NaN or plus infinity among the logits,
/// or nothing but minus infinity, makes every probability NaN. The empty slice gives minus infinity.
///
/// # Panics
/// When `out` has another length than `logits`.
pub fn softmax(logits: &[f32], out: &mut [f32]) -> f32 {
    assert_eq!(logits.len(), out.len(), "softmax into a slice of another length");
    let largest = max(logits);
    let chunks = logits.chunks(CHUNK).zip(out.chunks_mut(CHUNK));
    let total = chunks.map(|(logits, out)| exp_sum(logits, largest, out)).sum();
    scale((1.0 / total) as f32, out);
    log_total(largest, total)
}

/// [`softmax`] that overwrites the logits with the probabilities.
pub fn softmax_in_place(values: &mut [f32]) -> f32 {
    let largest = max(values);
    let exp_sum_in_place = |chunk: &mut [f32]| {
        chunk.iter_mut().for_each(|x| *x = expf(*x - largest));
        f64::from(sum(chunk))
    };
    let total = values.chunks_mut(CHUNK).map(exp_sum_in_place).sum();
    scale((1.0 / total) as f32, values);
    log_total(largest, total)
}

/// ln sum_j e^(x_j) without overflow; minus infinity for the empty slice; the same bits as [`softmax`] returns.
pub fn logsumexp(values: &[f32]) -> f32 {
    let largest = max(values);
    let mut room = [0.0; CHUNK];
    let total = values.chunks(CHUNK).map(|chunk| exp_sum(chunk, largest, &mut room[..chunk.len()])).sum();
    log_total(largest, total)
}

/// Writes e^(x - shift) of every x and returns their sum.
fn exp_sum(chunk: &[f32], shift: f32, out: &mut [f32]) -> f64 {
    // Not copied first: in wasm a copy takes as long as the function itself.
    for (out, x) in out.iter_mut().zip(chunk) {
        *out = expf(*x - shift);
    }
    f64::from(sum(out))
}

fn log_total(largest: f32, total: f64) -> f32 {
    (f64::from(largest) + ln(total)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 37 + 11) % 101) as f32 * 0.17 - 8.0).collect()
    }

    /// The definition: chunks, each summed in lanes.
    fn reference(logits: &[f32]) -> (Vec<f32>, f32) {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, |m, x| if x > m { x } else { m });
        let exps: Vec<f32> = logits.iter().map(|x| expf(x - largest)).collect();
        let total: f64 = exps.chunks(CHUNK).map(|chunk| f64::from(crate::kernel::scalar::sum(chunk))).sum();
        let factor = (1.0 / total) as f32;
        (exps.iter().map(|y| factor * y).collect(), (f64::from(largest) + ln(total)) as f32)
    }

    #[test]
    fn same_bits_as_the_scalar_reference() {
        for n in (0..=70).chain([1024, 3000]) {
            for offset in 0..3.min(n + 1) {
                let logits = &logits(n)[offset..];
                let mut out = vec![0.0; logits.len()];
                let lse = softmax(logits, &mut out);
                let (want, want_lse) = reference(logits);
                assert_eq!(out, want, "{n}");
                assert_eq!(lse.to_bits(), want_lse.to_bits());
                assert_eq!(logsumexp(logits).to_bits(), lse.to_bits());
                let mut overwritten = logits.to_vec();
                assert_eq!(softmax_in_place(&mut overwritten).to_bits(), lse.to_bits());
                assert_eq!(overwritten, out);
            }
        }
    }

    #[test]
    fn agrees_with_double_precision() {
        let logits = logits(50_000);
        let exact: Vec<f64> = logits.iter().map(|x| libm::exp(f64::from(*x))).collect();
        let total: f64 = exact.iter().sum();
        let mut out = vec![0.0; logits.len()];
        let lse = softmax(&logits, &mut out);
        for (got, want) in out.iter().zip(&exact) {
            assert!((f64::from(*got) * total / want - 1.0).abs() < 2e-6);
        }
        assert!((f64::from(lse) - libm::log(total)).abs() < 2e-6 * libm::log(total));
        assert!((out.iter().map(|p| f64::from(*p)).sum::<f64>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn unusual_logits() {
        assert_eq!(logsumexp(&[]), f32::NEG_INFINITY);
        let mut one = [3.0f32];
        assert_eq!(softmax_in_place(&mut one), 3.0);
        assert_eq!(one, [1.0]);
        let mut huge = [1e30f32, -1e30, f32::NEG_INFINITY];
        softmax_in_place(&mut huge);
        assert_eq!(huge, [1.0, 0.0, 0.0]);
        let mut equal = [7.5f32; 64];
        softmax_in_place(&mut equal);
        assert_eq!(equal, [1.0 / 64.0; 64]);
        for bad in [f32::NAN, f32::INFINITY] {
            let mut values = [0.0f32, bad, 1.0];
            softmax_in_place(&mut values);
            assert!(values.iter().all(|p| p.is_nan()));
        }
        let mut none = [f32::NEG_INFINITY; 3];
        softmax_in_place(&mut none);
        assert!(none.iter().all(|p| p.is_nan()));
    }
}
