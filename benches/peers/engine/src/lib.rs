//! The engine's part of the comparison, the peak of this machine's vectors, and hand-written floors.

mod adam;
mod batches;
mod floor_digits;
mod floor_playground;
mod nets;

use ndarray::Array2;
use vivarium_engine::kernel;
use vivarium_engine::rng::Rng;
use wasm_bindgen::prelude::*;
use wide::f32x4;

/// What can be trained.
trait Train {
    /// One step on the next batch; its loss before the update.
    fn step(&mut self) -> f32;
}

/// A net in training: made once, then stepped through its batches in turn.
#[wasm_bindgen]
pub struct Training(Box<dyn Train>);

#[wasm_bindgen]
impl Training {
    /// The net for this work, or none when the contender has none. All arrays are flat: the parameters in the order of
    /// `page/work.mjs`, then inputs and targets of all batches.
    pub fn make(contender: &str, work: &str, params: &[f32], inputs: &[f32], targets: &[f32]) -> Option<Training> {
        let made = match contender {
            "graph" => nets::make(work, params, inputs, targets),
            "loops" => floor_playground::make(work, params, inputs, targets)
                .or_else(|| floor_digits::make(work, floor_digits::Products::Kernel, params, inputs, targets)),
            "ndarray" => floor_digits::make(work, floor_digits::Products::Ndarray, params, inputs, targets),
            _ => None,
        };
        made.map(Training)
    }

    /// Trains for `n` steps; the loss of the last one, before its update.
    pub fn steps(&mut self, n: u32) -> f32 {
        (0..n).fold(f32::NAN, |_, _| self.0.step())
    }
}

/// Square matrices to be multiplied, of entries from 0 to 1.
#[wasm_bindgen]
pub struct Product {
    with_ndarray: bool,
    a: Array2<f32>,
    b: Array2<f32>,
    out: Array2<f32>,
}

#[wasm_bindgen]
impl Product {
    /// Two matrices of n x n, for the engine's kernel (`graph`) or for ndarray's product (`ndarray`).
    pub fn make(contender: &str, n: usize) -> Option<Product> {
        let with_ndarray = match contender {
            "graph" => false,
            "ndarray" => true,
            _ => return None,
        };
        let mut rng = Rng::new(0, "product");
        let mut random = || Array2::from_shape_simple_fn((n, n), || rng.unit_f32());
        Some(Product { with_ndarray, a: random(), b: random(), out: Array2::zeros((n, n)) })
    }

    /// Multiplies `n` times; the last product's first entry.
    pub fn run(&mut self, n: u32) -> f32 {
        let side = self.a.nrows();
        for _ in 0..n {
            if self.with_ndarray {
                ndarray::linalg::general_mat_mul(1.0, &self.a, &self.b, 0.0, &mut self.out);
            } else if let (Some(a), Some(b), Some(out)) =
                (self.a.as_slice(), self.b.as_slice(), self.out.as_slice_mut())
            {
                kernel::matmul(side, side, side, a, b, out);
            }
        }
        self.out[[0, 0]]
    }
}

/// The limit of this machine's vectors: `steps` times multiply, then add, in independent chains of four numbers that stay
/// in registers. The sum of all chains; none for a number of chains that was not prepared.
#[wasm_bindgen]
pub fn peak(chains: usize, steps: u32, factor: f32, term: f32) -> Option<f32> {
    match chains {
        8 => Some(chain::<8>(steps, factor, term)),
        12 => Some(chain::<12>(steps, factor, term)),
        16 => Some(chain::<16>(steps, factor, term)),
        _ => None,
    }
}

#[inline(never)]
fn chain<const CHAINS: usize>(steps: u32, factor: f32, term: f32) -> f32 {
    let (factor, term) = (f32x4::splat(factor), f32x4::splat(term));
    let mut chains = [f32x4::splat(1.0); CHAINS];
    for (start, chain) in chains.iter_mut().enumerate() {
        // Chains that start alike would be computed once.
        *chain += f32x4::splat(start as f32);
    }
    for _ in 0..steps {
        for chain in &mut chains {
            *chain = *chain * factor + term;
        }
    }
    chains.iter().map(|chain| chain.reduce_add()).sum()
}
