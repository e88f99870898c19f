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

    /// Squared Euclidean distances between the rows of two matrices: of [..., n, d] and [..., m, d] it gives [..., n,
    /// m]. By differences, so near points keep their digits.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn squared_distances(self, other: Self) -> Self {
        let (rank, with) = (self.shape().rank(), other.shape().rank());
        assert!(rank > 1 && with > 1, "squared_distances: shapes {} and {}", self.shape(), other.shape());
        let differences = self.unsqueeze(rank - 1) - other.unsqueeze(with - 2);
        differences.square().sum(&[differences.shape().rank() - 1])
    }

    /// Kronecker's product of two matrices: of [a, b] and [c, d] it gives [a c, b d], every entry of the first times
    /// the whole second.
    ///
    /// # Panics
    /// When one is no matrix.
    pub fn kron(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.matrix("kron"), other.matrix("kron"));
        (self.reshape([a, 1, b, 1]) * other.reshape([1, c, 1, d])).reshape([a * c, b * d])
    }

    /// e^A for this tensor as A, square matrices on the last two axes: the power series of A / 2^`squarings` up to its
    /// tenth term, squared so often. Accurate to single precision while no row's sum of absolute values is above
    /// 2^`squarings`.
    ///
    /// # Panics
    /// When the last two axes are not equal.
    pub fn matrix_exp(self, squarings: u32) -> Self {
        const TERMS: u32 = 10;
        let identity = self.graph().identity(self.shape().last()).broadcast_to(self.shape());
        let small = self * 0.5f32.powi(squarings as i32);
        // Horner's scheme: 1 + A (1 + A / 2 (1 + A / 3 (...))).
        let series = (1..=TERMS).rev().fold(identity, |sum, k| identity + small.matmul(sum) * (1.0 / k as f32));
        (0..squarings).fold(series, |power, _| power.matmul(power))
    }

    fn matrix(self, operator: &str) -> [usize; 2] {
        let shape = self.shape();
        let [rows, columns] = *shape.dims() else { panic!("{operator}: shape {shape} is no matrix") };
        [rows, columns]
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
        Example::new("squared_distances", |x| x[0].squared_distances(x[1])).with([a, n, 2], -1.0, 1.0, rng).with(
            [m, 2],
            -1.0,
            1.0,
            rng,
        ),
        Example::new("kron", |x| x[0].kron(x[1])).with([a, n], -1.0, 1.0, rng).with([m, 2], -1.0, 1.0, rng),
        Example::new("matrix_exp", |x| x[0].matrix_exp(1)).with([a, n, n], -1.0, 1.0, rng),
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

    #[test]
    fn distances_between_rows() {
        let got =
            values(|g| g.constant([2, 2], &[0.0, 0.0, 3.0, 4.0]).squared_distances(g.constant([1, 2], &[0.0, 4.0])));
        assert_eq!(got, [16.0, 9.0]);
    }

    #[test]
    fn kroneckers_product_repeats_the_second_matrix() {
        let product = values(|g| g.constant([1, 2], &[1.0, 10.0]).kron(g.constant([2, 2], &[1.0, 2.0, 3.0, 4.0])));
        assert_eq!(product, [1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 30.0, 40.0]);
    }

    #[test]
    fn the_exponential_of_a_skew_matrix_turns() {
        for angle in [0.0f32, 0.5, 3.0, 12.0] {
            let turn = values(|g| g.constant([2, 2], &[0.0, -angle, angle, 0.0]).matrix_exp(4));
            let (s, c) = (libm::sinf(angle), libm::cosf(angle));
            let near = turn.iter().zip([c, -s, s, c]).all(|(got, want)| (got - want).abs() < 1e-5);
            assert!(near, "{angle}: {turn:?}");
        }
    }
}
