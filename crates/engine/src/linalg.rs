//! Linear algebra on `ndarray` views, with the same bits everywhere.
//!
//! The factorisations are plain loops over [`kernel`] products. The crates that offer more are fast because they choose
//! instructions (fused ones too) by the machine they run on, and with them the last bits; the systems here are small. For
//! the same reason use [`matmul`] in place of `ndarray`'s `dot` of two matrices. Eigenvalues, singular values and orthogonal
//! factors are in [`crate::analysis::decompose`].

use crate::kernel::{self, Real};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use std::fmt;

/// A matrix that has no Cholesky factor: it is not positive definite, or not square, or holds NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotPositiveDefinite {
    /// The first row that depends on those before it, counted from 0.
    pub row: usize,
}

impl fmt::Display for NotPositiveDefinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The matrix is not positive definite: row {} depends on the rows before it.", self.row)
    }
}

impl std::error::Error for NotPositiveDefinite {}

/// The product A B.
///
/// # Panics
/// When A's columns are not as many as B's rows.
pub fn matmul<T: Real>(a: ArrayView2<T>, b: ArrayView2<T>) -> Array2<T> {
    let ((m, k), (rows, n)) = (a.dim(), b.dim());
    assert_eq!(k, rows, "matmul with matrices of other sizes");
    let mut out = vec![T::default(); m * n];
    kernel::matmul(m, k, n, &rows_of(a), &rows_of(b), &mut out);
    shaped((m, n), out)
}

/// The product A x.
///
/// # Panics
/// When A's columns are not as many as the entries of x.
pub fn matvec<T: Real>(a: ArrayView2<T>, x: ArrayView1<T>) -> Array1<T> {
    let mut out = vec![T::default(); a.nrows()];
    kernel::gemv(&rows_of(a), &x.to_vec(), &mut out);
    Array1::from_vec(out)
}

/// The Gram matrix X X^T of the rows of X, in double precision.
pub fn gram(x: ArrayView2<f32>) -> Array2<f64> {
    let (p, n) = x.dim();
    let rows: Vec<f64> = rows_of(x).into_iter().map(f64::from).collect();
    let row = |i: usize| &rows[i * n..(i + 1) * n];
    let mut out = Array2::zeros((p, p));
    for i in 0..p {
        for j in 0..=i {
            out[(i, j)] = kernel::dot(row(i), row(j));
            out[(j, i)] = out[(i, j)];
        }
    }
    out
}

/// The factor L of A + ridge I = L L^T, for symmetric A.
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    n: usize,
    /// Row-major, zero above the diagonal.
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factors A + ridge I; reads the lower triangle of A.
    ///
    /// # Errors
    /// When the sum is not positive definite to working precision.
    pub fn new(a: ArrayView2<f64>, ridge: f64) -> Result<Self, NotPositiveDefinite> {
        let n = a.nrows();
        if a.ncols() != n {
            return Err(NotPositiveDefinite { row: n.min(a.ncols()) });
        }
        let factor = factor(a, ridge, 4.0 * f64::EPSILON);
        let dependent = (0..n).find(|i| factor.lower[i * n + i] == 0.0);
        dependent.map_or(Ok(factor), |row| Err(NotPositiveDefinite { row }))
    }

    /// The size of the system.
    pub fn size(&self) -> usize {
        self.n
    }

    /// L as a matrix.
    pub fn lower(&self) -> ArrayView2<'_, f64> {
        // The length is n * n by construction.
        ArrayView2::from_shape((self.n, self.n), &self.lower).unwrap_or_else(|_| unreachable!())
    }

    /// Replaces B, of as many rows as the system, by the X of (A + ridge I) X = B.
    ///
    /// # Panics
    /// When B has another number of rows.
    pub fn solve(&self, b: ArrayView2<f64>) -> Array2<f64> {
        let (rows, columns) = b.dim();
        assert_eq!(rows, self.n, "a right side with another number of rows");
        let mut x = rows_of(b);
        self.forward(&mut x, columns);
        self.backward(&mut x, columns);
        shaped((rows, columns), x)
    }

    /// The x of (A + ridge I) x = b.
    ///
    /// # Panics
    /// When b has another length than the system.
    pub fn solve_vector(&self, b: ArrayView1<f64>) -> Array1<f64> {
        self.solve(b.insert_axis(ndarray::Axis(1))).remove_axis(ndarray::Axis(1))
    }

    /// ln det (A + ridge I).
    pub fn ln_det(&self) -> f64 {
        (0..self.n).map(|i| 2.0 * crate::math::ln(self.lower[i * self.n + i])).sum()
    }

    /// Y of L Y = X, in place. Rows of Y whose pivot is zero become zero.
    fn forward(&self, x: &mut [f64], columns: usize) {
        for i in 0..self.n {
            let (done, rest) = x.split_at_mut(i * columns);
            let row = &mut rest[..columns];
            for (j, y) in done.chunks_exact(columns.max(1)).enumerate() {
                kernel::axpy(-self.lower[i * self.n + j], y, row);
            }
            let pivot = self.lower[i * self.n + i];
            kernel::scale(if pivot == 0.0 { 0.0 } else { 1.0 / pivot }, row);
        }
    }

    /// X of L^T X = Y, in place.
    fn backward(&self, y: &mut [f64], columns: usize) {
        for i in (0..self.n).rev() {
            let (rest, done) = y.split_at_mut((i + 1) * columns);
            let row = &mut rest[i * columns..];
            for (j, x) in (i + 1..self.n).zip(done.chunks_exact(columns.max(1))) {
                kernel::axpy(-self.lower[j * self.n + i], x, row);
            }
            kernel::scale(1.0 / self.lower[i * self.n + i], row);
        }
    }
}

/// Row by row; a pivot of at most `tolerance` times its diagonal entry (or NaN) becomes zero, and so do the entries below it.
fn factor(a: ArrayView2<f64>, ridge: f64, tolerance: f64) -> Cholesky {
    let n = a.nrows();
    let mut lower = vec![0.0; n * n];
    for i in 0..n {
        let (done, rest) = lower.split_at_mut(i * n);
        let row = &mut rest[..n];
        for (j, above) in done.chunks_exact(n).enumerate() {
            let left = a[(i, j)] - kernel::dot(&row[..j], &above[..j]);
            row[j] = if above[j] == 0.0 { 0.0 } else { left / above[j] };
        }
        let diagonal = a[(i, i)] + ridge;
        let left = diagonal - kernel::sum_sq(&row[..i]);
        row[i] = if left > tolerance * diagonal { left.sqrt() } else { 0.0 };
    }
    Cholesky { n, lower }
}

/// Vectors spanning the rows of X, one a row: Y = L^-1 X with L L^T = X X^T + ridge I.
///
/// Without a ridge they are orthonormal, so Y^T Y projects on the span of X's rows: the weights X^T (X X^T)^-1 X of the
/// pseudo-inverse rule. A row of X that depends on those before it (to a part in 10^10 of its square) gives a zero row.
pub fn spanning_rows(x: ArrayView2<f32>, ridge: f64) -> Array2<f64> {
    let factor = factor(gram(x).view(), ridge, 1e-10);
    let mut y: Vec<f64> = rows_of(x).into_iter().map(f64::from).collect();
    factor.forward(&mut y, x.ncols());
    shaped(x.dim(), y)
}

/// X^T (X X^T + ridge I)^-1 X for the rows of X, as Y^T Y with Y from [`spanning_rows`].
pub fn projection(x: ArrayView2<f32>, ridge: f64) -> Array2<f32> {
    let y = spanning_rows(x, ridge).mapv(|y| y as f32);
    matmul(y.t(), y.view())
}

/// The entries row by row.
fn rows_of<T: Copy>(a: ArrayView2<T>) -> Vec<T> {
    a.iter().copied().collect()
}

/// `entries` row by row as a matrix.
fn shaped<T>(shape: (usize, usize), entries: Vec<T>) -> Array2<T> {
    // Every caller has made exactly that many entries.
    Array2::from_shape_vec(shape, entries).unwrap_or_else(|_| unreachable!())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use ndarray::array;

    fn signs(p: usize, n: usize) -> Array2<f32> {
        let mut rng = Rng::new(p as u64, "patterns");
        Array2::from_shape_simple_fn((p, n), || rng.sign())
    }

    fn largest(a: &Array2<f64>) -> f64 {
        a.iter().fold(0.0, |m, x| m.max(x.abs()))
    }

    #[test]
    fn factor_of_a_known_matrix() {
        let a = array![[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]];
        let factor = Cholesky::new(a.view(), 0.0).unwrap();
        assert_eq!(factor.lower(), array![[2.0, 0.0, 0.0], [6.0, 1.0, 0.0], [-8.0, 5.0, 3.0]]);
        assert!((factor.ln_det() - crate::math::ln(36.0)).abs() < 1e-14);
        let x = factor.solve_vector(array![-20.0, -43.0, 192.0].view());
        assert!((&a.dot(&x) - &array![-20.0, -43.0, 192.0]).iter().all(|e| e.abs() < 1e-10));
    }

    #[test]
    fn solutions_solve() {
        for (p, columns) in [(0, 2), (1, 1), (7, 3), (60, 5), (60, 0)] {
            let a = gram(signs(p, 100).view());
            let b = Array2::from_shape_fn((p, columns), |(i, j)| (i * 3 + j) as f64 - 7.5);
            let factor = Cholesky::new(a.view(), 0.5).unwrap();
            let x = factor.solve(b.view());
            let residual = a.dot(&x) + 0.5 * &x - &b;
            assert!(largest(&residual) < 1e-11, "{p}");
            assert_eq!(factor.size(), p);
        }
    }

    #[test]
    fn matrices_that_have_no_factor_are_told() {
        let twice = array![[1.0, 1.0], [1.0, 1.0]];
        assert_eq!(Cholesky::new(twice.view(), 0.0), Err(NotPositiveDefinite { row: 1 }));
        assert!(Cholesky::new(twice.view(), 0.1).is_ok());
        assert!(Cholesky::new(array![[-1.0]].view(), 0.0).is_err());
        assert!(Cholesky::new(array![[f64::NAN]].view(), 0.0).is_err());
        assert!(Cholesky::new(array![[1.0, 2.0]].view(), 0.0).is_err());
        let told = NotPositiveDefinite { row: 1 }.to_string();
        assert!(told.contains("row 1"), "{told}");
    }

    #[test]
    fn projection_keeps_the_patterns_and_is_its_own_square() {
        let x = signs(30, 100);
        let w = projection(x.view(), 0.0);
        let kept = matmul(x.view(), w.view());
        assert!((&kept - &x).iter().all(|e| e.abs() < 1e-4));
        let square = matmul(w.view(), w.view());
        assert!((&square - &w).iter().all(|e| e.abs() < 1e-5));
        let trace: f32 = w.diag().iter().sum();
        assert!((trace - 30.0).abs() < 1e-3);
    }

    #[test]
    fn dependent_and_surplus_patterns_change_nothing() {
        let mut x = signs(6, 20);
        let first = x.row(0).to_owned();
        x.row_mut(3).assign(&first.mapv(|s| -s));
        let without =
            ndarray::concatenate![ndarray::Axis(0), x.slice(ndarray::s![..3, ..]), x.slice(ndarray::s![4.., ..])];
        let (with, without) = (projection(x.view(), 0.0), projection(without.view(), 0.0));
        assert!((&with - &without).iter().all(|e| e.abs() < 1e-6));
        // More patterns than units: everything is kept.
        let all = projection(signs(40, 20).view(), 0.0);
        assert!((&all - &Array2::<f32>::eye(20)).iter().all(|e| e.abs() < 1e-4));
        assert_eq!(projection(Array2::zeros((2, 3)).view(), 0.0), Array2::<f32>::zeros((3, 3)));
        assert_eq!(projection(Array2::zeros((0, 3)).view(), 0.0), Array2::<f32>::zeros((3, 3)));
    }

    #[test]
    fn products_of_transposed_views() {
        let a = Array2::from_shape_fn((5, 9), |(i, j)| (i * 9 + j) as f32 - 20.0);
        assert_eq!(matmul(a.view(), a.t()), a.dot(&a.t()));
        assert_eq!(matmul(a.t(), a.view()), a.t().dot(&a));
        let x = array![1.0f32, -2.0, 3.0, 0.0, 5.0];
        assert_eq!(matvec(a.t(), x.view()), a.t().dot(&x));
        assert_eq!(gram(a.view()), matmul(a.view(), a.t()).mapv(f64::from));
    }
}
