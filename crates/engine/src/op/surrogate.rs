//! Derivatives of one's own.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor};

/// The first input's value, with the second one's derivative.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Surrogate;

impl Op for Surrogate {
    fn name(&self) -> &'static str {
        "surrogate"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let fits = inputs[0] == inputs[1];
        if fits { Ok(inputs[0]) } else { Err(format!("shapes {}, {} differ", inputs[0], inputs[1])) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        out.copy_from_slice(inputs[0].data);
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        vec![None, Some(at.dy)]
    }
    fn needs(&self) -> usize {
        1
    }
    fn trailing(&self) -> bool {
        true
    }
    fn alias(&self, _: &[Shape]) -> Option<usize> {
        Some(0)
    }
}

impl<'g> Tensor<'g> {
    /// This value, differentiated as if it were `pretended`.
    ///
    /// With this any derivative can be put in place of the true one: a smooth one for a spike
    /// (`u.step().differentiated_as((u * beta).sigmoid())`), feedback alignment
    /// (`x.matmul(w).differentiated_as(x.matmul(feedback.stop_gradient()) + x.stop_gradient().matmul(w))`). What serves the
    /// derivative only is never computed otherwise.
    ///
    /// # Panics
    /// When shapes differ.
    pub fn differentiated_as(self, pretended: Self) -> Self {
        self.graph().push_op(Surrogate, &[self, pretended])
    }

    /// This value, with the derivative passed straight through to `x` (Bengio, Leonard and Courville 2013).
    ///
    /// # Panics
    /// When shapes differ.
    pub fn straight_through(self, x: Self) -> Self {
        self.differentiated_as(x)
    }
}
