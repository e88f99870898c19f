use super::*;
use crate::analysis::support::{gap, normal, slant};
use crate::rng::Rng;
use ndarray::array;
use std::f64::consts::PI;

fn symmetric(n: usize, purpose: &str) -> Array2<f64> {
    let a = normal(n, n, purpose);
    (&a + &a.t()) / 2.0
}

/// The Laplacian of the path with n nodes; its eigenvalues are 2 - 2 cos(pi k / n), k = 0 .. n - 1.
fn path(n: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, n), |(i, j)| match i.abs_diff(j) {
        0 if i == 0 || i == n - 1 => 1.0,
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    })
}

/// Matrices that are hard on iterations: dependent, repeated, graded, sparse, huge, tiny.
fn hard(n: usize) -> Vec<(&'static str, Array2<f64>)> {
    let mut rng = Rng::new(n as u64, "hard");
    let half = normal(n, n.div_ceil(2), "half");
    let mut signs = Array2::from_shape_simple_fn((n, n), || f64::from(rng.sign()));
    signs = &signs + &signs.t();
    let sparse = symmetric(n, "sparse").mapv(|x| if x > 1.0 { x } else { 0.0 });
    vec![
        ("zero", Array2::zeros((n, n))),
        ("one", Array2::eye(n)),
        ("ones", Array2::ones((n, n))),
        ("tenths", Array2::from_elem((n, n), 0.1)),
        ("dependent", half.dot(&half.t())),
        ("blocks", Array2::from_shape_fn((n, n), |(i, j)| if i / 5 == j / 5 { 0.3 } else { 0.0 })),
        ("graded", Array2::from_shape_fn((n, n), |(i, j)| math::powi(10.0, -((i + j) as i32) / 2))),
        ("turned", Array2::from_shape_fn((n, n), |(i, j)| f64::from(u8::from(i + j + 1 == n)))),
        ("hilbert", Array2::from_shape_fn((n, n), |(i, j)| 1.0 / (i + j + 1) as f64)),
        ("signs", signs),
        ("sparse", sparse),
        ("huge", symmetric(n, "huge") * 1e200),
        ("tiny", symmetric(n, "tiny") * 1e-200),
        ("path", path(n)),
    ]
}

fn size(a: &Array2<f64>) -> f64 {
    a.iter().fold(f64::MIN_POSITIVE, |m, x| m.max(x.abs()))
}

#[test]
fn eigenvectors_rebuild_the_matrix() {
    for n in (1..=12).chain([31, 64]) {
        for (name, a) in hard(n).into_iter().chain([("random", symmetric(n, "eigen"))]) {
            let eigen = SymmetricEigen::new(a.view()).unwrap();
            let scale = size(&a) * n as f64;
            assert!(gap(&eigen.map(|x| x), &a) < 4e-15 * scale, "{name} {n}");
            assert!(slant(&eigen.vectors) < 1e-14 * (n as f64).max(10.0), "{name} {n}");
            assert!(eigen.values.windows(2).into_iter().all(|pair| pair[0] >= pair[1]), "{name} {n}");
        }
    }
}

#[test]
fn eigenvalues_of_paths_and_stars() {
    for n in [2, 3, 10, 57] {
        let eigen = SymmetricEigen::new(path(n).view()).unwrap();
        for (k, value) in eigen.values.iter().rev().enumerate() {
            let exact = 2.0 - 2.0 * math::cos(PI * k as f64 / n as f64);
            assert!((value - exact).abs() < 1e-13, "{n} {k}");
        }
        // The constant vector belongs to zero.
        let last = eigen.vectors.column(n - 1);
        assert!(last.iter().all(|x| (x - 1.0 / math::sqrt(n as f64)).abs() < 1e-13));
    }
    // A complete graph: n once repeated n - 1 times.
    let eigen = SymmetricEigen::new((Array2::<f64>::eye(7) * 7.0 - Array2::<f64>::ones((7, 7))).view()).unwrap();
    assert!(eigen.values.iter().take(6).all(|x| (x - 7.0).abs() < 1e-13) && eigen.values[6].abs() < 1e-13);
}

#[test]
fn signs_are_fixed() {
    for n in [2, 5, 20] {
        let a = symmetric(n, "signs");
        for v in SymmetricEigen::new(a.view()).unwrap().vectors.columns() {
            assert_eq!(sign_of(v.iter().copied()), 1.0);
        }
        for v in Svd::new(a.view()).unwrap().vt.rows() {
            assert_eq!(sign_of(v.iter().copied()), 1.0);
        }
    }
    assert_eq!(sign_of([1.0, -1.0].into_iter()), 1.0);
    assert_eq!(sign_of([-1.0, 1.0].into_iter()), -1.0);
}

#[test]
fn only_the_lower_triangle_is_read() {
    let mut a = symmetric(6, "lower");
    let eigen = SymmetricEigen::new(a.view()).unwrap();
    a[(0, 5)] = 1e9;
    assert_eq!(SymmetricEigen::new(a.view()).unwrap(), eigen);
}

#[test]
fn roots_of_matrices() {
    let half = normal(8, 12, "root");
    let a = half.dot(&half.t());
    let eigen = SymmetricEigen::new(a.view()).unwrap();
    let root = eigen.sqrt();
    assert!(gap(&root.dot(&root), &a) < 1e-13 * size(&a));
    let inverse = eigen.inverse_sqrt(0.0);
    assert!(gap(&inverse.dot(&a).dot(&inverse), &Array2::eye(8)) < 1e-12);
    let ridged = eigen.inverse_sqrt(0.5);
    assert!(gap(&ridged.dot(&(&a + &(Array2::<f64>::eye(8) * 0.5))).dot(&ridged), &Array2::eye(8)) < 1e-12);
    // Where the matrix is zero its inverse root is zero too.
    let flat = SymmetricEigen::new(array![[4.0, 0.0], [0.0, 0.0]].view()).unwrap();
    assert_eq!(flat.inverse_sqrt(0.0), array![[0.5, 0.0], [0.0, 0.0]]);
    assert_eq!(
        SymmetricEigen::new(Array2::<f64>::zeros((3, 3)).view()).unwrap().inverse_sqrt(0.0),
        Array2::zeros((3, 3))
    );
}

#[test]
fn singular_vectors_rebuild_the_matrix() {
    let check = |name: &str, a: &Array2<f64>| {
        let (m, n) = a.dim();
        let svd = Svd::new(a.view()).unwrap();
        let k = m.min(n);
        assert_eq!((svd.u.dim(), svd.values.len(), svd.vt.dim()), ((m, k), k, (k, n)));
        let scale = size(a) * math::sqrt((m * n) as f64);
        assert!(gap(&svd.of_rank(k), a) <= 1e-14 * scale, "{name} {m} {n}");
        assert!(slant(&svd.u) < 2e-14 && slant(&svd.vt.t().to_owned()) < 2e-14, "{name} {m} {n}");
        assert!(svd.values.windows(2).into_iter().all(|pair| pair[0] >= pair[1]), "{name} {m} {n}");
    };
    for n in (1..=12).chain([31, 64]) {
        hard(n).iter().for_each(|(name, a)| check(name, a));
        for other in [1, 3, 40] {
            check("wide or tall", &normal(n, other, "svd"));
            check("tall or wide", &normal(other, n, "svd"));
        }
        let low = normal(n + 3, 2, "left").dot(&normal(2, n, "right"));
        check("low", &low);
        assert_eq!(Svd::new(low.view()).unwrap().rank(1e-12), n.min(2), "{n}");
    }
    check("empty", &Array2::zeros((0, 3)));
    check("empty", &Array2::zeros((3, 0)));
}

#[test]
fn singular_values_in_closed_form() {
    // Of the ones they are n and zeros.
    let ones = Svd::new(Array2::<f32>::ones((5, 5)).view()).unwrap();
    assert!((ones.values[0] - 5.0).abs() < 1e-14 && ones.values.iter().skip(1).all(|x| *x == 0.0));
    // Of [[3, 0], [4, 5]] they are sqrt(45) and sqrt(5).
    let svd = Svd::new(array![[3.0, 0.0], [4.0, 5.0]].view()).unwrap();
    assert!((svd.values[0] - math::sqrt(45.0)).abs() < 1e-14 && (svd.values[1] - math::sqrt(5.0)).abs() < 1e-14);
    // Of a symmetric matrix they are the eigenvalues' sizes; its square root's squares.
    let a = symmetric(20, "closed");
    let mut sizes: Vec<f64> = SymmetricEigen::new(a.view()).unwrap().values.iter().map(|x| x.abs()).collect();
    sizes.sort_by(|x, y| y.total_cmp(x));
    let svd = Svd::new(a.view()).unwrap();
    assert!(svd.values.iter().zip(&sizes).all(|(x, y)| (x - y).abs() < 1e-13));
    // The best approximation misses by the values left out (Eckart and Young 1936).
    let missed = (&svd.of_rank(15) - &a).mapv(|x| x * x).sum();
    assert!((missed - svd.values.iter().skip(15).map(|x| x * x).sum::<f64>()).abs() < 1e-12);
}

#[test]
fn pseudo_inverses_fulfil_penrose() {
    for a in [normal(6, 4, "pinv"), normal(4, 6, "pinv"), normal(7, 2, "pinv").dot(&normal(2, 5, "pinv"))] {
        let inverse = Svd::new(a.view()).unwrap().pseudo_inverse(1e-12);
        let (left, right) = (a.dot(&inverse), inverse.dot(&a));
        assert!(gap(&left.dot(&a), &a) < 1e-13 && gap(&right.dot(&inverse), &inverse) < 1e-13);
        assert!(gap(&left, &left.t().to_owned()) < 1e-13 && gap(&right, &right.t().to_owned()) < 1e-13);
    }
}

#[test]
fn least_squares_leave_a_residual_at_right_angles() {
    let (a, b) = (normal(20, 5, "a"), normal(20, 3, "b"));
    let svd = Svd::new(a.view()).unwrap();
    let x = svd.solve(b.view(), 1e-12);
    assert!(size(&a.t().dot(&(a.dot(&x) - &b))) < 1e-12);
    assert!(gap(&x, &svd.pseudo_inverse(1e-12).dot(&b)) < 1e-13);
    // More unknowns than equations: solved exactly, by the shortest x.
    let wide = a.t().to_owned();
    let b = normal(5, 1, "b");
    let x = Svd::new(wide.view()).unwrap().solve(b.view(), 1e-12);
    assert!(gap(&wide.dot(&x), &b) < 1e-13);
    let null = normal(20, 1, "null");
    let null = &null - &a.dot(&svd.solve(null.view(), 1e-12));
    assert!((x.t().dot(&null))[(0, 0)].abs() < 1e-13);
}

#[test]
fn orthogonal_and_triangular_factors() {
    for (m, n) in [(1, 1), (5, 5), (9, 4), (4, 9), (0, 3), (3, 0)] {
        let a = normal(m, n, "qr");
        let Qr { q, r } = Qr::new(a.view()).unwrap();
        assert!(gap(&q.dot(&r), &a) < 1e-14 && slant(&q) < 1e-14);
        assert!(r.indexed_iter().all(|((i, j), x)| i < j || (i == j && *x >= 0.0) || *x == 0.0));
    }
    let Qr { q, r } = Qr::new(Array2::<f64>::ones((4, 3)).view()).unwrap();
    assert!(gap(&q.dot(&r), &Array2::ones((4, 3))) < 1e-14 && slant(&q) < 1e-14);
}

#[test]
fn general_eigenvalues() {
    // A cyclic shift has the roots of one.
    for n in [1, 2, 3, 4, 7, 16] {
        let shift = Array2::from_shape_fn((n, n), |(i, j)| f64::from(u8::from((i + 1) % n == j)));
        let values = eigenvalues(shift.view()).unwrap();
        for k in 0..n {
            let angle = 2.0 * PI * k as f64 / n as f64;
            let near = |z: &[f64; 2]| math::hypot(z[0] - math::cos(angle), z[1] - math::sin(angle)) < 1e-13;
            assert_eq!(values.iter().filter(|z| near(z)).count(), 1, "{n} {k}");
        }
        assert!((spectral_radius(shift.view()).unwrap() - 1.0).abs() < 1e-13);
    }
    // The companion of (x - 3)(x + 2)(x - 1).
    let companion = array![[2.0f32, 5.0, -6.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let values = eigenvalues(companion.view()).unwrap();
    for (z, exact) in values.iter().zip([3.0, -2.0, 1.0]) {
        assert!((z[0] - exact).abs() < 1e-13 && z[1].abs() < 1e-13);
    }
    // A turn by a right angle, twice as long.
    assert_eq!(eigenvalues(array![[0.0, -2.0], [2.0, 0.0]].view()).unwrap(), [[0.0, 2.0], [0.0, -2.0]]);
    // Trace and the trace of the square.
    let a = normal(30, 30, "general");
    let values = eigenvalues(a.view()).unwrap();
    let trace: f64 = values.iter().map(|z| z[0]).sum();
    let square: f64 = values.iter().map(|z| z[0] * z[0] - z[1] * z[1]).sum();
    assert!((trace - a.diag().sum()).abs() < 1e-12 && (square - a.dot(&a).diag().sum()).abs() < 1e-11);
    assert_eq!(spectral_radius(Array2::<f64>::zeros((0, 0)).view()), Ok(0.0));
    assert_eq!(spectral_radius(Array2::<f64>::zeros((4, 4)).view()), Ok(0.0));
}

#[test]
fn unfit_matrices_are_told() {
    let nan = array![[1.0, f64::NAN], [0.0, 1.0]];
    assert_eq!(SymmetricEigen::new(nan.t()).unwrap_err(), Unfit::NotFinite);
    assert_eq!(Svd::new(nan.view()).unwrap_err(), Unfit::NotFinite);
    assert_eq!(Qr::new(nan.view()).unwrap_err(), Unfit::NotFinite);
    assert_eq!(eigenvalues(nan.view()).unwrap_err(), Unfit::NotFinite);
    assert_eq!(Svd::new(array![[f64::INFINITY]].view()).unwrap_err(), Unfit::NotFinite);
    let oblong = Array2::<f64>::zeros((2, 3));
    assert_eq!(SymmetricEigen::new(oblong.view()).unwrap_err(), Unfit::NotSquare(2, 3));
    assert_eq!(eigenvalues(oblong.view()).unwrap_err(), Unfit::NotSquare(2, 3));
    assert!(SymmetricEigen::new(Array2::<f64>::zeros((0, 0)).view()).unwrap().values.is_empty());
    assert!(Unfit::NotSquare(2, 3).to_string().contains("2 x 3"));
}
