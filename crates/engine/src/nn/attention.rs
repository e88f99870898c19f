//! Attention, and the transformer's block.

use super::{Activation, Dense, Init, LayerNorm, Mlp, RmsNorm};
use crate::graph::{Graph, Shape, Tensor};

/// What attention gives.
#[derive(Clone, Copy, Debug)]
pub struct Attended<'g> {
    /// The values, mixed.
    pub value: Tensor<'g>,
    /// How much each query (last axis but one) takes of each key (last axis): they sum to 1.
    pub weights: Tensor<'g>,
}

/// softmax(q k^T / sqrt(d)) v (Vaswani et al. 2017, equation 1): queries [.., n, d], keys [.., m, d], values [.., m, e] give
/// [.., n, e]. Where the mask, which stretches to [.., n, m], is 0, a query does not see a key; one that sees none takes all
/// alike.
///
/// # Panics
/// When shapes do not fit.
pub fn attend<'g>(q: Tensor<'g>, k: Tensor<'g>, v: Tensor<'g>, mask: Option<Tensor<'g>>) -> Attended<'g> {
    let scale = 1.0 / (q.shape().last() as f32).sqrt();
    let scores = q.matmul_t(k) * scale;
    let scores = mask.map_or(scores, |mask| mask.select(scores, f32::MIN));
    let weights = scores.softmax(scores.shape().rank() - 1);
    Attended { value: weights.matmul(v), weights }
}

/// The mask by which each of `length` positions sees itself and those before.
pub fn causal_mask(graph: &Graph, length: usize) -> Tensor<'_> {
    graph.lower_triangle(length, length, 0)
}

/// The mask by which only the first `lengths` `[batch]` of `length` positions are seen, [batch, 1, 1, length]. It goes with
/// others by multiplication.
pub fn padding_mask<'g>(lengths: Tensor<'g>, length: usize) -> Tensor<'g> {
    let batch = lengths.dim(0);
    lengths.graph().range(length).less(lengths.reshape([batch, 1, 1, 1]))
}

/// Attention by several heads, each in a part of the width.
#[derive(Clone, Copy, Debug)]
pub struct MultiHead<'g> {
    /// To queries, [width, width].
    pub query: Dense<'g>,
    /// To keys, [width, width].
    pub key: Dense<'g>,
    /// To values, [width, width].
    pub value: Dense<'g>,
    /// From the heads' values side by side, [width, width].
    pub output: Dense<'g>,
    /// Number of heads.
    pub heads: usize,
}

impl<'g> MultiHead<'g> {
    /// A layer with parameters `name/query/weight` and so on.
    ///
    /// # Panics
    /// When the heads do not share the width evenly.
    pub fn new(graph: &'g Graph, name: &str, width: usize, heads: usize, init: &Init) -> Self {
        assert!(heads > 0 && width.is_multiple_of(heads), "{heads} heads for a width of {width}");
        let layer = |part: &str| Dense::new(graph, &format!("{name}/{part}"), width, width, init);
        Self { query: layer("query"), key: layer("key"), value: layer("value"), output: layer("output"), heads }
    }

    /// A sequence [.., length, width] attends to itself. The mask stretches to [.., heads, length, length].
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn apply(&self, x: Tensor<'g>, mask: Option<Tensor<'g>>) -> Tensor<'g> {
        self.attend(x, x, mask).value
    }

    /// A sequence [.., n, width] attends to another [.., m, width]: the values are [.., n, width], the weights
    /// [.., heads, n, m].
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn attend(&self, x: Tensor<'g>, context: Tensor<'g>, mask: Option<Tensor<'g>>) -> Attended<'g> {
        let [q, k, v] =
            [(self.query, x), (self.key, context), (self.value, context)].map(|(layer, x)| self.split(layer.apply(x)));
        let Attended { value, weights } = attend(q, k, v, mask);
        let joined = exchanged(value).reshape(x.shape());
        Attended { value: self.output.apply(joined), weights }
    }

    /// [.., length, width] to [.., heads, length, width / heads].
    fn split(&self, x: Tensor<'g>) -> Tensor<'g> {
        let shape = x.shape();
        let (rest, width) = shape.dims().split_at(shape.rank() - 1);
        exchanged(x.reshape(Shape::joined(&[rest, &[self.heads, width[0] / self.heads]])))
    }
}

/// The last axes but one exchanged: [.., a, b, c] to [.., b, a, c].
fn exchanged(x: Tensor<'_>) -> Tensor<'_> {
    let rank = x.shape().rank();
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 3, rank - 2);
    x.permute(&order)
}

/// The norm of a block.
#[derive(Clone, Copy, Debug)]
pub enum Norm<'g> {
    /// Layer normalisation.
    Layer(LayerNorm<'g>),
    /// Root-mean-square normalisation.
    Rms(RmsNorm<'g>),
    /// None.
    None,
}

impl<'g> Norm<'g> {
    /// [.., features] to the same shape.
    ///
    /// # Panics
    /// When the last axis has another size.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        match self {
            Self::Layer(norm) => norm.apply(x),
            Self::Rms(norm) => norm.apply(x),
            Self::None => x,
        }
    }
}

/// Which norm a block has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NormKind {
    /// Layer normalisation.
    #[default]
    Layer,
    /// Root-mean-square normalisation.
    Rms,
    /// None.
    None,
}

/// Where a block's norms stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NormPlace {
    /// Before attention and before the dense layers, so that the residual stream passes unchanged (GPT-2).
    #[default]
    Before,
    /// After each sum (Vaswani et al. 2017).
    After,
}

/// The sizes and choices of a transformer's block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockPlan {
    /// Size of the vectors.
    pub width: usize,
    /// Number of heads.
    pub heads: usize,
    /// Hidden units of the dense layers; without any, the block is attention only.
    pub hidden: usize,
    /// Their activation.
    pub activation: Activation,
    /// Which norm.
    pub norm: NormKind,
    /// Where the norms stand.
    pub place: NormPlace,
    /// The start of all weights.
    pub init: Init,
}

impl BlockPlan {
    /// As in GPT-2: four times as many hidden units as the width, GELU, layer norms before, weights normal with standard
    /// deviation 0.02.
    pub fn new(width: usize, heads: usize) -> Self {
        Self {
            width,
            heads,
            hidden: 4 * width,
            activation: Activation::Gelu,
            norm: NormKind::Layer,
            place: NormPlace::Before,
            init: Init::Normal(0.02),
        }
    }
}

/// A block of a transformer: attention, then dense layers, each added to what came in.
#[derive(Clone, Debug)]
pub struct Block<'g> {
    /// Parameters `name/attention/..`.
    pub attention: MultiHead<'g>,
    /// Parameters `name/mlp/1/weight` and so on; without layers in a block of attention only.
    pub mlp: Mlp<'g>,
    /// Parameters `name/norm 1/..` and `name/norm 2/..`.
    pub norms: [Norm<'g>; 2],
    /// Where the norms stand.
    pub place: NormPlace,
}

impl<'g> Block<'g> {
    /// A block with parameters `name/..`.
    ///
    /// # Panics
    /// When the heads do not share the width evenly.
    pub fn new(graph: &'g Graph, name: &str, plan: &BlockPlan) -> Self {
        let BlockPlan { width, heads, hidden, activation, ref init, .. } = *plan;
        let norm = |i: usize| {
            let name = format!("{name}/norm {i}");
            match plan.norm {
                NormKind::Layer => Norm::Layer(LayerNorm::new(graph, &name, width)),
                NormKind::Rms => Norm::Rms(RmsNorm::new(graph, &name, width)),
                NormKind::None => Norm::None,
            }
        };
        let widths: &[usize] = if hidden == 0 { &[] } else { &[width, hidden, width] };
        let first = norm(1);
        let attention = MultiHead::new(graph, &format!("{name}/attention"), width, heads, init);
        let second = if hidden == 0 { Norm::None } else { norm(2) };
        let mlp = Mlp::new(graph, &format!("{name}/mlp"), widths, activation, init);
        Self { attention, mlp, norms: [first, second], place: plan.place }
    }

    /// [.., length, width] to the same shape. The mask stretches to [.., heads, length, length].
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn apply(&self, x: Tensor<'g>, mask: Option<Tensor<'g>>) -> Tensor<'g> {
        self.attend(x, mask).value
    }

    /// [`Block::apply`] with the attention's weights beside it, [.., heads, length, length].
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn attend(&self, x: Tensor<'g>, mask: Option<Tensor<'g>>) -> Attended<'g> {
        let [before, after] = match self.place {
            NormPlace::Before => [self.norms, [Norm::None; 2]],
            NormPlace::After => [[Norm::None; 2], self.norms],
        };
        let seen = before[0].apply(x);
        let Attended { value, weights } = self.attention.attend(seen, seen, mask);
        let x = after[0].apply(x + value);
        if self.mlp.layers.is_empty() {
            return Attended { value: x, weights };
        }
        let value = after[1].apply(x + self.mlp.apply(before[1].apply(x)));
        Attended { value, weights }
    }
}

#[cfg(test)]
#[path = "attention_tests.rs"]
mod tests;
