//! Matrices taken apart: eigenvalues, singular values, orthogonal factors.
//!
//! # Which crate, and why
//! A decomposition has to give the same bits natively and in wasm. Tried on matrices of every size from 1 to 100:
//! - `nalgebra` with its defaults multiplies by instructions picked at run time. Without `std`, and with its functions
//!   taken from the `libm` crate, the bits are equal. Its symmetric eigenvalues, Schur form and QR factors hold on hard
//!   cases (ones, zeros, blocks, graded, Hilbert, huge and tiny), so they are used here. Its SVD does not: for the 5 x 5
//!   matrix of ones, U S V^T misses it by more than 1.
//! - `faer` gives other bits from 2 x 2 on, with `std` and without.
//!
//! The SVD is therefore ours: QR, then one-sided Jacobi rotations (Hestenes 1958), whose singular values are accurate and
//! whose end can be told from the data.
//!
//! # Signs
//! A vector's sign is free. Here the entry of largest size, the first of equals, is positive. In an SVD that holds for
//! the right vectors, and the left ones follow.

use super::{Unfit, finite};
use crate::linalg::matmul;
use crate::{kernel, math};
use nalgebra::DMatrix;
use ndarray::{Array1, Array2, ArrayView2, s};

/// Rounds of an iteration per row before it counts as failed; a handful is usual.
const ROUNDS: usize = 100;

/// A symmetric matrix A = V diag(values) V^T.
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricEigen {
    /// The eigenvalues, the largest first.
    pub values: Array1<f64>,
    /// Orthonormal columns, in the order of the values.
    pub vectors: Array2<f64>,
}

impl SymmetricEigen {
    /// Takes A apart; reads the lower triangle. The cost is some 4 n^3 multiplications.
    ///
    /// # Errors
    /// When A is not square or not finite.
    pub fn new<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<Self, Unfit> {
        let (n, columns) = a.dim();
        if n != columns {
            return Err(Unfit::NotSquare(n, columns));
        }
        if n == 0 {
            return Ok(Self { values: Array1::zeros(0), vectors: Array2::zeros((0, 0)) });
        }
        let a = finite(a)?;
        let lower = DMatrix::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))]);
        let eigen = nalgebra::SymmetricEigen::try_new(lower, f64::EPSILON, ROUNDS * n).ok_or(Unfit::NotSettled)?;
        let order = falling(eigen.eigenvalues.as_slice());
        let mut vectors = Array2::from_shape_fn((n, n), |(i, j)| eigen.eigenvectors[(i, order[j])]);
        vectors.columns_mut().into_iter().for_each(|mut v| {
            let sign = sign_of(v.iter().copied());
            v *= sign;
        });
        Ok(Self { values: order.iter().map(|i| eigen.eigenvalues[*i]).collect(), vectors })
    }

    /// V diag(f(values)) V^T.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Array2<f64> {
        let scaled = &self.vectors * &self.values.mapv(f);
        matmul(scaled.view(), self.vectors.t())
    }

    /// The square root of a positive semi-definite matrix; eigenvalues below zero, which rounding leaves, count as zero.
    pub fn sqrt(&self) -> Array2<f64> {
        self.map(|x| math::sqrt(x.max(0.0)))
    }

    /// The inverse of the square root of A + ridge I on the span of the eigenvectors whose eigenvalue is more than
    /// n epsilon times the largest; zero on the rest.
    pub fn inverse_sqrt(&self, ridge: f64) -> Array2<f64> {
        let least = self.values.first().map_or(0.0, |top| (top + ridge) * self.values.len() as f64 * f64::EPSILON);
        self.map(|x| if x + ridge > least { 1.0 / math::sqrt(x + ridge) } else { 0.0 })
    }
}

/// The thin singular value decomposition A = U diag(values) V^T.
#[derive(Clone, Debug, PartialEq)]
pub struct Svd {
    /// m x k with orthonormal columns, where k is the smaller of A's m rows and n columns.
    pub u: Array2<f64>,
    /// k singular values, the largest first. What is only rounding (below epsilon times A's Frobenius norm) is zero.
    pub values: Array1<f64>,
    /// k x n with orthonormal rows.
    pub vt: Array2<f64>,
}

impl Svd {
    /// Takes A apart. Meant for up to a few hundred rows or columns, whichever are fewer: the cost grows with their cube.
    ///
    /// # Errors
    /// When A is not finite.
    pub fn new<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<Self, Unfit> {
        let a = finite(a)?;
        if a.nrows() >= a.ncols() {
            return tall(a.view());
        }
        let Self { u, values, vt } = tall(a.t())?;
        let mut turned = Self { u: vt.reversed_axes(), values, vt: u.reversed_axes() };
        turned.fix_signs();
        Ok(turned)
    }

    /// U diag(values) V^T with the first `rank` values: the closest matrix of that rank.
    pub fn of_rank(&self, rank: usize) -> Array2<f64> {
        let rank = rank.min(self.values.len());
        let scaled = &self.u.slice(s![.., ..rank]) * &self.values.slice(s![..rank]);
        matmul(scaled.view(), self.vt.slice(s![..rank, ..]))
    }

    /// How many values are more than `share` times the largest.
    pub fn rank(&self, share: f64) -> usize {
        let largest = self.values.first().copied().unwrap_or(0.0);
        self.values.iter().take_while(|value| **value > share * largest).count()
    }

    /// The pseudo-inverse V diag(1 / values) U^T; values up to `share` times the largest are left out.
    pub fn pseudo_inverse(&self, share: f64) -> Array2<f64> {
        let rank = self.rank(share);
        let scaled = &self.vt.slice(s![..rank, ..]).t() / &self.values.slice(s![..rank]);
        matmul(scaled.view(), self.u.slice(s![.., ..rank]).t())
    }

    /// The X with the least |A X - B|^2, and among those the one with the least |X|^2; see [`Self::pseudo_inverse`].
    ///
    /// # Panics
    /// When B has another number of rows than A.
    pub fn solve(&self, b: ArrayView2<f64>, share: f64) -> Array2<f64> {
        let rank = self.rank(share);
        let mut inner = matmul(self.u.slice(s![.., ..rank]).t(), b);
        inner.rows_mut().into_iter().zip(&self.values).for_each(|(mut row, value)| row /= *value);
        matmul(self.vt.slice(s![..rank, ..]).t(), inner.view())
    }

    fn fix_signs(&mut self) {
        for (mut v, mut u) in self.vt.rows_mut().into_iter().zip(self.u.columns_mut()) {
            let sign = sign_of(v.iter().copied());
            v *= sign;
            u *= sign;
        }
    }
}

/// The SVD of a finite matrix with no more columns than rows.
fn tall(a: ArrayView2<f64>) -> Result<Svd, Unfit> {
    let n = a.ncols();
    let largest = a.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    // A power of two near the largest entry: dividing by it is exact, and no square overflows or vanishes.
    let unit = f64::from_bits(largest.to_bits() & (0x7ff << 52)).max(f64::MIN_POSITIVE);
    let Qr { q, r } = Qr::of(&(&a / unit));
    // Row j is column j of R V, which the rotations make orthogonal, and row j of `vt` column j of V.
    let mut rows: Vec<Vec<f64>> = r.columns().into_iter().map(|column| column.to_vec()).collect();
    let mut vt: Vec<Vec<f64>> = Array2::eye(n).rows().into_iter().map(|row| row.to_vec()).collect();
    let noise = f64::EPSILON * math::sqrt(rows.iter().map(|row| kernel::sum_sq(row)).sum());
    rotate_until_orthogonal(&mut rows, &mut vt, noise * noise)?;
    let norms: Vec<f64> = rows.iter().map(|row| math::sqrt(kernel::sum_sq(row))).collect();
    let norms: Vec<f64> = norms.into_iter().map(|norm| if norm > noise { norm } else { 0.0 }).collect();
    let order = falling(&norms);
    let mut left: Vec<Vec<f64>> = Vec::with_capacity(n);
    for &i in &order {
        if norms[i] > 0.0 {
            left.push(rows[i].iter().map(|x| x / norms[i]).collect());
        } else {
            left.push(orthogonal_to(&left, n));
        }
    }
    let left = Array2::from_shape_fn((n, n), |(i, j)| left[j][i]);
    let mut svd = Svd {
        u: matmul(q.view(), left.view()),
        values: order.iter().map(|i| norms[*i] * unit).collect(),
        vt: Array2::from_shape_fn((n, n), |(i, j)| vt[order[i]][j]),
    };
    svd.fix_signs();
    Ok(svd)
}

/// Turns pairs of rows until all are orthogonal, and the rows of `along` with them. Rows whose square is at most `noise`
/// are nothing but rounding and stay.
fn rotate_until_orthogonal(rows: &mut [Vec<f64>], along: &mut [Vec<f64>], noise: f64) -> Result<(), Unfit> {
    let n = rows.len();
    let tolerance = 2.0 * f64::EPSILON * math::sqrt(n as f64);
    for _ in 0..ROUNDS {
        let mut settled = true;
        // Carried along within a round, and taken anew for the next: a round that turns nothing has seen true ones.
        let mut squares: Vec<f64> = rows.iter().map(|row| kernel::sum_sq(row)).collect();
        for i in 0..n {
            for j in i + 1..n {
                let (a, b) = (squares[i], squares[j]);
                if a <= noise || b <= noise {
                    continue;
                }
                let product = kernel::dot(&rows[i], &rows[j]);
                if product.abs() <= tolerance * math::sqrt(a) * math::sqrt(b) {
                    continue;
                }
                settled = false;
                // The smaller root of t^2 + 2 z t - 1 = 0 is the tangent of the smaller angle.
                let z = (b - a) / (2.0 * product);
                let t = z.signum() / (z.abs() + math::sqrt(1.0 + z * z));
                let c = 1.0 / math::sqrt(1.0 + t * t);
                (squares[i], squares[j]) = (a - t * product, b + t * product);
                turn(rows, i, j, c, c * t);
                turn(along, i, j, c, c * t);
            }
        }
        if settled {
            return Ok(());
        }
    }
    Err(Unfit::NotSettled)
}

/// Rows i < j become c row_i - s row_j and s row_i + c row_j.
fn turn(rows: &mut [Vec<f64>], i: usize, j: usize, c: f64, s: f64) {
    let (head, tail) = rows.split_at_mut(j);
    for (x, y) in head[i].iter_mut().zip(&mut tail[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

/// A unit vector at right angles to some orthonormal ones, fewer than n: the first unit vector of the axes that keeps
/// enough of its length.
fn orthogonal_to(others: &[Vec<f64>], n: usize) -> Vec<f64> {
    let mut best = vec![0.0; n];
    for axis in 0..n {
        let kept = 1.0 - others.iter().map(|other| other[axis] * other[axis]).sum::<f64>();
        // The kept shares of all axes add up to at least one.
        if kept * 2.0 * n as f64 >= 1.0 {
            best[axis] = 1.0;
            break;
        }
    }
    // Twice, for the first pass leaves rounding.
    for _ in 0..2 {
        for other in others {
            let along = kernel::dot(other, &best);
            kernel::axpy(-along, other, &mut best);
        }
    }
    let norm = math::sqrt(kernel::sum_sq(&best));
    kernel::scale(1.0 / norm, &mut best);
    best
}

/// The thin factors A = Q R.
#[derive(Clone, Debug, PartialEq)]
pub struct Qr {
    /// m x k with orthonormal columns, where k is the smaller of A's m rows and n columns.
    pub q: Array2<f64>,
    /// k x n, zero below the diagonal, not negative on it.
    pub r: Array2<f64>,
}

impl Qr {
    /// Takes A apart by Householder's reflections.
    ///
    /// # Errors
    /// When A is not finite.
    pub fn new<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<Self, Unfit> {
        Ok(Self::of(&finite(a)?))
    }

    fn of(a: &Array2<f64>) -> Self {
        let (m, n) = a.dim();
        let k = m.min(n);
        if k == 0 {
            return Self { q: Array2::zeros((m, 0)), r: Array2::zeros((0, n)) };
        }
        let (q, r) = DMatrix::from_fn(m, n, |i, j| a[(i, j)]).qr().unpack();
        let sign = |i: usize| if r[(i, i)] < 0.0 { -1.0 } else { 1.0 };
        Self {
            q: Array2::from_shape_fn((m, k), |(i, j)| sign(j) * q[(i, j)]),
            r: Array2::from_shape_fn((k, n), |(i, j)| if i > j { 0.0 } else { sign(i) * r[(i, j)] }),
        }
    }
}

/// The complex eigenvalues of a real square matrix as pairs of real and imaginary part, the largest modulus first; of a
/// conjugate pair the one above the real line first.
///
/// # Errors
/// When A is not square, not finite, or the iteration does not settle.
pub fn eigenvalues<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<Vec<[f64; 2]>, Unfit> {
    let (n, columns) = a.dim();
    if n != columns {
        return Err(Unfit::NotSquare(n, columns));
    }
    if n == 0 {
        return Ok(Vec::new());
    }
    let a = finite(a)?;
    let schur = |a: &Array2<f64>| {
        let matrix = DMatrix::from_fn(n, n, |i, j| a[(i, j)]);
        nalgebra::Schur::try_new(matrix, f64::EPSILON, ROUNDS * n)
    };
    // The crate's shifts leave a cyclic permutation as it is; seen from other axes it settles.
    let schur = schur(&a).or_else(|| schur(&mirrored(&a))).ok_or(Unfit::NotSettled)?;
    let mut values: Vec<[f64; 2]> = schur.complex_eigenvalues().iter().map(|z| [z.re, z.im]).collect();
    values.sort_by(|x, y| {
        let by_size = math::hypot(y[0], y[1]).total_cmp(&math::hypot(x[0], x[1]));
        by_size.then(y[0].total_cmp(&x[0])).then(y[1].total_cmp(&x[1]))
    });
    Ok(values)
}

/// H A H with the reflection H = I - 2 v v^T / |v|^2 for a v without symmetry: the same eigenvalues.
fn mirrored(a: &Array2<f64>) -> Array2<f64> {
    let n = a.nrows();
    let v: Vec<f64> = (1..=n).map(|i| math::sqrt(i as f64)).collect();
    let scale = 2.0 / kernel::sum_sq(&v);
    let reflection = Array2::from_shape_fn((n, n), |(i, j)| f64::from(u8::from(i == j)) - scale * v[i] * v[j]);
    matmul(matmul(reflection.view(), a.view()).view(), reflection.view())
}

/// The largest modulus of an eigenvalue: above one, the linear recurrence x -> A x grows. Zero for the empty matrix.
///
/// # Errors
/// See [`eigenvalues`].
pub fn spectral_radius<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<f64, Unfit> {
    Ok(eigenvalues(a)?.first().map_or(0.0, |z| math::hypot(z[0], z[1])))
}

/// Indices in the order of falling values, the first of equals first.
pub(crate) fn falling(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|i, j| values[*j].total_cmp(&values[*i]));
    order
}

/// The sign of the entry of largest size, the first of equals.
pub(crate) fn sign_of(entries: impl Iterator<Item = f64>) -> f64 {
    let largest = entries.fold(0.0, |m: f64, x| if x.abs() > m.abs() { x } else { m });
    if largest < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests;
