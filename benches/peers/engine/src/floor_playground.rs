//! Loops for two small nets of tanh, written for these very sizes: what an engine for any net is held against.
//!
//! All sizes are known when it is compiled, and the innermost loop runs over the batch, so that every loop is unrolled and
//! runs in vectors. The batch of 10 is filled up to 12, whole vectors of four; the last two take no part in the sums.

// Indices show best which loop runs over what.
#![allow(clippy::needless_range_loop)]

use crate::Train;
use crate::batches::{Batches, take};
use vivarium_engine::math;

const BATCH: usize = 10;
const ROOM: usize = 12;
const RATE: f32 = 0.03;

/// One number for each example of the batch.
type Row = [f32; ROOM];

/// The net of this work, if it is one of the two.
pub fn make(work: &str, mut params: &[f32], inputs: &[f32], targets: &[f32]) -> Option<Box<dyn Train>> {
    let batches = Batches::new(inputs, targets, BATCH * 2, BATCH);
    let params = &mut params;
    match work {
        "playground-1" => {
            Some(Box::new(One { a: Layer::new(params), b: Layer::new(params), c: Layer::new(params), batches }))
        }
        "playground-3" => Some(Box::new(Three {
            a: Layer::new(params),
            b: Layer::new(params),
            c: Layer::new(params),
            d: Layer::new(params),
            batches,
        })),
        _ => None,
    }
}

/// A dense layer of `I` inputs and `O` units of tanh, with what it needs to learn.
struct Layer<const I: usize, const O: usize> {
    weights: [[f32; I]; O],
    biases: [f32; O],
    outputs: [Row; O],
}

impl<const I: usize, const O: usize> Layer<I, O> {
    fn new(params: &mut &[f32]) -> Self {
        let weights = take(params, I * O);
        let mut layer = Self { weights: [[0.0; I]; O], biases: [0.0; O], outputs: [[0.0; ROOM]; O] };
        for (o, row) in layer.weights.iter_mut().enumerate() {
            for (i, weight) in row.iter_mut().enumerate() {
                *weight = weights[i * O + o];
            }
        }
        layer.biases.copy_from_slice(take(params, O));
        layer
    }

    #[inline(always)]
    fn forward(&mut self, inputs: &[Row; I]) {
        for o in 0..O {
            let mut sums = [self.biases[o]; ROOM];
            for i in 0..I {
                for n in 0..ROOM {
                    sums[n] += self.weights[o][i] * inputs[i][n];
                }
            }
            self.outputs[o] = sums.map(math::tanhf);
        }
    }

    /// Learns from the derivative of the batch's summed loss by the outputs; gives that by the inputs.
    #[inline(always)]
    fn backward(&mut self, inputs: &[Row; I], slopes: &[Row; O]) -> [Row; I] {
        let mut back = [[0.0; ROOM]; I];
        for o in 0..O {
            let mut delta = [0.0; ROOM];
            for n in 0..ROOM {
                let output = self.outputs[o][n];
                delta[n] = slopes[o][n] * (1.0 - output * output);
            }
            for i in 0..I {
                let mut products = [0.0; ROOM];
                for n in 0..ROOM {
                    back[i][n] += self.weights[o][i] * delta[n];
                    products[n] = delta[n] * inputs[i][n];
                }
                self.weights[o][i] -= RATE / BATCH as f32 * sum(&products);
            }
            self.biases[o] -= RATE / BATCH as f32 * sum(&delta);
        }
        back
    }
}

/// The sum over the batch, four at a time.
#[inline(always)]
fn sum(row: &Row) -> f32 {
    let mut lanes = [0.0; 4];
    for n in 0..4 {
        lanes[n] = row[n] + row[n + 4] + row[n + 8];
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}

/// The next batch, an input a row, and its targets.
#[inline(always)]
fn next(batches: &mut Batches) -> ([Row; 2], Row) {
    let (inputs, targets) = batches.next();
    let (mut x, mut t) = ([[0.0; ROOM]; 2], [0.0; ROOM]);
    for n in 0..BATCH {
        x[0][n] = inputs[2 * n];
        x[1][n] = inputs[2 * n + 1];
        t[n] = targets[n];
    }
    (x, t)
}

/// The mean loss, and the derivative of the summed loss by the outputs: zero for those that fill up the batch.
#[inline(always)]
fn loss(outputs: &Row, targets: &Row) -> (f32, [Row; 1]) {
    let (mut slopes, mut squares) = ([0.0; ROOM], [0.0; ROOM]);
    for n in 0..BATCH {
        slopes[n] = outputs[n] - targets[n];
        squares[n] = slopes[n] * slopes[n];
    }
    (0.5 / BATCH as f32 * sum(&squares), [slopes])
}

struct One {
    a: Layer<2, 4>,
    b: Layer<4, 2>,
    c: Layer<2, 1>,
    batches: Batches,
}

impl Train for One {
    fn step(&mut self) -> f32 {
        let (x, t) = next(&mut self.batches);
        self.a.forward(&x);
        self.b.forward(&self.a.outputs);
        self.c.forward(&self.b.outputs);
        let (loss, slopes) = loss(&self.c.outputs[0], &t);
        let slopes = self.c.backward(&self.b.outputs, &slopes);
        let slopes = self.b.backward(&self.a.outputs, &slopes);
        self.a.backward(&x, &slopes);
        loss
    }
}

struct Three {
    a: Layer<2, 8>,
    b: Layer<8, 8>,
    c: Layer<8, 8>,
    d: Layer<8, 1>,
    batches: Batches,
}

impl Train for Three {
    fn step(&mut self) -> f32 {
        let (x, t) = next(&mut self.batches);
        self.a.forward(&x);
        self.b.forward(&self.a.outputs);
        self.c.forward(&self.b.outputs);
        self.d.forward(&self.c.outputs);
        let (loss, slopes) = loss(&self.d.outputs[0], &t);
        let slopes = self.d.backward(&self.c.outputs, &slopes);
        let slopes = self.c.backward(&self.b.outputs, &slopes);
        let slopes = self.b.backward(&self.a.outputs, &slopes);
        self.a.backward(&x, &slopes);
        loss
    }
}
