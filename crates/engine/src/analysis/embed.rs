//! Maps of examples in a plane: classical scaling, and t-SNE.

use super::decompose::SymmetricEigen;
use super::neighbours::square_distances;
use super::similarity::doubly_centred;
use super::{Unfit, finite};
use crate::math;
use crate::rng::Rng;
use ndarray::{Array2, ArrayView2, s};

/// Points in `dimensions` dimensions whose distances come nearest to the given ones (classical scaling; Torgerson 1952): for
/// the distances of points in space, the coordinates of [`super::pca::Pca`]. Their mean is zero; directions beyond what
/// the distances span are zero.
///
/// # Errors
/// When the matrix is not square or not finite.
pub fn classical_scaling(distances: ArrayView2<f64>, dimensions: usize) -> Result<Array2<f64>, Unfit> {
    let (n, columns) = distances.dim();
    if n != columns {
        return Err(Unfit::NotSquare(n, columns));
    }
    let products = doubly_centred(finite(distances)?.mapv(|d| -d * d / 2.0));
    let eigen = SymmetricEigen::new(products.view())?;
    let mut points = Array2::zeros((n, dimensions));
    let kept = dimensions.min(n);
    let scale = eigen.values.slice(s![..kept]).mapv(|value| math::sqrt(value.max(0.0)));
    points.slice_mut(s![.., ..kept]).assign(&(&eigen.vectors.slice(s![.., ..kept]) * &scale));
    Ok(points)
}

/// t-distributed stochastic neighbour embedding (van der Maaten and Hinton 2008), exact, so for up to a thousand examples:
/// each step looks at all pairs. Neighbours stay neighbours; distances between groups mean little.
#[derive(Clone, Debug)]
pub struct TSne {
    n: usize,
    /// How much of a neighbour each is to each, row by row; symmetric, all add up to one.
    attraction: Vec<f64>,
    points: Vec<[f64; 2]>,
    velocity: Vec<[f64; 2]>,
    /// Step sizes that grow while a coordinate keeps its direction (Jacobs 1988).
    gains: Vec<[f64; 2]>,
    steps: usize,
}

/// Steps for which attraction is exaggerated, so that groups form.
const EARLY: usize = 250;
/// By how much it is.
const EXAGGERATION: f64 = 12.0;

impl TSne {
    /// Starts a map of the rows of x. Each has some `perplexity` neighbours: 5 to 50, fewer than a third of the examples.
    ///
    /// # Errors
    /// When there are fewer than four examples, or a value is not finite.
    pub fn new<T: Copy + Into<f64>>(x: ArrayView2<T>, perplexity: f64, rng: &mut Rng) -> Result<Self, Unfit> {
        let x = finite(x)?;
        let n = x.nrows();
        if n < 4 {
            return Err(Unfit::TooFew { given: n, needed: 4 });
        }
        let squares = square_distances(x.view(), x.view());
        let wanted = math::ln(perplexity.clamp(1.0, (n - 1) as f64));
        let mut shares = Array2::zeros((n, n));
        for i in 0..n {
            let row = neighbour_shares(i, &squares.row(i).to_vec(), wanted);
            shares.row_mut(i).iter_mut().zip(row).for_each(|(share, p)| *share = p);
        }
        let attraction = shares.indexed_iter().map(|((i, j), p)| (p + shares[(j, i)]) / (2 * n) as f64).collect();
        let points = (0..n).map(|_| [1e-4 * rng.normal(), 1e-4 * rng.normal()]).collect();
        Ok(Self { n, attraction, points, velocity: vec![[0.0; 2]; n], gains: vec![[1.0; 2]; n], steps: 0 })
    }

    /// One step of gradient descent with momentum. A thousand settle most maps. Allocates nothing.
    pub fn step(&mut self) {
        let early = self.steps < EARLY;
        let (exaggeration, momentum) = if early { (EXAGGERATION, 0.5) } else { (1.0, 0.8) };
        // Belkina et al. (2019).
        let rate = (self.n as f64 / EXAGGERATION / 4.0).max(50.0);
        let total = self.closeness();
        for i in 0..self.n {
            let [x, y] = self.points[i];
            let mut gradient = [0.0; 2];
            for (p, [u, v]) in self.attraction[i * self.n..].iter().zip(&self.points) {
                let (dx, dy) = (x - u, y - v);
                let close = 1.0 / (1.0 + dx * dx + dy * dy);
                let pull = 4.0 * (exaggeration * p - close / total) * close;
                gradient[0] += pull * dx;
                gradient[1] += pull * dy;
            }
            for ((velocity, gain), slope) in self.velocity[i].iter_mut().zip(&mut self.gains[i]).zip(gradient) {
                let onwards = slope * *velocity < 0.0;
                *gain = if onwards { *gain + 0.2 } else { (*gain * 0.8).max(0.01) };
                *velocity = momentum * *velocity - rate * *gain * slope;
            }
        }
        // All at once, so that every gradient sees the same map.
        let mut mean = [0.0; 2];
        for (point, velocity) in self.points.iter_mut().zip(&self.velocity) {
            for axis in 0..2 {
                point[axis] += velocity[axis];
                mean[axis] += point[axis] / self.n as f64;
            }
        }
        self.points.iter_mut().for_each(|point| *point = [point[0] - mean[0], point[1] - mean[1]]);
        self.steps += 1;
    }

    /// The sum of 1 / (1 + d^2) over all ordered pairs.
    fn closeness(&self) -> f64 {
        let mut total = 0.0;
        for (i, [x, y]) in self.points.iter().enumerate() {
            for [u, v] in &self.points[..i] {
                let (dx, dy) = (x - u, y - v);
                total += 2.0 / (1.0 + dx * dx + dy * dy);
            }
        }
        total
    }

    /// The points, in the order of the examples; their mean is zero.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// What the steps make less: the divergence in nats of the map's neighbours from the examples'.
    pub fn divergence(&self) -> f64 {
        let total = self.closeness();
        let mut sum = 0.0;
        for (i, [x, y]) in self.points.iter().enumerate() {
            for (p, [u, v]) in self.attraction[i * self.n..].iter().zip(&self.points).filter(|(p, _)| **p > 0.0) {
                let close = 1.0 / (1.0 + (x - u) * (x - u) + (y - v) * (y - v));
                sum += p * math::ln(p * total / close);
            }
        }
        sum
    }
}

/// Shares e^(-d^2 b) of the others, with b such that their entropy is as wanted, found by halving.
fn neighbour_shares(own: usize, squares: &[f64], wanted: f64) -> Vec<f64> {
    let others = || squares.iter().enumerate().filter(|(j, _)| *j != own);
    let least = others().fold(f64::INFINITY, |m, (_, d)| m.min(*d));
    let shares = |precision: f64| -> Vec<f64> {
        let weight = |(j, d): (usize, &f64)| if j == own { 0.0 } else { math::exp((least - d) * precision) };
        let weights: Vec<f64> = squares.iter().enumerate().map(weight).collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|w| w / total).collect()
    };
    let entropy = |p: &[f64]| p.iter().filter(|p| **p > 0.0).map(|p| -p * math::ln(*p)).sum::<f64>();
    // In units of the spread, so that the search starts near.
    let spread = others().map(|(_, d)| d - least).sum::<f64>() / squares.len() as f64;
    let (mut low, mut high, mut precision) = (0.0, f64::INFINITY, if spread > 0.0 { 1.0 / spread } else { 1.0 });
    for _ in 0..100 {
        let excess = entropy(&shares(precision)) - wanted;
        if excess.abs() < 1e-6 {
            break;
        }
        // More precision, fewer neighbours.
        if excess > 0.0 {
            low = precision
        } else {
            high = precision
        }
        precision = if high.is_finite() { (low + high) / 2.0 } else { 2.0 * precision };
    }
    shares(precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::neighbours::{distances, k_nearest};
    use crate::analysis::pca::Pca;
    use crate::analysis::support::{gap, normal};
    use ndarray::array;

    #[test]
    fn scaling_recovers_points() {
        let x = normal(30, 3, "scaling") * &array![3.0, 2.0, 1.0];
        let found = classical_scaling(distances(x.view(), x.view()).view(), 5).unwrap();
        assert!(gap(&distances(found.view(), found.view()), &distances(x.view(), x.view())) < 1e-6);
        assert!(found.slice(s![.., 3..]).iter().all(|c| c.abs() < 1e-6));
        let scores = Pca::fit(x.view(), 3).unwrap().project(x.mapv(|x| x as f32).view()).mapv(f64::from);
        for (a, b) in scores.columns().into_iter().zip(found.columns()) {
            let cosine = a.dot(&b) / math::sqrt(a.dot(&a) * b.dot(&b));
            assert!((cosine.abs() - 1.0).abs() < 1e-9);
        }
        // A square's corners by its sides and diagonals.
        let d = math::sqrt(2.0);
        let square = array![[0.0, 1.0, d, 1.0], [1.0, 0.0, 1.0, d], [d, 1.0, 0.0, 1.0], [1.0, d, 1.0, 0.0]];
        let corners = classical_scaling(square.view(), 2).unwrap();
        assert!(gap(&distances(corners.view(), corners.view()), &square) < 1e-7);
    }

    #[test]
    fn unfit_data() {
        assert!(classical_scaling(Array2::zeros((2, 3)).view(), 2).is_err());
        assert_eq!(classical_scaling(Array2::zeros((0, 0)).view(), 2).unwrap().dim(), (0, 2));
        assert_eq!(classical_scaling(Array2::zeros((1, 1)).view(), 2).unwrap(), array![[0.0, 0.0]]);
        let mut rng = Rng::new(0, "t-sne");
        assert_eq!(
            TSne::new(Array2::<f32>::zeros((3, 2)).view(), 5.0, &mut rng).unwrap_err(),
            Unfit::TooFew { given: 3, needed: 4 }
        );
        assert_eq!(TSne::new(Array2::from_elem((5, 2), f32::NAN).view(), 5.0, &mut rng).unwrap_err(), Unfit::NotFinite);
    }

    #[test]
    fn neighbours_are_as_many_as_asked_for() {
        let x = normal(60, 4, "neighbours");
        let squares = square_distances(x.view(), x.view());
        for perplexity in [2.0, 10.0, 40.0] {
            for i in [0, 31, 59] {
                let shares = neighbour_shares(i, &squares.row(i).to_vec(), math::ln(perplexity));
                let entropy: f64 = shares.iter().filter(|p| **p > 0.0).map(|p| -p * math::ln(*p)).sum();
                assert!((math::exp(entropy) - perplexity).abs() < 1e-4 && shares[i] == 0.0);
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
        let map = TSne::new(x.view(), 10.0, &mut Rng::new(0, "t-sne")).unwrap();
        assert!((map.attraction.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // Equal examples have no nearest.
        let same = TSne::new(Array2::<f32>::ones((10, 2)).view(), 5.0, &mut Rng::new(0, "t-sne")).unwrap();
        assert!(same.attraction.iter().all(|p| p.is_finite()));
    }

    #[test]
    fn steps_follow_the_gradient_of_the_divergence() {
        let mut map = TSne::new(normal(12, 4, "gradient").view(), 4.0, &mut Rng::new(1, "t-sne")).unwrap();
        map.points.iter_mut().for_each(|p| *p = [p[0] * 1e4, p[1] * 1e4]);
        map.steps = EARLY;
        let before = map.clone();
        map.step();
        // The first velocity is -rate * gain * slope, the gain 0.8 after standing still.
        for i in [0, 7] {
            for axis in 0..2 {
                let at = |shift: f64| {
                    let mut moved = before.clone();
                    moved.points[i][axis] += shift;
                    moved.divergence()
                };
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((map.velocity[i][axis] / (-50.0 * 0.8) - slope).abs() < 1e-7, "{i} {axis}");
            }
        }
    }

    #[test]
    fn heaps_stay_apart() {
        let mut x = normal(60, 10, "t-sne");
        x.rows_mut().into_iter().enumerate().for_each(|(i, mut row)| row[i % 3] += 10.0);
        let mut map = TSne::new(x.view(), 10.0, &mut Rng::new(2, "t-sne")).unwrap();
        let first = map.divergence();
        (0..500).for_each(|_| map.step());
        assert!(map.divergence() < first / 3.0 && map.steps() == 500);
        let points = Array2::from_shape_fn((60, 2), |(i, j)| map.points()[i][j]);
        for (i, nearest) in k_nearest(points.view(), points.view(), 10).into_iter().enumerate() {
            assert!(nearest.iter().all(|j| j % 3 == i % 3), "{i}");
        }
    }
}
