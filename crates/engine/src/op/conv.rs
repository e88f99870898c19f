//! Convolutions over lines and planes, and what is made of them.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor};
use crate::kernel;

/// How a convolution goes over planes: [height, width] of each setting. The default is a step of 1, no padding, neighbouring
/// numbers, one group.
///
/// ```
/// use vivarium_engine::{graph::Graph, op::Convolution};
/// let g = Graph::new();
/// let (x, w) = (g.input("x", [32, 1, 28, 28]), g.input("w", [8, 1, 5, 5]));
/// assert_eq!(x.conv2d(w, Convolution::default().padding(2)).shape(), [32, 8, 28, 28].into());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Convolution {
    /// Steps from a window to the next.
    pub stride: [usize; 2],
    /// Zeros before and behind the plane.
    pub padding: [usize; 2],
    /// Steps from a number that a window sees to the next.
    pub dilation: [usize; 2],
    /// Number of groups: an output channel sees the input channels of its group only.
    pub groups: usize,
}

impl Default for Convolution {
    fn default() -> Self {
        Self { stride: [1; 2], padding: [0; 2], dilation: [1; 2], groups: 1 }
    }
}

impl Convolution {
    /// The same steps along both axes.
    pub fn stride(self, steps: usize) -> Self {
        Self { stride: [steps; 2], ..self }
    }

    /// The same padding on all sides.
    pub fn padding(self, zeros: usize) -> Self {
        Self { padding: [zeros; 2], ..self }
    }

    /// The same dilation along both axes.
    pub fn dilation(self, steps: usize) -> Self {
        Self { dilation: [steps; 2], ..self }
    }

    /// So many groups.
    pub fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// For a plane of height 1.
    fn on_lines(self) -> Self {
        let line = |[_, along]: [usize; 2], across| [across, along];
        Self {
            stride: line(self.stride, 1),
            padding: line(self.padding, 0),
            dilation: line(self.dilation, 1),
            groups: self.groups,
        }
    }

    /// The sizes for images and kernels of such dims, and the dims of the outputs.
    fn sizes(&self, x: &[usize], w: &[usize]) -> Result<(kernel::Conv, [usize; 4]), String> {
        let Self { stride, padding, dilation, groups } = *self;
        let (&[batch, in_channels, height, width], &[out_channels, from, rows, columns]) = (x, w) else {
            return Err(format!("images of shape {x:?} and kernels of shape {w:?}: both need 4 axes"));
        };
        let conv = kernel::Conv {
            batch,
            groups,
            in_channels,
            out_channels,
            input: [height, width],
            kernel: [rows, columns],
            stride,
            padding,
            dilation,
        };
        let [above, beside] = conv.out()?;
        if from * groups != in_channels {
            return Err(format!("kernels for {from} channels in {groups} groups on images of {in_channels} channels"));
        }
        Ok((conv, [batch, out_channels, above, beside]))
    }

    /// The sizes where inputs were checked before.
    fn checked(&self, x: &[usize], w: &[usize]) -> kernel::Conv {
        checked(self.sizes(x, w))
    }
}

/// The convolution of x and w. The three operators here are linear in both inputs, and each other's derivatives: the sum
/// over all places of x where w sees it, of dy, x and w multiplied, is their common origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Conv2d(Convolution);

impl Op for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(self.0.sizes(inputs[0].dims(), inputs[1].dims())?.1.into())
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [x, w] = [inputs[0], inputs[1]];
        kernel::conv2d(&self.0.checked(x.dims, w.dims), x.data, w.data, scratch, out);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (x, w) = (at.inputs[0], at.inputs[1]);
        let input = ConvInput { how: self.0, input: plane(x.shape().dims()) };
        let weight = ConvWeight { how: self.0, kernel: plane(w.shape().dims()) };
        vec![Some(input.record(at.dy, w)), Some(weight.record(x, at.dy))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        self.0.checked(inputs[0].dims(), inputs[1].dims()).scratch_len()
    }
}

/// The derivative of a convolution by its images, of dy and w: the transposed convolution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ConvInput {
    how: Convolution,
    /// Height and width of the images.
    input: [usize; 2],
}

impl ConvInput {
    /// The dims of x.
    fn x(&self, dy: &[usize], w: &[usize]) -> Result<[usize; 4], String> {
        let (&[batch, ..], &[_, from, ..]) = (dy, w) else {
            return Err(format!("images of shape {dy:?} and kernels of shape {w:?}: both need 4 axes"));
        };
        Ok([batch, from * self.how.groups, self.input[0], self.input[1]])
    }

    fn sizes(&self, dy: &[usize], w: &[usize]) -> Result<(kernel::Conv, [usize; 4]), String> {
        let x = self.x(dy, w)?;
        let (conv, y) = self.how.sizes(&x, w)?;
        if dy == y { Ok((conv, x)) } else { Err(format!("shape {dy:?}: {y:?} would fit")) }
    }

    fn checked(&self, dy: &[usize], w: &[usize]) -> kernel::Conv {
        checked(self.sizes(dy, w))
    }

    fn record<'g>(self, dy: Tensor<'g>, w: Tensor<'g>) -> Tensor<'g> {
        dy.graph().push_op(self, &[dy, w])
    }
}

impl Op for ConvInput {
    fn name(&self) -> &'static str {
        "transposed conv2d"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(self.sizes(inputs[0].dims(), inputs[1].dims())?.1.into())
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [dy, w] = [inputs[0], inputs[1]];
        kernel::conv2d_input(&self.checked(dy.dims, w.dims), dy.data, w.data, scratch, out);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (dy, w) = (at.inputs[0], at.inputs[1]);
        let weight = ConvWeight { how: self.how, kernel: plane(w.shape().dims()) };
        vec![Some(at.dy.conv2d(w, self.how)), Some(weight.record(at.dy, dy))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        self.checked(inputs[0].dims(), inputs[1].dims()).scratch_len()
    }
}

/// The derivative of a convolution by its kernels, of x and dy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ConvWeight {
    how: Convolution,
    /// Height and width of a kernel.
    kernel: [usize; 2],
}

impl ConvWeight {
    fn sizes(&self, x: &[usize], dy: &[usize]) -> Result<(kernel::Conv, [usize; 4]), String> {
        let (&[_, in_channels, ..], &[_, out_channels, ..]) = (x, dy) else {
            return Err(format!("shapes {x:?}, {dy:?}: both need 4 axes"));
        };
        let w = [out_channels, in_channels / self.how.groups.max(1), self.kernel[0], self.kernel[1]];
        let (conv, y) = self.how.sizes(x, &w)?;
        if dy == y { Ok((conv, w)) } else { Err(format!("shape {dy:?}: {y:?} would fit")) }
    }

    fn checked(&self, x: &[usize], dy: &[usize]) -> kernel::Conv {
        checked(self.sizes(x, dy))
    }

    fn record<'g>(self, x: Tensor<'g>, dy: Tensor<'g>) -> Tensor<'g> {
        x.graph().push_op(self, &[x, dy])
    }
}

impl Op for ConvWeight {
    fn name(&self) -> &'static str {
        "conv2d by its kernels"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(self.sizes(inputs[0].dims(), inputs[1].dims())?.1.into())
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [x, dy] = [inputs[0], inputs[1]];
        kernel::conv2d_weight(&self.checked(x.dims, dy.dims), x.data, dy.data, scratch, out);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (x, dy) = (at.inputs[0], at.inputs[1]);
        let input = ConvInput { how: self.how, input: plane(x.shape().dims()) };
        vec![Some(input.record(dy, at.dy)), Some(x.conv2d(at.dy, self.how))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        self.checked(inputs[0].dims(), inputs[1].dims()).scratch_len()
    }
}

/// The sizes where inputs were checked when recording.
fn checked(sizes: Result<(kernel::Conv, [usize; 4]), String>) -> kernel::Conv {
    match sizes {
        Ok((conv, _)) => conv,
        Err(misfit) => panic!("{misfit}"),
    }
}

/// The last two sizes.
fn plane(dims: &[usize]) -> [usize; 2] {
    [dims[dims.len() - 2], dims[dims.len() - 1]]
}

impl<'g> Tensor<'g> {
    /// The convolution, as networks have it (without mirroring): of images [batch, in, height, width] and kernels [out, in /
    /// groups, rows, columns] it gives [batch, out, ..]. Each output channel sums over the channels of its group and what
    /// its kernel sees there; outside the image it sees zeros.
    ///
    /// # Panics
    /// When shapes and settings do not fit together.
    pub fn conv2d(self, kernels: Self, how: Convolution) -> Self {
        self.graph().push_op(Conv2d(how), &[self, kernels])
    }

    /// The convolution along lines, [batch, in, length] with kernels [out, in / groups, size], by the settings for widths.
    ///
    /// # Panics
    /// See [`Tensor::conv2d`].
    pub fn conv1d(self, kernels: Self, how: Convolution) -> Self {
        self.as_planes().conv2d(kernels.as_planes(), how.on_lines()).as_lines()
    }

    /// The transposed convolution: the derivative of [`Tensor::conv2d`] by its images, as an operator of its own. Each number
    /// of [batch, in, height, width] puts a kernel, times itself, to the output; kernels are [in, out / groups, rows,
    /// columns]. An axis of size n becomes (n - 1) stride - 2 padding + dilation (kernel - 1) + 1 + `more`, where `more`,
    /// below the stride, tells apart the sizes that a convolution would bring to n.
    ///
    /// # Panics
    /// When shapes and settings do not fit together.
    pub fn conv_transpose2d(self, kernels: Self, how: Convolution, more: [usize; 2]) -> Self {
        let (shape, kernel) = (self.shape(), kernels.shape());
        assert!(shape.rank() == 4 && kernel.rank() == 4, "images of shape {shape} and kernels of shape {kernel}");
        let input = std::array::from_fn(|i| {
            let reach = how.dilation[i] * (kernel.dims()[2 + i].saturating_sub(1)) + 1 + more[i];
            (shape.dims()[2 + i].saturating_sub(1) * how.stride[i] + reach).saturating_sub(2 * how.padding[i])
        });
        ConvInput { how, input }.record(self, kernels)
    }

    /// [`Tensor::conv_transpose2d`] along lines: [batch, in, length] with kernels [in, out / groups, size].
    ///
    /// # Panics
    /// When shapes and settings do not fit together.
    pub fn conv_transpose1d(self, kernels: Self, how: Convolution, more: usize) -> Self {
        self.as_planes().conv_transpose2d(kernels.as_planes(), how.on_lines(), [0, more]).as_lines()
    }

    /// What the windows see, as [batch, channels * rows * columns, windows]: a convolution of one group is the product of its
    /// kernels, as a matrix, with this. Settings as in [`Tensor::conv2d`], but for the groups.
    ///
    /// # Panics
    /// When there are not 4 axes, or no window fits.
    pub fn unfold(self, kernel: [usize; 2], how: Convolution) -> Self {
        let how = how.groups(1);
        let [above, before] = how.padding;
        let x = self.pad(2, above, above).pad(3, before, before);
        let (shape, [height, width]) = (x.shape(), plane(x.shape().dims()));
        let one = [1, 1, kernel[0], kernel[1]];
        let [_, _, rows, columns] = match how.padding(0).sizes(&[1, 1, height, width], &one) {
            Ok((_, out)) => out,
            Err(misfit) => panic!("unfold: {misfit}"),
        };
        let seen = |at: usize| {
            let (tap, window) = (at / (rows * columns), at % (rows * columns));
            let row = window / columns * how.stride[0] + tap / kernel[1] * how.dilation[0];
            let column = window % columns * how.stride[1] + tap % kernel[1] * how.dilation[1];
            (row * width + column) as f32
        };
        let taps = kernel[0] * kernel[1];
        let places: Vec<f32> = (0..taps * rows * columns).map(seen).collect();
        let places = x.graph().constant([taps, rows * columns], &places);
        let (batch, channels) = (shape.dims()[0], shape.dims()[1]);
        let seen = x.reshape([batch, channels, height * width]).gather(2, places);
        seen.reshape([batch, channels * taps, rows * columns])
    }

    /// Each number of a plane, the last two axes, as a square of `factor` by `factor`.
    ///
    /// # Panics
    /// When there are fewer than 2 axes, or more than 4.
    pub fn upsample_nearest(self, factor: usize) -> Self {
        let shape = self.shape();
        let (rest, [height, width]) = (&shape.dims()[..shape.rank() - 2], plane(shape.dims()));
        let wide = self.reshape(Shape::joined(&[rest, &[height, 1, width, 1]]));
        let wide = wide.broadcast_to(Shape::joined(&[rest, &[height, factor, width, factor]]));
        wide.reshape(Shape::joined(&[rest, &[height * factor, width * factor]]))
    }

    /// [.., length] as [.., 1, length].
    pub(super) fn as_planes(self) -> Self {
        self.unsqueeze(self.shape().rank() - 1)
    }

    /// [.., 1, length] as [.., length].
    pub(super) fn as_lines(self) -> Self {
        self.reshape(self.shape().without(self.shape().rank() - 2))
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let groups = 1 + rng.index(2);
    let how = Convolution {
        stride: [1 + rng.index(2), 1 + rng.index(3)],
        padding: [rng.index(2), rng.index(3)],
        dilation: [1, 1 + rng.index(2)],
        groups,
    };
    let [batch, from, to] = [size(rng), 1 + rng.index(2), 1 + rng.index(2)];
    let kernels = [groups * to, from, 1 + rng.index(2), 1 + rng.index(3)];
    let [rows, columns] = [1 + size(rng), 5 + rng.index(2)];
    let more = std::array::from_fn(|i| rng.index(how.stride[i]));
    let across = [groups * from, to, 2, 3];
    vec![
        Example::new("conv2d", move |x| x[0].conv2d(x[1], how).square())
            .with([batch, groups * from, rows, columns], -1.0, 1.0, rng)
            .with(kernels, -1.0, 1.0, rng),
        Example::new("conv1d", move |x| x[0].conv1d(x[1], how).square())
            .with([batch, groups * from, columns], -1.0, 1.0, rng)
            .with([groups * to, from, 3], -1.0, 1.0, rng),
        Example::new("conv_transpose2d", move |x| x[0].conv_transpose2d(x[1], how, more).square())
            .with([1, groups * from, 3, 3], -1.0, 1.0, rng)
            .with(across, -1.0, 1.0, rng),
        Example::new("conv_transpose1d", move |x| x[0].conv_transpose1d(x[1], how, more[1]).square())
            .with([batch, groups * from, 3], -1.0, 1.0, rng)
            .with(&across[..3], -1.0, 1.0, rng),
        Example::new("unfold", move |x| x[0].unfold([2, 3], how).square()).with([batch, 2, 3, 5], -1.0, 1.0, rng),
        Example::new("upsample_nearest", |x| x[0].upsample_nearest(2).square()).with([2, 2, 3], -1.0, 1.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use super::*;
    use crate::rng::Rng;

    fn numbers(n: usize, seed: u64) -> Vec<f32> {
        let mut rng = Rng::new(seed, "numbers");
        (0..n).map(|_| rng.normal() as f32).collect()
    }

    #[test]
    fn an_edge_shows_in_the_difference_of_neighbours() {
        let line = [0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
        let edges = values(|g| {
            g.constant([1, 1, 6], &line).conv1d(g.constant([1, 1, 2], &[-1.0, 1.0]), Convolution::default())
        });
        assert_eq!(edges, [0.0, 1.0, 0.0, 0.0, -1.0]);
        let smooth = values(|g| {
            g.constant([1, 1, 6], &line).conv1d(g.full([1, 1, 3], 1.0), Convolution::default().stride(2).padding(1))
        });
        assert_eq!(smooth, [0.0, 2.0, 2.0]);
    }

    #[test]
    fn a_convolution_is_the_product_with_what_the_windows_see() {
        let how = Convolution { stride: [1, 2], padding: [1, 2], dilation: [2, 1], groups: 1 };
        let (x, w) = (numbers(2 * 3 * 5 * 7, 0), numbers(4 * 3 * 2 * 3, 1));
        let direct = values(|g| g.constant([2, 3, 5, 7], &x).conv2d(g.constant([4, 3, 2, 3], &w), how));
        let product = values(|g| g.constant([4, 18], &w).matmul(g.constant([2, 3, 5, 7], &x).unfold([2, 3], how)));
        assert_eq!(direct, product);
    }

    #[test]
    fn groups_are_convolutions_side_by_side() {
        let how = Convolution::default().padding(1);
        let (x, w) = (numbers(2 * 4 * 5 * 5, 0), numbers(6 * 2 * 3 * 3, 1));
        let together = values(|g| g.constant([2, 4, 5, 5], &x).conv2d(g.constant([6, 2, 3, 3], &w), how.groups(2)));
        let apart = values(|g| {
            let (x, w) = (g.constant([2, 4, 5, 5], &x), g.constant([6, 2, 3, 3], &w));
            let part = |i: usize| x.slice(1, 2 * i, 2).conv2d(w.slice(0, 3 * i, 3), how);
            Tensor::concat(1, &[part(0), part(1)])
        });
        assert_eq!(together, apart);
    }

    #[test]
    fn sizes_of_transposed_convolutions_lead_back() {
        let g = crate::graph::Graph::new();
        for n in 4..9 {
            let how = Convolution::default().stride(2).padding(1);
            let small = g.input("x", [1, 2, n, n]).conv2d(g.input("w", [3, 2, 3, 3]), how);
            let large = small.conv_transpose2d(g.input("w", [3, 2, 3, 3]), how, [(n + 1) % 2; 2]);
            assert_eq!(large.shape(), [1, 2, n, n].into());
        }
    }

    #[test]
    fn squares_of_equal_numbers() {
        let large = values(|g| g.constant([1, 1, 1, 2], &[1.0, 2.0]).upsample_nearest(2));
        assert_eq!(large, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn an_empty_batch_gives_nothing_and_no_derivative() {
        let none = values(|g| g.constant([0, 1, 4, 4], &[]).conv2d(g.full([2, 1, 3, 3], 1.0), Convolution::default()));
        assert!(none.is_empty());
        let slope = values(|g| {
            let w = g.full([2, 1, 3, 3], 1.0);
            let y = g.constant([0, 1, 4, 4], &[]).conv2d(w, Convolution::default());
            g.gradient(y.sum_all(), [w])[0]
        });
        assert_eq!(slope, [0.0; 18]);
    }

    fn record(x: [usize; 4], w: [usize; 4], how: Convolution) {
        let g = crate::graph::Graph::new();
        g.input("x", x).conv2d(g.input("w", w), how);
    }

    #[test]
    #[should_panic(expected = "conv2d: kernels for 2 channels in 1 groups on images of 3 channels")]
    fn other_channels_are_refused() {
        record([1, 3, 4, 4], [2, 2, 3, 3], Convolution::default());
    }

    #[test]
    #[should_panic(expected = "does not fit")]
    fn a_kernel_larger_than_the_image_is_refused() {
        record([1, 2, 4, 4], [2, 2, 5, 3], Convolution::default());
    }
}
