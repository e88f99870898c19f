//! Speed of the kernels and of softmax: `cargo bench -p vivarium-engine --bench kernels`.
//!
//! Items a second are multiply-adds for the products, numbers for the functions.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use vivarium_engine::rng::Rng;
use vivarium_engine::{kernel, linalg, math};

fn main() {
    divan::main();
}

const SIZES: [usize; 4] = [64, 256, 1024, 4096];

fn numbers(n: usize) -> Vec<f32> {
    let mut rng = Rng::new(0, "bench");
    (0..n).map(|_| rng.unit_f32() * 20.0 - 15.0).collect()
}

fn matrix(rows: usize, columns: usize) -> ndarray::Array2<f32> {
    let mut rng = Rng::new(0, "bench");
    ndarray::Array2::from_shape_simple_fn((rows, columns), || rng.unit_f32())
}

#[divan::bench(args = SIZES)]
fn dot(bencher: Bencher, n: usize) {
    let (a, b) = (numbers(n), numbers(n));
    bencher.counter(ItemsCount::new(n)).bench_local(|| kernel::dot(black_box(&a), black_box(&b)));
}

#[divan::bench(args = SIZES)]
fn dot_scalar(bencher: Bencher, n: usize) {
    let (a, b) = (numbers(n), numbers(n));
    bencher.counter(ItemsCount::new(n)).bench_local(|| kernel::scalar::dot(black_box(&a), black_box(&b)));
}

#[divan::bench(args = SIZES)]
fn dot_f64(bencher: Bencher, n: usize) {
    let a: Vec<f64> = numbers(n).into_iter().map(f64::from).collect();
    bencher.counter(ItemsCount::new(n)).bench_local(|| kernel::dot(black_box(&a), black_box(&a)));
}

#[divan::bench(args = SIZES)]
fn axpy(bencher: Bencher, n: usize) {
    let (a, mut b) = (numbers(n), numbers(n));
    bencher.counter(ItemsCount::new(n)).bench_local(|| kernel::axpy(black_box(1e-3), black_box(&a), black_box(&mut b)));
}

#[divan::bench(args = SIZES)]
fn gemv(bencher: Bencher, n: usize) {
    let (a, x, mut out) = (numbers(n * n), numbers(n), vec![0.0; n]);
    bencher
        .counter(ItemsCount::new(n * n))
        .bench_local(|| kernel::gemv(black_box(&a), black_box(&x), black_box(&mut out)));
}

#[divan::bench(args = SIZES)]
fn gemv_t(bencher: Bencher, n: usize) {
    let (a, x, mut out) = (numbers(n * n), numbers(n), vec![0.0; n]);
    bencher
        .counter(ItemsCount::new(n * n))
        .bench_local(|| kernel::gemv_t(black_box(&a), black_box(&x), black_box(&mut out)));
}

const FUNCTION: usize = 1024;

#[divan::bench]
fn exp_slice(bencher: Bencher) {
    let x = numbers(FUNCTION);
    let mut out = x.clone();
    bencher.counter(ItemsCount::new(FUNCTION)).bench_local(|| {
        out.copy_from_slice(&x);
        math::exp_slice(black_box(&mut out));
    });
}

#[divan::bench]
fn exp_wide(bencher: Bencher) {
    let x = numbers(FUNCTION);
    let mut out = x.clone();
    bencher.counter(ItemsCount::new(FUNCTION)).bench_local(|| {
        for (out, x) in out.as_chunks_mut::<8>().0.iter_mut().zip(black_box(&x).as_chunks::<8>().0) {
            *out = wide::f32x8::new(*x).exp().to_array();
        }
        black_box(&mut out);
    });
}

fn each(bencher: Bencher, f: impl Fn(f32) -> f32) {
    let x = numbers(FUNCTION);
    let mut out = x.clone();
    bencher.counter(ItemsCount::new(FUNCTION)).bench_local(|| {
        for (out, x) in out.iter_mut().zip(black_box(&x)) {
            *out = f(*x);
        }
        black_box(&mut out);
    });
}

#[divan::bench]
fn exp_scalar_twin(bencher: Bencher) {
    each(bencher, |x| math::expf(black_box(x)));
}

/// The platform's: not portable, for comparison only.
#[divan::bench]
fn exp_std(bencher: Bencher) {
    each(bencher, f32::exp);
}

/// Each function over a slice, ours and that of the `libm` crate.
macro_rules! functions {
    ($($name:ident: $ours:expr, $libm:expr;)*) => {$(
        mod $name {
            use super::*;

            #[divan::bench]
            fn ours(bencher: Bencher) {
                each(bencher, $ours);
            }

            #[divan::bench]
            fn libm(bencher: Bencher) {
                each(bencher, $libm);
            }
        }
    )*};
}

functions! {
    exp: math::expf, libm::expf;
    exp_m1: math::exp_m1f, libm::expm1f;
    ln: |x| math::lnf(x.abs()), |x| libm::logf(x.abs());
    ln_1p: |x| math::ln_1pf(x.abs()), |x| libm::log1pf(x.abs());
    sin: math::sinf, libm::sinf;
    cos: math::cosf, libm::cosf;
    atan: math::atanf, libm::atanf;
    erf: math::erff, libm::erff;
    tanh: math::tanhf, libm::tanhf;
    sigmoid: math::sigmoidf, |x| 1.0 / (1.0 + libm::expf(-x));
    softplus: math::softplusf, |x| x.max(0.0) + libm::log1pf(libm::expf(-x.abs()));
}

#[divan::bench(args = [100, 50_000])]
fn softmax(bencher: Bencher, n: usize) {
    let (x, mut out) = (numbers(n), vec![0.0; n]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| math::softmax(black_box(&x), black_box(&mut out)));
}

#[divan::bench(args = [100, 50_000])]
fn logsumexp(bencher: Bencher, n: usize) {
    let x = numbers(n);
    bencher.counter(ItemsCount::new(n)).bench_local(|| math::logsumexp(black_box(&x)));
}

#[divan::bench(args = [100, 1000])]
fn cholesky(bencher: Bencher, n: usize) {
    let x = matrix(n, n + 8);
    let gram = linalg::gram(x.view());
    bencher.bench_local(|| linalg::Cholesky::new(black_box(gram.view()), 1.0));
}

#[divan::bench(args = [100, 500])]
fn projection_1024(bencher: Bencher, patterns: usize) {
    let x = matrix(patterns, 1024);
    bencher.bench_local(|| linalg::projection(black_box(x.view()), 0.0));
}

#[divan::bench]
fn normal(bencher: Bencher) {
    let mut rng = Rng::new(0, "bench");
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| rng.normal());
}

#[divan::bench]
fn below(bencher: Bencher) {
    let mut rng = Rng::new(0, "bench");
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| rng.below(black_box(1000)));
}
