//! Operators that only move entries: shapes, axes, parts.

use super::{At, Grads, MAX_INPUTS, Op, View};
use crate::float::Float;
use crate::graph::{MAX_RANK, Shape, Tensor, around};

/// The same entries in order under another shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Reshape {
    to: Shape,
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let fits = inputs[0].len() == self.to.len();
        if fits { Ok(self.to) } else { Err(format!("shape {} has not as many entries as {}", inputs[0], self.to)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        out.copy_from_slice(inputs[0].data);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.reshape(at.inputs[0].shape()))]
    }
    fn trailing(&self) -> bool {
        true
    }
    fn alias(&self, _: &[Shape]) -> Option<usize> {
        Some(0)
    }
}

/// The axes in another order: axis i of the value is axis `order[i]` of the input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Permute {
    order: Vec<usize>,
}

impl Op for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let mut seen = [false; MAX_RANK];
        self.order.iter().for_each(|axis| seen[*axis] = true);
        if self.order.len() != inputs[0].rank() || seen[..self.order.len()].contains(&false) {
            return Err(format!("{:?} is no order of the axes of shape {}", self.order, inputs[0]));
        }
        let sizes: Vec<usize> = self.order.iter().map(|axis| inputs[0].dims()[*axis]).collect();
        Ok(Shape::new(&sizes))
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let View { dims, data } = inputs[0];
        if data.is_empty() {
            return;
        }
        let mut stride = [1; MAX_RANK + 1];
        for axis in (0..dims.len() - 1).rev() {
            stride[axis] = stride[axis + 1] * dims[axis + 1];
        }
        // A trailing axis that `order` does not know stays where it is.
        let axis_of = |i: usize| self.order.get(i).copied().unwrap_or(i);
        let last = dims.len() - 1;
        let (run, step) = (dims[axis_of(last)], stride[axis_of(last)]);
        let mut index = [0; MAX_RANK + 1];
        let mut start = 0;
        for row in out.chunks_exact_mut(run) {
            if step == 1 {
                row.copy_from_slice(&data[start..start + run]);
            } else {
                row.iter_mut().zip(data[start..].iter().step_by(step)).for_each(|(out, x)| *out = *x);
            }
            for axis in (0..last).rev() {
                let (size, stride) = (dims[axis_of(axis)], stride[axis_of(axis)]);
                index[axis] += 1;
                start += stride;
                if index[axis] < size {
                    break;
                }
                start -= size * stride;
                index[axis] = 0;
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let mut back = vec![0; self.order.len()];
        self.order.iter().enumerate().for_each(|(i, axis)| back[*axis] = i);
        vec![Some(at.dy.permute(&back))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Every `step`th of the entries along an axis, `count` of them from `start` on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Slice {
    axis: usize,
    start: usize,
    step: usize,
    count: usize,
}

impl Op for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let end = if self.count == 0 { self.start } else { self.start + (self.count - 1) * self.step + 1 };
        if self.axis < inputs[0].rank() && self.step > 0 && end <= inputs[0].dims()[self.axis] {
            Ok(inputs[0].with(self.axis, self.count))
        } else {
            Err(format!("{self:?} reaches beyond shape {}", inputs[0]))
        }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        for (out, slab) in out.chunks_exact_mut(self.count * inner).zip(inputs[0].data.chunks_exact(n * inner)) {
            let rows = slab[self.start * inner..].chunks(inner).step_by(self.step);
            out.chunks_exact_mut(inner).zip(rows).for_each(|(out, row)| out.copy_from_slice(row));
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let n = at.inputs[0].dim(self.axis);
        let embed = Embed { axis: self.axis, start: self.start, step: self.step, n };
        vec![Some(at.dy.graph().push_op(embed, &[at.dy]))]
    }
    fn trailing(&self) -> bool {
        true
    }
    fn alias(&self, inputs: &[Shape]) -> Option<usize> {
        let [outer, _, inner] = inputs[0].around(self.axis);
        (outer == 1 && (self.step == 1 || self.count == 1)).then_some(self.start * inner)
    }
}

/// Zeros with the input's entries among them: the opposite of [`Slice`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Embed {
    axis: usize,
    start: usize,
    step: usize,
    /// Size of the value along the axis.
    n: usize,
}

impl Op for Embed {
    fn name(&self) -> &'static str {
        "pad"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(inputs[0].with(self.axis, self.n))
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, count, inner] = around(inputs[0].dims, self.axis);
        out.fill(T::ZERO);
        if inputs[0].data.is_empty() {
            return;
        }
        for (out, slab) in out.chunks_exact_mut(self.n * inner).zip(inputs[0].data.chunks_exact(count * inner)) {
            let rows = out[self.start * inner..].chunks_mut(inner).step_by(self.step);
            rows.zip(slab.chunks_exact(inner)).for_each(|(out, row)| out.copy_from_slice(row));
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let count = at.inputs[0].dim(self.axis);
        vec![Some(at.dy.slice_by(self.axis, self.start, self.step, count))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Tensors one after another along an axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Concat {
    axis: usize,
}

impl Op for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let total = inputs.iter().map(|shape| shape.dims()[self.axis]).sum();
        let shape = inputs[0].with(self.axis, total);
        let fits = inputs.iter().all(|other| other.with(self.axis, total) == shape);
        if fits { Ok(shape) } else { Err(format!("shapes {inputs:?} differ beside axis {}", self.axis)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let mut start = 0;
        let of = |view: &View<T>| around(view.dims, self.axis);
        let total: usize = inputs.iter().map(|view| of(view)[1]).sum();
        for view in inputs {
            let [_, n, inner] = of(view);
            if n * inner > 0 {
                for (out, row) in out.chunks_exact_mut(total * inner).zip(view.data.chunks_exact(n * inner)) {
                    out[start * inner..][..n * inner].copy_from_slice(row);
                }
            }
            start += n;
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let mut start = 0;
        let mut part = |input: &Tensor<'g>| {
            let n = input.dim(self.axis);
            start += n;
            Some(at.dy.slice(self.axis, start - n, n))
        };
        at.inputs.iter().map(&mut part).collect()
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// The entries along an axis in reverse order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Flip {
    axis: usize,
}

impl Op for Flip {
    fn name(&self) -> &'static str {
        "flip"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let exists = self.axis < inputs[0].rank();
        if exists { Ok(inputs[0]) } else { Err(format!("shape {} has no axis {}", inputs[0], self.axis)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        for (out, slab) in out.chunks_exact_mut(n * inner).zip(inputs[0].data.chunks_exact(n * inner)) {
            let rows = slab.chunks_exact(inner).rev();
            out.chunks_exact_mut(inner).zip(rows).for_each(|(out, row)| out.copy_from_slice(row));
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.flip(self.axis))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

impl<'g> Tensor<'g> {
    /// The same entries in order under another shape.
    ///
    /// # Panics
    /// When that has another number of entries.
    pub fn reshape(self, to: impl Into<Shape>) -> Self {
        let to = to.into();
        if self.shape() == to { self } else { self.graph().push_op(Reshape { to }, &[self]) }
    }

    /// The axes in another order: axis i of the value is axis `order[i]` of this one.
    ///
    /// # Panics
    /// When `order` does not name every axis once.
    pub fn permute(self, order: &[usize]) -> Self {
        if order.iter().enumerate().all(|(i, axis)| i == *axis) {
            return self;
        }
        self.graph().push_op(Permute { order: order.into() }, &[self])
    }

    /// The last two axes exchanged. Before a matrix product use [`Tensor::matmul_t`] or [`Tensor::t_matmul`].
    ///
    /// # Panics
    /// When there are fewer than two axes.
    pub fn transpose(self) -> Self {
        let rank = self.shape().rank();
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(rank - 2, rank - 1);
        self.permute(&order)
    }

    /// `count` entries along an axis from `start` on.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn slice(self, axis: usize, start: usize, count: usize) -> Self {
        self.slice_by(axis, start, 1, count)
    }

    /// `count` entries along an axis: from `start` on, every `step`th.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn slice_by(self, axis: usize, start: usize, step: usize, count: usize) -> Self {
        if start == 0 && step == 1 && self.shape().dims().get(axis) == Some(&count) {
            return self;
        }
        self.graph().push_op(Slice { axis, start, step, count }, &[self])
    }

    /// The entry number `i` along an axis, which disappears.
    ///
    /// # Panics
    /// When there is none.
    pub fn at(self, axis: usize, i: usize) -> Self {
        self.slice(axis, i, 1).reshape(self.shape().without(axis))
    }

    /// Zeros before and after along an axis.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn pad(self, axis: usize, before: usize, after: usize) -> Self {
        let n = before + self.dim(axis) + after;
        self.graph().push_op(Embed { axis, start: before, step: 1, n }, &[self])
    }

    /// Tensors one after another along an axis.
    ///
    /// # Panics
    /// When there are none, or they differ beside that axis.
    pub fn concat(axis: usize, parts: &[Self]) -> Self {
        if let [part] = parts {
            return *part;
        }
        if parts.len() <= MAX_INPUTS {
            return parts[0].graph().push_op(Concat { axis }, parts);
        }
        let groups = parts.chunks(parts.len().div_ceil(MAX_INPUTS));
        let joined: Vec<Self> = groups.map(|group| Self::concat(axis, group)).collect();
        Self::concat(axis, &joined)
    }

    /// Tensors of equal shape as the entries of a new axis.
    ///
    /// # Panics
    /// When there are none, or their shapes differ.
    pub fn stack(axis: usize, parts: &[Self]) -> Self {
        let thin: Vec<Self> = parts.iter().map(|part| part.reshape(part.shape().inserted(axis, 1))).collect();
        Self::concat(axis, &thin)
    }

    /// The entries along an axis in reverse order.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn flip(self, axis: usize) -> Self {
        self.graph().push_op(Flip { axis }, &[self])
    }

    /// The entries along an axis moved on by `by`, those beyond the end coming in at the start.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn roll(self, axis: usize, by: usize) -> Self {
        let n = self.dim(axis);
        let head = n - by % n.max(1);
        if head == n {
            return self;
        }
        Self::concat(axis, &[self.slice(axis, head, n - head), self.slice(axis, 0, head)])
    }

    /// A new axis of size 1 before `axis`.
    ///
    /// # Panics
    /// When `axis` is above the rank.
    pub fn unsqueeze(self, axis: usize) -> Self {
        self.reshape(self.shape().inserted(axis, 1))
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), 2 + size(rng), size(rng)];
    let [a, n, c] = shape;
    let start = rng.index(n);
    let count = 1 + rng.index(n - start);
    vec![
        Example::new("reshape", move |x| x[0].square().reshape([n * a, c]).square()).with(shape, -1.0, 1.0, rng),
        Example::new("permute", |x| x[0].permute(&[2, 0, 1]).square()).with(shape, -1.0, 1.0, rng),
        Example::new("transpose", |x| x[0].transpose().square()).with(shape, -1.0, 1.0, rng),
        Example::new("slice", move |x| x[0].square().slice(1, start, count)).with(shape, -1.0, 1.0, rng),
        Example::new("slice of the first axis", |x| x[0].square().at(0, 0).exp()).with(shape, -1.0, 1.0, rng),
        Example::new("slice with a step", move |x| x[0].square().slice_by(1, 0, 2, n.div_ceil(2)))
            .with(shape, -1.0, 1.0, rng),
        Example::new("pad", |x| x[0].square().pad(2, 1, 2).exp()).with(shape, -1.0, 1.0, rng),
        Example::new("flip", |x| (x[0].flip(1) * x[0]).exp()).with(shape, -1.0, 1.0, rng),
        Example::new("roll", |x| (x[0].roll(1, 1) * x[0]).exp()).with(shape, -1.0, 1.0, rng),
        Example::new("concat", |x| Tensor::concat(1, &[x[0], x[1], x[0].square()]).square())
            .with(shape, -1.0, 1.0, rng)
            .with([a, 2, c], -1.0, 1.0, rng),
        Example::new("concat of many", |x| Tensor::concat(0, &[x[0]; 9]).square()).with(shape, -1.0, 1.0, rng),
        Example::new("stack", |x| Tensor::stack(1, &[x[0], x[0].exp()]).square()).with(shape, -1.0, 1.0, rng),
    ]
}
