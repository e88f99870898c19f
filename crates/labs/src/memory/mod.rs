//! Associative memory.

pub mod ags;
pub mod attention;
pub mod basins;
pub mod capacity;
mod cells;
pub mod checks;
mod couplings;
pub mod cue;
mod dense;
pub mod glyphs;
pub mod hebb;
pub mod landscape;
pub mod load;
pub mod modern_hopfield;
pub mod names;
pub mod nets;
pub mod panels;
pub mod patterns;
pub mod phase;
pub mod recall;
pub mod regimes;
pub mod scene;
pub mod search;
pub mod theory;
pub mod trace;
pub mod walk;
