//! What one does with flat vectors of parameters and gradients beside a step.

use crate::kernel;

/// Cuts each entry to the range from minus to plus `limit`. NaN stays NaN.
pub fn clip_value(gradient: &mut [f32], limit: f32) {
    let cut = |g: f32| if g > limit { limit } else { g };
    gradient.iter_mut().for_each(|g| *g = -cut(-cut(*g)));
}

/// Shortens the gradient to the length `limit` where it is longer (Pascanu et al. 2013), and gives the length it had.
pub fn clip_norm(gradient: &mut [f32], limit: f32) -> f32 {
    let norm = kernel::sum_sq(gradient).sqrt();
    let factor = clipping_factor(norm, limit);
    if factor < 1.0 {
        kernel::scale(factor, gradient);
    }
    norm
}

/// By PyTorch's formula, which stays on the safe side of the limit; nothing to do from 1 on, and for NaN.
pub(super) fn clipping_factor(norm: f32, limit: f32) -> f32 {
    limit / (norm + 1e-6)
}

/// An average of parameters over the steps, kept beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    values: Vec<f32>,
    count: u64,
}

impl Average {
    /// The average of the parameters as they are now.
    pub fn new(params: &[f32]) -> Self {
        Self { values: params.to_vec(), count: 1 }
    }

    /// The averaged parameters.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Exponential moving average: decay times the old value plus the rest of the new one.
    ///
    /// # Panics
    /// When the count differs.
    pub fn follow(&mut self, params: &[f32], decay: f32) {
        assert_eq!(params.len(), self.values.len(), "an average of another number of parameters");
        self.count += 1;
        self.values.iter_mut().zip(params).for_each(|(value, p)| *value += (p - *value) * (1.0 - decay));
    }

    /// The mean of all parameters given so far, for stochastic weight averaging (Izmailov et al. 2018).
    ///
    /// # Panics
    /// When the count differs.
    pub fn include(&mut self, params: &[f32]) {
        let decay = 1.0 - 1.0 / (self.count + 1) as f32;
        self.follow(params, decay);
    }
}

/// Sharpness-aware minimisation (Foret et al. 2021): the gradient is taken where the loss is highest nearby.
///
/// Compute the gradient, [`Sam::ascend`], compute it again there, [`Sam::return_to`], and step with the second gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Sam {
    /// How far to go.
    pub radius: f32,
    start: Vec<f32>,
}

impl Sam {
    /// For so many parameters.
    pub fn new(radius: f32, count: usize) -> Self {
        Self { radius, start: vec![0.0; count] }
    }

    /// Moves the parameters along the gradient by the radius, and remembers where they were.
    ///
    /// # Panics
    /// When the counts differ.
    pub fn ascend(&mut self, params: &mut [f32], gradient: &[f32]) {
        self.start.copy_from_slice(params);
        let norm = kernel::sum_sq(gradient).sqrt();
        kernel::axpy(self.radius / (norm + 1e-12), gradient, params);
    }

    /// Puts the parameters back to where they were, to the bit.
    ///
    /// # Panics
    /// When the count differs.
    pub fn return_to(&self, params: &mut [f32]) {
        params.copy_from_slice(&self.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping() {
        let mut g = [3.0, -4.0, 0.0];
        assert_eq!(clip_norm(&mut g, 10.0), 5.0);
        assert_eq!(g, [3.0, -4.0, 0.0]);
        assert_eq!(clip_norm(&mut g, 1.0), 5.0);
        let length = kernel::sum_sq(&g).sqrt();
        assert!(length <= 1.0 && length > 1.0 - 1e-6 && (g[0] / g[1] + 0.75).abs() < 1e-6, "{g:?}");
        let mut g = [3.0, -4.0, f32::NAN];
        clip_value(&mut g, 3.5);
        assert_eq!(g[..2], [3.0, -3.5]);
        assert!(clip_norm(&mut g, 1.0).is_nan());
        assert_eq!(g[0], 3.0);
        assert_eq!(clip_norm(&mut [], 1.0), 0.0);
    }

    #[test]
    fn averages() {
        let mut mean = Average::new(&[1.0]);
        [2.0, 3.0, 6.0].iter().for_each(|x| mean.include(&[*x]));
        assert_eq!(mean.values(), [3.0]);
        let mut moving = Average::new(&[1.0]);
        moving.follow(&[2.0], 0.75);
        moving.follow(&[2.0], 0.5);
        assert_eq!(moving.values(), [1.625]);
    }

    #[test]
    fn sharpness_aware_steps_go_and_return() {
        let mut sam = Sam::new(0.5, 2);
        let start = [0.1, 0.7];
        let mut params = start;
        sam.ascend(&mut params, &[3.0, -4.0]);
        assert!((params[0] - 0.4).abs() < 1e-6 && (params[1] - 0.3).abs() < 1e-6);
        sam.return_to(&mut params);
        assert_eq!(params, start);
        sam.ascend(&mut params, &[0.0, 0.0]);
        assert_eq!(params, start);
    }
}
