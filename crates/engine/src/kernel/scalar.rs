//! The kernels as plain loops: the definition of their bits, and the reference of their tests.

use super::{LANES, Real, sum_lanes};

/// See [`super::dot`].
///
/// # Panics
/// When the lengths differ.
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    assert_eq!(a.len(), b.len(), "dot of vectors of different lengths");
    let mut lanes = [T::default(); LANES];
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        lanes[i % LANES] += *a * *b;
    }
    sum_lanes(lanes)
}

/// See [`super::sum`].
pub fn sum<T: Real>(a: &[T]) -> T {
    let mut lanes = [T::default(); LANES];
    for (i, a) in a.iter().enumerate() {
        lanes[i % LANES] += *a;
    }
    sum_lanes(lanes)
}

/// See [`super::sum_sq`].
pub fn sum_sq<T: Real>(a: &[T]) -> T {
    dot(a, a)
}

/// See [`super::max`].
pub fn max<T: Real>(a: &[T]) -> T {
    a.iter().fold(T::LOWEST, |m, x| if *x > m { *x } else { m })
}

/// See [`super::axpy`].
///
/// # Panics
/// When the lengths differ.
pub fn axpy<T: Real>(alpha: T, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "axpy of vectors of different lengths");
    for (x, y) in x.iter().zip(y) {
        *y += alpha * *x;
    }
}

/// See [`super::scale`].
pub fn scale<T: Real>(alpha: T, y: &mut [T]) {
    for y in y {
        *y = alpha * *y;
    }
}

/// See [`super::gemv`].
///
/// # Panics
/// When A has another size.
pub fn gemv<T: Real>(a: &[T], x: &[T], out: &mut [T]) {
    assert_eq!(a.len(), x.len() * out.len(), "gemv with a matrix of another size");
    for (r, out) in out.iter_mut().enumerate() {
        *out = dot(&a[r * x.len()..(r + 1) * x.len()], x);
    }
}

/// See [`super::gemv_t`].
///
/// # Panics
/// When A has another size.
pub fn gemv_t<T: Real>(a: &[T], x: &[T], out: &mut [T]) {
    assert_eq!(a.len(), x.len() * out.len(), "gemv_t with a matrix of another size");
    out.fill(T::default());
    for (r, x) in x.iter().enumerate() {
        axpy(*x, &a[r * out.len()..(r + 1) * out.len()], out);
    }
}

/// See [`super::matmul`].
///
/// # Panics
/// When a matrix has another size.
pub fn matmul<T: Real>(m: usize, k: usize, n: usize, a: &[T], b: &[T], out: &mut [T]) {
    assert!(a.len() == m * k && b.len() == k * n && out.len() == m * n, "matmul with matrices of other sizes");
    out.fill(T::default());
    for i in 0..m {
        for p in 0..k {
            for j in 0..n {
                out[i * n + j] += a[i * k + p] * b[p * n + j];
            }
        }
    }
}

/// See [`super::gemm`].
///
/// # Panics
/// When a matrix has another size.
#[expect(clippy::too_many_arguments, reason = "the field's own list of what describes a product")]
pub fn gemm<T: Real>(m: usize, k: usize, n: usize, a: &[T], ta: bool, b: &[T], tb: bool, out: &mut [T]) {
    assert!(a.len() == m * k && b.len() == k * n && out.len() == m * n, "matmul with matrices of other sizes");
    for i in 0..m {
        for j in 0..n {
            let mut sum = T::default();
            for p in 0..k {
                let a = if ta { a[p * m + i] } else { a[i * k + p] };
                let b = if tb { b[j * k + p] } else { b[p * n + j] };
                sum += a * b;
            }
            out[i * n + j] = sum;
        }
    }
}
