//! Order along an axis: largest and smallest entries, sorting, quantiles.
//!
//! -0 and 0 are equal, and of equal entries the first comes first. NaN stands behind all numbers, whatever its sign.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor, around};
use std::cmp::Ordering;

/// Where the largest entry along an axis stands, which disappears.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ArgLargest {
    axis: usize,
}

impl Op for ArgLargest {
    fn name(&self) -> &'static str {
        "argmax"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        match inputs[0].dims().get(self.axis) {
            Some(0) => Err("the axis is empty".into()),
            Some(_) => Ok(inputs[0].without(self.axis)),
            None => Err(format!("shape {} has no axis {}", inputs[0], self.axis)),
        }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        for (out, slab) in out.chunks_exact_mut(inner).zip(inputs[0].data.chunks_exact(n * inner)) {
            for (i, out) in out.iter_mut().enumerate() {
                let (mut largest, mut place) = (T::LOWEST, 0);
                for (k, x) in slab[i..].iter().step_by(inner).enumerate() {
                    if *x > largest {
                        (largest, place) = (*x, k);
                    }
                }
                *out = T::of(place as f64);
            }
        }
    }
    fn grad<'g>(&self, _: At<'_, 'g>) -> Grads<'g> {
        vec![None]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Where the entries along an axis stand that come first in rising order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ArgSort {
    axis: usize,
    /// How many of them.
    count: usize,
}

/// Rising, NaN last.
fn rising<T: Float>(a: T, b: T) -> Ordering {
    let is_nan = |x: T| x.partial_cmp(&x).is_none();
    a.partial_cmp(&b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

impl Op for ArgSort {
    fn name(&self) -> &'static str {
        "argsort"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let n = inputs[0].dims().get(self.axis).copied();
        let exists = n.is_some_and(|n| self.count <= n);
        if exists {
            Ok(inputs[0].with(self.axis, self.count))
        } else {
            Err(format!("shape {} has no {} entries along axis {}", inputs[0], self.count, self.axis))
        }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        let places = &mut scratch[..n];
        for (out, slab) in out.chunks_exact_mut(self.count * inner).zip(inputs[0].data.chunks_exact(n * inner)) {
            for i in 0..inner {
                places.iter_mut().enumerate().for_each(|(k, place)| *place = T::of(k as f64));
                // With the place as the last word the order is total: sorting without room for copies is then stable
                // too.
                let order = |a: &T, b: &T| {
                    let (a, b) = (a.index(), b.index());
                    rising(slab[a * inner + i], slab[b * inner + i]).then(a.cmp(&b))
                };
                if self.count < n {
                    places.select_nth_unstable_by(self.count, order);
                }
                let first = &mut places[..self.count];
                first.sort_unstable_by(order);
                out[i..].iter_mut().step_by(inner).zip(first).for_each(|(out, place)| *out = *place);
            }
        }
    }
    fn grad<'g>(&self, _: At<'_, 'g>) -> Grads<'g> {
        vec![None]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        inputs[0].dims()[self.axis]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// How many of the breaks, in rising order, are not above x.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bucket;

impl Op for Bucket {
    fn name(&self) -> &'static str {
        "bucket"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let flat = inputs[1].rank() == 1;
        if flat { Ok(inputs[0]) } else { Err(format!("breaks of shape {}", inputs[1])) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        for (out, x) in out.iter_mut().zip(inputs[0].data) {
            *out = T::of(inputs[1].data.partition_point(|b| *b <= *x) as f64);
        }
    }
    fn grad<'g>(&self, _: At<'_, 'g>) -> Grads<'g> {
        vec![None, None]
    }
}

impl<'g> Tensor<'g> {
    /// The index of the largest entry along an axis, which disappears; of the first one where several are equal. NaN
    /// is passed over. The derivative is zero.
    ///
    /// # Panics
    /// When there is no such axis, or it is empty.
    pub fn argmax(self, axis: usize) -> Self {
        self.graph().push_op(ArgLargest { axis }, &[self])
    }

    /// The index of the smallest entry along an axis: see [`Tensor::argmax`].
    ///
    /// # Panics
    /// When there is no such axis, or it is empty.
    pub fn argmin(self, axis: usize) -> Self {
        (-self).argmax(axis)
    }

    /// The indices that put the entries along an axis in rising order; equal ones keep their order, NaN comes last. Of
    /// the same shape; the derivative is zero.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn argsort(self, axis: usize) -> Self {
        self.first_places(axis, self.dim(axis))
    }

    /// The entries along an axis in rising order, NaN last. Each passes its derivative on to where it came from.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn sort(self, axis: usize) -> Self {
        self.take_along(axis, self.argsort(axis))
    }

    /// The `k` largest entries along an axis, largest first, and their indices; of equal ones the first comes first,
    /// NaN only when there is nothing else.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn top_k(self, axis: usize, k: usize) -> (Self, Self) {
        let places = (-self).first_places(axis, k);
        (self.take_along(axis, places), places)
    }

    /// The quantile `q` from 0 to 1 along an axis, which disappears: 0 gives the smallest entry, 1 the largest;
    /// between two entries it is interpolated linearly.
    ///
    /// # Panics
    /// When there is no such axis, it is empty, or `q` lies outside [0, 1].
    pub fn quantile(self, axis: usize, q: f64) -> Self {
        assert!((0.0..=1.0).contains(&q), "quantile {q} does not lie in [0, 1]");
        let n = self.dim(axis);
        assert!(n > 0, "quantile: axis {axis} of shape {} is empty", self.shape());
        let position = q * (n - 1) as f64;
        let (below, weight) = (position.floor() as usize, position.fract() as f32);
        let sorted = self.sort(axis);
        let lower = sorted.at(axis, below);
        if weight == 0.0 { lower } else { lower * (1.0 - weight) + sorted.at(axis, below + 1) * weight }
    }

    /// The middle entry along an axis in rising order, which disappears; the mean of the two in the middle when the
    /// count is even.
    ///
    /// # Panics
    /// When there is no such axis, or it is empty.
    pub fn median(self, axis: usize) -> Self {
        self.quantile(axis, 0.5)
    }

    /// The number of the interval that each entry lies in, for breaks in rising order as \[k\]: from 0, below the first
    /// break, to k, from the last one on; 0 for NaN. The derivative is zero. With `table.gather(0, x.bucket(breaks))`
    /// any function is looked up.
    ///
    /// # Panics
    /// When the breaks have not one axis.
    pub fn bucket(self, breaks: Self) -> Self {
        self.graph().push_op(Bucket, &[self, breaks])
    }

    fn first_places(self, axis: usize, count: usize) -> Self {
        self.graph().push_op(ArgSort { axis, count }, &[self])
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), size(rng), size(rng)];
    let axis = rng.index(3);
    let k = 1 + rng.index(shape[axis]);
    vec![
        Example::new("sort", move |x| x[0].square().sort(axis).exp()).with(shape, 0.2, 2.0, rng),
        Example::new("top_k", move |x| x[0].top_k(axis, k).0.square()).with(shape, -2.0, 2.0, rng),
        Example::new("quantile", move |x| x[0].quantile(axis, 0.3).square()).with(shape, -2.0, 2.0, rng),
        Example::new("median", move |x| x[0].exp().median(axis)).with(shape, -2.0, 2.0, rng),
        Example::new("argmax", move |x| x[0].argmax(axis) * x[0].exp().max_along(axis)).with(shape, -2.0, 2.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;

    const NAN: f32 = f32::NAN;

    #[test]
    fn the_first_of_equal_entries_wins() {
        assert_eq!(values(|g| g.constant([5], &[1.0, 4.0, NAN, 4.0, 0.0]).argmax(0)), [1.0]);
        assert_eq!(values(|g| g.constant([5], &[1.0, NAN, 0.0, -0.0, 3.0]).argmin(0)), [2.0]);
        assert_eq!(values(|g| g.constant([2], &[NAN, NAN]).argmax(0)), [0.0]);
        assert_eq!(values(|g| g.constant([2, 3], &[1.0, 9.0, 2.0, 3.0, 9.0, 4.0]).argmax(0)), [1.0, 0.0, 1.0]);
        assert_eq!(values(|g| g.constant([2, 3], &[1.0, 9.0, 2.0, 3.0, 0.0, 4.0]).argmax(1)), [1.0, 2.0]);
        let flat = values(|g| {
            let x = g.constant([3], &[1.0, 3.0, 2.0]);
            g.gradient(x.argmax(0), [x])[0]
        });
        assert_eq!(flat, [0.0; 3]);
    }

    #[test]
    fn sorting_is_stable_and_puts_nan_last() {
        let x = [2.0, -NAN, 0.0, -1.0, f32::INFINITY, NAN, -0.0, f32::NEG_INFINITY];
        assert_eq!(values(|g| g.constant([8], &x).argsort(0)), [7.0, 3.0, 2.0, 6.0, 0.0, 4.0, 1.0, 5.0]);
        assert_eq!(values(|g| g.constant([8], &x).top_k(0, 3).1), [4.0, 0.0, 2.0]);
        assert_eq!(values(|g| g.constant([2], &[NAN, 1.0]).top_k(0, 2).1), [1.0, 0.0]);
        let equal = [1.0; 100];
        let in_order: Vec<f32> = (0..100).map(|i| i as f32).collect();
        assert_eq!(values(|g| g.constant([100], &equal).argsort(0)), in_order);
        assert_eq!(values(|g| g.constant([100], &equal).top_k(0, 40).1), in_order[..40]);
    }

    #[test]
    fn columns_are_sorted_each_for_itself() {
        let x = [3.0, 1.0, 1.0, 2.0, 2.0, 3.0];
        assert_eq!(values(|g| g.constant([3, 2], &x).sort(0)), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!(values(|g| g.constant([3, 2], &x).top_k(0, 1).0), [3.0, 3.0]);
        assert_eq!(values(|g| g.constant([2, 3], &x).sort(1)), [1.0, 1.0, 3.0, 2.0, 2.0, 3.0]);
        assert!(values(|g| g.constant([0, 2], &[]).sort(0)).is_empty());
        assert!(values(|g| g.constant([3, 2], &x).top_k(0, 0).0).is_empty());
    }

    #[test]
    fn a_selection_is_the_start_of_the_sorted_order() {
        let mut rng = crate::rng::Rng::new(0, "selection");
        for n in [1, 2, 7, 33, 200] {
            // Few different numbers: many ties.
            let x: Vec<f32> = (0..n).map(|_| rng.index(9) as f32 - 4.0).collect();
            let all = values(|g| (-g.constant([n], &x)).argsort(0));
            for k in 0..=n {
                assert_eq!(values(|g| g.constant([n], &x).top_k(0, k).1), all[..k]);
            }
        }
    }

    #[test]
    fn quantiles_lie_between_entries() {
        let x = [4.0, 1.0, 3.0, 2.0];
        let at = |q| values(|g| g.constant([4], &x).quantile(0, q))[0];
        assert_eq!([at(0.0), at(1.0), at(0.5), at(0.25)], [1.0, 4.0, 2.5, 1.75]);
        assert_eq!(values(|g| g.constant([3], &x[..3]).median(0)), [3.0]);
    }

    #[test]
    fn buckets_begin_at_their_breaks() {
        let x = [-1.0, 0.0, 0.5, 1.0, 7.0, NAN, f32::INFINITY];
        let numbers = values(|g| g.constant([7], &x).bucket(g.constant([3], &[0.0, 1.0, 2.0])));
        assert_eq!(numbers, [0.0, 1.0, 1.0, 2.0, 3.0, 0.0, 3.0]);
        assert_eq!(values(|g| g.scalar(3.0).bucket(g.constant([0], &[]))), [0.0]);
    }
}
