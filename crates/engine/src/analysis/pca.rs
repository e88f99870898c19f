//! Principal components and whitening.

use super::decompose::SymmetricEigen;
use super::{Unfit, finite};
use crate::linalg::matmul;
use crate::math;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};

/// The directions in which examples vary most (Pearson 1901).
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// The mean example.
    pub mean: Array1<f64>,
    /// One direction a row, orthonormal, the one of most variance first; its entry of largest size is positive.
    pub components: Array2<f64>,
    /// Variance along each direction, with n - 1 in the denominator.
    pub variances: Array1<f64>,
    /// Variance of all features together.
    pub total_variance: f64,
}

impl Pca {
    /// The first `count` directions of the rows of x; fewer where x varies in fewer.
    ///
    /// Works on whichever is smaller, the covariance of the features or the products of the examples.
    ///
    /// # Errors
    /// When there are fewer than two examples, or one is not finite.
    pub fn fit<T: Copy + Into<f64>>(x: ArrayView2<T>, count: usize) -> Result<Self, Unfit> {
        let (mean, centred) = centred(x)?;
        let (n, features) = centred.dim();
        let by_features = features <= n;
        let products =
            if by_features { matmul(centred.t(), centred.view()) } else { matmul(centred.view(), centred.t()) };
        let freedom = (n - 1) as f64;
        let total_variance = products.diag().sum() / freedom;
        let eigen = SymmetricEigen::new(products.view())?;
        let noise = eigen.values.first().map_or(0.0, |top| top * n.max(features) as f64 * f64::EPSILON);
        let kept = eigen.values.iter().take(count).take_while(|value| **value > noise).count();
        let vectors = eigen.vectors.slice(s![.., ..kept]);
        let mut components = if by_features { vectors.t().to_owned() } else { matmul(vectors.t(), centred.view()) };
        if !by_features {
            components.rows_mut().into_iter().for_each(|mut row| unit(&mut row));
        }
        Ok(Self { mean, components, variances: eigen.values.slice(s![..kept]).mapv(|x| x / freedom), total_variance })
    }

    /// The share of all variance that each direction holds; NaN when nothing varies.
    pub fn explained(&self) -> Array1<f64> {
        &self.variances / self.total_variance
    }

    /// The coordinates of examples along the directions, one example a row.
    ///
    /// # Panics
    /// When x has another number of features.
    pub fn project(&self, x: ArrayView2<f32>) -> Array2<f32> {
        let mut out = Array2::zeros((x.nrows(), self.components.nrows()));
        self.project_into(x, out.view_mut());
        out
    }

    /// [`Self::project`] without allocation. `out` may have fewer columns than there are directions.
    ///
    /// # Panics
    /// When x has another number of features, or `out` other rows than x or more columns than there are directions.
    pub fn project_into(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        assert_eq!(x.ncols(), self.mean.len(), "examples with another number of features");
        assert!(x.nrows() == out.nrows() && out.ncols() <= self.components.nrows(), "coordinates of another shape");
        for (row, mut out) in x.rows().into_iter().zip(out.rows_mut()) {
            for (component, out) in self.components.rows().into_iter().zip(&mut out) {
                *out = self.along(row, component) as f32;
            }
        }
    }

    fn along(&self, example: ArrayView1<f32>, component: ArrayView1<f64>) -> f64 {
        let deviations = example.iter().zip(&self.mean).map(|(x, mean)| f64::from(*x) - mean);
        deviations.zip(&component).map(|(x, weight)| x * weight).sum()
    }

    /// [`Self::project`] with unit variance along each direction of the examples that were fitted.
    ///
    /// # Panics
    /// When x has another number of features.
    pub fn whiten(&self, x: ArrayView2<f32>) -> Array2<f32> {
        let deviations = self.variances.mapv(|v| math::sqrt(v) as f32);
        self.project(x) / deviations
    }

    /// The examples that have these coordinates.
    ///
    /// # Panics
    /// When there are not as many coordinates as directions.
    pub fn rebuild(&self, coordinates: ArrayView2<f32>) -> Array2<f32> {
        let inner = matmul(coordinates.mapv(f64::from).view(), self.components.view());
        (inner + &self.mean).mapv(|x| x as f32)
    }
}

/// Whitening that changes the examples least (ZCA; Bell and Sejnowski 1997).
#[derive(Clone, Debug, PartialEq)]
pub struct Whitening {
    /// The mean example.
    pub mean: Array1<f64>,
    /// (C + ridge I)^(-1/2) for the covariance C of the features, n in the denominator; symmetric.
    pub matrix: Array2<f64>,
}

impl Whitening {
    /// The whitening of the rows of x.
    ///
    /// # Errors
    /// When there are fewer than two examples, or one is not finite.
    pub fn fit<T: Copy + Into<f64>>(x: ArrayView2<T>, ridge: f64) -> Result<Self, Unfit> {
        let (mean, centred) = centred(x)?;
        let covariance = matmul(centred.t(), centred.view()) / centred.nrows() as f64;
        Ok(Self { mean, matrix: SymmetricEigen::new(covariance.view())?.inverse_sqrt(ridge) })
    }

    /// The whitened examples.
    ///
    /// # Panics
    /// When x has another number of features.
    pub fn apply(&self, x: ArrayView2<f32>) -> Array2<f32> {
        let deviations = x.mapv(f64::from) - &self.mean;
        matmul(deviations.view(), self.matrix.view()).mapv(|x| x as f32)
    }
}

/// The mean row, and the rows less it.
pub(crate) fn centred<T: Copy + Into<f64>>(x: ArrayView2<T>) -> Result<(Array1<f64>, Array2<f64>), Unfit> {
    let mut rows = finite(x)?;
    if rows.nrows() < 2 {
        return Err(Unfit::TooFew { given: rows.nrows(), needed: 2 });
    }
    let mean = rows.sum_axis(Axis(0)) / rows.nrows() as f64;
    rows -= &mean;
    Ok((mean, rows))
}

/// Length one, and the entry of largest size positive.
fn unit(row: &mut ndarray::ArrayViewMut1<f64>) {
    let norm = math::sqrt(row.iter().map(|x| x * x).sum());
    let sign = super::decompose::sign_of(row.iter().copied());
    row.mapv_inplace(|x| sign * x / norm);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::support::{gap, normal, slant};
    use ndarray::array;

    /// Examples that vary by 3, 2 and 1 along three hidden directions, and not at all along others.
    fn flat(n: usize, features: usize) -> Array2<f32> {
        let directions = crate::analysis::decompose::Qr::new(normal(features, 3, "directions").view()).unwrap().q;
        let scores = normal(n, 3, "scores") * &array![3.0, 2.0, 1.0];
        (scores.dot(&directions.t()) + 5.0).mapv(|x| x as f32)
    }

    #[test]
    fn components_are_those_of_the_singular_values() {
        // More examples than features, and fewer.
        for (n, features) in [(50, 6), (7, 40), (30, 30)] {
            let x = normal(n, features, "pca");
            let pca = Pca::fit(x.view(), 5).unwrap();
            assert_eq!(pca.components.dim(), (5, features));
            assert!(slant(&pca.components.t().to_owned()) < 1e-13);
            let (_, centred) = centred(x.view()).unwrap();
            let svd = crate::analysis::decompose::Svd::new(centred.view()).unwrap();
            for i in 0..5 {
                let variance = svd.values[i] * svd.values[i] / (n - 1) as f64;
                assert!((pca.variances[i] / variance - 1.0).abs() < 1e-12, "{n} {features}");
                let cosine = pca.components.row(i).dot(&svd.vt.row(i));
                assert!((cosine - 1.0).abs() < 1e-9, "{n} {features} {i}: {cosine}");
            }
            let all: f64 = svd.values.iter().map(|x| x * x).sum::<f64>() / (n - 1) as f64;
            assert!((pca.total_variance / all - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn points_on_a_line() {
        let x = array![[0.0f32, 0.0], [3.0, 4.0], [6.0, 8.0]];
        let pca = Pca::fit(x.view(), 2).unwrap();
        assert_eq!(pca.components.nrows(), 1);
        assert!((pca.components[(0, 0)] - 0.6).abs() < 1e-14 && (pca.components[(0, 1)] - 0.8).abs() < 1e-14);
        assert!((pca.variances[0] - 25.0).abs() < 1e-12 && (pca.explained()[0] - 1.0).abs() < 1e-14);
        assert_eq!(pca.project(x.view()), array![[-5.0f32], [0.0], [5.0]]);
        assert_eq!(pca.whiten(x.view()), array![[-1.0f32], [0.0], [1.0]]);
    }

    #[test]
    fn as_many_components_as_the_data_have() {
        for (n, features) in [(40, 10), (10, 40)] {
            let x = flat(n, features);
            // Single precision leaves noise of its own, far below the third direction.
            let pca = Pca::fit(x.view(), 3).unwrap();
            let rebuilt = pca.rebuild(pca.project(x.view()).view());
            assert!((&rebuilt - &x).iter().all(|e| e.abs() < 1e-5));
            assert!((pca.explained().sum() - 1.0).abs() < 1e-9);
            let whitened = pca.whiten(x.view()).mapv(f64::from);
            let covariance = whitened.t().dot(&whitened) / (n - 1) as f64;
            assert!(gap(&covariance, &Array2::eye(3)) < 1e-5);
        }
        let still = Pca::fit(Array2::<f32>::ones((5, 3)).view(), 3).unwrap();
        assert_eq!((still.components.nrows(), still.total_variance), (0, 0.0));
    }

    #[test]
    fn projections_into_fewer_columns() {
        let x = normal(20, 6, "narrow").mapv(|x| x as f32);
        let pca = Pca::fit(x.view(), 4).unwrap();
        let mut two = Array2::zeros((20, 2));
        pca.project_into(x.view(), two.view_mut());
        assert_eq!(two, pca.project(x.view()).slice(s![.., ..2]));
    }

    #[test]
    fn whitened_examples_are_uncorrelated_and_close() {
        let x = (normal(200, 4, "zca").dot(&normal(4, 4, "mixing")) + 2.0).mapv(|x| x as f32);
        let whitening = Whitening::fit(x.view(), 0.0).unwrap();
        assert!(gap(&whitening.matrix, &whitening.matrix.t().to_owned()) < 1e-12);
        let white = whitening.apply(x.view()).mapv(f64::from);
        assert!(gap(&(white.t().dot(&white) / 200.0), &Array2::eye(4)) < 1e-4);
    }

    #[test]
    fn unfit_examples() {
        assert_eq!(Pca::fit(Array2::<f32>::ones((1, 3)).view(), 2).unwrap_err(), Unfit::TooFew { given: 1, needed: 2 });
        assert_eq!(Pca::fit(array![[1.0f32], [f32::NAN]].view(), 2).unwrap_err(), Unfit::NotFinite);
        assert_eq!(Pca::fit(Array2::<f32>::zeros((3, 0)).view(), 2).unwrap().components.dim(), (0, 0));
    }
}
