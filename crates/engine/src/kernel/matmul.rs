//! Matrix product by register blocks.

use super::Real;

/// Rows of a block; its columns are the eight lanes.
const ROWS: usize = 4;
/// Depth of a packed panel of B: 8 columns of it fit the first cache with room to spare.
const DEPTH: usize = 256;

/// out = A B, with A of `m` x `k`, B of `k` x `n`, row-major: each entry sums over k in order.
///
/// # Panics
/// When a matrix has another size.
pub fn matmul<T: Real>(m: usize, k: usize, n: usize, a: &[T], b: &[T], out: &mut [T]) {
    assert!(a.len() == m * k && b.len() == k * n && out.len() == m * n, "matmul with matrices of other sizes");
    out.fill(T::default());
    if n == 0 {
        return;
    }
    let mut panel = [[T::default(); 8]; DEPTH];
    for p in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - p);
        for j in (0..n).step_by(8) {
            let columns = 8.min(n - j);
            // Columns beyond the last stay zero: they are computed, and not stored.
            for (eight, row) in panel.iter_mut().zip(b[p * n..].chunks_exact(n)).take(depth) {
                eight[..columns].copy_from_slice(&row[j..j + columns]);
                eight[columns..].fill(T::default());
            }
            let panel = &panel[..depth];
            let mut i = 0;
            while i + ROWS <= m {
                let rows = std::array::from_fn(|r| &a[(i + r) * k + p..][..depth]);
                block::<T, ROWS>(rows, panel, &mut out[i * n + j..], n, columns);
                i += ROWS;
            }
            while i < m {
                block::<T, 1>([&a[i * k + p..][..depth]], panel, &mut out[i * n + j..], n, columns);
                i += 1;
            }
        }
    }
}

/// Adds the product of `R` rows of A and a panel of B to a block of `out`, whose rows are `stride` apart.
#[inline(always)]
fn block<T: Real, const R: usize>(rows: [&[T]; R], panel: &[[T; 8]], out: &mut [T], stride: usize, columns: usize) {
    let mut acc: [T::Eight; R] = std::array::from_fn(|r| {
        let mut eight = [T::default(); 8];
        eight[..columns].copy_from_slice(&out[r * stride..][..columns]);
        T::load(&eight)
    });
    let rows = rows.map(|row| &row[..panel.len()]);
    for (q, eight) in panel.iter().enumerate() {
        let b = T::load(eight);
        for r in 0..R {
            acc[r] += T::splat(rows[r][q]) * b;
        }
    }
    for r in 0..R {
        out[r * stride..][..columns].copy_from_slice(&T::store(acc[r])[..columns]);
    }
}
