//! Looking at what a network has learnt: scores, spectra, similarities, clusters, maps.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`decompose`] | symmetric and general eigenvalues, SVD, QR, least squares, functions of symmetric matrices |
//! | [`pca`] | principal components, projections, whitening |
//! | [`iterative`] | extreme eigenvalues, trace and spectral density of a matrix known by its products alone |
//! | [`classify`] | accuracy, confusion, margins, calibration, ROC |
//! | [`partition`] | agreement of two labelings: mutual information, adjusted Rand index, purity |
//! | [`similarity`] | CKA, CCA, Procrustes; effective ranks |
//! | [`neighbours`] | distances, nearest neighbours and centres, ridge regression and linear probes |
//! | [`cluster`] | k-means, hierarchical clustering |
//! | [`assignment`] | one-to-one matching |
//! | [`embed`] | maps in a plane: classical scaling, t-SNE |
//!
//! Data come as `ndarray` views with one example a row; single precision is widened, and the results are double. Sizes
//! that do not fit together are the caller's mistake and panic; data that cannot be analysed (NaN, no example) give an
//! [`Unfit`].

pub mod assignment;
pub mod classify;
pub mod cluster;
pub mod decompose;
pub mod embed;
pub mod iterative;
pub mod neighbours;
pub mod partition;
pub mod pca;
pub mod similarity;

use ndarray::{Array2, ArrayView2};
use std::fmt;

/// Why a matrix could not be analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It holds NaN or an infinity.
    NotFinite,
    /// It should be square and has this many rows and columns.
    NotSquare(usize, usize),
    /// There are fewer examples than the analysis needs.
    TooFew {
        /// How many there are.
        given: usize,
        /// How many it takes.
        needed: usize,
    },
    /// The iteration ended before it had settled.
    NotSettled,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => write!(f, "The matrix holds a value that is not a finite number."),
            Self::NotSquare(rows, columns) => write!(f, "The matrix should be square and is {rows} x {columns}."),
            Self::TooFew { given, needed } => write!(f, "There are {given} examples; the analysis needs {needed}."),
            Self::NotSettled => write!(f, "The decomposition did not settle."),
        }
    }
}

impl std::error::Error for Unfit {}

/// The entries row by row in double precision, all of them finite.
fn finite<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<Array2<f64>, Unfit> {
    let wide = widened(a);
    if wide.iter().all(|x| x.is_finite()) { Ok(wide) } else { Err(Unfit::NotFinite) }
}

/// The entries row by row in double precision.
fn widened<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Array2<f64> {
    let entries: Vec<f64> = a.iter().map(|x| (*x).into()).collect();
    // As many entries as the view has.
    Array2::from_shape_vec(a.dim(), entries).unwrap_or_else(|_| unreachable!())
}

#[cfg(test)]
mod support {
    use crate::rng::Rng;
    use ndarray::Array2;

    /// Independent normal entries.
    pub fn normal(rows: usize, columns: usize, purpose: &str) -> Array2<f64> {
        let mut rng = Rng::new(1, purpose).nth((rows * 1000 + columns) as u64);
        Array2::from_shape_simple_fn((rows, columns), || rng.normal())
    }

    /// The largest entry of A - B by size.
    pub fn gap(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
        assert_eq!(a.dim(), b.dim());
        a.iter().zip(b).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()))
    }

    /// How far the columns are from orthonormal.
    pub fn slant(q: &Array2<f64>) -> f64 {
        gap(&q.t().dot(q), &Array2::eye(q.ncols()))
    }
}
