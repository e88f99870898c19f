//! Functions between layers.

use crate::graph::Tensor;

/// A function of each entry, by the name it has in the field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Activation {
    /// x.
    Identity,
    /// max(x, 0).
    #[default]
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// x for x > 0, else this slope times x.
    LeakyRelu(f32),
    /// x for x > 0, else e^x - 1 (Clevert et al. 2016).
    Elu,
    /// A scaled ELU that draws means to 0 and variances to 1 (Klambauer et al. 2017).
    Selu,
    /// x Phi(x) (Hendrycks and Gimpel 2016).
    Gelu,
    /// GELU by the hyperbolic tangent, as in GPT-2.
    GeluTanh,
    /// x sigmoid(x), also called swish.
    Silu,
    /// x tanh(softplus(x)) (Misra 2020).
    Mish,
    /// x times the hard sigmoid.
    HardSwish,
    /// Logistic function.
    Sigmoid,
    /// min(max(x / 6 + 1/2, 0), 1).
    HardSigmoid,
    /// ln sigmoid(x).
    LogSigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// min(max(x, -1), 1).
    HardTanh,
    /// x / (1 + |x|).
    Softsign,
    /// ln(1 + e^x).
    Softplus,
    /// Arctangent.
    Arctan,
    /// Error function.
    Erf,
    /// Sine.
    Sine,
    /// Cosine.
    Cosine,
    /// e^(-x^2).
    Gaussian,
    /// Absolute value.
    Abs,
    /// x^2.
    Square,
    /// max(x, 0)^2 (So et al. 2021).
    SquaredRelu,
}

impl Activation {
    /// All of them, the leaky one with the usual slope of 0.01.
    pub const ALL: [Self; 26] = [
        Self::Identity,
        Self::Relu,
        Self::Relu6,
        Self::LeakyRelu(0.01),
        Self::Elu,
        Self::Selu,
        Self::Gelu,
        Self::GeluTanh,
        Self::Silu,
        Self::Mish,
        Self::HardSwish,
        Self::Sigmoid,
        Self::HardSigmoid,
        Self::LogSigmoid,
        Self::Tanh,
        Self::HardTanh,
        Self::Softsign,
        Self::Softplus,
        Self::Arctan,
        Self::Erf,
        Self::Sine,
        Self::Cosine,
        Self::Gaussian,
        Self::Abs,
        Self::Square,
        Self::SquaredRelu,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Relu => "ReLU",
            Self::Relu6 => "ReLU6",
            Self::LeakyRelu(_) => "leaky ReLU",
            Self::Elu => "ELU",
            Self::Selu => "SELU",
            Self::Gelu => "GELU",
            Self::GeluTanh => "GELU (tanh)",
            Self::Silu => "SiLU",
            Self::Mish => "Mish",
            Self::HardSwish => "hard swish",
            Self::Sigmoid => "sigmoid",
            Self::HardSigmoid => "hard sigmoid",
            Self::LogSigmoid => "log-sigmoid",
            Self::Tanh => "tanh",
            Self::HardTanh => "hard tanh",
            Self::Softsign => "softsign",
            Self::Softplus => "softplus",
            Self::Arctan => "arctan",
            Self::Erf => "erf",
            Self::Sine => "sine",
            Self::Cosine => "cosine",
            Self::Gaussian => "Gaussian",
            Self::Abs => "absolute value",
            Self::Square => "square",
            Self::SquaredRelu => "squared ReLU",
        }
    }

    /// The function, entry by entry.
    pub fn apply(self, x: Tensor<'_>) -> Tensor<'_> {
        match self {
            Self::Identity => x,
            Self::Relu => x.relu(),
            Self::Relu6 => x.relu6(),
            Self::LeakyRelu(slope) => x.leaky_relu(slope),
            Self::Elu => x.elu(),
            Self::Selu => x.selu(),
            Self::Gelu => x.gelu(),
            Self::GeluTanh => {
                // sqrt(2 / pi) (x + 0.044715 x^3)
                let inner = (x.square() * 0.044_715 + 1.0) * x * 0.797_884_6;
                x * 0.5 * (inner.tanh() + 1.0)
            }
            Self::Silu => x.silu(),
            Self::Mish => x.mish(),
            Self::HardSwish => x * x.hard_sigmoid(),
            Self::Sigmoid => x.sigmoid(),
            Self::HardSigmoid => x.hard_sigmoid(),
            Self::LogSigmoid => x.log_sigmoid(),
            Self::Tanh => x.tanh(),
            Self::HardTanh => x.hardtanh(),
            Self::Softsign => x.softsign(),
            Self::Softplus => x.softplus(),
            Self::Arctan => x.atan(),
            Self::Erf => x.erf(),
            Self::Sine => x.sin(),
            Self::Cosine => x.cos(),
            Self::Gaussian => (-x.square()).exp(),
            Self::Abs => x.abs(),
            Self::Square => x.square(),
            Self::SquaredRelu => x.relu().square(),
        }
    }

    /// The gain of weights before it that keeps the size of activations, by PyTorch's table; 1 where that has none.
    pub fn gain(self) -> f32 {
        match self {
            Self::Relu => std::f32::consts::SQRT_2,
            Self::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
            Self::Tanh => 5.0 / 3.0,
            Self::Selu => 0.75,
            _ => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Graph, evaluate};
    use crate::math;

    fn value(activation: Activation, x: f64) -> f64 {
        let g = Graph::new();
        let input = g.input("x", []);
        evaluate::<f64>(&g, &[activation.apply(input)], &|_| Some(vec![x]))[0][0]
    }

    #[test]
    fn values_are_those_of_the_formulas() {
        use Activation as A;
        let x = -0.7f64;
        let softplus = math::ln(1.0 + math::exp(x));
        let inner = math::sqrt(2.0 / std::f64::consts::PI) * (x + 0.044_715 * x * x * x);
        let phi = 0.5 * (1.0 + math::erf(x / std::f64::consts::SQRT_2));
        let cases = [
            (A::LeakyRelu(0.25), 0.25 * x),
            (A::Elu, math::exp(x) - 1.0),
            (A::Selu, 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2 * (math::exp(x) - 1.0)),
            (A::Gelu, x * phi),
            (A::GeluTanh, 0.5 * x * (1.0 + math::tanh(inner))),
            (A::Silu, x / (1.0 + math::exp(-x))),
            (A::Mish, x * math::tanh(softplus)),
            (A::HardSwish, x * (x + 3.0) / 6.0),
            (A::LogSigmoid, -math::ln(1.0 + math::exp(-x))),
            (A::Softsign, x / 1.7),
            (A::Softplus, softplus),
            (A::Gaussian, math::exp(-0.49)),
            (A::SquaredRelu, 0.0),
            (A::HardTanh, x),
        ];
        for (activation, want) in cases {
            let got = value(activation, x);
            // Constants such as 0.7 exist in single precision only.
            assert!((got - want).abs() < 2e-7, "{}: {got}, not {want}", activation.name());
        }
        assert_eq!(value(A::Relu6, 9.0), 6.0);
        assert_eq!(value(A::HardSigmoid, -9.0), 0.0);
    }

    #[test]
    fn names_differ_and_extremes_are_numbers() {
        let mut names: Vec<&str> = Activation::ALL.iter().map(|a| a.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Activation::ALL.len());
        for activation in Activation::ALL {
            for x in [-100.0, -0.0, 0.0, 100.0] {
                assert!(value(activation, x).is_finite(), "{} at {x}", activation.name());
            }
        }
    }
}
