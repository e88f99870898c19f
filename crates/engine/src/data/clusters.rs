//! Gaussian clusters in any number of dimensions.

use super::dataset::{check_size, matrix};
use super::{DataError, Dataset};
use crate::kernel;
use crate::linalg::Cholesky;
use crate::math;
use crate::rng::Rng;
use ndarray::{Array2, ArrayView2};

/// `classes` means on the sphere of this radius in `dimensions` dimensions, in directions by lot.
pub fn means_on_sphere(classes: usize, dimensions: usize, radius: f64, rng: &mut Rng) -> Array2<f64> {
    let mut means = Array2::from_shape_simple_fn((classes, dimensions), || rng.normal());
    for mut mean in means.rows_mut() {
        let norm = math::sqrt(mean.iter().map(|x| x * x).sum());
        mean.mapv_inplace(|x| x * radius / norm);
    }
    means
}

/// `classes` means, each two of them `separation` apart, about the origin: the corners of a regular simplex.
///
/// # Errors
/// When there are fewer than `classes` - 1 dimensions: they have no room for that many.
pub fn means_on_simplex(classes: usize, dimensions: usize, separation: f64) -> Result<Array2<f64>, DataError> {
    if dimensions + 1 < classes {
        return Err(DataError::whole(format!(
            "{classes} means equally far from each other need {} dimensions",
            classes - 1
        )));
    }
    // The columns of Helmert's matrix: the corners of the standard simplex, seen in the plane in which they lie.
    Ok(Array2::from_shape_fn((classes, dimensions), |(class, j)| {
        let before = (j + 1) as f64;
        let unit = if j + 1 >= classes.max(1) || class > j + 1 {
            0.0
        } else if class <= j {
            1.0
        } else {
            -before
        };
        unit * separation / math::sqrt(2.0 * before * (before + 1.0))
    }))
}

/// Clusters: a mean each, and one shape for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    means: Array2<f64>,
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// Round, with this standard deviation.
    Round(f64),
    /// The factor L of the covariance L L^T.
    Factor(Array2<f64>),
}

impl Clusters {
    /// Round clusters about the rows of `means` with this standard deviation in every direction.
    pub fn round(means: Array2<f64>, deviation: f64) -> Self {
        Self { means, shape: Shape::Round(deviation) }
    }

    /// Clusters about the rows of `means` with this covariance.
    ///
    /// # Errors
    /// When it is not as large as the means are long, or not positive definite.
    pub fn with_covariance(means: Array2<f64>, covariance: ArrayView2<f64>) -> Result<Self, DataError> {
        let (rows, columns, dimensions) = (covariance.nrows(), covariance.ncols(), means.ncols());
        if (rows, columns) != (dimensions, dimensions) {
            return Err(DataError::whole(format!(
                "a covariance of {rows} x {columns} is none for {dimensions} dimensions"
            )));
        }
        let factor = Cholesky::new(covariance, 0.0)
            .map_err(|e| DataError::whole(format!("the covariance is not positive definite (row {})", e.row)))?;
        Ok(Self { means, shape: Shape::Factor(factor.lower().to_owned()) })
    }

    /// Classes x dimensions.
    pub fn means(&self) -> ArrayView2<'_, f64> {
        self.means.view()
    }

    /// Puts a point of `class` into `point`.
    ///
    /// # Panics
    /// When there is no such class, or `point` has another number of dimensions.
    pub fn point_into(&self, class: usize, rng: &mut Rng, point: &mut [f32]) {
        let mean = self.means.row(class);
        assert_eq!(mean.len(), point.len(), "a point of another number of dimensions");
        match &self.shape {
            Shape::Round(deviation) => {
                point.iter_mut().zip(mean).for_each(|(x, m)| *x = (m + deviation * rng.normal()) as f32);
            }
            Shape::Factor(factor) => {
                // Normal numbers first; then row i of L reads numbers up to i only, so the last row goes first.
                point.iter_mut().for_each(|x| *x = rng.normal() as f32);
                for (i, m) in mean.iter().enumerate().rev() {
                    let sum: f64 = factor.row(i).iter().zip(&point[..=i]).map(|(l, z)| l * f64::from(*z)).sum();
                    point[i] = (m + sum) as f32;
                }
            }
        }
    }

    /// `count` points; the classes take turns.
    ///
    /// # Errors
    /// When there is no cluster, or that would be too many numbers.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Result<Dataset, DataError> {
        let (classes, dimensions) = self.means.dim();
        if classes == 0 {
            return Err(DataError::whole("there must be a cluster"));
        }
        check_size(count.saturating_mul(dimensions))?;
        let mut points = vec![0.0; count * dimensions];
        for (i, point) in points.chunks_exact_mut(dimensions.max(1)).enumerate() {
            self.point_into(i % classes, rng, point);
        }
        let labels = (0..count).map(|i| (i % classes) as u32).collect();
        Dataset::classes(
            matrix(count, dimensions, points),
            labels,
            (0..classes).map(|class| class.to_string()).collect(),
        )
    }

    /// The class whose mean is nearest: for round clusters the best guess there is.
    ///
    /// # Panics
    /// When there is no class, or `point` has another number of dimensions.
    pub fn nearest(&self, point: &[f32]) -> usize {
        let distance = |class: usize| {
            let differences: Vec<f64> =
                self.means.row(class).iter().zip(point).map(|(m, x)| f64::from(*x) - m).collect();
            kernel::sum_sq(&differences)
        };
        assert!(self.means.nrows() > 0 && self.means.ncols() == point.len(), "a point of other clusters");
        let mut best = (0, distance(0));
        for class in 1..self.means.nrows() {
            let far = distance(class);
            if far < best.1 {
                best = (class, far);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn distance(means: &Array2<f64>, a: usize, b: usize) -> f64 {
        math::sqrt((&means.row(a) - &means.row(b)).iter().map(|x| x * x).sum())
    }

    #[test]
    fn means_lie_where_they_should() {
        let sphere = means_on_sphere(5, 7, 3.0, &mut Rng::new(0, "means"));
        assert!(sphere.rows().into_iter().all(|m| (m.iter().map(|x| x * x).sum::<f64>() - 9.0).abs() < 1e-12));
        for (classes, dimensions) in [(1, 0), (1, 3), (2, 1), (3, 2), (4, 3), (4, 9), (10, 9)] {
            let means = means_on_simplex(classes, dimensions, 2.5).unwrap();
            for a in 0..classes {
                assert!((0..a).all(|b| (distance(&means, a, b) - 2.5).abs() < 1e-12));
            }
            assert!(means.sum_axis(ndarray::Axis(0)).iter().all(|x| x.abs() < 1e-12));
        }
        assert!(means_on_simplex(4, 2, 1.0).unwrap_err().to_string().contains("need 3 dimensions"));
        assert_eq!(means_on_simplex(0, 2, 1.0).unwrap().dim(), (0, 2));
    }

    #[test]
    fn points_have_the_covariance_that_was_asked_for() {
        let covariance = array![[2.0, 0.6], [0.6, 0.5]];
        let clusters = Clusters::with_covariance(array![[1.0, -1.0]], covariance.view()).unwrap();
        let set = clusters.draw(40_000, &mut Rng::new(0, "points")).unwrap();
        let centred: Vec<[f64; 2]> =
            set.features().rows().into_iter().map(|r| [f64::from(r[0]) - 1.0, f64::from(r[1]) + 1.0]).collect();
        for (i, j) in [(0, 0), (0, 1), (1, 1)] {
            let measured = centred.iter().map(|x| x[i] * x[j]).sum::<f64>() / 40_000.0;
            let c = |i, j| covariance[(i, j)];
            let deviation = ((c(i, i) * c(j, j) + c(i, j) * c(i, j)) / 40_000.0f64).sqrt();
            assert!((measured - c(i, j)).abs() < 5.0 * deviation, "{i} {j}: {measured}");
        }
    }

    #[test]
    fn the_nearest_mean_errs_as_theory_says() {
        // Two clusters of deviation 1, 2 apart: each point errs with probability Phi(-1) = 0.1587.
        let clusters = Clusters::round(means_on_simplex(2, 3, 2.0).unwrap(), 1.0);
        let set = clusters.draw(20_000, &mut Rng::new(0, "points")).unwrap();
        assert_eq!(set.class_counts(), [10_000, 10_000]);
        let wrong = (0..set.len()).filter(|&i| clusters.nearest(set.example(i)) as u32 != set.labels()[i]).count();
        let expected = 0.5 * math::erfc(1.0 / 2f64.sqrt());
        assert!((wrong as f64 / 20_000.0 - expected).abs() < 5.0 * (expected * (1.0 - expected) / 20_000.0).sqrt());
    }

    #[test]
    fn bad_shapes_are_told() {
        let means = || array![[0.0, 0.0]];
        assert!(Clusters::with_covariance(means(), array![[1.0]].view()).unwrap_err().to_string().contains("1 x 1"));
        let flat = Clusters::with_covariance(means(), array![[1.0, 1.0], [1.0, 1.0]].view());
        assert!(flat.unwrap_err().to_string().contains("row 1"));
        assert!(Clusters::round(means(), 1.0).draw(usize::MAX, &mut Rng::new(0, "points")).is_err());
        assert!(Clusters::round(Array2::zeros((0, 2)), 1.0).draw(3, &mut Rng::new(0, "points")).is_err());
    }
}
