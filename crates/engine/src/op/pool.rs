//! Largest numbers and means of windows.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor};
use crate::kernel;

/// Windows over planes: [height, width] of each setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pooling {
    /// Size of a window.
    pub size: [usize; 2],
    /// Steps from a window to the next.
    pub stride: [usize; 2],
    /// How far windows may reach beyond the plane, at most half their size: a mean counts zeros there, a maximum nothing.
    pub padding: [usize; 2],
}

impl Pooling {
    /// Square windows beside each other.
    pub const fn new(size: usize) -> Self {
        Self { size: [size; 2], stride: [size; 2], padding: [0; 2] }
    }

    /// The same steps along both axes.
    pub fn stride(self, steps: usize) -> Self {
        Self { stride: [steps; 2], ..self }
    }

    /// The same padding on all sides.
    pub fn padding(self, padding: usize) -> Self {
        Self { padding: [padding; 2], ..self }
    }

    /// For planes of height 1.
    fn on_lines(self) -> Self {
        let line = |[_, along]: [usize; 2], across| [across, along];
        Self { size: line(self.size, 1), stride: line(self.stride, 1), padding: line(self.padding, 0) }
    }

    /// The sizes for planes of such dims, the last two of which count, and the shape of what the windows give.
    fn sizes(&self, x: &[usize]) -> Result<(kernel::Pool, Shape), String> {
        let &[ref rest @ .., height, width] = x else {
            return Err(format!("shape {x:?} has no planes"));
        };
        let planes = rest.iter().product();
        let pool = kernel::Pool {
            planes,
            input: [height, width],
            kernel: self.size,
            stride: self.stride,
            padding: self.padding,
        };
        let out = pool.out()?;
        Ok((pool, Shape::joined(&[rest, &out])))
    }

    /// The sizes where inputs were checked before.
    fn checked(&self, x: &[usize]) -> kernel::Pool {
        match self.sizes(x) {
            Ok((pool, _)) => pool,
            Err(misfit) => panic!("{misfit}"),
        }
    }

    /// The shape of planes of this size whose windows give something of shape `y`.
    fn planes(&self, y: Shape, input: [usize; 2]) -> Result<Shape, String> {
        let rest = &y.dims()[..y.rank().saturating_sub(2)];
        let x = Shape::joined(&[rest, &input]);
        let (_, fits) = self.sizes(x.dims())?;
        if fits == y { Ok(x) } else { Err(format!("shape {y}: {fits} would fit")) }
    }
}

/// Where in its plane each window sees its largest number, counted row by row; of equal ones the first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Winners(Pooling);

impl Op for Winners {
    fn name(&self) -> &'static str {
        "max_pool2d"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(self.0.sizes(inputs[0].dims())?.1)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        kernel::max_pool_index(&self.0.checked(inputs[0].dims), inputs[0].data, out);
    }
    fn grad<'g>(&self, _: At<'_, 'g>) -> Grads<'g> {
        vec![None]
    }
}

/// The mean of what each window sees, zeros outside the plane included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Mean(Pooling);

impl Op for Mean {
    fn name(&self) -> &'static str {
        "avg_pool2d"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(self.0.sizes(inputs[0].dims())?.1)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        kernel::mean_pool(&self.0.checked(inputs[0].dims), inputs[0].data, out);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let shape = at.inputs[0].shape();
        let &[.., height, width] = shape.dims() else { return vec![None] };
        vec![Some(at.dy.graph().push_op(Spread { how: self.0, input: [height, width] }, &[at.dy]))]
    }
}

/// The transpose of [`Mean`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Spread {
    how: Pooling,
    /// Height and width of the value.
    input: [usize; 2],
}

impl Op for Spread {
    fn name(&self) -> &'static str {
        "transposed avg_pool2d"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        self.how.planes(inputs[0], self.input)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let &[ref rest @ .., _, _] = inputs[0].dims else { return };
        let pool = self.how.checked(Shape::joined(&[rest, &self.input]).dims());
        kernel::mean_pool_input(&pool, inputs[0].data, out);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![Some(at.dy.avg_pool2d(self.how))]
    }
}

impl<'g> Tensor<'g> {
    /// The largest number that each window sees in a plane, the last two axes. The derivative goes to where it stands; of
    /// equal ones to the first, row by row. Not a number, if a window sees one such.
    ///
    /// # Panics
    /// When there are fewer than 2 axes, no window fits, or one could lie outside.
    pub fn max_pool2d(self, how: Pooling) -> Self {
        let winners = self.graph().push_op(Winners(how), &[self]);
        let flat = |x: Self| {
            let (shape, rank) = (x.shape(), x.shape().rank());
            let (rest, plane) = shape.dims().split_at(rank - 2);
            x.reshape([rest, plane].map(|part| part.iter().product()))
        };
        flat(self).take_along(1, flat(winners)).reshape(winners.shape())
    }

    /// [`Tensor::max_pool2d`] along the last axis, by the settings for widths.
    ///
    /// # Panics
    /// See [`Tensor::max_pool2d`].
    pub fn max_pool1d(self, how: Pooling) -> Self {
        self.as_planes().max_pool2d(how.on_lines()).as_lines()
    }

    /// The mean of what each window sees in a plane, the last two axes, zeros outside included. The mean of whole planes is
    /// `x.mean(&[2, 3])`.
    ///
    /// # Panics
    /// When there are fewer than 2 axes, no window fits, or one could lie outside.
    pub fn avg_pool2d(self, how: Pooling) -> Self {
        self.graph().push_op(Mean(how), &[self])
    }

    /// [`Tensor::avg_pool2d`] along the last axis, by the settings for widths.
    ///
    /// # Panics
    /// See [`Tensor::avg_pool2d`].
    pub fn avg_pool1d(self, how: Pooling) -> Self {
        self.as_planes().avg_pool2d(how.on_lines()).as_lines()
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let plane = [size(rng), 2, 2 + size(rng), 3 + size(rng)];
    let how = Pooling {
        size: [1 + rng.index(3), 2 + rng.index(2)],
        stride: [1 + rng.index(2), 1 + rng.index(3)],
        padding: [0, rng.index(2)],
    };
    vec![
        // Positive, so that no two squares are nearly equal.
        Example::new("max_pool2d", move |x| x[0].square().max_pool2d(how).exp()).with(plane, 1.05, 1.95, rng),
        Example::new("max_pool1d", move |x| x[0].max_pool1d(how).square()).with([2, 7], -1.0, 1.0, rng),
        Example::new("avg_pool2d", move |x| x[0].square().avg_pool2d(how).exp()).with(plane, -1.0, 1.0, rng),
        Example::new("avg_pool1d", move |x| x[0].avg_pool1d(how).square()).with([2, 7], -1.0, 1.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use super::*;

    const PLANE: [f32; 12] = [1.0, 5.0, 2.0, 0.0, 3.0, 4.0, 7.0, 7.0, -1.0, 9.0, 7.0, 7.0];

    #[test]
    fn pools_by_hand() {
        let of = |f: fn(Tensor<'_>) -> Tensor<'_>| values(move |g| f(g.constant([3, 4], &PLANE)));
        assert_eq!(of(|x| x.max_pool2d(Pooling::new(2))), [5.0, 7.0]);
        assert_eq!(of(|x| x.max_pool2d(Pooling::new(2).stride(1))), [5.0, 7.0, 7.0, 9.0, 9.0, 7.0]);
        assert_eq!(of(|x| x.avg_pool2d(Pooling::new(2))), [3.25, 4.0]);
        assert_eq!(of(|x| x.avg_pool2d(Pooling::new(2).stride(3).padding(1))), [0.25, 0.5, -0.25, 3.5]);
        assert_eq!(of(|x| x.max_pool1d(Pooling::new(4))), [5.0, 7.0, 9.0]);
        assert_eq!(of(|x| x.avg_pool1d(Pooling::new(3))), [8.0 / 3.0, 14.0 / 3.0, 5.0]);
    }

    #[test]
    fn of_equal_numbers_the_first_has_the_derivative() {
        let slope = values(|g| {
            let x = g.constant([3, 4], &PLANE);
            g.gradient(x.max_pool2d(Pooling::new(3).stride(1)).sum_all(), [x])[0]
        });
        let mut want = [0.0; 12];
        want[9] = 2.0;
        assert_eq!(slope, want);
        let slope = values(|g| {
            let x = g.constant([2, 2], &[7.0; 4]);
            g.gradient(x.max_pool2d(Pooling::new(2)).sum_all(), [x])[0]
        });
        assert_eq!(slope, [1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn no_planes_give_nothing() {
        assert!(values(|g| g.constant([0, 3, 4, 4], &[]).max_pool2d(Pooling::new(2))).is_empty());
        assert!(values(|g| g.constant([0, 3, 4, 4], &[]).avg_pool2d(Pooling::new(2))).is_empty());
    }

    #[test]
    #[should_panic(expected = "does not fit")]
    fn a_window_larger_than_the_plane_is_refused() {
        values(|g| g.full([2, 2], 0.0).max_pool2d(Pooling::new(3)));
    }
}
