//! Loops for 784-300-100-10: rectified units, softmax's cross-entropy, Adam. The products are the engine's kernel or
//! ndarray's; all else is written for this net.

use crate::Train;
use crate::batches::{Batches, take};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use vivarium_engine::kernel;
use vivarium_engine::math;

const BATCH: usize = 60;
const SIZES: [usize; 4] = [784, 300, 100, 10];
const RATE: f32 = 1.2e-3;
const DECAY: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-7;

/// Whose matrix products are used.
#[derive(Clone, Copy)]
pub enum Products {
    /// The engine's. It takes no transposed matrices: they are copied first.
    Kernel,
    /// ndarray's.
    Ndarray,
}

impl Products {
    fn multiply(self, a: &ArrayView2<f32>, b: &ArrayView2<f32>, out: &mut Array2<f32>) {
        match self {
            Products::Ndarray => general_mat_mul(1.0, a, b, 0.0, out),
            Products::Kernel => {
                let (a, b) = (a.as_standard_layout(), b.as_standard_layout());
                let (m, k, n) = (a.nrows(), a.ncols(), b.ncols());
                if let (Some(a), Some(b), Some(out)) = (a.as_slice(), b.as_slice(), out.as_slice_mut()) {
                    kernel::matmul(m, k, n, a, b, out);
                }
            }
        }
    }
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
    Some(Box::new(Net { products, layers, batches, powers: [1.0; 2] }))
}

struct Layer {
    weights: Array2<f32>,
    biases: Array1<f32>,
    /// Derivatives by weights and biases.
    slopes: (Array2<f32>, Array1<f32>),
    moments: [(Array2<f32>, Array1<f32>); 2],
    outputs: Array2<f32>,
    /// Derivative by the outputs.
    deltas: Array2<f32>,
}

impl Layer {
    fn new(params: &mut &[f32], from: usize, to: usize) -> Self {
        let zeros = || (Array2::zeros((from, to)), Array1::zeros(to));
        let mut layer = Self {
            weights: Array2::zeros((from, to)),
            biases: Array1::zeros(to),
            slopes: zeros(),
            moments: [zeros(), zeros()],
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

    fn learn(&mut self, powers: [f32; 2]) {
        let [(m, n), (v, u)] = &mut self.moments;
        adam(self.weights.as_slice_mut(), self.slopes.0.as_slice(), m.as_slice_mut(), v.as_slice_mut(), powers);
        adam(self.biases.as_slice_mut(), self.slopes.1.as_slice(), n.as_slice_mut(), u.as_slice_mut(), powers);
    }
}

/// Adam's step, given the decay rates to the power of the step's number.
fn adam(w: Option<&mut [f32]>, g: Option<&[f32]>, m: Option<&mut [f32]>, v: Option<&mut [f32]>, powers: [f32; 2]) {
    let (Some(w), Some(g), Some(m), Some(v)) = (w, g, m, v) else { return };
    let (first, second) = (1.0 / (1.0 - powers[0]), 1.0 / (1.0 - powers[1]));
    for (((w, g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
        *m = DECAY[0] * *m + (1.0 - DECAY[0]) * g;
        *v = DECAY[1] * *v + (1.0 - DECAY[1]) * g * g;
        *w -= RATE * (*m * first) / ((*v * second).sqrt() + EPSILON);
    }
}

struct Net {
    products: Products,
    layers: Vec<Layer>,
    batches: Batches,
    powers: [f32; 2],
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
        self.powers = [self.powers[0] * DECAY[0], self.powers[1] * DECAY[1]];
        self.layers.iter_mut().for_each(|layer| layer.learn(self.powers));
        loss / BATCH as f32
    }
}
