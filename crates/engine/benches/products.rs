//! Speed of matrix products and convolutions: `cargo bench -p vivarium-engine --bench products`.
//!
//! Items a second are multiply-adds; compare them with those of `peak`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use vivarium_engine::kernel::{self, Conv, Pool};
use vivarium_engine::rng::Rng;

fn main() {
    divan::main();
}

fn numbers(n: usize) -> Vec<f32> {
    let mut rng = Rng::new(0, "bench");
    (0..n).map(|_| rng.unit_f32() - 0.5).collect()
}

/// The machine's limit in vectors of 128 bits: independent chains of multiply and add, nothing loaded.
#[divan::bench]
fn peak(bencher: Bencher) {
    const STEPS: usize = 4096;
    bencher.counter(ItemsCount::new(STEPS * 12 * 4)).bench_local(|| {
        let (factor, term) = (wide::f32x4::splat(black_box(0.999)), wide::f32x4::splat(black_box(0.01)));
        let mut chains = [wide::f32x4::splat(black_box(1.0)); 12];
        for _ in 0..STEPS {
            for chain in &mut chains {
                *chain = *chain * factor + term;
            }
        }
        chains
    });
}

/// A product of `m` x `k` and `k` x `n`, and which of the two lies transposed.
type Product = (&'static str, [usize; 3]);

fn gemm(bencher: Bencher, (stored, [m, k, n]): Product) {
    let (ta, tb) = (stored.starts_with('T'), stored.ends_with('T'));
    let (a, b, mut out) = (numbers(m * k), numbers(k * n), vec![0.0; m * n]);
    bencher
        .counter(ItemsCount::new(m * k * n))
        .bench_local(|| kernel::gemm(m, k, n, black_box(&a), ta, black_box(&b), tb, black_box(&mut out)));
}

#[divan::bench(args = [16, 32, 64, 128, 256, 512])]
fn square(bencher: Bencher, n: usize) {
    gemm(bencher, ("NN", [n; 3]));
}

/// ndarray's product, by matrixmultiply with the machine's own instructions.
#[divan::bench(args = [16, 64, 256, 512])]
fn square_ndarray(bencher: Bencher, n: usize) {
    let a = ndarray::Array2::from_shape_fn((n, n), |(i, j)| (i * 7 + j) as f32 / (n * n) as f32);
    bencher.counter(ItemsCount::new(n * n * n)).bench_local(|| black_box(&a).dot(black_box(&a)));
}

/// Forward, gradient of the weights and gradient of the input of layers 784-300 and 100-10, in batches of 60.
const LAYERS: [Product; 6] = [
    ("NN", [60, 784, 300]),
    ("TN", [784, 60, 300]),
    ("NT", [60, 300, 784]),
    ("NN", [60, 100, 10]),
    ("TN", [100, 60, 10]),
    ("NT", [60, 10, 100]),
];

#[divan::bench(args = LAYERS)]
fn layer(bencher: Bencher, product: Product) {
    gemm(bencher, product);
}

/// The same of layers 2-4 and 8-8, in batches of 10.
const TINY: [Product; 6] = [
    ("NN", [10, 2, 4]),
    ("TN", [2, 10, 4]),
    ("NT", [10, 4, 2]),
    ("NN", [10, 8, 8]),
    ("TN", [8, 10, 8]),
    ("NT", [10, 8, 8]),
];

#[divan::bench(args = TINY)]
fn tiny(bencher: Bencher, product: Product) {
    gemm(bencher, product);
}

#[divan::bench(args = [16, 100])]
fn tiny_copies(bencher: Bencher, copies: usize) {
    let [m, k, n] = [10, 8, 8];
    let (a, b, mut out) = (numbers(m * k * copies), numbers(k * n * copies), vec![0.0; m * n * copies]);
    bencher.counter(ItemsCount::new(m * k * n * copies)).bench_local(|| {
        let (a, b, out) = (black_box(&a), black_box(&b), black_box(&mut out));
        kernel::gemm_inner(copies, m, k, n, a, false, b, false, false, false, out);
    });
}

/// Channels in and out, side of the image, side of the kernel, padding.
const CONVOLUTIONS: [[usize; 5]; 4] = [[1, 8, 28, 5, 0], [8, 16, 12, 5, 0], [16, 32, 14, 3, 1], [32, 32, 7, 3, 1]];

type Lengths = [fn(&Conv) -> usize; 3];
type Convolution = fn(&Conv, &[f32], &[f32], &mut [f32], &mut [f32]);

fn convolve(bencher: Bencher, sizes: [usize; 5], lengths: Lengths, f: Convolution) {
    let [in_channels, out_channels, side, kernel, padding] = sizes;
    let conv = Conv {
        batch: 32,
        groups: 1,
        in_channels,
        out_channels,
        input: [side; 2],
        kernel: [kernel; 2],
        stride: [1; 2],
        padding: [padding; 2],
        dilation: [1; 2],
    };
    let [a, b, mut out] = lengths.map(|length| numbers(length(&conv)));
    let mut scratch = vec![0.0; conv.scratch_len()];
    bencher
        .counter(ItemsCount::new(conv.y_len() * in_channels * kernel * kernel))
        .bench_local(|| f(&conv, black_box(&a), black_box(&b), &mut scratch, black_box(&mut out)));
}

#[divan::bench(args = CONVOLUTIONS)]
fn conv2d(bencher: Bencher, sizes: [usize; 5]) {
    convolve(bencher, sizes, [Conv::x_len, Conv::w_len, Conv::y_len], kernel::conv2d);
}

#[divan::bench(args = CONVOLUTIONS)]
fn conv2d_input(bencher: Bencher, sizes: [usize; 5]) {
    convolve(bencher, sizes, [Conv::y_len, Conv::w_len, Conv::x_len], kernel::conv2d_input);
}

#[divan::bench(args = CONVOLUTIONS)]
fn conv2d_weight(bencher: Bencher, sizes: [usize; 5]) {
    convolve(bencher, sizes, [Conv::x_len, Conv::y_len, Conv::w_len], kernel::conv2d_weight);
}

/// Items are numbers of x.
#[divan::bench]
fn max_pool(bencher: Bencher) {
    let pool = Pool { planes: 32 * 8, input: [24; 2], kernel: [2; 2], stride: [2; 2], padding: [0; 2] };
    let (x, mut y) = (numbers(pool.x_len()), vec![0.0; pool.y_len()]);
    bencher
        .counter(ItemsCount::new(pool.x_len()))
        .bench_local(|| kernel::max_pool_index(&pool, black_box(&x), black_box(&mut y)));
}
