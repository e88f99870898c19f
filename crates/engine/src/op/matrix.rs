//! Diagonals, triangles, outer products: what matrices need besides the product, made of other operators.

use crate::graph::{Graph, Shape, Tensor};

impl Graph {
    /// The whole numbers from 0 to n - 1.
    pub fn range(&self, n: usize) -> Tensor<'_> {
        self.table([n], |i| i as f32)
    }

    /// The identity matrix [n, n].
    pub fn identity(&self, n: usize) -> Tensor<'_> {
        self.table([n, n], |i| f32::from(i / n == i % n))
    }

    /// 1 on and below a diagonal, else 0: entry (i, j) is 1 for j <= i + `above`. As a mask, [n, n] with 0 lets each
    /// position look at itself and back.
    pub fn lower_triangle(&self, rows: usize, columns: usize, above: isize) -> Tensor<'_> {
        self.table([rows, columns], |i| {
            let (row, column) = (i / columns, i % columns);
            f32::from(column as isize <= row as isize + above)
        })
    }

    fn table<const R: usize>(&self, shape: [usize; R], entry: impl Fn(usize) -> f32) -> Tensor<'_> {
        let entries: Vec<f32> = (0..shape.iter().product()).map(entry).collect();
        self.constant(shape, &entries)
    }
}

impl<'g> Tensor<'g> {
    /// The diagonals of square matrices on the last two axes: of [..., n, n] it gives [..., n].
    ///
    /// # Panics
    /// When the last two axes are not equal.
    pub fn diagonal(self) -> Self {
        let shape = self.shape();
        let [leading @ .., n, columns] = shape.dims() else { panic!("diagonal: shape {shape} is no matrix") };
        assert_eq!(n, columns, "diagonal: shape {shape} is not square");
        let flat = self.reshape(Shape::joined(&[leading, &[n * n]]));
        flat.slice_by(leading.len(), 0, n + 1, *n)
    }

    /// Square matrices with these diagonals, and 0 beside them: of [..., n] it gives [..., n, n].
    ///
    /// # Panics
    /// When it is a scalar, or the rank becomes too high.
    pub fn diag_embed(self) -> Self {
        let shape = self.shape();
        assert!(shape.rank() > 0, "diag_embed of a scalar");
        // Chosen, not multiplied: infinity times 0 is no number.
        self.graph().identity(shape.last()).select(self.unsqueeze(shape.rank()), 0.0)
    }

    /// Sums of the diagonals of square matrices on the last two axes: of [..., n, n] it gives [...].
    ///
    /// # Panics
    /// When the last two axes are not equal.
    pub fn trace(self) -> Self {
        let diagonal = self.diagonal();
        diagonal.sum(&[diagonal.shape().rank() - 1])
    }

    /// Outer products: of [..., m] and [..., n] it gives [..., m, n], entry (i, j) being x_i y_j.
    ///
    /// # Panics
    /// When one is a scalar, or shapes do not fit.
    pub fn outer(self, other: Self) -> Self {
        let (rank, with) = (self.shape().rank(), other.shape().rank());
        assert!(rank > 0 && with > 0, "outer product with a scalar");
        self.unsqueeze(rank) * other.unsqueeze(with - 1)
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let [a, n, m] = std::array::from_fn(|_| size(rng));
    vec![
        Example::new("diagonal", |x| x[0].square().diagonal().exp()).with([a, n, n], -1.0, 1.0, rng),
        Example::new("diag_embed", |x| x[0].diag_embed().exp()).with([a, n], -1.0, 1.0, rng),
        Example::new("trace", |x| x[0].square().trace().exp()).with([a, n, n], -1.0, 1.0, rng),
        Example::new("outer", |x| x[0].outer(x[1])).with([a, n], -1.0, 1.0, rng).with([m], -1.0, 1.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;

    #[test]
    fn diagonals_and_triangles_by_hand() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert_eq!(values(|g| g.constant([2, 2, 2], &x).diagonal()), [1.0, 4.0, 5.0, 8.0]);
        assert_eq!(values(|g| g.constant([2, 2, 2], &x).trace()), [5.0, 13.0]);
        assert_eq!(values(|g| g.constant([2], &[f32::INFINITY, 2.0]).diag_embed()), [f32::INFINITY, 0.0, 0.0, 2.0]);
        let outer = values(|g| g.constant([2], &x[..2]).outer(g.constant([3], &x[2..5])));
        assert_eq!(outer, [3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
        assert_eq!(values(|g| g.identity(2)), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(values(|g| g.range(3)), [0.0, 1.0, 2.0]);
        assert_eq!(values(|g| g.lower_triangle(2, 3, 0)), [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(values(|g| g.lower_triangle(2, 3, -1)), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(values(|g| g.lower_triangle(2, 3, 1)), [1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
        assert!(values(|g| g.lower_triangle(2, 0, 0)).is_empty());
    }
}
