//! How well a classifier does: accuracy, confusion, margins, calibration, ranking.
//!
//! Logits or probabilities have one example a row and one class a column; labels count classes from 0. A label beyond the
//! last class counts as never hit. Scores over no example are NaN.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// The index of the largest entry, the first of equals; NaN is passed over. 0 when there is none.
pub fn argmax(scores: ArrayView1<f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (i, score) in scores.iter().enumerate() {
        if *score > best.1 {
            best = (i, *score);
        }
    }
    best.0
}

/// The predicted class of each row; see [`argmax`].
///
/// # Panics
/// When `out` has another length than there are rows.
pub fn predictions_into(logits: ArrayView2<f32>, out: &mut [usize]) {
    assert_eq!(logits.nrows(), out.len(), "as many predictions as examples");
    out.iter_mut().zip(logits.rows()).for_each(|(out, row)| *out = argmax(row));
}

/// The predicted class of each row; see [`argmax`].
pub fn predictions(logits: ArrayView2<f32>) -> Vec<usize> {
    logits.rows().into_iter().map(argmax).collect()
}

/// The share of rows whose [`argmax`] is the label. Allocates nothing.
///
/// # Panics
/// When there are not as many labels as rows.
pub fn accuracy(logits: ArrayView2<f32>, labels: &[usize]) -> f64 {
    share_of_rows(logits, labels, |row, label| argmax(row) == label)
}

/// The share of rows whose label is among the k largest entries; of equals the first rank higher. Allocates nothing.
///
/// # Panics
/// When there are not as many labels as rows.
pub fn top_k_accuracy(logits: ArrayView2<f32>, labels: &[usize], k: usize) -> f64 {
    share_of_rows(logits, labels, |row, label| {
        let Some(own) = row.get(label).filter(|own| !own.is_nan()) else {
            return false;
        };
        row.iter().enumerate().filter(|(i, x)| *x > own || (*x == own && *i < label)).count() < k
    })
}

fn share_of_rows(x: ArrayView2<f32>, labels: &[usize], hit: impl Fn(ArrayView1<f32>, usize) -> bool) -> f64 {
    assert_eq!(x.nrows(), labels.len(), "as many labels as examples");
    let hits = x.rows().into_iter().zip(labels).filter(|(row, label)| hit(row.view(), **label)).count();
    hits as f64 / labels.len() as f64
}

/// By how much each row's own logit exceeds the largest of the others: above zero where the prediction is right. The
/// hinge loss is max(0, 1 - margin). Infinite when there is but one class; NaN when the label is none of the classes.
///
/// # Panics
/// When there are not as many labels as rows.
pub fn margins(logits: ArrayView2<f32>, labels: &[usize]) -> Vec<f32> {
    assert_eq!(logits.nrows(), labels.len(), "as many labels as examples");
    let margin = |(row, label): (ArrayView1<f32>, &usize)| {
        let others = row.iter().enumerate().filter(|(i, _)| i != label);
        let rival = others.fold(f32::NEG_INFINITY, |m, (_, x)| if *x > m { *x } else { m });
        row.get(*label).map_or(f32::NAN, |own| own - rival)
    };
    logits.rows().into_iter().zip(labels).map(margin).collect()
}

/// How often each class was taken for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    /// `counts[(c, d)]`: examples of class c that were predicted as d.
    pub counts: Array2<u32>,
}

impl Confusion {
    /// No examples yet of so many classes.
    pub fn new(classes: usize) -> Self {
        Self { counts: Array2::zeros((classes, classes)) }
    }

    /// Takes in examples by their labels and predicted classes. Allocates nothing.
    ///
    /// # Panics
    /// When the lengths differ, or a class is beyond the last.
    pub fn count(&mut self, labels: &[usize], predicted: &[usize]) {
        assert_eq!(labels.len(), predicted.len(), "as many labels as predictions");
        labels.iter().zip(predicted).for_each(|(label, predicted)| self.counts[(*label, *predicted)] += 1);
    }

    /// The share of examples predicted right.
    pub fn accuracy(&self) -> f64 {
        self.hits().sum() / f64::from(self.counts.sum())
    }

    /// The share of each class's examples that were predicted right, also called recall; NaN for classes without any.
    pub fn class_accuracy(&self) -> Array1<f64> {
        self.hits() / self.counts.sum_axis(ndarray::Axis(1)).mapv(f64::from)
    }

    /// The share of each predicted class's examples that belong to it; NaN for classes never predicted.
    pub fn precision(&self) -> Array1<f64> {
        self.hits() / self.counts.sum_axis(ndarray::Axis(0)).mapv(f64::from)
    }

    /// The mean of [`Self::class_accuracy`] over the classes that have examples.
    pub fn balanced_accuracy(&self) -> f64 {
        let present: Vec<f64> = self.class_accuracy().into_iter().filter(|x| !x.is_nan()).collect();
        crate::stats::mean(&present)
    }

    fn hits(&self) -> Array1<f64> {
        self.counts.diag().mapv(f64::from)
    }
}

/// Examples of about equal confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many examples.
    pub count: usize,
    /// The mean of their largest probabilities; NaN for none.
    pub confidence: f64,
    /// The share predicted right; NaN for none.
    pub accuracy: f64,
}

/// How far confidence and accuracy agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Bins of equal width over confidences from 0 to 1.
    pub bins: Vec<Bin>,
    /// Expected calibration error: the mean over examples of |confidence - accuracy| of their bin (Naeini et al. 2015).
    pub expected_error: f64,
    /// The largest |confidence - accuracy| of a bin with examples.
    pub largest_error: f64,
    /// Brier's score: the mean squared distance of the probabilities from the one-hot label.
    pub brier: f64,
}

/// The calibration of probabilities, rows that add up to one, in so many bins.
///
/// # Panics
/// When there are not as many labels as rows, or no bins.
pub fn calibration(probabilities: ArrayView2<f32>, labels: &[usize], bins: usize) -> Calibration {
    assert_eq!(probabilities.nrows(), labels.len(), "as many labels as examples");
    assert!(bins > 0, "calibration takes at least one bin");
    let mut sums = vec![(0usize, 0.0, 0usize); bins];
    let mut brier = 0.0;
    for (row, label) in probabilities.rows().into_iter().zip(labels) {
        let predicted = argmax(row);
        let confidence = row.get(predicted).map_or(0.0, |p| f64::from(*p));
        let bin = &mut sums[((confidence * bins as f64) as usize).min(bins - 1)];
        *bin = (bin.0 + 1, bin.1 + confidence, bin.2 + usize::from(predicted == *label));
        let distance = |(i, p): (usize, &f32)| f64::from(*p) - f64::from(u8::from(i == *label));
        brier += row.iter().enumerate().map(distance).map(|d| d * d).sum::<f64>();
    }
    let total = labels.len() as f64;
    let bins: Vec<Bin> = sums
        .into_iter()
        .map(|(count, confidence, hits)| {
            let n = count as f64;
            Bin { count, confidence: confidence / n, accuracy: hits as f64 / n }
        })
        .collect();
    let gaps = || bins.iter().filter(|bin| bin.count > 0).map(|bin| (bin, (bin.confidence - bin.accuracy).abs()));
    let expected_error = gaps().map(|(bin, gap)| bin.count as f64 * gap).sum::<f64>() / total;
    let largest_error = gaps().fold(f64::NAN, |m, (_, gap)| m.max(gap));
    Calibration { expected_error, largest_error, brier: brier / total, bins }
}

/// The area under the ROC curve: the chance that a positive example scores above a negative one, ties by half. NaN when
/// either kind is missing or a score is NaN.
///
/// # Panics
/// When the lengths differ.
pub fn roc_auc(scores: &[f64], positive: &[bool]) -> f64 {
    assert_eq!(scores.len(), positive.len(), "as many scores as examples");
    if scores.iter().any(|s| s.is_nan()) {
        return f64::NAN;
    }
    let ranks = crate::stats::ranks(scores);
    let positives = positive.iter().filter(|p| **p).count() as f64;
    let negatives = positive.len() as f64 - positives;
    let sum: f64 = ranks.iter().zip(positive).filter(|(_, p)| **p).map(|(rank, _)| rank).sum();
    (sum - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use ndarray::array;

    #[test]
    fn ties_go_to_the_first() {
        assert_eq!(argmax(array![1.0, 3.0, 3.0].view()), 1);
        assert_eq!(argmax(array![f32::NAN, -2.0, -1.0].view()), 2);
        assert_eq!(argmax(array![f32::NAN, f32::NEG_INFINITY].view()), 0);
        assert_eq!(argmax(Array1::zeros(0).view()), 0);
        let flat = Array2::zeros((3, 4));
        assert_eq!(accuracy(flat.view(), &[0, 1, 0]), 2.0 / 3.0);
        assert_eq!(top_k_accuracy(flat.view(), &[0, 1, 2], 2), 2.0 / 3.0);
        assert_eq!(predictions(flat.view()), [0; 3]);
    }

    #[test]
    fn shares_of_rows() {
        let logits = array![[0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.0, f32::NAN, 1.0]];
        let labels = [1, 1, 0, 1];
        assert_eq!(accuracy(logits.view(), &labels), 0.25);
        assert_eq!(top_k_accuracy(logits.view(), &labels, 1), 0.25);
        assert_eq!(top_k_accuracy(logits.view(), &labels, 2), 0.5);
        assert_eq!(top_k_accuracy(logits.view(), &labels, 3), 0.75);
        assert_eq!(top_k_accuracy(logits.view(), &[9; 4], 3), 0.0);
        assert!(accuracy(Array2::zeros((0, 3)).view(), &[]).is_nan());
        let mut predicted = [0; 4];
        predictions_into(logits.view(), &mut predicted);
        assert_eq!(predicted, [1, 0, 2, 2]);
    }

    #[test]
    fn margins_are_above_zero_where_right() {
        let logits = array![[1.0, 4.0, 2.0], [1.0, 4.0, 2.0], [3.0, 3.0, 0.0]];
        assert_eq!(margins(logits.view(), &[1, 2, 0]), [2.0, -2.0, 0.0]);
        assert!(margins(logits.view(), &[1, 2, 7])[2].is_nan());
        assert_eq!(margins(array![[5.0]].view(), &[0]), [f32::INFINITY]);
    }

    #[test]
    fn confusions() {
        let mut confusion = Confusion::new(3);
        confusion.count(&[0, 0, 0, 1, 1], &[0, 0, 1, 1, 0]);
        assert_eq!(confusion.counts, array![[2, 1, 0], [1, 1, 0], [0, 0, 0]]);
        assert_eq!(confusion.accuracy(), 0.6);
        assert_eq!(confusion.class_accuracy().slice(ndarray::s![..2]), array![2.0 / 3.0, 0.5]);
        assert_eq!(confusion.precision().slice(ndarray::s![..2]), array![2.0 / 3.0, 0.5]);
        assert!(confusion.class_accuracy()[2].is_nan());
        assert!((confusion.balanced_accuracy() - 7.0 / 12.0).abs() < 1e-15);
        assert!(Confusion::new(2).accuracy().is_nan());
    }

    #[test]
    fn confident_and_calibrated() {
        // Always 0.75 sure and right three times in four.
        let rows = array![[0.75f32, 0.25], [0.75, 0.25], [0.75, 0.25], [0.75, 0.25]];
        let fair = calibration(rows.view(), &[0, 0, 0, 1], 10);
        assert_eq!((fair.expected_error, fair.largest_error), (0.0, 0.0));
        assert_eq!(fair.bins[7], Bin { count: 4, confidence: 0.75, accuracy: 0.75 });
        assert_eq!(fair.brier, (3.0 * 2.0 * 0.0625 + 2.0 * 0.5625) / 4.0);
        let wrong = calibration(rows.view(), &[1, 1, 1, 1], 10);
        assert_eq!(wrong.expected_error, 0.75);
        let sure = calibration(array![[1.0f32, 0.0]].view(), &[0], 10);
        assert_eq!((sure.expected_error, sure.brier, sure.bins[9].count), (0.0, 0.0, 1));
        assert!(calibration(Array2::zeros((0, 2)).view(), &[], 3).expected_error.is_nan());
        // Labels drawn by the stated probabilities are calibrated.
        let mut rng = Rng::new(2, "calibration");
        let rows = Array2::from_shape_fn((20_000, 2), |(i, j)| {
            let p = 0.5 + (i % 500) as f32 / 1000.0;
            if j == 0 { p } else { 1.0 - p }
        });
        let labels: Vec<usize> =
            rows.rows().into_iter().map(|row| usize::from(!rng.bernoulli(f64::from(row[0])))).collect();
        assert!(calibration(rows.view(), &labels, 10).expected_error < 0.015);
    }

    #[test]
    fn areas_under_the_curve() {
        assert_eq!(roc_auc(&[1.0, 2.0, 3.0, 4.0], &[false, false, true, true]), 1.0);
        assert_eq!(roc_auc(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false]), 0.0);
        assert_eq!(roc_auc(&[1.0, 2.0, 3.0, 4.0], &[false, true, false, true]), 0.75);
        assert_eq!(roc_auc(&[5.0; 4], &[false, true, false, true]), 0.5);
        assert!(roc_auc(&[1.0, 2.0], &[true, true]).is_nan() && roc_auc(&[], &[]).is_nan());
        assert!(roc_auc(&[1.0, f64::NAN], &[true, false]).is_nan());
        // Against the count of pairs.
        let mut rng = Rng::new(3, "auc");
        let scores: Vec<f64> = (0..60).map(|_| rng.below(20) as f64).collect();
        let positive: Vec<bool> = (0..60).map(|_| rng.bernoulli(0.4)).collect();
        let (mut won, mut pairs) = (0.0, 0.0);
        for i in (0..60).filter(|i| positive[*i]) {
            for j in (0..60).filter(|j| !positive[*j]) {
                pairs += 1.0;
                won += if scores[i] > scores[j] {
                    1.0
                } else if scores[i] == scores[j] {
                    0.5
                } else {
                    0.0
                };
            }
        }
        assert!((roc_auc(&scores, &positive) - won / pairs).abs() < 1e-14);
    }
}
