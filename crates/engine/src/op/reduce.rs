//! Sums, largest entries and log-sum-exps along axes.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor, around};
use crate::kernel::{self, LANES};

/// The sum along an axis, which disappears.
///
/// Term i goes to lane i mod 16 and the lanes are folded in halves, wherever the axis lies in memory: so copies that run
/// side by side give the bits of each alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sum {
    axis: usize,
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(inputs[0].without(self.axis))
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if n == 0 {
            out.fill(T::ZERO);
        } else if inner == 1 {
            for (out, row) in out.iter_mut().zip(inputs[0].data.chunks_exact(n)) {
                *out = kernel::sum(row);
            }
        } else if inner > 0 {
            for (out, slab) in out.chunks_exact_mut(inner).zip(inputs[0].data.chunks_exact(n * inner)) {
                sum_rows(slab, out);
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let x = at.inputs[0].shape();
        vec![Some(at.dy.reshape(x.with(self.axis, 1)).broadcast_to(x))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// The sum of the rows of a matrix, entry by entry, with the bits of [`kernel::sum`].
fn sum_rows<T: Float>(rows: &[T], out: &mut [T]) {
    let width = out.len();
    let used = LANES.min(rows.len() / width);
    for (block, out) in out.chunks_mut(8).enumerate() {
        let mut lanes = [T::splat(T::ZERO); LANES];
        for sixteen in rows.chunks(LANES * width) {
            for (lane, row) in lanes.iter_mut().zip(sixteen.chunks_exact(width)) {
                *lane += load(&row[8 * block..]);
            }
        }
        // Lanes that got no row are +0 and change nothing.
        let mut half = LANES / 2;
        while half > 0 {
            for l in half..used.min(2 * half) {
                let upper = lanes[l];
                lanes[l - half] += upper;
            }
            half /= 2;
        }
        out.copy_from_slice(&T::store(lanes[0])[..out.len()]);
    }
}

/// The first eight numbers; zeros where there are fewer.
#[inline(always)]
fn load<T: Float>(numbers: &[T]) -> T::Eight {
    match numbers.first_chunk() {
        Some(eight) => T::load(eight),
        None => {
            let mut eight = [T::ZERO; 8];
            eight.iter_mut().zip(numbers).for_each(|(eight, x)| *eight = *x);
            T::load(&eight)
        }
    }
}

/// The largest entry along an axis, which disappears. Its derivative is shared by entries that are equally large.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Largest {
    axis: usize,
}

impl Op for Largest {
    fn name(&self) -> &'static str {
        "max along an axis"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let n = inputs[0].dims()[self.axis];
        if n == 0 { Err("the axis is empty".into()) } else { Ok(inputs[0].without(self.axis)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if inner == 1 {
            for (out, row) in out.iter_mut().zip(inputs[0].data.chunks_exact(n)) {
                *out = kernel::max(row);
            }
        } else if inner > 0 {
            for (out, slab) in out.chunks_exact_mut(inner).zip(inputs[0].data.chunks_exact(n * inner)) {
                out.fill(T::LOWEST);
                for row in slab.chunks_exact(inner) {
                    for (out, x) in out.iter_mut().zip(row) {
                        *out = if *x > *out { *x } else { *out };
                    }
                }
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (x, kept) = (at.inputs[0], at.inputs[0].shape().with(self.axis, 1));
        let winners = x.equal(at.y.reshape(kept));
        let share = at.dy / winners.sum(&[self.axis]);
        vec![Some(winners * share.reshape(kept))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// ln of the sum of e^x along an axis, which disappears.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LogSumExp {
    axis: usize,
}

impl Op for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(inputs[0].without(self.axis))
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [outer, n, inner] = around(inputs[0].dims, self.axis);
        let x = inputs[0].data;
        for (o, out) in (0..outer).zip(out.chunks_mut(inner.max(1))) {
            for (i, out) in out.iter_mut().enumerate() {
                let start = o * n * inner + i;
                *out = if inner == 1 {
                    T::logsumexp(&x[start..start + n])
                } else {
                    let row = &mut scratch[..n];
                    row.iter_mut().enumerate().for_each(|(k, row)| *row = x[start + k * inner]);
                    T::logsumexp(row)
                };
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (x, kept) = (at.inputs[0], at.inputs[0].shape().with(self.axis, 1));
        vec![Some(x.softmax(self.axis) * at.dy.reshape(kept))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        inputs[0].dims()[self.axis]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Each entry less the [`LogSumExp`] along an axis. The largest entry is subtracted first: where entries are large, the
/// difference of two of them is exact, that to a rounded logarithm is not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LogSoftmax {
    axis: usize,
}

impl Op for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let exists = self.axis < inputs[0].rank();
        if exists { Ok(inputs[0]) } else { Err(format!("shape {} has no axis {}", inputs[0], self.axis)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        let normalise = |row: &mut [T]| {
            let largest = kernel::max(row);
            row.iter_mut().for_each(|x| *x = *x - largest);
            let total = T::logsumexp(row);
            row.iter_mut().for_each(|x| *x = *x - total);
        };
        out.copy_from_slice(inputs[0].data);
        if inner == 1 {
            return out.chunks_exact_mut(n).for_each(normalise);
        }
        let row = &mut scratch[..n];
        for slab in out.chunks_exact_mut(n * inner) {
            for i in 0..inner {
                row.iter_mut().zip(slab[i..].iter().step_by(inner)).for_each(|(row, x)| *row = *x);
                normalise(row);
                slab[i..].iter_mut().step_by(inner).zip(&*row).for_each(|(x, row)| *x = *row);
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let kept = at.y.shape().with(self.axis, 1);
        let total = at.dy.sum(&[self.axis]).reshape(kept);
        vec![Some(at.dy - at.y.exp() * total)]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        inputs[0].dims()[self.axis]
    }
    fn trailing(&self) -> bool {
        true
    }
}

impl<'g> Tensor<'g> {
    /// The sum along these axes, in rising order, which disappear.
    ///
    /// # Panics
    /// When there are no such axes, or they are not in rising order.
    pub fn sum(self, axes: &[usize]) -> Self {
        let shape = self.shape();
        assert!(axes.is_sorted_by(|a, b| a < b), "sum along axes {axes:?}, which are not in rising order");
        // Neighbouring axes are one axis of another shape, which costs nothing; the last ones first, so that the
        // numbers of the others stay.
        let Some((&last, others)) = axes.split_last() else { return self };
        let run = others.iter().rev().enumerate().take_while(|(i, axis)| **axis + i + 1 == last).count();
        let first = last - run;
        let (before, along, after) = (&shape.dims()[..first], &shape.dims()[first..=last], &shape.dims()[last + 1..]);
        let joined = Shape::joined(&[before, &[along.iter().product()], after]);
        let x = self.reshape(joined);
        x.graph().push_op(Sum { axis: first }, &[x]).sum(&others[..others.len() - run])
    }

    /// The sum of all entries, a scalar.
    pub fn sum_all(self) -> Self {
        let axes: Vec<usize> = (0..self.shape().rank()).collect();
        self.sum(&axes)
    }

    /// The mean along these axes, in rising order, which disappear.
    ///
    /// # Panics
    /// When there are no such axes, or they are not in rising order.
    pub fn mean(self, axes: &[usize]) -> Self {
        let shape = self.shape();
        let n: usize = axes.iter().map(|axis| shape.dims()[*axis]).product();
        self.sum(axes) * (1.0 / n as f32)
    }

    /// The mean of all entries, a scalar.
    pub fn mean_all(self) -> Self {
        self.sum_all() * (1.0 / self.shape().len() as f32)
    }

    /// The variance along these axes (divided by the count, not one less), which disappear.
    ///
    /// # Panics
    /// When there are no such axes, or they are not in rising order.
    pub fn variance(self, axes: &[usize]) -> Self {
        let kept = axes.iter().fold(self.shape(), |shape, axis| shape.with(*axis, 1));
        (self - self.mean(axes).reshape(kept)).square().mean(axes)
    }

    /// The largest entry along an axis, which disappears. Its derivative is shared by entries that are equally large.
    ///
    /// # Panics
    /// When there is no such axis, or it is empty.
    pub fn max_along(self, axis: usize) -> Self {
        self.graph().push_op(Largest { axis }, &[self])
    }

    /// The smallest entry along an axis, which disappears.
    ///
    /// # Panics
    /// When there is no such axis, or it is empty.
    pub fn min_along(self, axis: usize) -> Self {
        -(-self).max_along(axis)
    }

    /// ln of the sum of e^x along an axis, which disappears; without overflow.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn logsumexp(self, axis: usize) -> Self {
        self.graph().push_op(LogSumExp { axis }, &[self])
    }

    /// Logarithms of [`Tensor::softmax`].
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn log_softmax(self, axis: usize) -> Self {
        self.graph().push_op(LogSoftmax { axis }, &[self])
    }

    /// Probabilities from logits along an axis: e^x over their sum.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn softmax(self, axis: usize) -> Self {
        self.log_softmax(axis).exp()
    }

    /// Softmax of the negated entries: the smallest gets the largest probability.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn softmin(self, axis: usize) -> Self {
        (-self).softmax(axis)
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), size(rng), size(rng)];
    let axis = rng.index(3);
    vec![
        Example::new("sum", move |x| x[0].square().sum(&[axis])).with(shape, -1.0, 1.0, rng),
        Example::new("sum along two axes", |x| x[0].square().sum(&[0, 2])).with(shape, -1.0, 1.0, rng),
        Example::new("sum of all", |x| x[0].square().sum_all()).with(shape, -1.0, 1.0, rng),
        Example::new("mean", |x| x[0].square().mean(&[1, 2])).with(shape, -1.0, 1.0, rng),
        Example::new("variance", |x| x[0].variance(&[0, 1])).with(shape, -1.0, 1.0, rng),
        Example::new("max_along", move |x| x[0].square().max_along(axis)).with(shape, 0.5, 2.0, rng),
        Example::new("min_along", move |x| x[0].exp().min_along(axis)).with(shape, -1.0, 1.0, rng),
        Example::new("logsumexp", move |x| x[0].logsumexp(axis)).with(shape, -2.0, 2.0, rng),
        Example::new("softmax", move |x| x[0].softmax(axis)).with(shape, -2.0, 2.0, rng),
        Example::new("softmin", move |x| x[0].softmin(axis)).with(shape, -2.0, 2.0, rng),
        Example::new("log_softmax", move |x| x[0].log_softmax(axis)).with(shape, -2.0, 2.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn sums_have_the_same_bits_along_any_axis() {
        let mut rng = Rng::new(0, "sums");
        for n in (1..40).chain([100]) {
            for width in [1, 2, 7, 8, 9, 17] {
                let rows: Vec<f32> = (0..n * width).map(|_| rng.normal() as f32).collect();
                let mut out = vec![0.0; width];
                sum_rows(&rows, &mut out);
                for (column, out) in out.iter().enumerate() {
                    let alone: Vec<f32> = rows.iter().skip(column).step_by(width).copied().collect();
                    assert_eq!(out.to_bits(), kernel::sum(&alone).to_bits(), "{n} rows of {width}");
                }
            }
        }
    }
}
