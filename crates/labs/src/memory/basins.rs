//! The map of basins: where the dynamics goes from every point of the plane through three stored patterns.

use super::nets::{Memory, Rule};
use super::theory::Regime;
use super::walk::Walk;
use ndarray::Array2;
use vivarium_engine::rng::Rng;
use vivarium_engine::{kernel, math};
use vivarium_frame::view::{Axis, Ink, Picture, Pixels, Plot, Raster, Shape};

/// Sweeps after which a state counts as unsettled.
const SWEEPS: usize = 50;
/// Softmax: the map is computed from the products of all patterns with each other; they may cost so many multiply-adds.
const MOST_PRODUCTS: usize = 1 << 28;
/// The sign rules: so many multiply-adds may a point cost, before the flips.
const MOST_WORK: usize = 1 << 23;
/// Pixels in a row, from fine to coarse; multiples of 4.
const SIDES: [usize; 4] = [48, 32, 24, 16];
/// A pixel that is not computed yet.
const BLANK: u8 = 255;

/// What a state became, as the index of its name: the first three are the patterns of the plane.
type End = u8;
const ANOTHER: End = 3;
/// Sign rules.
const MIRROR: End = 4;
const MIXTURE: End = 5;
const SPURIOUS: End = 6;
/// Softmax: the mean of a cluster near the first of the three patterns; near the others are the next two.
const CLUSTER: End = 4;
const ELSEWHERE: End = 7;

/// The map, computed pixel by pixel.
///
/// A point of the plane stands for the state nearest to it: softmax starts at the point itself; for the sign rules each
/// unit is +1 with the chance that makes the point the mean, decided by one fixed random number a unit. Neighbouring
/// points then differ in few units, and the fields of one start give those of the next.
pub struct Basins {
    three: [usize; 3],
    /// Orthonormal directions in the plane, d numbers each.
    axes: [Vec<f32>; 2],
    /// The patterns' coordinates in units of sqrt(d); the first is the origin.
    corners: [(f32, f32); 3],
    /// Pixels in a row and number of rows.
    side: usize,
    low: (f32, f32),
    extent: f32,
    kinds: Vec<u8>,
    /// The pixels in the order of work, each with the width of the block that it stands for until finer ones come.
    order: Vec<(u16, u16, u16)>,
    next: usize,
    /// Multiply-adds that may still be spent.
    credit: i64,
    thresholds: Vec<f32>,
    target: Vec<f32>,
    start: Walk,
    walk: Walk,
    gram: Option<Array2<f32>>,
    /// Overlaps, or softmax weights; one per pattern.
    overlaps: Vec<f32>,
    before: Vec<f32>,
}

impl Basins {
    /// The map through the patterns `three`, as fine as about `budget` multiply-adds allow; nothing of it is computed yet.
    /// None where the patterns span no plane.
    pub fn new(memory: &mut Memory, three: [usize; 3], budget: u64, rng: &Rng) -> Option<Self> {
        let (units, count) = (memory.units(), memory.count());
        let softmax = memory.kind().rule == Rule::Softmax;
        let too_dear = if softmax { count * count > MOST_PRODUCTS / units } else { count * units > MOST_WORK };
        if three.iter().any(|&mu| mu >= count) || too_dear {
            return None;
        }
        let scale = math::sqrtf(units as f32);
        let from_first = |mu: usize| -> Vec<f32> {
            memory.pattern(mu).iter().zip(memory.pattern(three[0])).map(|(a, b)| a - b).collect()
        };
        let mut first = from_first(three[1]);
        let length = unit_length(&mut first)?;
        let mut second = from_first(three[2]);
        let along = kernel::dot(&first, &second);
        kernel::axpy(-along, &first, &mut second);
        let height = unit_length(&mut second)?;
        if height < 1e-3 * scale {
            return None;
        }
        let corners = [(0.0, 0.0), (length / scale, 0.0), (along / scale, height / scale)];
        let span = |values: [f32; 3]| {
            let (lo, hi) = (values[0].min(values[1]).min(values[2]), values[0].max(values[1]).max(values[2]));
            (0.5 * (lo + hi), hi - lo)
        };
        let (x, width) = span(corners.map(|c| c.0));
        let (y, depth) = span(corners.map(|c| c.1));
        let extent = 1.5 * width.max(depth);
        let point = if softmax { 10 * count * count } else { units * units / 8 };
        let side = SIDES.into_iter().find(|side| (side * side * point) as u64 <= budget).unwrap_or(SIDES[3]);
        let mut rng = rng.split("basins");
        let first_pattern = memory.pattern(three[0]).to_vec();
        let gram = softmax.then(|| {
            let mut gram = Array2::zeros((count, count));
            let turned = memory.patterns().t().as_standard_layout().into_owned();
            let (a, b) = (memory.patterns(), turned.view());
            let (a, b) = (a.as_slice().unwrap_or_default(), b.as_slice().unwrap_or_default());
            kernel::matmul(count, units, count, a, b, gram.as_slice_mut().unwrap_or_default());
            gram
        });
        Some(Self {
            three,
            axes: [first, second],
            corners,
            side,
            low: (x - 0.5 * extent, y - 0.5 * extent),
            extent,
            kinds: vec![BLANK; side * side],
            order: coarse_to_fine(side as u16),
            next: 0,
            credit: 0,
            thresholds: (0..units).map(|_| rng.unit_f32()).collect(),
            target: vec![0.0; units],
            start: Walk::new(memory, &first_pattern),
            walk: Walk::new(memory, &first_pattern),
            gram,
            overlaps: vec![0.0; count],
            before: vec![0.0; count],
        })
    }

    /// Whether every pixel is there.
    pub fn done(&self) -> bool {
        self.next == self.order.len()
    }

    /// Spends `budget` multiply-adds more, as nearly as whole pixels allow.
    pub fn work(&mut self, memory: &mut Memory, budget: u64, parallel: bool) {
        if self.done() {
            return;
        }
        self.credit += budget as i64;
        while self.credit > 0 && !self.done() {
            let (column, row, block) = self.order[self.next];
            let pixel = self.extent / self.side as f32;
            let x = self.low.0 + (f32::from(column) + 0.5) * pixel;
            let y = self.low.1 + (f32::from(row) + 0.5) * pixel;
            let end =
                if self.gram.is_some() { self.attend(memory, x, y) } else { self.descend(memory, x, y, parallel) };
            let (column, row, block) = (usize::from(column), usize::from(row), usize::from(block));
            for line in self.kinds.chunks_exact_mut(self.side).skip(row).take(block) {
                line[column..column + block].fill(end);
            }
            self.next += 1;
        }
    }

    /// The sign rules' dynamics from the point (x, y).
    fn descend(&mut self, memory: &mut Memory, x: f32, y: f32, parallel: bool) -> End {
        let before = self.start.cost + self.walk.cost;
        let scale = math::sqrtf(memory.units() as f32);
        self.target.copy_from_slice(memory.pattern(self.three[0]));
        kernel::axpy(x * scale, &self.axes[0], &mut self.target);
        kernel::axpy(y * scale, &self.axes[1], &mut self.target);
        let signs =
            self.target.iter().zip(&self.thresholds).map(|(t, u)| if 0.5 * (1.0 + t) > *u { 1.0 } else { -1.0 });
        self.start.paint(memory, signs.enumerate());
        self.walk.follow(&self.start);
        let settled = self.walk.settle(memory, SWEEPS, parallel);
        let units = memory.units() as u64;
        self.credit -= (self.start.cost + self.walk.cost - before + units * (memory.count() as u64 + 3)) as i64;
        if !settled {
            return SPURIOUS;
        }
        memory.overlaps(self.walk.state(), &mut self.overlaps);
        // A twentieth of the pixels may differ: few rules have their minimum at the pattern itself.
        let near = self.overlaps.iter().position(|m| m.abs() >= 0.9);
        match near {
            Some(mu) if self.overlaps[mu] < 0.0 => MIRROR,
            Some(mu) => self.of_three(mu),
            None if mixture(memory, self.walk.state(), self.three).is_some() => MIXTURE,
            None => SPURIOUS,
        }
    }

    /// The softmax dynamics from the point (x, y): since every state is a weighted mean of patterns, products of
    /// patterns are all it needs.
    fn attend(&mut self, memory: &Memory, x: f32, y: f32) -> End {
        let Some(gram) = &self.gram else { return ELSEWHERE };
        let (c, count) = (self.corners, memory.count());
        // The point's weights on the three patterns; they sum to one, and may be negative outside the triangle.
        let third = y / c[2].1;
        let second = (x - third * c[2].0) / c[1].0;
        let weights = [1.0 - second - third, second, third];
        let beta = memory.kind().beta;
        for (mu, out) in self.overlaps.iter_mut().enumerate() {
            *out = beta * (0..3).map(|k| weights[k] * gram[[self.three[k], mu]]).sum::<f32>();
        }
        math::softmax_in_place(&mut self.overlaps);
        let mut settled = false;
        for _ in 0..SWEEPS {
            self.before.copy_from_slice(&self.overlaps);
            kernel::gemv(gram.as_slice().unwrap_or_default(), &self.before, &mut self.overlaps);
            kernel::scale(beta, &mut self.overlaps);
            math::softmax_in_place(&mut self.overlaps);
            self.credit -= ((count + 20) * count) as i64;
            let change = self.overlaps.iter().zip(&self.before).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            if change < 1e-5 {
                settled = true;
                break;
            }
        }
        if let Some(mu) = self.overlaps.iter().position(|p| *p > 0.9) {
            return self.of_three(mu);
        }
        let entropy: f32 = self.overlaps.iter().filter(|p| **p > 0.0).map(|p| -p * math::lnf(*p)).sum();
        if !settled || Regime::of(math::exp(entropy.into()), count) == Regime::Global {
            return ELSEWHERE;
        }
        let product = |k: usize| kernel::dot(gram.row(self.three[k]).as_slice().unwrap_or_default(), &self.overlaps);
        let products = [product(0), product(1), product(2)];
        CLUSTER + (0..3).fold(0, |best, k| if products[usize::from(best)] < products[k] { k as u8 } else { best })
    }

    fn of_three(&self, mu: usize) -> End {
        self.three.iter().position(|&k| k == mu).map_or(ANOTHER, |k| k as End)
    }

    /// Where a state lies on the plane.
    pub fn project(&self, memory: &Memory, state: &[f32]) -> (f32, f32) {
        let scale = 1.0 / math::sqrtf(memory.units() as f32);
        let origin = memory.pattern(self.three[0]);
        let along = |axis: &[f32]| scale * (kernel::dot(axis, state) - kernel::dot(axis, origin));
        (along(&self.axes[0]), along(&self.axes[1]))
    }

    /// The map, with the patterns' names and the path of the state so far (its last point is the present).
    pub fn picture(&self, memory: &Memory, names: &[String], trail: &[(f32, f32)]) -> Picture {
        let axis = |label: &str, low: f32| Axis::new(label).range(low, low + self.extent);
        let mut plot = Plot::new(axis("along the plane", self.low.0), axis("across", self.low.1));
        plot.square = true;
        let name = |k: usize| names.get(self.three[k]).cloned().unwrap_or_default();
        let mut kinds = vec![name(0), name(1), name(2), "another pattern".to_owned()];
        if memory.kind().rule == Rule::Softmax {
            kinds.extend((0..3).map(|k| format!("a mean near {}", name(k))));
            kinds.push("the mean of all".to_owned());
        } else {
            kinds.extend(["mirror image", "mixture of the three", "spurious state"].map(str::to_owned));
        }
        let index = self.kinds.clone();
        plot.field = Some(Raster {
            width: self.side as u32,
            height: self.side as u32,
            pixels: Pixels::Kinds { index, names: kinds },
        });
        let (x, y): (Vec<f32>, Vec<f32>) = self.corners.iter().copied().unzip();
        plot.mark("", Ink::Text, Shape::Points { x: x.clone(), y: y.clone(), radius: 4.0, filled: false });
        plot.mark("", Ink::Text, Shape::Words { x, y, text: (0..3).map(name).collect() });
        let (x, y): (Vec<f32>, Vec<f32>) = trail.iter().copied().unzip();
        if let (Some(&x), Some(&y)) = (x.last(), y.last()) {
            plot.mark("", Ink::Accent, Shape::Points { x: vec![x], y: vec![y], radius: 5.0, filled: true });
        }
        plot.line("the state's path", Ink::Accent, x, y);
        Picture::Plot(plot)
    }

    /// How much of the map is there, 0 to 1.
    pub fn share(&self) -> f64 {
        self.next as f64 / self.order.len() as f64
    }
}

/// Every pixel once: first each fourth of each fourth row, then each second, then the rest. Rows run to and fro, so that
/// each pixel is near the last. `side` is a multiple of 4.
fn coarse_to_fine(side: u16) -> Vec<(u16, u16, u16)> {
    let mut order = Vec::with_capacity(usize::from(side) * usize::from(side));
    for block in [4, 2, 1] {
        for (turn, row) in (0..side).step_by(block).enumerate() {
            for along in (0..side).step_by(block) {
                let column = if turn % 2 == 0 { along } else { side - block as u16 - along };
                let coarser = 2 * block as u16;
                if block == 4 || column % coarser != 0 || row % coarser != 0 {
                    order.push((column, row, block as u16));
                }
            }
        }
    }
    order
}

/// Scales to length 1 and gives the old length; none where that is 0.
fn unit_length(v: &mut [f32]) -> Option<f32> {
    let length = math::sqrtf(kernel::dot(v, v));
    (length > 0.0).then(|| {
        kernel::scale(1.0 / length, v);
        length
    })
}

/// Whether `state` is the sign of a sum of the three patterns, each with either sign (at most a twentieth of the units
/// differ): then the three signs.
pub fn mixture(memory: &Memory, state: &[f32], three: [usize; 3]) -> Option<[f32; 3]> {
    let [a, b, c] = three.map(|mu| memory.pattern(mu));
    (0..8).map(|bits| [0, 1, 2].map(|k| if bits >> k & 1 == 0 { 1.0 } else { -1.0_f32 })).find(|signs| {
        let agree =
            (0..state.len()).filter(|&i| state[i] * (signs[0] * a[i] + signs[1] * b[i] + signs[2] * c[i]) > 0.0);
        20 * agree.count() >= 19 * state.len()
    })
}
