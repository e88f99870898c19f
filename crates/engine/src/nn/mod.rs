//! Layers, losses and optimisers.
//!
//! A layer is a small `Copy` struct that holds its parameters; `new` records them under names that are paths
//! ("block 1/attention/query/weight"), `apply` records what it computes. A loss is a function that gives a scalar. An
//! [`Optimizer`] moves the flat vector of all parameters; a [`Schedule`] is a function of the step.

mod activation;
mod attention;
#[cfg(test)]
mod check;
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
