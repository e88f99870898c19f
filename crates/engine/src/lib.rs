//! Numerics for small networks that give the same bits on every machine.
//!
//! A network that learns two spirals, from the data to its accuracy:
//!
//! ```
//! use vivarium_engine::data::{Shares, toy};
//! use vivarium_engine::nn::{Activation, Init, Mlp, Optimizer, loss};
//! use vivarium_engine::{graph::Graph, plan::Plan, rng::Rng};
//!
//! # fn main() -> Result<(), vivarium_engine::plan::Fault> {
//! let run = Rng::new(7, "spirals");
//! let points = toy::spirals(400, 2, 1.0, 0.02, &mut run.split("points"));
//! let parts = points.split(Shares { valid: 0.0, test: 0.25 }, &mut run.split("split"));
//!
//! // Record once ...
//! let g = Graph::new();
//! let net = Mlp::new(&g, "net", &[2, 32, 32, 2], Activation::Tanh, &Init::GLOROT_UNIFORM);
//! let (x, labels) = (g.input("x", [20, 2]), g.input("labels", [20]));
//! let mut training = Plan::training(&g, loss::cross_entropy(net.apply(x), labels), &[]);
//! let (all, truth) = (g.input("all", [100, 2]), g.input("truth", [100]));
//! let accuracy = net.apply(all).argmax(1).equal(truth).mean_all();
//! let mut test = Plan::new(&g, &[accuracy]);
//!
//! // ... and replay: no step allocates anything.
//! training.init(7);
//! let mut adam = Optimizer::adam(0.01, training.params().len());
//! let mut batches = parts.train.batches(20, run.split("batches")).drop_last();
//! for _ in 0..1000 {
//!     let batch = batches.draw();
//!     parts.train.features_into(batch, training.values_mut(x));
//!     parts.train.targets_into(batch, training.values_mut(labels));
//!     training.run()?;
//!     let (params, gradient) = training.params_and_gradient();
//!     adam.step(params, gradient);
//! }
//! let every: Vec<usize> = (0..100).collect();
//! parts.test.features_into(&every, test.values_mut(all));
//! parts.test.targets_into(&every, test.values_mut(truth));
//! test.params_mut().copy_from_slice(training.params());
//! test.run()?;
//! assert!(test.scalar(accuracy) > 0.95);
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`graph`] | recording a computation; its derivatives as more graph |
//! | [`plan`] | the recording made ready to run: fused, placed, without allocation; copies of a model |
//! | [`op`] | the operators, one place each |
//! | [`nn`] | layers, start values, losses, optimisers, schedules |
//! | [`data`] | data sets, batches, points and clusters by lot, readers |
//! | [`analysis`] | scores, spectra, similarities, clusters and maps of what a network has learnt |
//! | [`stats`] | means with intervals, tests, slopes, correlations |
//! | [`math`] | exp, ln, tanh, sin, erf and their like from one portable source; softmax |
//! | [`kernel`] | dot products, sums, matrix products and convolutions on slices, in fixed lanes |
//! | [`linalg`] | symmetric systems by Cholesky's factors, the pseudo-inverse |
//! | [`rng`] | one seeded generator a run, split by purpose |
//! | [`float`](mod@float) | what operators ask of a number type |
//! | [`idx`] | the IDX file format of the digit data sets |
//! | [`image`] | resampling and binarising small pictures |
//!
//! # How the bits are kept equal
//! The standard says to the last bit what `+ - * /` and the square root give; a compiler may neither reorder nor fuse
//! them here. All else is built from them. The platform's own exp or sin is never called, no multiply-add is fused,
//! every sum has a fixed number of lanes and a fixed order, and nothing depends on the width of `usize`. `ndarray` is
//! the face of the data, yet its matrix product is not used: it picks other instructions on other machines.

pub mod analysis;
pub mod data;
pub mod float;
pub mod graph;
pub mod idx;
pub mod image;
pub mod kernel;
pub mod linalg;
pub mod math;
pub mod nn;
pub mod op;
pub mod plan;
pub mod rng;
pub mod stats;
