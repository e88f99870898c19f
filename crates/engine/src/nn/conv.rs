//! Convolutional layers.

use super::Init;
use crate::graph::{Graph, Shape, Tensor};
use crate::op::Convolution;

/// A convolution along as many axes as `AXES`, and a number added for each output channel.
#[derive(Clone, Copy, Debug)]
pub struct Conv<'g, const AXES: usize> {
    /// The kernels, [out, in / groups, ..] with their size along each axis.
    pub weight: Tensor<'g>,
    /// What is added, [out].
    pub bias: Option<Tensor<'g>>,
    /// How the kernels go over the input; along lines the settings for widths count.
    pub how: Convolution,
}

/// A convolution along lines, [batch, in, length].
pub type Conv1d<'g> = Conv<'g, 1>;
/// A convolution over planes, [batch, in, height, width].
pub type Conv2d<'g> = Conv<'g, 2>;

impl<'g, const AXES: usize> Conv<'g, AXES> {
    /// A layer from and to so many channels, with parameters `name/weight` and `name/bias`. Biases start at zero, but with
    /// [`Init::PYTORCH`].
    ///
    /// # Panics
    /// When there are no groups.
    pub fn new(
        graph: &'g Graph,
        name: &str,
        channels: [usize; 2],
        kernel: [usize; AXES],
        how: Convolution,
        init: &Init,
    ) -> Self {
        let layer = Self::without_bias(graph, name, channels, kernel, how, init);
        let fan_in = layer.weight.shape().without(0).len();
        Self { bias: Some(graph.param(&format!("{name}/bias"), [channels[1]], init.of_bias(fan_in))), ..layer }
    }

    /// A layer without bias, as is usual before a norm.
    ///
    /// # Panics
    /// When there are no groups.
    pub fn without_bias(
        graph: &'g Graph,
        name: &str,
        [from, to]: [usize; 2],
        kernel: [usize; AXES],
        how: Convolution,
        init: &Init,
    ) -> Self {
        let shape = Shape::joined(&[&[to, from / how.groups], &kernel]);
        Self { weight: graph.param(&format!("{name}/weight"), shape, init.clone()), bias: None, how }
    }

    /// [batch, in, ..] to [batch, out, ..].
    ///
    /// # Panics
    /// When shapes and settings do not fit together.
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        let y = if AXES == 1 { x.conv1d(self.weight, self.how) } else { x.conv2d(self.weight, self.how) };
        self.bias.map_or(y, |bias| y + bias.reshape(Shape::joined(&[&[bias.dim(0)], &[1; AXES]])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::glyphs::{Distortion, Pen};
    use crate::nn::check::{Checked, near};
    use crate::nn::{Activation, Mlp, Optimizer, loss};
    use crate::op::Pooling;
    use crate::plan::Plan;
    use crate::rng::Rng;

    #[test]
    fn layers_by_hand() {
        let g = Graph::new();
        let how = Convolution::default();
        let ones = Conv2d::new(&g, "plane", [2, 1], [2, 2], how, &Init::ONES);
        let ramp: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let y = ones.apply(g.constant([1, 2, 2, 3], &ramp));
        near(&Checked::new(&g).values(y), &[40.0, 48.0], 0.0);
        let line = Conv1d::new(&g, "line", [1, 2], [3], how.stride(2).padding(1), &Init::ONES);
        let y = line.apply(g.constant([1, 1, 4], &ramp[..4]));
        near(&Checked::new(&g).values(y), &[1.0, 6.0, 1.0, 6.0], 0.0);
    }

    #[test]
    fn shapes_and_names() {
        let g = Graph::new();
        let how = Convolution::default().padding(1).groups(2);
        let plane = Conv2d::new(&g, "plane", [4, 6], [3, 3], how, &Init::PYTORCH);
        let line = Conv1d::without_bias(&g, "line", [6, 2], [5], how.padding(2), &Init::HE_NORMAL);
        let y = plane.apply(g.input("x", [2, 4, 5, 7]));
        assert_eq!(y.shape(), [2, 6, 5, 7].into());
        assert_eq!(line.apply(y.mean(&[2])).shape(), [2, 2, 7].into());
        let names: Vec<String> = g.params().iter().map(|p| format!("{p:?} {}", p.shape())).collect();
        assert_eq!(names, ["plane/weight [6, 2, 3, 3]", "plane/bias [6]", "line/weight [2, 3, 5]"]);
    }

    #[test]
    fn derivatives() {
        let g = Graph::new();
        let plane = Conv2d::new(&g, "plane", [2, 3], [2, 2], Convolution::default().stride(2), &Init::PYTORCH);
        let line = Conv1d::new(&g, "line", [3, 2], [2], Convolution::default(), &Init::PYTORCH);
        let y = plane.apply(g.input("x", [2, 2, 4, 6])).tanh();
        Checked::new(&g).derivatives(line.apply(y.mean(&[2])));
    }

    /// Two convolutions with pooling, two dense layers and the output: LeNet-5's plan, on smaller pictures.
    #[test]
    fn a_small_net_learns_drawn_digits() {
        let mut rng = Rng::new(0, "digits");
        let pen = Pen::new(16, Distortion::handwriting());
        let mut pictures = vec![0.0; 20 * 256];
        pictures.chunks_mut(256).enumerate().for_each(|(i, pixels)| pen.draw(i % 10, &mut rng, pixels));
        let labels: Vec<f32> = (0..20).map(|i| (i % 10) as f32).collect();

        let g = Graph::new();
        let (x, t) = (g.constant([20, 1, 16, 16], &pictures), g.constant([20], &labels));
        let init = Init::PYTORCH;
        let first = Conv2d::new(&g, "first", [1, 6], [5, 5], Convolution::default().padding(2), &init);
        let second = Conv2d::new(&g, "second", [6, 16], [5, 5], Convolution::default(), &init);
        let head = Mlp::new(&g, "head", &[16 * 2 * 2, 40, 30, 10], Activation::Tanh, &init);
        let y = first.apply(x).tanh().avg_pool2d(Pooling::new(2));
        let y = second.apply(y).tanh().max_pool2d(Pooling::new(2));
        let logits = head.apply(y.reshape([20, 64]));

        let mut plan = Plan::training(&g, loss::cross_entropy(logits, t), &[logits]);
        plan.init(0);
        let mut adam = Optimizer::adam(5e-3, plan.params().len());
        for _ in 0..80 {
            plan.run().unwrap();
            let (params, gradient) = plan.params_and_gradient();
            adam.step(params, gradient);
        }
        plan.run().unwrap();
        assert!(plan.loss() < 0.05, "{}", plan.loss());
        let largest = |row: &[f32]| (0..10).max_by(|a, b| row[*a].total_cmp(&row[*b]));
        let right = plan.values(logits).chunks(10).enumerate().filter(|(i, row)| largest(row) == Some(i % 10));
        assert_eq!(right.count(), 20);
    }
}
