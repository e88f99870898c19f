//! Many matrix products of one shape, side by side: the lanes are the copies.
//!
//! Where the lanes or a tile do not fit any more, the last ones move back over entries that are there already: they find
//! the same bits again.

use super::Real;
use super::gemm;
use super::lanes::{Eights, Few, Lanes, starts, window};

/// `copies` products out = op(A) op(B) as [`super::gemm`] describes them, the copy being the innermost axis: A has
/// `copies` numbers in the place of each entry, and so have B and `out`. A shared matrix has no such axis: all copies use
/// the same. Each product has the bits it has alone. For many copies of very narrow matrices.
///
/// # Panics
/// When a matrix has another size.
#[expect(clippy::too_many_arguments, reason = "the list of a product, and who shares what")]
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
    let width = |shared| if shared { 1 } else { copies };
    assert!(
        a.len() == m * k * width(a_shared) && b.len() == k * n * width(b_shared) && out.len() == m * n * copies,
        "matmul with matrices of other sizes"
    );
    if out.is_empty() || k == 0 {
        out.fill(T::default());
        return;
    }
    if a_shared && b_shared {
        // Backwards, so that no number is written over before it is read.
        gemm(m, k, n, a, ta, b, tb, &mut out[..m * n]);
        for i in (0..m * n).rev() {
            let x = out[i];
            out[i * copies..][..copies].fill(x);
        }
        return;
    }
    let a = Operand::new(a, k, m, ta, width(a_shared));
    let b = Operand::new(b, k, n, !tb, width(b_shared));
    let sizes = Sizes { copies, m, n };
    match (a_shared, b_shared) {
        (false, false) => sizes.product::<T, false, false>(a, b, out),
        (true, _) => sizes.product::<T, true, false>(a, b, out),
        (_, true) => sizes.product::<T, false, true>(a, b, out),
    }
}

/// The rows of op(A), or the columns of op(B), as vectors of length k.
#[derive(Clone, Copy)]
struct Operand<'a, T> {
    numbers: &'a [T],
    /// Whether the vectors lie side by side, not one after the other.
    along: bool,
    k: usize,
    /// Numbers from a p to the next.
    step: usize,
    /// Numbers from a vector to the next.
    line: usize,
}

impl<'a, T: Real> Operand<'a, T> {
    fn new(numbers: &'a [T], k: usize, lines: usize, along: bool, width: usize) -> Self {
        let (step, line) = if along { (lines * width, width) } else { (width, k * width) };
        Self { numbers, along, k, step, line }
    }

    /// A vector, for the copies from `copy` on or, if it is shared, for all.
    #[inline(always)]
    fn one<L: Lanes<T, W>, const W: usize, const SHARED: bool>(
        self,
        line: usize,
        copy: usize,
    ) -> impl Iterator<Item = [L; 1]> {
        let place = line * self.line;
        let (start, inside) = if self.along { (0, place) } else { (place, 0) };
        let (inside, width) = if SHARED { (inside, 1) } else { (inside + copy, W) };
        // Said here, it need not be looked at in the loop.
        assert!(inside + width <= self.step);
        let steps = self.numbers[start..][..self.k * self.step].chunks_exact(self.step);
        steps.map(move |step| if SHARED { [L::splat(step[inside])] } else { [L::of(window(&step[inside..]))] })
    }

    #[inline(always)]
    fn two<L: Lanes<T, W>, const W: usize, const SHARED: bool>(
        self,
        line: usize,
        copy: usize,
    ) -> impl Iterator<Item = [L; 2]> {
        self.one::<L, W, SHARED>(line, copy).zip(self.one::<L, W, SHARED>(line + 1, copy)).map(|([a], [b])| [a, b])
    }
}

struct Sizes {
    copies: usize,
    m: usize,
    n: usize,
}

impl Sizes {
    fn product<T: Real, const A: bool, const B: bool>(&self, a: Operand<T>, b: Operand<T>, out: &mut [T]) {
        match self.copies {
            1..4 => self.tiles::<T, Few<T, 1>, 1, A, B>(a, b, out),
            4..8 => self.tiles::<T, Few<T, 4>, 4, A, B>(a, b, out),
            _ => self.tiles::<T, Eights<T, 1>, 8, A, B>(a, b, out),
        }
    }

    /// All tiles, of two by two if it can be.
    fn tiles<T: Real, L: Lanes<T, W>, const W: usize, const A: bool, const B: bool>(
        &self,
        a: Operand<T>,
        b: Operand<T>,
        out: &mut [T],
    ) {
        let (rows, columns) = (self.m.min(2), self.n.min(2));
        for copy in starts(self.copies, W) {
            for i in starts(self.m, rows) {
                for j in starts(self.n, columns) {
                    let out = &mut out[(i * self.n + j) * self.copies + copy..];
                    match (rows, columns) {
                        (2, 2) => self.tile(a.two::<L, W, A>(i, copy), b.two::<L, W, B>(j, copy), out),
                        (2, _) => self.tile(a.two::<L, W, A>(i, copy), b.one::<L, W, B>(j, copy), out),
                        (_, 2) => self.tile(a.one::<L, W, A>(i, copy), b.two::<L, W, B>(j, copy), out),
                        _ => self.tile(a.one::<L, W, A>(i, copy), b.one::<L, W, B>(j, copy), out),
                    }
                }
            }
        }
    }

    /// A tile of the products of some copies, written to where `out` starts.
    #[inline(always)]
    fn tile<T: Real, L: Lanes<T, W>, const W: usize, const R: usize, const C: usize>(
        &self,
        a: impl Iterator<Item = [L; R]>,
        b: impl Iterator<Item = [L; C]>,
        out: &mut [T],
    ) {
        let mut acc = [[L::splat(T::default()); C]; R];
        for (a, b) in a.zip(b) {
            for r in 0..R {
                for c in 0..C {
                    acc[r][c].add_product(a[r], b[c]);
                }
            }
        }
        for (r, acc) in acc.into_iter().enumerate() {
            for (c, acc) in acc.into_iter().enumerate() {
                out[(r * self.n + c) * self.copies..][..W].copy_from_slice(&acc.numbers());
            }
        }
    }
}
