//! Running results along an axis: sums, products, largest entries, linear recurrences.
//!
//! All go step by step in order, so the bits do not depend on the layout.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Shape, Tensor, around};

/// The way along the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Forward,
    Back,
}

impl Way {
    fn opposite(self) -> Self {
        match self {
            Self::Forward => Self::Back,
            Self::Back => Self::Forward,
        }
    }

    /// Position of step t among n.
    fn position(self, t: usize, n: usize) -> usize {
        match self {
            Self::Forward => t,
            Self::Back => n - 1 - t,
        }
    }
}

/// Walks along an axis: `first` turns the first row of an input into that of the value, `next` takes the value's
/// row before, in place of the value's row, and says where in the inputs the row starts.
fn walk<T: Float>(
    dims: &[usize],
    axis: usize,
    way: Way,
    out: &mut [T],
    first: impl Fn(usize, &mut [T]),
    next: impl Fn(usize, &[T], &mut [T]),
) {
    let [outer, n, inner] = around(dims, axis);
    if out.is_empty() {
        return;
    }
    for o in 0..outer {
        let start = o * n * inner;
        let slab = &mut out[start..][..n * inner];
        for t in 0..n {
            let at = way.position(t, n) * inner;
            if t == 0 {
                first(start + at, &mut slab[at..][..inner]);
                continue;
            }
            let (row, before) = match way {
                Way::Forward => {
                    let (before, row) = slab.split_at_mut(at);
                    (&mut row[..inner], &before[at - inner..])
                }
                Way::Back => {
                    let (row, before) = slab.split_at_mut(at + inner);
                    (&mut row[at..], &before[..inner])
                }
            };
            next(start + at, before, row);
        }
    }
}

fn with_axis(shape: Shape, axis: usize) -> Result<Shape, String> {
    if axis < shape.rank() { Ok(shape) } else { Err(format!("shape {shape} has no axis {axis}")) }
}

/// Running sums.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CumSum {
    axis: usize,
    way: Way,
}

impl Op for CumSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        with_axis(inputs[0], self.axis)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let View { dims, data } = inputs[0];
        let copy = |at: usize, row: &mut [T]| row.copy_from_slice(&data[at..][..row.len()]);
        walk(dims, self.axis, self.way, out, copy, |at, before, row| {
            let terms = before.iter().zip(&data[at..]);
            row.iter_mut().zip(terms).for_each(|(sum, (before, x))| *sum = *before + *x);
        });
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let back = Self { axis: self.axis, way: self.way.opposite() };
        vec![Some(at.dy.graph().push_op(back, &[at.dy]))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// h = decay * h before + x, from x in the first place on; inputs x and decay.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Recurrence {
    axis: usize,
    way: Way,
}

impl Op for Recurrence {
    fn name(&self) -> &'static str {
        "linear_recurrence"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        if inputs[0] != inputs[1] {
            return Err(format!("shapes {}, {} differ", inputs[0], inputs[1]));
        }
        with_axis(inputs[0], self.axis)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let View { dims, data } = inputs[0];
        let decay = inputs[1].data;
        let copy = |at: usize, row: &mut [T]| row.copy_from_slice(&data[at..][..row.len()]);
        walk(dims, self.axis, self.way, out, copy, |at, before, row| {
            let terms = before.iter().zip(&decay[at..]).zip(&data[at..]);
            row.iter_mut().zip(terms).for_each(|(h, ((before, decay), x))| *h = *decay * *before + *x);
        });
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (axis, decay, back) = (self.axis, at.inputs[1], self.way.opposite());
        let dx = at.dy.recurrence(axis, decay.shifted(axis, back), back);
        vec![Some(dx), Some(dx * at.y.shifted(axis, self.way))]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Running ln of the sum of e^x.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LogCumSumExp {
    axis: usize,
}

impl Op for LogCumSumExp {
    fn name(&self) -> &'static str {
        "logcumsumexp"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        with_axis(inputs[0], self.axis)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let View { dims, data } = inputs[0];
        let copy = |at: usize, row: &mut [T]| row.copy_from_slice(&data[at..][..row.len()]);
        walk(dims, self.axis, Way::Forward, out, copy, |at, before, row| {
            let terms = before.iter().zip(&data[at..]);
            row.iter_mut().zip(terms).for_each(|(y, (before, x))| *y = before.logaddexp(*x));
        });
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        // With s_t = dy_t + e^(y_t - y_(t+1)) s_(t+1) the derivative is e^(x_t - y_t) s_t: no exponent is above 0.
        let (axis, x, y) = (self.axis, at.inputs[0], at.y);
        let later = y.shifted(axis, Way::Back);
        let sum = at.dy.recurrence(axis, (y - later).min(0.0).exp(), Way::Back);
        vec![Some((x - y).exp() * sum)]
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// Where the largest entry so far stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CumArgMax {
    axis: usize,
}

impl Op for CumArgMax {
    fn name(&self) -> &'static str {
        "cumargmax"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        with_axis(inputs[0], self.axis)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let View { dims, data } = inputs[0];
        let [_, n, inner] = around(dims, self.axis);
        walk(
            dims,
            self.axis,
            Way::Forward,
            out,
            |_, row| row.fill(T::ZERO),
            |at, before, row| {
                let (start, here) = (at - at % (n * inner), at / inner % n);
                for (i, (place, before)) in row.iter_mut().zip(before).enumerate() {
                    let largest = data[start + before.index() * inner + i];
                    // A NaN at the start gives way to the first number.
                    let stays = largest >= data[at + i] || data[at + i].partial_cmp(&data[at + i]).is_none();
                    *place = if stays { *before } else { T::of(here as f64) };
                }
            },
        );
    }
    fn grad<'g>(&self, _: At<'_, 'g>) -> Grads<'g> {
        vec![None]
    }
    fn trailing(&self) -> bool {
        true
    }
}

impl<'g> Tensor<'g> {
    /// Sums of the entries along an axis up to each, itself included. Of the same shape.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn cumsum(self, axis: usize) -> Self {
        self.graph().push_op(CumSum { axis, way: Way::Forward }, &[self])
    }

    /// Sums of the entries along an axis from each to the end, itself included: returns from rewards.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn cumsum_to_end(self, axis: usize) -> Self {
        self.graph().push_op(CumSum { axis, way: Way::Back }, &[self])
    }

    /// h_t = decay_t h_(t-1) + x_t along an axis, for x this tensor, with h_0 = x_0: linear recurrent layers, traces,
    /// moving averages. `decay` stretches to this shape; its entries in the first place are not used. To start from a
    /// state, put that before x.
    ///
    /// # Panics
    /// When there is no such axis, or shapes do not fit.
    pub fn linear_recurrence(self, axis: usize, decay: Self) -> Self {
        self.recurrence(axis, decay.broadcast_to(self.shape()), Way::Forward)
    }

    /// h_t = decay_t h_(t+1) + x_t along an axis, from the end: see [`Tensor::linear_recurrence`]. Discounted returns.
    ///
    /// # Panics
    /// When there is no such axis, or shapes do not fit.
    pub fn linear_recurrence_to_start(self, axis: usize, decay: Self) -> Self {
        self.recurrence(axis, decay.broadcast_to(self.shape()), Way::Back)
    }

    /// Products of the entries along an axis up to each, itself included. The derivative is right with zeros among
    /// them too.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn cumprod(self, axis: usize) -> Self {
        let n = self.dim(axis);
        let first = self.slice(axis, 0, n.min(1)).pad(axis, 0, n.saturating_sub(1));
        first.recurrence(axis, self, Way::Forward)
    }

    /// The product of the entries along an axis, which disappears; 1 when it is empty. The derivative is right with
    /// zeros among them too.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn prod(self, axis: usize) -> Self {
        match self.dim(axis) {
            0 => self.graph().full(self.shape().without(axis), 1.0),
            n => self.cumprod(axis).at(axis, n - 1),
        }
    }

    /// The index of the largest entry along an axis up to each; of the first one where several are equal. NaN is
    /// passed over once there was a number. The derivative is zero.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn cumargmax(self, axis: usize) -> Self {
        self.graph().push_op(CumArgMax { axis }, &[self])
    }

    /// The largest entry along an axis up to each: see [`Tensor::cumargmax`].
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn cummax(self, axis: usize) -> Self {
        self.take_along(axis, self.cumargmax(axis))
    }

    /// ln of the sums of e^x along an axis up to each, without overflow. The derivative wants finite entries.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn logcumsumexp(self, axis: usize) -> Self {
        self.graph().push_op(LogCumSumExp { axis }, &[self])
    }

    fn recurrence(self, axis: usize, decay: Self, way: Way) -> Self {
        self.graph().push_op(Recurrence { axis, way }, &[self, decay])
    }

    /// The entries moved one place along the axis, with 0 in the first place of that way.
    fn shifted(self, axis: usize, way: Way) -> Self {
        let less = self.dim(axis).saturating_sub(1);
        let one = self.dim(axis) - less;
        match way {
            Way::Forward => self.slice(axis, 0, less).pad(axis, one, 0),
            Way::Back => self.slice(axis, one, less).pad(axis, 0, one),
        }
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let shape = [size(rng), size(rng), size(rng)];
    let axis = rng.index(3);
    type Scan = (&'static str, fn(Tensor<'_>, usize) -> Tensor<'_>);
    let all: [Scan; 7] = [
        ("cumsum", |x, axis| x.square().cumsum(axis).square()),
        ("cumsum_to_end", |x, axis| x.square().cumsum_to_end(axis).square()),
        ("cumprod", |x, axis| x.cumprod(axis)),
        ("cumprod with zeros", |x, axis| (x * x.greater(0.0)).cumprod(axis)),
        ("prod", |x, axis| x.prod(axis).exp()),
        ("cummax", |x, axis| x.square().cummax(axis).exp()),
        ("logcumsumexp", |x, axis| x.logcumsumexp(axis)),
    ];
    let mut examples: Vec<Example> = all
        .into_iter()
        .map(|(name, f)| Example::new(name, move |x| f(x[0], axis)).with(shape, -1.3, 1.7, rng))
        .collect();
    for way in [Way::Forward, Way::Back] {
        let name = format!("linear_recurrence, {way:?}");
        let example = Example::new(&name, move |x| x[0].recurrence(axis, x[1], way).square());
        examples.push(example.with(shape, -1.0, 1.0, rng).with(shape, -1.0, 1.0, rng));
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use crate::graph::Tensor;

    const NAN: f32 = f32::NAN;

    fn of<const N: usize>(x: [f32; N], f: impl for<'g> Fn(Tensor<'g>) -> Tensor<'g>) -> Vec<f32> {
        values(|g| f(g.constant([N], &x)))
    }

    #[test]
    fn running_results_by_hand() {
        assert_eq!(of([1.0, 2.0, 4.0], |x| x.cumsum(0)), [1.0, 3.0, 7.0]);
        assert_eq!(of([1.0, 2.0, 4.0], |x| x.cumsum_to_end(0)), [7.0, 6.0, 4.0]);
        assert_eq!(of([2.0, 3.0, 0.0, 5.0], |x| x.cumprod(0)), [2.0, 6.0, 0.0, 0.0]);
        assert_eq!(of([2.0, 3.0, 4.0], |x| x.prod(0)), [24.0]);
        assert_eq!(of([1.0, 3.0, 2.0, 3.0, 5.0], |x| x.cumargmax(0)), [0.0, 1.0, 1.0, 1.0, 4.0]);
        let columns = values(|g| g.constant([3, 2], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0]).cumsum(0));
        assert_eq!(columns, [1.0, 10.0, 3.0, 30.0, 6.0, 60.0]);
        let rows = values(|g| g.constant([3, 2], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0]).cumsum(1));
        assert_eq!(rows, [1.0, 11.0, 2.0, 22.0, 3.0, 33.0]);
    }

    #[test]
    fn a_recurrence_starts_with_its_first_input() {
        let h = |to_start: bool| {
            values(move |g| {
                let (x, decay) = (g.constant([3], &[1.0, 1.0, 1.0]), g.constant([3], &[NAN, 0.5, 2.0]));
                if to_start { x.linear_recurrence_to_start(0, decay.flip(0)) } else { x.linear_recurrence(0, decay) }
            })
        };
        assert_eq!(h(false), [1.0, 1.5, 4.0]);
        assert_eq!(h(true), [4.0, 1.5, 1.0]);
        let returns = values(|g| g.constant([4], &[0.0, 0.0, 0.0, 8.0]).linear_recurrence_to_start(0, g.scalar(0.5)));
        assert_eq!(returns, [1.0, 2.0, 4.0, 8.0]);
    }

    #[test]
    fn products_have_derivatives_where_zeros_are() {
        let slope = |x: [f32; 3]| {
            values(move |g| {
                let x = g.constant([3], &x);
                g.gradient(x.prod(0), [x])[0]
            })
        };
        assert_eq!(slope([2.0, 0.0, 5.0]), [0.0, 10.0, 0.0]);
        assert_eq!(slope([0.0, 0.0, 5.0]), [0.0, 0.0, 0.0]);
        assert_eq!(slope([2.0, 3.0, 5.0]), [15.0, 10.0, 6.0]);
    }

    #[test]
    fn nan_gives_way_to_numbers() {
        let largest = of([NAN, 1.0, NAN, 0.0, 2.0], |x| x.cummax(0));
        assert!(largest[0].is_nan());
        assert_eq!(largest[1..], [1.0, 1.0, 1.0, 2.0]);
        assert_eq!(of([f32::NEG_INFINITY, -1.0], |x| x.cummax(0)), [f32::NEG_INFINITY, -1.0]);
    }

    #[test]
    fn log_sums_do_not_overflow() {
        let ln2 = std::f32::consts::LN_2;
        assert_eq!(of([200.0, 200.0, -300.0], |x| x.logcumsumexp(0)), [200.0, 200.0 + ln2, 200.0 + ln2]);
        let low = f32::NEG_INFINITY;
        assert_eq!(of([low, low, 1.0, low], |x| x.logcumsumexp(0)), [low, low, 1.0, 1.0]);
        let slopes = of([-200.0, 300.0, 300.0], |x| x.graph().gradient(x.logcumsumexp(0).sum_all(), [x])[0]);
        assert!(slopes.iter().zip([1.0, 1.5, 0.5]).all(|(got, want)| (got - want).abs() < 1e-4), "{slopes:?}");
    }

    #[test]
    fn nothing_runs_over_nothing() {
        let scans: [fn(Tensor<'_>) -> Tensor<'_>; 4] =
            [|x| x.cumsum(0), |x| x.cumprod(0), |x| x.cummax(0), |x| x.logcumsumexp(0)];
        for f in scans {
            assert!(values(|g| f(g.constant([0, 2], &[]))).is_empty());
            assert!(values(|g| g.gradient(f(g.constant([0, 2], &[])).sum_all(), [g.scalar(1.0)])[0]) == [0.0]);
        }
        assert_eq!(values(|g| g.constant([0, 2], &[]).prod(0)), [1.0, 1.0]);
        assert_eq!(of([5.0], |x| x.graph().gradient(x.cumprod(0).sum_all(), [x])[0]), [1.0]);
    }
}
