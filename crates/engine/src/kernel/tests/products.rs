use super::*;

const FLAGS: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

/// Compares a product with its scalar twin, on slices that start anywhere, over what was in `out` before.
fn compare<T: Real + std::fmt::Debug>([m, k, n]: [usize; 3], numbers: &impl Fn(usize, u64) -> Vec<T>) {
    let [o, q, r] = [m % 3, k % 5, n % 4];
    let (a, b, mut out) = (numbers(m * k + o, 8), numbers(k * n + q, 9), numbers(m * n + r, 10));
    let mut plain = out.clone();
    for (ta, tb) in FLAGS {
        gemm(m, k, n, &a[o..], ta, &b[q..], tb, &mut out[r..]);
        scalar::gemm(m, k, n, &a[o..], ta, &b[q..], tb, &mut plain[r..]);
        assert_eq!(out, plain, "{m} x {k} x {n}, transposed: {ta} {tb}");
    }
}

/// Triples of 0 to 70 in which each size and each pair of sizes modulo a block occurs.
fn sizes() -> impl Iterator<Item = [usize; 3]> {
    let small = (0..=10).chain([12, 15, 17]);
    let cube = small.clone().flat_map(move |m| small.clone().flat_map(move |k| (0..=17).map(move |n| [m, k, n])));
    let plane = (0..=70).flat_map(|m| (0..=70).step_by(7).map(move |s| [m, (m * 29 + s) % 71, (m * 13 + s * 5) % 71]));
    cube.chain(plane)
}

#[test]
fn products_of_all_sizes_have_the_bits_of_the_scalar_twin() {
    sizes().for_each(|size| compare(size, &numbers));
    for size in [[33, 700, 29], [8, 256, 8], [5, 257, 31], [270, 61, 9], [70, 513, 70], [1, 1000, 3], [3, 2, 900]] {
        compare(size, &numbers);
        compare(size, &doubles);
    }
}

#[test]
fn products_of_doubles_have_the_bits_of_the_scalar_twin() {
    sizes().step_by(11).for_each(|size| compare(size, &doubles));
}

#[test]
fn the_scalar_product_of_matrices_as_stored_is_the_plain_one() {
    let (a, b) = (numbers(7 * 9, 1), numbers(9 * 5, 2));
    let (mut flagged, mut plain) = ([0.0; 35], [0.0; 35]);
    scalar::gemm(7, 9, 5, &a, false, &b, false, &mut flagged);
    scalar::matmul(7, 9, 5, &a, &b, &mut plain);
    assert_eq!(flagged, plain);
}

#[test]
#[should_panic(expected = "other sizes")]
fn sizes_must_agree() {
    gemm(2, 3, 4, &[0.0f32; 6], false, &[0.0; 11], true, &mut [0.0; 8]);
}

/// The numbers of one copy; of a shared matrix, all.
fn copy_of(all: &[f32], copies: usize, copy: usize, shared: bool) -> Vec<f32> {
    if shared { all.to_vec() } else { all.iter().skip(copy).step_by(copies).copied().collect() }
}

#[test]
fn products_side_by_side_have_the_bits_they_have_alone() {
    for [m, k, n] in
        [[1, 1, 1], [1, 3, 5], [10, 2, 4], [3, 8, 1], [9, 8, 1], [8, 10, 7], [2, 2, 2], [5, 0, 3], [0, 2, 2]]
    {
        for copies in (0..=13).chain([16, 70]) {
            for (ta, tb) in FLAGS {
                for (a_shared, b_shared) in FLAGS {
                    let width = |shared| if shared { 1 } else { copies };
                    let a = numbers(m * k * width(a_shared), 1);
                    let b = numbers(k * n * width(b_shared), 2);
                    let mut out = numbers(m * n * copies, 3);
                    gemm_inner(copies, m, k, n, &a, ta, &b, tb, a_shared, b_shared, &mut out);
                    for copy in 0..copies {
                        let a = copy_of(&a, copies, copy, a_shared);
                        let b = copy_of(&b, copies, copy, b_shared);
                        let mut alone = vec![1.0; m * n];
                        scalar::gemm(m, k, n, &a, ta, &b, tb, &mut alone);
                        let got = copy_of(&out, copies, copy, false);
                        assert_eq!(
                            got, alone,
                            "copy {copy} of {copies}: {m} x {k} x {n}, {ta} {tb} {a_shared} {b_shared}"
                        );
                    }
                }
            }
        }
    }
}
