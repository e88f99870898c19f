//! Associative memory.

pub mod modern_hopfield;
