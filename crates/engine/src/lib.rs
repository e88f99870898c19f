//! Numerics for small networks that give the same bits on every machine.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`math`] | exp, ln, tanh, sin, erf and their like from one portable source; softmax |
//! | [`kernel`] | dot products, sums and matrix products on slices, in fixed lanes |
//! | [`analysis`] | scores, spectra, similarities, clusters and maps of what a network has learnt |
//! | [`linalg`] | symmetric systems by Cholesky's factors, the pseudo-inverse |
//! | [`rng`] | one seeded generator a run, split by purpose |
//! | [`stats`] | means with intervals, slopes, proportions, running moments |
//! | [`data`] | data sets, batches, points and clusters by lot, readers |
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
