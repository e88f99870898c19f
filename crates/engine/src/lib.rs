//! Numerics for small networks that give the same bits on every machine.

pub mod stats;
