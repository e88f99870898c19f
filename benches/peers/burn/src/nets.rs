//! The nets of the comparison, as one would write them with burn.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::{gelu, log_softmax, relu, softmax};
use burn::tensor::module::embedding;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

/// What can be trained.
pub trait Train {
    /// Trains for `n` steps; the loss of the last one, before its update.
    fn steps(&mut self, n: u32) -> f32;
}

/// The net for this work, if the name is known.
pub fn make(work: &str, params: &[f32], inputs: &[f32], targets: &[f32]) -> Option<Box<dyn Train>> {
    let device = Device::flex().autodiff();
    let mut source = Source { params, device: device.clone() };
    let adam = || AdamConfig::new().with_epsilon(1e-7).init();
    match work {
        "playground-1" | "playground-3" => {
            let sizes: &[usize] = if work == "playground-1" { &[2, 4, 2, 1] } else { &[2, 8, 8, 8, 1] };
            let layers = sizes.windows(2).map(|pair| source.linear(pair[0], pair[1])).collect();
            let batches = floats(inputs, [10, 2], &device).into_iter().zip(floats(targets, [10, 1], &device));
            Some(Run::boxed(Playground { layers }, SgdConfig::new().init(), 0.03, batches.collect()))
        }
        "digits" => {
            let layers = [784, 300, 100, 10].windows(2).map(|pair| source.linear(pair[0], pair[1])).collect();
            let batches = floats(inputs, [60, 784], &device).into_iter().zip(classes(targets, 60, &device));
            Some(Run::boxed(Digits { layers }, adam(), 1.2e-3, batches.collect()))
        }
        "convolution" => {
            let convs = vec![source.conv(1, 8), source.conv(8, 16)];
            let net = Convolution { convs, pool: MaxPool2dConfig::new([2, 2]).init(), out: source.linear(784, 10) };
            let batches = floats(inputs, [32, 1, 28, 28], &device).into_iter().zip(classes(targets, 32, &device));
            Some(Run::boxed(net, adam(), 1e-3, batches.collect()))
        }
        "transformer" => {
            let net = Transformer {
                embedding: source.take([WIDTH, WIDTH]),
                positions: source.take([LENGTH, WIDTH]),
                norm1: source.norm(),
                qkv: source.linear(WIDTH, 3 * WIDTH),
                merge: source.linear(WIDTH, WIDTH),
                norm2: source.norm(),
                up: source.linear(WIDTH, 4 * WIDTH),
                down: source.linear(4 * WIDTH, WIDTH),
                norm3: source.norm(),
                unembedding: source.take([WIDTH, WIDTH]),
                future: Tensor::<2, Bool>::tril_mask([LENGTH, LENGTH], 0, &device).reshape([1, 1, LENGTH, LENGTH]),
            };
            let tokens = inputs.chunks(16 * LENGTH).map(|batch| ints(batch, [16, LENGTH], &device));
            let batches = tokens.zip(classes(targets, 16 * LENGTH, &device)).collect();
            Some(Run::boxed(net, adam(), 1e-3, batches))
        }
        _ => None,
    }
}

/// The mean over a batch of what is to become small.
trait Loss: Module {
    type Input: Clone;
    type Target: Clone;
    fn loss(&self, input: Self::Input, target: Self::Target) -> Tensor<1>;
}

struct Run<N: Loss> {
    /// Taken out during a step only.
    net: Option<N>,
    optimiser: ModuleOptimizer,
    rate: f64,
    batches: Vec<(N::Input, N::Target)>,
    step: usize,
}

impl<N: Loss + 'static> Run<N> {
    fn boxed(net: N, optimiser: ModuleOptimizer, rate: f64, batches: Vec<(N::Input, N::Target)>) -> Box<dyn Train> {
        Box::new(Self { net: Some(net), optimiser, rate, batches, step: 0 })
    }
}

impl<N: Loss> Train for Run<N> {
    fn steps(&mut self, n: u32) -> f32 {
        let mut last = None;
        for _ in 0..n {
            let Some(net) = self.net.take() else { break };
            let (input, target) = self.batches[self.step % self.batches.len()].clone();
            let loss = net.loss(input, target);
            let grads = GradientsParams::from_grads(loss.backward(), &net);
            self.net = Some(self.optimiser.step(self.rate, net, grads));
            last = Some(loss);
            self.step += 1;
        }
        last.map_or(f32::NAN, |loss| loss.into_scalar())
    }
}

/// Parameters, handed out in order.
struct Source<'a> {
    params: &'a [f32],
    device: Device,
}

impl Source<'_> {
    fn take<const D: usize>(&mut self, shape: [usize; D]) -> Param<Tensor<D>> {
        let (these, rest) = self.params.split_at(shape.iter().product());
        self.params = rest;
        Param::from_data(TensorData::new(these.to_vec(), shape), &self.device)
    }

    fn linear(&mut self, from: usize, to: usize) -> Linear {
        Linear { weight: self.take([from, to]), bias: Some(self.take([to])) }
    }

    fn conv(&mut self, from: usize, to: usize) -> Conv2d {
        let config = Conv2dConfig::new([from, to], [5, 5]).with_padding(PaddingConfig2d::Same);
        Conv2d { weight: self.take([to, from, 5, 5]), bias: Some(self.take([to])), ..config.init(&self.device) }
    }

    fn norm(&mut self) -> LayerNorm {
        let mut norm = LayerNormConfig::new(WIDTH).init(&self.device);
        norm.gamma = self.take([WIDTH]);
        norm.beta = Some(self.take([WIDTH]));
        norm
    }
}

fn floats<const D: usize>(all: &[f32], shape: [usize; D], device: &Device) -> Vec<Tensor<D>> {
    let batches = all.chunks(shape.iter().product());
    batches.map(|batch| Tensor::from_data(TensorData::new(batch.to_vec(), shape), device)).collect()
}

fn ints<const D: usize>(all: &[f32], shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    let whole: Vec<i32> = all.iter().map(|x| *x as i32).collect();
    Tensor::from_data(TensorData::new(whole, shape), device)
}

/// Class numbers as columns.
fn classes(all: &[f32], batch: usize, device: &Device) -> Vec<Tensor<2, Int>> {
    all.chunks(batch).map(|these| ints(these, [batch, 1], device)).collect()
}

/// Mean cross-entropy of softmax.
fn cross_entropy(logits: Tensor<2>, classes: Tensor<2, Int>) -> Tensor<1> {
    log_softmax(logits, 1).gather(1, classes).mean().neg()
}

#[derive(Module, Debug)]
struct Playground {
    layers: Vec<Linear>,
}

impl Loss for Playground {
    type Input = Tensor<2>;
    type Target = Tensor<2>;
    fn loss(&self, input: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
        let output = self.layers.iter().fold(input, |x, layer| layer.forward(x).tanh());
        let difference = output - target;
        (difference.clone() * difference).mean() * 0.5
    }
}

#[derive(Module, Debug)]
struct Digits {
    layers: Vec<Linear>,
}

impl Loss for Digits {
    type Input = Tensor<2>;
    type Target = Tensor<2, Int>;
    fn loss(&self, input: Tensor<2>, target: Tensor<2, Int>) -> Tensor<1> {
        let hidden = self.layers[..2].iter().fold(input, |x, layer| relu(layer.forward(x)));
        cross_entropy(self.layers[2].forward(hidden), target)
    }
}

#[derive(Module, Debug)]
struct Convolution {
    convs: Vec<Conv2d>,
    pool: MaxPool2d,
    out: Linear,
}

impl Loss for Convolution {
    type Input = Tensor<4>;
    type Target = Tensor<2, Int>;
    fn loss(&self, input: Tensor<4>, target: Tensor<2, Int>) -> Tensor<1> {
        let x = self.convs.iter().fold(input, |x, conv| self.pool.forward(relu(conv.forward(x))));
        cross_entropy(self.out.forward(x.flatten::<2>(1, 3)), target)
    }
}

/// Width of the transformer, and its number of symbols.
const WIDTH: usize = 64;
const LENGTH: usize = 32;
const HEADS: usize = 4;

#[derive(Module, Debug)]
struct Transformer {
    embedding: Param<Tensor<2>>,
    positions: Param<Tensor<2>>,
    norm1: LayerNorm,
    qkv: Linear,
    merge: Linear,
    norm2: LayerNorm,
    up: Linear,
    down: Linear,
    norm3: LayerNorm,
    unembedding: Param<Tensor<2>>,
    /// True above the diagonal.
    #[module(skip)]
    future: Tensor<4, Bool>,
}

impl Transformer {
    fn attention(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, length, width] = x.dims();
        let parts = self.qkv.forward(x).chunk(3, 2);
        let head = |part: &Tensor<3>| part.clone().reshape([batch, length, HEADS, width / HEADS]).swap_dims(1, 2);
        let (q, k, v) = (head(&parts[0]), head(&parts[1]), head(&parts[2]));
        let scores = q.matmul(k.transpose()) / ((width / HEADS) as f32).sqrt();
        let weights = softmax(scores.mask_fill(self.future.clone(), f32::NEG_INFINITY), 3);
        self.merge.forward(weights.matmul(v).swap_dims(1, 2).reshape([batch, length, width]))
    }
}

impl Loss for Transformer {
    type Input = Tensor<2, Int>;
    type Target = Tensor<2, Int>;
    fn loss(&self, input: Tensor<2, Int>, target: Tensor<2, Int>) -> Tensor<1> {
        let x = embedding(self.embedding.val(), input) + self.positions.val().unsqueeze::<3>();
        let x = x.clone() + self.attention(self.norm1.forward(x));
        let x = x.clone() + self.down.forward(gelu(self.up.forward(self.norm2.forward(x))));
        let [batch, length, width] = x.dims();
        let x = self.norm3.forward(x).reshape([batch * length, width]);
        cross_entropy(x.matmul(self.unembedding.val()), target)
    }
}
