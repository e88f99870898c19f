//! Fourier transforms along an axis, of any length: fast in so far as that is even again and again.
//!
//! A complex number is an axis of size 2, the last one: real part, imaginary part. The roots of unity are computed in
//! double precision when recording. One kernel serves both number types, so what is checked in double precision is
//! what runs.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor};
use crate::math;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The roots of unity e^(-2 pi i k / n) for k from 0 to n - 1. Two tables are equal when they are as long.
#[derive(Clone, Debug)]
struct Roots(Arc<[[f64; 2]]>);

impl Roots {
    fn new(n: usize) -> Self {
        // No root of a possible n lies that near an axis without lying on it.
        let exact = |x: f64| if x.abs() < 1e-12 { 0.0 } else { x };
        let root = |k: usize| {
            let angle = 2.0 * std::f64::consts::PI * k as f64 / n as f64;
            [exact(math::cos(angle)), exact(-math::sin(angle))]
        };
        Self((0..n).map(root).collect())
    }
}

impl PartialEq for Roots {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
    }
}

impl Eq for Roots {}

impl Hash for Roots {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
    }
}

/// The discrete Fourier transform along the last axis but one, without any factor; `back` with the opposite sign in
/// the exponent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Fourier {
    roots: Roots,
    back: bool,
}

impl Op for Fourier {
    fn name(&self) -> &'static str {
        "fft"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(inputs[0])
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let n = self.roots.0.len();
        if out.is_empty() {
            return;
        }
        let roots = &mut scratch.as_chunks_mut::<2>().0[..n];
        for (to, [re, im]) in roots.iter_mut().zip(&*self.roots.0) {
            *to = [T::of(*re), T::of(if self.back { -*im } else { *im })];
        }
        let rows = inputs[0].data.as_chunks::<2>().0.chunks_exact(n);
        for (out, x) in out.as_chunks_mut::<2>().0.chunks_exact_mut(n).zip(rows) {
            transform(x, 1, roots, out);
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let adjoint = Self { roots: self.roots.clone(), back: !self.back };
        vec![Some(at.dy.graph().push_op(adjoint, &[at.dy]))]
    }
    fn scratch(&self, _: &[Shape]) -> usize {
        2 * self.roots.0.len()
    }
}

fn times<T: Float>(a: [T; 2], b: [T; 2]) -> [T; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// The transform of every `stride`th entry of x: halves while their count is even, then the definition.
fn transform<T: Float>(x: &[[T; 2]], stride: usize, roots: &[[T; 2]], out: &mut [[T; 2]]) {
    let n = out.len();
    if n == 1 {
        out[0] = x[0];
    } else if n.is_multiple_of(2) {
        let (even, odd) = out.split_at_mut(n / 2);
        transform(x, 2 * stride, roots, even);
        transform(&x[stride..], 2 * stride, roots, odd);
        for ((even, odd), root) in even.iter_mut().zip(odd).zip(roots.iter().step_by(stride)) {
            let (e, o) = (*even, times(*root, *odd));
            *even = [e[0] + o[0], e[1] + o[1]];
            *odd = [e[0] - o[0], e[1] - o[1]];
        }
    } else {
        for (k, out) in out.iter_mut().enumerate() {
            *out = [T::ZERO; 2];
            let mut turns = 0;
            for x in x.iter().step_by(stride) {
                let term = times(roots[turns * stride], *x);
                turns = if turns + k < n { turns + k } else { turns + k - n };
                out[0] += term[0];
                out[1] += term[1];
            }
        }
    }
}

impl<'g> Tensor<'g> {
    /// The discrete Fourier transform of complex numbers: of [..., n, 2] (real part, imaginary part) it gives
    /// X_k = sum_j x_j e^(-2 pi i j k / n) in the same shape. Any n; fastest for a power of two.
    ///
    /// # Panics
    /// When the last axis is not 2, or is the only one.
    pub fn fft(self) -> Self {
        self.fourier(false)
    }

    /// The inverse of [`Tensor::fft`], which divides by n.
    ///
    /// # Panics
    /// When the last axis is not 2, or is the only one.
    pub fn ifft(self) -> Self {
        let n = self.dim(self.shape().rank().saturating_sub(2));
        self.fourier(true) * (1.0 / n as f32)
    }

    /// The discrete Fourier transform of real numbers: of [..., n] it gives the first n / 2 + 1 numbers of
    /// [`Tensor::fft`], which determine the rest, as [..., n / 2 + 1, 2].
    ///
    /// # Panics
    /// When it is a scalar, or the rank becomes too high.
    pub fn rfft(self) -> Self {
        let (rank, n) = (self.shape().rank(), self.shape().last());
        self.unsqueeze(rank).pad(rank, 0, 1).fft().slice(rank - 1, 0, n / 2 + 1)
    }

    /// The inverse of [`Tensor::rfft`] for `n` real numbers: of [..., n / 2 + 1, 2] it gives [..., n]. Imaginary parts
    /// that the transform of real numbers cannot have are ignored.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn irfft(self, n: usize) -> Self {
        let shape = self.shape();
        assert!(shape.rank() > 1, "irfft: shape {shape} has no axis of complex numbers");
        let axis = shape.rank() - 2;
        assert_eq!(shape.dims()[axis], n / 2 + 1, "irfft: shape {shape} is not the spectrum of {n} real numbers");
        let mirrored = self.slice(axis, 1, n.saturating_sub(1) / 2).flip(axis).conjugate();
        Self::concat(axis, &[self, mirrored]).ifft().at(axis + 1, 0)
    }

    /// Products of complex numbers along a last axis of size 2, entry by entry; the other axes stretch to a common
    /// shape.
    ///
    /// # Panics
    /// When a last axis is not 2, or shapes do not fit.
    pub fn complex_mul(self, other: Self) -> Self {
        let parts = |x: Self| {
            assert_eq!(x.shape().last(), 2, "complex_mul: shape {} has no last axis of size 2", x.shape());
            let last = x.shape().rank() - 1;
            [x.slice(last, 0, 1), x.slice(last, 1, 1)]
        };
        let ([a, b], [c, d]) = (parts(self), parts(other));
        let (re, im) = (a * c - b * d, a * d + b * c);
        Self::concat(re.shape().rank() - 1, &[re, im])
    }

    /// Complex numbers along a last axis of size 2, with the sign of the imaginary part turned.
    ///
    /// # Panics
    /// When the last axis is not 2.
    pub fn conjugate(self) -> Self {
        self * self.graph().constant([2], &[1.0, -1.0])
    }

    /// y_t = sum_(s <= t) kernel_s x_(t - s) along the last axis, by Fourier transforms of twice the length: long
    /// convolutions that look back only. The other axes stretch to a common shape.
    ///
    /// # Panics
    /// When the last axes differ, there is none, or the rank becomes too high.
    pub fn causal_convolution(self, kernel: Self) -> Self {
        let n = self.shape().last();
        assert_eq!(n, kernel.shape().last(), "causal_convolution of sequences of different lengths");
        let spectrum = |x: Self| x.pad(x.shape().rank() - 1, 0, n).rfft();
        let both = spectrum(self).complex_mul(spectrum(kernel)).irfft(2 * n);
        both.slice(both.shape().rank() - 1, 0, n)
    }

    fn fourier(self, back: bool) -> Self {
        let shape = self.shape();
        let [.., n, 2] = *shape.dims() else { panic!("fft: shape {shape} is not of the form [..., n, 2]") };
        self.graph().push_op(Fourier { roots: Roots::new(n), back }, &[self])
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let (a, n) = (size(rng), 1 + rng.index(12));
    vec![
        Example::new("fft", |x| x[0].fft().square()).with([a, n, 2], -1.0, 1.0, rng),
        Example::new("ifft", |x| x[0].ifft().square()).with([a, n, 2], -1.0, 1.0, rng),
        Example::new("rfft", |x| x[0].rfft().square()).with([a, n], -1.0, 1.0, rng),
        Example::new("irfft", move |x| x[0].irfft(n).square()).with([a, n / 2 + 1, 2], -1.0, 1.0, rng),
        Example::new("causal_convolution", |x| x[0].causal_convolution(x[1])).with([a, n], -1.0, 1.0, rng).with(
            [n],
            -1.0,
            1.0,
            rng,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use crate::rng::Rng;

    fn numbers(n: usize) -> Vec<f32> {
        let mut rng = Rng::new(n as u64, "numbers");
        (0..n).map(|_| rng.uniform(-1.0, 1.0) as f32).collect()
    }

    fn near(got: &[f32], want: &[f64], what: &str) {
        assert_eq!(got.len(), want.len(), "{what}");
        let size = want.iter().fold(1.0f64, |size, x| size.max(x.abs()));
        for (got, want) in got.iter().zip(want) {
            assert!((f64::from(*got) - want).abs() < 1e-6 * size, "{what}: {got} {want}");
        }
    }

    #[test]
    fn equals_the_definition_for_every_length() {
        for n in (1..=24).chain([32, 97, 100, 256]) {
            let x = numbers(2 * n);
            let want: Vec<f64> = (0..n)
                .flat_map(|k| {
                    let (mut re, mut im) = (0.0, 0.0);
                    for (j, x) in x.chunks_exact(2).enumerate() {
                        let angle = -2.0 * std::f64::consts::PI * (j * k % n) as f64 / n as f64;
                        let (s, c) = (libm::sin(angle), libm::cos(angle));
                        re += f64::from(x[0]) * c - f64::from(x[1]) * s;
                        im += f64::from(x[0]) * s + f64::from(x[1]) * c;
                    }
                    [re, im]
                })
                .collect();
            near(&values(|g| g.constant([n, 2], &x).fft()), &want, "fft");
            let back: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            near(&values(|g| g.constant([n, 2], &x).fft().ifft()), &back, "there and back");
            near(&values(|g| g.constant([2, n], &x).rfft().irfft(n)), &back, "there and back, real");
        }
    }

    #[test]
    fn energy_is_kept() {
        for n in [8, 15, 64, 120] {
            let x = numbers(2 * n);
            let energy = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            let spectrum = values(|g| g.constant([n, 2], &x).fft());
            let ratio = energy(&spectrum) / (n as f64 * energy(&x));
            assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
        }
    }

    #[test]
    fn simple_spectra_are_exact() {
        let one = values(|g| g.constant([4], &[1.0, 0.0, 0.0, 0.0]).rfft());
        assert_eq!(one, [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        let later = values(|g| g.constant([4], &[0.0, 1.0, 0.0, 0.0]).rfft());
        assert_eq!(later, [1.0, 0.0, 0.0, -1.0, -1.0, 0.0]);
        let wave = values(|g| g.constant([8], &[1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0, 0.0]).rfft());
        assert_eq!(wave, [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(values(|g| g.constant([3, 0, 2], &[]).fft()).is_empty());
    }

    #[test]
    fn convolution_looks_back_only() {
        let (x, kernel) = (numbers(30), numbers(10));
        let want: Vec<f64> = x
            .chunks_exact(10)
            .flat_map(|x| {
                let term = |t: usize, s: usize| f64::from(kernel[s]) * f64::from(x[t - s]);
                (0..10).map(|t| (0..=t).map(|s| term(t, s)).sum()).collect::<Vec<f64>>()
            })
            .collect();
        let got = values(|g| g.constant([3, 10], &x).causal_convolution(g.constant([10], &kernel)));
        near(&got, &want, "convolution");
        let got = values(|g| g.constant([10], &kernel).causal_convolution(g.constant([3, 10], &x)));
        near(&got, &want, "convolution, the other way round");
    }

    #[test]
    fn complex_products() {
        let product = values(|g| g.constant([2, 2], &[1.0, 2.0, 3.0, -1.0]).complex_mul(g.constant([2], &[0.0, 1.0])));
        assert_eq!(product, [-2.0, 1.0, 1.0, 3.0]);
    }
}
