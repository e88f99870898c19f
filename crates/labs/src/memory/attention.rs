//! The softmax update and attention, number beside number.
//!
//! State patterns R and stored patterns Y give Q = R W_Q, K = Y W_K and V = K W_V. A Hopfield step with the keys as
//! stored patterns and beta = 1 / sqrt(d_k), then the projection W_V, is Z = softmax(beta Q K^T) V.
//!
//! Source: Ramsauer et al., "Hopfield networks is all you need" (2020), section 2, the update rule as attention.
//!
//! Z is computed twice: once by [`Memory`], once by plain loops that share no code with it.

use super::nets::{Kind, Memory, Rule};
use crate::exhibit::Progress;
use ndarray::{Array2, ArrayView2};
use vivarium_engine::math::expf;
use vivarium_engine::rng::Rng;
use vivarium_frame::Complaint;
use vivarium_frame::view::{Axis, ColourMap, Frame, Picture, Pixels, Plot, Raster, Room, Table};

/// How many random sets of Q, K and V are compared.
pub const DRAWS: u64 = 100;

/// Sizes of a random set: state patterns, stored patterns, width of keys, width of values.
const SIZES: [usize; 4] = [8, 12, 16, 6];

/// One set of matrices and what the two ways made of it.
struct Case {
    /// Q: one state pattern a row.
    states: Array2<f32>,
    /// K: one stored pattern a row.
    keys: Array2<f32>,
    /// W_V, from a key to a value; none leaves keys as they are.
    to_value: Option<Array2<f32>>,
    beta: f32,
}

/// Z both ways, with the numbers on the way.
struct Compared {
    /// Q K^T.
    products: Array2<f32>,
    /// softmax(beta Q K^T), by rows.
    weights: Array2<f32>,
    by_hopfield: Array2<f32>,
    by_attention: Array2<f32>,
}

impl Compared {
    fn difference(&self) -> f64 {
        let gap = |(a, b): (&f32, &f32)| f64::from((a - b).abs());
        // A number that is none must not pass for equal.
        self.by_hopfield
            .iter()
            .zip(&self.by_attention)
            .map(gap)
            .fold(0.0, |most, gap| if gap > most || gap.is_nan() { gap } else { most })
    }
}

impl Case {
    /// Normal entries throughout; the maps are scaled to keep the variance.
    fn random(rng: &mut Rng) -> Self {
        let [states, stored, width, out] = SIZES;
        let mut normal = |rows: usize, columns: usize, deviation: f32| {
            Array2::from_shape_simple_fn((rows, columns), || deviation * rng.normal() as f32)
        };
        let keep = 1.0 / (width as f32).sqrt();
        let map = |a: Array2<f32>, w: Array2<f32>| product(a.view(), w.view());
        Self {
            states: map(normal(states, width, 1.0), normal(width, width, keep)),
            keys: map(normal(stored, width, 1.0), normal(width, width, keep)),
            to_value: Some(normal(width, out, keep)),
            beta: keep,
        }
    }

    /// `off` runs the Hopfield step at beta / 2: the two are then not the same.
    fn compare(&self, off: bool) -> Result<Compared, Complaint> {
        let (products, weights, by_attention) = attention(self);
        let beta = if off { 0.5 * self.beta } else { self.beta };
        let mut memory = Memory::new(Kind { beta, ..Kind::of(Rule::Softmax) }, self.keys.clone())?;
        let mut updated = self.states.clone();
        for mut state in updated.rows_mut() {
            if let Some(state) = state.as_slice_mut() {
                memory.update_all(state, 0.0, || 0.0);
            }
        }
        let by_hopfield = match &self.to_value {
            Some(map) => product(updated.view(), map.view()),
            None => updated,
        };
        Ok(Compared { products, weights, by_hopfield, by_attention })
    }
}

/// Attention as it is usually written, by plain loops: Q K^T, softmax of every row, times V.
fn attention(case: &Case) -> (Array2<f32>, Array2<f32>, Array2<f32>) {
    let values = match &case.to_value {
        Some(map) => product(case.keys.view(), map.view()),
        None => case.keys.clone(),
    };
    let products = product(case.states.view(), case.keys.t());
    let mut weights = products.clone();
    for mut row in weights.rows_mut() {
        let mut top = f32::NEG_INFINITY;
        for x in &row {
            top = top.max(case.beta * x);
        }
        let mut sum = 0.0;
        for x in &mut row {
            *x = expf(case.beta * *x - top);
            sum += *x;
        }
        for x in &mut row {
            *x /= sum;
        }
    }
    let z = product(weights.view(), values.view());
    (products, weights, z)
}

/// A matrix product by the definition.
fn product(a: ArrayView2<f32>, b: ArrayView2<f32>) -> Array2<f32> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| {
        let mut sum = 0.0;
        for k in 0..a.ncols() {
            sum += a[[i, k]] * b[[k, j]];
        }
        sum
    })
}

/// The largest difference between the two in [`DRAWS`] random sets of Q, K and V; with `off`, the Hopfield step runs at
/// half the inverse temperature.
///
/// # Errors
/// None in practice: random sets are allowed.
pub fn largest_difference(seed: u64, off: bool) -> Result<f64, Complaint> {
    let mut rng = Rng::new(seed, "attention");
    (0..DRAWS).try_fold(0.0, |most, _| {
        let gap = Case::random(&mut rng).compare(off)?.difference();
        Ok(if gap > most || gap.is_nan() { gap } else { most })
    })
}

/// The comparison as a picture: a step draws another random Q, K and V.
pub struct Attention {
    rng: Rng,
    case: Case,
    compared: Compared,
    draws: u64,
    most: f64,
    /// The sets are the visitor's patterns and stay as they are.
    fixed: bool,
}

impl Attention {
    /// Random sets.
    ///
    /// # Errors
    /// None in practice: random sets are allowed.
    pub fn new(seed: u64) -> Result<Self, Complaint> {
        let mut rng = Rng::new(seed, "attention");
        let case = Case::random(&mut rng);
        Self::start(rng, case, false)
    }

    /// The patterns of a memory (N x d, real) as keys and values and one state (d numbers) as the only query, at
    /// inverse temperature `beta`.
    ///
    /// # Errors
    /// A sentence when the state is not as long as a pattern, or the memory takes no such pattern or beta.
    pub fn of(patterns: ArrayView2<f32>, state: &[f32], beta: f32) -> Result<Self, Complaint> {
        let states = Array2::from_shape_vec((1, state.len()), state.to_vec())
            .ok()
            .filter(|states| states.ncols() == patterns.ncols())
            .ok_or_else(|| Complaint::new("The state and the patterns differ in length."))?;
        let case = Case { states, keys: patterns.to_owned(), to_value: None, beta };
        Self::start(Rng::new(0, "attention"), case, true)
    }

    fn start(rng: Rng, case: Case, fixed: bool) -> Result<Self, Complaint> {
        let compared = case.compare(false)?;
        let most = compared.difference();
        Ok(Self { rng, case, compared, draws: 1, most, fixed })
    }

    /// Draws and compares another set, up to [`DRAWS`] in all.
    pub fn step(&mut self) -> Progress {
        if self.fixed || self.draws >= DRAWS {
            return Progress::Finished;
        }
        let case = Case::random(&mut self.rng);
        match case.compare(false) {
            Ok(compared) => {
                self.most = self.most.max(compared.difference());
                (self.case, self.compared) = (case, compared);
                self.draws += 1;
                Progress::Running
            }
            Err(complaint) => Progress::Diverged(complaint.sentence),
        }
    }

    /// The largest difference so far.
    pub fn largest(&self) -> f64 {
        self.most
    }

    /// Heat map, softmax rows, the two Z and their difference.
    pub fn draw(&self, frame: &mut Frame) {
        let now = self.compared.difference();
        frame.figure(
            "attention-difference",
            "Largest difference",
            self.most,
            "",
            "The largest gap between an entry of Z by the Hopfield step and the same by the attention kernel, so far.",
        );
        frame.figure("attention-draws", "Sets compared", self.draws as f64, "", "Sets of Q, K and V drawn so far.");
        let Compared { products, weights, by_hopfield, by_attention } = &self.compared;
        let reach = products.iter().fold(0.0_f32, |most, x| most.max(x.abs())).max(f32::MIN_POSITIVE);
        frame
            .panel("attention-products", "Products q \u{b7} k: states against stored patterns", Room::Stage, {
                let map = ColourMap::Diverging;
                heat(products, (-reach, reach), map, "q \u{b7} k")
            })
            .alt(format!(
                "Heat map of {} states by {} stored patterns; products from {:.2} to {:.2}.",
                products.nrows(),
                products.ncols(),
                -reach,
                reach
            ));
        frame
            .panel(
                "attention-weights",
                "softmax(\u{3b2} q \u{b7} k): one row a state",
                Room::Cell,
                heat(weights, (0.0, 1.0), ColourMap::Sequential, "weight"),
            )
            .alt("Heat map of the softmax weights; each row sums to one.");
        let columns = ["state", "value", "Hopfield step", "attention", "difference"].map(str::to_owned).to_vec();
        let per_state = if by_hopfield.nrows() == 1 { 12 } else { 3 };
        let shown = by_hopfield.indexed_iter().filter(|((_, j), _)| *j < per_state);
        let rows = shown.map(|((i, j), a)| {
            let b = by_attention[[i, j]];
            vec![
                (i + 1).to_string(),
                (j + 1).to_string(),
                format!("{a:.7}"),
                format!("{b:.7}"),
                format!("{:.1e}", a - b),
            ]
        });
        let table = Table { columns, rows: rows.collect() };
        frame
            .panel("attention-values", "Z, computed twice", Room::Wide, Picture::Table(table))
            .alt(format!("Entries of Z by either way; the largest difference in this set is {now:e}."));
        frame.says = format!(
            "One Hopfield update and one attention head differ by at most {:.1e} in {} sets of Q, K and V.",
            self.most, self.draws
        );
    }
}

/// A matrix as a map, its first row at the bottom.
fn heat(matrix: &Array2<f32>, range: (f32, f32), map: ColourMap, label: &str) -> Picture {
    let (rows, columns) = matrix.dim();
    let values = matrix.iter().copied().collect();
    let pixels = Pixels::Scalar { values, range, map, label: label.to_owned() };
    let mut plot = Plot::new(
        Axis::new("stored pattern").range(0.5, columns as f32 + 0.5),
        Axis::new("state").range(0.5, rows as f32 + 0.5),
    );
    plot.field = Some(Raster { width: columns as u32, height: rows as u32, pixels });
    Picture::Plot(plot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_update_is_attention_to_a_millionth() {
        for seed in 0..5 {
            let gap = largest_difference(seed, false).unwrap();
            assert!(gap < 1e-6, "{gap}");
            assert!(largest_difference(seed, true).unwrap() > 0.01);
        }
    }

    #[test]
    fn a_single_key_is_returned_whatever_the_query() {
        let keys = Array2::from_shape_vec((1, 3), vec![1.0, -2.0, 0.5]).unwrap();
        let view = Attention::of(keys.view(), &[9.0, 9.0, 9.0], 0.7).unwrap();
        assert_eq!(view.compared.by_hopfield, keys);
        assert_eq!(view.compared.by_attention, keys);
    }

    #[test]
    fn runs_draws_and_finishes() {
        let run = || {
            let mut view = Attention::new(4).unwrap();
            while view.step() == Progress::Running {}
            let mut frame = Frame::default();
            view.draw(&mut frame);
            frame
        };
        let frame = run();
        assert_eq!(frame, run());
        assert_eq!((frame.figures[1].value, frame.panels.len()), (DRAWS as f64, 3));
        assert_eq!(frame.figures[0].value, largest_difference(4, false).unwrap());
        assert!(Attention::of(Array2::ones((2, 3)).view(), &[1.0], 1.0).is_err());
    }
}
