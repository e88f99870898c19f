use super::*;

mod convolutions;
mod pools;
mod products;

/// Numbers of mixed sizes and signs, so that any other order of summing gives other bits.
fn numbers(n: usize, salt: u64) -> Vec<f32> {
    let mut rng = crate::rng::Rng::new(salt, "kernel test");
    (0..n).map(|_| (rng.unit_f32() - 0.5) * crate::math::expf(8.0 * rng.unit_f32())).collect()
}

fn doubles(n: usize, salt: u64) -> Vec<f64> {
    numbers(n, salt).into_iter().map(|x| f64::from(x) / 3.0).collect()
}

#[test]
fn reductions_have_the_bits_of_the_scalar_twin() {
    for n in 0..=140 {
        for (oa, ob) in [(0, 0), (1, 0), (0, 3), (5, 2)] {
            let (a, b) = (numbers(n + oa, 1), numbers(n + ob, 2));
            let (a, b) = (&a[oa..], &b[ob..]);
            assert_eq!(dot(a, b).to_bits(), scalar::dot(a, b).to_bits(), "dot {n} {oa} {ob}");
            assert_eq!(sum(a).to_bits(), scalar::sum(a).to_bits(), "sum {n} {oa}");
            assert_eq!(sum_sq(a).to_bits(), scalar::sum_sq(a).to_bits(), "sum_sq {n} {oa}");
            assert_eq!(max(a), scalar::max(a), "max {n} {oa}");
            let (a, b) = (doubles(n + oa, 1), doubles(n + ob, 2));
            let (a, b) = (&a[oa..], &b[ob..]);
            assert_eq!(dot(a, b).to_bits(), scalar::dot(a, b).to_bits(), "dot of doubles {n} {oa} {ob}");
        }
    }
}

#[test]
fn updates_have_the_bits_of_the_scalar_twin() {
    for n in 0..=70 {
        for (ox, oy) in [(0, 0), (1, 0), (0, 3), (5, 2)] {
            let (x, y) = (numbers(n + ox, 3), numbers(n + oy, 4));
            let (mut lanes, mut plain) = (y.clone(), y);
            axpy(0.3, &x[ox..], &mut lanes[oy..]);
            scalar::axpy(0.3, &x[ox..], &mut plain[oy..]);
            assert_eq!(lanes, plain, "axpy {n} {ox} {oy}");
            scale(-1.7, &mut lanes[oy..]);
            scalar::scale(-1.7, &mut plain[oy..]);
            assert_eq!(lanes, plain, "scale {n} {oy}");
        }
    }
}

#[test]
fn products_with_vectors_have_the_bits_of_the_scalar_twin() {
    for rows in (0..=13).chain([40]) {
        for columns in 0..=70 {
            let a = numbers(rows * columns, 5);
            let (x, t) = (numbers(columns, 6), numbers(rows, 7));
            let (mut lanes, mut plain) = (vec![1.0; rows], vec![2.0; rows]);
            gemv(&a, &x, &mut lanes);
            scalar::gemv(&a, &x, &mut plain);
            assert_eq!(lanes, plain, "gemv {rows} {columns}");
            let (mut lanes, mut plain) = (vec![1.0; columns], vec![2.0; columns]);
            gemv_t(&a, &t, &mut lanes);
            scalar::gemv_t(&a, &t, &mut plain);
            assert_eq!(lanes, plain, "gemv_t {rows} {columns}");
        }
    }
}

#[test]
fn matrix_products_have_the_bits_of_the_scalar_twin() {
    let sizes = (0..=9).chain([16, 17]);
    let all = sizes.clone().flat_map(|m| sizes.clone().flat_map(move |k| (0..=17).map(move |n| (m, k, n))));
    for (m, k, n) in all.chain([(33, 700, 29), (8, 256, 8), (5, 257, 31)]) {
        let (a, b) = (numbers(m * k, 8), numbers(k * n, 9));
        let (mut lanes, mut plain) = (vec![1.0; m * n], vec![2.0; m * n]);
        matmul(m, k, n, &a, &b, &mut lanes);
        scalar::matmul(m, k, n, &a, &b, &mut plain);
        assert_eq!(lanes, plain, "{m} {k} {n}");
    }
}

#[test]
fn spins_are_summed_exactly() {
    let mut rng = crate::rng::Rng::new(0, "spins");
    for n in [1, 31, 64, 1000, 4096] {
        let (a, b): (Vec<f32>, Vec<f32>) = (0..n).map(|_| (rng.sign(), rng.sign())).unzip();
        let exact: i32 = a.iter().zip(&b).map(|(a, b)| (a * b) as i32).sum();
        assert_eq!(dot(&a, &b), exact as f32);
        assert_eq!(sum_sq(&a), n as f32);
    }
}

#[test]
fn zeros_keep_their_sign_and_bad_numbers_spread() {
    assert_eq!(dot(&[-0.0f32], &[0.0]).to_bits(), 0);
    assert_eq!(dot::<f32>(&[], &[]), 0.0);
    assert_eq!(max::<f32>(&[]), f32::NEG_INFINITY);
    assert_eq!(max(&[f32::NAN, 2.0, f32::NAN]), 2.0);
    assert!(dot(&[f32::NAN; 40], &[0.0; 40]).is_nan());
    assert!(sum(&[f32::INFINITY, f32::NEG_INFINITY]).is_nan());
}

#[test]
#[should_panic(expected = "different lengths")]
fn lengths_must_agree() {
    dot(&[1.0f32; 3], &[1.0; 4]);
}
