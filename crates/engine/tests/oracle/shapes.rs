//! Reductions, matrix products, and operators that move entries.

use crate::Args;
use vivarium_engine::graph::{Shape, Tensor};

pub fn reduction<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let x = x[0];
    let axis = || args.size("axis");
    Some(match name {
        "sum" => x.sum(&args.sizes("axes")),
        "mean" => x.mean(&args.sizes("axes")),
        "variance" => x.variance(&args.sizes("axes")),
        "sum_all" => x.sum_all(),
        "mean_all" => x.mean_all(),
        "max_along" => x.max_along(axis()),
        "min_along" => x.min_along(axis()),
        "logsumexp" => x.logsumexp(axis()),
        "softmin" => x.softmin(axis()),
        "softmax" => x.softmax(axis()),
        "log_softmax" => x.log_softmax(axis()),
        _ => return None,
    })
}

pub fn product<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    Some(match (name, x) {
        ("affine", [x, weight, bias]) => x.affine(*weight, *bias),
        ("einsum", [a, b]) => Tensor::einsum(&args.get::<String>("letters"), *a, *b),
        ("squared_distances", [a, b]) => a.squared_distances(*b),
        ("kron", [a, b]) => a.kron(*b),
        ("matrix_exp", [a]) => a.matrix_exp(args.get("squarings")),
        ("matmul", [a, b]) => a.matmul(*b),
        ("matmul_t", [a, b]) => a.matmul_t(*b),
        ("t_matmul", [a, b]) => a.t_matmul(*b),
        ("dot", [a, b]) => a.dot(*b),
        ("dense", [x, w, b]) => (x.matmul(*w) + *b).tanh(),
        ("three layers", [x, w1, b1, w2, w3]) => {
            let hidden = (x.matmul(*w1) + *b1).tanh();
            hidden.matmul(*w2).relu().matmul(*w3)
        }
        ("hessian by vector", [x, w1, w2, v1, v2]) => {
            let loss = x.matmul(*w1).tanh().matmul(*w2).square().sum_all();
            let parts = x.graph().hvp(loss, &[*w1, *w2], &[*v1, *v2]);
            let flat: Vec<Tensor> = parts.iter().map(|part| part.reshape([part.shape().len()])).collect();
            Tensor::concat(0, &flat)
        }
        ("jacobian by vector", [x, w, v]) => x.graph().jvp(x.matmul(*w).softmax(1), &[*x], &[*v]),
        ("gradient penalty", [x, w1, w2]) => {
            let y = x.matmul(*w1).tanh().matmul(*w2).sum_all();
            let [slope] = x.graph().gradient(y, [*x]);
            (slope.square().sum(&[1]).sqrt() - 1.0).square()
        }
        _ => return None,
    })
}

pub fn layout<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let size = |name: &str| args.size(name);
    let to = || Shape::new(&args.sizes("to"));
    Some(match name {
        "reshape" => x[0].reshape(to()),
        "permute" => x[0].permute(&args.sizes("order")),
        "transpose" => x[0].transpose(),
        "slice" => x[0].slice_by(size("axis"), size("start"), size("step"), size("count")),
        "at" => x[0].at(size("axis"), size("i")),
        "pad" => x[0].pad(size("axis"), size("before"), size("after")),
        "concat" => Tensor::concat(size("axis"), x),
        "stack" => Tensor::stack(size("axis"), x),
        "flip" => x[0].flip(size("axis")),
        "roll" => x[0].roll(size("axis"), size("by")),
        "unsqueeze" => x[0].unsqueeze(size("axis")),
        "broadcast_to" => x[0].broadcast_to(to()),
        "sum_to" => x[0].sum_to(to()),
        "diagonal" => x[0].diagonal(),
        "diag_embed" => x[0].diag_embed(),
        "trace" => x[0].trace(),
        "outer" => x[0].outer(x[1]),
        "lower" => x[0] * triangle(x[0], args.get("offset")),
        "upper" => x[0] * (1.0 - triangle(x[0], args.get::<isize>("offset") - 1)),
        _ => return None,
    })
}

fn triangle(x: Tensor, above: isize) -> Tensor {
    let rank = x.shape().rank();
    x.graph().lower_triangle(x.dim(rank - 2), x.dim(rank - 1), above)
}
