//! Points in the plane by lot. The classes take turns: example i is of class i mod (number of classes), so that a split
//! by index is balanced. `noise` is the standard deviation of a normal number added to both coordinates.

use super::{Dataset, dataset::matrix};
use crate::math;
use crate::rng::Rng;
use std::f64::consts::{PI, TAU};

/// `count` points of `classes` classes (at least 1): `place` puts one of a class somewhere.
pub(super) fn points(count: usize, classes: u32, mut place: impl FnMut(u32) -> (f64, f64)) -> Dataset {
    let classes = classes.max(1);
    let labels: Vec<u32> = (0..count).map(|i| (i % classes as usize) as u32).collect();
    let coordinates = labels.iter().map(|&label| place(label)).flat_map(|(x, y)| [x as f32, y as f32]).collect();
    let names = (0..classes).map(|class| class.to_string()).collect();
    let set = Dataset::classes(matrix(count, 2, coordinates), labels, names);
    named(set.unwrap_or_else(|_| unreachable!("a label a point, each below the number of classes")))
}

/// The set of points with the names x and y for its features.
pub(super) fn named(mut set: Dataset) -> Dataset {
    set.feature_names = vec!["x".into(), "y".into()];
    set
}

fn around((x, y): (f64, f64), noise: f64, rng: &mut Rng) -> (f64, f64) {
    (x + noise * rng.normal(), y + noise * rng.normal())
}

/// The point at this angle and distance from the origin.
pub(super) fn polar(angle: f64, radius: f64) -> (f64, f64) {
    (radius * math::cos(angle), radius * math::sin(angle))
}

/// Two half circles of radius 1 that reach into each other: one about (0, 0) from above, one about (1, 1/2) from below.
pub fn moons(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    points(count, 2, |class| {
        let (x, y) = polar(PI * rng.unit_f64(), 1.0);
        around(if class == 0 { (x, y) } else { (1.0 - x, 0.5 - y) }, noise, rng)
    })
}

/// Two circles about the origin: class 0 of radius 1, class 1 of radius `inner`.
pub fn circles(count: usize, inner: f64, noise: f64, rng: &mut Rng) -> Dataset {
    points(count, 2, |class| {
        let radius = if class == 0 { 1.0 } else { inner };
        around(polar(TAU * rng.unit_f64(), radius), noise, rng)
    })
}

/// As many spirals as `arms`, each from the origin to radius 1 in `turns` turns, evenly set about the origin. The points
/// lie evenly along the radius.
pub fn spirals(count: usize, arms: u32, turns: f64, noise: f64, rng: &mut Rng) -> Dataset {
    points(count, arms, |class| {
        let along = rng.unit_f64();
        let angle = TAU * (turns * along + f64::from(class) / f64::from(arms.max(1)));
        around(polar(angle, along), noise, rng)
    })
}

/// The square from -1 to 1; class 1 where the coordinates' signs differ. The noise comes after the class is settled.
pub fn xor(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    checkerboard(count, 2, noise, rng)
}

/// The square from -1 to 1 as a board of `cells` x `cells` (at least 1 x 1) with two colours; the cell in the lower left
/// is of class 0. On a board of one cell both classes lie there.
pub fn checkerboard(count: usize, cells: u32, noise: f64, rng: &mut Rng) -> Dataset {
    let cells = u64::from(cells.max(1));
    points(count, 2, |class| {
        // A cell of the right colour: all of them equally likely.
        let (column, row) = loop {
            let (column, row) = (rng.below(cells), rng.below(cells));
            if cells == 1 || (column + row) % 2 == u64::from(class) {
                break (column, row);
            }
        };
        let mut within = |cell: u64| 2.0 * (cell as f64 + rng.unit_f64()) / cells as f64 - 1.0;
        let point = (within(column), within(row));
        around(point, noise, rng)
    })
}

/// A round cloud for each class, of standard deviation `noise` about centres evenly set on the circle of radius 1.
pub fn blobs(count: usize, classes: u32, noise: f64, rng: &mut Rng) -> Dataset {
    points(count, classes, |class| around(polar(TAU * f64::from(class) / f64::from(classes.max(1)), 1.0), noise, rng))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every point with its class.
    fn each(set: &Dataset) -> impl Iterator<Item = (u32, f64, f64)> + '_ {
        let points =
            set.features().rows().into_iter().map(|row| (f64::from(row[0]), f64::from(row[1]))).collect::<Vec<_>>();
        set.labels().iter().zip(points).map(|(label, (x, y))| (*label, x, y))
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn without_noise_the_points_lie_on_their_curves() {
        let mut rng = Rng::new(0, "toy");
        for (class, x, y) in each(&moons(200, 0.0, &mut rng)) {
            let (x, y) = if class == 0 { (x, y) } else { (1.0 - x, 0.5 - y) };
            assert!(near(math::hypot(x, y), 1.0) && y > -1e-6);
        }
        for (class, x, y) in each(&circles(200, 0.5, 0.0, &mut rng)) {
            assert!(near(math::hypot(x, y), if class == 0 { 1.0 } else { 0.5 }));
        }
        for (class, x, y) in each(&spirals(300, 3, 1.5, 0.0, &mut rng)) {
            let radius = math::hypot(x, y);
            let angle = TAU * (1.5 * radius + f64::from(class) / 3.0);
            assert!(radius <= 1.0 && math::hypot(x - polar(angle, radius).0, y - polar(angle, radius).1) < 1e-5);
        }
        for (class, x, y) in each(&xor(200, 0.0, &mut rng)) {
            assert!(x.abs() <= 1.0 && y.abs() <= 1.0 && (class == 1) == (x * y < 0.0));
        }
        for (class, x, y) in each(&checkerboard(200, 5, 0.0, &mut rng)) {
            let cell = |x: f64| ((x + 1.0) * 2.5).floor();
            assert!(near((cell(x) + cell(y)).rem_euclid(2.0), f64::from(class)));
        }
        for (class, x, y) in each(&blobs(60, 6, 0.0, &mut rng)) {
            let centre = polar(TAU * f64::from(class) / 6.0, 1.0);
            assert!(near(x, centre.0) && near(y, centre.1));
        }
    }

    #[test]
    fn noise_has_the_deviation_that_was_asked_for() {
        let mut rng = Rng::new(1, "toy");
        let mut square = 0.0;
        for (class, x, y) in each(&blobs(20_000, 2, 0.25, &mut rng)) {
            let centre = polar(PI * f64::from(class), 1.0);
            square += (x - centre.0).powi(2) + (y - centre.1).powi(2);
        }
        // Five standard deviations of the mean of 40000 squares.
        assert!((square / 40_000.0 / 0.0625 - 1.0).abs() < 5.0 * (2.0f64 / 40_000.0).sqrt());
    }

    #[test]
    fn classes_take_turns_and_seeds_fix_the_set() {
        let draw = |seed| spirals(7, 3, 1.0, 0.1, &mut Rng::new(seed, "toy"));
        assert_eq!(draw(0).labels(), [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
        assert!(moons(0, 0.1, &mut Rng::new(0, "toy")).is_empty());
        assert_eq!(blobs(3, 0, 0.1, &mut Rng::new(0, "toy")).class_counts(), [3]);
        assert_eq!(checkerboard(4, 0, 0.0, &mut Rng::new(0, "toy")).class_counts(), [2, 2]);
        assert_eq!(draw(0).feature_names(), ["x", "y"]);
    }
}
