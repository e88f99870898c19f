//! The kernels as plain loops: the definition of their bits, and the reference of their tests.

use super::{Conv, LANES, Real, sum_lanes};

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

/// Where an output sees the input along one axis at tap `u`, if that is not outside.
fn seen(conv: &Conv, axis: usize, i: usize, u: usize) -> Option<usize> {
    let place = i * conv.stride[axis] + u * conv.dilation[axis];
    place.checked_sub(conv.padding[axis]).filter(|place| *place < conv.input[axis])
}

/// The number of x that the output (i, j) sees at tap (u, v).
fn x_at<T: Real>(conv: &Conv, plane: &[T], [i, j]: [usize; 2], [u, v]: [usize; 2]) -> T {
    match (seen(conv, 0, i, u), seen(conv, 1, j, v)) {
        (Some(row), Some(column)) => plane[row * conv.input[1] + column],
        _ => T::default(),
    }
}

/// The number of dy whose output sees the input (row, column) at tap (u, v).
fn dy_at<T: Real>(conv: &Conv, dy: &[T], [row, column]: [usize; 2], [u, v]: [usize; 2], out: [usize; 2]) -> T {
    let which = |axis: usize, place: usize, tap| (0..out[axis]).find(|i| seen(conv, axis, *i, tap) == Some(place));
    match (which(0, row, u), which(1, column, v)) {
        (Some(i), Some(j)) => dy[i * out[1] + j],
        _ => T::default(),
    }
}

/// The pairs of numbers below two bounds, in order.
fn pairs([height, width]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..height * width).map(move |at| [at / width, at % width])
}

/// See [`super::conv2d`].
///
/// # Panics
/// When the sizes do not fit together.
pub fn conv2d<T: Real>(conv: &Conv, x: &[T], w: &[T], out: [usize; 2], y: &mut [T]) {
    let (from, to) = (conv.in_channels / conv.groups, conv.out_channels / conv.groups);
    let planes: Vec<&[T]> = x.chunks(conv.input[0] * conv.input[1]).collect();
    for (plane, y) in y.chunks_mut(out[0] * out[1]).enumerate() {
        let (sample, o) = (plane / conv.out_channels, plane % conv.out_channels);
        for (y, place) in y.iter_mut().zip(pairs(out)) {
            *y = T::default();
            for c in 0..from {
                let x = planes[sample * conv.in_channels + o / to * from + c];
                for (tap, [u, v]) in pairs(conv.kernel).enumerate() {
                    *y += x_at(conv, x, place, [u, v]) * w[(o * from + c) * conv.kernel[0] * conv.kernel[1] + tap];
                }
            }
        }
    }
}

/// See [`super::conv2d_input`].
///
/// # Panics
/// When the sizes do not fit together.
pub fn conv2d_input<T: Real>(conv: &Conv, dy: &[T], w: &[T], out: [usize; 2], dx: &mut [T]) {
    let (from, to) = (conv.in_channels / conv.groups, conv.out_channels / conv.groups);
    let planes: Vec<&[T]> = dy.chunks(out[0] * out[1]).collect();
    for (plane, dx) in dx.chunks_mut(conv.input[0] * conv.input[1]).enumerate() {
        let (sample, c) = (plane / conv.in_channels, plane % conv.in_channels);
        for (dx, place) in dx.iter_mut().zip(pairs(conv.input)) {
            *dx = T::default();
            for (tap, at) in pairs(conv.kernel).enumerate() {
                let mut sum = T::default();
                for o in c / from * to..(c / from + 1) * to {
                    let dy = planes[sample * conv.out_channels + o];
                    let w = w[(o * from + c % from) * conv.kernel[0] * conv.kernel[1] + tap];
                    sum += dy_at(conv, dy, place, at, out) * w;
                }
                *dx += sum;
            }
        }
    }
}

/// See [`super::conv2d_weight`].
///
/// # Panics
/// When the sizes do not fit together.
pub fn conv2d_weight<T: Real>(conv: &Conv, x: &[T], dy: &[T], out: [usize; 2], dw: &mut [T]) {
    let (from, to) = (conv.in_channels / conv.groups, conv.out_channels / conv.groups);
    let x: Vec<&[T]> = x.chunks(conv.input[0] * conv.input[1]).collect();
    let dy: Vec<&[T]> = dy.chunks(out[0] * out[1]).collect();
    for (plane, dw) in dw.chunks_mut(conv.kernel[0] * conv.kernel[1]).enumerate() {
        let (o, c) = (plane / from, plane % from);
        for (dw, tap) in dw.iter_mut().zip(pairs(conv.kernel)) {
            *dw = T::default();
            for sample in 0..conv.batch {
                let x = x[sample * conv.in_channels + o / to * from + c];
                let dy = dy[sample * conv.out_channels + o];
                for (dy, place) in dy.iter().zip(pairs(out)) {
                    *dw += x_at(conv, x, place, tap) * *dy;
                }
            }
        }
    }
}
