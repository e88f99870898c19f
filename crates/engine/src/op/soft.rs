//! Smooth stands-in for choices: a softened top-k, and entropy-regularised transport.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor, around};
use crate::kernel;

/// The shift mu along an axis, which disappears, with sum_i sigmoid(x_i + mu) = k, for 0 < k < n.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Balance {
    axis: usize,
    k: usize,
}

impl Op for Balance {
    fn name(&self) -> &'static str {
        "soft_top_k"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let n = inputs[0].dims().get(self.axis).copied().unwrap_or_default();
        let possible = 0 < self.k && self.k < n;
        if possible { Ok(inputs[0].without(self.axis)) } else { Err(format!("{} of {n} cannot be balanced", self.k)) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [_, n, inner] = around(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        let (x, room) = scratch[..2 * n].split_at_mut(n);
        for (out, slab) in out.chunks_exact_mut(inner).zip(inputs[0].data.chunks_exact(n * inner)) {
            for (i, out) in out.iter_mut().enumerate() {
                x.iter_mut().zip(slab[i..].iter().step_by(inner)).for_each(|(x, entry)| *x = *entry);
                *out = balance(x, self.k, room);
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let x = at.inputs[0];
        let kept = x.shape().with(self.axis, 1);
        let share = (x + at.y.reshape(kept)).sigmoid();
        let slope = share * (1.0 - share);
        let by = at.dy / slope.sum(&[self.axis]);
        vec![Some(-(slope * by.reshape(kept)))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        2 * inputs[0].dims()[self.axis]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Newton's steps, within limits that close in on the solution; half-way between them where a step leaves them.
fn balance<T: Float>(x: &[T], k: usize, shares: &mut [T]) -> T {
    let largest = kernel::max(x);
    let smallest = x.iter().fold(largest, |m, x| if *x < m { *x } else { m });
    // If all were as the largest, or as the smallest: the sum is then too small, or too large.
    let equal = (T::of(k as f64) / T::of((x.len() - k) as f64)).ln();
    let (mut low, mut high) = (equal - largest, equal - smallest);
    let half = T::of(0.5);
    let mut mu = (low + high) * half;
    // Halving alone would end sooner than this.
    for _ in 0..200 {
        shares.iter_mut().zip(x).for_each(|(share, x)| *share = (*x + mu).sigmoid());
        let sum = kernel::sum(shares);
        let excess = sum - T::of(k as f64);
        // The sum's derivative is the sum of share (1 - share).
        let step = mu - excess / (sum - kernel::sum_sq(shares));
        if excess > T::ZERO {
            high = mu;
        } else {
            low = mu;
        }
        if step == mu {
            break;
        }
        mu = if low < step && step < high { step } else { (low + high) * half };
        if mu == low || mu == high {
            break;
        }
    }
    mu
}

impl<'g> Tensor<'g> {
    /// Shares from 0 to 1 along an axis that sum to `k` and grow with the entries: sigmoid((x_i + shift) /
    /// temperature). The smaller the temperature, the nearer to 1 for the `k` largest entries and to 0 for the rest.
    /// This is the transport plan of all entries to a bin of size k and one of size n - k with the temperature as the
    /// weight of entropy, which Sinkhorn's steps converge to (Xie and others 2020). Of the same shape.
    ///
    /// # Panics
    /// When there is no such axis, or it has fewer than `k` entries.
    pub fn soft_top_k(self, axis: usize, k: usize, temperature: f32) -> Self {
        let shape = self.shape();
        if k == 0 || k == shape.dims()[axis] {
            return self.graph().full(shape, if k == 0 { 0.0 } else { 1.0 });
        }
        let x = self * (1.0 / temperature);
        let shift = x.graph().push_op(Balance { axis, k }, &[x]);
        (x + shift.reshape(shape.with(axis, 1))).sigmoid()
    }

    /// The logarithm of a transport plan on the last two axes, for this tensor as minus the cost over the weight of
    /// entropy: its entries e^P have the row sums e^`rows` and, nearly, the column sums e^`columns` after so many of
    /// Sinkhorn's steps, each on columns and then on rows (Cuturi 2013). Of [..., n, m] with rows of [..., n] and
    /// columns of [..., m] it gives [..., n, m]. With zeros for both, e^P tends to a doubly stochastic matrix, a
    /// softened permutation.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn sinkhorn(self, rows: Self, columns: Self, steps: usize) -> Self {
        let rank = self.shape().rank();
        assert!(rank >= 2, "sinkhorn: shape {} is no matrix", self.shape());
        let (row, column) = (rank - 2, rank - 1);
        let (rows, columns) = (rows.unsqueeze(rows.shape().rank()), columns.unsqueeze(columns.shape().rank() - 1));
        let kept = |axis: usize| self.shape().with(axis, 1);
        (0..steps).fold(self, |plan, _| {
            let plan = plan - plan.logsumexp(row).reshape(kept(row)) + columns;
            plan - plan.logsumexp(column).reshape(kept(column)) + rows
        })
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), 1 + size(rng), size(rng)];
    let k = rng.index(shape[1] + 1);
    vec![
        Example::new("soft_top_k", move |x| x[0].soft_top_k(1, k, 0.7)).with(shape, -1.0, 1.0, rng),
        Example::new("sinkhorn", |x| x[0].sinkhorn(x[1], x[2], 2))
            .with(shape, -1.0, 1.0, rng)
            .with([shape[1]], -1.0, 1.0, rng)
            .with([shape[0], shape[2]], -1.0, 1.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use crate::rng::Rng;

    #[test]
    fn shares_sum_to_k_at_any_temperature() {
        let mut rng = Rng::new(0, "shares");
        for n in [2, 5, 64] {
            let x: Vec<f32> = (0..n).map(|_| rng.normal() as f32).collect();
            for k in 0..=n {
                for temperature in [5.0, 0.5, 5e-3] {
                    let shares = values(|g| g.constant([n], &x).soft_top_k(0, k, temperature));
                    let sum: f32 = shares.iter().sum();
                    assert!((sum - k as f32).abs() < 1e-3 * (1.0 + k as f32), "{n} {k} {temperature}: {sum}");
                }
            }
        }
    }

    #[test]
    fn a_cold_choice_is_the_hard_one() {
        let x = [0.3, -0.5, 0.9, 0.1, -0.2];
        let shares = values(|g| g.constant([5], &x).soft_top_k(0, 2, 1e-3));
        let want = [1.0, 0.0, 1.0, 0.0, 0.0];
        assert!(shares.iter().zip(want).all(|(share, want)| (share - want).abs() < 1e-6), "{shares:?}");
        let equal = values(|g| g.full([4], 3.0).soft_top_k(0, 1, 1.0));
        assert!(equal.iter().all(|share| (share - 0.25).abs() < 1e-6), "{equal:?}");
    }

    #[test]
    fn many_steps_of_transport_give_the_softened_choice() {
        let x = [0.3, -0.5, 0.9, 0.1];
        let plan = values(|g| {
            let scores = g.constant([4, 2], &x.iter().flat_map(|x| [*x / 0.3, 0.0]).collect::<Vec<_>>());
            let bins = g.constant([2], &[1.0, 3.0]).ln();
            scores.sinkhorn(g.full([4], 0.0), bins, 200).exp()
        });
        let shares = values(|g| g.constant([4], &x).soft_top_k(0, 1, 0.3));
        for (plan, share) in plan.chunks_exact(2).zip(shares) {
            assert!((plan[0] - share).abs() < 1e-5 && (plan[0] + plan[1] - 1.0).abs() < 1e-5, "{plan:?} {share}");
        }
    }
}
