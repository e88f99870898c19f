//! Entries picked by numbers that only a run knows: look-ups, scattered sums, segments.
//!
//! Indices are whole numbers kept as `f32`, exact up to 2^24; their derivative is zero. One outside the valid range
//! never stops a run: it counts as the nearest valid one, NaN as 0, and a fraction is cut off.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{MAX_RANK, Operand, Shape, Tensor, around};

/// The valid index nearest to x among n > 0.
fn nearest<T: Float>(x: T, n: usize) -> usize {
    x.index().min(n - 1)
}

/// The shape with `axis` replaced by these sizes.
fn replaced(shape: Shape, axis: usize, by: &[usize]) -> Result<Shape, String> {
    if axis >= shape.rank() {
        return Err(format!("shape {shape} has no axis {axis}"));
    }
    if shape.rank() - 1 + by.len() > MAX_RANK {
        return Err(format!("shape {shape} with axis {axis} replaced by {by:?} has a rank above {MAX_RANK}"));
    }
    Ok(Shape::joined(&[&shape.dims()[..axis], by, &shape.dims()[axis + 1..]]))
}

/// Slices of the first input along an axis, picked by the second input, whose axes stand in place of that axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Gather {
    axis: usize,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let shape = replaced(inputs[0], self.axis, inputs[1].dims())?;
        let possible = inputs[0].dims()[self.axis] > 0 || inputs[1].is_empty();
        if possible { Ok(shape) } else { Err(format!("axis {} of shape {} is empty", self.axis, inputs[0])) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        let index = inputs[1].data;
        if out.is_empty() {
            return;
        }
        for (out, slab) in out.chunks_exact_mut(index.len() * inner).zip(inputs[0].data.chunks_exact(n * inner)) {
            for (out, i) in out.chunks_exact_mut(inner).zip(index) {
                out.copy_from_slice(&slab[nearest(*i, n) * inner..][..inner]);
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.scatter_add(self.axis, at.inputs[1], at.inputs[0].dim(self.axis))), None]
    }
}

/// The transpose of [`Gather`]: slices of the first input, which has the second one's axes from `axis` on, are added
/// up where the second one says, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ScatterAdd {
    axis: usize,
    /// Size of the value along the axis.
    n: usize,
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (x, index) = (inputs[0].dims(), inputs[1].dims());
        let end = self.axis + index.len();
        if x.get(self.axis..end) != Some(index) {
            return Err(format!("shape {} has not the axes {} from axis {} on", inputs[0], inputs[1], self.axis));
        }
        if self.n == 0 && !inputs[1].is_empty() {
            return Err("no places to add to".into());
        }
        if x.len() - index.len() == MAX_RANK {
            return Err(format!("the value would have a rank above {MAX_RANK}"));
        }
        Ok(Shape::joined(&[&x[..self.axis], &[self.n], &x[end..]]))
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let index = inputs[1].data;
        out.fill(T::ZERO);
        if inputs[0].data.is_empty() {
            return;
        }
        let inner: usize = inputs[0].dims[self.axis + inputs[1].dims.len()..].iter().product();
        let slabs = inputs[0].data.chunks_exact(index.len() * inner);
        for (out, slab) in out.chunks_exact_mut(self.n * inner).zip(slabs) {
            for (row, i) in slab.chunks_exact(inner).zip(index) {
                let sums = &mut out[nearest(*i, self.n) * inner..][..inner];
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += *x);
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.gather(self.axis, at.inputs[1])), None]
    }
}

/// Entries of the first input along an axis; the second one says for each entry of the value which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct TakeAlong {
    axis: usize,
}

impl Op for TakeAlong {
    fn name(&self) -> &'static str {
        "take_along"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (x, index) = (inputs[0], inputs[1]);
        let taken = index.dims().get(self.axis).copied().unwrap_or_default();
        if replaced(x, self.axis, &[taken])? != index {
            return Err(format!("shapes {x}, {index} differ beside axis {}", self.axis));
        }
        let possible = x.dims()[self.axis] > 0 || index.is_empty();
        if possible { Ok(index) } else { Err(format!("axis {} of shape {x} is empty", self.axis)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        let slab = inputs[1].dims[self.axis] * inner;
        if out.is_empty() {
            return;
        }
        let slabs = inputs[1].data.chunks_exact(slab).zip(inputs[0].data.chunks_exact(n * inner));
        for (out, (index, x)) in out.chunks_exact_mut(slab).zip(slabs) {
            for (out, index) in out.chunks_exact_mut(inner).zip(index.chunks_exact(inner)) {
                for (i, (out, place)) in out.iter_mut().zip(index).enumerate() {
                    *out = x[nearest(*place, n) * inner + i];
                }
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.add_along(self.axis, at.inputs[1], at.inputs[0].dim(self.axis))), None]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// The transpose of [`TakeAlong`]: each entry of the first input is added where the second one says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct AddAlong {
    axis: usize,
    /// Size of the value along the axis.
    n: usize,
}

impl Op for AddAlong {
    fn name(&self) -> &'static str {
        "add_along"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        if inputs[0] != inputs[1] {
            return Err(format!("shapes {}, {} differ", inputs[0], inputs[1]));
        }
        if self.n == 0 && !inputs[1].is_empty() {
            return Err("no places to add to".into());
        }
        replaced(inputs[0], self.axis, &[self.n])
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        out.fill(T::ZERO);
        if inputs[0].data.is_empty() {
            return;
        }
        let slabs = inputs[1].data.chunks_exact(n * inner).zip(inputs[0].data.chunks_exact(n * inner));
        for (out, (index, x)) in out.chunks_exact_mut(self.n * inner).zip(slabs) {
            for (x, index) in x.chunks_exact(inner).zip(index.chunks_exact(inner)) {
                for (i, (x, place)) in x.iter().zip(index).enumerate() {
                    out[nearest(*place, self.n) * inner + i] += *x;
                }
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.take_along(self.axis, at.inputs[1])), None]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// The largest entries of each segment of the first axis; the second input numbers the segments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SegmentLargest {
    segments: usize,
}

impl Op for SegmentLargest {
    fn name(&self) -> &'static str {
        "segment_max"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        ScatterAdd { axis: 0, n: self.segments }.shape(inputs)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let index = inputs[1].data;
        out.fill(T::ZERO);
        if out.is_empty() || index.is_empty() {
            return;
        }
        let inner = out.len() / self.segments;
        let seen = &mut scratch[..self.segments];
        seen.fill(T::ZERO);
        for (row, i) in inputs[0].data.chunks_exact(inner).zip(index) {
            let segment = nearest(*i, self.segments);
            let largest = &mut out[segment * inner..][..inner];
            if seen[segment] == T::ZERO {
                seen[segment] = T::ONE;
                largest.fill(T::LOWEST);
            }
            for (largest, x) in largest.iter_mut().zip(row) {
                *largest = if *x > *largest { *x } else { *largest };
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (x, ids) = (at.inputs[0], at.inputs[1]);
        let winners = x.equal(at.y.gather(0, ids));
        // An empty segment has no winners, nor is its share ever picked.
        let share = at.dy / winners.segment_sum(ids, self.segments).max(1.0);
        vec![Some(winners * share.gather(0, ids)), None]
    }
    fn scratch(&self, _: &[Shape]) -> usize {
        self.segments
    }
}

impl<'g> Tensor<'g> {
    /// Slices along an axis picked by `index`, whose axes stand in place of that axis: of [a, n, b] with an index of
    /// [i, j] it gives [a, i, j, b]. Rows of a table of embeddings are `table.gather(0, ids)`. An index outside counts
    /// as the nearest one inside.
    ///
    /// # Panics
    /// When there is no such axis, the rank becomes too high, or there is nothing to pick from.
    pub fn gather(self, axis: usize, index: Self) -> Self {
        self.graph().push_op(Gather { axis }, &[self, index])
    }

    /// The transpose of [`Tensor::gather`]: slices are added up at the places that `index` names, in its order; all
    /// other places are zero. Of [a, i, j, b] with an index of [i, j] it gives [a, n, b]. An index outside counts as
    /// the nearest one inside.
    ///
    /// # Panics
    /// When this tensor has not the axes of `index` from `axis` on, or `n` is 0 while `index` is not empty.
    pub fn scatter_add(self, axis: usize, index: Self, n: usize) -> Self {
        self.graph().push_op(ScatterAdd { axis, n }, &[self, index])
    }

    /// Entries along an axis: of [a, n, b] with an index of [a, m, b] it gives [a, m, b], where entry (i, j, k) is
    /// this tensor's entry (i, index(i, j, k), k). An index outside counts as the nearest one inside.
    ///
    /// # Panics
    /// When there is no such axis, sizes differ beside it, or there is nothing to pick from.
    pub fn take_along(self, axis: usize, index: Self) -> Self {
        self.graph().push_op(TakeAlong { axis }, &[self, index])
    }

    /// The transpose of [`Tensor::take_along`]: of [a, m, b] with an index of that shape it gives [a, n, b], where
    /// entry (i, j, k) is added at (i, index(i, j, k), k), in order.
    ///
    /// # Panics
    /// When there is no such axis, shapes differ, or `n` is 0 while `index` is not empty.
    pub fn add_along(self, axis: usize, index: Self, n: usize) -> Self {
        self.graph().push_op(AddAlong { axis, n }, &[self, index])
    }

    /// 1 at the place of the index along a new last axis of size `classes`, else 0. An index that is not a whole
    /// number from 0 to `classes` - 1 gives zeros only. The derivative is zero.
    ///
    /// # Panics
    /// When the rank becomes too high.
    pub fn one_hot(self, classes: usize) -> Self {
        self.unsqueeze(self.shape().rank()).equal(self.graph().range(classes))
    }

    /// Sums of slices along the first axes by segment: of [i, b] with ids of \[i\] it gives [segments, b]; an empty
    /// segment gives 0. For edges of a graph with their targets as ids, that is what each node receives.
    ///
    /// # Panics
    /// See [`Tensor::scatter_add`].
    pub fn segment_sum(self, ids: Self, segments: usize) -> Self {
        self.scatter_add(0, ids, segments)
    }

    /// Means by segment: see [`Tensor::segment_sum`].
    ///
    /// # Panics
    /// See [`Tensor::scatter_add`].
    pub fn segment_mean(self, ids: Self, segments: usize) -> Self {
        let sums = self.segment_sum(ids, segments);
        let counts = self.graph().full(ids.shape(), 1.0).segment_sum(ids, segments);
        let thin = (1..sums.shape().rank()).fold(sums.shape(), |shape, axis| shape.with(axis, 1));
        sums / counts.max(1.0).reshape(thin)
    }

    /// Largest entries by segment: see [`Tensor::segment_sum`]. NaN is passed over; the derivative is shared by
    /// entries that are equally large.
    ///
    /// # Panics
    /// See [`Tensor::scatter_add`].
    pub fn segment_max(self, ids: Self, segments: usize) -> Self {
        self.graph().push_op(SegmentLargest { segments }, &[self, ids])
    }

    /// Softmax over the entries of each segment: of [i, b] with ids of \[i\] it gives [i, b]. Attention over the
    /// neighbours in a graph.
    ///
    /// # Panics
    /// See [`Tensor::scatter_add`].
    pub fn segment_softmax(self, ids: Self, segments: usize) -> Self {
        // The shift changes no value, so it has no derivative.
        let shift = self.segment_max(ids, segments).stop_gradient();
        let exps = (self - shift.gather(0, ids)).exp();
        exps / exps.segment_sum(ids, segments).gather(0, ids)
    }

    /// `value` where the mask is not 0, else this tensor's entry. Both stretch to a common shape.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn masked_fill(self, mask: Self, value: impl Into<Operand<'g>>) -> Self {
        mask.select(value, self)
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let [a, n, b, m, segments] = std::array::from_fn(|_| size(rng));
    let mut draw = |count: usize, below: usize| -> Vec<usize> { (0..count).map(|_| rng.index(below)).collect() };
    let (index, along, ids) = (draw(m * 2, n), draw(a * m * b, n), draw(n, segments));
    vec![
        Example::new("gather", |x| x[0].square().gather(1, x[1]))
            .with([a, n, b], -1.0, 1.0, rng)
            .with_indices([m, 2], &index),
        Example::new("gather by a scalar", |x| x[0].exp().gather(0, x[1]))
            .with([n, b], -1.0, 1.0, rng)
            .with_indices([0; 0], &index[..1]),
        Example::new("scatter_add", move |x| x[0].square().scatter_add(1, x[1], n).exp())
            .with([a, m, 2, b], -1.0, 1.0, rng)
            .with_indices([m, 2], &index),
        Example::new("take_along", |x| x[0].square().take_along(1, x[1]))
            .with([a, n, b], -1.0, 1.0, rng)
            .with_indices([a, m, b], &along),
        Example::new("add_along", move |x| x[0].square().add_along(1, x[1], n).exp())
            .with([a, m, b], -1.0, 1.0, rng)
            .with_indices([a, m, b], &along),
        Example::new("segment_mean", move |x| x[0].square().segment_mean(x[1], segments))
            .with([n, b], -1.0, 1.0, rng)
            .with_indices([n], &ids),
        Example::new("segment_max", move |x| x[0].exp().segment_max(x[1], segments))
            .with([n, b], -1.0, 1.0, rng)
            .with_indices([n], &ids),
        Example::new("segment_softmax", move |x| x[0].segment_softmax(x[1], segments))
            .with([n, b], -2.0, 2.0, rng)
            .with_indices([n], &ids),
        Example::new("masked_fill", |x| x[0].square().masked_fill(x[1], 2.0))
            .with([n, m * 2], -1.0, 1.0, rng)
            .with_indices([m * 2], &index.iter().map(|i| i % 2).collect::<Vec<_>>()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;

    const NAN: f32 = f32::NAN;

    #[test]
    fn rows_are_picked_and_added_where_the_index_says() {
        let picked = values(|g| {
            let table = g.constant([3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            table.gather(0, g.constant([2, 2], &[2.0, 0.0, 2.0, 1.0]))
        });
        assert_eq!(picked, [5.0, 6.0, 1.0, 2.0, 5.0, 6.0, 3.0, 4.0]);
        let columns = values(|g| {
            let x = g.constant([2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            x.gather(1, g.constant([2], &[1.0, 1.0]))
        });
        assert_eq!(columns, [2.0, 2.0, 5.0, 5.0]);
        let added = values(|g| {
            let x = g.constant([3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            x.scatter_add(0, g.constant([3], &[1.0, 3.0, 1.0]), 4)
        });
        assert_eq!(added, [0.0, 0.0, 6.0, 8.0, 0.0, 0.0, 3.0, 4.0]);
        let along = values(|g| {
            let x = g.constant([2, 2], &[1.0, 2.0, 3.0, 4.0]);
            x.take_along(0, g.constant([3, 2], &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0]))
        });
        assert_eq!(along, [3.0, 2.0, 1.0, 2.0, 3.0, 4.0]);
        let added = values(|g| {
            let x = g.constant([2, 2], &[1.0, 2.0, 3.0, 4.0]);
            x.add_along(1, g.constant([2, 2], &[2.0, 2.0, 0.0, 1.0]), 3)
        });
        assert_eq!(added, [0.0, 0.0, 3.0, 3.0, 4.0, 0.0]);
    }

    #[test]
    fn an_index_outside_counts_as_the_nearest_inside() {
        let odd = [-3.0, 7.0, NAN, 1.9, f32::INFINITY];
        let picked = values(|g| g.constant([3], &[1.0, 2.0, 3.0]).gather(0, g.constant([5], &odd)));
        assert_eq!(picked, [1.0, 3.0, 1.0, 2.0, 3.0]);
        let added = values(|g| g.full([5], 1.0).scatter_add(0, g.constant([5], &odd), 3));
        assert_eq!(added, [2.0, 1.0, 2.0]);
        let none = values(|g| g.constant([5], &odd).one_hot(3));
        assert_eq!(none, [0.0; 15]);
    }

    #[test]
    fn one_hot_marks_the_class() {
        let marked = values(|g| g.constant([2], &[2.0, 0.0]).one_hot(3));
        assert_eq!(marked, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn empty_segments_give_zero_and_nan_is_passed_over() {
        let x = [1.0, -5.0, 3.0, -2.0, NAN, -1.0];
        let ids = [3.0, 0.0, 3.0];
        let by = |f: fn(super::Tensor<'_>) -> super::Tensor<'_>| {
            values(move |g| f(g.constant([3, 2], &x).segment_max(g.constant([3], &ids), 4)))
        };
        assert_eq!(by(|y| y), [3.0, -2.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0]);
        let means =
            values(|g| g.constant([4], &[1.0, 2.0, 6.0, 4.0]).segment_mean(g.constant([4], &[2.0, 0.0, 2.0, 2.0]), 3));
        assert_eq!(means, [2.0, 0.0, 11.0 / 3.0]);
        let softmax =
            values(|g| g.constant([3], &[1000.0, 5.0, 1000.0]).segment_softmax(g.constant([3], &[0.0, 1.0, 0.0]), 2));
        assert_eq!(softmax, [0.5, 1.0, 0.5]);
    }

    #[test]
    fn ties_share_the_derivative_of_the_largest() {
        let shares = values(|g| {
            let x = g.constant([4], &[2.0, 7.0, 7.0, 1.0]);
            let largest = x.segment_max(g.constant([4], &[0.0, 0.0, 0.0, 1.0]), 3).sum_all();
            g.gradient(largest, [x])[0]
        });
        assert_eq!(shares, [0.0, 0.5, 0.5, 1.0]);
    }

    #[test]
    fn nothing_to_pick_gives_nothing() {
        assert!(values(|g| g.constant([3, 0], &[]).gather(0, g.constant([2], &[0.0, 1.0]))).is_empty());
        assert!(values(|g| g.constant([0, 2], &[]).gather(0, g.constant([0], &[]))).is_empty());
        assert_eq!(values(|g| g.constant([0, 2], &[]).segment_max(g.constant([0], &[]), 1)), [0.0, 0.0]);
        assert_eq!(values(|g| g.constant([0], &[]).add_along(0, g.constant([0], &[]), 2)), [0.0, 0.0]);
    }

    #[test]
    #[should_panic(expected = "gather: axis 0 of shape [0] is empty")]
    fn picking_from_nothing_is_refused_when_recording() {
        values(|g| g.constant([0], &[]).gather(0, g.constant([1], &[0.0])));
    }
}
