//! Definite systems, sums over paths, and smooth stand-ins for choices.

use crate::Args;
use vivarium_engine::graph::Tensor;
use vivarium_engine::op::Targets;

pub fn record<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let definite = |m: Tensor<'g>| m.matmul_t(m) + m.graph().identity(m.shape().last());
    Some(match (name, x) {
        ("solve", [m, b]) => definite(*m).solve(*b),
        ("ln_det", [m]) => definite(*m).ln_det(),
        ("ctc_loss", [x, labels]) => x.log_softmax(2).ctc_loss(Targets::new(*labels, x.dim(1), 0)),
        ("ctc_loss of lengths", [x, labels, lengths, frames]) => {
            let all = Targets::new(*labels, x.dim(1), 0);
            x.log_softmax(2).ctc_loss(Targets { lengths: *lengths, frames: *frames, ..all })
        }
        ("log_paths", [scores]) => scores.log_paths(),
        ("soft_top_k", [x]) => x.soft_top_k(args.size("axis"), args.size("k"), args.number("temperature")),
        ("sinkhorn", [x, rows, columns]) => x.sinkhorn(*rows, *columns, args.size("steps")),
        _ => return None,
    })
}
