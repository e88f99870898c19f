//! Plans against the plain way to compute a graph, to the bit: on random graphs, fused and not, alone and as copies.

use super::*;
use crate::graph::evaluate;
use crate::nn::Init;

fn numbers(rng: &mut Rng, n: usize) -> Vec<f32> {
    (0..n).map(|_| rng.uniform(-1.5, 1.5) as f32).collect()
}

/// Records a random graph over leaves and returns some of its tensors.
fn random<'g>(g: &'g Graph, rng: &mut Rng) -> (Vec<Tensor<'g>>, Tensor<'g>) {
    let (m, n) = (1 + rng.index(5), 1 + rng.index(9));
    let (m, n) = if rng.bernoulli(0.08) { (16 * m, 12 * n) } else { (m, n) };
    let mut pool = vec![
        g.input("shared", [m, n]),
        g.input_per_copy("own", [m, n]),
        g.param("weight", [m, n], Init::Normal(0.5)),
        g.param("bias", [n], Init::Normal(0.5)),
        g.state("state", [m, 1], Init::Uniform(1.0)),
        g.scalar(0.7),
    ];
    let bias = pool[3];
    for _ in 0..12 + rng.index(15) {
        let pick = |rng: &mut Rng| pool[rng.index(pool.len())];
        let (x, y) = (pick(rng), pick(rng));
        let fit = |x: Tensor<'g>| if x.shape().rank() == 2 { x } else { x.broadcast_to([m, n]) };
        let full = |x: Tensor<'g>| fit(x).broadcast_to([m, n]);
        let new = match rng.index(14) {
            0 => fit(x) + full(y),
            1 => x.tanh(),
            2 => full(x) * y,
            3 => fit(x).sum(&[0]),
            4 => fit(x).sum(&[1]).unsqueeze(1),
            5 => full(x).matmul_t(full(y)).affine(full(x), bias).tanh(),
            6 => full(x).reshape([n, m]).transpose(),
            7 => full(x).slice(0, m / 2, m - m / 2).sum(&[0]),
            8 => x.greater(0.1).select(y, 0.3).tanh(),
            9 => full(x).logsumexp(1).unsqueeze(1),
            10 => full(x).softmax(0),
            11 => x.sum_all() * 0.1,
            12 => Tensor::concat(0, &[full(x), full(y)]).max_along(0),
            _ => x.square().softplus().differentiated_as(x.sigmoid()),
        };
        pool.push(new);
    }
    let state = pool[4];
    let new = full_sum(&pool, [m, 1]);
    g.assign(state, new);
    let loss = pool.iter().skip(6).fold(g.scalar(0.0), |sum, x| sum + x.tanh().mean_all());
    (pool.split_off(6), loss)
}

fn full_sum<'g>(pool: &[Tensor<'g>], shape: [usize; 2]) -> Tensor<'g> {
    pool[0].sum(&[1]).unsqueeze(1).broadcast_to(shape).tanh()
}

#[test]
fn plans_have_the_bits_of_the_plain_way() {
    for seed in 0..40 {
        let mut rng = Rng::new(seed, "plans");
        let g = Graph::new();
        let (tensors, loss) = random(&g, &mut rng);
        let params = g.params();
        let grads = g.gradients(loss, &params);
        let outputs: Vec<Tensor> = tensors.iter().copied().filter(|_| rng.bernoulli(0.3)).collect();
        let leaves: Vec<Id> = (0..5).map(Id).collect();
        for copies in [1, 3] {
            for (layout, fuse) in [(Layout::Outer, true), (Layout::Outer, false), (Layout::Inner, true)] {
                let build = Plan::build(&g).loss(loss).outputs(&outputs).copies(copies).layout(layout);
                let mut plan = if fuse { build } else { build.unfused() }.compile();
                plan.init(seed);
                for leaf in &leaves[..2] {
                    if plan.find(*leaf).is_some() {
                        for copy in 0..if leaf.0 == 1 { copies } else { 1 } {
                            let n = plan.trace.nodes[leaf.at()].shape.len();
                            let values = numbers(&mut Rng::new(seed + copy as u64, "leaf").nth(u64::from(leaf.0)), n);
                            plan.set_copy(*leaf, copy, &values);
                        }
                    }
                }
                let before: Vec<Vec<Option<Vec<f32>>>> = (0..copies)
                    .map(|copy| {
                        leaves
                            .iter()
                            .map(|id| plan.find(*id).map(|_| plan.value(*id, copy).iter().copied().collect()))
                            .collect()
                    })
                    .collect();
                plan.run().unwrap();
                for (copy, before) in before.iter().enumerate() {
                    let leaf = |id: Id| before.get(id.at())?.clone();
                    let wanted: Vec<Tensor> = outputs.iter().chain([&loss]).copied().collect();
                    let values = evaluate::<f32>(&g, &wanted, &leaf);
                    let what = format!("seed {seed}, {copies} copies, {layout:?}, fused {fuse}, copy {copy}");
                    for (tensor, want) in wanted.iter().zip(values) {
                        let got: Vec<f32> = plan.value(*tensor, copy).iter().copied().collect();
                        assert_eq!(got, want, "{what}: {tensor:?}");
                    }
                    for (param, want) in ["weight", "bias"].iter().zip(evaluate::<f32>(&g, &grads, &leaf)) {
                        let got: Vec<f32> = plan.param_gradient(param, copy).unwrap().iter().copied().collect();
                        assert_eq!(got, want, "{what}: gradient of {param}");
                    }
                    let want = evaluate::<f32>(&g, &[g.tensor(g.trace().assigned[0].1)], &leaf).remove(0);
                    let got: Vec<f32> = plan.value(leaves[4], copy).iter().copied().collect();
                    assert_eq!(got, want, "{what}: state");
                }
            }
        }
    }
}

/// A net of two layers on given data: the loss.
fn small_net<'g>(g: &'g Graph, hidden: usize) -> Tensor<'g> {
    let (x, y) = (g.input("x", [10, 2]), g.input("y", [10, 1]));
    let w = g.param("w", [2, hidden], Init::Normal(1.0));
    let b = g.param("b", [hidden], Init::ZEROS);
    let v = g.param("v", [hidden, 1], Init::Normal(1.0));
    let out = (x.matmul(w) + b).tanh().named("hidden").matmul(v).tanh();
    (out - y).square().mean_all()
}

#[test]
fn a_bad_number_is_named_with_its_step() {
    let g = Graph::new();
    let x = g.input("x", [3]);
    let root = x.sqrt().named("root");
    let mut plan = Plan::new(&g, &[(root + 1.0).sum_all()]);
    plan.set(x, &[1.0, 0.0, 4.0]);
    plan.run().unwrap();
    plan.set(x, &[1.0, -1.0, 4.0]);
    let fault = plan.run().unwrap_err();
    assert_eq!(fault.to_string(), "NaN in root at step 2");
    plan.set(x, &[1.0, f32::INFINITY, 4.0]);
    assert_eq!(plan.run().unwrap_err().to_string(), "infinity in x at step 3");
}

#[test]
fn a_diverging_run_is_stopped_and_its_states_stay() {
    let g = Graph::new();
    let state = g.state("state", [], Init::ONES);
    let grown = state.square() * 1e20;
    g.assign(state, grown);
    let mut plan = Plan::new(&g, &[grown]);
    plan.run().unwrap();
    let before = plan.scalar(state);
    assert!(plan.run().unwrap_err().to_string().starts_with("infinity in square"));
    assert_eq!(plan.scalar(state), before);
}

#[test]
fn states_can_change_places() {
    let g = Graph::new();
    let (a, b) = (g.state("a", [2], Init::ZEROS), g.state("b", [2], Init::ONES));
    g.assign(a, b);
    g.assign(b, a);
    let mut plan = Plan::new(&g, &[]);
    plan.run().unwrap();
    assert_eq!((plan.values(a), plan.values(b)), (&[1.0, 1.0][..], &[0.0, 0.0][..]));
}

#[test]
fn second_derivatives_along_a_vector() {
    let g = Graph::new();
    let (x, v) = (g.input("x", [4]), g.input("v", [4]));
    let y = (x.square().sum_all() + x.at(0, 1) * x.at(0, 2)).square();
    let exact = |x: &[f32], v: &[f32]| {
        // y = s^2: H v = 2 (grad s . v) grad s + 2 s Hs v.
        let grad = [2.0 * x[0], 2.0 * x[1] + x[2], 2.0 * x[2] + x[1], 2.0 * x[3]];
        let curved = [2.0 * v[0], 2.0 * v[1] + v[2], 2.0 * v[2] + v[1], 2.0 * v[3]];
        let s: f32 = x.iter().map(|x| x * x).sum::<f32>() + x[1] * x[2];
        let along: f32 = grad.iter().zip(v).map(|(g, v)| g * v).sum();
        std::array::from_fn::<f32, 4, _>(|i| 2.0 * along * grad[i] + 2.0 * s * curved[i])
    };
    let hv = g.hvp(y, &[x], &[v])[0];
    let forward = g.jvp(g.gradients(y, &[x])[0], &[x], &[v]);
    let mut plan = Plan::new(&g, &[hv, forward]);
    let (at, along) = ([0.5, -1.0, 2.0, 0.3], [1.0, 0.2, -0.4, 2.0]);
    plan.set(x, &at);
    plan.set(v, &along);
    plan.run().unwrap();
    for (i, want) in exact(&at, &along).into_iter().enumerate() {
        assert!((plan.values(hv)[i] - want).abs() < 1e-4 && (plan.values(forward)[i] - want).abs() < 1e-4);
    }
}

#[test]
fn gradients_of_each_example_add_up_to_the_whole() {
    let loss = |g: &Graph, rows: usize| {
        let (x, w) = (g.input_per_copy("x", [rows, 3]), g.param("w", [3, 2], Init::Normal(1.0)));
        x.matmul(w).tanh().square().sum_all().id()
    };
    let examples = numbers(&mut Rng::new(1, "examples"), 15);
    let whole = Graph::new();
    let y = loss(&whole, 5);
    let mut plan = Plan::training(&whole, whole.tensor(y), &[]);
    plan.set(Id(0), &examples);
    plan.run().unwrap();
    for layout in [Layout::Outer, Layout::Inner] {
        let one = Graph::new();
        let y = loss(&one, 1);
        let mut each = Plan::build(&one).loss(one.tensor(y)).copies(5).layout(layout).shared_params().compile();
        (0..5).for_each(|copy| each.set_copy(Id(0), copy, &examples[3 * copy..3 * copy + 3]));
        each.run().unwrap();
        assert_eq!(each.params().len(), 6);
        for i in 0..6 {
            let sum: f32 =
                (0..5).map(|copy| each.param_gradient("w", copy).unwrap().iter().nth(i).copied().unwrap()).sum();
            assert!((sum - plan.gradient()[i]).abs() < 1e-5, "{layout:?}");
        }
    }
}

#[test]
fn a_step_of_gradient_descent_can_be_differentiated() {
    // The loss after one step of descent on (w - a)^2 with rate r is (1 - 2 r)^2 (w - a)^2; its derivative by w and by r.
    let g = Graph::new();
    let (w, r) = (g.input("w", []), g.input("r", []));
    let loss = |w: Tensor<'_>| (w - 3.0).square().id();
    let first = g.tensor(loss(w));
    let moved = w - r * g.gradients(first, &[w])[0];
    let second = g.tensor(loss(moved));
    let [by_w, by_r] = g.gradient(second, [w, r]);
    let mut plan = Plan::new(&g, &[by_w, by_r]);
    plan.set(w, &[5.0]);
    plan.set(r, &[0.1]);
    plan.run().unwrap();
    assert!((plan.scalar(by_w) - 0.64 * 4.0).abs() < 1e-5);
    assert!((plan.scalar(by_r) + 4.0 * 0.8 * 4.0).abs() < 1e-5);
}

#[test]
fn what_serves_the_derivative_only_is_not_computed() {
    let g = Graph::new();
    let x = g.input("x", [4]);
    let y = x.step().differentiated_as(x.tanh().exp());
    assert_eq!(Plan::new(&g, &[y]).step_count(), 1);
}

#[test]
fn chains_are_joined_and_memory_is_used_again() {
    let g = Graph::new();
    let x = g.input("x", [100, 100]);
    let y = (0..20).fold(x, |y, _| (y * 1.01 + 0.1).tanh().transpose());
    let plan = Plan::new(&g, &[y]);
    assert_eq!(plan.step_count(), 40);
    assert!(plan.arena_len() <= 4 * 10_000 + 64, "{}", plan.arena_len());
    let chain = (0..20).fold(x, |y, _| (y * 1.01 + x).tanh());
    assert_eq!(Plan::new(&g, &[chain]).step_count(), 1);
}

#[test]
fn a_plan_can_follow_another_graph_and_keeps_its_parameters() {
    let mut g = Graph::new();
    let first = small_net(&g, 3);
    let mut plan = Plan::training(&g, first, &[]);
    plan.init(7);
    let params = plan.params().to_vec();
    g.clear();
    let loss = small_net(&g, 3) * 2.0;
    plan.rebuild(Plan::build(&g).loss(loss));
    assert_eq!(plan.params(), params);
    plan.run().unwrap();
}

#[test]
fn copies_start_as_they_would_alone() {
    let g = Graph::new();
    let loss = small_net(&g, 3);
    for layout in [Layout::Outer, Layout::Inner] {
        let mut many = Plan::build(&g).loss(loss).copies(4).layout(layout).compile();
        many.init(10);
        let mut alone = Plan::training(&g, loss, &[]);
        for copy in 0..4 {
            alone.init(10 + copy as u64);
            for name in ["w", "b", "v"] {
                assert_eq!(many.param(name, copy), alone.param(name, 0), "{layout:?}");
            }
        }
    }
}
