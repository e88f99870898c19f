//! Values and derivatives of every operator against stored results of PyTorch.
//!
//! The files beside this one are written by `tests/oracle/operators.py`, in double precision. Here each case is recorded
//! in a graph and computed twice: in double precision, where the engine must agree to nine digits, and in single
//! precision, where a plan must give the same bits as the plain way. Errors are measured against the largest entry of the
//! value, or of all derivatives of the case.

mod convolutions;
mod indices;
mod layers;
mod optimisers;
mod points;
mod shapes;
mod structures;
mod training;

use serde::Deserialize;
use std::collections::BTreeMap;
use vivarium_engine::graph::{Graph, Id, Tensor, evaluate};
use vivarium_engine::op::{Binary, Unary};
use vivarium_engine::plan::Plan;

/// The largest error in double precision, as a part of the largest entry.
const DOUBLE: f64 = 1e-9;
/// The same where the engine's graph holds a number that single precision rounds, such as 1 / sqrt(2) or 1 / 3.
const ROUNDED: f64 = 1e-7;
/// The same in single precision.
const SINGLE: f64 = 2e-6;

#[derive(Deserialize)]
struct Stored {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Numbers {
    shape: Vec<usize>,
    data: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    operator: String,
    args: Args,
    inputs: Vec<Numbers>,
    value: Numbers,
    #[serde(default)]
    cotangent: Vec<f64>,
    #[serde(default)]
    gradients: Vec<Option<Vec<f64>>>,
}

/// What an operator is told beside its inputs.
#[derive(Deserialize, Debug)]
struct Args(BTreeMap<String, serde_json::Value>);

impl Args {
    fn get<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        let value = self.0.get(name).unwrap_or_else(|| panic!("no argument {name} among {self:?}"));
        serde_json::from_value(value.clone()).unwrap_or_else(|why| panic!("argument {name}: {why}"))
    }
    fn size(&self, name: &str) -> usize {
        self.get(name)
    }
    /// Of two axes; one size is that of both.
    fn pair(&self, name: &str) -> [usize; 2] {
        match self.0.get(name) {
            Some(serde_json::Value::Array(_)) => self.get(name),
            _ => [self.size(name); 2],
        }
    }
    fn sizes(&self, name: &str) -> Vec<usize> {
        self.get(name)
    }
    fn number(&self, name: &str) -> f32 {
        self.get(name)
    }
}

fn read(text: &str) -> Stored {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("no file of cases: {why}"))
}

/// Records a case's operator; none if the file does not know it.
type Record = for<'g> fn(&str, &[Tensor<'g>], &Args) -> Option<Tensor<'g>>;

/// The largest difference, as a part of the scale.
fn difference(want: &[f64], got: &[f64], scale: f64) -> f64 {
    assert_eq!(want.len(), got.len());
    // A NaN must not get lost in a maximum.
    let worse = |worst: f64, (want, got): (&f64, &f64)| {
        let error = (want - got).abs() / scale;
        if error > worst || error.is_nan() { error } else { worst }
    };
    want.iter().zip(got).fold(0.0, worse)
}

/// The largest entry.
fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(f64::MIN_POSITIVE, |largest, x| largest.max(x.abs()))
}

/// Values of tensors, from values of inputs that single precision holds.
type Evaluate = for<'g> fn(&'g Graph, &[Tensor<'g>], &[(Tensor<'g>, Vec<f32>)]) -> Vec<Vec<f64>>;

fn double<'g>(graph: &'g Graph, tensors: &[Tensor<'g>], inputs: &[(Tensor<'g>, Vec<f32>)]) -> Vec<Vec<f64>> {
    evaluate::<f64>(graph, tensors, &|id| Some(doubles(given(inputs, id)?)))
}

/// As a plan computes them, which are the bits of the plain way.
fn single<'g>(graph: &'g Graph, tensors: &[Tensor<'g>], inputs: &[(Tensor<'g>, Vec<f32>)]) -> Vec<Vec<f64>> {
    let plain = evaluate::<f32>(graph, tensors, &|id| given(inputs, id).cloned());
    let kept: Vec<Tensor> = inputs.iter().map(|(x, _)| *x).collect();
    let mut plan = Plan::build(graph).outputs(tensors).outputs(&kept).compile();
    inputs.iter().for_each(|(x, values)| plan.set(*x, values));
    if let Err(fault) = plan.run() {
        panic!("{fault}");
    }
    for (tensor, plain) in tensors.iter().zip(&plain) {
        let same = plan.values(*tensor).iter().zip(plain).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "a plan gives other bits for {tensor:?} than the plain way");
    }
    plain.iter().map(|values| doubles(values)).collect()
}

fn given<'a>(inputs: &'a [(Tensor, Vec<f32>)], id: Id) -> Option<&'a Vec<f32>> {
    inputs.iter().find(|(x, _)| x.id() == id).map(|(_, values)| values)
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().map(|x| f64::from(*x)).collect()
}

/// The largest errors of a case: in the value, and in the derivatives by each input.
fn errors(case: &Case, record: Record, evaluate: Evaluate) -> Vec<f64> {
    let graph = Graph::new();
    let mut at = Vec::new();
    let mut input = |name: &str, shape: &[usize], data: &[f64]| {
        let tensor = graph.input(name, shape);
        // Stored in few digits, and meant to be the nearest number in single precision.
        at.push((tensor, data.iter().map(|x| *x as f32).collect()));
        tensor
    };
    let named = |(i, numbers): (usize, &Numbers)| input(&format!("input {i}"), &numbers.shape, &numbers.data);
    let inputs: Vec<Tensor> = case.inputs.iter().enumerate().map(named).collect();
    let Some(y) = record(&case.operator, &inputs, &case.args) else {
        panic!("no operator for the case {}", case.operator)
    };
    assert_eq!(y.shape().dims(), case.value.shape, "shape of {}", case.operator);
    let mut wanted = vec![&case.value.data];
    let mut tensors = vec![y];
    if !case.cotangent.is_empty() {
        let v = input("cotangent", &case.value.shape, &case.cotangent);
        let known = inputs.iter().zip(&case.gradients).filter_map(|(x, gradient)| Some((*x, gradient.as_ref()?)));
        let (xs, gradients): (Vec<Tensor>, Vec<&Vec<f64>>) = known.unzip();
        tensors.extend(graph.vjp(y, v, &xs));
        wanted.extend(gradients);
    }
    let got = evaluate(&graph, &tensors, &at);
    // A derivative that is a sum may be small because its terms cancel: so all derivatives have one scale.
    let scales = [largest(wanted[0]), largest(wanted[1..].iter().copied().flatten())];
    let part = |(i, (want, got)): (usize, (&Vec<f64>, &Vec<f64>))| difference(want, got, scales[i.min(1)]);
    wanted.into_iter().zip(&got).enumerate().map(part).collect()
}

/// Compares all cases of a file; `rounded` tells the operators with numbers that single precision rounds.
fn compare(text: &str, record: Record, rounded: &[&str]) {
    let stored = read(text);
    let mut worst = [("", 0.0); 2];
    let mut bad = Vec::new();
    for (i, case) in stored.cases.iter().enumerate() {
        let limit = if rounded.contains(&&*case.operator) { ROUNDED } else { DOUBLE };
        let ways: [(&str, Evaluate, f64); 2] = [("double", double, limit), ("single", single, SINGLE)];
        for ((precision, evaluate, limit), worst) in ways.into_iter().zip(&mut worst) {
            for (part, error) in errors(case, record, evaluate).into_iter().enumerate() {
                if error > worst.1 {
                    *worst = (&case.operator, error);
                }
                if error.is_nan() || error > limit {
                    let what = if part == 0 { "value".into() } else { format!("gradient {part}") };
                    let name = &case.operator;
                    bad.push(format!("case {}, {name}: {what} in {precision} precision is off by {error:.1e}", i + 1));
                }
            }
        }
    }
    let [(double, e64), (single, e32)] = worst;
    println!("{} cases; worst in double: {double} {e64:.1e}, in single: {single} {e32:.1e}", stored.cases.len());
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn points_agree() {
    compare(include_str!("points.json"), points::record, &["erf", "gelu", "selu", "celu", "log2", "hard_sigmoid"]);
}

#[test]
fn reductions_agree() {
    compare(include_str!("reductions.json"), shapes::reduction, &["mean", "variance"]);
}

#[test]
fn products_agree() {
    compare(include_str!("products.json"), shapes::product, &[]);
}

#[test]
fn layouts_agree() {
    compare(include_str!("layouts.json"), shapes::layout, &[]);
}

#[test]
fn indices_agree() {
    compare(include_str!("indices.json"), indices::record, &[]);
}

#[test]
fn orders_agree() {
    compare(include_str!("orders.json"), indices::order, &[]);
}

#[test]
fn fourier_transforms_agree() {
    compare(include_str!("fourier.json"), indices::fourier, &["ifft", "irfft", "causal_convolution"]);
}

#[test]
fn structures_agree() {
    compare(include_str!("structures.json"), structures::record, &[]);
}

#[test]
fn convolutions_agree() {
    compare(include_str!("convolutions.json"), convolutions::record, &[]);
}

#[test]
fn activations_agree() {
    let rounded = ["SELU", "GELU", "GELU (tanh)", "leaky ReLU", "hard swish", "hard sigmoid", "erf"];
    compare(include_str!("activations.json"), layers::activation, &rounded);
}

#[test]
fn losses_agree() {
    let rounded = [
        "cross_entropy",
        "cross_entropy smoothed",
        "binary_cross_entropy",
        "kl_divergence",
        "triplet",
        "multi_class_hinge",
        "contrastive",
    ];
    compare(include_str!("losses.json"), layers::loss, &rounded);
}

#[test]
fn norms_agree() {
    compare(include_str!("norms.json"), layers::norm, &["group_norm"]);
}

#[test]
fn cells_agree() {
    compare(include_str!("cells.json"), layers::cell, &[]);
}

#[test]
fn attention_agrees() {
    compare(include_str!("attention.json"), layers::attention, &["encoder block"]);
}

#[test]
fn every_function_of_entries_has_a_case() {
    let stored = read(include_str!("points.json"));
    let names = Unary::ALL.iter().map(|f| f.name()).chain(Binary::ALL.iter().map(|f| f.name()));
    for name in names {
        assert!(stored.cases.iter().any(|case| case.operator == name), "no case for {name}");
    }
}
