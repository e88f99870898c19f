//! Layers, losses, and functions between layers.

use crate::Args;
use vivarium_engine::graph::Tensor;
use vivarium_engine::nn::loss::{self, CrossEntropy};
use vivarium_engine::nn::{
    Activation, BatchNorm, Block, Cell, CellKind, Dense, GroupNorm, LayerNorm, Memory, Mlp, Mode, MultiHead, Norm,
    NormPlace, RmsNorm, attend, causal_mask,
};

pub fn activation<'g>(name: &str, x: &[Tensor<'g>], _: &Args) -> Option<Tensor<'g>> {
    let activation = Activation::ALL.iter().find(|activation| activation.name() == name)?;
    Some(activation.apply(x[0]))
}

pub fn loss<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    Some(match (name, x) {
        ("cross_entropy", [x, labels]) => loss::cross_entropy(*x, *labels),
        ("cross_entropy smoothed", [x, labels]) => {
            CrossEntropy { smoothing: args.number("smoothing"), ..CrossEntropy::default() }.mean(*x, *labels)
        }
        ("cross_entropy weighted", [x, labels]) => {
            CrossEntropy { weights: args.get("weights"), ..CrossEntropy::default() }.mean(*x, *labels)
        }
        ("soft_cross_entropy", [x, targets]) => loss::soft_cross_entropy(*x, *targets),
        ("binary_cross_entropy", [x, targets]) => loss::binary_cross_entropy(*x, *targets),
        ("squared", [x, y]) => loss::squared(*x, *y),
        ("absolute", [x, y]) => loss::absolute(*x, *y),
        ("huber", [x, y]) => loss::huber(*x, *y, args.number("delta")),
        ("hinge", [x, y]) => loss::hinge(*x, *y),
        ("multi_class_hinge", [x, labels]) => loss::multi_class_hinge(*x, *labels, 1.0),
        ("kl_divergence", [p, q]) => loss::kl_divergence(*p, *q),
        ("gaussian_nll", [mean, variance, y]) => loss::gaussian_nll(*mean, *variance, *y),
        ("gaussian_kl", [mean, ln_variance]) => loss::gaussian_kl(*mean, *ln_variance),
        ("cosine", [a, b]) => loss::cosine(*a, *b),
        ("contrastive", [a, b, alike]) => loss::contrastive(*a, *b, *alike, args.number("margin")),
        ("focal", [x, labels]) => loss::focal(*x, *labels, args.number("gamma")),
        ("info_nce", [a, b]) => loss::info_nce(*a, *b, args.number("temperature")),
        ("nt_xent", [a, b]) => loss::nt_xent(*a, *b, args.number("temperature")),
        ("cosine_similarity", [a, b]) => loss::cosine_similarity(*a, *b),
        ("triplet", [anchor, positive, negative]) => loss::triplet(*anchor, *positive, *negative, 1.0),
        _ => return None,
    })
}

pub fn norm<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let epsilon = args.number("eps");
    Some(match (name, x) {
        ("layer_norm", [x, scale, shift]) => LayerNorm { scale: *scale, shift: *shift, epsilon }.apply(*x),
        ("rms_norm", [x, scale]) => RmsNorm { scale: *scale, epsilon }.apply(*x),
        ("group_norm", [x, scale, shift]) => {
            GroupNorm { scale: *scale, shift: *shift, groups: args.size("groups"), epsilon }.apply(*x)
        }
        ("batch_norm", [x, scale, shift]) => {
            let layer = BatchNorm::new(x.graph(), "norm", x.dim(1));
            BatchNorm { scale: *scale, shift: *shift, epsilon, ..layer }.apply(*x, Mode::Training)
        }
        ("batch_norm of known moments", [x, scale, shift, mean, variance]) => {
            let layer = BatchNorm::new(x.graph(), "norm", x.dim(1));
            BatchNorm { scale: *scale, shift: *shift, mean: *mean, variance: *variance, epsilon, ..layer }
                .apply(*x, Mode::Evaluation)
        }
        _ => return None,
    })
}

/// A dense layer of a matrix that PyTorch holds transposed.
fn dense<'g>(weight: Tensor<'g>, bias: Tensor<'g>) -> Dense<'g> {
    Dense { weight: weight.transpose(), bias: Some(bias) }
}

pub fn cell<'g>(name: &str, x: &[Tensor<'g>], _: &Args) -> Option<Tensor<'g>> {
    let kind = match name.split(' ').next() {
        Some("rnn") => CellKind::Rnn,
        Some("gru") => CellKind::Gru,
        Some("lstm") => CellKind::Lstm,
        _ => return None,
    };
    let (inputs, &[wi, wh, bi, bh]) = x.split_last_chunk()?;
    let (&x, states) = inputs.split_first()?;
    let cell = Cell { kind, input: dense(wi, bi), hidden: dense(wh, bh) };
    let Some((hidden, rest)) = states.split_first() else {
        return Some(cell.unroll(x, cell.start(x.dim(0))).0);
    };
    let after = cell.step(x, Memory { hidden: *hidden, cell: rest.first().copied() });
    let parts: Vec<Tensor> = std::iter::once(after.hidden).chain(after.cell).collect();
    Some(Tensor::concat(1, &parts))
}

pub fn attention<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let mask = |x: Tensor<'g>| args.get::<bool>("causal").then(|| causal_mask(x.graph(), x.dim(x.shape().rank() - 2)));
    Some(match (name, x) {
        ("attention", [q, k, v]) => attend(*q, *k, *v, mask(*q)).value,
        ("multi-head attention", [x, weights @ ..]) => heads(weights, args)?.apply(*x, mask(*x)),
        ("encoder block", [x, rest @ ..]) => {
            let (attention, &[w1, b1, w2, b2, scale1, shift1, scale2, shift2]) = rest.split_last_chunk()?;
            let activation = match &*args.get::<String>("activation") {
                "gelu" => Activation::Gelu,
                _ => Activation::Relu,
            };
            let epsilon = args.number("eps");
            let norms = [(scale1, shift1), (scale2, shift2)]
                .map(|(scale, shift)| Norm::Layer(LayerNorm { scale, shift, epsilon }));
            let mlp = Mlp { layers: vec![dense(w1, b1), dense(w2, b2)], activation };
            let place = if args.get("norm_first") { NormPlace::Before } else { NormPlace::After };
            Block { attention: heads(attention, args)?, mlp, norms, place }.apply(*x, mask(*x))
        }
        _ => return None,
    })
}

/// PyTorch holds the matrices to queries, keys and values one above the other.
fn heads<'g>(weights: &[Tensor<'g>], args: &Args) -> Option<MultiHead<'g>> {
    let &[projections, biases, output, bias] = weights else { return None };
    let width = output.dim(0);
    let part = |i: usize| dense(projections.slice(0, i * width, width), biases.slice(0, i * width, width));
    let heads = args.size("heads");
    Some(MultiHead { query: part(0), key: part(1), value: part(2), output: dense(output, bias), heads })
}
