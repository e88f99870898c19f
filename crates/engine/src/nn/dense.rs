//! Fully connected layers.

use super::{Activation, Init};
use crate::graph::{Graph, Tensor};

/// x W + b.
#[derive(Clone, Copy, Debug)]
pub struct Dense<'g> {
    /// W, [in, out].
    pub weight: Tensor<'g>,
    /// b, `[out]`.
    pub bias: Option<Tensor<'g>>,
}

impl<'g> Dense<'g> {
    /// A layer with parameters `name/weight` and `name/bias`. Biases start at zero, but with [`Init::PYTORCH`].
    pub fn new(graph: &'g Graph, name: &str, inputs: usize, outputs: usize, init: &Init) -> Self {
        let layer = Self::without_bias(graph, name, inputs, outputs, init);
        Self { bias: Some(graph.param(&format!("{name}/bias"), [outputs], init.of_bias(inputs))), ..layer }
    }

    /// A layer without bias.
    pub fn without_bias(graph: &'g Graph, name: &str, inputs: usize, outputs: usize, init: &Init) -> Self {
        Self { weight: graph.param(&format!("{name}/weight"), [inputs, outputs], init.clone()), bias: None }
    }

    /// A layer whose weight is another's transposed: for decoders that share the encoder's weights, and for output layers
    /// that share the embedding's.
    pub fn tied(weight: Tensor<'g>) -> Self {
        Self { weight: weight.transpose(), bias: None }
    }

    /// [.., in] to [.., out].
    ///
    /// # Panics
    /// When the last axis of x has another size than W's first, or x has no other axis.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        self.bias.map_or_else(|| x.matmul(self.weight), |bias| x.affine(self.weight, bias))
    }
}

/// Dense layers with an activation between them.
#[derive(Clone, Debug)]
pub struct Mlp<'g> {
    /// The layers, `name/1` first.
    pub layers: Vec<Dense<'g>>,
    /// What follows each layer but the last.
    pub activation: Activation,
}

impl<'g> Mlp<'g> {
    /// Layers between these widths: the first is that of the input, the last that of the output.
    pub fn new(graph: &'g Graph, name: &str, widths: &[usize], activation: Activation, init: &Init) -> Self {
        let layer =
            |(i, pair): (usize, &[usize])| Dense::new(graph, &format!("{name}/{}", i + 1), pair[0], pair[1], init);
        Self { layers: widths.windows(2).enumerate().map(layer).collect(), activation }
    }

    /// [.., first width] to [.., last width], without activation at the end.
    ///
    /// # Panics
    /// When the last axis of x has another size than the first width, or x has no other axis.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        self.trace(x).last().copied().unwrap_or(x)
    }

    /// The value after each layer, activation included, but for the last one.
    ///
    /// # Panics
    /// As [`Mlp::apply`].
    pub fn trace(&self, x: Tensor<'g>) -> Vec<Tensor<'g>> {
        let last = self.layers.len().saturating_sub(1);
        let step = |x: &mut Tensor<'g>, (i, layer): (usize, &Dense<'g>)| {
            let y = layer.apply(*x);
            *x = if i == last { y } else { self.activation.apply(y) };
            Some(*x)
        };
        self.layers.iter().enumerate().scan(x, step).collect()
    }
}

/// A change of low rank to a frozen matrix: x W + (alpha / rank) x A B (Hu et al. 2022). A starts as the initialiser says,
/// B at zero, so that nothing changes at first.
#[derive(Clone, Copy, Debug)]
pub struct LowRank<'g> {
    /// The layer that is changed; derivatives do not reach it.
    pub frozen: Dense<'g>,
    /// A, [in, rank].
    pub down: Tensor<'g>,
    /// B, [rank, out].
    pub up: Tensor<'g>,
    /// alpha / rank.
    pub scale: f32,
}

impl<'g> LowRank<'g> {
    /// A change of `rank` to a layer, with parameters `name/down` and `name/up`.
    pub fn new(name: &str, frozen: Dense<'g>, rank: usize, alpha: f32, init: &Init) -> Self {
        let graph = frozen.weight.graph();
        let [inputs, outputs] = [0, 1].map(|axis| frozen.weight.dim(axis));
        Self {
            frozen: Dense { weight: frozen.weight.stop_gradient(), bias: frozen.bias.map(|bias| bias.stop_gradient()) },
            down: graph.param(&format!("{name}/down"), [inputs, rank], init.clone()),
            up: graph.param(&format!("{name}/up"), [rank, outputs], Init::ZEROS),
            scale: alpha / rank as f32,
        }
    }

    /// [.., in] to [.., out].
    ///
    /// # Panics
    /// As [`Dense::apply`].
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        self.frozen.apply(x) + x.matmul(self.down).matmul(self.up) * self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::check::{Checked, near};

    #[test]
    fn a_dense_layer_by_hand() {
        let g = Graph::new();
        let values = |values: &[f32]| Init::Values(values.into());
        let mut layer = Dense::new(&g, "layer", 2, 3, &values(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        layer.bias = Some(g.param("other", [3], values(&[0.5, 0.0, -0.5])));
        let x = g.constant([2, 2], &[1.0, 0.0, 1.0, -1.0]);
        let y = Checked::new(&g).values(layer.apply(x));
        near(&y, &[1.5, 2.0, 2.5, -2.5, -3.0, -3.5], 0.0);
        let tied = Checked::new(&g).values(Dense::tied(layer.weight).apply(g.constant([1, 3], &[1.0, 0.0, -1.0])));
        near(&tied, &[-2.0, -2.0], 0.0);
    }

    #[test]
    fn names_are_paths_and_shapes_follow_the_widths() {
        let g = Graph::new();
        let mlp = Mlp::new(&g, "mlp", &[4, 8, 3], Activation::Tanh, &Init::PYTORCH);
        let names: Vec<String> = g.params().iter().map(|p| format!("{p:?} {}", p.shape())).collect();
        assert_eq!(names, ["mlp/1/weight [4, 8]", "mlp/1/bias [8]", "mlp/2/weight [8, 3]", "mlp/2/bias [3]"]);
        let trace = mlp.trace(g.input("x", [5, 2, 4]));
        assert_eq!(trace.iter().map(|t| t.shape()).collect::<Vec<_>>(), [[5, 2, 8].into(), [5, 2, 3].into()]);
        assert_eq!(Mlp::new(&g, "none", &[4], Activation::Tanh, &Init::ZEROS).layers.len(), 0);
    }

    #[test]
    fn derivatives() {
        for activation in [Activation::Tanh, Activation::Gelu, Activation::Selu, Activation::GeluTanh] {
            let g = Graph::new();
            let mlp = Mlp::new(&g, "mlp", &[3, 4, 2], activation, &Init::PYTORCH);
            Checked::new(&g).derivatives(mlp.apply(g.input("x", [5, 3])));
        }
    }

    #[test]
    fn a_change_of_low_rank_starts_as_none_and_moves_only_itself() {
        let g = Graph::new();
        let dense = Dense::new(&g, "dense", 4, 3, &Init::PYTORCH);
        let changed = LowRank::new("change", dense, 2, 4.0, &Init::LECUN_NORMAL);
        let x = g.input("x", [5, 4]);
        let checked = Checked::new(&g);
        near(&checked.values(changed.apply(x)), &checked.values(dense.apply(x)), 0.0);
        let loss = changed.apply(x).square().sum_all();
        let [frozen, up] = g.gradient(loss, [dense.weight, changed.up]);
        assert!(checked.values(frozen).iter().all(|x| *x == 0.0));
        assert!(checked.values(up).iter().all(|x| *x != 0.0));
    }
}
