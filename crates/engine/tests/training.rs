//! Layers, losses and optimisers at work in plans: what can be learned is learned, and a step allocates nothing.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test")]

use vivarium_engine::graph::{Graph, Tensor};
use vivarium_engine::nn::{
    Activation, Block, BlockPlan, Cell, CellKind, Dense, Dropout, Embedding, Init, Method, Mlp, Optimizer, Schedule,
    causal_mask, flat, loss,
};
use vivarium_engine::plan::Plan;
use vivarium_engine::rng::Rng;

/// Runs and steps, and gives the first and the last loss.
fn train(plan: &mut Plan, optimizer: &mut Optimizer, steps: usize, mut feed: impl FnMut(&mut Plan)) -> [f32; 2] {
    let mut losses = [f32::NAN; 2];
    for step in 0..steps {
        feed(plan);
        plan.run().unwrap();
        losses[usize::from(step > 0)] = plan.loss();
        let (params, gradient) = plan.params_and_gradient();
        optimizer.step(params, gradient);
    }
    losses
}

#[test]
fn every_optimiser_learns_exclusive_or() {
    let rates = [
        (Method::SGD, 0.5),
        (Method::MOMENTUM, 0.1),
        (Method::NESTEROV, 0.1),
        (Method::Sign, 0.01),
        (Method::RMSPROP, 0.01),
        (Method::RPROP, 0.01),
        (Method::ADAM, 0.03),
        (Method::ADAGRAD, 0.2),
        (Method::LION, 0.01),
    ];
    for (method, rate) in rates {
        let g = Graph::new();
        let mlp = Mlp::new(&g, "mlp", &[2, 8, 2], Activation::Tanh, &Init::GLOROT_UNIFORM);
        let (x, labels) = (g.input("x", [4, 2]), g.input("labels", [4]));
        let mut plan = Plan::training(&g, loss::cross_entropy(mlp.apply(x), labels), &[]);
        plan.set(x, &[-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0]);
        plan.set(labels, &[0.0, 1.0, 1.0, 0.0]);
        let mut optimizer = Optimizer::new(method, rate, plan.params().len());
        let [_, last] = train(&mut plan, &mut optimizer, 500, |_| ());
        assert!(last < 0.03, "{method:?}: {last}");
    }
}

/// The next letter of a repeated word, from those before: logits [words, time, letters].
fn spells(model: impl for<'g> Fn(&'g Graph, Tensor<'g>) -> Tensor<'g>) {
    const WORD: [f32; 8] = [0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 3.0, 1.0];
    let g = Graph::new();
    let (x, labels) = (g.input("x", [1, 7]), g.input("labels", [1, 7]));
    let mut plan = Plan::training(&g, loss::cross_entropy(model(&g, x), labels), &[]);
    plan.set(x, &WORD[..7]);
    plan.set(labels, &WORD[1..]);
    plan.run().unwrap();
    let ln_4 = vivarium_engine::math::lnf(4.0);
    assert!((plan.loss() - ln_4).abs() < 0.5, "{} at the start, not near ln 4", plan.loss());
    let mut optimizer = Optimizer::adam(0.02, plan.params().len());
    let [first, last] = train(&mut plan, &mut optimizer, 150, |_| ());
    assert!(last < 0.05, "{first} {last}");
}

#[test]
fn recurrent_nets_spell() {
    for kind in [CellKind::Rnn, CellKind::Gru, CellKind::Lstm] {
        spells(move |g, x| {
            let letters = Embedding::new(g, "letters", 4, 6, &Init::Normal(1.0));
            let cell = Cell::new(g, "cell", kind, 6, 16);
            let (outputs, _) = cell.unroll(letters.apply(x), cell.start(1));
            Dense::new(g, "output", 16, 4, &Init::PYTORCH).apply(outputs)
        });
    }
}

#[test]
fn a_transformer_spells() {
    spells(|g, x| {
        let init = Init::Normal(0.1);
        let letters = Embedding::new(g, "letters", 4, 16, &init);
        let positions = Embedding::new(g, "positions", 7, 16, &init);
        let sizes = BlockPlan { init, hidden: 32, ..BlockPlan::new(16, 4) };
        let mask = Some(causal_mask(g, 7));
        let start = positions.add_positions(letters.apply(x));
        let end = (1..=2).fold(start, |x, i| Block::new(g, &format!("block {i}"), &sizes).apply(x, mask));
        letters.scores(end)
    });
}

#[test]
fn a_whole_step_allocates_nothing() {
    let g = Graph::new();
    let mlp = Mlp::new(&g, "mlp", &[12, 30], Activation::Relu, &Init::HE_NORMAL);
    let dropout = Dropout::new(&g, "dropout", [20, 30], 0.5);
    let output = Dense::new(&g, "output", 30, 3, &Init::LECUN_NORMAL);
    let (x, labels) = (g.input("x", [20, 12]), g.input("labels", [20]));
    let logits = output.apply(dropout.apply(mlp.apply(x).relu()));
    let mut plan = Plan::training(&g, loss::cross_entropy(logits, labels), &[]);
    let mut rng = Rng::new(0, "data");
    rng.fill_normal(1.0, plan.values_mut(x));
    let schedule = Schedule::Cosine { steps: 100, end: 0.1 }.warmed_up(5);
    for method in [Method::SGD, Method::NESTEROV, Method::RMSPROP, Method::RPROP, Method::ADAM, Method::LION] {
        let mut optimizer = Optimizer::new(method, 0.01, plan.params().len());
        optimizer.scale_mut()[..10].fill(0.5);
        optimizer.set_mask(&vec![true; plan.params().len()]);
        plan.run().unwrap();
        let used = allocation_counter::measure(|| {
            for step in 0..10 {
                dropout.refill(plan.values_mut(dropout.mask), &mut rng);
                plan.run().unwrap();
                optimizer.rate = 0.01 * schedule.factor(step);
                flat::clip_norm(plan.gradient_mut(), 1.0);
                let (params, gradient) = plan.params_and_gradient();
                optimizer.step(params, gradient);
            }
        });
        assert_eq!(used.count_total, 0, "{method:?}");
    }
}
