//! The nets of the comparison, as one would write them with the engine's graphs.

use crate::Train;
use crate::batches::Batches;
use vivarium_engine::graph::{Graph, Id, Tensor};
use vivarium_engine::nn::{Init, Method, Optimizer};
use vivarium_engine::op::{Convolution, Pooling};
use vivarium_engine::plan::Plan;

/// The net for this work, if it is written yet.
pub fn make(work: &str, params: &[f32], inputs: &[f32], targets: &[f32]) -> Option<Box<dyn Train>> {
    let graph = Graph::new();
    let net = Net { graph: &graph };
    let (x, t, loss, (method, rate)) = match work {
        "playground-1" => net.playground(&[2, 4, 2, 1]),
        "playground-3" => net.playground(&[2, 8, 8, 8, 1]),
        "digits" => net.digits(),
        "convolution" => net.convolution(),
        "transformer" => net.transformer(),
        _ => return None,
    };
    let mut plan = Plan::training(&graph, loss, &[]);
    plan.params_mut().copy_from_slice(params);
    let optimizer = Optimizer::new(method, rate, params.len());
    let batches = Batches::new(inputs, targets, x.shape().len(), t.shape().len());
    Some(Box::new(Run { plan, input: x.id(), target: t.id(), optimizer, batches }))
}

/// Adam as all contenders have it.
const ADAM: Method = Method::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

struct Run {
    plan: Plan,
    input: Id,
    target: Id,
    optimizer: Optimizer,
    batches: Batches,
}

impl Train for Run {
    fn step(&mut self) -> f32 {
        let (input, target) = self.batches.next();
        self.plan.set(self.input, input);
        self.plan.set(self.target, target);
        if self.plan.run().is_err() {
            return f32::NAN;
        }
        let (params, slopes) = self.plan.params_and_gradient();
        self.optimizer.step(params, slopes);
        self.plan.loss()
    }
}

/// Input, target, loss, and how it learns: method and rate.
type Parts<'g> = (Tensor<'g>, Tensor<'g>, Tensor<'g>, (Method, f32));

const WIDTH: usize = 64;
const LENGTH: usize = 32;
const HEADS: usize = 4;

struct Net<'g> {
    graph: &'g Graph,
}

impl<'g> Net<'g> {
    fn param<const R: usize>(&self, name: &str, shape: [usize; R]) -> Tensor<'g> {
        self.graph.param(name, shape, Init::ZEROS)
    }

    /// x W + b, on the last axis.
    fn dense(&self, name: &str, x: Tensor<'g>, to: usize) -> Tensor<'g> {
        let from = x.dim(x.shape().rank() - 1);
        let w = self.param(&format!("{name} weights"), [from, to]);
        x.affine(w, self.param(&format!("{name} biases"), [to]))
    }

    fn playground(&self, sizes: &[usize]) -> Parts<'g> {
        let (x, t) = (self.graph.input("x", [10, 2]), self.graph.input("t", [10, 1]));
        let layers = sizes[1..].iter().enumerate();
        let y = layers.fold(x, |x, (i, units)| self.dense(&format!("layer {i}"), x, *units).tanh());
        (x, t, (y - t).square().mean_all() * 0.5, (Method::SGD, 0.03))
    }

    fn digits(&self) -> Parts<'g> {
        let (x, t) = (self.graph.input("x", [60, 784]), self.graph.input("t", [60, 1]));
        let hidden = self.dense("first", x, 300).relu();
        let hidden = self.dense("second", hidden, 100).relu();
        (x, t, cross_entropy(self.dense("third", hidden, 10), t), (ADAM, 1.2e-3))
    }

    fn convolution(&self) -> Parts<'g> {
        let (x, t) = (self.graph.input("x", [32, 1, 28, 28]), self.graph.input("t", [32, 1]));
        let y = self.filters("first", x, 8);
        let y = self.filters("second", y, 16);
        (x, t, cross_entropy(self.dense("third", y.reshape([32, 784]), 10), t), (ADAM, 1e-3))
    }

    /// Filters of 5x5, ReLU and max-pooling by 2.
    fn filters(&self, name: &str, x: Tensor<'g>, to: usize) -> Tensor<'g> {
        let w = self.param(&format!("{name} weights"), [to, x.dim(1), 5, 5]);
        let b = self.param(&format!("{name} biases"), [to, 1, 1]);
        (x.conv2d(w, Convolution::default().padding(2)) + b).relu().max_pool2d(Pooling::new(2))
    }

    fn transformer(&self) -> Parts<'g> {
        let (x, t) = (self.graph.input("x", [16, LENGTH]), self.graph.input("t", [16, LENGTH, 1]));
        let embedding = self.param("embedding", [WIDTH, WIDTH]);
        let positions = self.param("positions", [LENGTH, WIDTH]);
        let y = embedding.gather(0, x) + positions;
        let y = y + self.attention(self.norm("norm 1", y));
        let up = self.dense("up", self.norm("norm 2", y), 4 * WIDTH).gelu();
        let y = y + self.dense("down", up, WIDTH);
        let y = self.norm("norm 3", y).matmul(self.param("unembedding", [WIDTH, WIDTH]));
        (x, t, cross_entropy(y, t), (ADAM, 1e-3))
    }

    fn norm(&self, name: &str, x: Tensor<'g>) -> Tensor<'g> {
        let (gain, shift) =
            (self.param(&format!("{name} gain"), [WIDTH]), self.param(&format!("{name} shift"), [WIDTH]));
        let last = x.shape().rank() - 1;
        let centred = x - x.mean(&[last]).unsqueeze(last);
        let variance = centred.square().mean(&[last]).unsqueeze(last);
        centred * (variance + 1e-5).rsqrt() * gain + shift
    }

    fn attention(&self, x: Tensor<'g>) -> Tensor<'g> {
        let all = self.dense("qkv", x, 3 * WIDTH);
        let size = WIDTH / HEADS;
        let head = |part| all.slice(2, part * WIDTH, WIDTH).reshape([16, LENGTH, HEADS, size]).permute(&[0, 2, 1, 3]);
        let scores = head(0).matmul_t(head(1)) * (1.0 / (size as f32).sqrt());
        let past = self.graph.lower_triangle(LENGTH, LENGTH, 0);
        let weights = past.select(scores, -1e9).softmax(3);
        let mixed = weights.matmul(head(2)).permute(&[0, 2, 1, 3]).reshape([16, LENGTH, WIDTH]);
        self.dense("merge", mixed, WIDTH)
    }
}

/// Mean cross-entropy of softmax along the last axis.
fn cross_entropy<'g>(logits: Tensor<'g>, classes: Tensor<'g>) -> Tensor<'g> {
    let last = logits.shape().rank() - 1;
    -logits.log_softmax(last).take_along(last, classes).mean_all()
}
