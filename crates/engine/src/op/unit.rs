//! Activation functions made of others.

use crate::graph::Tensor;

impl Tensor<'_> {
    /// max(x, slope x).
    pub fn leaky_relu(self, slope: f32) -> Self {
        self.greater(0.0).select(self, self * slope)
    }

    /// x for x > 0, else e^x - 1.
    pub fn elu(self) -> Self {
        self.greater(0.0).select(self, self.min(0.0).exp_m1())
    }

    /// x for x > 0, else a (e^(x / a) - 1) (Barron 2017).
    pub fn celu(self, a: f32) -> Self {
        self.greater(0.0).select(self, (self.min(0.0) * (1.0 / a)).exp_m1() * a)
    }

    /// The self-normalising form of [`Tensor::elu`]: mean 0 and variance 1 stay as they are from layer to layer
    /// (Klambauer and others 2017).
    pub fn selu(self) -> Self {
        const SCALE: f32 = 1.050_701;
        const ALPHA: f32 = 1.673_263_2;
        self.greater(0.0).select(self * SCALE, self.min(0.0).exp_m1() * (SCALE * ALPHA))
    }

    /// x cut to [0, 6].
    pub fn relu6(self) -> Self {
        self.relu().min(6.0)
    }

    /// x cut to [-1, 1].
    pub fn hardtanh(self) -> Self {
        self.clamp(-1.0, 1.0)
    }

    /// x / 6 + 1/2 cut to [0, 1].
    pub fn hard_sigmoid(self) -> Self {
        (self * (1.0 / 6.0) + 0.5).clamp(0.0, 1.0)
    }

    /// x / (1 + |x|).
    pub fn softsign(self) -> Self {
        self / (self.abs() + 1.0)
    }

    /// x tanh(ln(1 + e^x)) (Misra 2019).
    pub fn mish(self) -> Self {
        self * self.softplus().tanh()
    }

    /// x Phi(x), with the normal distribution's Phi (Hendrycks and Gimpel 2016).
    pub fn gelu(self) -> Self {
        self * 0.5 * ((self * std::f32::consts::FRAC_1_SQRT_2).erf() + 1.0)
    }

    /// x sigmoid(x), also called swish.
    pub fn silu(self) -> Self {
        self * self.sigmoid()
    }

    /// ln sigmoid(x), without overflow.
    pub fn log_sigmoid(self) -> Self {
        -(-self).softplus()
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), size(rng)];
    type Unit = (&'static str, for<'g> fn(Tensor<'g>) -> Tensor<'g>);
    let all: [Unit; 12] = [
        ("gelu", |x| x.gelu()),
        ("silu", |x| x.silu()),
        ("elu", |x| x.elu()),
        ("celu", |x| x.celu(0.7)),
        ("selu", |x| x.selu()),
        ("relu6", |x| (x * 5.0).relu6().square()),
        ("hardtanh", |x| x.hardtanh().square()),
        ("hard_sigmoid", |x| (x * 3.0).hard_sigmoid().square()),
        ("softsign", |x| x.softsign()),
        ("mish", |x| x.mish()),
        ("leaky_relu", |x| x.leaky_relu(0.1)),
        ("log_sigmoid", |x| x.log_sigmoid()),
    ];
    all.into_iter().map(|(name, f)| Example::new(name, move |x| f(x[0])).with(shape, -2.0, 2.0, rng)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use super::*;

    fn of<const N: usize>(x: [f32; N], f: impl for<'g> Fn(Tensor<'g>) -> Tensor<'g>) -> Vec<f32> {
        values(|g| f(g.constant([N], &x)))
    }

    #[test]
    fn cut_and_bent_functions_by_hand() {
        let x = [-4.0, -1.0, 0.0, 0.5, 8.0];
        assert_eq!(of(x, |x| x.relu6()), [0.0, 0.0, 0.0, 0.5, 6.0]);
        assert_eq!(of(x, |x| x.hardtanh()), [-1.0, -1.0, 0.0, 0.5, 1.0]);
        assert_eq!(of([-4.0, 0.0, 1.5, 4.0], |x| x.hard_sigmoid()), [0.0, 0.5, 0.75, 1.0]);
        assert_eq!(of(x, |x| x.softsign()), [-0.8, -0.5, 0.0, 0.5 / 1.5, 8.0 / 9.0]);
        assert_eq!(of(x, |x| x.celu(1.0)), of(x, |x| x.elu()));
        assert_eq!(of([-1e4, 0.0], |x| x.selu()), [-1.050_701 * 1.673_263_2, 0.0]);
        assert_eq!(of([-90.0, 0.0, 30.0], |x| x.mish())[1..], [0.0, 30.0]);
    }
}
