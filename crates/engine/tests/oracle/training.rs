//! Training, step by step: the same losses as PyTorch from the same start, on the same batches.

use flate2::read::GzDecoder;
use serde::Deserialize;
use std::io::Read;
use std::path::Path;
use vivarium_engine::graph::{Graph, Tensor};
use vivarium_engine::idx::Idx;
use vivarium_engine::nn::{
    BatchNorm, Block, BlockPlan, Cell, CellKind, Decay, Dense, Init, LayerNorm, Mode, MultiHead, Norm, Optimizer,
    causal_mask, flat, loss,
};
use vivarium_engine::op::{Convolution, Pooling};
use vivarium_engine::plan::Plan;

/// How far a loss may be from the stored one. Losses are of the size of 3: that is some ten roundings.
const NEAR: f32 = 3e-6;

#[derive(Deserialize)]
struct Stored {
    alphabet: String,
    text: String,
    curves: Vec<Curve>,
}

#[derive(Deserialize)]
struct Curve {
    name: String,
    params: Vec<Start>,
    losses: Vec<f32>,
}

/// How a parameter of PyTorch's starts.
#[derive(Deserialize)]
struct Start {
    name: String,
    shape: Vec<usize>,
    centre: f64,
    limit: f64,
    /// The length of its first gradient.
    gradient: f64,
}

impl Curve {
    /// The number of a parameter.
    fn find(&self, name: &str) -> usize {
        let found = self.params.iter().position(|start| start.name == name);
        found.unwrap_or_else(|| panic!("no parameter {name} in {}", self.name))
    }

    /// The start values of a parameter, in PyTorch's layout.
    fn values(&self, number: usize) -> Vec<f32> {
        let Start { shape, centre, limit, .. } = &self.params[number];
        let first = mixed(number as u32 + 1);
        let unit = |i: u32| f64::from(mixed(first.wrapping_add(i)) >> 8) / f64::from(1 << 24);
        let count = shape.iter().product::<usize>() as u32;
        (0..count).map(|i| (centre + (2.0 * unit(i) - 1.0) * limit) as f32).collect()
    }
}

/// A number made from another, with all bits mixed.
fn mixed(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    let x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// The examples of a batch.
fn rows(step: usize, count: usize, below: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |row| (step * count + row) * 7919 % below)
}

fn stored() -> Stored {
    serde_json::from_str(include_str!("training.json")).unwrap_or_else(|why| panic!("no file of curves: {why}"))
}

/// A parameter of the engine, and the rows of PyTorch's that it is.
struct Part<'g> {
    tensor: Tensor<'g>,
    theirs: String,
    rows: Option<[usize; 2]>,
    transposed: bool,
}

impl<'g> Part<'g> {
    /// A parameter that lies as in PyTorch.
    fn new(tensor: Tensor<'g>, theirs: &str) -> Self {
        Self { tensor, theirs: theirs.into(), rows: None, transposed: false }
    }

    /// A dense layer, whose matrix PyTorch holds transposed. In its name of the parameters, `*` is weight or bias.
    fn dense(layer: Dense<'g>, theirs: &str) -> Vec<Self> {
        let weight = Self { transposed: true, ..Self::new(layer.weight, &theirs.replace('*', "weight")) };
        let bias = layer.bias.map(|bias| Self::new(bias, &theirs.replace('*', "bias")));
        std::iter::once(weight).chain(bias).collect()
    }

    fn norm(layer: LayerNorm<'g>, theirs: &str) -> [Self; 2] {
        [(layer.scale, "weight"), (layer.shift, "bias")].map(|(own, what)| Self::new(own, &theirs.replace('*', what)))
    }

    fn values(&self, curve: &Curve) -> Vec<f32> {
        let number = curve.find(&self.theirs);
        let all = curve.values(number);
        let width = curve.params[number].shape.get(1).copied().unwrap_or(1);
        let own = self.rows.map_or(&*all, |[from, to]| &all[from * width..to * width]);
        if !self.transposed {
            return own.into();
        }
        (0..width).flat_map(|column| own[column..].iter().step_by(width).copied()).collect()
    }
}

/// A net with its loss, and what goes into it.
struct Net<'g> {
    x: Tensor<'g>,
    labels: Tensor<'g>,
    logits: Tensor<'g>,
    parts: Vec<Part<'g>>,
}

/// Trains, and compares each step's loss with the stored one.
fn train(
    name: &str,
    build: impl for<'g> FnOnce(&'g Graph) -> Net<'g>,
    optimizer: impl FnOnce(usize) -> Optimizer,
    mut batch: impl FnMut(usize, &mut [f32], &mut [f32]),
    clip: Option<f32>,
) {
    let stored = stored();
    let curve = stored.curves.iter().find(|curve| curve.name == name);
    let curve = curve.unwrap_or_else(|| panic!("no curve {name}"));
    let graph = Graph::new();
    let Net { x, labels, logits, parts } = build(&graph);
    let mut plan = Plan::training(&graph, loss::cross_entropy(logits, labels), &[]);
    assert_eq!(parts.len(), plan.slots().len(), "parameters without start values");
    parts.iter().for_each(|part| plan.set(part.tensor, &part.values(curve)));
    let mut optimizer = optimizer(plan.params().len());
    let (mut xs, mut ys) = (vec![0.0; x.shape().len()], vec![0.0; labels.shape().len()]);
    let mut worst: f32 = 0.0;
    for (step, want) in curve.losses.iter().enumerate() {
        batch(step, &mut xs, &mut ys);
        plan.set(x, &xs);
        plan.set(labels, &ys);
        if let Err(fault) = plan.run() {
            panic!("{fault}");
        }
        if step == 0 {
            first_gradient_agrees(&plan, curve, &parts);
        }
        let gap = (plan.loss() - want).abs();
        assert!(gap <= NEAR, "{name}: loss {} at step {step}, PyTorch has {want}", plan.loss());
        worst = worst.max(gap);
        if let Some(limit) = clip {
            flat::clip_norm(plan.gradient_mut(), limit);
        }
        let (params, gradient) = plan.params_and_gradient();
        optimizer.step(params, gradient);
    }
    println!("{name}: {} steps, at most {worst:.1e} apart", curve.losses.len());
}

/// The lengths of the first gradient of each of PyTorch's parameters.
fn first_gradient_agrees(plan: &Plan, curve: &Curve, parts: &[Part]) {
    for start in &curve.params {
        let own = parts.iter().filter(|part| part.theirs == start.name);
        let square = |part: &Part| -> f64 {
            let gradient = plan.param_gradient(&format!("{:?}", part.tensor), 0);
            gradient.iter().flatten().map(|x| f64::from(*x) * f64::from(*x)).sum()
        };
        let norm = own.map(square).sum::<f64>().sqrt();
        let error = (norm - start.gradient).abs() / start.gradient;
        assert!(
            error < 1e-5,
            "{}: first gradient of {} has length {norm}, not {}",
            curve.name,
            start.name,
            start.gradient
        );
    }
}

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/data").join(name);
    let mut bytes = Vec::new();
    let read = std::fs::File::open(&path).and_then(|file| GzDecoder::new(file).read_to_end(&mut bytes));
    read.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    bytes
}

/// Trains on batches of digits.
fn train_on_digits(name: &str, count: usize, build: impl for<'g> FnOnce(&'g Graph) -> Net<'g>, rate: f32) {
    let files = [bytes("mnist.idx.gz"), bytes("mnist-labels.idx.gz")];
    let [images, labels] = files.each_ref().map(|file| Idx::parse(file).unwrap_or_else(|why| panic!("{why}")));
    let batch = |step: usize, xs: &mut [f32], ys: &mut [f32]| {
        for ((row, x), y) in rows(step, count, labels.len()).zip(xs.chunks_exact_mut(784)).zip(ys) {
            let image = &images.entries()[row * 784..][..784];
            x.iter_mut().zip(image).for_each(|(x, pixel)| *x = f32::from(*pixel) / 255.0);
            *y = f32::from(labels.entries()[row]);
        }
    };
    train(name, build, |count| Optimizer::adam(rate, count), batch, None);
}

#[test]
fn lenet_learns_digits_as_in_pytorch() {
    train_on_digits("lenet", 60, lenet, 1.2e-3);
}

fn lenet(graph: &Graph) -> Net<'_> {
    let x = graph.input("pixels", [60, 784]);
    let dense = |name, inputs, outputs| Dense::new(graph, name, inputs, outputs, &Init::ZEROS);
    let layers = [dense("first", 784, 300), dense("second", 300, 100), dense("third", 100, 10)];
    let hidden = layers[1].apply(layers[0].apply(x).relu()).relu();
    let parts =
        layers.iter().zip(["first.*", "second.*", "third.*"]).flat_map(|(layer, name)| Part::dense(*layer, name));
    Net { x, labels: graph.input("labels", [60]), logits: layers[2].apply(hidden), parts: parts.collect() }
}

#[test]
fn a_convolutional_net_learns_digits_as_in_pytorch() {
    train_on_digits("convolutions", 20, convolutional, 3e-3);
}

fn convolutional(graph: &Graph) -> Net<'_> {
    let x = graph.input("pixels", [20, 1, 28, 28]);
    let first = graph.param("first", [4, 1, 5, 5], Init::ZEROS);
    let bias = graph.param("bias", [4, 1, 1], Init::ZEROS);
    let second = graph.param("second", [8, 4, 3, 3], Init::ZEROS);
    let norm = BatchNorm::new(graph, "norm", 8);
    let head = Dense::new(graph, "head", 72, 10, &Init::ZEROS);
    let y = (x.conv2d(first, Convolution::default()) + bias).relu().max_pool2d(Pooling::new(2));
    let y = y.conv2d(second, Convolution::default().stride(2).padding(1));
    let y = norm.apply(y, Mode::Training).relu().avg_pool2d(Pooling::new(2));
    let mut parts = vec![
        Part::new(first, "first.weight"),
        Part::new(bias, "first.bias"),
        Part::new(second, "second.weight"),
        Part::new(norm.scale, "norm.weight"),
        Part::new(norm.shift, "norm.bias"),
    ];
    parts.extend(Part::dense(head, "head.*"));
    Net { x, labels: graph.input("labels", [20]), logits: head.apply(y.reshape([20, 72])), parts }
}

/// Batches of 8 stretches of 16 characters; each character is to be told from those before it.
fn characters(step: usize, xs: &mut [f32], ys: &mut [f32], codes: &[f32]) {
    for ((start, x), y) in rows(step, 8, codes.len() - 16).zip(xs.chunks_exact_mut(16)).zip(ys.chunks_exact_mut(16)) {
        x.copy_from_slice(&codes[start..start + 16]);
        y.copy_from_slice(&codes[start + 1..start + 17]);
    }
}

fn codes() -> Vec<f32> {
    let Stored { alphabet, text, .. } = stored();
    let code = |c: char| alphabet.chars().position(|letter| letter == c);
    text.chars().map(|c| code(c).unwrap_or_else(|| panic!("{c} is not in the alphabet")) as f32).collect()
}

const LETTERS: usize = 31;

#[test]
fn a_transformer_learns_text_as_in_pytorch() {
    let codes = codes();
    let batch = |step: usize, xs: &mut [f32], ys: &mut [f32]| characters(step, xs, ys, &codes);
    train("transformer", transformer, |count| Optimizer::adam(2e-3, count), batch, None);
}

fn transformer(graph: &Graph) -> Net<'_> {
    let x = graph.input("characters", [8, 16]);
    let embedding = graph.param("embedding", [LETTERS, 32], Init::ZEROS);
    let position = graph.param("position", [16, 32], Init::ZEROS);
    let mut parts = vec![Part::new(embedding, "embedding.weight"), Part::new(position, "position")];
    let plan = BlockPlan { hidden: 64, ..BlockPlan::new(32, 4) };
    let mut y = embedding.gather(0, x) + position;
    for i in 0..2 {
        let block = Block::new(graph, &format!("block {i}"), &plan);
        y = block.apply(y, Some(causal_mask(graph, 16)));
        let theirs = format!("blocks.{i}");
        let MultiHead { query, key, value, output, .. } = block.attention;
        for (k, layer) in [query, key, value].into_iter().enumerate() {
            let rows = Some([k * 32, k * 32 + 32]);
            let own = Part::dense(layer, &format!("{theirs}.self_attn.in_proj_*"));
            parts.extend(own.into_iter().map(|part| Part { rows, ..part }));
        }
        parts.extend(Part::dense(output, &format!("{theirs}.self_attn.out_proj.*")));
        for (layer, number) in block.mlp.layers.iter().zip(1..) {
            parts.extend(Part::dense(*layer, &format!("{theirs}.linear{number}.*")));
        }
        for (own, number) in block.norms.iter().zip(1..) {
            if let Norm::Layer(own) = own {
                parts.extend(Part::norm(*own, &format!("{theirs}.norm{number}.*")));
            }
        }
    }
    let (last, head) = (LayerNorm::new(graph, "norm", 32), Dense::new(graph, "head", 32, LETTERS, &Init::ZEROS));
    parts.extend(Part::norm(last, "norm.*"));
    parts.extend(Part::dense(head, "head.*"));
    Net { x, labels: graph.input("next", [8, 16]), logits: head.apply(last.apply(y)), parts }
}

#[test]
fn an_lstm_learns_text_as_in_pytorch() {
    let codes = codes();
    let batch = |step: usize, xs: &mut [f32], ys: &mut [f32]| characters(step, xs, ys, &codes);
    train("lstm", lstm, |count| Optimizer::adam(5e-3, count), batch, None);
    let momentum = |count| {
        let mut optimizer = Optimizer::momentum(0.1, 0.9, count);
        optimizer.decay = Decay::L2(1e-3);
        optimizer
    };
    train("lstm, momentum", lstm, momentum, batch, Some(0.5));
}

fn lstm(graph: &Graph) -> Net<'_> {
    let x = graph.input("characters", [8, 16]);
    let embedding = graph.param("embedding", [LETTERS, 16], Init::ZEROS);
    // One vector of biases is enough, and the stored curves have one.
    let hidden = Dense::without_bias(graph, "hidden", 32, 128, &Init::ZEROS);
    let cell = Cell { kind: CellKind::Lstm, input: Dense::new(graph, "input", 16, 128, &Init::ZEROS), hidden };
    let head = Dense::new(graph, "head", 32, LETTERS, &Init::ZEROS);
    let (hidden, _) = cell.unroll(embedding.gather(0, x), cell.start(8));
    let mut parts = vec![Part::new(embedding, "embedding.weight")];
    parts.extend(Part::dense(cell.input, "lstm.*_ih_l0"));
    parts.extend(Part::dense(cell.hidden, "lstm.*_hh_l0"));
    parts.extend(Part::dense(head, "head.*"));
    Net { x, labels: graph.input("next", [8, 16]), logits: head.apply(hidden), parts }
}
