//! Layers, losses and optimisers.
//!
//! A layer is a small `Copy` struct that holds its parameters; `new` records them under names that are paths
//! ("block 1/attention/query/weight"), `apply` records what it computes. A loss is a function that gives a scalar. An
//! [`Optimizer`] moves the flat vector of all parameters; a [`Schedule`] is a function of the step.
//!
//! ```
//! use vivarium_engine::graph::Graph;
//! use vivarium_engine::nn::{Activation, Init, Mlp, Optimizer, loss};
//! use vivarium_engine::plan::Plan;
//! use vivarium_engine::rng::Rng;
//!
//! // Which of two arms of a spiral is a point on?
//! let g = Graph::new();
//! let (x, labels) = (g.input("x", [100, 2]), g.input("labels", [100]));
//! let mlp = Mlp::new(&g, "mlp", &[2, 16, 16, 2], Activation::Tanh, &Init::GLOROT_UNIFORM);
//! let logits = mlp.apply(x);
//! let mut plan = Plan::training(&g, loss::cross_entropy(logits, labels), &[logits]);
//!
//! let mut rng = Rng::new(1, "spiral");
//! for (i, point) in plan.values_mut(x).chunks_exact_mut(2).enumerate() {
//!     let (arm, t) = (i % 2, 0.3 + 3.0 * rng.unit_f64());
//!     let angle = 2.0 * t + std::f64::consts::PI * arm as f64;
//!     let (sin, cos) = (vivarium_engine::math::sin(angle), vivarium_engine::math::cos(angle));
//!     point.copy_from_slice(&[(t * cos) as f32, (t * sin) as f32]);
//! }
//! plan.values_mut(labels).iter_mut().enumerate().for_each(|(i, label)| *label = (i % 2) as f32);
//!
//! let mut optimizer = Optimizer::adam(0.02, plan.params().len());
//! for _ in 0..400 {
//!     plan.run()?;
//!     let (params, gradient) = plan.params_and_gradient();
//!     optimizer.step(params, gradient);
//! }
//! assert!(plan.loss() < 0.05, "{}", plan.loss());
//! # Ok::<(), vivarium_engine::plan::Fault>(())
//! ```
//!
//! What adds to its input needs no layer: `x + layer.apply(x)`.

mod activation;
mod attention;
#[cfg(test)]
mod check;
mod conv;
mod dense;
mod dropout;
mod embedding;
pub mod flat;
mod groups;
mod init;
pub mod loss;
mod mup;
mod norm;
mod optimizer;
mod recurrent;
mod schedule;

pub use activation::Activation;
pub use attention::{
    Attended, Block, BlockPlan, MultiHead, Norm, NormKind, NormPlace, attend, causal_mask, padding_mask,
};
pub use conv::{Conv, Conv1d, Conv2d};
pub use dense::{Dense, LowRank, Mlp};
pub use dropout::Dropout;
pub use embedding::{Embedding, rotary, sinusoids};
pub use groups::Groups;
pub use init::{Draw, Fan, Init};
pub use mup::{MaximalUpdate, Role};
pub use norm::{BatchNorm, GroupNorm, LayerNorm, Mode, RmsNorm, weight_normalised};
pub use optimizer::{Decay, Method, Optimizer};
pub use recurrent::{Bidirectional, Cell, CellKind, Memory};
pub use schedule::Schedule;
