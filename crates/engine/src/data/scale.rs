//! Features at a scale that suits a network.

use super::Dataset;
use crate::math;
use crate::stats::Moments;
use ndarray::{Array2, ArrayView2};

/// A shift and a factor for every column: x becomes (x - shift) * factor. NaN (what is missing) counts in no statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaler {
    shift: Vec<f32>,
    factor: Vec<f32>,
}

impl Scaler {
    /// Each column of `data` to mean 0 and variance 1 (over all rows, not one fewer). A column of equal numbers is only
    /// shifted; one of no numbers is left alone.
    pub fn standard(data: ArrayView2<f32>) -> Self {
        let columns = data.columns().into_iter().map(|column| standard(column.iter().copied()));
        Self::from_pairs(columns)
    }

    /// All columns by one mean and one deviation, so that mean 0 and variance 1 hold over all entries: for pictures and
    /// series, whose features share a unit.
    pub fn standard_over_all(data: ArrayView2<f32>) -> Self {
        let pair = standard(data.iter().copied());
        Self::from_pairs(std::iter::repeat_n(pair, data.ncols()))
    }

    /// Each column of `data` from its least and largest number to `low` and `high`. A column of equal numbers becomes
    /// `low`; one of no numbers is left alone.
    pub fn to_range(data: ArrayView2<f32>, low: f32, high: f32) -> Self {
        let span = high - low;
        let columns = data.columns().into_iter().map(|column| {
            let numbers = || column.iter().copied().filter(|x| !x.is_nan());
            let (least, most) = (numbers().fold(f32::INFINITY, f32::min), numbers().fold(f32::NEG_INFINITY, f32::max));
            if least > most {
                return (0.0, 1.0);
            }
            let factor = if most > least && span != 0.0 { span / (most - least) } else { 1.0 };
            (least - low / factor, factor)
        });
        Self::from_pairs(columns)
    }

    fn from_pairs(pairs: impl Iterator<Item = (f32, f32)>) -> Self {
        let (shift, factor) = pairs.unzip();
        Self { shift, factor }
    }

    /// What is subtracted from each column.
    pub fn shift(&self) -> &[f32] {
        &self.shift
    }

    /// What each column is multiplied by after that.
    pub fn factor(&self) -> &[f32] {
        &self.factor
    }

    /// Rescales `data` in place.
    ///
    /// # Panics
    /// When it has another number of columns.
    pub fn apply(&self, data: &mut Array2<f32>) {
        self.each(data, |x, shift, factor| (x - shift) * factor);
    }

    /// Brings rescaled `data` back, but for rounding.
    ///
    /// # Panics
    /// When it has another number of columns.
    pub fn undo(&self, data: &mut Array2<f32>) {
        self.each(data, |x, shift, factor| x / factor + shift);
    }

    fn each(&self, data: &mut Array2<f32>, change: impl Fn(f32, f32, f32) -> f32) {
        assert_eq!(data.ncols(), self.shift.len(), "a scaler for another number of columns");
        for mut row in data.rows_mut() {
            for ((x, shift), factor) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
                *x = change(*x, *shift, *factor);
            }
        }
    }
}

/// Shift and factor that give these numbers mean 0 and variance 1.
fn standard(numbers: impl Iterator<Item = f32>) -> (f32, f32) {
    let mut moments = Moments::default();
    numbers.filter(|x| !x.is_nan()).for_each(|x| moments.push(f64::from(x)));
    let count = moments.count() as f64;
    let deviation = math::sqrt(moments.variance() * (count - 1.0) / count);
    let mean = if count > 0.0 { moments.mean() as f32 } else { 0.0 };
    (mean, if deviation > 0.0 { (1.0 / deviation) as f32 } else { 1.0 })
}

impl Dataset {
    /// The set with rescaled features.
    ///
    /// # Panics
    /// When the scaler is for another number of features.
    pub fn scaled(mut self, scaler: &Scaler) -> Self {
        scaler.apply(&mut self.features);
        self
    }

    /// The set with rescaled target values; a set without them is left as it is.
    ///
    /// # Panics
    /// When the scaler is for another number of values.
    pub fn targets_scaled(mut self, scaler: &Scaler) -> Self {
        if let super::Targets::Values(values) = &mut self.targets {
            scaler.apply(values);
        }
        self
    }

    /// The set with `value` wherever a feature is missing (NaN): after standardising, 0 stands for the mean.
    pub fn with_missing_as(mut self, value: f32) -> Self {
        self.features.mapv_inplace(|x| if x.is_nan() { value } else { x });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn columns_get_mean_zero_and_variance_one() {
        let mut data = array![[1.0, 5.0, f32::NAN], [3.0, 5.0, f32::NAN], [f32::NAN, 5.0, f32::NAN]];
        let scaler = Scaler::standard(data.view());
        let before = data.clone();
        scaler.apply(&mut data);
        assert_eq!([data[(0, 0)], data[(1, 0)], data[(0, 1)]], [-1.0, 1.0, 0.0]);
        assert!(data[(2, 0)].is_nan() && data[(0, 2)].is_nan());
        scaler.undo(&mut data);
        assert!(data.iter().zip(&before).all(|(a, b)| a == b || a.is_nan() && b.is_nan()));
        let whole = Scaler::standard_over_all(array![[0.0, 2.0], [4.0, 6.0]].view());
        assert_eq!(whole.shift(), [3.0, 3.0]);
        assert!((whole.factor()[0] - 1.0 / 5f32.sqrt()).abs() < 1e-7);
    }

    #[test]
    fn ranges() {
        let mut data = array![[1.0, 7.0, f32::NAN], [3.0, 7.0, f32::NAN], [2.0, 7.0, f32::NAN]];
        Scaler::to_range(data.view(), -1.0, 1.0).apply(&mut data);
        assert_eq!(data.column(0).to_vec(), [-1.0, 1.0, 0.0]);
        assert_eq!(data.column(1).to_vec(), [-1.0; 3]);
        assert!(data.column(2).iter().all(|x| x.is_nan()));
    }

    #[test]
    fn nothing_and_one_row() {
        let empty = Scaler::standard(Array2::zeros((0, 2)).view());
        assert_eq!((empty.shift(), empty.factor()), (&[0.0, 0.0][..], &[1.0, 1.0][..]));
        let one = Scaler::standard(array![[4.0]].view());
        assert_eq!((one.shift(), one.factor()), (&[4.0][..], &[1.0][..]));
    }

    #[test]
    fn targets_and_missing_features() {
        let set = Dataset::values(array![[f32::NAN], [1.0]], array![[10.0], [20.0]]).unwrap();
        let scaler = Scaler::standard(set.target_values());
        let set = set.targets_scaled(&scaler).with_missing_as(0.5);
        assert_eq!(set.target_values().column(0).to_vec(), [-1.0, 1.0]);
        assert_eq!(set.features().column(0).to_vec(), [0.5, 1.0]);
    }
}
