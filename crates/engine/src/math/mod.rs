//! Functions that give the same bits natively and in every browser.
//!
//! Names follow C: the plain name takes `f64`, the name with an `f` takes `f32`. The doubles come from the `libm` crate,
//! plain Rust arithmetic without fused steps. The singles that networks use are ours, without branches, so that a loop
//! over them runs in vectors, each lane with the bits of the single number; their errors are given in units of the last
//! place of the result. The other singles are those of `libm`.
//! Never call the methods of the same name on `f32` and `f64`: those ask the platform.

#[cfg(test)]
mod accuracy;
mod atanf;
mod erff;
mod expf;
mod lnf;
mod sigmoid;
mod sinf;
mod softmax;

pub use atanf::atanf;
pub use erff::erff;
pub use expf::{exp_m1f, exp_slice, expf};
pub use lnf::{ln_1pf, lnf, softplusf};
pub use sigmoid::{sigmoidf, tanhf};
pub use sinf::{cosf, sinf};
pub use softmax::{logsumexp, softmax, softmax_in_place};

/// The bit of the sign.
const SIGN: u32 = 1 << 31;

/// Value at x of the polynomial with these coefficients, highest power first, by Horner's rule.
#[inline]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let mut value = coefficients[0];
    for c in &coefficients[1..] {
        value = value * x + *c;
    }
    value
}

/// The same polynomial from its even and its odd powers: two chains of half the length, which the machine works off side
/// by side. Other roundings than those of [`polynomial`].
#[inline]
fn polynomial_in_halves<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let square = x * x;
    let mut halves = [coefficients[0], coefficients[1]];
    for (i, c) in coefficients[2..].iter().enumerate() {
        halves[i % 2] = halves[i % 2] * square + *c;
    }
    halves[N % 2] * x + halves[1 - N % 2]
}

macro_rules! from_libm {
    ($($(#[$doc:meta])* $name:ident = $double:ident $(, $single_name:ident = $single:ident)?;)*) => {$(
        $(#[$doc])*
        pub fn $name(x: f64) -> f64 {
            libm::$double(x)
        }
        from_libm! { @single [$($doc),*] $($single_name = $single)? }
    )*};
    (@single [$($doc:meta),*] $name:ident = $single:ident) => {
        $(#[$doc])*
        pub fn $name(x: f32) -> f32 {
            libm::$single(x)
        }
    };
    (@single [$($doc:meta),*]) => {};
}

from_libm! {
    /// Natural logarithm; NaN below zero, minus infinity at zero.
    ln = log;
    /// Logarithm to base 2.
    log2 = log2, log2f = log2f;
    /// Logarithm to base 10.
    log10 = log10, log10f = log10f;
    /// ln(1 + x), exact for small x.
    ln_1p = log1p;
    /// e^x - 1, exact for small x.
    exp_m1 = expm1;
    /// 2^x.
    exp2 = exp2, exp2f = exp2f;
    /// Sine of an angle in radians.
    sin = sin;
    /// Cosine of an angle in radians.
    cos = cos;
    /// Tangent of an angle in radians.
    tan = tan, tanf = tanf;
    /// Arcsine in radians; NaN outside [-1, 1].
    asin = asin, asinf = asinf;
    /// Arccosine in radians; NaN outside [-1, 1].
    acos = acos, acosf = acosf;
    /// Arctangent in radians.
    atan = atan;
    /// Hyperbolic sine.
    sinh = sinh, sinhf = sinhf;
    /// Hyperbolic cosine.
    cosh = cosh, coshf = coshf;
    /// Hyperbolic tangent.
    tanh = tanh;
    /// Inverse hyperbolic tangent; NaN outside [-1, 1].
    atanh = atanh, atanhf = atanhf;
    /// Error function.
    erf = erf;
    /// 1 - erf(x), exact where erf is near 1.
    erfc = erfc, erfcf = erfcf;
    /// Logarithm of the absolute value of the gamma function.
    lgamma = lgamma, lgammaf = lgammaf;
    /// Cube root.
    cbrt = cbrt, cbrtf = cbrtf;
}

/// e^x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// x^y for real y; for whole y prefer [`powi`].
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// x^y for real y; for whole y prefer [`powif`].
pub fn powf(x: f32, y: f32) -> f32 {
    libm::powf(x, y)
}

/// Angle of the point (x, y) in radians, from -pi to pi.
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Angle of the point (x, y) in radians, from -pi to pi.
pub fn atan2f(y: f32, x: f32) -> f32 {
    libm::atan2f(y, x)
}

/// Length of the vector (x, y), without overflow on the way.
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// Square root, correctly rounded on every platform; NaN below zero.
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Square root, correctly rounded on every platform; NaN below zero.
pub fn sqrtf(x: f32) -> f32 {
    x.sqrt()
}

/// x^n by repeated squaring; 1 for n = 0.
pub fn powi(x: f64, n: i32) -> f64 {
    let power = squarings(x, n, 1.0);
    if n < 0 { 1.0 / power } else { power }
}

/// x^n by repeated squaring; 1 for n = 0.
pub fn powif(x: f32, n: i32) -> f32 {
    let power = squarings(x, n, 1.0);
    if n < 0 { 1.0 / power } else { power }
}

fn squarings<T: Copy + std::ops::Mul<Output = T>>(x: T, n: i32, one: T) -> T {
    let (mut power, mut square, mut left) = (one, x, n.unsigned_abs());
    loop {
        if left & 1 == 1 {
            power = power * square;
        }
        left >>= 1;
        if left == 0 {
            return power;
        }
        square = square * square;
    }
}

/// Logistic function 1 / (1 + e^-x), without overflow.
pub fn sigmoid(x: f64) -> f64 {
    let small = exp(-x.abs());
    if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_known_points() {
        let near = |got: f64, want: f64| assert!((got - want).abs() <= 4e-16 * want.abs().max(1.0), "{got} {want}");
        near(exp(1.0), std::f64::consts::E);
        near(ln(2.0), std::f64::consts::LN_2);
        near(tanh(0.5), 0.462_117_157_260_009_76);
        near(sin(1.0), 0.841_470_984_807_896_5);
        near(cos(1.0), 0.540_302_305_868_139_7);
        near(erf(0.5), 0.520_499_877_813_046_5);
        near(erfc(2.0), 0.004_677_734_981_047_266);
        near(lgamma(0.5), 0.572_364_942_924_700_1);
        near(sigmoid(1.0), 0.731_058_578_630_004_9);
        near(ln_1p(1e-9), 9.999_999_995e-10);
        near(exp_m1(1e-9), 1.000_000_000_5e-9);
    }

    #[test]
    fn extremes_are_limits_not_accidents() {
        assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert_eq!(sigmoidf(-200.0), 0.0);
        assert_eq!(sigmoidf(200.0), 1.0);
        assert!(sigmoid(f64::NAN).is_nan());
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert!(ln(-1.0).is_nan());
        assert_eq!(erf(f64::INFINITY), 1.0);
    }

    #[test]
    fn whole_powers() {
        assert_eq!(powi(3.0, 0), 1.0);
        assert_eq!(powi(3.0, 5), 243.0);
        assert_eq!(powi(2.0, -3), 0.125);
        assert_eq!(powi(-1.0, i32::MIN), 1.0);
        assert_eq!(powif(-2.0, 3), -8.0);
        assert_eq!(powif(0.0, -1), f32::INFINITY);
        for n in 0..=30 {
            assert_eq!(powi(2.0, n), f64::from(1u32 << n));
        }
    }
}
