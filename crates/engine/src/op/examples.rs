//! One test for the derivatives of all operators: against central differences in double precision, and the derivative's
//! own derivative as well.

use super::View;
use crate::graph::{Graph, Id, Rule, Shape, Tensor, evaluate};
use crate::rng::Rng;
use std::collections::BTreeMap;

type Build = Box<dyn for<'g> Fn(&[Tensor<'g>]) -> Tensor<'g>>;

/// An operator at work: inputs, and what is recorded of them.
pub(super) struct Example {
    name: String,
    inputs: Vec<(Shape, Vec<f64>)>,
    build: Build,
}

/// Sizes for an example: small, drawn anew for each round.
pub(super) fn size(rng: &mut Rng) -> usize {
    1 + rng.index(4)
}

impl Example {
    /// An example without inputs yet.
    pub fn new(name: &str, build: impl for<'g> Fn(&[Tensor<'g>]) -> Tensor<'g> + 'static) -> Self {
        Self { name: name.into(), inputs: Vec::new(), build: Box::new(build) }
    }

    /// One more input, of numbers between the limits. No two of them are equal or nearly so, nor is any nearly a whole
    /// number, so that no choice turns within a difference.
    pub fn with(mut self, shape: impl Into<Shape>, low: f64, high: f64, rng: &mut Rng) -> Self {
        let shape = shape.into();
        let n = shape.len();
        let mut values: Vec<f64> =
            (0..n).map(|i| low + (high - low) * (i as f64 + rng.uniform(0.3, 0.7)) / n as f64).collect();
        rng.shuffle(&mut values);
        values.iter_mut().for_each(|x| {
            if (*x - x.round()).abs() < 1e-3 {
                *x += 2e-3
            }
        });
        self.inputs.push((shape, values));
        self
    }

    /// One more input of given whole numbers, by which nothing is differentiated.
    pub fn with_indices(mut self, shape: impl Into<Shape>, values: &[usize]) -> Self {
        self.inputs.push((shape.into(), values.iter().map(|i| *i as f64).collect()));
        self
    }
}

fn all(rng: &mut Rng) -> Vec<Example> {
    let files = [
        super::point::examples,
        super::reduce::examples,
        super::linear::examples,
        super::layout::examples,
        super::index::examples,
        super::sort::examples,
        super::scan::examples,
        super::fft::examples,
        super::matrix::examples,
        super::unit::examples,
        super::soft::examples,
        super::solve::examples,
        super::lattice::examples,
        super::einsum::examples,
        super::conv::examples,
        super::pool::examples,
    ];
    files.iter().flat_map(|examples| examples(rng)).collect()
}

/// The values of what is recorded of constants, in single precision.
pub(super) fn values(build: impl for<'g> FnOnce(&'g Graph) -> Tensor<'g>) -> Vec<f32> {
    let graph = Graph::new();
    let y = build(&graph);
    evaluate::<f32>(&graph, &[y], &|_| None).swap_remove(0)
}

/// Compares the gradient of a scalar of the inputs with central differences.
pub fn compare(what: &str, graph: &Graph, y: Tensor, xs: &[Tensor], grads: &[Tensor], at: &BTreeMap<Id, Vec<f64>>) {
    let value = |at: &BTreeMap<Id, Vec<f64>>| evaluate::<f64>(graph, &[y], &|id| at.get(&id).cloned())[0][0];
    let got = evaluate::<f64>(graph, grads, &|id| at.get(&id).cloned());
    for (x, got) in xs.iter().zip(got) {
        for (i, got) in got.iter().enumerate() {
            let mut moved = at.clone();
            let mut at_step = |h: f64| {
                moved.insert(x.id(), at[&x.id()].clone());
                if let Some(values) = moved.get_mut(&x.id()) {
                    values[i] += h;
                }
                value(&moved)
            };
            let h = 1e-4;
            // Fourth order: the error is of the size of h^4.
            let near = (at_step(h) - at_step(-h)) / (2.0 * h);
            let far = (at_step(2.0 * h) - at_step(-2.0 * h)) / (4.0 * h);
            let want = (4.0 * near - far) / 3.0;
            let error = (got - want).abs() / (1.0 + want.abs());
            assert!(error < 2e-7, "{what}: derivative by {x:?}[{i}] is {got}, by differences {want}");
        }
    }
}

#[test]
fn derivatives_and_second_derivatives_agree_with_differences() {
    for round in 0..12 {
        let mut rng = Rng::new(round, "examples");
        for example in all(&mut rng) {
            let graph = Graph::new();
            let input = |(i, (shape, _)): (usize, &(Shape, Vec<f64>))| graph.input(&format!("input {i}"), *shape);
            let inputs: Vec<Tensor> = example.inputs.iter().enumerate().map(input).collect();
            let y = (example.build)(&inputs);
            let mut at: BTreeMap<Id, Vec<f64>> = BTreeMap::new();
            at.extend(inputs.iter().zip(&example.inputs).map(|(x, (_, values))| (x.id(), values.clone())));
            let whole = |values: &[f64]| values.iter().all(|x| x.fract() == 0.0);
            let xs: Vec<Tensor> =
                inputs.iter().zip(&example.inputs).filter(|(_, (_, v))| !whole(v)).map(|(x, _)| *x).collect();
            let weights = |tensor: Tensor, rng: &mut Rng| -> Vec<f32> {
                (0..tensor.shape().len()).map(|_| rng.uniform(-1.0, 1.0) as f32).collect()
            };
            let loss = y.dot(graph.constant(y.shape(), &weights(y, &mut rng)));
            let grads = graph.gradients(loss, &xs);
            compare(&example.name, &graph, loss, &xs, &grads, &at);
            let along =
                grads.iter().zip(&xs).map(|(grad, x)| grad.dot(graph.constant(x.shape(), &weights(*x, &mut rng))));
            let Some(along) = along.reduce(|sum, term| sum + term) else { continue };
            let second = graph.gradients(along, &xs);
            compare(&format!("{}, second", example.name), &graph, along, &xs, &second, &at);
        }
    }
}

#[test]
fn copies_side_by_side_give_the_bits_of_each_alone() {
    const COPIES: usize = 3;
    let mut rng = Rng::new(0, "copies");
    let mut seen = 0;
    for example in (0..4).flat_map(|round| all(&mut Rng::new(round, "examples"))) {
        let graph = Graph::new();
        let inputs: Vec<Tensor> = example.inputs.iter().map(|(shape, _)| graph.input("x", *shape)).collect();
        let y = (example.build)(&inputs);
        graph.gradients(y.sum_all(), &inputs);
        let trace = graph.trace();
        for (i, node) in trace.nodes.iter().enumerate() {
            let Rule::Op(op) = &node.rule else { continue };
            if !op.trailing() {
                continue;
            }
            seen += 1;
            let shapes: Vec<Shape> = trace.inputs(Id(i as u32)).iter().map(|id| trace.nodes[id.at()].shape).collect();
            let wide: Vec<Shape> = shapes.iter().map(|shape| shape.inserted(shape.rank(), COPIES)).collect();
            // Numbers that are indices for operators that take some.
            let data: Vec<Vec<f32>> =
                wide.iter().map(|shape| (0..shape.len()).map(|_| rng.uniform(-1.0, 5.0) as f32).collect()).collect();
            let run = |shapes: &[Shape], data: &[Vec<f32>], len: usize| {
                let views: Vec<View<f32>> =
                    shapes.iter().zip(data).map(|(shape, data)| View { dims: shape.dims(), data }).collect();
                let mut out = vec![f32::NAN; len];
                op.eval32(&views, &mut out, &mut vec![f32::NAN; op.scratch(shapes)]);
                out
            };
            let together = run(&wide, &data, node.shape.len() * COPIES);
            for copy in 0..COPIES {
                let own = |x: &[f32]| -> Vec<f32> { x.iter().skip(copy).step_by(COPIES).copied().collect() };
                let alone = run(&shapes, &data.iter().map(|x| own(x)).collect::<Vec<_>>(), node.shape.len());
                assert_eq!(own(&together), alone, "{}: {} of {shapes:?}", example.name, op.name());
            }
        }
    }
    assert!(seen > 100);
}
