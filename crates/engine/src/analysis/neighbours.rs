//! Distances between examples, and simple classifiers that show what a representation holds: nearest neighbours, nearest
//! class centre, a linear probe.

use super::decompose::Svd;
use super::{Unfit, classify, finite, pca, widened};
use crate::kernel::{self, LANES};
use crate::linalg::{Cholesky, matmul};
use crate::{math, stats};
use ndarray::{Array1, Array2, ArrayView2};

/// The squared distance of each row of x from each row of y.
///
/// # Panics
/// When their numbers of columns differ.
pub fn square_distances<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>) -> Array2<f64> {
    assert_eq!(x.ncols(), y.ncols(), "distances between points of different dimensions");
    let (x, y) = (widened(x), widened(y));
    let rows = |a: &Array2<f64>| -> Vec<Vec<f64>> { a.rows().into_iter().map(|row| row.to_vec()).collect() };
    let (x, y) = (rows(&x), rows(&y));
    Array2::from_shape_fn((x.len(), y.len()), |(i, j)| square_distance(&x[i], &y[j]))
}

/// The distance of each row of x from each row of y.
///
/// # Panics
/// When their numbers of columns differ.
pub fn distances<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<T>) -> Array2<f64> {
    square_distances(x, y).mapv(math::sqrt)
}

/// In lanes, so that the sum of many terms runs in vectors.
fn square_distance(x: &[f64], y: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    for (x, y) in x.chunks(LANES).zip(y.chunks(LANES)) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += (x - y) * (x - y);
        }
    }
    kernel::sum(&lanes)
}

/// The rows of x nearest to each query, the nearest first, k of them or all; of equally near ones the first row first.
/// Rows at a distance of NaN come last.
///
/// # Panics
/// When the numbers of columns differ.
pub fn k_nearest<T: Copy + Into<f64>>(x: ArrayView2<T>, queries: ArrayView2<T>, k: usize) -> Vec<Vec<usize>> {
    let squares = square_distances(queries, x);
    let nearest = |row: ndarray::ArrayView1<f64>| {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|i, j| stats::ascending(&row[*i], &row[*j]));
        order.truncate(k);
        order
    };
    squares.rows().into_iter().map(nearest).collect()
}

/// The class that most of the k nearest labelled rows of x have; of tied classes the one met first, coming from near.
///
/// # Panics
/// When sizes differ, or there are no labelled rows or k is 0.
pub fn nearest_neighbour_classes<T: Copy + Into<f64>>(
    x: ArrayView2<T>,
    labels: &[usize],
    queries: ArrayView2<T>,
    k: usize,
) -> Vec<usize> {
    assert_eq!(x.nrows(), labels.len(), "as many labels as examples");
    assert!(!labels.is_empty() && k > 0, "neighbours take labelled examples");
    let vote = |nearest: Vec<usize>| {
        let votes = |class: usize| nearest.iter().filter(|i| labels[**i] == class).count();
        // The first of the most frequent; `max_by_key` would give the last.
        let mut best = labels[nearest[0]];
        for i in &nearest {
            if votes(labels[*i]) > votes(best) {
                best = labels[*i];
            }
        }
        best
    };
    k_nearest(x, queries, k).into_iter().map(vote).collect()
}

/// The mean example of each class, one a row; NaN for classes without examples.
///
/// # Panics
/// When there are not as many labels as rows, or a label is beyond the last class.
pub fn class_centres<T: Copy + Into<f64>>(x: ArrayView2<T>, labels: &[usize], classes: usize) -> Array2<f64> {
    assert_eq!(x.nrows(), labels.len(), "as many labels as examples");
    let mut centres = Array2::zeros((classes, x.ncols()));
    let mut counts = vec![0.0; classes];
    for (row, label) in widened(x).rows().into_iter().zip(labels) {
        let mut centre = centres.row_mut(*label);
        centre += &row;
        counts[*label] += 1.0;
    }
    centres.rows_mut().into_iter().zip(counts).for_each(|(mut centre, count)| centre /= count);
    centres
}

/// The index of the nearest centre to each row of x, the first of equally near ones; centres with NaN are passed over.
///
/// # Panics
/// When there are no centres, or the numbers of columns differ.
pub fn nearest_centres<T: Copy + Into<f64>>(centres: ArrayView2<f64>, x: ArrayView2<T>) -> Vec<usize> {
    assert!(centres.nrows() > 0, "no centres");
    k_nearest(centres, widened(x).view(), 1).into_iter().map(|nearest| nearest[0]).collect()
}

/// A linear map fitted by ridge regression: y = x W + offset with the least |y - Y|^2 + ridge |W|^2.
#[derive(Clone, Debug, PartialEq)]
pub struct Ridge {
    /// One row for each feature, one column for each target.
    pub weights: Array2<f64>,
    /// One for each target; not held down by the ridge.
    pub offset: Array1<f64>,
}

impl Ridge {
    /// Fits the rows of y from those of x in closed form. Without a ridge, and with features that depend on each other,
    /// it is the solution with the least weights.
    ///
    /// # Errors
    /// When there are fewer than two examples or one is not finite.
    ///
    /// # Panics
    /// When x and y have different numbers of rows.
    pub fn fit<T: Copy + Into<f64>>(x: ArrayView2<T>, y: ArrayView2<f64>, ridge: f64) -> Result<Self, Unfit> {
        assert_eq!(x.nrows(), y.nrows(), "as many targets as examples");
        let ((x_mean, x), (y_mean, y)) = (pca::centred(x)?, pca::centred(y)?);
        // Whichever system is smaller: X^T (X X^T + r)^-1 = (X^T X + r)^-1 X^T.
        let by_features = x.ncols() <= x.nrows();
        let products = if by_features { matmul(x.t(), x.view()) } else { matmul(x.view(), x.t()) };
        let weights = match Cholesky::new(products.view(), ridge) {
            Ok(factor) if by_features => factor.solve(matmul(x.t(), y.view()).view()),
            Ok(factor) => matmul(x.t(), factor.solve(y.view()).view()),
            Err(_) => Svd::new(x.view())?.solve(y.view(), 1e-10),
        };
        let offset = &y_mean - &matmul(x_mean.insert_axis(ndarray::Axis(0)).view(), weights.view()).row(0);
        Ok(Self { weights, offset })
    }

    /// Fits one-hot targets of the labels: a linear probe, whose prediction is the largest output (Alain and Bengio 2016).
    ///
    /// # Errors
    /// See [`Self::fit`].
    ///
    /// # Panics
    /// When there are not as many labels as rows.
    pub fn probe<T: Copy + Into<f64>>(
        x: ArrayView2<T>,
        labels: &[usize],
        classes: usize,
        ridge: f64,
    ) -> Result<Self, Unfit> {
        let one_hot = |(i, class): (usize, usize)| f64::from(u8::from(labels[i] == class));
        Self::fit(x, Array2::from_shape_fn((labels.len(), classes), one_hot).view(), ridge)
    }

    /// The outputs for the rows of x.
    ///
    /// # Errors
    /// When a value is not finite.
    ///
    /// # Panics
    /// When x has another number of features.
    pub fn predict<T: Copy + Into<f64>>(&self, x: ArrayView2<T>) -> Result<Array2<f64>, Unfit> {
        Ok(matmul(finite(x)?.view(), self.weights.view()) + &self.offset)
    }

    /// The accuracy of the largest output as a prediction.
    ///
    /// # Errors
    /// When a value is not finite.
    ///
    /// # Panics
    /// When sizes differ.
    pub fn accuracy<T: Copy + Into<f64>>(&self, x: ArrayView2<T>, labels: &[usize]) -> Result<f64, Unfit> {
        Ok(classify::accuracy(self.predict(x)?.mapv(|y| y as f32).view(), labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::support::{gap, normal};
    use ndarray::{Axis, array, s};

    #[test]
    fn distances_between_points() {
        let x = array![[0.0f32, 0.0], [3.0, 4.0]];
        assert_eq!(distances(x.view(), x.view()), array![[0.0, 5.0], [5.0, 0.0]]);
        let (x, y) = (normal(5, 37, "x"), normal(3, 37, "y"));
        let found = square_distances(x.view(), y.view());
        for ((i, j), d) in found.indexed_iter() {
            let difference = &x.row(i) - &y.row(j);
            assert!((d - difference.dot(&difference)).abs() < 1e-12);
        }
        assert_eq!(square_distances(x.slice(s![..0, ..]), y.view()).dim(), (0, 3));
    }

    #[test]
    fn neighbours() {
        let x = array![[0.0], [1.0], [2.0], [10.0]];
        assert_eq!(k_nearest(x.view(), array![[1.0], [9.0], [1.5]].view(), 2), [[1, 0], [3, 2], [1, 2]]);
        assert_eq!(k_nearest(x.view(), array![[0.0]].view(), 9), [[0, 1, 2, 3]]);
        let labels = [0, 1, 1, 0];
        assert_eq!(nearest_neighbour_classes(x.view(), &labels, x.view(), 1), labels);
        assert_eq!(nearest_neighbour_classes(x.view(), &labels, array![[0.0]].view(), 3), [1]);
        // One vote each: the nearer.
        assert_eq!(nearest_neighbour_classes(x.view(), &labels, array![[0.9], [0.1]].view(), 2), [1, 0]);
    }

    #[test]
    fn centres() {
        let x = array![[0.0f32, 0.0], [2.0, 0.0], [9.0, 9.0]];
        let centres = class_centres(x.view(), &[0, 0, 2], 3);
        assert_eq!(centres.slice(s![..;2, ..]), array![[1.0, 0.0], [9.0, 9.0]]);
        assert!(centres[(1, 0)].is_nan());
        assert_eq!(nearest_centres(centres.view(), x.view()), [0, 0, 2]);
        assert_eq!(nearest_centres(array![[0.0], [2.0]].view(), array![[1.0f32]].view()), [0]);
    }

    #[test]
    fn regression_finds_the_map() {
        for features in [3, 40] {
            let x = normal(20, features, "x");
            let y = x.dot(&normal(features, 2, "map")) + &array![1.0, -2.0];
            let fit = Ridge::fit(x.view(), y.view(), 0.0).unwrap();
            assert!(gap(&fit.predict(x.view()).unwrap(), &y) < 1e-9, "{features}");
            // The gradient vanishes: X^T (X W - Y) + ridge W = 0 of centred X and Y.
            let fit = Ridge::fit(x.view(), y.view(), 0.7).unwrap();
            let left = fit.predict(x.view()).unwrap() - &y;
            let centred = pca::centred(x.view()).unwrap().1;
            assert!(gap(&centred.t().dot(&left), &(&fit.weights * -0.7)) < 1e-10, "{features}");
            assert!(left.sum_axis(Axis(0)).iter().all(|sum| sum.abs() < 1e-10));
        }
        // A doubled feature shares its weight.
        let x = normal(20, 1, "x");
        let twice = ndarray::concatenate![Axis(1), x, x];
        let fit = Ridge::fit(twice.view(), (&x * 6.0).view(), 0.0).unwrap();
        assert!(gap(&fit.weights, &array![[3.0], [3.0]]) < 1e-12);
    }

    #[test]
    fn probes() {
        let mut x = normal(60, 5, "probe") * 0.3;
        let labels: Vec<usize> = (0..60).map(|i| i % 3).collect();
        x.rows_mut().into_iter().zip(&labels).for_each(|(mut row, label)| row[*label] += 2.0);
        let probe = Ridge::probe(x.view(), &labels, 3, 1e-3).unwrap();
        assert_eq!(probe.accuracy(x.view(), &labels).unwrap(), 1.0);
        assert!(probe.predict(x.view()).unwrap().sum_axis(Axis(1)).iter().all(|sum| (sum - 1.0).abs() < 1e-10));
        assert_eq!(
            Ridge::probe(x.slice(s![..1, ..]), &labels[..1], 3, 1.0).unwrap_err(),
            Unfit::TooFew { given: 1, needed: 2 }
        );
    }
}
