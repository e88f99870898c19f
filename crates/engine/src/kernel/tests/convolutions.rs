use super::*;
use crate::rng::Rng;

fn conv(input: [usize; 2], kernel: [usize; 2]) -> Conv {
    Conv {
        batch: 1,
        groups: 1,
        in_channels: 1,
        out_channels: 1,
        input,
        kernel,
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
    }
}

/// A convolution of random sizes that fit together.
fn random(rng: &mut Rng) -> Conv {
    let mut pick = |from: usize, to: usize| from + rng.below((to - from + 1) as u64) as usize;
    loop {
        let groups = pick(1, 3);
        let (narrow, wide) = (pick(1, 12), pick(1, 30));
        let conv = Conv {
            batch: pick(1, 3),
            groups,
            in_channels: groups * pick(1, 3),
            out_channels: groups * pick(1, 6),
            input: [narrow, wide],
            kernel: [pick(1, 5), pick(1, 5)],
            stride: [pick(1, 3), pick(1, 3)],
            padding: [pick(0, 3), pick(0, 5)],
            dilation: [pick(1, 2), pick(1, 3)],
        };
        if conv.out().is_ok() {
            return conv;
        }
    }
}

/// What the three products give, each over something else that stands there and with scratch that holds anything.
fn products<T: Real>(conv: &Conv, [x, w, dy]: [&[T]; 3], junk: &[T]) -> [Vec<T>; 3] {
    let mut scratch = junk.iter().cycle().take(conv.scratch_len()).copied().collect::<Vec<_>>();
    let over = |n: usize| junk.iter().cycle().take(n).copied().collect::<Vec<_>>();
    let (mut y, mut dx, mut dw) = (over(dy.len()), over(x.len()), over(w.len()));
    conv2d(conv, x, w, &mut scratch, &mut y);
    conv2d_input(conv, dy, w, &mut scratch, &mut dx);
    conv2d_weight(conv, x, dy, &mut scratch, &mut dw);
    [y, dx, dw]
}

fn compare<T: Real + std::fmt::Debug>(conv: &Conv, numbers: impl Fn(usize, u64) -> Vec<T>) {
    let out = conv.out().unwrap();
    let (x, w, dy) = (numbers(conv.x_len(), 1), numbers(conv.w_len(), 2), numbers(conv.y_len(), 3));
    let lanes = products(conv, [&x, &w, &dy], &numbers(101, 4));
    let (mut y, mut dx, mut dw) = (dy.clone(), x.clone(), w.clone());
    scalar::conv2d(conv, &x, &w, out, &mut y);
    scalar::conv2d_input(conv, &dy, &w, out, &mut dx);
    scalar::conv2d_weight(conv, &x, &dy, out, &mut dw);
    assert_eq!(lanes, [y, dx, dw], "{conv:?}");
}

#[test]
fn convolutions_have_the_bits_of_the_scalar_twin() {
    let mut rng = Rng::new(0, "convolutions");
    for _ in 0..150 {
        compare(&random(&mut rng), numbers);
    }
    for _ in 0..20 {
        compare(&random(&mut rng), doubles);
    }
    // A first layer, a depthwise one, a line, steps beyond the kernel, a kernel as large as the image.
    compare(&Conv { batch: 2, out_channels: 8, ..conv([28, 28], [5, 5]) }, numbers);
    compare(&Conv { groups: 9, in_channels: 9, out_channels: 9, padding: [1, 1], ..conv([11, 11], [3, 3]) }, numbers);
    compare(&Conv { batch: 3, in_channels: 2, out_channels: 5, padding: [0, 9], ..conv([1, 40], [1, 9]) }, numbers);
    compare(&Conv { stride: [4, 5], out_channels: 2, ..conv([20, 20], [3, 2]) }, numbers);
    compare(&Conv { in_channels: 3, out_channels: 6, ..conv([7, 7], [7, 7]) }, numbers);
    compare(&Conv { batch: 0, ..conv([7, 7], [3, 3]) }, numbers);
}

#[test]
fn the_three_products_are_derivatives_of_one_sum() {
    // Of sum(y dy), which is linear in each of x, w and dy.
    let mut rng = Rng::new(1, "convolutions");
    for _ in 0..20 {
        let conv = random(&mut rng);
        let (x, w, dy) = (doubles(conv.x_len(), 1), doubles(conv.w_len(), 2), doubles(conv.y_len(), 3));
        let [y, dx, dw] = products(&conv, [&x, &w, &dy], &[0.5]);
        let sums = [dot(&y, &dy), dot(&dx, &x), dot(&dw, &w)];
        let size: f64 = y.iter().zip(&dy).map(|(a, b)| (a * b).abs()).sum();
        assert!(sums.iter().all(|sum| (sum - sums[0]).abs() <= 1e-12 * size), "{conv:?}: {sums:?}");
    }
}

#[test]
fn a_convolution_by_hand() {
    let (x, w) = ([1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [1.0, 0.0, 0.0, -1.0]);
    let conv = conv([3, 3], [2, 2]);
    let [y, dx, dw] = products(&conv, [&x, &w, &[1.0, 0.0, 0.0, 2.0]], &[f32::NAN]);
    assert_eq!(y, [-4.0; 4]);
    assert_eq!(dx, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -2.0]);
    assert_eq!(dw, [11.0, 14.0, 20.0, 23.0]);
}

#[test]
fn sizes_of_convolutions() {
    let same = Conv { padding: [1, 1], stride: [2, 1], ..conv([28, 28], [3, 3]) };
    assert_eq!(same.out(), Ok([14, 28]));
    assert!(conv([2, 9], [3, 3]).out().unwrap_err().contains("does not fit"));
    assert!(Conv { stride: [0, 1], ..same.clone() }.out().unwrap_err().contains("zero"));
    assert!(Conv { groups: 2, ..same }.out().unwrap_err().contains("groups"));
}
