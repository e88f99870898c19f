//! How parameters start.

use crate::rng::Rng;
use std::sync::Arc;

/// The values of a parameter or state before the first step.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// The same number everywhere.
    Constant(f32),
    /// Normal numbers with mean 0 and this standard deviation.
    Normal(f32),
    /// Uniform numbers between minus and plus this limit.
    Uniform(f32),
    /// Given numbers.
    Values(Arc<[f32]>),
}

impl Init {
    /// Zeros.
    pub const ZEROS: Self = Self::Constant(0.0);
    /// Ones.
    pub const ONES: Self = Self::Constant(1.0);

    /// Writes the start values.
    ///
    /// # Panics
    /// When given numbers have another count.
    pub fn fill(&self, rng: &mut Rng, out: &mut [f32]) {
        match self {
            Self::Constant(x) => out.fill(*x),
            Self::Normal(deviation) => out.iter_mut().for_each(|x| *x = rng.normal() as f32 * deviation),
            Self::Uniform(limit) => {
                let limit = f64::from(*limit);
                out.iter_mut().for_each(|x| *x = rng.uniform(-limit, limit) as f32);
            }
            Self::Values(values) => out.copy_from_slice(values),
        }
    }
}
