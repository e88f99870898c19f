//! MNIST-1D (Greydanus 2020): ten short curves, each seen padded, stretched, moved, sheared and noisy, as 40 numbers.
//!
//! The curve of a digit is padded with zeros to a random length and stretched to a fixed one, multiplied by a random
//! factor and moved round by a random number of places. Where there are only zeros comes noise smoothed along the series,
//! everywhere white noise; a random slope is added, and the whole is read off at 40 places.

use super::dataset::{check_size, matrix};
use super::{DataError, Dataset, Grid};
use crate::math;
use crate::rng::Rng;

/// Points of a template.
const POINTS: usize = 12;

/// Heights of the ten curves.
const CURVES: [[f64; POINTS]; 10] = [
    [5.0, 6.0, 6.5, 6.75, 7.0, 7.0, 7.0, 7.0, 6.75, 6.5, 6.0, 5.0],
    [5.0, 3.0, 3.0, 3.4, 3.8, 4.2, 4.6, 5.0, 5.4, 5.8, 5.0, 5.0],
    [5.0, 6.0, 6.5, 6.5, 6.0, 5.25, 4.75, 4.0, 3.5, 3.5, 4.0, 5.0],
    [5.0, 6.0, 6.5, 6.5, 6.0, 5.0, 5.0, 6.0, 6.5, 6.5, 6.0, 5.0],
    [5.0, 4.4, 3.8, 3.2, 2.6, 2.6, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0],
    [5.0, 3.0, 3.0, 3.0, 3.0, 5.0, 6.0, 6.5, 6.5, 6.0, 4.5, 5.0],
    [5.0, 4.0, 3.5, 3.25, 3.0, 3.0, 3.0, 3.0, 3.25, 3.5, 4.0, 5.0],
    [5.0, 7.0, 7.0, 6.6, 6.2, 5.8, 5.4, 5.0, 4.6, 4.2, 5.0, 5.0],
    [5.0, 4.0, 3.5, 3.5, 4.0, 5.0, 5.0, 4.0, 3.5, 3.5, 4.0, 5.0],
    [5.0, 4.0, 3.5, 3.5, 4.0, 5.0, 5.0, 5.0, 5.0, 4.7, 4.3, 5.0],
];

/// Keeps the template's zeros apart from the padding's.
const TRACE: f64 = 1e-8;

/// How much of each change there is; the published amounts by default.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Least and largest number of zeros that are appended; all are stretched as if by the largest.
    pub padding: (usize, usize),
    /// The factor lies within half of this about 1.
    pub scale: f64,
    /// Moved by less than this many places.
    pub translation: usize,
    /// Deviation of the noise that is smoothed afterwards.
    pub correlated_noise: f64,
    /// Deviation of the white noise.
    pub white_noise: f64,
    /// The added slope, end to end, is at most half of this up or down.
    pub shear: f64,
    /// Numbers in an example.
    pub length: usize,
    /// One random order of the places for all examples, which leaves nothing for a convolution to use.
    pub shuffled: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            padding: (36, 60),
            scale: 0.4,
            translation: 48,
            correlated_noise: 0.25,
            white_noise: 0.02,
            shear: 0.75,
            length: 40,
            shuffled: false,
        }
    }
}

/// What chance decides about one example.
struct Draws {
    padding: usize,
    /// Uniform in [0, 1).
    scale: f64,
    translation: usize,
    correlated: Vec<f64>,
    white: Vec<f64>,
    /// Uniform in [0, 1).
    shear: f64,
}

/// The curve of `digit` as the recipe uses it: it begins at 0 and has the deviation 1/6.
///
/// # Panics
/// When `digit` is above 9.
pub fn template(digit: usize) -> [f64; POINTS] {
    let curve = CURVES[digit];
    let mean = curve.iter().sum::<f64>() / POINTS as f64;
    let deviation = math::sqrt(curve.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / POINTS as f64);
    curve.map(|x| (x - curve[0]) / deviation / 6.0)
}

impl Recipe {
    /// Length of a curve after padding and stretching.
    fn stretched(&self) -> usize {
        POINTS + self.padding.1
    }

    /// `count` examples with mean 0 and variance 1 over all of them; the digits take turns.
    ///
    /// # Errors
    /// When the least padding is above the largest, there are no places or none to move by, or it would be too much.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Result<Dataset, DataError> {
        let (least, most) = self.padding;
        if least > most || self.length == 0 || self.translation == 0 {
            return Err(DataError::whole(
                "this recipe needs a padding whose least is below its largest, and at least one place and one translation",
            ));
        }
        check_size(count.saturating_mul(self.length.max(self.stretched())))?;
        let mut values = Vec::with_capacity(count * self.length);
        for i in 0..count {
            values.extend(self.signal(&template(i % 10), &self.toss(rng)));
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let deviation = math::sqrt(values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values.len() as f64);
        let places: Vec<usize> = if self.shuffled {
            rng.sample_without_replacement(self.length, self.length)
        } else {
            (0..self.length).collect()
        };
        let series = values.chunks_exact(self.length);
        let values = series.flat_map(|x| places.iter().map(|&at| ((x[at] - mean) / deviation) as f32)).collect();
        let labels = (0..count).map(|i| (i % 10) as u32).collect();
        let names = (0..10).map(|digit| digit.to_string()).collect();
        Dataset::classes(matrix(count, self.length, values), labels, names)?.with_grid(Grid {
            height: 1,
            width: self.length,
            channels: 1,
        })
    }

    fn toss(&self, rng: &mut Rng) -> Draws {
        let (least, most) = self.padding;
        let padding = least + rng.index(most - least + 1);
        let scale = rng.unit_f64();
        let translation = rng.index(self.translation);
        let correlated = (0..self.stretched()).map(|_| rng.normal()).collect();
        let white = (0..self.stretched()).map(|_| rng.normal()).collect();
        Draws { padding, scale, translation, correlated, white, shear: rng.unit_f64() }
    }

    /// One example before normalising.
    fn signal(&self, template: &[f64; POINTS], draws: &Draws) -> Vec<f64> {
        let mut padded: Vec<f64> = template.iter().map(|x| x + TRACE).collect();
        padded.resize(POINTS + draws.padding, 0.0);
        let mut x = resampled(&padded, self.stretched());
        let factor = 1.0 + self.scale * (draws.scale - 0.5);
        x.iter_mut().for_each(|x| *x *= factor);
        let turn = draws.translation % x.len();
        x.rotate_right(turn);
        let correlated = smoothed(&draws.correlated);
        let (slope, last) = (self.shear * (draws.shear - 0.5), (x.len() - 1) as f64);
        for (i, x) in x.iter_mut().enumerate() {
            if *x == 0.0 {
                *x = self.correlated_noise * correlated[i];
            }
            *x += self.white_noise * draws.white[i] - slope * (i as f64 / last - 0.5);
        }
        resampled(&x, self.length)
    }
}

/// The series read off at `to` evenly spaced places from its first number to its last, linearly in between.
fn resampled(x: &[f64], to: usize) -> Vec<f64> {
    let (steps, parts) = (x.len() - 1, to.saturating_sub(1).max(1));
    let at = |i: usize| {
        let (whole, rest) = (i * steps / parts, i * steps % parts);
        let next = x[(whole + 1).min(steps)];
        x[whole] + (next - x[whole]) * (rest as f64 / parts as f64)
    };
    (0..to).map(at).collect()
}

/// Convolved with a Gaussian of deviation 2, cut off 8 places away; beyond its ends the series is mirrored.
fn smoothed(x: &[f64]) -> Vec<f64> {
    const REACH: isize = 8;
    let weights: Vec<f64> = (-REACH..=REACH).map(|d| math::exp(-((d * d) as f64) / 8.0)).collect();
    let total: f64 = weights.iter().sum();
    let n = x.len() as isize;
    let mirrored = |i: isize| {
        let i = i.rem_euclid(2 * n);
        x[i.min(2 * n - 1 - i) as usize]
    };
    let at = |i: isize| (-REACH..=REACH).zip(&weights).map(|(d, w)| w * mirrored(i + d)).sum::<f64>() / total;
    (0..n).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of the package mnist1d with what chance decided; see `tests/make_mnist1d.py`.
    const REFERENCE: &str = include_str!("../../tests/mnist1d.csv");

    #[test]
    fn examples_equal_those_of_the_published_generator() {
        let recipe = Recipe::default();
        let mut seen = 0;
        for line in REFERENCE.lines().filter(|line| !line.starts_with('#')) {
            let numbers: Vec<f64> = line.split(',').map(|x| x.parse().unwrap()).collect();
            let (head, rest) = numbers.split_at(5);
            let ((correlated, rest), n) = (rest.split_at(72), head[0] as usize);
            let (white, expected) = rest.split_at(72);
            let draws = Draws {
                padding: 36 + (head[1] * 25.0) as usize,
                scale: head[2],
                translation: head[3] as usize,
                correlated: correlated.to_vec(),
                white: white.to_vec(),
                shear: head[4],
            };
            let got = recipe.signal(&template(n), &draws);
            assert_eq!(got.len(), expected.len());
            let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-9, "digit {n}: off by {worst}");
            seen += 1;
        }
        assert_eq!(seen, 20);
    }

    #[test]
    fn the_set_is_normalised_and_takes_turns() {
        let draw = |recipe: &Recipe, seed| recipe.draw(500, &mut Rng::new(seed, "mnist1d")).unwrap();
        let set = draw(&Recipe::default(), 0);
        assert_eq!((set.len(), set.width(), set.class_counts()), (500, 40, vec![50; 10]));
        let mean = set.features().mean().unwrap();
        let square = set.features().mapv(|x| x * x).mean().unwrap();
        assert!(mean.abs() < 1e-4 && (square - 1.0).abs() < 1e-4);
        assert_eq!(set, draw(&Recipe::default(), 0));
        assert_ne!(set, draw(&Recipe::default(), 1));
        // The same numbers in another order of places.
        let shuffled = draw(&Recipe { shuffled: true, ..Recipe::default() }, 0);
        let sorted = |set: &Dataset| {
            let mut row = set.example(7).to_vec();
            row.sort_by(f32::total_cmp);
            row
        };
        assert_eq!(sorted(&set), sorted(&shuffled));
        assert_ne!(set.example(7), shuffled.example(7));
    }

    #[test]
    fn without_chance_only_the_curve_is_left() {
        let plain = Recipe {
            padding: (0, 0),
            scale: 0.0,
            translation: 1,
            correlated_noise: 0.0,
            white_noise: 0.0,
            shear: 0.0,
            length: 12,
            shuffled: false,
        };
        let set = plain.draw(10, &mut Rng::new(0, "mnist1d")).unwrap();
        for digit in 0..10 {
            let (got, expected) = (set.example(digit), template(digit));
            let slope = (got[3] - got[0]) / (expected[3] - expected[0]) as f32;
            assert!(got.iter().zip(&expected).all(|(x, t)| (x - got[0] - slope * *t as f32).abs() < 1e-5));
        }
    }

    #[test]
    fn recipes_that_make_no_sense_are_told() {
        let mut rng = Rng::new(0, "mnist1d");
        for bad in [
            Recipe { padding: (5, 4), ..Recipe::default() },
            Recipe { length: 0, ..Recipe::default() },
            Recipe { translation: 0, ..Recipe::default() },
        ] {
            assert!(bad.draw(1, &mut rng).is_err());
        }
        assert!(Recipe::default().draw(usize::MAX, &mut rng).is_err());
        assert!(Recipe::default().draw(0, &mut rng).unwrap().is_empty());
        assert_eq!(Recipe { length: 1, ..Recipe::default() }.draw(3, &mut rng).unwrap().width(), 1);
        assert_eq!(Recipe { translation: 1000, ..Recipe::default() }.draw(3, &mut rng).unwrap().len(), 3);
    }
}
