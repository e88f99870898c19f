//! Sets with other classes, other numbers of each, other labels.

use super::{DataError, Dataset, Targets};
use crate::rng::Rng;

impl Dataset {
    /// How many examples each class has.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.class_names().len()];
        self.labels().iter().for_each(|label| counts[*label as usize] += 1);
        counts
    }

    /// The indices of each class's examples.
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.class_names().len()];
        self.labels().iter().enumerate().for_each(|(index, label)| members[*label as usize].push(index));
        members
    }

    /// As many examples of each class as said, chosen by lot and in random order.
    ///
    /// # Errors
    /// When there are not as many counts as classes, or a class has fewer examples.
    pub fn with_class_counts(&self, counts: &[usize], rng: &mut Rng) -> Result<Self, DataError> {
        let members = self.members();
        if counts.len() != members.len() {
            return Err(DataError::whole(format!("there are {} classes, but {} counts", members.len(), counts.len())));
        }
        let mut chosen = Vec::new();
        for (class, (mut members, &count)) in members.into_iter().zip(counts).enumerate() {
            if members.len() < count {
                let (name, has) = (&self.class_names()[class], members.len());
                return Err(DataError::whole(format!("class {name} has {has} examples, and {count} are asked for")));
            }
            rng.shuffle(&mut members);
            chosen.extend_from_slice(&members[..count]);
        }
        rng.shuffle(&mut chosen);
        Ok(self.select(&chosen))
    }

    /// Equally many examples of each class, chosen by lot and in random order.
    ///
    /// # Errors
    /// When a class has fewer examples.
    pub fn balanced(&self, of_each: usize, rng: &mut Rng) -> Result<Self, DataError> {
        self.with_class_counts(&vec![of_each; self.class_names().len()], rng)
    }

    /// The examples of these classes only, which become class 0, 1 and so on in the order given.
    ///
    /// # Errors
    /// When there is no such class, or one is named twice.
    pub fn only_classes(&self, classes: &[u32]) -> Result<Self, DataError> {
        let names = self.class_names();
        if let Some(class) = classes.iter().find(|class| **class as usize >= names.len()) {
            return Err(DataError::whole(format!("there is no class {class}: there are {} classes", names.len())));
        }
        if let Some((_, class)) = classes.iter().enumerate().find(|(at, class)| classes[..*at].contains(class)) {
            return Err(DataError::whole(format!("class {class} is named twice")));
        }
        let number = |label: &u32| classes.iter().position(|class| class == label);
        let kept: Vec<usize> = (0..self.len()).filter(|&i| number(&self.labels()[i]).is_some()).collect();
        let labels = self.labels().iter().filter_map(number).map(|class| class as u32).collect();
        let names = classes.iter().map(|&class| names[class as usize].clone()).collect();
        Ok(Self { targets: Targets::Classes { labels, names }, ..self.select(&kept) })
    }

    /// Gives a share of the examples a wrong class, each of the others equally likely (symmetric noise); returns the
    /// indices of those examples. Exactly that share is chosen, rounded to a whole number. With fewer than two classes
    /// nothing changes.
    pub fn add_label_noise(&mut self, share: f64, rng: &mut Rng) -> Vec<usize> {
        let Targets::Classes { labels, names } = &mut self.targets else { return Vec::new() };
        if names.len() < 2 {
            return Vec::new();
        }
        let count = (share.clamp(0.0, 1.0) * labels.len() as f64).round() as usize;
        let chosen = rng.sample_without_replacement(labels.len(), count);
        for &index in &chosen {
            // One of the others: a whole turn that never comes back.
            let turn = 1 + rng.below(names.len() as u64 - 1) as u32;
            labels[index] = (labels[index] + turn) % names.len() as u32;
        }
        chosen
    }

    /// Gives every example a class by lot, all equally likely.
    pub fn randomise_labels(&mut self, rng: &mut Rng) {
        if let Targets::Classes { labels, names } = &mut self.targets {
            labels.iter_mut().for_each(|label| *label = rng.below(names.len() as u64) as u32);
        }
    }

    /// Deals the labels out anew among the examples, so that each class keeps its number.
    pub fn shuffle_labels(&mut self, rng: &mut Rng) {
        if let Targets::Classes { labels, .. } = &mut self.targets {
            rng.shuffle(labels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Class k has 10 * (k + 1) examples whose only feature is k.
    fn stairs() -> Dataset {
        let labels: Vec<u32> = (0..4u32).flat_map(|k| std::iter::repeat_n(k, 10 * (k as usize + 1))).collect();
        let features = Array2::from_shape_fn((100, 1), |(i, _)| labels[i] as f32);
        Dataset::classes(features, labels, ["a", "b", "c", "d"].map(String::from).to_vec()).unwrap()
    }

    fn consistent(set: &Dataset) -> bool {
        set.labels().iter().zip(set.features()).all(|(label, x)| *label as f32 == *x)
    }

    #[test]
    fn counts_are_met_or_refused() {
        let set = stairs();
        let mut rng = Rng::new(0, "subset");
        assert_eq!(set.class_counts(), [10, 20, 30, 40]);
        let rare = set.with_class_counts(&[1, 0, 30, 7], &mut rng).unwrap();
        assert_eq!(rare.class_counts(), [1, 0, 30, 7]);
        let even = set.balanced(10, &mut rng).unwrap();
        assert_eq!(even.class_counts(), [10; 4]);
        assert!(consistent(&rare) && consistent(&even));
        let told = set.balanced(11, &mut rng).unwrap_err().to_string();
        assert_eq!(told, "Class a has 10 examples, and 11 are asked for.");
        assert!(set.with_class_counts(&[1], &mut rng).is_err());
    }

    #[test]
    fn some_classes_only() {
        let set = stairs().only_classes(&[3, 1]).unwrap();
        assert_eq!(set.class_counts(), [40, 20]);
        assert_eq!(set.class_names(), ["d", "b"]);
        assert!(set.labels().iter().zip(set.features()).all(|(label, x)| *x == if *label == 0 { 3.0 } else { 1.0 }));
        assert!(stairs().only_classes(&[4]).unwrap_err().to_string().contains("no class 4"));
        assert!(stairs().only_classes(&[1, 1]).unwrap_err().to_string().contains("twice"));
        assert!(stairs().only_classes(&[]).unwrap().is_empty());
    }

    #[test]
    fn noise_changes_the_share_that_was_asked_for() {
        for (share, count) in [(0.0, 0), (0.25, 25), (1.0, 100), (7.0, 100), (-1.0, 0)] {
            let mut set = stairs();
            let chosen = set.add_label_noise(share, &mut Rng::new(0, "label noise"));
            let wrong: Vec<usize> = (0..100).filter(|&i| set.labels()[i] != stairs().labels()[i]).collect();
            let mut sorted = chosen.clone();
            sorted.sort_unstable();
            assert_eq!((sorted, wrong.len()), (wrong, count));
        }
        // Each of the three others equally often.
        let labels = vec![2; 3000];
        let names = ["a", "b", "c", "d"].map(String::from).to_vec();
        let mut set = Dataset::classes(Array2::zeros((3000, 1)), labels, names).unwrap();
        set.add_label_noise(1.0, &mut Rng::new(1, "label noise"));
        let counts = set.class_counts();
        assert!(counts[2] == 0 && [0, 1, 3].iter().all(|k| (880..1120).contains(&counts[*k])), "{counts:?}");
        let mut one = Dataset::classes(Array2::zeros((2, 1)), vec![0, 0], vec!["only".into()]).unwrap();
        assert!(one.add_label_noise(1.0, &mut Rng::new(0, "label noise")).is_empty());
    }

    #[test]
    fn labels_by_lot() {
        let (mut random, mut shuffled) = (stairs(), stairs());
        random.randomise_labels(&mut Rng::new(0, "labels"));
        shuffled.shuffle_labels(&mut Rng::new(0, "labels"));
        assert_eq!(shuffled.class_counts(), [10, 20, 30, 40]);
        assert!(random.class_counts().iter().all(|count| (8..50).contains(count)));
        assert!(!consistent(&random) && !consistent(&shuffled));
        let mut unlabelled = Dataset::unlabelled(Array2::zeros((3, 1)));
        unlabelled.randomise_labels(&mut Rng::new(0, "labels"));
        assert!(unlabelled.labels().is_empty() && unlabelled.add_label_noise(1.0, &mut Rng::new(0, "x")).is_empty());
    }
}
