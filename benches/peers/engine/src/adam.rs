//! Adam's step over slices.

const DECAY: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-7;

/// The running means of some parameters' derivatives and of their squares.
pub struct Adam {
    rate: f32,
    first: Vec<f32>,
    second: Vec<f32>,
    /// The decay rates to the power of the number of steps.
    powers: [f32; 2],
}

impl Adam {
    /// For so many parameters.
    pub fn new(count: usize, rate: f32) -> Self {
        Self { rate, first: vec![0.0; count], second: vec![0.0; count], powers: [1.0; 2] }
    }

    /// Moves the parameters, given the derivatives by them.
    pub fn step(&mut self, params: &mut [f32], slopes: &[f32]) {
        self.powers = [self.powers[0] * DECAY[0], self.powers[1] * DECAY[1]];
        let (first, second) = (1.0 / (1.0 - self.powers[0]), 1.0 / (1.0 - self.powers[1]));
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((w, g), (m, v)) in params.iter_mut().zip(slopes).zip(moments) {
            *m = DECAY[0] * *m + (1.0 - DECAY[0]) * g;
            *v = DECAY[1] * *v + (1.0 - DECAY[1]) * g * g;
            *w -= self.rate * (*m * first) / ((*v * second).sqrt() + EPSILON);
        }
    }
}
