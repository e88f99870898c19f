//! How alike two representations are: CKA, CCA, Procrustes; and how many directions one of them uses.
//!
//! A representation has one example a row and one unit a column. Two that are compared hold the same examples, and may
//! have different units.

use super::decompose::Svd;
use super::pca::centred;
use super::{Unfit, finite};
use crate::linalg::matmul;
use crate::{kernel, math, stats};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// The cosines of the angles between the rows of x and those of y; 0 where a row is zero.
///
/// # Panics
/// When their numbers of columns differ.
pub fn cosines<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>) -> Array2<f64> {
    let unit = |a: ArrayView2<T>| {
        let mut a = super::widened(a);
        a.rows_mut().into_iter().for_each(|mut row| {
            let norm = math::sqrt(row.iter().map(|x| x * x).sum());
            row.mapv_inplace(|x| if norm > 0.0 { x / norm } else { 0.0 });
        });
        a
    };
    matmul(unit(x).view(), unit(y).t())
}

/// Linear centred kernel alignment of two representations (Kornblith et al. 2019): 1 when they are equal up to rotation,
/// scale and shift, 0 when every unit of one is uncorrelated with every unit of the other. NaN when one does not vary.
///
/// # Errors
/// When there are fewer than two examples, or a value is not finite.
///
/// # Panics
/// When they hold different numbers of examples.
pub fn linear_cka<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, Unfit> {
    let (x, y) = centred_pair(x, y)?;
    let n = x.nrows();
    if x.ncols().max(y.ncols()) > n {
        let (k, l) = (matmul(x.view(), x.t()), matmul(y.view(), y.t()));
        return Ok(alignment(&k, &l));
    }
    let norm = |a: &Array2<f64>, b: &Array2<f64>| square_sum(&matmul(a.t(), b.view()));
    Ok(norm(&y, &x) / math::sqrt(norm(&x, &x) * norm(&y, &y)))
}

/// Centred kernel alignment with Gaussian kernels, as wide as `width` times the median distance of the examples.
///
/// # Errors
/// See [`linear_cka`].
///
/// # Panics
/// See [`linear_cka`].
pub fn rbf_cka<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>, width: f64) -> Result<f64, Unfit> {
    let (x, y) = centred_pair(x, y)?;
    let kernel = |x: &Array2<f64>| {
        let squares = super::neighbours::square_distances(x.view(), x.view());
        let apart: Vec<f64> = squares.indexed_iter().filter(|((i, j), _)| i < j).map(|(_, d)| *d).collect();
        let scale = 2.0 * width * width * stats::median(&apart);
        doubly_centred(squares.mapv(|d| math::exp(-d / scale)))
    };
    Ok(alignment(&kernel(&x), &kernel(&y)))
}

/// Sum of A_ij B_ij over the product of both norms.
fn alignment(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    product / math::sqrt(square_sum(a) * square_sum(b))
}

fn square_sum(a: &Array2<f64>) -> f64 {
    a.iter().map(|x| x * x).sum()
}

/// A symmetric matrix less its rows' and columns' means, so that both add up to zero.
pub(crate) fn doubly_centred(mut k: Array2<f64>) -> Array2<f64> {
    let n = k.nrows() as f64;
    let rows = k.sum_axis(Axis(1)) / n;
    let all = rows.sum() / n;
    k.indexed_iter_mut().for_each(|((i, j), x)| *x += all - rows[i] - rows[j]);
    k
}

fn centred_pair<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<(Array2<f64>, Array2<f64>), Unfit> {
    assert_eq!(x.nrows(), y.nrows(), "both representations are of the same examples");
    Ok((centred(x)?.1, centred(y)?.1))
}

/// The canonical correlations of two representations, the largest first: the correlation of the best pair of weighted
/// sums of units, then of the best pair uncorrelated with those before (Hotelling 1936).
///
/// Directions whose singular value is at most `share` times the largest count as rounding; 1e-6 suits single precision.
///
/// # Errors
/// When there are fewer than two examples, a value is not finite, or a decomposition does not settle.
///
/// # Panics
/// When they hold different numbers of examples.
pub fn canonical_correlations<T: Copy + Into<f64>>(
    x: ArrayView2<T>,
    y: ArrayView2<T>,
    share: f64,
) -> Result<Array1<f64>, Unfit> {
    let (x, y) = centred_pair(x, y)?;
    let (x, y) = (Svd::new(x.view())?, Svd::new(y.view())?);
    correlations_of(&x, x.rank(share), &y, y.rank(share))
}

/// The mean of the canonical correlations of both representations' leading directions, as many as hold `variance` (0.99,
/// say) of all variance (SVCCA; Raghu et al. 2017). NaN when one does not vary.
///
/// # Errors
/// See [`canonical_correlations`].
///
/// # Panics
/// See [`canonical_correlations`].
pub fn svcca<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>, variance: f64) -> Result<f64, Unfit> {
    let (x, y) = centred_pair(x, y)?;
    let (x, y) = (Svd::new(x.view())?, Svd::new(y.view())?);
    let kept = |svd: &Svd| {
        let wanted = variance * svd.values.iter().map(|x| x * x).sum::<f64>();
        let mut held = 0.0;
        let before = svd.values.iter().take_while(|x| {
            let lacking = held < wanted;
            held += *x * *x;
            lacking
        });
        before.count()
    };
    let correlations = correlations_of(&x, kept(&x), &y, kept(&y))?;
    Ok(stats::mean(&correlations.to_vec()))
}

fn correlations_of(x: &Svd, x_rank: usize, y: &Svd, y_rank: usize) -> Result<Array1<f64>, Unfit> {
    let product = matmul(x.u.slice(s![.., ..x_rank]).t(), y.u.slice(s![.., ..y_rank]));
    Ok(Svd::new(product.view())?.values.mapv(|r| r.min(1.0)))
}

/// The rotation (or reflection), scale and shift that bring one set of points nearest to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Procrustes {
    /// d x d, orthogonal; applied to a row from the right.
    pub rotation: Array2<f64>,
    /// Factor after the rotation; not below zero.
    pub scale: f64,
    /// The mean of the points that are moved.
    pub from: Array1<f64>,
    /// The mean of the points that stay.
    pub to: Array1<f64>,
    /// What is left of the squared distances, as a share of the spread of the points that stay: 0 for a perfect fit, 1 for
    /// none.
    pub residual: f64,
}

impl Procrustes {
    /// Moves the rows of x, with the least sum of squared distances, onto the rows of y (Schönemann 1966).
    ///
    /// # Errors
    /// When there are fewer than two points, or a value is not finite.
    ///
    /// # Panics
    /// When x and y differ in shape.
    pub fn fit<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<Self, Unfit> {
        assert_eq!(x.dim(), y.dim(), "points are matched one to one");
        let ((from, x), (to, y)) = (centred(x)?, centred(y)?);
        let svd = Svd::new(matmul(x.t(), y.view()).view())?;
        let (spread, target, along) = (square_sum(&x), square_sum(&y), svd.values.sum());
        let scale = if spread > 0.0 { along / spread } else { 0.0 };
        let residual = if target > 0.0 { (1.0 - scale * along / target).max(0.0) } else { 0.0 };
        Ok(Self { rotation: matmul(svd.u.view(), svd.vt.view()), scale, from, to, residual })
    }

    /// The moved points.
    ///
    /// # Errors
    /// When a value is not finite.
    ///
    /// # Panics
    /// When x has another number of columns than the points that were fitted.
    pub fn apply<T: Copy + Into<f64>>(&self, x: ArrayView2<T>) -> Result<Array2<f64>, Unfit> {
        let deviations = finite(x)? - &self.from;
        Ok(matmul(deviations.view(), self.rotation.view()) * self.scale + &self.to)
    }
}

/// The exponential of the entropy of the values as shares of their sum (Roy and Vetterli 2007): k for k equal singular
/// values and zeros. Values below zero count as zero; 0 when all are.
pub fn effective_rank(singular_values: &[f64]) -> f64 {
    let values: Vec<f64> = singular_values.iter().copied().filter(|x| *x > 0.0).collect();
    let total = kernel::sum(&values);
    if total == 0.0 {
        return 0.0;
    }
    math::exp(values.iter().map(|x| x / total).map(|p| -p * math::ln(p)).sum())
}

/// (sum of the values)^2 over the sum of their squares: the number of directions that carry the variance, of the
/// eigenvalues of a covariance; 0 when all are zero.
pub fn participation_ratio(eigenvalues: &[f64]) -> f64 {
    let squares = kernel::sum_sq(eigenvalues);
    let sum = kernel::sum(eigenvalues);
    if squares == 0.0 { 0.0 } else { sum * sum / squares }
}

/// The squared Frobenius norm over the squared spectral norm; 0 when all values are zero.
pub fn stable_rank(singular_values: &[f64]) -> f64 {
    let largest = kernel::max(singular_values);
    if largest > 0.0 { kernel::sum_sq(singular_values) / (largest * largest) } else { 0.0 }
}

/// The largest singular value: by how much the matrix stretches at most. 0 for the empty matrix.
///
/// # Errors
/// When the matrix is not finite.
pub fn spectral_norm<T: Copy + Into<f64>>(a: ArrayView2<T>) -> Result<f64, Unfit> {
    Ok(Svd::new(a)?.values.first().copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::decompose::Qr;
    use crate::analysis::support::{gap, normal, slant};
    use ndarray::array;

    fn rotation(n: usize) -> Array2<f64> {
        Qr::new(normal(n, n, "rotation").view()).unwrap().q
    }

    #[test]
    fn angles() {
        let x = array![[1.0f32, 0.0], [1.0, 1.0], [0.0, 0.0]];
        let half = math::sqrt(0.5);
        assert!(gap(&cosines(x.view(), x.view()), &array![[1.0, half, 0.0], [half, 1.0, 0.0], [0.0; 3]]) < 1e-15);
    }

    #[test]
    fn alignment_ignores_rotation_scale_and_shift() {
        // More examples than units, and fewer.
        for (n, units) in [(40, 5), (10, 30)] {
            let x = normal(n, units, "cka");
            let moved = x.dot(&rotation(units)) * 3.0 + 2.0;
            for cka in [linear_cka(x.view(), moved.view()), rbf_cka(x.view(), moved.view(), 0.5)] {
                assert!((cka.unwrap() - 1.0).abs() < 1e-12);
            }
            let other = linear_cka(x.view(), normal(n, units, "other").view()).unwrap();
            assert!(other < 0.9 && other > 0.0);
        }
        // A linear map that is no rotation changes it.
        let x = normal(50, 3, "cka");
        assert!(linear_cka(x.view(), (&x * &array![5.0, 1.0, 0.1]).view()).unwrap() < 0.8);
    }

    #[test]
    fn both_forms_of_the_alignment_agree() {
        let (x, y) = (normal(20, 6, "x"), normal(20, 4, "y"));
        let padded = ndarray::concatenate![Axis(1), x, Array2::zeros((20, 30))];
        let (short, long) = (linear_cka(x.view(), y.view()).unwrap(), linear_cka(padded.view(), y.view()).unwrap());
        assert!((short - long).abs() < 1e-14);
        // One unit each: the squared correlation.
        let (a, b) = (x.slice(s![.., ..1]), y.slice(s![.., ..1]));
        let r = stats::correlation(&a.iter().copied().collect::<Vec<_>>(), &b.iter().copied().collect::<Vec<_>>());
        assert!((linear_cka(a, b).unwrap() - r * r).abs() < 1e-14);
        assert!(linear_cka(x.view(), Array2::<f64>::ones((20, 2)).view()).unwrap().is_nan());
    }

    #[test]
    fn canonical_correlations_ignore_linear_maps() {
        let x = normal(60, 4, "cca");
        let mapped = x.dot(&normal(4, 4, "map"));
        assert!(canonical_correlations(x.view(), mapped.view(), 1e-9).unwrap().iter().all(|r| (r - 1.0).abs() < 1e-12));
        // Two shared directions and two of their own.
        let other = ndarray::concatenate![Axis(1), mapped.slice(s![.., ..2]), normal(60, 2, "own")];
        let correlations = canonical_correlations(x.view(), other.view(), 1e-9).unwrap();
        assert!((correlations[0] - 1.0).abs() < 1e-12 && (correlations[1] - 1.0).abs() < 1e-12);
        assert!(correlations[2] < 0.7);
        // One unit each: the correlation. A doubled unit changes nothing.
        let (a, b) = (x.slice(s![.., ..1]).to_owned(), other.slice(s![.., 2..3]).to_owned());
        let r = stats::correlation(&a.iter().copied().collect::<Vec<_>>(), &b.iter().copied().collect::<Vec<_>>());
        let twice = ndarray::concatenate![Axis(1), a, a];
        let found = canonical_correlations(twice.view(), b.view(), 1e-9).unwrap();
        assert!(found.len() == 1 && (found[0] - r.abs()).abs() < 1e-12);
    }

    #[test]
    fn weak_directions_do_not_count_in_svcca() {
        let (x, noise) = (normal(80, 2, "strong"), normal(80, 3, "x noise") * 1e-3);
        let one = ndarray::concatenate![Axis(1), x, noise];
        let two = ndarray::concatenate![Axis(1), x.dot(&rotation(2)), normal(80, 3, "y noise") * 1e-3];
        assert!(svcca(one.view(), two.view(), 0.99).unwrap() > 0.999);
        assert!(svcca(one.view(), two.view(), 1.0).unwrap() < 0.8);
        assert!(svcca(one.view(), Array2::<f64>::ones((80, 2)).view(), 0.99).unwrap().is_nan());
    }

    #[test]
    fn moved_points_are_moved_back() {
        let x = normal(30, 4, "points");
        let y = x.dot(&rotation(4)) * 2.5 + &array![1.0, -2.0, 3.0, 0.0];
        let fit = Procrustes::fit(x.view(), y.view()).unwrap();
        assert!(gap(&fit.rotation, &rotation(4)) < 1e-12 && (fit.scale - 2.5).abs() < 1e-12);
        assert!(gap(&fit.apply(x.view()).unwrap(), &y) < 1e-12 && fit.residual < 1e-12);
        // Never worse than staying; what is left is what it says.
        let y = normal(30, 4, "elsewhere");
        let fit = Procrustes::fit(x.view(), y.view()).unwrap();
        assert!(slant(&fit.rotation) < 1e-13);
        let left = square_sum(&(fit.apply(x.view()).unwrap() - &y));
        let spread = square_sum(&centred(y.view()).unwrap().1);
        assert!((left / spread - fit.residual).abs() < 1e-12 && fit.residual < 1.0);
    }

    #[test]
    fn numbers_of_directions() {
        let equal = [2.0, 2.0, 2.0, 0.0];
        for count in [effective_rank(&equal), participation_ratio(&equal), stable_rank(&equal)] {
            assert!((count - 3.0).abs() < 1e-14);
        }
        assert_eq!(stable_rank(&[2.0, 1.0, 1.0]), 1.5);
        assert_eq!(participation_ratio(&[3.0, 1.0]), 1.6);
        // Shares 3/4 and 1/4.
        assert!((effective_rank(&[3.0, 1.0]) - 4.0 / math::pow(3.0, 0.75)).abs() < 1e-14);
        assert_eq!((effective_rank(&[]), participation_ratio(&[0.0]), stable_rank(&[])), (0.0, 0.0, 0.0));
        assert!((spectral_norm(array![[3.0f32, 0.0], [4.0, 5.0]].view()).unwrap() - math::sqrt(45.0)).abs() < 1e-14);
    }
}
