//! Associative memory.

pub mod basins;
mod couplings;
pub mod cue;
mod dense;
pub mod glyphs;
pub mod landscape;
pub mod modern_hopfield;
pub mod names;
pub mod nets;
pub mod panels;
pub mod patterns;
pub mod recall;
pub mod scene;
pub mod trace;
pub mod walk;

pub mod ags;
pub mod attention;
pub mod capacity;
pub mod checks;
pub mod hebb;
pub mod load;
pub mod phase;
pub mod regimes;
pub mod search;
pub mod theory;
