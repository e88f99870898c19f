//! Operators that work entry by entry: one line each, with the value for both number types and the derivative as graph.
//!
//! A plan joins chains of them into one pass over the data.

use super::{At, Grads};
use crate::float::Float;
use crate::graph::{Operand, Tensor};

/// A function of entries: of one, of two, or a choice between two by a third.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// Of one.
    Unary(Unary),
    /// Of two.
    Binary(Binary),
    /// The second where the first is not 0, else the third.
    Select,
}

impl Point {
    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unary(function) => function.name(),
            Self::Binary(function) => function.name(),
            Self::Select => "select",
        }
    }

    /// The derivatives by the inputs.
    pub(crate) fn grad<'g>(self, at: At<'_, 'g>) -> Grads<'g> {
        let full = match self {
            Self::Unary(function) => vec![function.grad(at.inputs[0], at.y, at.dy)],
            Self::Binary(function) => function.grad(at.inputs[0], at.inputs[1], at.y, at.dy).into(),
            Self::Select => vec![None, Some(at.inputs[0].select(at.dy, 0.0)), Some(at.inputs[0].select(0.0, at.dy))],
        };
        full.into_iter().zip(at.inputs).map(|(grad, input)| grad.map(|grad| grad.sum_to(input.shape()))).collect()
    }
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $method:ident: |$x:ident| $value:expr; |$gx:ident, $gy:ident, $dy:ident| $grad:expr;)*) => {
        /// A function of one number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unary {
            $($(#[$doc])* $name,)*
        }

        impl Unary {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it is called in messages.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($method),)*
                }
            }

            /// out_i = f(x_i).
            #[inline]
            pub fn apply<T: Float>(self, x: &[T], out: &mut [T]) {
                match self {
                    $(Self::$name => {
                        for (out, x) in out.iter_mut().zip(x) {
                            let $x = *x;
                            *out = $value;
                        }
                    })*
                }
            }

            /// The derivative of the target by x, when that by y = f(x) is dy; none where f is flat.
            fn grad<'g>(self, x: Tensor<'g>, y: Tensor<'g>, dy: Tensor<'g>) -> Option<Tensor<'g>> {
                match self {
                    $(Self::$name => {
                        let ($gx, $gy, $dy) = (x, y, dy);
                        $grad
                    })*
                }
            }
        }

        impl<'g> Tensor<'g> {
            $($(#[$doc])* pub fn $method(self) -> Self {
                self.unary(Unary::$name)
            })*
        }
    };
}

unary! {
    /// The same number.
    Copy copy: |x| x; |_x, _y, dy| Some(dy);
    /// -x.
    Neg negated: |x| -x; |_x, _y, dy| Some(-dy);
    /// Absolute value; its derivative at 0 is 0.
    Abs abs: |x| x.abs(); |x, _y, dy| Some(dy * x.sign());
    /// -1, 0 or 1.
    Sign sign: |x| (if x > T::ZERO { T::ONE } else { T::ZERO }) - (if x < T::ZERO { T::ONE } else { T::ZERO }); |_x, _y, _dy| None;
    /// x^2.
    Square square: |x| x * x; |x, _y, dy| Some(dy * (x * 2.0));
    /// Square root.
    Sqrt sqrt: |x| x.sqrt(); |_x, y, dy| Some(dy * 0.5 / y);
    /// 1 / x.
    Recip recip: |x| T::ONE / x; |_x, y, dy| Some(-(dy * y.square()));
    /// 1 / sqrt(x).
    Rsqrt rsqrt: |x| T::ONE / x.sqrt(); |x, y, dy| Some(dy * y / x * -0.5);
    /// e^x.
    Exp exp: |x| x.exp(); |_x, y, dy| Some(dy * y);
    /// e^x - 1, exact for small x.
    ExpM1 exp_m1: |x| x.exp_m1(); |_x, y, dy| Some(dy * (y + 1.0));
    /// Natural logarithm.
    Ln ln: |x| x.ln(); |x, _y, dy| Some(dy / x);
    /// ln(1 + x), exact for small x.
    Ln1p ln_1p: |x| x.ln_1p(); |x, _y, dy| Some(dy / (x + 1.0));
    /// Logarithm to base 2.
    Log2 log2: |x| x.log2(); |x, _y, dy| Some(dy / (x * std::f32::consts::LN_2));
    /// Sine of an angle in radians.
    Sin sin: |x| x.sin(); |x, _y, dy| Some(dy * x.cos());
    /// Cosine of an angle in radians.
    Cos cos: |x| x.cos(); |x, _y, dy| Some(-(dy * x.sin()));
    /// Tangent of an angle in radians.
    Tan tan: |x| x.tan(); |_x, y, dy| Some(dy * (y.square() + 1.0));
    /// Arcsine in radians; NaN outside [-1, 1].
    Asin asin: |x| x.asin(); |x, _y, dy| Some(dy * (1.0 - x.square()).rsqrt());
    /// Arccosine in radians; NaN outside [-1, 1].
    Acos acos: |x| x.acos(); |x, _y, dy| Some(-(dy * (1.0 - x.square()).rsqrt()));
    /// Arctangent in radians.
    Atan atan: |x| x.atan(); |x, _y, dy| Some(dy / (x.square() + 1.0));
    /// Hyperbolic sine.
    Sinh sinh: |x| x.sinh(); |x, _y, dy| Some(dy * x.cosh());
    /// Hyperbolic cosine.
    Cosh cosh: |x| x.cosh(); |x, _y, dy| Some(dy * x.sinh());
    /// Hyperbolic tangent.
    Tanh tanh: |x| x.tanh(); |_x, y, dy| Some(dy * (1.0 - y.square()));
    /// Inverse hyperbolic tangent; NaN outside [-1, 1].
    Atanh atanh: |x| x.atanh(); |x, _y, dy| Some(dy / (1.0 - x.square()));
    /// Logistic function 1 / (1 + e^-x).
    Sigmoid sigmoid: |x| x.sigmoid(); |_x, y, dy| Some(dy * (y * (1.0 - y)));
    /// ln(1 + e^x), without overflow.
    Softplus softplus: |x| x.softplus(); |x, _y, dy| Some(dy * x.sigmoid());
    /// Error function.
    Erf erf: |x| x.erf(); |x, _y, dy| Some(dy * (-x.square()).exp() * std::f32::consts::FRAC_2_SQRT_PI);
    /// max(x, 0); its derivative at 0 is 0.
    Relu relu: |x| if x > T::ZERO { x } else { T::ZERO }; |x, _y, dy| Some(dy * x.step());
    /// 1 where x > 0, else 0. Its derivative is zero.
    Step step: |x| if x > T::ZERO { T::ONE } else { T::ZERO }; |_x, _y, _dy| None;
    /// The largest whole number not above. Its derivative is zero.
    Floor floor: |x| x.floor(); |_x, _y, _dy| None;
    /// The nearest whole number, the even one in the middle. Its derivative is zero.
    Round round: |x| x.round(); |_x, _y, _dy| None;
    /// The same number, that derivatives take for a constant.
    Stop stop_gradient: |x| x; |_x, _y, _dy| None;
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident $method:ident: |$a:ident, $b:ident| $value:expr; |$ga:ident, $gb:ident, $gy:ident, $dy:ident| $grad:expr;)*) => {
        /// A function of two numbers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Binary {
            $($(#[$doc])* $name,)*
        }

        impl Binary {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it is called in messages.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($method),)*
                }
            }

            /// out_i = f(a_i, b_i); a side that is one number stands for all entries.
            #[inline]
            pub fn apply<T: Float>(self, a: Side<T>, b: Side<T>, out: &mut [T]) {
                match self {
                    $(Self::$name => match (a, b) {
                        (Side::Many(a), Side::Many(b)) => {
                            for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                                let ($a, $b) = (*a, *b);
                                *out = $value;
                            }
                        }
                        (Side::Many(a), Side::One($b)) => {
                            for (out, a) in out.iter_mut().zip(a) {
                                let $a = *a;
                                *out = $value;
                            }
                        }
                        (Side::One($a), Side::Many(b)) => {
                            for (out, b) in out.iter_mut().zip(b) {
                                let $b = *b;
                                *out = $value;
                            }
                        }
                        (Side::One($a), Side::One($b)) => out.fill($value),
                    })*
                }
            }

            /// The derivatives by a and b, before repeated entries are summed.
            fn grad<'g>(self, a: Tensor<'g>, b: Tensor<'g>, y: Tensor<'g>, dy: Tensor<'g>) -> [Option<Tensor<'g>>; 2] {
                match self {
                    $(Self::$name => {
                        let ($ga, $gb, $gy, $dy) = (a, b, y, dy);
                        $grad
                    })*
                }
            }
        }
    };
}

/// A side of a function of two numbers.
#[derive(Clone, Copy)]
pub enum Side<'a, T> {
    /// A number for each entry.
    Many(&'a [T]),
    /// One number for all.
    One(T),
}

binary! {
    /// a + b.
    Add add: |a, b| a + b; |_a, _b, _y, dy| [Some(dy), Some(dy)];
    /// a - b.
    Sub sub: |a, b| a - b; |_a, _b, _y, dy| [Some(dy), Some(-dy)];
    /// a b.
    Mul mul: |a, b| a * b; |a, b, _y, dy| [Some(dy * b), Some(dy * a)];
    /// a / b.
    Div div: |a, b| a / b; |_a, b, y, dy| [Some(dy / b), Some(-(dy * y / b))];
    /// The larger; a where both are equal.
    Max max: |a, b| if a < b { b } else { a }; |a, b, _y, dy| [Some(dy * (1.0 - a.less(b))), Some(dy * a.less(b))];
    /// The smaller; a where both are equal.
    Min min: |a, b| if b < a { b } else { a }; |a, b, _y, dy| [Some(dy * (1.0 - b.less(a))), Some(dy * b.less(a))];
    /// a^b for a > 0.
    Pow pow: |a, b| a.powf(b); |a, b, y, dy| [Some(dy * b * a.pow(b - 1.0)), Some(dy * y * a.ln())];
    /// ln(e^a + e^b), without overflow. The derivative wants one of them finite.
    LogAddExp logaddexp: |a, b| a.logaddexp(b); |a, b, _y, dy| [Some(dy * (a - b).sigmoid()), Some(dy * (b - a).sigmoid())];
    /// Angle of the point (b, a), from -pi to pi.
    Atan2 atan2: |a, b| a.atan2(b); |a, b, _y, dy| {
        let by = dy / (a.square() + b.square());
        [Some(by * b), Some(-(by * a))]
    };
    /// 1 where a < b, else 0.
    Less less: |a, b| if a < b { T::ONE } else { T::ZERO }; |_a, _b, _y, _dy| [None, None];
    /// 1 where a = b, else 0.
    Equal equal: |a, b| if a == b { T::ONE } else { T::ZERO }; |_a, _b, _y, _dy| [None, None];
}

impl<'g> Tensor<'g> {
    /// The larger of both, entry by entry; the first where both are equal.
    pub fn max(self, other: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::Max, other.into().tensor(self.graph()))
    }

    /// The smaller of both, entry by entry; the first where both are equal.
    pub fn min(self, other: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::Min, other.into().tensor(self.graph()))
    }

    /// x^y for x > 0. For a whole power prefer [`Tensor::powi`].
    pub fn pow(self, power: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::Pow, power.into().tensor(self.graph()))
    }

    /// x^n by repeated squaring, for any x.
    pub fn powi(self, n: u32) -> Self {
        match n {
            0 => self.graph().full(self.shape(), 1.0),
            1 => self,
            n if n.is_multiple_of(2) => self.powi(n / 2).square(),
            n => self.powi(n - 1) * self,
        }
    }

    /// 1 where x < other, else 0.
    pub fn less(self, other: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::Less, other.into().tensor(self.graph()))
    }

    /// 1 where x > other, else 0.
    pub fn greater(self, other: impl Into<Operand<'g>>) -> Self {
        other.into().tensor(self.graph()).less(self)
    }

    /// 1 where both are equal, else 0.
    pub fn equal(self, other: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::Equal, other.into().tensor(self.graph()))
    }

    /// ln(e^x + e^other), without overflow. The derivative wants one of them finite.
    pub fn logaddexp(self, other: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::LogAddExp, other.into().tensor(self.graph()))
    }

    /// The angle of the point (`x`, this), from -pi to pi.
    pub fn atan2(self, x: impl Into<Operand<'g>>) -> Self {
        self.binary(Binary::Atan2, x.into().tensor(self.graph()))
    }

    /// What remains of the division by `divisor`, with the divisor's sign: x - divisor floor(x / divisor).
    pub fn remainder(self, divisor: impl Into<Operand<'g>>) -> Self {
        let divisor = divisor.into().tensor(self.graph());
        self - divisor * (self / divisor).floor()
    }

    /// Inverse hyperbolic sine.
    pub fn asinh(self) -> Self {
        // The side that 0 is on is chosen, so that the derivative there is 1.
        let side = self.less(0.0).select(-1.0, 1.0);
        let (size, square) = (self * side, self.square());
        side * (size + square / ((square + 1.0).sqrt() + 1.0)).ln_1p()
    }

    /// Inverse hyperbolic cosine; NaN below 1. Exact for numbers just above 1, where its derivative is unbounded.
    pub fn acosh(self) -> Self {
        let above = self - 1.0;
        (above + (above * (above + 2.0)).sqrt()).ln_1p()
    }

    /// x - floor(x).
    pub fn fract(self) -> Self {
        self - self.floor()
    }

    /// The number cut to the range from `low` to `high`; outside, the derivative is zero.
    pub fn clamp(self, low: f32, high: f32) -> Self {
        self.max(low).min(high)
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), size(rng)];
    let mut all = Vec::new();
    for function in Unary::ALL {
        let (low, high) = match function {
            Unary::Stop => continue,
            Unary::Sqrt | Unary::Rsqrt | Unary::Ln | Unary::Log2 | Unary::Recip => (0.2, 3.0),
            Unary::Asin | Unary::Acos | Unary::Atanh => (-0.9, 0.9),
            Unary::Tan => (-1.2, 1.2),
            Unary::Ln1p => (-0.7, 3.0),
            _ => (-2.5, 2.5),
        };
        all.push(Example::new(function.name(), |x| x[0].unary(*function)).with(shape, low, high, rng));
    }
    for function in Binary::ALL {
        for (a, b) in [(shape, shape), ([shape[0], 1], shape), (shape, [1, shape[1]])] {
            let low = if *function == Binary::Pow { 0.3 } else { -2.0 };
            all.push(
                Example::new(function.name(), |x| x[0].binary(*function, x[1]))
                    .with(a, low, 2.0, rng)
                    .with(b, 0.4, 1.7, rng),
            );
        }
    }
    all.push(
        Example::new("select", |x| x[0].greater(0.0).select(x[1], x[2].square()))
            .with(shape, -1.0, 1.0, rng)
            .with([shape[1]], -1.0, 1.0, rng)
            .with(shape, -1.0, 1.0, rng),
    );
    type Composed = (&'static str, for<'g> fn(Tensor<'g>) -> Tensor<'g>);
    let composed: [Composed; 7] = [
        ("remainder", |x| x.remainder(0.7).square()),
        ("fract", |x| (x * 1.3).fract().square()),
        ("asinh", |x| (x * 3.0).asinh()),
        ("acosh", |x| (x.abs() + 1.1).acosh()),
        ("clamp", |x| x.clamp(-0.7, 0.9)),
        ("powi", |x| x.powi(5) + x.powi(1) + x.powi(0)),
        ("broadcast", |x| x.sum(&[1]).unsqueeze(1).broadcast_to([x.dim(0), 3])),
    ];
    all.extend(composed.map(|(name, f)| Example::new(name, move |x| f(x[0])).with(shape, -2.0, 2.0, rng)));
    all
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use super::*;

    fn of<const N: usize>(x: [f32; N], f: impl for<'g> Fn(Tensor<'g>) -> Tensor<'g>) -> Vec<f32> {
        values(|g| f(g.constant([N], &x)))
    }

    #[test]
    fn remainders_have_the_divisors_sign() {
        assert_eq!(of([7.0, -7.0, 3.0, -0.5], |x| x.remainder(3.0)), [1.0, 2.0, 0.0, 2.5]);
        assert_eq!(of([7.0, -7.0], |x| x.remainder(-3.0)), [-2.0, -1.0]);
        assert_eq!(of([1.25, -1.25], |x| x.fract()), [0.25, 0.75]);
    }

    #[test]
    fn inverse_hyperbolic_functions_are_exact_at_their_ends() {
        let x = [-1e6, -1.0, -1e-6, 0.0, 1e-6, 2.0];
        let near = |got: &[f32], want: &dyn Fn(f64) -> f64, x: &[f32]| {
            for (got, x) in got.iter().zip(x) {
                let want = want(f64::from(*x));
                assert!((f64::from(*got) - want).abs() <= 2e-7 * want.abs(), "{x}: {got} {want}");
            }
        };
        near(&of(x, |x| x.asinh()), &libm::asinh, &x);
        let x = [1.0, 1.0 + 1e-6, 1.5, 1e6];
        near(&of(x, |x| x.acosh()), &libm::acosh, &x);
        assert!(of([0.5], |x| x.acosh())[0].is_nan());
    }

    #[test]
    fn angles_know_their_quadrant() {
        let quarter = std::f32::consts::FRAC_PI_4;
        let angles = values(|g| {
            let (y, x) = (g.constant([4], &[1.0, 1.0, -1.0, 0.0]), g.constant([4], &[1.0, -1.0, -1.0, 1.0]));
            y.atan2(x)
        });
        assert_eq!(angles, [quarter, 3.0 * quarter, -3.0 * quarter, 0.0]);
    }

    #[test]
    fn log_sums_of_two_do_not_overflow() {
        let low = f32::NEG_INFINITY;
        let sums = of([-1e30, 300.0, low, 5.0], |x| x.logaddexp(x.graph().constant([4], &[0.5, 300.0, low, low])));
        assert_eq!(sums, [0.5, 300.0 + std::f32::consts::LN_2, low, 5.0]);
        let slopes = of([5.0, -1e30], |x| x.graph().gradient(x.logaddexp(5.0).sum_all(), [x])[0]);
        assert!((slopes[0] - 0.5).abs() < 1e-6 && slopes[1] == 0.0, "{slopes:?}");
    }
}
