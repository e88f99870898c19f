//! Layers that bring activations to a common mean and size.

use super::Init;
use crate::graph::{Graph, Shape, Tensor};

/// What PyTorch adds to variances.
const EPSILON: f32 = 1e-5;

/// What a model is recorded for: some layers differ between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For learning.
    Training,
    /// For use.
    Evaluation,
}

/// A factor and a shift for each feature.
#[derive(Clone, Copy, Debug)]
struct Affine<'g> {
    scale: Tensor<'g>,
    shift: Tensor<'g>,
}

impl<'g> Affine<'g> {
    fn new(graph: &'g Graph, name: &str, width: usize) -> Self {
        Self {
            scale: graph.param(&format!("{name}/scale"), [width], Init::ONES),
            shift: graph.param(&format!("{name}/shift"), [width], Init::ZEROS),
        }
    }
}

/// Mean 0 and variance 1 along some axes of an example, which stay.
fn standardised<'g>(x: Tensor<'g>, axes: &[usize], epsilon: f32) -> Tensor<'g> {
    let kept = kept(x, axes);
    let centred = x - x.mean(axes).reshape(kept);
    centred * (centred.square().mean(axes) + epsilon).rsqrt().reshape(kept)
}

/// The shape of x with size 1 along these axes.
fn kept(x: Tensor, axes: &[usize]) -> Shape {
    axes.iter().fold(x.shape(), |shape, axis| shape.with(*axis, 1))
}

/// A vector by channel, axis 1, in a shape that stretches to x's.
fn by_channel<'g>(vector: Tensor<'g>, x: Tensor<'g>) -> Tensor<'g> {
    let ones = vec![1; x.shape().rank() - 2];
    vector.reshape(Shape::joined(&[vector.shape().dims(), &ones]))
}

/// Layer normalisation (Ba et al. 2016): the features of each example get mean 0 and variance 1, then a learned scale and
/// shift.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm<'g> {
    /// Factors, `[features]`.
    pub scale: Tensor<'g>,
    /// Shifts, `[features]`.
    pub shift: Tensor<'g>,
    /// Added to the variance.
    pub epsilon: f32,
}

impl<'g> LayerNorm<'g> {
    /// A layer with parameters `name/scale`, ones, and `name/shift`, zeros.
    pub fn new(graph: &'g Graph, name: &str, features: usize) -> Self {
        let Affine { scale, shift } = Affine::new(graph, name, features);
        Self { scale, shift, epsilon: EPSILON }
    }

    /// [.., features] to the same shape.
    ///
    /// # Panics
    /// When the last axis has another size.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        standardised(x, &[x.shape().rank() - 1], self.epsilon) * self.scale + self.shift
    }
}

/// Root-mean-square normalisation (Zhang and Sennrich 2019): the features of each example get mean square 1, then a learned
/// scale.
#[derive(Clone, Copy, Debug)]
pub struct RmsNorm<'g> {
    /// Factors, `[features]`.
    pub scale: Tensor<'g>,
    /// Added to the mean square.
    pub epsilon: f32,
}

impl<'g> RmsNorm<'g> {
    /// A layer with the parameter `name/scale`, ones.
    pub fn new(graph: &'g Graph, name: &str, features: usize) -> Self {
        Self { scale: graph.param(&format!("{name}/scale"), [features], Init::ONES), epsilon: EPSILON }
    }

    /// [.., features] to the same shape.
    ///
    /// # Panics
    /// When the last axis has another size.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        let axis = x.shape().rank() - 1;
        let size = (x.square().mean(&[axis]) + self.epsilon).rsqrt();
        x * size.unsqueeze(axis) * self.scale
    }
}

/// Group normalisation (Wu and He 2018): layer normalisation over groups of channels. With as many groups as channels it is
/// instance normalisation.
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm<'g> {
    /// Factors, `[channels]`.
    pub scale: Tensor<'g>,
    /// Shifts, `[channels]`.
    pub shift: Tensor<'g>,
    /// Number of groups.
    pub groups: usize,
    /// Added to the variance.
    pub epsilon: f32,
}

impl<'g> GroupNorm<'g> {
    /// A layer with parameters `name/scale`, ones, and `name/shift`, zeros.
    pub fn new(graph: &'g Graph, name: &str, channels: usize, groups: usize) -> Self {
        let Affine { scale, shift } = Affine::new(graph, name, channels);
        Self { scale, shift, groups, epsilon: EPSILON }
    }

    /// [batch, channels, ..] to the same shape.
    ///
    /// # Panics
    /// When there are other channels, or they do not make whole groups.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        let [batch, rest] = [x.dim(0), x.shape().without(0).len()];
        let groups = x.reshape([batch, self.groups, rest / self.groups]);
        let y = standardised(groups, &[2], self.epsilon).reshape(x.shape());
        y * by_channel(self.scale, x) + by_channel(self.shift, x)
    }
}

/// Batch normalisation (Ioffe and Szegedy 2015): each channel gets mean 0 and variance 1 over the batch, then a learned scale
/// and shift. For evaluation it uses running means of both.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm<'g> {
    /// Factors, `[channels]`.
    pub scale: Tensor<'g>,
    /// Shifts, `[channels]`.
    pub shift: Tensor<'g>,
    /// Running mean, a state of shape `[channels]`.
    pub mean: Tensor<'g>,
    /// Running variance (of the kind that is divided by one less than the count), a state of shape `[channels]`.
    pub variance: Tensor<'g>,
    /// Added to the variance.
    pub epsilon: f32,
    /// Share of the newest batch in running values.
    pub momentum: f32,
}

impl<'g> BatchNorm<'g> {
    /// A layer with parameters `name/scale` and `name/shift` and states `name/mean` and `name/variance`.
    pub fn new(graph: &'g Graph, name: &str, channels: usize) -> Self {
        let Affine { scale, shift } = Affine::new(graph, name, channels);
        Self {
            scale,
            shift,
            mean: graph.state(&format!("{name}/mean"), [channels], Init::ZEROS),
            variance: graph.state(&format!("{name}/variance"), [channels], Init::ONES),
            epsilon: EPSILON,
            momentum: 0.1,
        }
    }

    /// [batch, channels, ..] to the same shape. For training the running values follow at the end of each run; a graph
    /// that uses the layer twice follows its last use.
    ///
    /// # Panics
    /// When there are other channels.
    pub fn apply(&self, x: Tensor<'g>, mode: Mode) -> Tensor<'g> {
        let axes: Vec<usize> = (0..x.shape().rank()).filter(|axis| *axis != 1).collect();
        let (mean, variance) = match mode {
            Mode::Training => {
                let mean = x.mean(&axes);
                let variance = (x - by_channel(mean, x)).square().mean(&axes);
                let n = (x.shape().len() / x.dim(1)) as f32;
                self.follow(self.mean, mean);
                self.follow(self.variance, variance * (n / (n - 1.0).max(1.0)));
                (mean, variance)
            }
            Mode::Evaluation => (self.mean, self.variance),
        };
        let size = (variance + self.epsilon).rsqrt();
        (x - by_channel(mean, x)) * by_channel(size * self.scale, x) + by_channel(self.shift, x)
    }

    fn follow(&self, state: Tensor<'g>, newest: Tensor<'g>) {
        state.graph().assign(state, state * (1.0 - self.momentum) + newest.stop_gradient() * self.momentum);
    }
}

/// The direction of each column of `direction` [in, out] at the length `length` `[out]`: a dense layer's weight by weight
/// normalisation (Salimans and Kingma 2016).
///
/// # Panics
/// When the shapes do not fit.
pub fn weight_normalised<'g>(direction: Tensor<'g>, length: Tensor<'g>) -> Tensor<'g> {
    direction * (direction.square().sum(&[0]).rsqrt() * length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::check::{Checked, near};
    use crate::plan::Plan;

    fn moments(values: &[f64]) -> [f64; 2] {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        [mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n]
    }

    #[test]
    fn norms_of_examples() {
        let g = Graph::new();
        let x = g.input("x", [3, 8, 5]) * 4.0 + 2.0;
        let checked = Checked::new(&g);
        for row in checked.values(LayerNorm::new(&g, "layer", 5).apply(x)).chunks(5) {
            near(&moments(row), &[0.0, 1.0], 1e-4);
        }
        for row in checked.values(RmsNorm::new(&g, "rms", 5).apply(x)).chunks(5) {
            let [mean, variance] = moments(row);
            near(&[mean * mean + variance], &[1.0], 1e-4);
        }
        for group in checked.values(GroupNorm::new(&g, "group", 8, 4).apply(x)).chunks(10) {
            near(&moments(group), &[0.0, 1.0], 1e-4);
        }
    }

    #[test]
    fn norms_of_batches() {
        let g = Graph::new();
        let x = g.input("x", [6, 3, 4]) * 4.0 + 2.0;
        let y = Checked::new(&g).values(BatchNorm::new(&g, "batch", 3).apply(x, Mode::Training));
        for channel in 0..3 {
            let of_channel: Vec<f64> = y.chunks(4).skip(channel).step_by(3).flatten().copied().collect();
            near(&moments(&of_channel), &[0.0, 1.0], 1e-4);
        }
    }

    #[test]
    fn running_values_follow_the_batches() {
        let g = Graph::new();
        let norm = BatchNorm::new(&g, "batch", 1);
        let x = g.input("x", [4, 1]);
        let trained = norm.apply(x, Mode::Training);
        let used = norm.apply(x, Mode::Evaluation);
        let mut plan = Plan::new(&g, &[trained, used, norm.mean, norm.variance]);
        plan.set(x, &[1.0, 2.0, 3.0, 6.0]);
        plan.run().unwrap();
        // Mean 3; squares of the differences 4, 1, 0, 9: a variance of 14 / 3.
        let [mean, variance] = [norm.mean, norm.variance].map(|state| plan.scalar(state));
        assert!((mean - 0.3).abs() < 1e-6 && (variance - (0.9 + 1.4 / 3.0)).abs() < 1e-6, "{mean} {variance}");
        for _ in 0..200 {
            plan.run().unwrap();
        }
        let [mean, variance] = [norm.mean, norm.variance].map(|state| plan.scalar(state));
        assert!((mean - 3.0).abs() < 1e-5 && (variance - 14.0 / 3.0).abs() < 1e-5, "{mean} {variance}");
        assert!((plan.values(used)[3] - 3.0 / (14.0f32 / 3.0).sqrt()).abs() < 1e-5);
    }

    #[test]
    fn derivatives() {
        type Build = for<'g> fn(&'g Graph, Tensor<'g>) -> Tensor<'g>;
        let layers: [Build; 6] = [
            |g, x| LayerNorm::new(g, "norm", 3).apply(x),
            |g, x| RmsNorm::new(g, "norm", 3).apply(x),
            |g, x| GroupNorm::new(g, "norm", 4, 2).apply(x),
            |g, x| BatchNorm::new(g, "norm", 4).apply(x, Mode::Training),
            |g, x| BatchNorm::new(g, "norm", 4).apply(x, Mode::Evaluation),
            |g, x| weight_normalised(x.reshape([8, 3]), g.input("length", [3])),
        ];
        for layer in layers {
            let g = Graph::new();
            Checked::new(&g).derivatives(layer(&g, g.input("x", [2, 4, 3])));
        }
    }
}
