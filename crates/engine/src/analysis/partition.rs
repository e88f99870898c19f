//! How far two labelings of the same things agree, whatever the labels are called.

use crate::math;
use ndarray::{Array2, Axis};

/// `counts[(a, b)]`: things that the first labeling calls a and the second b.
///
/// # Panics
/// When the lengths differ.
pub fn contingency(a: &[usize], b: &[usize]) -> Array2<u64> {
    assert_eq!(a.len(), b.len(), "both labelings are of the same things");
    let size = |labels: &[usize]| labels.iter().max().map_or(0, |last| last + 1);
    let mut counts = Array2::zeros((size(a), size(b)));
    a.iter().zip(b).for_each(|(a, b)| counts[(*a, *b)] += 1);
    counts
}

/// The entropy of a labeling in nats; 0 for no things.
pub fn entropy(labels: &[usize]) -> f64 {
    let n = labels.len() as f64;
    let counts = contingency(labels, labels);
    counts.diag().iter().filter(|count| **count > 0).map(|count| share_ln(*count as f64 / n)).sum()
}

/// -p ln p.
fn share_ln(p: f64) -> f64 {
    -p * math::ln(p)
}

/// The mutual information of two labelings in nats: how much one tells of the other.
///
/// # Panics
/// When the lengths differ.
pub fn mutual_information(a: &[usize], b: &[usize]) -> f64 {
    let n = a.len() as f64;
    let counts = contingency(a, b).mapv(|count| count as f64);
    let (rows, columns) = (counts.sum_axis(Axis(1)), counts.sum_axis(Axis(0)));
    let cells = counts.indexed_iter().filter(|(_, count)| **count > 0.0);
    let sum: f64 = cells.map(|((i, j), count)| count / n * math::ln(count * n / (rows[i] * columns[j]))).sum();
    sum.max(0.0)
}

/// [`mutual_information`] over the mean of both entropies: 1 for equal partitions. Two labelings without any information
/// are equal, and give 1.
///
/// # Panics
/// When the lengths differ.
pub fn normalised_mutual_information(a: &[usize], b: &[usize]) -> f64 {
    let mean = (entropy(a) + entropy(b)) / 2.0;
    if mean == 0.0 { 1.0 } else { mutual_information(a, b) / mean }
}

/// The adjusted Rand index: the share of pairs on which two labelings agree, so scaled that chance gives 0 and equal
/// partitions 1 (Hubert and Arabie 1985).
///
/// # Panics
/// When the lengths differ.
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> f64 {
    let counts = contingency(a, b).mapv(|count| count as f64);
    let pairs = |counts: &mut dyn Iterator<Item = f64>| counts.map(|n| n * (n - 1.0) / 2.0).sum::<f64>();
    let together = pairs(&mut counts.iter().copied());
    let first = pairs(&mut counts.sum_axis(Axis(1)).into_iter());
    let second = pairs(&mut counts.sum_axis(Axis(0)).into_iter());
    let all = pairs(&mut std::iter::once(a.len() as f64));
    let expected = if all > 0.0 { first * second / all } else { 0.0 };
    let most = (first + second) / 2.0;
    // Everything alone or everything together in both: equal.
    if most == expected { 1.0 } else { (together - expected) / (most - expected) }
}

/// The share of things that belong to the most frequent class of their cluster; NaN for no things.
///
/// # Panics
/// When the lengths differ.
pub fn purity(clusters: &[usize], classes: &[usize]) -> f64 {
    let counts = contingency(clusters, classes);
    let hits: u64 = counts.rows().into_iter().filter_map(|row| row.iter().max().copied()).sum();
    hits as f64 / clusters.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn equal_partitions_under_other_names() {
        let (a, b) = ([0, 0, 1, 1, 2, 2], [5, 5, 0, 0, 3, 3]);
        assert!((mutual_information(&a, &b) - math::ln(3.0)).abs() < 1e-15);
        assert!((normalised_mutual_information(&a, &b) - 1.0).abs() < 1e-15);
        assert_eq!((adjusted_rand_index(&a, &b), purity(&a, &b)), (1.0, 1.0));
    }

    #[test]
    fn independent_partitions() {
        let (a, b) = ([0, 0, 1, 1], [0, 1, 0, 1]);
        assert_eq!(mutual_information(&a, &b), 0.0);
        assert_eq!(purity(&a, &b), 0.5);
        // Hubert and Arabie's formula by hand: 0 pairs together, 2 * 2 / 6 expected, 2 at most.
        assert!((adjusted_rand_index(&a, &b) + 0.5).abs() < 1e-15);
        let mut rng = Rng::new(0, "partitions");
        let mut draw = || -> Vec<usize> { (0..5000).map(|_| rng.index(4)).collect() };
        let (a, b) = (draw(), draw());
        assert!(adjusted_rand_index(&a, &b).abs() < 0.005 && mutual_information(&a, &b) < 0.005);
        assert!((mutual_information(&a, &b) - mutual_information(&b, &a)).abs() < 1e-15);
        assert!((mutual_information(&a, &a) - entropy(&a)).abs() < 1e-13);
    }

    #[test]
    fn a_published_example() {
        // Manning, Raghavan and Schuetze (2008), figure 16.4: purity 0.71, normalised mutual information 0.36.
        let clusters: Vec<usize> = [vec![0; 6], vec![1; 6], vec![2; 5]].concat();
        let classes = [0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 2, 0, 0, 2, 2, 2];
        assert!((purity(&clusters, &classes) - 12.0 / 17.0).abs() < 1e-15);
        assert!((normalised_mutual_information(&clusters, &classes) - 0.36).abs() < 0.005);
    }

    #[test]
    fn edges() {
        assert_eq!(entropy(&[]), 0.0);
        assert_eq!((adjusted_rand_index(&[], &[]), adjusted_rand_index(&[0], &[3])), (1.0, 1.0));
        assert_eq!(adjusted_rand_index(&[0, 0, 0], &[0, 1, 2]), 0.0);
        assert_eq!(normalised_mutual_information(&[0, 0], &[1, 1]), 1.0);
        assert!(purity(&[], &[]).is_nan());
    }
}
