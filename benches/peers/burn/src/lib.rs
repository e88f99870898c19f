//! burn's part of the comparison: its tensors on the `flex` backend, its derivatives, its optimisers.

mod nets;

use burn::tensor::{Device, Distribution, Tensor};
use wasm_bindgen::prelude::*;

/// A net in training: made once, then stepped through its batches in turn.
#[wasm_bindgen]
pub struct Training(Box<dyn nets::Train>);

#[wasm_bindgen]
impl Training {
    /// The net for this work, or none when the name is unknown. All arrays are flat: the parameters in the order of
    /// `page/work.mjs`, then inputs and targets of all batches.
    pub fn make(work: &str, params: Vec<f32>, inputs: Vec<f32>, targets: Vec<f32>) -> Option<Training> {
        nets::make(work, &params, &inputs, &targets).map(Training)
    }

    /// Trains for `n` steps; the loss of the last one, before its update.
    pub fn steps(&mut self, n: u32) -> f32 {
        self.0.steps(n)
    }
}

/// Square matrices to be multiplied, of entries from 0 to 1.
#[wasm_bindgen]
pub struct Product {
    a: Tensor<2>,
    b: Tensor<2>,
}

#[wasm_bindgen]
impl Product {
    /// Two matrices of n x n.
    pub fn make(n: usize) -> Product {
        let device = Device::flex();
        let random = || Tensor::random([n, n], Distribution::Default, &device);
        Product { a: random(), b: random() }
    }

    /// Multiplies `n` times; the last product's first entry.
    pub fn run(&mut self, n: u32) -> f32 {
        let mut first = 0.0;
        for _ in 0..n {
            let product = self.a.clone().matmul(self.b.clone());
            first = product.slice([0..1, 0..1]).into_scalar();
        }
        first
    }
}
