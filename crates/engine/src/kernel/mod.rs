//! Sums and products on slices, in fixed lanes.
//!
//! A sum of many terms is kept in [`LANES`] partial sums: term i goes to lane i mod [`LANES`], in order of i. At the end
//! the lanes are folded in halves (lane l takes lane l + 8, then l + 4, ...). This fixes every rounding, whatever the
//! machine's vectors are. [`scalar`] says the same in plain loops and gives the same bits; it is the tested reference.
//!
//! An entry of a matrix product, of a convolution or of a pooling is one sum in order instead; its docstring says in which.
//!
//! All functions take `f32` and `f64`. Matrices are row-major slices. Sums of whole numbers are exact as long as no
//! partial sum leaves the exact range (2^24 for `f32`).

mod conv;
mod conv_frame;
mod lanes;
mod matmul;
mod matmul_copies;
mod matmul_small;
mod pool;
pub mod scalar;

pub use conv::{Conv, conv2d, conv2d_input, conv2d_weight};
pub use matmul::{gemm, matmul};
pub use matmul_copies::gemm_inner;
pub use pool::{Pool, max_pool_index, mean_pool, mean_pool_input};

use std::ops::{Add, AddAssign, Mul, Sub};
use wide::{f32x4, f32x8, f64x4, f64x8};

/// Number of partial sums.
pub const LANES: usize = 16;

/// Groups of eight lanes.
const GROUPS: usize = LANES / 8;

/// A floating-point type with lanes: `f32` or `f64`.
pub trait Real:
    Copy + Default + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + AddAssign + 'static
{
    /// Eight of them.
    type Eight: Copy + Add<Output = Self::Eight> + Mul<Output = Self::Eight> + AddAssign;
    /// Minus infinity.
    const LOWEST: Self;
    /// Eight numbers as lanes.
    fn load(numbers: &[Self; 8]) -> Self::Eight;
    /// Lanes as eight numbers.
    fn store(lanes: Self::Eight) -> [Self; 8];
    /// One number in all lanes.
    fn splat(number: Self) -> Self::Eight;
    /// The larger of each pair: a where a > b, else b.
    fn larger(a: Self::Eight, b: Self::Eight) -> Self::Eight;
    /// Rows as columns.
    fn transposed(rows: [[Self; 4]; 4]) -> [[Self; 4]; 4];
}

macro_rules! real {
    ($real:ty, $eight:ty, $four:ty) => {
        impl Real for $real {
            type Eight = $eight;
            const LOWEST: Self = Self::NEG_INFINITY;
            #[inline(always)]
            fn load(numbers: &[Self; 8]) -> $eight {
                <$eight>::new(*numbers)
            }
            #[inline(always)]
            fn store(lanes: $eight) -> [Self; 8] {
                lanes.to_array()
            }
            #[inline(always)]
            fn splat(number: Self) -> $eight {
                <$eight>::splat(number)
            }
            #[inline(always)]
            fn larger(a: $eight, b: $eight) -> $eight {
                a.simd_gt(b).select(a, b)
            }
            #[inline(always)]
            fn transposed(rows: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
                <$four>::transpose(rows.map(<$four>::new)).map(<$four>::to_array)
            }
        }
    };
}

real!(f32, f32x8, f32x4);
real!(f64, f64x8, f64x4);

/// Folds the lanes in halves.
#[inline(always)]
pub(crate) fn sum_lanes<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// What is summed over pairs, in lanes and one by one.
trait Term {
    fn of<V: Copy + Mul<Output = V>>(a: V, b: V) -> V;
}

struct Product;
impl Term for Product {
    #[inline(always)]
    fn of<V: Copy + Mul<Output = V>>(a: V, b: V) -> V {
        a * b
    }
}

struct First;
impl Term for First {
    #[inline(always)]
    fn of<V: Copy + Mul<Output = V>>(a: V, _: V) -> V {
        a
    }
}

/// The sum of the term over pairs of entries.
#[inline(always)]
fn reduce<T: Real, F: Term>(a: &[T], b: &[T]) -> T {
    let mut acc = [T::splat(T::default()); GROUPS];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
        for g in 0..GROUPS {
            acc[g] += F::of(T::load(&a[g]), T::load(&b[g]));
        }
    }
    if a_rest.is_empty() { sum_groups::<T>(acc) } else { sum_with_rest::<T, F>(acc, a_rest, b_rest) }
}

/// [`sum_lanes`] of the groups.
#[inline(always)]
fn sum_groups<T: Real>(acc: [T::Eight; GROUPS]) -> T {
    let e = T::store(acc[0] + acc[1]);
    ((e[0] + e[4]) + (e[2] + e[6])) + ((e[1] + e[5]) + (e[3] + e[7]))
}

/// Adds a part of a block to the lanes before they are folded.
#[inline(never)]
fn sum_with_rest<T: Real, F: Term>(acc: [T::Eight; GROUPS], a: &[T], b: &[T]) -> T {
    let mut lanes = [T::default(); LANES];
    for (eight, acc) in lanes.as_chunks_mut::<8>().0.iter_mut().zip(acc) {
        *eight = T::store(acc);
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
        *lane += F::of(*a, *b);
    }
    sum_lanes(lanes)
}

/// Sum of a_i b_i.
///
/// # Panics
/// When the lengths differ.
#[inline]
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    assert_eq!(a.len(), b.len(), "dot of vectors of different lengths");
    reduce::<T, Product>(a, b)
}

/// Sum of the numbers.
pub fn sum<T: Real>(a: &[T]) -> T {
    reduce::<T, First>(a, a)
}

/// Sum of the squares.
pub fn sum_sq<T: Real>(a: &[T]) -> T {
    reduce::<T, Product>(a, a)
}

/// The largest number; minus infinity for the empty slice. NaN is passed over.
pub fn max<T: Real>(a: &[T]) -> T {
    let mut acc = [T::splat(T::LOWEST); GROUPS];
    let (blocks, rest) = a.as_chunks::<LANES>();
    for block in blocks {
        for (acc, eight) in acc.iter_mut().zip(block.as_chunks::<8>().0) {
            *acc = T::larger(T::load(eight), *acc);
        }
    }
    let eight = T::store(T::larger(acc[0], acc[1]));
    eight.iter().chain(rest).fold(T::LOWEST, |m, x| if *x > m { *x } else { m })
}

/// y_i += alpha x_i.
///
/// # Panics
/// When the lengths differ.
pub fn axpy<T: Real>(alpha: T, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "axpy of vectors of different lengths");
    let (x_eights, x_rest) = x.as_chunks::<8>();
    let (y_eights, y_rest) = y.as_chunks_mut::<8>();
    for (x, y) in x_eights.iter().zip(y_eights) {
        *y = T::store(T::load(y) + T::splat(alpha) * T::load(x));
    }
    scalar::axpy(alpha, x_rest, y_rest);
}

/// y_i = alpha y_i.
pub fn scale<T: Real>(alpha: T, y: &mut [T]) {
    let (eights, rest) = y.as_chunks_mut::<8>();
    for eight in eights {
        *eight = T::store(T::splat(alpha) * T::load(eight));
    }
    scalar::scale(alpha, rest);
}

/// out = A x, with A of `out.len()` rows and `x.len()` columns: each entry has the bits of [`dot`] of its row with x.
///
/// # Panics
/// When A has another size.
pub fn gemv<T: Real>(a: &[T], x: &[T], out: &mut [T]) {
    assert_eq!(a.len(), x.len() * out.len(), "gemv with a matrix of another size");
    if x.is_empty() {
        out.fill(T::default());
        return;
    }
    for (row, out) in a.chunks_exact(x.len()).zip(out) {
        *out = dot(row, x);
    }
}

/// out = A^T x, with A of `x.len()` rows and `out.len()` columns: each entry sums over the rows in order.
///
/// # Panics
/// When A has another size.
pub fn gemv_t<T: Real>(a: &[T], x: &[T], out: &mut [T]) {
    assert_eq!(a.len(), x.len() * out.len(), "gemv_t with a matrix of another size");
    out.fill(T::default());
    if out.is_empty() {
        return;
    }
    let columns = out.len();
    let mut rows = a.chunks_exact(4 * columns);
    let mut weights = x.chunks_exact(4);
    // Four rows at a time: the sums stay in registers meanwhile.
    for (four, w) in rows.by_ref().zip(weights.by_ref()) {
        let (first, second) = four.split_at(2 * columns);
        let (r, s) = (first.split_at(columns), second.split_at(columns));
        axpy4([w[0], w[1], w[2], w[3]], [r.0, r.1, s.0, s.1], out);
    }
    for (row, w) in rows.remainder().chunks_exact(columns).zip(weights.remainder()) {
        axpy(*w, row, out);
    }
}

/// Four [`axpy`] in one pass, in order.
#[inline(always)]
fn axpy4<T: Real>(w: [T; 4], x: [&[T]; 4], y: &mut [T]) {
    let eights = x.map(|x| x.as_chunks::<8>());
    let (y_eights, y_rest) = y.as_chunks_mut::<8>();
    let wide = w.map(T::splat);
    let rows = eights[0].0.iter().zip(eights[1].0).zip(eights[2].0.iter().zip(eights[3].0));
    for (y, ((a, b), (c, d))) in y_eights.iter_mut().zip(rows) {
        let sum = T::load(y) + wide[0] * T::load(a);
        let sum = sum + wide[1] * T::load(b);
        let sum = sum + wide[2] * T::load(c);
        *y = T::store(sum + wide[3] * T::load(d));
    }
    for (w, (_, rest)) in w.iter().zip(eights) {
        scalar::axpy(*w, rest, y_rest);
    }
}

#[cfg(test)]
mod tests;
