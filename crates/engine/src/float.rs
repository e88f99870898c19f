//! What operators ask of a number type.

use crate::kernel::Real;
use crate::math;
use std::fmt::Debug;
use std::ops::{Div, Neg};

/// A floating-point type with all functions that operators use, from [`crate::math`]: `f32` for running, `f64` for
/// checking derivatives.
pub trait Float: Real + Div<Output = Self> + Neg<Output = Self> + Debug + Send + Sync {
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The nearest number of this type.
    fn of(x: f64) -> Self;
    /// The same number in double precision.
    fn double(self) -> f64;
    /// The index that this number stands for: cut off towards zero, and 0 for what lies below, and for NaN.
    fn index(self) -> usize;
    /// Absolute value.
    fn abs(self) -> Self;
    /// The largest whole number not above.
    fn floor(self) -> Self;
    /// The nearest whole number, the even one in the middle.
    fn round(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// e^x.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Logarithm to base 2.
    fn log2(self) -> Self;
    /// e^x - 1.
    fn exp_m1(self) -> Self;
    /// ln(1 + x).
    fn ln_1p(self) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Tangent.
    fn tan(self) -> Self;
    /// Arcsine.
    fn asin(self) -> Self;
    /// Arccosine.
    fn acos(self) -> Self;
    /// Arctangent.
    fn atan(self) -> Self;
    /// Angle of the point (x, self), from -pi to pi.
    fn atan2(self, x: Self) -> Self;
    /// Hyperbolic sine.
    fn sinh(self) -> Self;
    /// Hyperbolic cosine.
    fn cosh(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Inverse hyperbolic tangent.
    fn atanh(self) -> Self;
    /// Logistic function.
    fn sigmoid(self) -> Self;
    /// ln(1 + e^x).
    fn softplus(self) -> Self;
    /// Error function.
    fn erf(self) -> Self;
    /// x^y.
    fn powf(self, y: Self) -> Self;
    /// ln of the sum of e^x over the numbers.
    fn logsumexp(values: &[Self]) -> Self;
    /// ln(e^x + e^y) without overflow.
    #[inline]
    fn logaddexp(self, other: Self) -> Self {
        let larger = if self < other { other } else { self };
        // Two infinities are equal, and their difference is no number.
        let apart = if self == other { Self::ZERO } else { (self - other).abs() };
        larger + (-apart).exp().ln_1p()
    }
}

macro_rules! float {
    ($t:ty, $($name:ident = $f:path),* ; $pow:path, $angle:path, $lse:path) => {
        impl Float for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn of(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn double(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn index(self) -> usize {
                self as usize
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$t>::abs(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$t>::floor(self)
            }
            #[inline(always)]
            fn round(self) -> Self {
                <$t>::round_ties_even(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            $(#[inline(always)]
            fn $name(self) -> Self {
                $f(self)
            })*
            #[inline(always)]
            fn powf(self, y: Self) -> Self {
                $pow(self, y)
            }
            #[inline(always)]
            fn atan2(self, x: Self) -> Self {
                $angle(self, x)
            }
            fn logsumexp(values: &[Self]) -> Self {
                $lse(values)
            }
        }
    };
}

float!(f32, exp = math::expf, ln = math::lnf, log2 = math::log2f, exp_m1 = math::exp_m1f, ln_1p = math::ln_1pf,
    sin = math::sinf, cos = math::cosf, tan = math::tanf, asin = math::asinf, acos = math::acosf, atan = math::atanf,
    sinh = math::sinhf, cosh = math::coshf, tanh = math::tanhf, atanh = math::atanhf, sigmoid = math::sigmoidf,
    softplus = math::softplusf, erf = math::erff; math::powf, math::atan2f, math::logsumexp);
float!(f64, exp = math::exp, ln = math::ln, log2 = math::log2, exp_m1 = math::exp_m1, ln_1p = math::ln_1p,
    sin = math::sin, cos = math::cos, tan = math::tan, asin = math::asin, acos = math::acos, atan = math::atan,
    sinh = math::sinh, cosh = math::cosh, tanh = math::tanh, atanh = math::atanh, sigmoid = math::sigmoid,
    softplus = softplus, erf = math::erf; math::pow, math::atan2, logsumexp);

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + math::ln_1p(math::exp(-x.abs()))
}

fn logsumexp(values: &[f64]) -> f64 {
    let largest = crate::kernel::max(values);
    largest + math::ln(values.iter().map(|x| math::exp(x - largest)).sum())
}
