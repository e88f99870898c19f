//! Layers that silence units by chance.

use crate::graph::{Graph, Shape, Tensor};
use crate::rng::Rng;

/// Dropout (Srivastava et al. 2014): each unit is silent with probability p, and the others grow by 1 / (1 - p), so that the
/// mean stays. The mask is an input, to be filled before each step; a plan for evaluation leaves the layer out.
#[derive(Clone, Copy, Debug)]
pub struct Dropout<'g> {
    /// The factors, 0 or 1 / (1 - p): an input of any shape that stretches to that of what it works on.
    pub mask: Tensor<'g>,
    /// Probability of silence.
    pub p: f64,
}

impl<'g> Dropout<'g> {
    /// A layer with the input `name`. Copies of a plan have masks of their own. An axis of size 1 in the shape silences all
    /// along it together.
    pub fn new(graph: &'g Graph, name: &str, shape: impl Into<Shape>, p: f64) -> Self {
        Self { mask: graph.input_per_copy(name, shape), p }
    }

    /// x times the mask.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        x * self.mask
    }

    /// Draws factors anew: `dropout.refill(plan.values_mut(dropout.mask), &mut rng)`.
    pub fn refill(&self, mask: &mut [f32], rng: &mut Rng) {
        let kept = (1.0 / (1.0 - self.p)) as f32;
        mask.iter_mut().for_each(|x| *x = if rng.unit_f64() < self.p { 0.0 } else { kept });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_means() {
        let g = Graph::new();
        let mut rng = Rng::new(0, "dropout");
        for p in [0.0, 0.2, 0.5, 0.9, 1.0] {
            let dropout = Dropout::new(&g, "mask", [100], p);
            let mut mask = vec![f32::NAN; 40_000];
            dropout.refill(&mut mask, &mut rng);
            let n = mask.len() as f64;
            let silent = mask.iter().filter(|x| **x == 0.0).count() as f64;
            assert!((silent / n - p).abs() <= 5.0 * (p * (1.0 - p) / n).sqrt(), "{p}: {silent}");
            let kept = 1.0 / (1.0 - p) as f32;
            assert!(mask.iter().all(|x| *x == 0.0 || (x - kept).abs() < 1e-6));
        }
    }
}
