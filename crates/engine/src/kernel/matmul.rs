//! Matrix product by register blocks.

use super::Real;

/// Rows of a register block; its columns are the eight lanes.
const ROWS: usize = 4;
/// Rows of A that are packed at a time, in strips of [`ROWS`].
const HEIGHT: usize = 32;
/// Depth of what is packed: a strip of A and a panel of B stay in the first cache together.
const DEPTH: usize = 128;

/// out = A B, with A of `m` x `k`, B of `k` x `n`, row-major: each entry sums over k in order.
///
/// # Panics
/// When a matrix has another size.
pub fn matmul<T: Real>(m: usize, k: usize, n: usize, a: &[T], b: &[T], out: &mut [T]) {
    assert!(a.len() == m * k && b.len() == k * n && out.len() == m * n, "matmul with matrices of other sizes");
    out.fill(T::default());
    let mut strips = [[T::default(); ROWS]; HEIGHT / ROWS * DEPTH];
    let mut panel = [[T::default(); 8]; DEPTH];
    for p in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - p);
        let panel = &mut panel[..depth];
        for i in (0..m).step_by(HEIGHT) {
            let height = HEIGHT.min(m - i);
            for (row, strip) in (i..i + height).step_by(ROWS).zip(strips.chunks_exact_mut(depth)) {
                pack_strip(&a[row * k..], k, p, strip);
            }
            for j in (0..n).step_by(8) {
                let columns = 8.min(n - j);
                pack_panel(&b[p * n + j..], n, columns, panel);
                for (row, strip) in (i..i + height).step_by(ROWS).zip(strips.chunks_exact(depth)) {
                    let rows = ROWS.min(m - row);
                    block(strip, panel, &mut out[row * n + j..], n, rows, columns);
                }
            }
        }
    }
}

/// Takes a strip of A apart by columns, from column `p` on. Rows beyond the last become zeros: they are computed, and not
/// stored.
fn pack_strip<T: Real>(a: &[T], k: usize, p: usize, strip: &mut [[T; ROWS]]) {
    for r in 0..ROWS {
        match a.get(r * k + p..r * k + p + strip.len()) {
            Some(row) => strip.iter_mut().zip(row).for_each(|(column, x)| column[r] = *x),
            None => strip.iter_mut().for_each(|column| column[r] = T::default()),
        }
    }
}

/// Copies eight columns of B, or fewer and zeros.
fn pack_panel<T: Real>(b: &[T], n: usize, columns: usize, panel: &mut [[T; 8]]) {
    for (eight, row) in panel.iter_mut().zip(b.chunks(n)) {
        match row.first_chunk() {
            Some(row) if columns == 8 => *eight = *row,
            _ => {
                *eight = [T::default(); 8];
                eight.iter_mut().zip(&row[..columns]).for_each(|(eight, x)| *eight = *x);
            }
        }
    }
}

/// Adds the product of a strip of A and a panel of B to the block of `out` at its start, whose rows are `n` apart.
fn block<T: Real>(strip: &[[T; ROWS]], panel: &[[T; 8]], out: &mut [T], n: usize, rows: usize, columns: usize) {
    let mut held = [[T::default(); 8]; ROWS];
    for (held, out) in held.iter_mut().zip(out.chunks(n)).take(rows) {
        held.iter_mut().zip(&out[..columns]).for_each(|(held, x)| *held = *x);
    }
    let mut acc = held.map(|row| T::load(&row));
    for (column, eight) in strip.iter().zip(panel) {
        let b = T::load(eight);
        for r in 0..ROWS {
            acc[r] += T::splat(column[r]) * b;
        }
    }
    let held = acc.map(T::store);
    for (held, out) in held.iter().zip(out.chunks_mut(n)).take(rows) {
        out[..columns].iter_mut().zip(held).for_each(|(x, held)| *x = *held);
    }
}

/// Stand-in.
#[allow(clippy::too_many_arguments)]
pub fn gemm<T: Real>(m: usize, k: usize, n: usize, a: &[T], ta: bool, b: &[T], tb: bool, out: &mut [T]) {
    for i in 0..m {
        for j in 0..n {
            let mut s = T::default();
            for p in 0..k {
                s += a[if ta { p * m + i } else { i * k + p }] * b[if tb { j * k + p } else { p * n + j }];
            }
            out[i * n + j] = s;
        }
    }
}

/// Stand-in.
#[allow(clippy::too_many_arguments)]
pub fn gemm_inner<T: Real>(
    copies: usize,
    m: usize,
    k: usize,
    n: usize,
    a: &[T],
    ta: bool,
    b: &[T],
    tb: bool,
    a_shared: bool,
    b_shared: bool,
    out: &mut [T],
) {
    for c in 0..copies {
        for i in 0..m {
            for j in 0..n {
                let mut s = T::default();
                for p in 0..k {
                    let ia = if ta { p * m + i } else { i * k + p };
                    let ib = if tb { j * k + p } else { p * n + j };
                    s +=
                        a[if a_shared { ia } else { ia * copies + c }] * b[if b_shared { ib } else { ib * copies + c }];
                }
                out[(i * n + j) * copies + c] = s;
            }
        }
    }
}
