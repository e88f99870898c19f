//! Operators: what a node of a graph can compute.
//!
//! An operator that works entry by entry is one line of the tables in `op/point.rs`: its value and its derivative.
//! Any other is a type with the trait [`Op`]: the rule for shapes, one kernel for both number types, and the derivative as
//! more graph, side by side in one file, with the method of [`Tensor`] that records it. Each file has
//! a list of examples for the test that compares every derivative with differences (`op::examples`).

mod conv;
mod einsum;
#[cfg(test)]
pub(crate) mod examples;
mod fft;
mod index;
mod lattice;
mod layout;
mod linear;
mod matrix;
mod point;
mod pool;
mod reduce;
mod scan;
mod soft;
mod solve;
mod sort;
mod surrogate;
mod unit;

pub use conv::Convolution;
pub use lattice::{IMPOSSIBLE, Targets};
pub(crate) use linear::{MatMul, add_row};
pub use point::{Binary, Point, Side, Unary};
pub use pool::Pooling;

use crate::float::Float;
use crate::graph::{Shape, Tensor};
use std::any::Any;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

/// The most inputs that an operator can have.
pub const MAX_INPUTS: usize = 6;

/// An input's value while a graph runs.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    /// Sizes along the axes.
    pub dims: &'a [usize],
    /// Entries, row-major.
    pub data: &'a [T],
}

/// Where derivatives are asked for.
pub struct At<'a, 'g> {
    /// The inputs.
    pub inputs: &'a [Tensor<'g>],
    /// The operator's value there.
    pub y: Tensor<'g>,
    /// The derivative of the target by the operator's value, of the same shape.
    pub dy: Tensor<'g>,
}

/// The derivative of the target by each input; none where it is zero everywhere.
pub type Grads<'g> = Vec<Option<Tensor<'g>>>;

/// An operator.
pub trait Op: Debug + Clone + PartialEq + Hash + Send + Sync + 'static {
    /// What it is called in messages.
    fn name(&self) -> &'static str;

    /// The shape of the value.
    ///
    /// # Errors
    /// A sentence when inputs of such shapes do not fit.
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String>;

    /// Computes the value into `out`, which holds anything before. Shapes were checked when recording; those of `inputs`
    /// may have a trailing axis more if [`Op::trailing`] says so.
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]);

    /// The derivatives by the inputs, as more graph.
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g>;

    /// Numbers of scratch that [`Op::eval`] needs.
    fn scratch(&self, _inputs: &[Shape]) -> usize {
        0
    }

    /// How many of the inputs, from the first on, the value depends on; the others serve the derivative only.
    fn needs(&self) -> usize {
        MAX_INPUTS
    }

    /// Whether [`Op::eval`] does the right thing when all inputs have one more axis at the end, for copies.
    fn trailing(&self) -> bool {
        false
    }

    /// The position in the first input from which the value stands there already, contiguous: nothing is computed then.
    fn alias(&self, _inputs: &[Shape]) -> Option<usize> {
        None
    }
}

/// [`Op`] behind a pointer.
pub(crate) trait AnyOp: Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn eval32(&self, inputs: &[View<f32>], out: &mut [f32], scratch: &mut [f32]);
    fn eval64(&self, inputs: &[View<f64>], out: &mut [f64], scratch: &mut [f64]);
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g>;
    fn scratch(&self, inputs: &[Shape]) -> usize;
    fn needs(&self) -> usize;
    fn trailing(&self) -> bool;
    fn alias(&self, inputs: &[Shape]) -> Option<usize>;
    fn hash_into(&self, hasher: &mut dyn Hasher);
    fn same(&self, other: &dyn AnyOp) -> bool;
    fn any(&self) -> &dyn Any;
}

impl<O: Op> AnyOp for O {
    fn name(&self) -> &'static str {
        Op::name(self)
    }
    fn eval32(&self, inputs: &[View<f32>], out: &mut [f32], scratch: &mut [f32]) {
        self.eval(inputs, out, scratch);
    }
    fn eval64(&self, inputs: &[View<f64>], out: &mut [f64], scratch: &mut [f64]) {
        self.eval(inputs, out, scratch);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        Op::grad(self, at)
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        Op::scratch(self, inputs)
    }
    fn needs(&self) -> usize {
        Op::needs(self)
    }
    fn trailing(&self) -> bool {
        Op::trailing(self)
    }
    fn alias(&self, inputs: &[Shape]) -> Option<usize> {
        Op::alias(self, inputs)
    }
    fn hash_into(&self, mut hasher: &mut dyn Hasher) {
        Op::name(self).hash(&mut hasher);
        self.hash(&mut hasher);
    }
    fn same(&self, other: &dyn AnyOp) -> bool {
        other.any().downcast_ref::<O>() == Some(self)
    }
    fn any(&self) -> &dyn Any {
        self
    }
}
