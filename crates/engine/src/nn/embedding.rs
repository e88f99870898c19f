//! Vectors for whole numbers: of words, and of positions.

use super::Init;
use crate::graph::{Graph, Tensor};
use crate::math;

/// A learned vector for each of some whole numbers.
#[derive(Clone, Copy, Debug)]
pub struct Embedding<'g> {
    /// The vectors, [count, width].
    pub table: Tensor<'g>,
}

impl<'g> Embedding<'g> {
    /// A table with the parameter `name/table`. PyTorch starts with `Init::Normal(1.0)`, GPT-2 with `Init::Normal(0.02)`.
    pub fn new(graph: &'g Graph, name: &str, count: usize, width: usize, init: &Init) -> Self {
        Self { table: graph.param(&format!("{name}/table"), [count, width], init.clone()) }
    }

    /// Whole numbers [..] to vectors [.., width].
    ///
    /// # Panics
    /// When the rank becomes too high.
    pub fn apply(&self, ids: Tensor<'g>) -> Tensor<'g> {
        self.table.gather(0, ids)
    }

    /// Adds the vector of each position to x [.., length, width]: learned positions.
    ///
    /// # Panics
    /// When x is longer than the table.
    pub fn add_positions(&self, x: Tensor<'g>) -> Tensor<'g> {
        x + self.table.slice(0, 0, x.dim(x.shape().rank() - 2))
    }

    /// Scores of all entries of the table for vectors [.., width]: an output layer that shares the table.
    ///
    /// # Panics
    /// When the width is another one.
    pub fn scores(&self, x: Tensor<'g>) -> Tensor<'g> {
        x.matmul(self.table.transpose())
    }
}

/// Positions as waves (Vaswani et al. 2017, section 3.5), [length, width]: entry 2 i of position t is
/// sin(t / 10000^(2 i / width)), and the next one the cosine.
pub fn sinusoids(graph: &Graph, length: usize, width: usize) -> Tensor<'_> {
    let entry = |at: usize| {
        let (position, i) = (at / width, at % width);
        let angle = angle(position, i / 2, width);
        if i.is_multiple_of(2) { math::sin(angle) as f32 } else { math::cos(angle) as f32 }
    };
    let values: Vec<f32> = (0..length * width).map(entry).collect();
    graph.constant([length, width], &values)
}

/// Turns each pair of entries (i, i + width / 2) of a query or key [.., length, width] by the position times a frequency, so
/// that their products depend on distances only (Su et al. 2021).
///
/// # Panics
/// When the width is odd.
pub fn rotary<'g>(x: Tensor<'g>) -> Tensor<'g> {
    let rank = x.shape().rank();
    let [length, width] = [rank - 2, rank - 1].map(|axis| x.dim(axis));
    assert!(width.is_multiple_of(2), "rotary positions for an odd width, {width}");
    let half = width / 2;
    let table = |f: fn(f64) -> f64| {
        let values: Vec<f32> = (0..length * half).map(|at| f(angle(at / half, at % half, width)) as f32).collect();
        x.graph().constant([length, half], &values)
    };
    let (cos, sin) = (table(math::cos), table(math::sin));
    let [a, b] = [0, half].map(|start| x.slice(rank - 1, start, half));
    Tensor::concat(rank - 1, &[a * cos - b * sin, b * cos + a * sin])
}

/// Angle of a position at the frequency number i.
fn angle(position: usize, i: usize, width: usize) -> f64 {
    position as f64 / math::pow(1e4, 2.0 * i as f64 / width as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::check::{Checked, near};

    #[test]
    fn rows_of_the_table() {
        let g = Graph::new();
        let init = Init::Values((0..6).map(|x| x as f32).collect());
        let embedding = Embedding::new(&g, "words", 3, 2, &init);
        let ids = g.constant([2, 2], &[2.0, 0.0, 1.0, 1.0]);
        near(&Checked::new(&g).values(embedding.apply(ids)), &[4.0, 5.0, 0.0, 1.0, 2.0, 3.0, 2.0, 3.0], 0.0);
        let x = g.constant([1, 2, 2], &[0.0, 0.0, 1.0, 1.0]);
        near(&Checked::new(&g).values(embedding.add_positions(x)), &[0.0, 1.0, 3.0, 4.0], 0.0);
        near(&Checked::new(&g).values(embedding.scores(x)), &[0.0, 0.0, 0.0, 1.0, 5.0, 9.0], 0.0);
        Checked::new(&g).derivatives(embedding.scores(embedding.apply(ids)));
    }

    #[test]
    fn waves() {
        let g = Graph::new();
        let waves = Checked::new(&g).values(sinusoids(&g, 3, 5));
        near(&waves[..5], &[0.0, 1.0, 0.0, 1.0, 0.0], 0.0);
        let slow = math::pow(1e4, -0.4);
        near(&waves[10..13], &[math::sin(2.0), math::cos(2.0), math::sin(2.0 * slow)], 1e-7);
    }

    #[test]
    fn products_of_turned_vectors_depend_on_distances() {
        let g = Graph::new();
        let [q, k] = ["q", "k"].map(|name| rotary(g.input(name, [1, 6]).broadcast_to([7, 6])));
        let products = Checked::new(&g).values(q.matmul_t(k));
        for i in 1..7 {
            for j in 1..7 {
                near(&[products[i * 7 + j]], &[products[(i - 1) * 7 + j - 1]], 1e-6);
            }
        }
        assert!((products[0] - products[1]).abs() > 1e-3);
        Checked::new(&g).derivatives(q);
    }
}
