//! From strokes to pixels.

use super::{Pen, WAVES};
use crate::math;
use crate::rng::Rng;
use std::f64::consts::TAU;

/// A point, x to the right and y downwards.
pub(super) type Point = (f64, f64);

/// Pieces of a curve, or of a bent straight line, from one point to the next.
const PIECES: usize = 6;

/// One way of drawing: where the points of the glyph's box come to lie, and how wide strokes are.
pub(super) struct Hand {
    /// The matrix from the box, whose middle is (0, 0) and whose side is 1, to pixels, and what is added.
    matrix: [[f64; 2]; 2],
    shift: Point,
    /// Frequencies across and down in radians a side, phase, height across and down: in pixels.
    waves: [[f64; 5]; WAVES],
    side: f64,
    /// Width of a stroke in pixels.
    pub stroke: f64,
}

impl Hand {
    /// Draws all that chance decides, in the same order whatever the amounts.
    pub fn new(pen: &Pen, rng: &mut Rng) -> Self {
        let (amount, side) = (&pen.distortion, pen.side as f64);
        let mut within = |bound: f64| bound * (2.0 * rng.unit_f64() - 1.0);
        let shift = (within(amount.shift) * side, within(amount.shift) * side);
        let angle = within(amount.rotation);
        let scale = [1.0 + within(amount.scale), 1.0 + within(amount.scale)].map(|factor| factor * pen.size * side);
        let shear = within(amount.shear);
        let stroke = pen.stroke * (1.0 + within(amount.stroke)) * side;
        let (sine, cosine) = (math::sin(angle), math::cos(angle));
        // First scale, then lean (what is above the middle goes to the right), then turn.
        let matrix = [
            [cosine * scale[0], (-cosine * shear - sine) * scale[1]],
            [sine * scale[0], (-sine * shear + cosine) * scale[1]],
        ];
        // Waves of about one turn a picture. Each pushes in a direction of its own; the mean square of a sine is 1/2.
        let height = amount.elastic * side * math::sqrt(2.0 / WAVES as f64);
        let waves = std::array::from_fn(|_| {
            let frequencies = (TAU * rng.normal(), TAU * rng.normal());
            let (phase, direction) = (TAU * rng.unit_f64(), TAU * rng.unit_f64());
            [frequencies.0, frequencies.1, phase, height * math::cos(direction), height * math::sin(direction)]
        });
        // Never thinner than a pixel, or it would break into dots.
        Self { matrix, shift: (shift.0 + side / 2.0, shift.1 + side / 2.0), waves, side, stroke: stroke.max(1.0) }
    }

    /// The place of a point of the box in pixels.
    pub fn place(&self, (x, y): Point) -> Point {
        let [[a, b], [c, d]] = self.matrix;
        let (mut u, mut v) = (a * x + b * y, c * x + d * y);
        let (across, down) = (u / self.side, v / self.side);
        for [frequency_x, frequency_y, phase, push_x, push_y] in self.waves {
            if push_x != 0.0 || push_y != 0.0 {
                let wave = math::sin(frequency_x * across + frequency_y * down + phase);
                (u, v) = (u + push_x * wave, v + push_y * wave);
            }
        }
        (u + self.shift.0, v + self.shift.1)
    }
}

/// Walks along the strokes of a glyph, straight piece by straight piece; with `bent`, straight lines come in many pieces
/// too. Points lie in the box from -1/2 to 1/2.
pub(super) fn pieces(strokes: &str, bent: bool, mut each: impl FnMut(Point, Point)) {
    for stroke in strokes.split('|') {
        let smooth = stroke.starts_with('~');
        let points = stroke.trim_start_matches('~').as_bytes();
        let count = points.len().div_ceil(3);
        let digit = |at: usize| f64::from(points[at] - b'0') / 8.0 - 0.5;
        let point = |i: usize| (digit(3 * i), digit(3 * i + 1));
        let closed = point(0) == point(count - 1);
        for i in 0..count - 1 {
            let (p, q) = (point(i), point(i + 1));
            // The neighbours outside; at an open end the stroke goes straight on.
            let before = match i {
                0 if closed => point(count - 2),
                0 => (2.0 * p.0 - q.0, 2.0 * p.1 - q.1),
                _ => point(i - 1),
            };
            let after = match i + 2 {
                next if next < count => point(next),
                _ if closed => point(1),
                _ => (2.0 * q.0 - p.0, 2.0 * q.1 - p.1),
            };
            let steps = if smooth || bent { PIECES } else { 1 };
            let at = |step: usize| {
                let t = step as f64 / steps as f64;
                if smooth {
                    (curve(before.0, p.0, q.0, after.0, t), curve(before.1, p.1, q.1, after.1, t))
                } else {
                    (p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1))
                }
            };
            (0..steps).for_each(|step| each(at(step), at(step + 1)));
        }
    }
}

/// Catmull and Rom's curve: from b to c, as if coming from a and going to d.
fn curve(a: f64, b: f64, c: f64, d: f64, t: f64) -> f64 {
    let bend = t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a));
    b + 0.5 * t * (c - a + bend)
}

/// Lowers each pixel within `reach` of the line from `a` to `b` to the squared distance from it.
pub(super) fn nearer(pixels: &mut [f32], side: usize, a: Point, b: Point, reach: f64) {
    let along = (b.0 - a.0, b.1 - a.1);
    let length = along.0 * along.0 + along.1 * along.1;
    // Pixels whose middle may be near enough; a stroke may leave the picture.
    let range = |a: f64, b: f64| {
        let clip = |x: f64| x.clamp(0.0, side as f64) as usize;
        clip((a.min(b) - reach).floor())..clip((a.max(b) + reach).ceil())
    };
    for y in range(a.1, b.1) {
        for x in range(a.0, b.0) {
            let to = (x as f64 + 0.5 - a.0, y as f64 + 0.5 - a.1);
            let t = if length > 0.0 { ((to.0 * along.0 + to.1 * along.1) / length).clamp(0.0, 1.0) } else { 0.0 };
            let (dx, dy) = (to.0 - t * along.0, to.1 - t * along.1);
            let pixel = &mut pixels[y * side + x];
            *pixel = pixel.min((dx * dx + dy * dy) as f32);
        }
    }
}
