//! Systems with a symmetric positive definite matrix, by Cholesky's factors.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor};
use crate::kernel;

/// Fills the lower triangle of L with (A + A^T) / 2 = L L^T. A matrix that is not positive definite gives NaN.
fn factor<T: Float>(n: usize, a: &[T], l: &mut [T]) {
    for i in 0..n {
        let (above, row) = l.split_at_mut(i * n);
        for j in 0..=i {
            let mean = (a[i * n + j] + a[j * n + i]) * T::of(0.5);
            if j == i {
                let rest = mean - kernel::sum_sq(&row[..i]);
                // Zero as well: it would divide the rows below.
                row[i] = if rest > T::ZERO { rest.sqrt() } else { T::of(f64::NAN) };
            } else {
                let other = &above[j * n..][..n];
                row[j] = (mean - kernel::dot(&row[..j], &other[..j])) / other[j];
            }
        }
    }
}

/// The two sizes of matrices on the last two axes, and whether they are square.
fn square(shape: Shape) -> Result<usize, String> {
    match shape.dims() {
        [.., n, m] if n == m => Ok(*n),
        _ => Err(format!("shape {shape} is not of the form [..., n, n]")),
    }
}

/// The X of A X = B, for A of [..., n, n] and B of [..., n, m].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Solve;

impl Op for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (n, b) = (square(inputs[0])?, inputs[1]);
        let last = inputs[0].rank() - 1;
        let fits = b.rank() == last + 1 && b.dims()[..last] == inputs[0].dims()[..last];
        if fits {
            Ok(b)
        } else {
            Err(format!("a right side of shape {b} for matrices of {n} rows, shape {}", inputs[0]))
        }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [.., n, m] = *inputs[1].dims else { return };
        out.copy_from_slice(inputs[1].data);
        if out.is_empty() {
            return;
        }
        for (a, x) in inputs[0].data.chunks_exact(n * n).zip(out.chunks_exact_mut(n * m)) {
            factor(n, a, scratch);
            let l = &scratch[..n * n];
            for i in 0..n {
                let (above, row) = x.split_at_mut(i * m);
                above.chunks_exact(m).zip(&l[i * n..]).for_each(|(x, l)| kernel::axpy(-*l, x, &mut row[..m]));
                kernel::scale(T::ONE / l[i * n + i], &mut row[..m]);
            }
            for i in (0..n).rev() {
                let (row, below) = x[i * m..].split_at_mut(m);
                let column = l[i * n + i..].iter().step_by(n).skip(1);
                below.chunks_exact(m).zip(column).for_each(|(x, l)| kernel::axpy(-*l, x, row));
                kernel::scale(T::ONE / l[i * n + i], row);
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let db = at.inputs[0].solve(at.dy);
        let da = -db.matmul_t(at.y);
        // Only the symmetric part of A counts.
        vec![Some((da + da.transpose()) * 0.5), Some(db)]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        let n = inputs[0].last();
        n * n
    }
}

/// ln det A, for A of [..., n, n].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LnDet;

impl Op for LnDet {
    fn name(&self) -> &'static str {
        "ln_det"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        square(inputs[0])?;
        Ok(Shape::new(&inputs[0].dims()[..inputs[0].rank() - 2]))
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let n = inputs[0].dims[inputs[0].dims.len() - 1];
        out.fill(T::ZERO);
        if n == 0 {
            return;
        }
        for (a, out) in inputs[0].data.chunks_exact(n * n).zip(out) {
            factor(n, a, scratch);
            scratch.iter().step_by(n + 1).take(n).for_each(|l| *out += l.ln());
            *out = *out + *out;
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (a, rank) = (at.inputs[0], at.dy.shape().rank());
        let identity = a.graph().identity(a.shape().last()).broadcast_to(a.shape());
        vec![Some(a.solve(identity) * at.dy.unsqueeze(rank).unsqueeze(rank))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        let n = inputs[0].last();
        n * n
    }
}

impl<'g> Tensor<'g> {
    /// The X of A X = B for this tensor as A, symmetric and positive definite, by Cholesky's factors: of [..., n, n]
    /// with B of [..., n, m] it gives [..., n, m]. Only the symmetric part of A counts. If that is not positive
    /// definite to working precision, X is NaN: add a small multiple of the identity.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn solve(self, b: Self) -> Self {
        self.graph().push_op(Solve, &[self, b])
    }

    /// ln det A for this tensor as A, symmetric and positive definite: of [..., n, n] it gives [...]. See
    /// [`Tensor::solve`].
    ///
    /// # Panics
    /// When the last two axes are not equal.
    pub fn ln_det(self) -> Self {
        self.graph().push_op(LnDet, &[self])
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let [a, n, m] = std::array::from_fn(|_| size(rng));
    // Not symmetric on purpose: only the symmetric part counts.
    fn definite(x: Tensor<'_>) -> Tensor<'_> {
        x * 0.3 + x.graph().identity(x.shape().last()) * 2.0
    }
    vec![
        Example::new("solve", |x| definite(x[0]).solve(x[1])).with([a, n, n], -1.0, 1.0, rng).with(
            [a, n, m],
            -1.0,
            1.0,
            rng,
        ),
        Example::new("ln_det", |x| definite(x[0]).ln_det()).with([a, n, n], -1.0, 1.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;

    #[test]
    fn systems_by_hand() {
        let a = [4.0, 2.0, 2.0, 5.0];
        let x = values(|g| g.constant([2, 2], &a).solve(g.constant([2, 1], &[8.0, 12.0])));
        assert_eq!(x, [1.0, 2.0]);
        let skewed = values(|g| g.constant([2, 2], &[4.0, 1.0, 3.0, 5.0]).solve(g.constant([2, 1], &[8.0, 12.0])));
        assert_eq!(skewed, x);
        let ln_det = values(|g| g.constant([2, 2], &a).ln_det());
        assert!((ln_det[0] - libm::logf(16.0)).abs() < 1e-6);
        let identity =
            values(|g| g.constant([3, 2, 2], &[a; 3].concat()).solve(g.constant([3, 2, 2], &[a; 3].concat())));
        for inverse in identity.chunks_exact(4) {
            inverse.iter().zip([1.0, 0.0, 0.0, 1.0]).for_each(|(x, want)| assert!((x - want).abs() < 1e-6));
        }
    }

    #[test]
    fn what_is_not_positive_definite_gives_nan() {
        for a in [[1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 2.0, 1.0], [-1.0, 0.0, 0.0, 1.0]] {
            let x = values(|g| g.constant([2, 2], &a).solve(g.full([2, 1], 1.0)));
            assert!(x.iter().any(|x| x.is_nan()), "{x:?}");
            assert!(values(|g| g.constant([2, 2], &a).ln_det())[0].is_nan());
        }
        assert_eq!(values(|g| g.constant([0, 0], &[]).ln_det()), [0.0]);
    }
}
