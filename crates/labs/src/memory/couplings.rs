//! The couplings of the pairwise rules: Hebb, projection (pseudo-inverse), Storkey.
//!
//! All three are kept as whole numbers of a common unit, small enough that every sum over a row stays below 2^24. Then
//! each local field is exact in `f32`, in whatever order it is summed: fields may be kept up to date flip by flip, and
//! an energy that must not rise does not rise, to the last bit.

use ndarray::{Array2, ArrayView2};
use vivarium_engine::kernel;

/// Whole numbers up to this are exact in `f32`.
const EXACT: f64 = 16_777_216.0;

/// Real couplings are at most about 1; below this fraction of it they are rounding.
const FINEST: f64 = 1_048_576.0;

/// A symmetric matrix of whole numbers; the coupling of units `i` and `j` is `whole[[i, j]] * unit`.
pub(super) struct Couplings {
    pub(super) whole: Array2<f32>,
    pub(super) unit: f64,
}

impl Couplings {
    /// W = X X^T / d for the rows X of `patterns` (-1 and +1).
    ///
    /// Counted in bits: units `i` and `j` agree in as many patterns as their bits agree.
    pub(super) fn hebb(patterns: ArrayView2<f32>, diagonal: bool) -> Self {
        let (count, units) = patterns.dim();
        let words = count.div_ceil(64);
        let mut bits = vec![0_u64; units * words];
        for (mu, pattern) in patterns.rows().into_iter().enumerate() {
            for (i, &x) in pattern.iter().enumerate() {
                bits[i * words + mu / 64] |= u64::from(x > 0.0) << (mu % 64);
            }
        }
        let mut whole = Array2::zeros((units, units));
        for (i, mut row) in whole.rows_mut().into_iter().enumerate() {
            let mine = &bits[i * words..(i + 1) * words];
            for (w, theirs) in row.iter_mut().zip(bits.chunks_exact(words)) {
                let differ: u32 = mine.iter().zip(theirs).map(|(a, b)| (a ^ b).count_ones()).sum();
                *w = (count as f64 - 2.0 * f64::from(differ)) as f32;
            }
        }
        Self::settle(whole, 1.0 / units as f64, diagonal, false)
    }

    /// The projection onto the span of `patterns`: W = X (X^T X)^-1 X^T, computed as Q Q^T with an orthonormal basis Q
    /// of the span (Gram-Schmidt, each direction cleaned twice). Patterns that depend on earlier ones add nothing.
    pub(super) fn projection(patterns: ArrayView2<f32>, diagonal: bool) -> Self {
        let units = patterns.ncols();
        let mut basis: Vec<f32> = Vec::with_capacity(patterns.nrows().min(units) * units);
        for pattern in patterns.rows() {
            let mut rest = pattern.to_vec();
            for q in basis.chunks_exact(units).chain(basis.chunks_exact(units)) {
                kernel::axpy(-kernel::dot(q, &rest), q, &mut rest);
            }
            let norm = kernel::dot(&rest, &rest).sqrt();
            // A pattern has norm sqrt(d); what is left of a dependent one is rounding.
            if norm > 1e-3 * (units as f32).sqrt() {
                basis.extend(rest.iter().map(|x| x / norm));
            }
        }
        let rank = basis.len() / units;
        let turned: Vec<f32> = (0..units).flat_map(|i| basis.iter().skip(i).step_by(units).copied()).collect();
        let mut w = Array2::<f32>::zeros((units, units));
        // Each entry sums over the basis in order, so W_ij and W_ji are the same number.
        kernel::matmul(units, rank, units, &turned, &basis, w.as_slice_mut().unwrap_or_default());
        Self::settle(w, 1.0, diagonal, true)
    }

    /// Storkey's rule, pattern after pattern: h_ij = sum over k other than i, j of W_ik x_k, then
    /// W_ij += (x_i x_j - x_i h_ji - h_ij x_j) / d.
    pub(super) fn storkey(patterns: ArrayView2<f32>, diagonal: bool) -> Self {
        let units = patterns.ncols();
        let scale = 1.0 / units as f32;
        let mut w = Array2::<f32>::zeros((units, units));
        let mut h = vec![0.0_f32; units];
        for pattern in patterns.rows() {
            let x = pattern.to_vec();
            for (i, row) in w.rows().into_iter().enumerate() {
                // h_ij = h_i - W_ij x_j, with h_i free of the unit itself.
                h[i] = row.as_slice().map_or(0.0, |row| kernel::dot(row, &x)) - row[i] * x[i];
            }
            // With x_i x_i = 1 the terms are x_i x_j - x_i h_j - x_j h_i + 2 W_ij, the diagonal's without the last. The
            // two crossed terms are added first: then W_ij and W_ji are the same number.
            for (i, mut row) in w.rows_mut().into_iter().enumerate() {
                let (own, xi, hi) = (row[i], x[i], h[i]);
                for ((w, &xj), &hj) in row.iter_mut().zip(&x).zip(&h) {
                    *w += scale * (xi * xj - (xi * hj + xj * hi) + 2.0 * *w);
                }
                row[i] = own + scale * (1.0 - 2.0 * xi * hi);
            }
        }
        Self::settle(w, 1.0, diagonal, true)
    }

    /// Rounds to whole numbers whose rows sum exactly; `refine` allows a finer unit than the one given.
    fn settle(mut w: Array2<f32>, unit: f64, diagonal: bool, refine: bool) -> Self {
        if !diagonal {
            w.diag_mut().fill(0.0);
        }
        let row_sum = |row: ndarray::ArrayView1<f32>| row.iter().map(|w| f64::from(w.abs())).sum::<f64>();
        let largest = w.rows().into_iter().map(row_sum).fold(0.0, f64::max);
        let mut scale = 1.0;
        while 2.0 * largest * scale > EXACT {
            scale *= 0.5;
        }
        // Half of the range is left for what rounding adds to a row.
        while refine && scale < FINEST && largest * scale * 4.0 <= EXACT {
            scale *= 2.0;
        }
        if scale != 1.0 {
            w.mapv_inplace(|w| (w * scale as f32).round());
        }
        Self { whole: w, unit: unit / scale }
    }

    /// Row `i`.
    pub(super) fn row(&self, i: usize) -> &[f32] {
        let units = self.whole.ncols();
        self.whole.as_slice().map_or(&[], |all| &all[i * units..(i + 1) * units])
    }
}
