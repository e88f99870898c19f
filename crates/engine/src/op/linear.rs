//! Matrix products.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor};
use crate::kernel;

/// The product of two matrices, or of two stacks of them; a side without a stack serves all. A third input is a row that
/// is added to each row of the product.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MatMul {
    /// Whether the first matrix lies transposed.
    pub ta: bool,
    /// Whether the second matrix lies transposed.
    pub tb: bool,
}

/// Sizes of a stack of products: how many, m, k, n.
pub(crate) struct Sizes {
    pub batch: usize,
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

impl MatMul {
    /// The sizes for matrices of such dims, the last two of which count.
    pub(crate) fn sizes(&self, a: &[usize], b: &[usize]) -> Sizes {
        let (stack_a, a) = a.split_at(a.len() - 2);
        let (stack_b, b) = b.split_at(b.len() - 2);
        let (m, k) = if self.ta { (a[1], a[0]) } else { (a[0], a[1]) };
        let n = if self.tb { b[0] } else { b[1] };
        let stack = if stack_a.is_empty() { stack_b } else { stack_a };
        Sizes { batch: stack.iter().product(), m, k, n }
    }
}

impl Op for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (a, b) = (inputs[0].dims(), inputs[1].dims());
        let misfit = || format!("matrices of shapes {}, {} do not fit", inputs[0], inputs[1]);
        if a.len() < 2 || b.len() < 2 {
            return Err(misfit());
        }
        let (stack_a, stack_b) = (&a[..a.len() - 2], &b[..b.len() - 2]);
        let Sizes { m, k, n, .. } = self.sizes(a, b);
        let k_b = if self.tb { b[b.len() - 1] } else { b[b.len() - 2] };
        let stack = match (stack_a, stack_b) {
            ([], stack) | (stack, []) => stack,
            (a, b) if a == b => a,
            _ => return Err(misfit()),
        };
        match inputs.get(2) {
            Some(row) if row.dims() != [n] => Err(format!("a row of shape {row} does not fit a product {n} wide")),
            _ if k == k_b => Ok(Shape::joined(&[stack, &[m, n]])),
            _ => Err(misfit()),
        }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let (a, b) = (inputs[0], inputs[1]);
        let Sizes { batch, m, k, n } = self.sizes(a.dims, b.dims);
        let step = |view: &View<T>, size: usize| if view.dims.len() > 2 { size } else { 0 };
        let (step_a, step_b) = (step(&a, m * k), step(&b, k * n));
        for i in 0..batch {
            let (a, b) = (&a.data[i * step_a..][..m * k], &b.data[i * step_b..][..k * n]);
            kernel::gemm(m, k, n, a, self.ta, b, self.tb, &mut out[i * m * n..][..m * n]);
        }
        if let Some(row) = inputs.get(2) {
            add_row(row.data, out);
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (a, b, dy) = (at.inputs[0], at.inputs[1], at.dy);
        let da = if self.ta { b.product(self.tb, dy, true) } else { dy.product(false, b, !self.tb) };
        let db = if self.tb { dy.product(true, a, self.ta) } else { a.product(!self.ta, dy, false) };
        let row = at.inputs.get(2).map(|row| Some(dy.sum_to(row.shape())));
        [Some(da.sum_stack(a.shape())), Some(db.sum_stack(b.shape()))].into_iter().chain(row).collect()
    }
}

/// Adds a row to each row of a matrix.
pub(crate) fn add_row<T: Float>(row: &[T], matrix: &mut [T]) {
    if let [x] = row {
        matrix.iter_mut().for_each(|y| *y += *x);
    } else if !row.is_empty() {
        for line in matrix.chunks_exact_mut(row.len()) {
            line.iter_mut().zip(row).for_each(|(y, x)| *y += *x);
        }
    }
}

impl<'g> Tensor<'g> {
    /// A dense layer: x W + b, the matrix product of the last two axes with a row added to each row.
    ///
    /// # Panics
    /// When `weight` is no matrix with as many rows as x is wide, or `bias` is no row as wide as it.
    pub fn affine(self, weight: Self, bias: Self) -> Self {
        let shape = self.shape();
        let (rows, last) = shape.dims().split_at(shape.rank() - 1);
        let tall = self.reshape([rows.iter().product(), last[0]]);
        let y = self.graph().push_op(MatMul { ta: false, tb: false }, &[tall, weight, bias]);
        y.reshape(Shape::joined(&[rows, &weight.shape().dims()[1..]]))
    }

    /// The matrix product of the last two axes. Leading axes are a stack of matrices: both sides have the same ones, or
    /// one side has none and serves all.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn matmul(self, other: Self) -> Self {
        let (shape, with) = (self.shape(), other.shape());
        if shape.rank() > 2 && with.rank() == 2 {
            // A stack of matrices times one: that is one tall matrix.
            let (rows, last) = shape.dims().split_at(shape.rank() - 1);
            let tall = self.reshape([rows.iter().product(), last[0]]).matmul(other);
            return tall.reshape(Shape::joined(&[rows, &with.dims()[1..]]));
        }
        self.product(false, other, false)
    }

    /// The matrix product with the other's transpose: x y^T on the last two axes.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn matmul_t(self, other: Self) -> Self {
        self.product(false, other, true)
    }

    /// The matrix product of the transpose with the other: x^T y on the last two axes.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn t_matmul(self, other: Self) -> Self {
        self.product(true, other, false)
    }

    /// The scalar product of all entries of two tensors of equal shape.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn dot(self, other: Self) -> Self {
        (self * other).sum_all()
    }

    fn product(self, ta: bool, other: Self, tb: bool) -> Self {
        self.graph().push_op(MatMul { ta, tb }, &[self, other])
    }

    /// Sums the stack away that `shape` does not have.
    fn sum_stack(self, shape: Shape) -> Self {
        let more: Vec<usize> = (0..self.shape().rank() - shape.rank()).collect();
        self.sum(&more)
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let [batch, m, k, n] = std::array::from_fn(|_| size(rng));
    let mut all = Vec::new();
    for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
        let (a, b) = (if ta { [k, m] } else { [m, k] }, if tb { [n, k] } else { [k, n] });
        let stacks: [(&[usize], &[usize]); 4] = [(&[], &[]), (&[batch], &[batch]), (&[batch, 2], &[]), (&[], &[batch])];
        for (stack_a, stack_b) in stacks {
            let (a, b) = (Shape::joined(&[stack_a, &a]), Shape::joined(&[stack_b, &b]));
            let name = format!("matmul of {a} and {b}");
            let example =
                Example::new(&name, move |x| if ta || tb { x[0].product(ta, x[1], tb) } else { x[0].matmul(x[1]) });
            all.push(example.with(a, -1.0, 1.0, rng).with(b, -1.0, 1.0, rng));
        }
    }
    let affine = Example::new("affine", |x| x[0].affine(x[1], x[2]).tanh());
    all.push(affine.with([batch, m, k], -1.0, 1.0, rng).with([k, n], -1.0, 1.0, rng).with([n], -1.0, 1.0, rng));
    all
}
