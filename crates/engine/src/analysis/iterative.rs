//! Spectra of matrices that are known by their products alone, such as a Hessian.
//!
//! The matrix is symmetric and given as a function that writes A x into its second argument. Vectors are single precision
//! as the network's parameters are; sums over them are double. The start is random but seeded.

use super::Unfit;
use super::decompose::SymmetricEigen;
use crate::kernel::LANES;
use crate::math;
use crate::rng::Rng;
use ndarray::Array2;

/// An eigenvalue and its vector, as far as the iteration has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigenpair {
    /// The eigenvalue.
    pub value: f64,
    /// A vector of length one.
    pub vector: Vec<f32>,
    /// The length of A x - value x: some eigenvalue is no farther from `value` than that.
    pub residual: f64,
}

/// When an iteration ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Until {
    /// At a residual of at most this share of the eigenvalue's size. Single precision allows some 1e-6 at best.
    pub tolerance: f64,
    /// After so many products at the latest.
    pub products: usize,
}

impl Default for Until {
    /// A residual of 1e-3, at most 100 products.
    fn default() -> Self {
        Self { tolerance: 1e-3, products: 100 }
    }
}

/// The eigenvalue of largest size of an n x n matrix, by repeated products. Slow where the two largest are close: then
/// [`extremes`] takes far fewer products. The result holds a residual above the tolerance when the products ran out.
///
/// # Errors
/// When a product is not finite.
///
/// # Panics
/// When n is 0.
pub fn power_iteration(
    n: usize,
    until: Until,
    rng: &mut Rng,
    mut product: impl FnMut(&[f32], &mut [f32]),
) -> Result<Eigenpair, Unfit> {
    let mut vector = random_direction(n, rng);
    let mut image = vec![0.0; n];
    let mut count = 0;
    loop {
        product(&vector, &mut image);
        count += 1;
        let value = dot(&vector, &image);
        let norm = math::sqrt(dot(&image, &image));
        if !norm.is_finite() {
            return Err(Unfit::NotFinite);
        }
        let residual = deviation(&image, value, &vector);
        if residual <= until.tolerance * value.abs() || count >= until.products || norm == 0.0 {
            return Ok(Eigenpair { value, vector, residual });
        }
        vector.iter_mut().zip(&image).for_each(|(v, x)| *v = (f64::from(*x) / norm) as f32);
    }
}

/// The largest and the smallest eigenvalue (by sign, not size) of an n x n matrix by [`Lanczos`], and how many products
/// it took. They are one and the same for n = 1.
///
/// # Errors
/// When a product is not finite.
///
/// # Panics
/// When n is 0.
pub fn extremes(
    n: usize,
    until: Until,
    rng: &mut Rng,
    mut product: impl FnMut(&[f32], &mut [f32]),
) -> Result<(Eigenpair, Eigenpair, usize), Unfit> {
    let mut lanczos = Lanczos::new(n, rng);
    loop {
        let more = lanczos.step(&mut product)?;
        let steps = lanczos.steps();
        // Looking costs more the longer it goes on, so look at every fourth step then.
        let last = !more || steps >= until.products;
        if !last && steps > 8 && !steps.is_multiple_of(4) {
            continue;
        }
        let ritz = lanczos.ritz()?;
        let size = ritz.iter().fold(0.0, |m: f64, r| m.max(r.value.abs()));
        let ends = [0, ritz.len() - 1];
        if last || ends.iter().all(|i| ritz[*i].residual <= until.tolerance * size) {
            let [largest, smallest] = ends.map(|i| lanczos.pair(&ritz[i]));
            return Ok((largest, smallest, steps));
        }
    }
}

/// Lanczos's iteration with full reorthogonalisation: the matrix seen from the space of a vector and its images.
#[derive(Clone, Debug)]
pub struct Lanczos {
    n: usize,
    diagonal: Vec<f64>,
    /// `beside[i]` couples basis vectors i and i + 1; the last one couples to the vector not yet used.
    beside: Vec<f64>,
    /// The basis, one vector after the other; one more than there are steps while it can go on.
    basis: Vec<f32>,
}

/// An approximate eigenvalue that [`Lanczos`] has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Ritz {
    /// The value.
    pub value: f64,
    /// Some eigenvalue is no farther from the value than this, save for rounding.
    pub residual: f64,
    /// The start's squared share in its direction; all add up to one.
    pub weight: f64,
    /// The vector's coordinates in the basis.
    coordinates: Vec<f64>,
}

impl Lanczos {
    /// A random start in n dimensions.
    ///
    /// # Panics
    /// When n is 0.
    pub fn new(n: usize, rng: &mut Rng) -> Self {
        Self { n, diagonal: Vec::new(), beside: Vec::new(), basis: random_direction(n, rng) }
    }

    /// How many products were taken.
    pub fn steps(&self) -> usize {
        self.diagonal.len()
    }

    /// Takes one product; false when the space is exhausted, and all its eigenvalues are found.
    ///
    /// # Errors
    /// When the product is not finite.
    pub fn step(&mut self, product: &mut impl FnMut(&[f32], &mut [f32])) -> Result<bool, Unfit> {
        let steps = self.steps();
        let Some(vector) = self.basis.chunks_exact(self.n).nth(steps) else {
            return Ok(false);
        };
        let mut image = vec![0.0f32; self.n];
        product(vector, &mut image);
        if !image.iter().all(|x| x.is_finite()) {
            return Err(Unfit::NotFinite);
        }
        let mut next: Vec<f64> = image.iter().map(|x| f64::from(*x)).collect();
        let mut along = 0.0;
        // Twice: the first pass leaves what rounding brings back.
        for _ in 0..2 {
            for (i, other) in self.basis.chunks_exact(self.n).enumerate() {
                let share = dot_wide(&next, other);
                along += if i == steps { share } else { 0.0 };
                next.iter_mut().zip(other).for_each(|(x, other)| *x -= share * f64::from(*other));
            }
        }
        let norm = math::sqrt(next.iter().map(|x| x * x).sum());
        self.diagonal.push(along);
        let size = self.diagonal.iter().chain(&self.beside).fold(0.0, |m: f64, x| m.max(x.abs()));
        // What is left of an exhausted space is the rounding of single precision.
        if self.steps() == self.n || norm <= 4.0 * f64::from(f32::EPSILON) * size {
            self.beside.push(0.0);
            return Ok(false);
        }
        self.beside.push(norm);
        self.basis.extend(next.iter().map(|x| (x / norm) as f32));
        Ok(true)
    }

    /// The eigenvalues found so far, the largest first.
    ///
    /// # Errors
    /// When the iteration inside does not settle.
    pub fn ritz(&self) -> Result<Vec<Ritz>, Unfit> {
        let m = self.steps();
        let small = Array2::from_shape_fn((m, m), |(i, j)| match i.abs_diff(j) {
            0 => self.diagonal[i],
            1 => self.beside[i.min(j)],
            _ => 0.0,
        });
        let eigen = SymmetricEigen::new(small.view())?;
        let last = self.beside.last().copied().unwrap_or(0.0);
        let found = eigen.values.iter().zip(eigen.vectors.columns());
        Ok(found
            .map(|(value, vector)| Ritz {
                value: *value,
                residual: (last * vector[m - 1]).abs(),
                weight: vector[0] * vector[0],
                coordinates: vector.to_vec(),
            })
            .collect())
    }

    /// The value with its vector in n dimensions.
    pub fn pair(&self, ritz: &Ritz) -> Eigenpair {
        let mut vector = vec![0.0f64; self.n];
        for (share, basis) in ritz.coordinates.iter().zip(self.basis.chunks_exact(self.n)) {
            vector.iter_mut().zip(basis).for_each(|(x, b)| *x += share * f64::from(*b));
        }
        let norm = math::sqrt(vector.iter().map(|x| x * x).sum());
        let vector = vector.into_iter().map(|x| (x / norm) as f32).collect();
        Eigenpair { value: ritz.value, vector, residual: ritz.residual }
    }
}

/// The trace of an n x n matrix as a mean of x^T A x over random signs x, and its standard error (Hutchinson 1990). The
/// error is NaN for one sample; both are for none.
///
/// # Errors
/// When a product is not finite.
pub fn hutchinson_trace(
    n: usize,
    samples: usize,
    rng: &mut Rng,
    mut product: impl FnMut(&[f32], &mut [f32]),
) -> Result<(f64, f64), Unfit> {
    let (mut signs, mut image) = (vec![0.0; n], vec![0.0; n]);
    let mut moments = crate::stats::Moments::default();
    for _ in 0..samples {
        rng.fill_signs(&mut signs);
        product(&signs, &mut image);
        let value = dot(&signs, &image);
        if !value.is_finite() {
            return Err(Unfit::NotFinite);
        }
        moments.push(value);
    }
    Ok((moments.mean(), moments.standard_error()))
}

/// The density of a matrix's eigenvalues as weighted points.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectralDensity {
    /// Pairs of value and weight in the order they were found; the weights add up to one.
    pub points: Vec<[f64; 2]>,
}

impl SpectralDensity {
    /// Stochastic Lanczos quadrature (Ubaru, Chen and Saad 2017): the mean over `starts` random starts of what each sees
    /// after `steps` products. Means of polynomials up to degree 2 `steps` - 1 over the spectrum are right on average.
    ///
    /// # Errors
    /// When a product is not finite.
    ///
    /// # Panics
    /// When n is 0.
    pub fn estimate(
        n: usize,
        steps: usize,
        starts: usize,
        rng: &mut Rng,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Result<Self, Unfit> {
        let mut points = Vec::with_capacity(steps * starts);
        for _ in 0..starts {
            let mut lanczos = Lanczos::new(n, rng);
            while lanczos.steps() < steps && lanczos.step(&mut product)? {}
            points.extend(lanczos.ritz()?.iter().map(|ritz| [ritz.value, ritz.weight / starts as f64]));
        }
        Ok(Self { points })
    }

    /// The mean of f over the spectrum.
    pub fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().map(|[value, weight]| weight * f(*value)).sum()
    }

    /// The density at x, each point spread out as a normal distribution of this deviation.
    pub fn at(&self, x: f64, deviation: f64) -> f64 {
        let norm = deviation * math::sqrt(2.0 * std::f64::consts::PI);
        self.mean(|value| {
            let z = (x - value) / deviation;
            math::exp(-z * z / 2.0) / norm
        })
    }
}

/// A direction drawn uniformly.
fn random_direction(n: usize, rng: &mut Rng) -> Vec<f32> {
    assert!(n > 0, "a matrix without rows has no spectrum");
    loop {
        let mut vector = vec![0.0; n];
        rng.fill_normal(1.0, &mut vector);
        let norm = math::sqrt(dot(&vector, &vector));
        if norm > 0.0 {
            vector.iter_mut().for_each(|x| *x = (f64::from(*x) / norm) as f32);
            return vector;
        }
    }
}

/// The length of image - value vector.
fn deviation(image: &[f32], value: f64, vector: &[f32]) -> f64 {
    let parts = image.iter().zip(vector).map(|(x, v)| f64::from(*x) - value * f64::from(*v));
    math::sqrt(parts.map(|d| d * d).sum())
}

/// The product of two vectors, summed in double precision in lanes.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    lanes(a, b, f64::from)
}

fn dot_wide(a: &[f64], b: &[f32]) -> f64 {
    lanes(a, b, |x| x)
}

fn lanes<T: Copy>(a: &[T], b: &[f32], wide: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += wide(*a) * f64::from(*b);
        }
    }
    crate::kernel::sum(&lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diagonal matrix of the entries, turned by a reflection so that no axis is special.
    fn turned(entries: Vec<f64>) -> impl FnMut(&[f32], &mut [f32]) {
        let n = entries.len();
        let v: Vec<f64> = (1..=n).map(|i| math::sqrt(i as f64)).collect();
        let scale = 2.0 / v.iter().map(|x| x * x).sum::<f64>();
        let reflect = move |x: &mut [f64]| {
            let along = scale * x.iter().zip(&v).map(|(x, v)| x * v).sum::<f64>();
            x.iter_mut().zip(&v).for_each(|(x, v)| *x -= along * v);
        };
        move |x, out| {
            let mut y: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            reflect(&mut y);
            y.iter_mut().zip(&entries).for_each(|(y, e)| *y *= e);
            reflect(&mut y);
            out.iter_mut().zip(&y).for_each(|(out, y)| *out = *y as f32);
        }
    }

    fn rng() -> Rng {
        Rng::new(4, "spectra")
    }

    #[test]
    fn power_finds_the_largest_by_size() {
        let entries: Vec<f64> = (0..50).map(|i| f64::from(i) / 50.0).chain([-3.0]).collect();
        let until = Until { tolerance: 1e-5, products: 200 };
        let found = power_iteration(51, until, &mut rng(), turned(entries.clone())).unwrap();
        assert!((found.value + 3.0).abs() < 1e-5 && found.residual <= 3e-5, "{found:?}");
        // It says when it was stopped early.
        let until = Until { tolerance: 1e-5, products: 2 };
        assert!(power_iteration(51, until, &mut rng(), turned(entries)).unwrap().residual > 3e-5);
    }

    #[test]
    fn extremes_of_a_crowded_spectrum() {
        // Eigenvalues of a path of 400 nodes crowd at both ends, where power iteration would take thousands of products.
        let n = 400;
        let path = |x: &[f32], out: &mut [f32]| {
            for i in 0..n {
                let left = if i > 0 { x[i] - x[i - 1] } else { 0.0 };
                let right = if i + 1 < n { x[i] - x[i + 1] } else { 0.0 };
                out[i] = left + right;
            }
        };
        let until = Until { tolerance: 1e-4, products: 200 };
        let (largest, smallest, products) = extremes(n, until, &mut rng(), path).unwrap();
        let top = 2.0 + 2.0 * math::cos(std::f64::consts::PI / n as f64);
        assert!((largest.value - top).abs() < 1e-3 && smallest.value.abs() < 1e-3, "{products}");
        assert!(products < 200 && largest.residual < 4e-4 && smallest.residual < 4e-4);
        // The residual is what it says.
        let mut image = vec![0.0; n];
        path(&largest.vector, &mut image);
        assert!((deviation(&image, largest.value, &largest.vector) - largest.residual).abs() < 1e-5);
    }

    #[test]
    fn spaces_that_end_early() {
        // Two eigenvalues only: done after two products.
        let entries = [vec![2.0; 30], vec![-1.0; 20]].concat();
        let (largest, smallest, products) = extremes(50, Until::default(), &mut rng(), turned(entries)).unwrap();
        assert_eq!(products, 2);
        assert!((largest.value - 2.0).abs() < 1e-5 && (smallest.value + 1.0).abs() < 1e-5);
        let (one, same, _) = extremes(1, Until::default(), &mut rng(), |x, out| out[0] = 7.0 * x[0]).unwrap();
        assert_eq!((one.value, same.value), (7.0, 7.0));
        let (zero, _, _) = extremes(5, Until::default(), &mut rng(), |_, out| out.fill(0.0)).unwrap();
        assert_eq!((zero.value, zero.residual), (0.0, 0.0));
        assert_eq!(power_iteration(5, Until::default(), &mut rng(), |_, out| out.fill(0.0)).unwrap().value, 0.0);
        // Some spaces are exhausted by the dimension.
        let all =
            extremes(6, Until { tolerance: 0.0, products: 99 }, &mut rng(), turned(vec![5.0, 4.0, 3.0, 2.0, 1.0, 0.0]));
        let (largest, smallest, products) = all.unwrap();
        assert!(products <= 6 && (largest.value - 5.0).abs() < 1e-5 && smallest.value.abs() < 1e-5);
    }

    #[test]
    fn products_that_are_not_finite() {
        let bad = |_: &[f32], out: &mut [f32]| out.fill(f32::NAN);
        assert_eq!(power_iteration(3, Until::default(), &mut rng(), bad).unwrap_err(), Unfit::NotFinite);
        assert_eq!(extremes(3, Until::default(), &mut rng(), bad).unwrap_err(), Unfit::NotFinite);
        assert_eq!(hutchinson_trace(3, 5, &mut rng(), bad).unwrap_err(), Unfit::NotFinite);
    }

    #[test]
    fn traces() {
        // Of a diagonal matrix every sample is exact.
        let (trace, error) = hutchinson_trace(3, 10, &mut rng(), |x, out| {
            out.iter_mut().zip(x).zip([1.0, 2.0, 3.5]).for_each(|((out, x), e)| *out = e * x);
        })
        .unwrap();
        assert_eq!((trace, error), (6.5, 0.0));
        let entries: Vec<f64> = (0..100).map(f64::from).collect();
        let (trace, error) = hutchinson_trace(100, 400, &mut rng(), turned(entries)).unwrap();
        assert!((trace - 4950.0).abs() < 4.0 * error && error < 60.0, "{trace} {error}");
    }

    #[test]
    fn densities_have_the_moments_of_the_spectrum() {
        // A semicircle's quantiles would do as well; two heaps are easier to see.
        let entries = [vec![0.0; 150], vec![4.0; 50]].concat();
        let density = SpectralDensity::estimate(200, 5, 20, &mut rng(), turned(entries)).unwrap();
        assert!((density.mean(|_| 1.0) - 1.0).abs() < 1e-12);
        // 50 of 200: 0.25, with a standard error of some 0.01.
        assert!((density.mean(|x| x) - 1.0).abs() < 0.12);
        assert!((density.at(0.0, 0.1) / density.at(4.0, 0.1) - 3.0).abs() < 0.5);
        assert!(density.at(2.0, 0.1) < 1e-9);
    }
}
