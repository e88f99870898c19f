//! Loops for 784-300-100-10: rectified units, softmax's cross-entropy, Adam. The products are the engine's kernel or
//! ndarray's; all else is written for this net.

use crate::Train;
use crate::adam::Adam;
use crate::batches::{Batches, take};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use vivarium_engine::kernel;
use vivarium_engine::math;

const BATCH: usize = 60;
const SIZES: [usize; 4] = [784, 300, 100, 10];
const RATE: f32 = 1.2e-3;

/// Whose matrix products are used.
#[derive(Clone, Copy)]
pub enum Products {
    /// The engine's.
    Kernel,
    /// ndarray's.
    Ndarray,
}

impl Products {
    /// out = a b, where either may be a transposed view.
    fn multiply(self, a: &ArrayView2<f32>, b: &ArrayView2<f32>, out: &mut Array2<f32>) {
        if let Products::Ndarray = self {
            return general_mat_mul(1.0, a, b, 0.0, out);
        }
        let ((m, k), n) = (a.dim(), b.ncols());
        let ((a, ta), (b, tb)) = (stored(a), stored(b));
        if let (Some(a), Some(b), Some(out)) = (a.to_slice(), b.to_slice(), out.as_slice_mut()) {
            kernel::gemm(m, k, n, a, ta, b, tb, out);
        }
    }
}

/// The matrix as it lies in memory, row by row, and whether that is its transpose.
fn stored<'a>(matrix: &ArrayView2<'a, f32>) -> (ArrayView2<'a, f32>, bool) {
    if matrix.is_standard_layout() { (*matrix, false) } else { (matrix.reversed_axes(), true) }
}

/// The net of this work, if it is this one.
pub fn make(
    work: &str,
    products: Products,
    mut params: &[f32],
    inputs: &[f32],
    targets: &[f32],
) -> Option<Box<dyn Train>> {
    if work != "digits" {
        return None;
    }
    let layers = SIZES.windows(2).map(|pair| Layer::new(&mut params, pair[0], pair[1])).collect();
    let batches = Batches::new(inputs, targets, BATCH * SIZES[0], BATCH);
    Some(Box::new(Net { products, layers, batches }))
}

struct Layer {
    weights: Array2<f32>,
    biases: Array1<f32>,
    /// Derivatives by weights and biases.
    slopes: (Array2<f32>, Array1<f32>),
    learners: [Adam; 2],
    outputs: Array2<f32>,
    /// Derivative by the outputs.
    deltas: Array2<f32>,
}

impl Layer {
    fn new(params: &mut &[f32], from: usize, to: usize) -> Self {
        let mut layer = Self {
            weights: Array2::zeros((from, to)),
            biases: Array1::zeros(to),
            slopes: (Array2::zeros((from, to)), Array1::zeros(to)),
            learners: [from * to, to].map(|count| Adam::new(count, RATE)),
            outputs: Array2::zeros((BATCH, to)),
            deltas: Array2::zeros((BATCH, to)),
        };
        layer.weights.iter_mut().zip(take(params, from * to)).for_each(|(w, x)| *w = *x);
        layer.biases.iter_mut().zip(take(params, to)).for_each(|(w, x)| *w = *x);
        layer
    }

    fn forward(&mut self, products: Products, input: &ArrayView2<f32>, rectify: bool) {
        products.multiply(input, &self.weights.view(), &mut self.outputs);
        for mut row in self.outputs.rows_mut() {
            for (x, bias) in row.iter_mut().zip(&self.biases) {
                let sum = *x + bias;
                *x = if rectify && sum <= 0.0 { 0.0 } else { sum };
            }
        }
    }

    /// Derivatives by the parameters, from those by the outputs before they were rectified.
    fn backward(&mut self, products: Products, input: &ArrayView2<f32>) {
        products.multiply(&input.t(), &self.deltas.view(), &mut self.slopes.0);
        self.slopes.1.fill(0.0);
        for row in self.deltas.axis_iter(Axis(0)) {
            self.slopes.1 += &row;
        }
    }

    fn learn(&mut self) {
        let [weights, biases] = &mut self.learners;
        if let (Some(params), Some(slopes)) = (self.weights.as_slice_mut(), self.slopes.0.as_slice()) {
            weights.step(params, slopes);
        }
        if let (Some(params), Some(slopes)) = (self.biases.as_slice_mut(), self.slopes.1.as_slice()) {
            biases.step(params, slopes);
        }
    }
}

struct Net {
    products: Products,
    layers: Vec<Layer>,
    batches: Batches,
}

impl Train for Net {
    fn step(&mut self) -> f32 {
        let products = self.products;
        let (input, classes) = self.batches.next();
        let Ok(input) = ArrayView2::from_shape((BATCH, SIZES[0]), input) else { return f32::NAN };
        let last = self.layers.len() - 1;
        for l in 0..=last {
            let (before, here) = self.layers.split_at_mut(l);
            let x = before.last().map_or(input, |layer| layer.outputs.view());
            here[0].forward(products, &x, l < last);
        }
        let mut loss = 0.0;
        let out = &mut self.layers[last];
        for ((logits, mut delta), class) in out.outputs.rows().into_iter().zip(out.deltas.rows_mut()).zip(classes) {
            let class = *class as usize;
            let (Some(logits), Some(delta)) = (logits.as_slice(), delta.as_slice_mut()) else { return f32::NAN };
            loss += math::logsumexp(logits) - logits[class];
            math::softmax(logits, delta);
            delta[class] -= 1.0;
            delta.iter_mut().for_each(|x| *x *= 1.0 / BATCH as f32);
        }
        for l in (0..=last).rev() {
            let (before, here) = self.layers.split_at_mut(l);
            match before.last_mut() {
                None => here[0].backward(products, &input),
                Some(below) => {
                    here[0].backward(products, &below.outputs.view());
                    products.multiply(&here[0].deltas.view(), &here[0].weights.t(), &mut below.deltas);
                    for (delta, output) in below.deltas.iter_mut().zip(&below.outputs) {
                        *delta = if *output > 0.0 { *delta } else { 0.0 };
                    }
                }
            }
        }
        self.layers.iter_mut().for_each(Layer::learn);
        loss / BATCH as f32
    }
}
