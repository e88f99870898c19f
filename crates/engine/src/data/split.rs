//! Training, validation and test part.

use super::{Dataset, Scaler};
use crate::rng::Rng;

/// A set in three parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// What is learnt from.
    pub train: Dataset,
    /// What choices are made by.
    pub valid: Dataset,
    /// What is measured on.
    pub test: Dataset,
}

/// The shares of the set that go into validation and test part; the rest is for training. What is below 0 counts as 0,
/// and what would be more than all examples is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// Share of the validation part.
    pub valid: f64,
    /// Share of the test part.
    pub test: f64,
}

impl Shares {
    /// How many of `count` go into validation and test part.
    fn counts(self, count: usize) -> (usize, usize) {
        let part = |share: f64| (share.max(0.0) * count as f64).round() as usize;
        let test = part(self.test).min(count);
        (part(self.valid).min(count - test), test)
    }
}

impl Dataset {
    /// Three parts by lot.
    pub fn split(&self, shares: Shares, rng: &mut Rng) -> Parts {
        let order = rng.sample_without_replacement(self.len(), self.len());
        let (valid, test) = shares.counts(self.len());
        let (valid, rest) = order.split_at(valid);
        let (test, train) = rest.split_at(test);
        Parts { train: self.select(train), valid: self.select(valid), test: self.select(test) }
    }

    /// Three parts by lot that have the shares of every class too. A set without classes is split as a whole.
    pub fn split_by_class(&self, shares: Shares, rng: &mut Rng) -> Parts {
        if self.class_names().is_empty() {
            return self.split(shares, rng);
        }
        let [mut train, mut valid, mut test] = [const { Vec::new() }; 3];
        for mut members in self.members() {
            rng.shuffle(&mut members);
            let (for_valid, for_test) = shares.counts(members.len());
            valid.extend(members.drain(..for_valid));
            test.extend(members.drain(..for_test));
            train.extend(members);
        }
        let mut part = |mut indices: Vec<usize>| {
            rng.shuffle(&mut indices);
            self.select(&indices)
        };
        Parts { train: part(train), valid: part(valid), test: part(test) }
    }

    /// Three parts by index: the examples before `valid`, those from there to before `test`, and the rest. What lies
    /// beyond the last example is taken as its end.
    pub fn split_at(&self, valid: usize, test: usize) -> Parts {
        let test = test.min(self.len());
        let valid = valid.min(test);
        let part = |range: std::ops::Range<usize>| self.select(&range.collect::<Vec<_>>());
        Parts { train: part(0..valid), valid: part(valid..test), test: part(test..self.len()) }
    }
}

impl Parts {
    /// Every feature with mean 0 and variance 1, by the statistics of the training part.
    pub fn standardised(self) -> Self {
        let scaler = Scaler::standard(self.train.features());
        self.scaled(&scaler)
    }

    /// All three parts rescaled.
    ///
    /// # Panics
    /// When the scaler is for another number of features.
    pub fn scaled(self, scaler: &Scaler) -> Self {
        Self { train: self.train.scaled(scaler), valid: self.valid.scaled(scaler), test: self.test.scaled(scaler) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Example i has the feature i and the class i mod 3; class 0 is the largest when `count` is no multiple of 3.
    fn numbered(count: usize) -> Dataset {
        let names = ["a", "b", "c"].map(String::from).to_vec();
        let labels = (0..count).map(|i| i as u32 % 3).collect();
        Dataset::classes(Array2::from_shape_fn((count, 1), |(i, _)| i as f32), labels, names).unwrap()
    }

    fn all(parts: &Parts) -> Vec<f32> {
        let parts = [&parts.train, &parts.valid, &parts.test];
        let mut all: Vec<f32> =
            parts.iter().flat_map(|part| part.features().iter().copied().collect::<Vec<_>>()).collect();
        all.sort_by(f32::total_cmp);
        all
    }

    fn sizes(parts: &Parts) -> [usize; 3] {
        [parts.train.len(), parts.valid.len(), parts.test.len()]
    }

    #[test]
    fn every_example_goes_into_one_part() {
        let set = numbered(100);
        let shares = Shares { valid: 0.1, test: 0.2 };
        for by_class in [false, true] {
            let draw = |seed| {
                let mut rng = Rng::new(seed, "split");
                if by_class { set.split_by_class(shares, &mut rng) } else { set.split(shares, &mut rng) }
            };
            let parts = draw(0);
            let (train, valid, test) = if by_class { (70, 9, 21) } else { (70, 10, 20) };
            assert_eq!(sizes(&parts), [train, valid, test]);
            assert_eq!(all(&parts), (0..100).map(|i| i as f32).collect::<Vec<_>>());
            assert!(parts.train.labels().iter().zip(parts.train.features()).all(|(l, x)| *x as u32 % 3 == *l));
            assert_eq!(parts, draw(0));
            assert_ne!(parts, draw(1));
        }
    }

    #[test]
    fn classes_keep_their_shares() {
        let parts = numbered(300).split_by_class(Shares { valid: 0.1, test: 0.3 }, &mut Rng::new(0, "split"));
        assert_eq!(parts.train.class_counts(), [60; 3]);
        assert_eq!(parts.valid.class_counts(), [10; 3]);
        assert_eq!(parts.test.class_counts(), [30; 3]);
    }

    #[test]
    fn by_index_and_at_the_edges() {
        let set = numbered(10);
        assert_eq!(sizes(&set.split_at(6, 8)), [6, 2, 2]);
        assert_eq!(set.split_at(6, 8).test.features().iter().copied().collect::<Vec<_>>(), [8.0, 9.0]);
        assert_eq!(sizes(&set.split_at(20, 8)), [8, 0, 2]);
        assert_eq!(sizes(&set.split_at(99, 99)), [10, 0, 0]);
        let mut rng = Rng::new(0, "split");
        assert_eq!(sizes(&set.split(Shares { valid: 0.7, test: 0.7 }, &mut rng)), [0, 3, 7]);
        assert_eq!(sizes(&set.split(Shares { valid: -1.0, test: f64::NAN }, &mut rng)), [10, 0, 0]);
        assert_eq!(sizes(&numbered(0).split_by_class(Shares { valid: 0.5, test: 0.5 }, &mut rng)), [0; 3]);
    }

    #[test]
    fn the_training_part_alone_sets_the_scale() {
        let parts = numbered(10).split_at(4, 7).standardised();
        // 0, 1, 2, 3: mean 1.5, variance 1.25.
        let expected = |x: f64| ((x - 1.5) / 1.25f64.sqrt()) as f32;
        for (part, start) in [(&parts.train, 0.0), (&parts.valid, 4.0), (&parts.test, 7.0)] {
            for (i, x) in part.features().iter().enumerate() {
                assert!((x - expected(start + i as f64)).abs() < 1e-6);
            }
        }
    }
}
