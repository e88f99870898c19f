//! Labels or numbers by a random network, the teacher.

use super::dataset::{check_size, matrix};
use super::{DataError, Dataset};
use crate::kernel;
use crate::math;
use crate::rng::Rng;

/// A random network of dense layers. Weights are normal with variance 1 / fan-in, biases normal with the deviation that is
/// asked for. The last layer is linear.
#[derive(Clone, Debug)]
pub struct Teacher {
    /// Weights (outputs x inputs, row-major) and biases of each layer.
    layers: Vec<(Vec<f32>, Vec<f32>)>,
    widths: Vec<usize>,
    activation: fn(f32) -> f32,
}

impl Teacher {
    /// A network of these widths: inputs, hidden layers (any number of them, also none), outputs. `activation` comes after
    /// each hidden layer; it must be portable: a function of [`crate::math`], or made of + - * / and comparisons.
    ///
    /// # Errors
    /// When there are fewer than two widths, or one is 0.
    pub fn new(widths: &[usize], activation: fn(f32) -> f32, bias: f32, rng: &mut Rng) -> Result<Self, DataError> {
        if widths.len() < 2 || widths.contains(&0) {
            return Err(DataError::whole(format!(
                "a network needs inputs and outputs, and no empty layer: {widths:?}"
            )));
        }
        let layers = widths.windows(2).map(|pair| {
            let (mut weights, mut biases) = (vec![0.0; pair[0] * pair[1]], vec![0.0; pair[1]]);
            rng.fill_normal(1.0 / math::sqrtf(pair[0] as f32), &mut weights);
            rng.fill_normal(bias, &mut biases);
            (weights, biases)
        });
        Ok(Self { layers: layers.collect(), widths: widths.to_vec(), activation })
    }

    /// Inputs, hidden layers, outputs.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// Weights (outputs x inputs, row-major) and biases of each layer.
    pub fn layers(&self) -> &[(Vec<f32>, Vec<f32>)] {
        &self.layers
    }

    /// What the network says to one input.
    ///
    /// # Panics
    /// When `input` has another width than the network.
    pub fn answer(&self, input: &[f32]) -> Vec<f32> {
        assert_eq!(input.len(), self.widths[0], "an input of another width");
        let mut now = input.to_vec();
        for (layer, (weights, biases)) in self.layers.iter().enumerate() {
            let mut next = vec![0.0; biases.len()];
            kernel::gemv(weights, &now, &mut next);
            let last = layer + 1 == self.layers.len();
            for (x, bias) in next.iter_mut().zip(biases) {
                *x = if last { *x + bias } else { (self.activation)(*x + bias) };
            }
            now = next;
        }
        now
    }

    /// `count` normal inputs with the network's answers as targets, and normal numbers of deviation `noise` added.
    ///
    /// # Errors
    /// When it would be too many numbers.
    pub fn regression(&self, count: usize, noise: f32, rng: &mut Rng) -> Result<Dataset, DataError> {
        let (inputs, mut answers) = self.examples(count, rng)?;
        answers.iter_mut().for_each(|y| *y += noise * rng.normal() as f32);
        let outputs = answers.len() / count.max(1);
        Dataset::values(matrix(count, self.widths[0], inputs), matrix(count, outputs, answers))
    }

    /// `count` normal inputs with classes: the largest of the answers, or, of a network with one output, class 1 where it
    /// is above 0.
    ///
    /// # Errors
    /// When it would be too many numbers.
    pub fn classification(&self, count: usize, rng: &mut Rng) -> Result<Dataset, DataError> {
        let (inputs, answers) = self.examples(count, rng)?;
        let outputs = self.layers.last().map_or(1, |(_, biases)| biases.len());
        let class = |answer: &[f32]| match answer {
            [only] => u32::from(*only > 0.0),
            _ => (1..outputs).fold(0, |best, k| if answer[k] > answer[best] { k } else { best }) as u32,
        };
        let labels = answers.chunks_exact(outputs).map(class).collect();
        let names = (0..outputs.max(2)).map(|class| class.to_string()).collect();
        Dataset::classes(matrix(count, self.widths[0], inputs), labels, names)
    }

    fn examples(&self, count: usize, rng: &mut Rng) -> Result<(Vec<f32>, Vec<f32>), DataError> {
        let most = self.widths.iter().copied().max().unwrap_or(0);
        check_size(count.saturating_mul(most))?;
        let mut inputs = vec![0.0; count * self.widths[0]];
        rng.fill_normal(1.0, &mut inputs);
        let answers = inputs.chunks_exact(self.widths[0]).flat_map(|input| self.answer(input)).collect();
        Ok((inputs, answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_without_hidden_layers_is_linear() {
        let mut rng = Rng::new(0, "teacher");
        let teacher = Teacher::new(&[6, 1], math::tanhf, 0.0, &mut rng).unwrap();
        let set = teacher.regression(5000, 0.0, &mut rng).unwrap();
        let weights = &teacher.layers()[0].0;
        let squared: f32 = weights.iter().map(|w| w * w).sum();
        let variance = set.target_values().iter().map(|y| y * y).sum::<f32>() / 5000.0;
        assert!((variance / squared - 1.0).abs() < 0.1);
        for (x, y) in set.features().rows().into_iter().zip(set.target_values()) {
            let expected: f32 = x.iter().zip(weights).map(|(x, w)| x * w).sum();
            assert!((y - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn the_activation_and_the_biases_are_used() {
        let mut rng = Rng::new(1, "teacher");
        let teacher = Teacher::new(&[3, 20, 20, 2], |x| x.max(0.0), 0.5, &mut rng).unwrap();
        let ([one, two], [both, none]) = ([[1.0, 0.5, -0.5], [0.5, -2.0, 1.0]], [[1.5, -1.5, 0.5], [0.0; 3]]);
        let answer = |x: [f32; 3], k: usize| teacher.answer(&x)[k];
        assert!((answer(one, 0) + answer(two, 0) - answer(both, 0) - answer(none, 0)).abs() > 1e-3);
        assert!(answer(none, 0) != 0.0);
        let noisy = teacher.regression(2000, 1.0, &mut rng.clone()).unwrap();
        let clean = teacher.regression(2000, 0.0, &mut rng).unwrap();
        let square = (&noisy.target_values() - &clean.target_values()).iter().map(|d| d * d).sum::<f32>() / 4000.0;
        assert!((square - 1.0).abs() < 0.12, "{square}");
    }

    #[test]
    fn classes_are_the_largest_answers() {
        let mut rng = Rng::new(2, "teacher");
        let teacher = Teacher::new(&[4, 8, 3], math::tanhf, 0.0, &mut rng).unwrap();
        let set = teacher.classification(300, &mut rng).unwrap();
        for (i, label) in set.labels().iter().enumerate() {
            let answers = teacher.answer(set.example(i));
            assert!(answers.iter().all(|a| *a <= answers[*label as usize]));
        }
        let single = Teacher::new(&[4, 1], math::tanhf, 0.0, &mut rng).unwrap().classification(100, &mut rng).unwrap();
        assert_eq!(single.class_names().len(), 2);
        assert!(single.class_counts().iter().all(|count| *count > 20));
    }

    #[test]
    fn edges() {
        let mut rng = Rng::new(0, "teacher");
        for widths in [&[][..], &[3], &[3, 0], &[0, 3]] {
            assert!(Teacher::new(widths, math::tanhf, 0.0, &mut rng).is_err());
        }
        let teacher = Teacher::new(&[3, 2], math::tanhf, 0.0, &mut rng).unwrap();
        assert!(teacher.regression(0, 0.1, &mut rng).unwrap().is_empty());
        assert!(teacher.classification(usize::MAX, &mut rng).is_err());
    }
}
