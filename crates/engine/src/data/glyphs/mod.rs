//! Digits, letters and shapes drawn by strokes on a grid of any size, each copy distorted by lot.

mod stroke;

use super::dataset::{check_size, matrix};
use super::{DataError, Dataset, Grid};
use crate::math;
use crate::rng::Rng;
use std::ops::Range;
use stroke::{Hand, nearer, pieces};

/// Name and strokes. Strokes are separated by bars; a point is two digits, x and y from 0 to 8, y downwards. A stroke that
/// begins with ~ is a smooth curve through its points, closed if it ends where it began.
const GLYPHS: [(&str, &str); 46] = [
    ("0", "~40 21 13 15 27 48 67 75 73 61 40"),
    ("1", "22 40 48"),
    ("2", "~12 30 60 72 54 18|18 78"),
    ("3", "~11 30 60 72 54 34|~34 54 76 58 28 17"),
    ("4", "58 50 15 75"),
    ("5", "70 20 13|~13 43 63 76 58 28 17"),
    ("6", "~60 32 15 28 58 76 54 24 15"),
    ("7", "10 70 38"),
    ("8", "~44 23 21 40 61 63 44 25 17 48 77 65 44"),
    ("9", "~28 56 73 60 30 12 34 64 73"),
    ("A", "18 40 78|25 65"),
    ("B", "10 18|~10 50 62 54 14|~14 54 76 58 18"),
    ("C", "~71 50 21 13 15 27 58 77"),
    ("D", "10 18|~10 40 72 76 48 18"),
    ("E", "70 10 18 78|14 54"),
    ("F", "70 10 18|14 54"),
    ("G", "~71 50 21 13 15 27 58 76|76 74 44"),
    ("H", "10 18|70 78|14 74"),
    ("I", "40 48|20 60|28 68"),
    ("J", "60 66|~66 57 38 16"),
    ("K", "10 18|70 14 78"),
    ("L", "10 18 78"),
    ("M", "18 10 45 70 78"),
    ("N", "18 10 78 70"),
    ("O", "~40 11 04 17 48 77 84 71 40"),
    ("P", "18 10|~10 50 72 54 14"),
    ("Q", "~40 11 04 17 48 77 84 71 40|56 88"),
    ("R", "18 10|~10 50 72 54 14|44 78"),
    ("S", "~71 50 20 12 34 54 76 58 28 17"),
    ("T", "10 70|40 48"),
    ("U", "10 15|~15 27 48 67 75|75 70"),
    ("V", "10 48 70"),
    ("W", "00 28 43 68 80"),
    ("X", "10 78|70 18"),
    ("Y", "10 44 70|44 48"),
    ("Z", "10 70 18 78"),
    ("circle", "~40 11 04 17 48 77 84 71 40"),
    ("square", "11 71 77 17 11"),
    ("triangle", "40 87 07 40"),
    ("diamond", "40 84 48 04 40"),
    ("plus", "40 48|04 84"),
    ("cross", "00 88|80 08"),
    ("star", "40 68 03 83 28 40"),
    ("heart", "~48 14 02 10 30 42|~42 50 70 82 74 48"),
    ("arrow", "04 84|51 84 57"),
    ("hourglass", "10 70 18 78 10"),
];

/// How many glyphs there are.
pub const COUNT: usize = GLYPHS.len();
/// The digits 0 to 9.
pub const DIGITS: Range<usize> = 0..10;
/// The letters A to Z.
pub const LETTERS: Range<usize> = 10..36;
/// Circle, square, triangle, diamond, plus, cross, star, heart, arrow, hourglass.
pub const SHAPES: Range<usize> = 36..COUNT;

/// Waves of the elastic distortion.
const WAVES: usize = 4;

/// What glyph `k` is called.
///
/// # Panics
/// When there is no such glyph.
pub fn name(k: usize) -> &'static str {
    GLYPHS[k].0
}

/// How far copies of a glyph differ. Each amount is a bound up and down, within which all is equally likely, unless said
/// otherwise; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distortion {
    /// Of the place, across and down, as a share of the picture's side.
    pub shift: f64,
    /// Of the direction, in radians.
    pub rotation: f64,
    /// Of the size, as a share of it; each axis by itself.
    pub scale: f64,
    /// Of the slant: how far the top leans, as a share of the height.
    pub shear: f64,
    /// Of the stroke's width, as a share of it.
    pub stroke: f64,
    /// Of every point, smoothly from point to point, as a share of the picture's side: the root of the mean square.
    pub elastic: f64,
    /// Of every pixel: the standard deviation of what is added. Values are cut to 0 and 1 afterwards.
    pub noise: f64,
}

impl Distortion {
    /// About as much as between people's hands.
    pub fn handwriting() -> Self {
        Self { shift: 0.06, rotation: 0.2, scale: 0.2, shear: 0.3, stroke: 0.3, elastic: 0.03, noise: 0.0 }
    }
}

/// Draws glyphs as pictures: 0 paper, 1 ink.
#[derive(Clone, Debug)]
pub struct Pen {
    /// Pixels in a row; also rows.
    pub side: usize,
    /// The glyphs' height as a share of the picture's.
    pub size: f64,
    /// The strokes' width as a share of the picture's side.
    pub stroke: f64,
    /// How far copies differ.
    pub distortion: Distortion,
}

impl Pen {
    /// A pen for pictures of `side` x `side` pixels.
    pub fn new(side: usize, distortion: Distortion) -> Self {
        Self { side, size: 0.7, stroke: 0.09, distortion }
    }

    /// Draws glyph `k` into `side * side` pixels, row by row; allocates nothing.
    ///
    /// # Panics
    /// When there is no such glyph, or `pixels` has another length.
    pub fn draw(&self, k: usize, rng: &mut Rng, pixels: &mut [f32]) {
        assert_eq!(pixels.len(), self.side * self.side, "a picture of another size");
        let (hand, noise) = (Hand::new(self, rng), self.distortion.noise);
        pixels.fill(f32::INFINITY);
        pieces(GLYPHS[k].1, self.distortion.elastic != 0.0, |from, to| {
            nearer(pixels, self.side, hand.place(from), hand.place(to), hand.stroke / 2.0 + 1.0);
        });
        for pixel in pixels {
            // A pixel at the stroke's very edge is half covered.
            let mut ink = (hand.stroke / 2.0 + 0.5 - math::sqrt(f64::from(*pixel))).clamp(0.0, 1.0);
            if noise > 0.0 {
                ink = (ink + noise * rng.normal()).clamp(0.0, 1.0);
            }
            *pixel = ink as f32;
        }
    }

    /// `count` pictures of these glyphs, which take turns; their classes are their places in the list.
    ///
    /// # Errors
    /// When there is no such glyph, or it would be too many numbers.
    pub fn draw_set(&self, glyphs: &[usize], count: usize, rng: &mut Rng) -> Result<Dataset, DataError> {
        if let Some(k) = glyphs.iter().find(|k| **k >= COUNT) {
            return Err(DataError::whole(format!("there is no glyph {k}: there are {COUNT}, counted from 0")));
        }
        if glyphs.is_empty() {
            return Err(DataError::whole("there must be a glyph"));
        }
        let size = self.side.saturating_mul(self.side);
        check_size(count.saturating_mul(size))?;
        let mut pixels = vec![0.0; count * size];
        for (i, picture) in pixels.chunks_exact_mut(size.max(1)).enumerate() {
            self.draw(glyphs[i % glyphs.len()], rng, picture);
        }
        let labels = (0..count).map(|i| (i % glyphs.len()) as u32).collect();
        let names = glyphs.iter().map(|&k| name(k).to_owned()).collect();
        Dataset::classes(matrix(count, size, pixels), labels, names)?.with_grid(Grid {
            height: self.side,
            width: self.side,
            channels: 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(pen: &Pen, k: usize, seed: u64) -> Vec<f32> {
        let mut pixels = vec![0.0; pen.side * pen.side];
        pen.draw(k, &mut Rng::new(seed, "glyph"), &mut pixels);
        pixels
    }

    fn ink(pixels: &[f32]) -> f32 {
        pixels.iter().sum()
    }

    /// The mean place of the ink, in shares of the side from the middle.
    fn middle(pixels: &[f32], side: usize) -> (f32, f32) {
        let place = |at: usize| (at as f32 + 0.5) / side as f32 - 0.5;
        let sum = |place: &dyn Fn(usize) -> f32| pixels.iter().enumerate().map(|(i, x)| x * place(i)).sum::<f32>();
        (sum(&|i| place(i % side)) / ink(pixels), sum(&|i| place(i / side)) / ink(pixels))
    }

    #[test]
    fn glyphs_differ_at_every_size() {
        for side in [8, 14, 28, 40] {
            let all: Vec<Vec<f32>> = (0..COUNT).map(|k| draw(&Pen::new(side, Distortion::default()), k, 0)).collect();
            for (k, glyph) in all.iter().enumerate() {
                assert!(ink(glyph) > side as f32 / 2.0, "{} is blank", name(k));
                // The letter O and the circle are one.
                for l in (0..k).filter(|l| (name(*l), name(k)) != ("O", "circle")) {
                    let apart: f32 = glyph.iter().zip(&all[l]).map(|(a, b)| (a - b).abs()).sum();
                    assert!(apart > 2.0, "{} and {} look the same at {side}", name(k), name(l));
                }
            }
        }
    }

    #[test]
    fn a_straight_stroke_covers_what_geometry_says() {
        // The bar of the plus from top to bottom, 0.7 high and 0.1 wide, and the one across, with round ends.
        let pen = Pen { stroke: 0.1, ..Pen::new(100, Distortion::default()) };
        let area = 2.0 * (70.0 * 10.0) - 100.0 + std::f32::consts::PI * 50.0;
        assert!((ink(&draw(&pen, 40, 0)) / area - 1.0).abs() < 0.01);
        let (x, y) = middle(&draw(&pen, 40, 0), 100);
        assert!(x.abs() < 1e-4 && y.abs() < 1e-4);
    }

    #[test]
    fn each_distortion_does_what_it_says() {
        let none = Distortion::default();
        let pen = |distortion| Pen::new(48, distortion);
        let plain = draw(&pen(none), 0, 0);
        assert_eq!(plain, draw(&pen(none), 0, 1), "without distortion all copies are one");
        let seeds = || 0..40;
        // A shift moves the ink as far as it may, and no farther, and changes little else.
        let shifted = Distortion { shift: 0.1, ..none };
        let places: Vec<(f32, f32)> = seeds().map(|seed| middle(&draw(&pen(shifted), 0, seed), 48)).collect();
        let farthest = places.iter().flat_map(|(x, y)| [x.abs(), y.abs()]).fold(0.0, f32::max);
        assert!((0.08..0.102).contains(&farthest), "{farthest}");
        // A wider stroke is more ink, a larger glyph too.
        for (amount, most) in [(Distortion { stroke: 0.3, ..none }, 1.35), (Distortion { scale: 0.3, ..none }, 1.35)] {
            let shares: Vec<f32> = seeds().map(|seed| ink(&draw(&pen(amount), 0, seed)) / ink(&plain)).collect();
            assert!(
                shares.iter().all(|s| (2.0 - most..most).contains(s)) && shares.iter().any(|s| *s > 1.1),
                "{shares:?}"
            );
        }
        // Turning, leaning and bending keep the amount of ink but for a little.
        for amount in [
            Distortion { rotation: 0.5, ..none },
            Distortion { shear: 0.2, ..none },
            Distortion { elastic: 0.02, ..none },
        ] {
            for seed in seeds() {
                let copy = draw(&pen(amount), 0, seed);
                assert!((0.7..1.4).contains(&(ink(&copy) / ink(&plain))), "{amount:?}: {}", ink(&copy) / ink(&plain));
                assert_ne!(copy, plain);
            }
        }
        let noisy = draw(&pen(Distortion { noise: 0.2, ..none }), 0, 0);
        assert!(noisy.iter().all(|x| (0.0..=1.0).contains(x)));
        // Half of what is added to paper is cut off: the mean of the rest is 0.4 deviations.
        let grain = ink(&noisy) - ink(&plain);
        assert!(grain > 0.05 * 48.0 * 48.0 && grain < 0.08 * 48.0 * 48.0, "{grain}");
    }

    #[test]
    fn elastic_distortion_has_the_size_that_was_asked_for() {
        let pen = Pen::new(100, Distortion { elastic: 0.05, ..Distortion::default() });
        let straight = Hand::new(&Pen::new(100, Distortion::default()), &mut Rng::new(0, "hand"));
        let mut rng = Rng::new(0, "hand");
        let (mut square, places) = (0.0, [(0.0, 0.0), (0.4, -0.3), (-0.5, 0.5), (0.1, 0.2)]);
        for _ in 0..2000 {
            let hand = Hand::new(&pen, &mut rng);
            for point in places {
                let (a, b) = (hand.place(point), straight.place(point));
                square += (a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1);
            }
        }
        let root = math::sqrt(square / 8000.0) / 100.0;
        assert!((root / 0.05 - 1.0).abs() < 0.03, "{root}");
    }

    #[test]
    fn sets_take_turns_and_edges_hold() {
        let pen = Pen::new(12, Distortion::handwriting());
        let set = pen.draw_set(&[3, 40], 5, &mut Rng::new(0, "set")).unwrap();
        assert_eq!((set.labels(), set.class_names()[1].as_str()), (&[0, 1, 0, 1, 0][..], "plus"));
        assert_eq!(set.grid(), Some(Grid { height: 12, width: 12, channels: 1 }));
        assert!(pen.draw_set(&[COUNT], 1, &mut Rng::new(0, "set")).unwrap_err().to_string().contains("no glyph 46"));
        assert!(pen.draw_set(&[], 1, &mut Rng::new(0, "set")).is_err());
        assert!(pen.draw_set(&[0], usize::MAX, &mut Rng::new(0, "set")).is_err());
        assert_eq!(Pen::new(0, Distortion::default()).draw_set(&[0], 2, &mut Rng::new(0, "set")).unwrap().width(), 0);
        // Strokes that leave the picture, or have no sense, do no harm.
        let wild = Distortion { shift: 9.0, scale: 3.0, elastic: 5.0, shear: f64::NAN, ..Distortion::default() };
        (0..COUNT).for_each(|k| assert_eq!(draw(&Pen::new(9, wild), k, 1).len(), 81));
        assert_eq!(Pen::new(1, Distortion::default()).draw_set(&[0], 1, &mut Rng::new(0, "set")).unwrap().width(), 1);
        assert_eq!((DIGITS.len(), LETTERS.len(), SHAPES.len(), name(LETTERS.start)), (10, 26, 10, "A"));
    }
}
