//! Matrix products by register blocks.
//!
//! Each entry of a product is the sum over k in order, from +0 on, with one rounding a multiplication and one an
//! addition. So no blocking, packing or transposition changes a bit.

use super::Real;
use super::matmul_small::{self as small, Shape};
use std::array::from_fn;

/// Rows of a register block. Four by eight numbers, eight vectors of 128 bits, leave registers for what comes in.
pub(super) const ROWS: usize = 4;
/// Columns of a register block.
pub(super) const COLUMNS: usize = 8;
/// The most of k that is packed at a time: a strip of A and a panel of B stay in the first cache.
pub(super) const DEPTH: usize = 384;
/// Numbers of two matrices that stay in the first cache: not worth packing.
const SMALL: usize = 8192;

/// Four rows of A, by columns.
type Strip<T> = [[T; ROWS]];
/// Eight columns of B, by rows.
type Panel<T> = [[T; COLUMNS]];

/// out = A B, with A of `m` x `k`, B of `k` x `n`, row-major: each entry sums over k in order.
///
/// # Panics
/// When a matrix has another size.
pub fn matmul<T: Real>(m: usize, k: usize, n: usize, a: &[T], b: &[T], out: &mut [T]) {
    gemm(m, k, n, a, false, b, false, out);
}

/// out = op(A) op(B), of `m` x `n`, row-major. op(A) is `m` x `k`; A is stored so, or transposed (as `k` x `m`) when `ta`
/// is set. op(B) is `k` x `n`; B is stored so, or transposed (as `n` x `k`) when `tb` is set. Each entry sums over k in
/// order, from +0 on.
///
/// # Panics
/// When a matrix has another size.
#[expect(clippy::too_many_arguments, reason = "the field's own list of what describes a product")]
pub fn gemm<T: Real>(m: usize, k: usize, n: usize, a: &[T], ta: bool, b: &[T], tb: bool, out: &mut [T]) {
    assert!(a.len() == m * k && b.len() == k * n && out.len() == m * n, "matmul with matrices of other sizes");
    if out.is_empty() || k == 0 {
        out.fill(T::default());
        return;
    }
    // A vector is the same either way.
    let (ta, tb) = (ta && m > 1 && k > 1, tb && n > 1 && k > 1);
    if n == 1 && ta {
        return small::product(Shape { m: 1, k, n: m }, b, false, a, out);
    }
    if m == 1 && tb {
        return small::product(Shape { m: n, k, n: 1 }, b, false, a, out);
    }
    let few = m < 2 * ROWS || n < small::LANES && !ta;
    if !tb && (few || m * k + k * n <= SMALL) {
        return small::product(Shape { m, k, n }, a, ta, b, out);
    }
    if tb && k * n <= SMALL / 2 && m * k <= SMALL / 2 {
        return small::product_turned(Shape { m, k, n }, a, ta, b, out);
    }
    let (a, b) = (Stored { numbers: a, along: ta, lines: m, k }, Stored { numbers: b, along: !tb, lines: n, k });
    // As many strips of A as stay in the second cache. Clearing more than needed would take longer than a small product.
    match m.div_ceil(ROWS) * depth(k) {
        0..=512 => pack_and_multiply::<T, 512>(&a, &b, out),
        513..=2048 => pack_and_multiply::<T, 2048>(&a, &b, out),
        2049..=4096 => pack_and_multiply::<T, 4096>(&a, &b, out),
        _ => pack_and_multiply::<T, 8192>(&a, &b, out),
    }
}

/// What is packed of k at a time, in equal parts.
fn depth(k: usize) -> usize {
    k.div_ceil(k.div_ceil(DEPTH))
}

// Not inlined: a caller with so much on its stack would touch every page of it in each call.
#[inline(never)]
fn pack_and_multiply<T: Real, const FOURS: usize>(a: &Stored<T>, b: &Stored<T>, out: &mut [T]) {
    packed(a, b, out, &mut [[T::default(); ROWS]; FOURS]);
}

/// A matrix as `lines` vectors of length `k`: the rows of op(A), or the columns of op(B).
pub(super) struct Stored<'a, T> {
    pub numbers: &'a [T],
    /// Whether neighbours in memory are of neighbouring lines.
    pub along: bool,
    pub lines: usize,
    pub k: usize,
}

impl<T: Real> Stored<'_, T> {
    /// [`Stored::pack`] of all lines, `W` at a time, from `p` on and `depth` deep.
    pub fn pack_all<const W: usize>(&self, p: usize, depth: usize, packed: &mut [[T; W]]) {
        for (line, packed) in (0..self.lines).step_by(W).zip(packed.chunks_exact_mut(depth.max(1))) {
            self.pack(line, p, packed);
        }
    }

    /// Copies `W` lines from `line` on, from `p` on, so that they lie side by side. Lines beyond the last become zeros:
    /// they are computed, and not stored.
    fn pack<const W: usize>(&self, line: usize, p: usize, packed: &mut [[T; W]]) {
        let lines = W.min(self.lines - line);
        if lines < W {
            packed.fill([T::default(); W]);
        }
        if self.along {
            let rows = self.numbers[p * self.lines..].chunks_exact(self.lines);
            for (packed, row) in packed.iter_mut().zip(rows) {
                if lines == W {
                    packed.copy_from_slice(&row[line..][..W]);
                } else {
                    packed.iter_mut().zip(&row[line..]).for_each(|(packed, x)| *packed = *x);
                }
            }
        } else if lines == W {
            turn(from_fn(|l| &self.numbers[(line + l) * self.k + p..][..packed.len()]), packed);
        } else {
            for l in 0..lines {
                let line = &self.numbers[(line + l) * self.k + p..];
                packed.iter_mut().zip(line).for_each(|(packed, x)| packed[l] = *x);
            }
        }
    }
}

/// Writes lines as columns. `W` is a multiple of four.
#[inline(always)]
pub(super) fn turn<T: Real, const W: usize>(lines: [&[T]; W], columns: &mut [[T; W]]) {
    let parts = lines.map(|line| line.as_chunks::<4>());
    let (blocks, rest) = columns.as_chunks_mut::<4>();
    for (q, block) in blocks.iter_mut().enumerate() {
        for l in (0..W).step_by(4) {
            let turned = T::transposed(from_fn(|i| parts[l + i].0[q]));
            for (column, four) in block.iter_mut().zip(turned) {
                column[l..l + 4].copy_from_slice(&four);
            }
        }
    }
    for (q, column) in rest.iter_mut().enumerate() {
        *column = from_fn(|l| parts[l].1[q]);
    }
}

/// The product, from a panel of B and as many strips of A as there is room for at a time.
#[inline(never)]
fn packed<T: Real>(a: &Stored<T>, b: &Stored<T>, out: &mut [T], strips: &mut Strip<T>) {
    let (m, k, n) = (a.lines, a.k, b.lines);
    let mut panel = [[T::default(); COLUMNS]; DEPTH];
    for p in (0..k).step_by(depth(k)) {
        let depth = depth(k).min(k - p);
        let panel = &mut panel[..depth];
        let height = strips.len() / depth * ROWS;
        for top in (0..m).step_by(height) {
            let rows = height.min(m - top);
            for (row, strip) in (top..top + rows).step_by(ROWS).zip(strips.chunks_exact_mut(depth)) {
                a.pack(row, p, strip);
            }
            for j in (0..n).step_by(COLUMNS) {
                b.pack(j, p, panel);
                tiles(strips, panel, [rows, COLUMNS.min(n - j)], &mut out[top * n + j..], n, p == 0);
            }
        }
    }
}

/// Puts the products of strips, `rows` rows in all, and a panel to `out`, whose rows are `n` apart, or adds them there.
pub(super) fn tiles<T: Real>(
    strips: &Strip<T>,
    panel: &Panel<T>,
    [rows, columns]: [usize; 2],
    out: &mut [T],
    n: usize,
    first: bool,
) {
    for (row, strip) in (0..rows).step_by(ROWS).zip(strips.chunks_exact(panel.len())) {
        let (rows, out) = (ROWS.min(rows - row), &mut out[row * n..]);
        if rows == ROWS && columns == COLUMNS {
            block(strip, panel, out, n, first);
        } else {
            edge(strip, panel, out, n, first, rows, columns);
        }
    }
}

/// Adds the product of a strip of A and a panel of B to what is held.
#[inline(always)]
fn multiply<T: Real>(strip: &Strip<T>, panel: &Panel<T>, mut acc: [T::Eight; ROWS]) -> [T::Eight; ROWS] {
    for (column, eight) in strip.iter().zip(panel) {
        let b = T::load(eight);
        for r in 0..ROWS {
            acc[r] += T::splat(column[r]) * b;
        }
    }
    acc
}

/// Puts the product of a strip and a panel to the start of `out`, whose rows are `n` apart, or adds it there.
#[inline(always)]
pub(super) fn block<T: Real>(strip: &Strip<T>, panel: &Panel<T>, out: &mut [T], n: usize, first: bool) {
    let mut acc = [T::splat(T::default()); ROWS];
    if !first {
        for (r, acc) in acc.iter_mut().enumerate() {
            if let Some(eight) = out[r * n..].first_chunk() {
                *acc = T::load(eight);
            }
        }
    }
    let acc = multiply::<T>(strip, panel, acc);
    for (r, acc) in acc.into_iter().enumerate() {
        if let Some(eight) = out[r * n..].first_chunk_mut() {
            *eight = T::store(acc);
        }
    }
}

/// [`block`] at the last rows and columns.
#[inline(never)]
fn edge<T: Real>(
    strip: &Strip<T>,
    panel: &Panel<T>,
    out: &mut [T],
    n: usize,
    first: bool,
    rows: usize,
    columns: usize,
) {
    let mut held = [T::default(); ROWS * COLUMNS];
    let rows = || (0..rows).map(|r| (r * n..r * n + columns, r * COLUMNS..r * COLUMNS + columns));
    if !first {
        rows().for_each(|(there, here)| held[here].copy_from_slice(&out[there]));
    }
    block(strip, panel, &mut held, COLUMNS, first);
    rows().for_each(|(there, here)| out[there].copy_from_slice(&held[here]));
}
