//! Small nets: plans beside loops written by hand for that very net, in one run.
//!
//! The work of the smallest two is the default of TensorFlow's playground: inputs of two numbers, layers of tanh, squared
//! loss, ten examples a step, gradient descent.

use divan::{Bencher, black_box};
use vivarium_engine::graph::{Graph, Tensor};
use vivarium_engine::math;
use vivarium_engine::nn::{self, Block, BlockPlan, Dense, Embedding, Init, LayerNorm, Optimizer, loss};
use vivarium_engine::plan::{Layout, Plan};
use vivarium_engine::rng::Rng;

fn main() {
    divan::main();
}

/// Steps of descent that are timed together.
const STEPS: usize = 100;
const BATCH: usize = 10;
const RATE: f32 = 0.03;
const NETS: [&[usize]; 2] = [&[2, 4, 2, 1], &[2, 8, 8, 8, 1]];

fn data() -> (Vec<f32>, Vec<f32>) {
    let mut rng = Rng::new(0, "data");
    let x: Vec<f32> = (0..2 * BATCH).map(|_| rng.uniform(-1.0, 1.0) as f32).collect();
    let y = x.chunks(2).map(|x| if x[0] * x[1] > 0.0 { 1.0 } else { -1.0 }).collect();
    (x, y)
}

fn plan(widths: &[usize], copies: usize, layout: Layout) -> Plan {
    let g = Graph::new();
    let (x, y) = (g.input("x", [BATCH, widths[0]]), g.input("y", [BATCH, 1]));
    let mut a = x;
    for (i, pair) in widths.windows(2).enumerate() {
        let w = g.param(&format!("w{i}"), [pair[0], pair[1]], Init::Normal(0.5));
        let b = g.param(&format!("b{i}"), [pair[1]], Init::ZEROS);
        a = a.affine(w, b).tanh();
    }
    let loss = (a - y).square().mean_all() * 0.5;
    let mut plan = Plan::build(&g).loss(loss).copies(copies).layout(layout).compile();
    let (xs, ys) = data();
    plan.set(x, &xs);
    plan.set(y, &ys);
    plan
}

fn descend(plan: &mut Plan) {
    plan.run().unwrap_or_else(|fault| panic!("{fault}"));
    let (params, gradient) = plan.params_and_gradient();
    params.iter_mut().zip(gradient).for_each(|(w, g)| *w -= RATE * g);
}

#[divan::bench(args = NETS)]
fn by_plan(bencher: Bencher, widths: &[usize]) {
    let mut plan = plan(widths, 1, Layout::Outer);
    bencher.bench_local(|| (0..STEPS).for_each(|_| descend(&mut plan)));
}

#[divan::bench(args = NETS)]
fn by_plan_of_32_copies_side_by_side(bencher: Bencher, widths: &[usize]) {
    let mut plan = plan(widths, 32, Layout::Inner);
    bencher.bench_local(|| (0..STEPS).for_each(|_| descend(&mut plan)));
}

#[divan::bench(args = NETS)]
fn by_plan_of_32_copies_in_turn(bencher: Bencher, widths: &[usize]) {
    let mut plan = plan(widths, 32, Layout::Outer);
    bencher.bench_local(|| (0..STEPS).for_each(|_| descend(&mut plan)));
}

/// A net with its memory, trained by plain loops.
struct ByHand {
    widths: Vec<usize>,
    weights: Vec<Vec<f32>>,
    biases: Vec<Vec<f32>>,
    /// Values of each layer for each example, and the loss's derivatives by them.
    values: Vec<Vec<f32>>,
    slopes: Vec<Vec<f32>>,
    gradients: Vec<Vec<f32>>,
}

impl ByHand {
    fn new(widths: &[usize]) -> Self {
        let mut rng = Rng::new(0, "init");
        let sizes = || widths.windows(2).map(|pair| pair[0] * pair[1]);
        let mut weights = |n: usize| (0..n).map(|_| rng.normal() as f32 * 0.5).collect();
        Self {
            widths: widths.into(),
            weights: sizes().map(&mut weights).collect(),
            gradients: sizes().map(|n| vec![0.0; n]).collect(),
            biases: widths[1..].iter().map(|n| vec![0.0; *n]).collect(),
            values: widths.iter().map(|n| vec![0.0; n * BATCH]).collect(),
            slopes: widths.iter().map(|n| vec![0.0; n * BATCH]).collect(),
        }
    }

    fn step(&mut self, x: &[f32], y: &[f32]) -> f32 {
        self.values[0].copy_from_slice(x);
        let layers = self.weights.len();
        for l in 0..layers {
            let (n, m) = (self.widths[l], self.widths[l + 1]);
            let (before, after) = self.values.split_at_mut(l + 1);
            for (x, z) in before[l].chunks_exact(n).zip(after[0].chunks_exact_mut(m)) {
                z.copy_from_slice(&self.biases[l]);
                for (x, w) in x.iter().zip(self.weights[l].chunks_exact(m)) {
                    z.iter_mut().zip(w).for_each(|(z, w)| *z += x * w);
                }
            }
            after[0].iter_mut().for_each(|z| *z = math::tanhf(*z));
        }
        let mut loss = 0.0;
        for ((d, a), y) in self.slopes[layers].iter_mut().zip(&self.values[layers]).zip(y) {
            loss += (a - y) * (a - y);
            *d = (a - y) / BATCH as f32;
        }
        for l in (0..layers).rev() {
            let (n, m) = (self.widths[l], self.widths[l + 1]);
            let (before, after) = self.slopes.split_at_mut(l + 1);
            self.gradients[l].fill(0.0);
            let rows = self.values[l].chunks_exact(n).zip(self.values[l + 1].chunks_exact(m));
            for (((x, a), dz), dx) in rows.zip(after[0].chunks_exact_mut(m)).zip(before[l].chunks_exact_mut(n)) {
                dz.iter_mut().zip(a).for_each(|(d, a)| *d *= 1.0 - a * a);
                let weights = self.weights[l].chunks_exact(m).zip(self.gradients[l].chunks_exact_mut(m));
                for ((w, g), (x, dx)) in weights.zip(x.iter().zip(dx)) {
                    let mut sum = 0.0;
                    for ((w, g), d) in w.iter().zip(g).zip(&*dz) {
                        sum += w * d;
                        *g += x * d;
                    }
                    *dx = sum;
                }
                self.biases[l].iter_mut().zip(&*dz).for_each(|(b, d)| *b -= RATE * d);
            }
            self.weights[l].iter_mut().zip(&self.gradients[l]).for_each(|(w, g)| *w -= RATE * g);
        }
        loss / (2.0 * BATCH as f32)
    }
}

#[divan::bench(args = NETS)]
fn by_hand(bencher: Bencher, widths: &[usize]) {
    let mut net = ByHand::new(widths);
    let (x, y) = data();
    bencher.bench_local(|| {
        (0..STEPS).for_each(|_| {
            black_box(net.step(&x, &y));
        })
    });
}

/// Recording and compiling, as a model does whose graph follows each sample.
#[divan::bench(args = [10, 100, 1000])]
fn record_and_compile(bencher: Bencher, nodes: usize) {
    let mut g = Graph::new();
    let mut plan = Plan::training(&g, chain(&g, nodes), &[]);
    bencher.bench_local(|| {
        g.clear();
        let loss = chain(&g, nodes);
        plan.rebuild(Plan::build(&g).loss(loss));
    });
}

fn chain(g: &Graph, nodes: usize) -> Tensor<'_> {
    let (w, x) = (g.param("w", [8, 8], Init::Normal(0.3)), g.input("x", [1, 8]));
    let y = (0..nodes / 2).fold(x, |h, _| h.matmul(w).tanh());
    y.square().sum_all()
}

/// A transformer's block (width 64, 4 heads, 32 tokens, 16 sentences) between embedding and scores, with Adam.
#[divan::bench]
fn transformer(bencher: Bencher) {
    let g = Graph::new();
    let (ids, next) = (g.input("ids", [16, 32]), g.input("next", [16, 32]));
    let embedding = Embedding::new(&g, "embedding", 64, 64, &Init::Normal(0.1));
    let block = Block::new(&g, "block", &BlockPlan::new(64, 4));
    let seen = block.apply(embedding.apply(ids), Some(nn::causal_mask(&g, 32)));
    let scores = Dense::without_bias(&g, "scores", 64, 64, &Init::GLOROT_UNIFORM)
        .apply(LayerNorm::new(&g, "norm", 64).apply(seen));
    let mut plan = Plan::training(&g, loss::cross_entropy(scores, next), &[]);
    let mut rng = Rng::new(0, "tokens");
    plan.values_mut(ids).iter_mut().for_each(|id| *id = rng.index(64) as f32);
    plan.values_mut(next).iter_mut().for_each(|id| *id = rng.index(64) as f32);
    let mut adam = Optimizer::adam(1e-3, plan.params().len());
    bencher.bench_local(|| {
        plan.run().unwrap_or_else(|fault| panic!("{fault}"));
        let (params, gradient) = plan.params_and_gradient();
        adam.step(params, gradient);
    });
}
