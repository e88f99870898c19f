//! Small matrix products, from the matrices as they are: packing would take longer than the product.
//!
//! A tile of the product is kept in registers over all of k. Where a tile does not fit any more, the last one moves back
//! over entries that are there already: it finds the same bits again.

use super::Real;
use super::lanes::{Eights, Few, Lanes, starts, window};
use std::array::from_fn;

/// Rows of a tile, if the product has so many.
const ROWS: usize = 4;
/// The narrowest side that is worth lanes.
pub(super) const LANES: usize = 4;

/// A product of `m` x `k` and `k` x `n`.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

/// The left matrix, as it is stored.
trait Left<T>: Copy {
    /// `R` rows from `row` on, column by column.
    fn columns<const R: usize>(self, row: usize) -> impl Iterator<Item = [T; R]>;
}

/// Stored as `m` x `k`.
#[derive(Clone, Copy)]
struct Rows<'a, T> {
    a: &'a [T],
    k: usize,
}

impl<T: Real> Left<T> for Rows<'_, T> {
    #[inline(always)]
    fn columns<const R: usize>(self, row: usize) -> impl Iterator<Item = [T; R]> {
        let rows: [&[T]; R] = from_fn(|r| &self.a[(row + r) * self.k..][..self.k]);
        (0..self.k).map(move |p| from_fn(|r| rows[r][p]))
    }
}

/// Stored as `k` x `m`.
#[derive(Clone, Copy)]
struct Columns<'a, T> {
    a: &'a [T],
    m: usize,
}

impl<T: Real> Left<T> for Columns<'_, T> {
    #[inline(always)]
    fn columns<const R: usize>(self, row: usize) -> impl Iterator<Item = [T; R]> {
        self.a.chunks_exact(self.m).map(move |column| {
            let column = &column[row..][..R];
            from_fn(|r| column[r])
        })
    }
}

/// op(A) B, with B stored as `k` x `n`.
pub(super) fn product<T: Real>(shape: Shape, a: &[T], ta: bool, b: &[T], out: &mut [T]) {
    if ta {
        rows(shape, Columns { a, m: shape.m }, b, out);
    } else {
        rows(shape, Rows { a, k: shape.k }, b, out);
    }
}

/// op(A) B^T, with B stored as `n` x `k`, of at most 4096 numbers: it is turned first.
pub(super) fn product_turned<T: Real>(shape: Shape, a: &[T], ta: bool, b: &[T], out: &mut [T]) {
    match b.len() {
        0..=64 => turn_and_multiply::<T, 64>(shape, a, ta, b, out),
        65..=512 => turn_and_multiply::<T, 512>(shape, a, ta, b, out),
        _ => turn_and_multiply::<T, 4096>(shape, a, ta, b, out),
    }
}

// Not inlined: each length has its own, and the stack of the largest would be paid for by all.
#[inline(never)]
fn turn_and_multiply<T: Real, const LENGTH: usize>(shape: Shape, a: &[T], ta: bool, b: &[T], out: &mut [T]) {
    let mut turned = [T::default(); LENGTH];
    let turned = &mut turned[..b.len()];
    transpose(b, shape.k, turned);
    product(shape, a, ta, turned, out);
}

/// Writes rows of `k` numbers as columns.
fn transpose<T: Real>(rows: &[T], k: usize, out: &mut [T]) {
    let n = rows.len() / k;
    let (mut blocks, mut j) = (rows.chunks_exact(4 * k), 0);
    for block in blocks.by_ref() {
        let lines: [&[T]; 4] = from_fn(|l| &block[l * k..][..k]);
        let parts = lines.map(|line| line.as_chunks::<4>());
        let mut targets = out.chunks_exact_mut(n);
        for q in 0..k / 4 {
            let turned = T::transposed(from_fn(|l| parts[l].0[q]));
            for (four, target) in turned.into_iter().zip(targets.by_ref()) {
                target[j..][..4].copy_from_slice(&four);
            }
        }
        for (q, target) in targets.enumerate() {
            target[j..][..4].copy_from_slice(&from_fn::<_, 4, _>(|l| parts[l].1[q]));
        }
        j += 4;
    }
    for line in blocks.remainder().chunks_exact(k) {
        for (x, target) in line.iter().zip(out.chunks_exact_mut(n)) {
            target[j] = *x;
        }
        j += 1;
    }
}

#[inline(always)]
fn rows<T: Real>(shape: Shape, a: impl Left<T>, b: &[T], out: &mut [T]) {
    match shape.n {
        1 => whole_rows::<T, Few<T, 1>, 1>(shape.m, a, b, out),
        2 => whole_rows::<T, Few<T, 2>, 2>(shape.m, a, b, out),
        3 => whole_rows::<T, Few<T, 3>, 3>(shape.m, a, b, out),
        4 => whole_rows::<T, Few<T, 4>, 4>(shape.m, a, b, out),
        5..8 => tiles::<T, Few<T, 4>, 4>(shape, a, b, out),
        8 => whole_rows::<T, Eights<T, 1>, 8>(shape.m, a, b, out),
        32.. if shape.m < ROWS => tiles::<T, Eights<T, 4>, 32>(shape, a, b, out),
        _ => tiles::<T, Eights<T, 1>, 8>(shape, a, b, out),
    }
}

/// The product whose rows are as wide as a tile: then all is contiguous.
#[inline(always)]
fn whole_rows<T: Real, L: Lanes<T, W>, const W: usize>(m: usize, a: impl Left<T>, b: &[T], out: &mut [T]) {
    let (b, out) = (b.as_chunks::<W>().0, out.as_chunks_mut::<W>().0);
    if m < ROWS {
        for (row, out) in out.iter_mut().enumerate() {
            let [acc] = tile::<T, L, W, 1>(a.columns(row), b.iter());
            *out = acc.numbers();
        }
    } else {
        for row in starts(m, ROWS) {
            let acc = tile::<T, L, W, ROWS>(a.columns(row), b.iter());
            for (out, acc) in out[row..][..ROWS].iter_mut().zip(acc) {
                *out = acc.numbers();
            }
        }
    }
}

/// The product by tiles.
#[inline(always)]
fn tiles<T: Real, L: Lanes<T, W>, const W: usize>(shape: Shape, a: impl Left<T>, b: &[T], out: &mut [T]) {
    if shape.m < ROWS {
        for row in 0..shape.m {
            row_of_tiles::<T, L, W, 1>(shape.n, a, row, b, out);
        }
    } else {
        for row in starts(shape.m, ROWS) {
            row_of_tiles::<T, L, W, ROWS>(shape.n, a, row, b, out);
        }
    }
}

#[inline(always)]
fn row_of_tiles<T: Real, L: Lanes<T, W>, const W: usize, const R: usize>(
    n: usize,
    a: impl Left<T>,
    row: usize,
    b: &[T],
    out: &mut [T],
) {
    for j in starts(n, W) {
        let acc = tile::<T, L, W, R>(a.columns(row), b.chunks_exact(n).map(|line| window(&line[j..])));
        for (acc, out) in acc.into_iter().zip(out[row * n..].chunks_exact_mut(n)) {
            out[j..][..W].copy_from_slice(&acc.numbers());
        }
    }
}

#[inline(always)]
fn tile<'a, T: Real, L: Lanes<T, W>, const W: usize, const R: usize>(
    a: impl Iterator<Item = [T; R]>,
    b: impl Iterator<Item = &'a [T; W]>,
) -> [L; R] {
    let mut acc = [L::splat(T::default()); R];
    for (column, line) in a.zip(b) {
        let line = L::of(line);
        for r in 0..R {
            acc[r].add_product(L::splat(column[r]), line);
        }
    }
    acc
}
