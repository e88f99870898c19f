//! Linear regression whose inputs have a given spectrum.

use super::dataset::{check_size, matrix};
use super::{DataError, Dataset};
use crate::math;
use crate::rng::Rng;

/// y = w x + noise, where coordinate i of x is normal with variance `spectrum[i]`, independent of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTask {
    /// The eigenvalues of the inputs' covariance; none below 0.
    pub spectrum: Vec<f64>,
    /// The weights w, one for each coordinate.
    pub weights: Vec<f64>,
    /// Standard deviation of what is added to y.
    pub noise: f64,
}

/// The spectrum 1, 2^-decay, 3^-decay and so on.
pub fn power_law(dimensions: usize, decay: f64) -> Vec<f64> {
    (1..=dimensions).map(|i| math::pow(i as f64, -decay)).collect()
}

impl LinearTask {
    /// A task with weights by lot, normal with variance 1 / dimensions (so that w has a squared length of about 1).
    pub fn new(spectrum: Vec<f64>, noise: f64, rng: &mut Rng) -> Self {
        let scale = 1.0 / math::sqrt(spectrum.len().max(1) as f64);
        let weights = spectrum.iter().map(|_| scale * rng.normal()).collect();
        Self { spectrum, weights, noise }
    }

    /// `count` examples.
    ///
    /// # Errors
    /// When there are not as many weights as eigenvalues, an eigenvalue is no number from 0 up, or it would be too much.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Result<Dataset, DataError> {
        let dimensions = self.spectrum.len();
        if self.weights.len() != dimensions {
            let weights = self.weights.len();
            return Err(DataError::whole(format!("there are {dimensions} eigenvalues, but {weights} weights")));
        }
        if let Some(at) = self.spectrum.iter().position(|x| !x.is_finite() || *x < 0.0) {
            return Err(DataError::whole(format!("eigenvalue {at} is {}: a variance is 0 or more", self.spectrum[at])));
        }
        check_size(count.saturating_mul(dimensions))?;
        let deviations: Vec<f64> = self.spectrum.iter().map(|x| math::sqrt(*x)).collect();
        let (mut inputs, mut outputs) = (Vec::with_capacity(count * dimensions), Vec::with_capacity(count));
        for _ in 0..count {
            let mut y = 0.0;
            for (deviation, weight) in deviations.iter().zip(&self.weights) {
                let x = deviation * rng.normal();
                y += weight * x;
                inputs.push(x as f32);
            }
            outputs.push((y + self.noise * rng.normal()) as f32);
        }
        Dataset::values(matrix(count, dimensions, inputs), matrix(count, 1, outputs))
    }

    /// The expected squared error of other weights on new examples, the noise not counted.
    ///
    /// # Panics
    /// When there are not as many weights as eigenvalues.
    pub fn excess_risk(&self, weights: &[f64]) -> f64 {
        assert_eq!(weights.len(), self.spectrum.len(), "weights of another task");
        let each = self.spectrum.iter().zip(&self.weights).zip(weights);
        each.map(|((variance, w), other)| variance * (w - other) * (w - other)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_have_the_spectrum_and_outputs_the_variance() {
        assert_eq!(power_law(3, 1.0), [1.0, 0.5, 1.0 / 3.0]);
        let task = LinearTask { spectrum: vec![4.0, 0.25, 0.0], weights: vec![1.0, -2.0, 7.0], noise: 0.5 };
        let n = 20_000;
        let set = task.draw(n, &mut Rng::new(0, "linear")).unwrap();
        let variance =
            |values: &mut dyn Iterator<Item = f32>| values.map(|x| f64::from(x) * f64::from(x)).sum::<f64>() / n as f64;
        let near = |measured: f64, v: f64| (measured - v).abs() <= 5.0 * v * (2.0 / n as f64).sqrt();
        for (i, v) in [4.0, 0.25, 0.0].into_iter().enumerate() {
            assert!(near(variance(&mut set.features().column(i).iter().copied()), v));
        }
        // 4 + 4 * 0.25 + 0.25.
        assert!(near(variance(&mut set.target_values().iter().copied()), 5.25));
        assert_eq!(task.excess_risk(&[0.0, -2.0, 0.0]), 4.0);
    }

    #[test]
    fn without_noise_outputs_are_exact() {
        let mut rng = Rng::new(0, "linear");
        let task = LinearTask::new(power_law(5, 1.5), 0.0, &mut rng);
        let set = task.draw(50, &mut rng).unwrap();
        for (x, y) in set.features().rows().into_iter().zip(set.target_values()) {
            let expected: f64 = x.iter().zip(&task.weights).map(|(x, w)| f64::from(*x) * w).sum();
            assert!((f64::from(*y) - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn what_cannot_be_is_told() {
        let mut rng = Rng::new(0, "linear");
        let task = |spectrum: &[f64], weights: &[f64]| LinearTask {
            spectrum: spectrum.to_vec(),
            weights: weights.to_vec(),
            noise: 0.0,
        };
        assert!(task(&[1.0], &[]).draw(1, &mut rng).unwrap_err().to_string().contains("0 weights"));
        assert!(task(&[-1.0], &[1.0]).draw(1, &mut rng).unwrap_err().to_string().contains("igenvalue 0 is -1"));
        assert!(task(&[f64::NAN], &[1.0]).draw(1, &mut rng).is_err());
        assert!(task(&[1.0], &[1.0]).draw(usize::MAX, &mut rng).is_err());
        assert_eq!(task(&[], &[]).draw(3, &mut rng).unwrap().len(), 3);
    }
}
