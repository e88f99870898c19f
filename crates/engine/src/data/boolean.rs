//! Parities of bits, and labels that depend on nothing.

use super::dataset::{check_size, matrix};
use super::{DataError, Dataset};
use crate::rng::Rng;

/// `count` rows of `bits` random signs (-1 or 1). The class is 1 where an odd number of those at `relevant` is -1.
///
/// # Errors
/// When a relevant bit does not exist, or it would be too many numbers.
pub fn sparse_parity(count: usize, bits: usize, relevant: &[usize], rng: &mut Rng) -> Result<Dataset, DataError> {
    if let Some(bit) = relevant.iter().find(|bit| **bit >= bits) {
        return Err(DataError::whole(format!("there is no bit {bit}: there are {bits} bits, counted from 0")));
    }
    check_size(count.saturating_mul(bits))?;
    let mut signs = vec![0.0; count * bits];
    rng.fill_signs(&mut signs);
    let row = |i: usize| &signs[i * bits..(i + 1) * bits];
    let labels =
        (0..count).map(|i| u32::from(relevant.iter().map(|bit| row(i)[*bit]).product::<f32>() < 0.0)).collect();
    Dataset::classes(matrix(count, bits, signs), labels, vec!["even".into(), "odd".into()])
}

/// `count` normal points in `dimensions` dimensions whose classes are drawn by lot: there is nothing to learn but them.
///
/// # Errors
/// When there is no class, or it would be too many numbers.
pub fn random_labels(count: usize, dimensions: usize, classes: u32, rng: &mut Rng) -> Result<Dataset, DataError> {
    if classes == 0 {
        return Err(DataError::whole("there must be a class"));
    }
    check_size(count.saturating_mul(dimensions))?;
    let mut points = vec![0.0; count * dimensions];
    rng.fill_normal(1.0, &mut points);
    let labels = (0..count).map(|_| rng.below(u64::from(classes)) as u32).collect();
    Dataset::classes(matrix(count, dimensions, points), labels, (0..classes).map(|class| class.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parities() {
        let set = sparse_parity(2000, 10, &[2, 5, 7], &mut Rng::new(0, "parity")).unwrap();
        for (row, label) in set.features().rows().into_iter().zip(set.labels()) {
            let negative = [2, 5, 7].iter().filter(|bit| row[**bit] < 0.0).count();
            assert_eq!(negative as u32 % 2, *label);
        }
        assert!(set.class_counts().iter().all(|count| (880..1120).contains(count)));
        // No single bit tells anything.
        for bit in 0..10 {
            let agree = (0..2000).filter(|&i| (set.example(i)[bit] < 0.0) == (set.labels()[i] == 1)).count();
            assert!((850..1150).contains(&agree), "{bit}: {agree}");
        }
        assert!(sparse_parity(5, 3, &[], &mut Rng::new(0, "parity")).unwrap().labels().iter().all(|l| *l == 0));
        assert!(sparse_parity(5, 3, &[3], &mut Rng::new(0, "parity")).unwrap_err().to_string().contains("no bit 3"));
        assert!(sparse_parity(usize::MAX, 3, &[0], &mut Rng::new(0, "parity")).is_err());
    }

    #[test]
    fn labels_by_lot() {
        let set = random_labels(3000, 4, 3, &mut Rng::new(0, "random")).unwrap();
        assert!(set.class_counts().iter().all(|count| (870..1130).contains(count)));
        assert!(random_labels(1, 1, 0, &mut Rng::new(0, "random")).is_err());
        assert!(random_labels(0, 0, 2, &mut Rng::new(0, "random")).unwrap().is_empty());
    }
}
