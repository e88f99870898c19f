//! Sums over all paths through a lattice, and what is made of them: connectionist temporal classification.
//!
//! A path is in one state at each step of time. From step to step it stays, or moves on by up to J - 1 states. Scores
//! are logarithms; a move that is not allowed has the score [`IMPOSSIBLE`], which is finite, so that differences of
//! two such scores are numbers.

use super::{At, Grads, Op, View};
use crate::float::Float;
use crate::graph::{Graph, MAX_RANK, Operand, Shape, Tensor, around};

/// The score of what cannot be.
pub const IMPOSSIBLE: f32 = -1e30;

/// The shape without the axis of moves, for the moves' shape.
fn states(moves: Shape, axis: usize) -> Result<Shape, String> {
    match moves.dims().get(axis + 1) {
        None | Some(0) => Err(format!("shape {moves} has no moves after axis {axis}")),
        Some(_) if moves.rank() < axis + 3 => Err(format!("shape {moves} has no states after its moves")),
        Some(_) => Ok(moves.without(axis + 1)),
    }
}

/// Sizes of an input of moves: outer, times, moves, width of a row of states, width of a state.
fn sizes(dims: &[usize], axis: usize) -> [usize; 5] {
    let [outer, times, row] = around(dims, axis);
    let state = dims[axis + 3..].iter().product();
    [outer, times, dims[axis + 1], row / dims[axis + 1].max(1), state]
}

/// y_0(s) = w_00(s), y_t(s) = ln sum_j e^(y_(t-1)(s - j) + w_tj(s)), for w of [..., T, J, S] from `axis` on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Paths {
    axis: usize,
}

impl Op for Paths {
    fn name(&self) -> &'static str {
        "log_paths"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        states(inputs[0], self.axis)
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], scratch: &mut [T]) {
        let [outer, times, moves, row, state] = sizes(inputs[0].dims, self.axis);
        if out.is_empty() {
            return;
        }
        for step in 0..outer * times {
            let (before, now) = out.split_at_mut(step * row);
            let scores = &inputs[0].data[step * moves * row..][..moves * row];
            if step % times == 0 {
                now[..row].copy_from_slice(&scores[..row]);
                continue;
            }
            let before = &before[(step - 1) * row..];
            let now = &mut now[..row];
            // All states at once, move by move, so that the functions run in vectors.
            let terms = |j: usize| {
                let shift = row.min(j * state);
                (shift, before.iter().zip(&scores[j * row + shift..][..row - shift]).map(|(before, w)| *before + *w))
            };
            now.fill(T::LOWEST);
            for j in 0..moves {
                let (shift, terms) = terms(j);
                now[shift..].iter_mut().zip(terms).for_each(|(m, term)| *m = if term > *m { term } else { *m });
            }
            let sums = &mut scratch[..row];
            sums.fill(T::ZERO);
            for j in 0..moves {
                let (shift, terms) = terms(j);
                let largest = &now[shift..];
                let sums = sums[shift..].iter_mut();
                sums.zip(terms.zip(largest)).for_each(|(sum, (term, largest))| *sum += (term - *largest).exp());
            }
            now.iter_mut().zip(sums).for_each(|(y, sum)| *y += sum.ln());
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (axis, w, y) = (self.axis, at.inputs[0], at.y);
        let [times, moves, states] = [0, 1, 2].map(|i| w.dim(axis + i));
        // Which share of a state's sum came by which move. At the start all of it came by the first, and the other
        // scores play no part.
        let came = |i: usize| {
            let (time, j, state) = (i / (moves * states), i / states % moves, i % states);
            f32::from(if time == 0 { j == 0 } else { j <= state })
        };
        let came: Vec<f32> = (0..times * moves * states).map(came).collect();
        let after = w.shape().rank() - axis - 3;
        let thin = [&[times, moves, states], &[1; MAX_RANK][..after]].concat();
        let came = w.graph().constant(thin.as_slice(), &came);
        let exponent = y.predecessors(axis, moves) + w - y.unsqueeze(axis + 1);
        let share = came.select(exponent, IMPOSSIBLE).exp();
        let by = w.graph().push_op(Band { axis, back: true }, &[at.dy, share]);
        vec![Some(share * by.unsqueeze(axis + 1))]
    }
    fn scratch(&self, inputs: &[Shape]) -> usize {
        let [_, _, _, row, _] = sizes(inputs[0].dims(), self.axis);
        row
    }
    fn trailing(&self) -> bool {
        true
    }
}

/// h_t(s) = x_t(s) + sum_j a_tj(s) h_(t-1)(s - j), for x of [..., T, S] and a of [..., T, J, S]; `back`, its
/// transpose: h_t(s) = x_t(s) + sum_j a_(t+1)j(s + j) h_(t+1)(s + j).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Band {
    axis: usize,
    back: bool,
}

impl Op for Band {
    fn name(&self) -> &'static str {
        "banded recurrence"
    }
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let fits = states(inputs[1], self.axis)? == inputs[0];
        if fits { Ok(inputs[0]) } else { Err(format!("shapes {}, {} do not fit", inputs[0], inputs[1])) }
    }
    fn eval<T: Float>(&self, inputs: &[View<T>], out: &mut [T], _: &mut [T]) {
        let [outer, times, moves, row, state] = sizes(inputs[1].dims, self.axis);
        out.copy_from_slice(inputs[0].data);
        if out.is_empty() {
            return;
        }
        for o in 0..outer {
            let out = &mut out[o * times * row..][..times * row];
            for t in 1..times {
                // From one of two neighbours in time to the other.
                let later = if self.back { times - t } else { t };
                let weights = &inputs[1].data[(o * times + later) * moves * row..][..moves * row];
                let (earlier, later) = out[(later - 1) * row..][..2 * row].split_at_mut(row);
                for (j, weights) in weights.chunks_exact(row).enumerate() {
                    let shift = row.min(j * state);
                    let pairs = earlier[..row - shift].iter_mut().zip(&mut later[shift..]).zip(&weights[shift..]);
                    if self.back {
                        pairs.for_each(|((earlier, later), a)| *earlier += *a * *later);
                    } else {
                        pairs.for_each(|((earlier, later), a)| *later += *a * *earlier);
                    }
                }
            }
        }
    }
    fn grad<'g>(&self, at: At<'_, 'g>) -> Grads<'g> {
        let (axis, a) = (self.axis, at.inputs[1]);
        let transpose = Self { axis, back: !self.back };
        let dx = a.graph().push_op(transpose, &[at.dy, a]);
        let (earlier, later) = if self.back { (dx, at.y) } else { (at.y, dx) };
        let da = earlier.predecessors(axis, a.dim(axis + 1)) * later.unsqueeze(axis + 1);
        vec![Some(dx), Some(da)]
    }
    fn trailing(&self) -> bool {
        true
    }
}

impl<'g> Tensor<'g> {
    /// Logarithms of the summed weights of all paths up to each state, for scores of moves as [..., T, J, S]: entry
    /// (t, j, s) is what moving on by j states into state s at step t adds; entry (0, 0, s) is the score to start in
    /// s, and the other moves of step 0 are not used. Gives [..., T, S]. The derivative by a score is the posterior
    /// probability of that move when all paths that count end in the last step.
    ///
    /// # Panics
    /// When there are fewer than three axes, or no moves.
    pub fn log_paths(self) -> Self {
        let axis = self.shape().rank().checked_sub(3);
        let Some(axis) = axis else { panic!("log_paths: shape {} is not of the form [..., T, J, S]", self.shape()) };
        self.graph().push_op(Paths { axis }, &[self])
    }

    /// x_(t-1)(s - j) for each move j, of [..., T, S] as [..., T, J, S]; 0 where there is none.
    fn predecessors(self, axis: usize, moves: usize) -> Self {
        let (times, states) = (self.dim(axis), self.dim(axis + 1));
        let one = times.min(1);
        let before = self.slice(axis, 0, times - one).pad(axis, one, 0);
        let moved = |j: usize| {
            let j = j.min(states);
            before.slice(axis + 1, 0, states - j).pad(axis + 1, j, 0)
        };
        Self::stack(axis + 1, &(0..moves).map(moved).collect::<Vec<_>>())
    }

    /// Connectionist temporal classification (Graves and others 2006): minus the logarithm of the probability that
    /// frames labelled independently spell a target once repetitions are merged and blanks removed. This tensor holds
    /// log probabilities as [B, T, C]; the value is \[B\]. A target that cannot be spelled in so few frames counts 0.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn ctc_loss(self, target: Targets<'g>) -> Self {
        let (graph, shape) = (self.graph(), self.shape());
        let [batch, times, classes] = *shape.dims() else { panic!("ctc_loss: shape {shape} is not [B, T, C]") };
        let Targets { labels, lengths, frames, blank, delay } = target;
        assert!(blank < classes, "ctc_loss: {classes} classes have no blank number {blank}");
        let [rows, count] = *labels.shape().dims() else { panic!("ctc_loss: labels of shape {}", labels.shape()) };
        let fits = rows == batch && lengths.shape() == [batch].into() && frames.shape() == [batch].into();
        assert!(
            fits,
            "ctc_loss: labels {}, lengths {}, frames {} for a batch of {batch}",
            labels.shape(),
            lengths.shape(),
            frames.shape()
        );

        // States: blank, first label, blank, second label, ..., blank.
        let states = 2 * count + 1;
        let with_blanks = |of_labels: Self, of_blanks: f32| {
            let pairs = Self::stack(2, &[graph.full([batch, count], of_blanks), of_labels]).reshape([batch, 2 * count]);
            Self::concat(1, &[pairs, graph.full([batch, 1], of_blanks)])
        };
        let emitted = with_blanks(labels, blank as f32).unsqueeze(1).broadcast_to([batch, times, states]);
        let emitted = self.take_along(2, emitted).unsqueeze(2);
        // A blank may be left out between two labels that differ.
        let rest = count.saturating_sub(1);
        let same = labels.slice(1, count - rest, rest).equal(labels.slice(1, 0, rest));
        let first = graph.full([batch, count - rest], 1.0);
        let skip = with_blanks(Self::concat(1, &[first, same]) * IMPOSSIBLE, IMPOSSIBLE);
        let stay = graph.full([batch, states], 0.0);
        let moves = Self::stack(1, &[stay, stay, skip]).unsqueeze(1);
        let mut scores = emitted + moves + graph.start(times, states);
        if delay.known() != Some(0.0) {
            scores = scores + graph.entries(times, states) * delay;
        }
        let paths = scores.log_paths();

        let last = (frames - 1.0).reshape([batch, 1, 1]).broadcast_to([batch, 1, states]);
        let last = paths.take_along(1, last).reshape([batch, states]);
        let end = (lengths * 2.0).unsqueeze(1);
        let in_blank = last.take_along(1, end);
        let in_label = lengths.unsqueeze(1).greater(0.0).select(last.take_along(1, end - 1.0), IMPOSSIBLE);
        let loss = -in_blank.logaddexp(in_label).reshape([batch]);
        loss.less(-0.5 * IMPOSSIBLE).select(loss, 0.0)
    }
}

/// What is to be spelled: see [`Tensor::ctc_loss`].
#[derive(Clone, Copy)]
pub struct Targets<'g> {
    /// Labels as [B, M]; what lies beyond a target's length is not used.
    pub labels: Tensor<'g>,
    /// Number of labels of each target, \[B\].
    pub lengths: Tensor<'g>,
    /// Number of frames that count, from 1 to T, \[B\].
    pub frames: Tensor<'g>,
    /// The class that stands for nothing.
    pub blank: usize,
    /// What a label that a path enters is worth for every frame by which that comes before the middle of the T frames:
    /// with this, paths that wait count less (Yao and others 2023). A scalar; 0 for none.
    pub delay: Tensor<'g>,
}

impl<'g> Targets<'g> {
    /// Targets that all have M labels, for T frames that all count, without a penalty for delay.
    pub fn new(labels: Tensor<'g>, frames: usize, blank: usize) -> Self {
        let graph = labels.graph();
        let all = |value: usize| graph.full([labels.dim(0)], value as f32);
        Self { labels, lengths: all(labels.dim(1)), frames: all(frames), blank, delay: graph.scalar(0.0) }
    }

    /// The same targets with a penalty for delay.
    pub fn delayed(self, delay: impl Into<Operand<'g>>) -> Self {
        Self { delay: delay.into().tensor(self.labels.graph()), ..self }
    }
}

impl Graph {
    /// Scores [T, 1, S] by which a path can only start in one of the first two states.
    fn start(&self, times: usize, states: usize) -> Tensor<'_> {
        let score = |i: usize| if i >= 2 && i < states { IMPOSSIBLE } else { 0.0 };
        self.constant([times, 1, states], &(0..times * states).map(score).collect::<Vec<_>>())
    }

    /// Frames before the middle [T, 3, S] for moves that enter a label, else 0.
    fn entries(&self, times: usize, states: usize) -> Tensor<'_> {
        let before = |i: usize| {
            let (time, j, state) = (i / (3 * states), i / states % 3, i % states);
            let enters = state % 2 == 1 && (j > 0 || time == 0);
            if enters { (times - 1) as f32 / 2.0 - time as f32 } else { 0.0 }
        };
        self.constant([times, 3, states], &(0..times * 3 * states).map(before).collect::<Vec<_>>())
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let [batch, times, moves, states] = std::array::from_fn(|_| size(rng));
    let (frames, count) = (3 + size(rng), 1 + rng.index(2));
    let labels: Vec<usize> = (0..batch * count).map(|_| 1 + rng.index(2)).collect();
    let mut all = vec![
        Example::new("log_paths", |x| x[0].log_paths()).with([batch, times, moves, states], -2.0, 2.0, rng),
        Example::new("ctc_loss", move |x| {
            x[0].log_softmax(2).ctc_loss(Targets::new(x[1], frames, 0).delayed(x[2].sum_all()))
        })
        .with([batch, frames, 3], -2.0, 2.0, rng)
        .with_indices([batch, count], &labels)
        .with([1], 0.1, 0.3, rng),
    ];
    for back in [false, true] {
        let name = format!("banded recurrence, back: {back}");
        let example = Example::new(&name, move |x| x[0].graph().push_op(Band { axis: 1, back }, &[x[0], x[1]]));
        let example = example.with([batch, times, states], -1.0, 1.0, rng);
        all.push(example.with([batch, times, moves, states], -1.0, 1.0, rng));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use super::*;
    use crate::rng::Rng;

    /// ln sum over all labellings of the frames that spell the target, of their probability and their gain for early
    /// labels.
    fn by_all_paths(log_probs: &[f32], classes: usize, target: &[usize], delay: f64) -> f64 {
        let times = log_probs.len() / classes;
        let mut sum = 0.0;
        for number in 0..classes.pow(times as u32) {
            let path: Vec<usize> = (0..times).map(|t| number / classes.pow(t as u32) % classes).collect();
            let enters = |t: &usize| path[*t] != 0 && (*t == 0 || path[*t - 1] != path[*t]);
            let spelled: Vec<usize> = (0..times).filter(enters).map(|t| path[t]).collect();
            if spelled == target {
                let score: f64 = (0..times).map(|t| f64::from(log_probs[t * classes + path[t]])).sum();
                let early: f64 = (0..times).filter(enters).map(|t| (times - 1) as f64 / 2.0 - t as f64).sum();
                sum += libm::exp(score + delay * early);
            }
        }
        libm::log(sum)
    }

    fn log_probs(times: usize, classes: usize) -> Vec<f32> {
        let mut rng = Rng::new(0, "frames");
        let logits: Vec<f32> = (0..times * classes).map(|_| rng.normal() as f32).collect();
        values(|g| g.constant([times, classes], &logits).log_softmax(1))
    }

    #[test]
    fn the_loss_is_that_of_all_paths() {
        let (times, classes) = (6, 3);
        let probs = log_probs(times, classes);
        for (target, delay) in [(&[1, 2][..], 0.0), (&[1, 1], 0.0), (&[2, 1, 2], 0.0), (&[1, 2], 0.3), (&[], 0.0)] {
            let labels: Vec<f32> = target.iter().map(|label| *label as f32).collect();
            let loss = values(|g| {
                let labels = g.constant([1, target.len()], &labels);
                let targets = Targets::new(labels, times, 0).delayed(delay as f32);
                g.constant([1, times, classes], &probs).ctc_loss(targets)
            });
            let want = -by_all_paths(&probs, classes, target, delay);
            assert!((f64::from(loss[0]) - want).abs() < 1e-5, "{target:?}: {loss:?} {want}");
        }
    }

    #[test]
    fn lengths_cut_targets_and_frames() {
        let (times, classes) = (6, 3);
        let probs = log_probs(times, classes);
        let losses = values(|g| {
            let frames = g.constant([1, times, classes], &probs).broadcast_to([3, times, classes]);
            let labels = g.constant([3, 3], &[1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
            let targets = Targets {
                lengths: g.constant([3], &[2.0, 0.0, 3.0]),
                frames: g.constant([3], &[4.0, 6.0, 4.0]),
                ..Targets::new(labels, times, 0)
            };
            frames.ctc_loss(targets)
        });
        let first = -by_all_paths(&probs[..4 * classes], classes, &[1, 2], 0.0);
        let none = -by_all_paths(&probs, classes, &[], 0.0);
        assert!((f64::from(losses[0]) - first).abs() < 1e-5 && (f64::from(losses[1]) - none).abs() < 1e-5);
        // Three equal labels need five frames.
        assert_eq!(losses[2], 0.0);
    }

    #[test]
    fn one_label_has_a_closed_form() {
        // The sum over k of (T - k + 1) q^k (1 - q)^(T - k): one run of k labels.
        let (times, q) = (20, 0.3f64);
        let want: f64 = (1..=times).map(|k| (times - k + 1) as f64 * q.powi(k) * (1.0 - q).powi(times - k)).sum();
        let frame = [libm::log(1.0 - q) as f32, libm::log(q) as f32];
        let loss = values(|g| {
            let frames = g.constant([1, 1, 2], &frame).broadcast_to([1, times as usize, 2]);
            frames.ctc_loss(Targets::new(g.constant([1, 1], &[1.0]), times as usize, 0))
        });
        assert!((f64::from(loss[0]) + libm::log(want)).abs() < 1e-5, "{loss:?}");
    }

    #[test]
    fn derivatives_by_log_probabilities_are_minus_posteriors() {
        let (times, classes) = (50, 4);
        let probs = log_probs(times, classes);
        let slopes = values(|g| {
            let frames = g.constant([1, times, classes], &probs);
            let labels = g.constant([1, 5], &[1.0, 2.0, 2.0, 3.0, 1.0]);
            g.gradient(frames.ctc_loss(Targets::new(labels, times, 0)).sum_all(), [frames])[0]
        });
        for frame in slopes.chunks_exact(classes) {
            assert!(frame.iter().all(|slope| (-1.0..=0.0).contains(slope)));
            assert!((frame.iter().sum::<f32>() + 1.0).abs() < 1e-4, "{frame:?}");
        }
    }

    #[test]
    fn impossible_moves_keep_everything_finite() {
        let got = values(|g| {
            let scores = g.full([3, 2, 4], IMPOSSIBLE);
            let y = scores.log_paths();
            let [slope] = g.gradient(y.sum_all(), [scores]);
            Tensor::concat(0, &[y.reshape([12]), slope.reshape([24])])
        });
        assert!(got.iter().all(|x| x.is_finite()), "{got:?}");
    }
}
