//! Running a plan allocates nothing.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test")]

use vivarium_engine::graph::{Graph, Tensor};
use vivarium_engine::nn::Init;
use vivarium_engine::plan::{Layout, Plan};

fn model(g: &Graph) -> Tensor<'_> {
    let (x, y) = (g.input("x", [20, 12]), g.input("y", [20, 3]));
    let w = g.param("w", [12, 30], Init::Normal(0.3));
    let v = g.param("v", [30, 3], Init::Normal(0.3));
    let hidden = x.matmul(w).tanh();
    let mixed = Tensor::concat(1, &[hidden.slice(1, 0, 10).flip(1), hidden.slice(1, 10, 20)]).transpose().softmax(0);
    let logits = mixed.transpose().matmul(v);
    (logits.logsumexp(1) - (logits * y).sum(&[1])).mean_all() + hidden.max_along(0).mean_all()
}

#[test]
fn running_allocates_nothing() {
    for (copies, layout) in [(1, Layout::Outer), (3, Layout::Outer), (3, Layout::Inner)] {
        let g = Graph::new();
        let mut plan = Plan::build(&g).loss(model(&g)).copies(copies).layout(layout).compile();
        plan.run().unwrap();
        let used = allocation_counter::measure(|| {
            for _ in 0..10 {
                plan.run().unwrap();
                let (params, gradient) = plan.params_and_gradient();
                params.iter_mut().zip(gradient).for_each(|(w, g)| *w -= 0.1 * g);
            }
        });
        assert_eq!(used.count_total, 0, "{copies} copies, {layout:?}");
    }
}
