//! How parameters start.

use crate::graph::Shape;
use crate::kernel;
use crate::math;
use crate::rng::Rng;
use std::sync::Arc;

/// The values of a parameter or state before the first step.
///
/// Schemes that follow the size of a layer read it from the shape: a matrix is [in, out]; from rank 3 on it is the weight
/// of a convolution, [out, in / groups, size..]. A vector counts as both its fans.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// The same number everywhere.
    Constant(f32),
    /// Normal numbers with mean 0 and this standard deviation.
    Normal(f32),
    /// Uniform numbers between minus and plus this limit.
    Uniform(f32),
    /// Normal numbers with mean 0 and this standard deviation, drawn again where they lie beyond two of it. What is left
    /// has a standard deviation of 0.88 times the given one.
    TruncatedNormal(f32),
    /// Numbers with mean 0 and variance gain^2 / fan.
    Scaled {
        /// What the variance is divided by.
        fan: Fan,
        /// How the numbers are distributed.
        draw: Draw,
        /// Factor of the standard deviation.
        gain: f32,
    },
    /// Orthonormal rows or columns, whichever are fewer, times a gain; drawn evenly from all such matrices (Saxe et al.
    /// 2014). The weight of a convolution is taken as a matrix with a row for each output.
    Orthogonal(f32),
    /// A gain on the diagonal, zeros elsewhere. A convolution's weight passes channel i to channel i.
    Identity(f32),
    /// Each unit hears this many inputs, drawn anew for each unit, with weights normal of this standard deviation; all
    /// others are zero (Martens 2010).
    Sparse {
        /// Weights of each output that are not zero; all of them where there are fewer inputs.
        inputs: usize,
        /// Their standard deviation.
        deviation: f32,
    },
    /// Matrices side by side, each started on its own: the gates of a recurrent cell.
    SideBySide(usize, Arc<Init>),
    /// Given numbers.
    Values(Arc<[f32]>),
}

/// Number of connections that the variance of weights follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// Those that come in to a unit: keeps the size of activations.
    In,
    /// Those that go out of a unit: keeps the size of derivatives.
    Out,
    /// The mean of both.
    Mean,
}

/// How numbers of given variance are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Normal.
    Normal,
    /// Uniform.
    Uniform,
    /// Normal within two standard deviations, widened to have the given variance again.
    Truncated,
}

/// Standard deviation of normal numbers that lie within two of theirs.
const TRUNCATED: f64 = 0.879_625_661_034_239_8;

impl Init {
    /// Zeros.
    pub const ZEROS: Self = Self::Constant(0.0);
    /// Ones.
    pub const ONES: Self = Self::Constant(1.0);
    /// Limit sqrt(6 / (in + out)), also called Xavier (Glorot and Bengio 2010, equation 16).
    pub const GLOROT_UNIFORM: Self = Self::scaled(Fan::Mean, Draw::Uniform, 1.0);
    /// Variance 2 / (in + out) (Glorot and Bengio 2010, equation 12).
    pub const GLOROT_NORMAL: Self = Self::scaled(Fan::Mean, Draw::Normal, 1.0);
    /// Limit sqrt(6 / in), also called Kaiming, for rectified units (He et al. 2015).
    pub const HE_UNIFORM: Self = Self::scaled(Fan::In, Draw::Uniform, std::f32::consts::SQRT_2);
    /// Variance 2 / in, also called Kaiming, for rectified units (He et al. 2015, equation 10).
    pub const HE_NORMAL: Self = Self::scaled(Fan::In, Draw::Normal, std::f32::consts::SQRT_2);
    /// Limit sqrt(3 / in) (LeCun et al. 1998, section 4.6).
    pub const LECUN_UNIFORM: Self = Self::scaled(Fan::In, Draw::Uniform, 1.0);
    /// Variance 1 / in (LeCun et al. 1998, section 4.6).
    pub const LECUN_NORMAL: Self = Self::scaled(Fan::In, Draw::Normal, 1.0);
    /// What PyTorch gives dense and convolutional layers unless told otherwise: limit 1 / sqrt(in), for biases too.
    pub const PYTORCH: Self = Self::scaled(Fan::In, Draw::Uniform, 0.577_350_26);

    /// Numbers with mean 0 and variance gain^2 / fan.
    pub const fn scaled(fan: Fan, draw: Draw, gain: f32) -> Self {
        Self::Scaled { fan, draw, gain }
    }

    /// The same for each of so many matrices [in, out / count] that lie side by side in one of [in, out].
    pub fn side_by_side(self, count: usize) -> Self {
        if count == 1 { self } else { Self::SideBySide(count, Arc::new(self)) }
    }

    /// What goes with these weights as the start of biases: zeros, but for [`Init::PYTORCH`].
    pub fn of_bias(&self, fan_in: usize) -> Self {
        if *self == Self::PYTORCH { Self::Uniform(1.0 / (fan_in.max(1) as f32).sqrt()) } else { Self::ZEROS }
    }

    /// Writes the start values of a tensor of this shape.
    ///
    /// # Panics
    /// When the count is not the shape's, given numbers have another count, or a scalar is started side by side.
    pub fn fill(&self, shape: impl Into<Shape>, rng: &mut Rng, out: &mut [f32]) {
        let shape = shape.into();
        assert_eq!(shape.len(), out.len(), "start values for a tensor of shape {shape}");
        match self {
            Self::Constant(x) => out.fill(*x),
            Self::Normal(deviation) => rng.fill_normal(*deviation, out),
            Self::Uniform(limit) => fill_uniform(f64::from(*limit), rng, out),
            Self::TruncatedNormal(deviation) => fill_truncated(f64::from(*deviation), rng, out),
            Self::Scaled { fan, draw, gain } => {
                let deviation = f64::from(*gain) / math::sqrt(fan.of(shape).max(1.0));
                match draw {
                    Draw::Normal => rng.fill_normal(deviation as f32, out),
                    Draw::Uniform => fill_uniform(deviation * math::sqrt(3.0), rng, out),
                    Draw::Truncated => fill_truncated(deviation / TRUNCATED, rng, out),
                }
            }
            Self::Orthogonal(gain) => fill_orthogonal(f64::from(*gain), shape, rng, out),
            Self::Identity(gain) => fill_identity(*gain, shape, out),
            Self::Sparse { inputs, deviation } => fill_sparse(*inputs, *deviation, shape, rng, out),
            Self::SideBySide(count, each) => {
                let width = shape.last() / count;
                let part = shape.with(shape.rank() - 1, width);
                let mut values = vec![0.0; part.len()];
                for i in 0..*count {
                    each.fill(part, rng, &mut values);
                    let rows = out.chunks_mut((width * count).max(1)).zip(values.chunks(width.max(1)));
                    rows.for_each(|(row, values)| row[i * width..][..width].copy_from_slice(values));
                }
            }
            Self::Values(values) => out.copy_from_slice(values),
        }
    }
}

impl Fan {
    /// The number of connections for a weight of this shape.
    pub fn of(self, shape: Shape) -> f64 {
        let (fan_in, fan_out) = match *shape.dims() {
            [] => (1, 1),
            [n] => (n, n),
            [fan_in, fan_out] => (fan_in, fan_out),
            [outputs, inputs, ref size @ ..] => {
                let size: usize = size.iter().product();
                (inputs * size, outputs * size)
            }
        };
        match self {
            Self::In => fan_in as f64,
            Self::Out => fan_out as f64,
            Self::Mean => (fan_in + fan_out) as f64 / 2.0,
        }
    }
}

fn fill_uniform(limit: f64, rng: &mut Rng, out: &mut [f32]) {
    out.iter_mut().for_each(|x| *x = rng.uniform(-limit, limit) as f32);
}

fn fill_truncated(deviation: f64, rng: &mut Rng, out: &mut [f32]) {
    for x in out {
        let z = std::iter::repeat_with(|| rng.normal()).find(|z| z.abs() <= 2.0);
        *x = (deviation * z.unwrap_or_default()) as f32;
    }
}

/// The tensor as a matrix: that of a dense layer as it is, that of a convolution with a row for each output.
fn matrix(shape: Shape) -> (usize, usize) {
    match *shape.dims() {
        [] => (1, 1),
        [n] => (1, n),
        [rows, ref rest @ ..] => (rows, rest.iter().product()),
    }
}

/// Gaussian vectors made orthonormal one after another (modified Gram-Schmidt, twice over: once loses digits where a
/// vector lies close to the span of those before).
fn fill_orthogonal(gain: f64, shape: Shape, rng: &mut Rng, out: &mut [f32]) {
    let (rows, columns) = matrix(shape);
    let (count, n) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<f64> = (0..count * n).map(|_| rng.normal()).collect();
    for i in 0..count {
        let (done, rest) = vectors.split_at_mut(i * n);
        let vector = &mut rest[..n];
        for _ in 0..2 {
            for other in done.chunks_exact(n) {
                kernel::axpy(-kernel::dot(other, vector), other, vector);
            }
        }
        kernel::scale(1.0 / math::sqrt(kernel::sum_sq(vector)), vector);
    }
    for (i, x) in out.iter_mut().enumerate() {
        let (row, column) = (i / columns, i % columns);
        let at = if rows <= columns { row * n + column } else { column * n + row };
        *x = (gain * vectors[at]) as f32;
    }
}

fn fill_identity(gain: f32, shape: Shape, out: &mut [f32]) {
    out.fill(0.0);
    let (rows, columns, size) = match *shape.dims() {
        [rows, columns, ref size @ ..] => (rows, columns, size),
        _ => return out.fill(gain),
    };
    let centre = size.iter().fold(0, |at, n| at * n + n / 2);
    let taps: usize = size.iter().product();
    (0..rows.min(columns)).for_each(|i| out[(i * columns + i) * taps + centre] = gain);
}

fn fill_sparse(count: usize, deviation: f32, shape: Shape, rng: &mut Rng, out: &mut [f32]) {
    out.fill(0.0);
    let (rows, columns) = matrix(shape);
    let dense = shape.rank() <= 2;
    let (units, inputs) = if dense { (columns, rows) } else { (rows, columns) };
    for unit in 0..units {
        for input in rng.sample_without_replacement(inputs, count) {
            let at = if dense { input * columns + unit } else { unit * columns + input };
            out[at] = deviation * rng.normal() as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Moments;

    fn drawn(init: &Init, shape: impl Into<Shape>) -> Vec<f32> {
        let shape = shape.into();
        let mut out = vec![f32::NAN; shape.len()];
        init.fill(shape, &mut Rng::new(5, "init"), &mut out);
        out
    }

    fn moments(values: &[f32]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|x| moments.push(f64::from(*x)));
        moments
    }

    #[test]
    fn variances_follow_the_fans() {
        let (dense, conv): (Shape, Shape) = ([200, 300].into(), [30, 20, 10, 10].into());
        let cases = [
            (Init::GLOROT_UNIFORM, dense, 2.0 / 500.0),
            (Init::GLOROT_NORMAL, dense, 2.0 / 500.0),
            (Init::HE_UNIFORM, dense, 2.0 / 200.0),
            (Init::HE_NORMAL, conv, 2.0 / 2000.0),
            (Init::LECUN_UNIFORM, dense, 1.0 / 200.0),
            (Init::LECUN_NORMAL, conv, 1.0 / 2000.0),
            (Init::PYTORCH, dense, 1.0 / 600.0),
            (Init::scaled(Fan::Out, Draw::Truncated, 1.5), conv, 2.25 / 3000.0),
            (Init::TruncatedNormal(0.5), dense, 0.25 * TRUNCATED * TRUNCATED),
            (Init::Normal(0.5), dense, 0.25),
            (Init::Uniform(0.6), dense, 0.12),
        ];
        for (init, shape, variance) in cases {
            let m = moments(&drawn(&init, shape));
            // Five standard deviations of the estimate (of normal numbers, the widest of the three).
            let n = shape.len() as f64;
            assert!((m.variance() / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{init:?}: {}", m.variance());
            assert!(m.mean().abs() < 5.0 * (variance / n).sqrt(), "{init:?}: {}", m.mean());
        }
    }

    #[test]
    fn limits_are_kept() {
        let limit = |init: &Init, shape: [usize; 2]| drawn(init, shape).iter().fold(0.0f32, |m, x| m.max(x.abs()));
        let near = |got: f32, limit: f32| assert!(got <= limit && got > 0.99 * limit, "{got} {limit}");
        near(limit(&Init::PYTORCH, [100, 50]), 0.1);
        near(limit(&Init::GLOROT_UNIFORM, [100, 50]), (6.0f32 / 150.0).sqrt());
        near(limit(&Init::TruncatedNormal(1.0), [200, 200]), 2.0);
        assert_eq!(Init::PYTORCH.of_bias(100), Init::Uniform(0.1));
        assert_eq!(Init::HE_NORMAL.of_bias(100), Init::ZEROS);
    }

    #[test]
    fn orthogonal_rows_or_columns() {
        for [rows, columns] in [[7, 7], [3, 20], [40, 9], [1, 5], [0, 4]] {
            let w = drawn(&Init::Orthogonal(2.0), [rows, columns]);
            let at = |i: usize, j: usize| f64::from(w[i * columns + j]);
            let (count, n, wide) = (rows.min(columns), rows.max(columns), rows <= columns);
            let entry = |vector: usize, k: usize| if wide { at(vector, k) } else { at(k, vector) };
            for a in 0..count {
                for b in 0..count {
                    let dot: f64 = (0..n).map(|k| entry(a, k) * entry(b, k)).sum();
                    let want = if a == b { 4.0 } else { 0.0 };
                    assert!((dot - want).abs() < 1e-5, "{rows} x {columns}: {a} and {b}: {dot}");
                }
            }
        }
        let conv = drawn(&Init::Orthogonal(1.0), [4, 3, 2, 2]);
        let dot: f32 = conv[..12].iter().zip(&conv[12..24]).map(|(a, b)| a * b).sum();
        assert!(dot.abs() < 1e-6);
    }

    #[test]
    fn identity_and_sparse() {
        assert_eq!(drawn(&Init::Identity(3.0), [2, 3]), [3.0, 0.0, 0.0, 0.0, 3.0, 0.0]);
        let conv = drawn(&Init::Identity(1.0), [2, 2, 3, 3]);
        assert_eq!(conv.iter().enumerate().filter(|(_, x)| **x == 1.0).map(|(i, _)| i).collect::<Vec<_>>(), [4, 31]);
        assert_eq!(conv.iter().sum::<f32>(), 2.0);
        let (inputs, deviation) = (5, 0.1);
        let sparse = drawn(&Init::Sparse { inputs, deviation }, [30, 8]);
        for unit in 0..8 {
            let heard = sparse.iter().skip(unit).step_by(8).filter(|w| **w != 0.0).count();
            assert_eq!(heard, 5);
        }
        let all = drawn(&Init::Sparse { inputs: 9, deviation }, [4, 1, 3]);
        assert!(all.iter().all(|w| *w != 0.0));
    }

    #[test]
    fn empty_and_scalar_shapes() {
        for init in [Init::ONES, Init::HE_NORMAL, Init::Orthogonal(1.0), Init::Identity(1.0), Init::PYTORCH] {
            assert!(drawn(&init, [0, 3]).is_empty());
            assert!(drawn(&init, Shape::SCALAR)[0].is_finite());
        }
        assert_eq!(drawn(&Init::Values([1.0, 2.0].into()), [2]), [1.0, 2.0]);
    }
}
