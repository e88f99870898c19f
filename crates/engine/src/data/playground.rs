//! The six sets of TensorFlow Playground (Smilkov, Carter, Sculley, Viegas and Wattenberg 2017), by their definitions:
//! four of two classes, two of numbers to be predicted. Coordinates run from -6 to 6; `noise` runs from 0 to 0.5.
//!
//! In the disc, xor and the two regressions noise never moves a point: the class, or the number, is that of another point
//! nearby.

use super::dataset::{Dataset, matrix};
use super::toy::{named, points, polar};
use crate::math;
use crate::rng::Rng;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Radius of the disc and half the side of the xor square.
const RADIUS: f64 = 5.0;
/// Half the side of the square of the regressions.
const FIELD: f64 = 6.0;

/// Uniform in (-radius, radius).
fn within(radius: f64, rng: &mut Rng) -> f64 {
    rng.uniform(-radius, radius)
}

/// Two round clouds about (2, 2) (class 1) and (-2, -2), of variance 0.5 without noise and 4 at the most.
pub fn gauss(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    let deviation = math::sqrt(0.5 + 7.0 * noise);
    points(count, 2, |class| {
        let centre = if class == 1 { 2.0 } else { -2.0 };
        (centre + deviation * rng.normal(), centre + deviation * rng.normal())
    })
}

/// Two spirals of 1.75 turns and radius 5, the points of each evenly spaced along it.
pub fn spiral(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    let each = (count as f64 / 2.0).max(1.0);
    let mut index = 0;
    points(count, 2, |class| {
        let along = f64::from(index / 2) / each;
        index += 1;
        // The angle is taken from the vertical, and grows clockwise.
        let angle = FRAC_PI_2 - (1.75 * TAU * along + if class == 1 { 0.0 } else { PI });
        let (x, y) = polar(angle, RADIUS * along);
        (x + noise * within(1.0, rng), y + noise * within(1.0, rng))
    })
}

/// A disc of radius 2.5 and a ring from 3.5 to 5 about it, half of the points each; class 1 is what lies (with noise)
/// within radius 2.5.
pub fn disc(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    let mut index = 0;
    relabelled(count, rng, |rng| {
        index += 1;
        let radius = if index % 2 == 0 { rng.uniform(0.0, 0.5 * RADIUS) } else { rng.uniform(0.7 * RADIUS, RADIUS) };
        let (x, y) = polar(TAU * rng.unit_f64(), radius);
        let seen = (x + noise * within(RADIUS, rng), y + noise * within(RADIUS, rng));
        ((x, y), math::hypot(seen.0, seen.1) < 0.5 * RADIUS)
    })
}

/// A square with a gap of 0.3 along the axes; class 1 is where the coordinates have (with noise) the same sign.
pub fn xor(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    const GAP: f64 = 0.3;
    relabelled(count, rng, |rng| {
        let mut coordinate = || {
            let x = within(RADIUS, rng);
            if x > 0.0 { x + GAP } else { x - GAP }
        };
        let (x, y) = (coordinate(), coordinate());
        let seen = (x + noise * within(RADIUS, rng)) * (y + noise * within(RADIUS, rng));
        ((x, y), seen >= 0.0)
    })
}

/// Points, each with whether it is of class 1.
fn relabelled(count: usize, rng: &mut Rng, mut draw: impl FnMut(&mut Rng) -> ((f64, f64), bool)) -> Dataset {
    let mut labels = Vec::with_capacity(count);
    let set = points(count, 1, |_| {
        let (point, class) = draw(rng);
        labels.push(u32::from(class));
        point
    });
    let set = Dataset::classes(set.features, labels, vec!["0".into(), "1".into()]);
    named(set.unwrap_or_else(|_| unreachable!("a label a point, each 0 or 1")))
}

/// The sum of the coordinates, divided by 10.
pub fn plane(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    regression(count, noise, rng, |x, y| (x + y) / 10.0)
}

/// Six cones of height 1 and radius 2 at x = -4, 0, 4 and y = 2.5, -2.5, the neighbours with opposite signs.
pub fn bumps(count: usize, noise: f64, rng: &mut Rng) -> Dataset {
    const CENTRES: [(f64, f64, f64); 6] =
        [(-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0)];
    regression(count, noise, rng, |x, y| {
        CENTRES.iter().map(|(cx, cy, sign)| sign * (1.0 - math::hypot(x - cx, y - cy) / 2.0).max(0.0)).sum()
    })
}

/// Points evenly over the field, each with the value of a point nearby.
fn regression(count: usize, noise: f64, rng: &mut Rng, value: impl Fn(f64, f64) -> f64) -> Dataset {
    let mut values = Vec::with_capacity(count);
    let set = points(count, 1, |_| {
        let (x, y) = (within(FIELD, rng), within(FIELD, rng));
        values.push(value(x + noise * within(FIELD, rng), y + noise * within(FIELD, rng)) as f32);
        (x, y)
    });
    let set = Dataset::values(set.features, matrix(count, 1, values));
    named(set.unwrap_or_else(|_| unreachable!("a value a point")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(set: &Dataset) -> Vec<(f64, f64, u32)> {
        let rows = set.features();
        let points = rows.rows().into_iter().zip(set.labels());
        points.map(|(row, label)| (f64::from(row[0]), f64::from(row[1]), *label)).collect()
    }

    #[test]
    fn without_noise_the_classes_are_apart() {
        let mut rng = Rng::new(0, "playground");
        assert!(each(&disc(300, 0.0, &mut rng)).iter().all(|(x, y, c)| (math::hypot(*x, *y) < 3.0) == (*c == 1)));
        assert!(
            each(&xor(300, 0.0, &mut rng))
                .iter()
                .all(|(x, y, c)| { (x * y > 0.0) == (*c == 1) && x.abs() >= 0.299 && x.abs() <= 5.301 })
        );
        let apart = each(&gauss(2000, 0.0, &mut rng)).iter().filter(|(x, y, c)| (x + y > 0.0) == (*c == 1)).count();
        // Sums of two coordinates: 4 away from the border with variance 1.
        assert!(apart >= 1998, "{apart}");
        assert_eq!(disc(10, 0.0, &mut rng).class_counts(), [5, 5]);
    }

    #[test]
    fn the_spiral_starts_at_the_origin_and_turns_clockwise() {
        let set = spiral(400, 0.0, &mut Rng::new(0, "playground"));
        let points = each(&set);
        assert_eq!((points[0].0, points[1].0), (0.0, 0.0));
        for (index, (x, y, class)) in points.iter().enumerate() {
            let along = (index / 2) as f64 / 200.0;
            let turned = 1.75 * TAU * along + if *class == 1 { 0.0 } else { PI };
            let (u, v) = (5.0 * along * math::sin(turned), 5.0 * along * math::cos(turned));
            assert!(math::hypot(x - u, y - v) < 1e-5);
        }
        assert_eq!(spiral(1, 0.0, &mut Rng::new(0, "playground")).len(), 1);
    }

    #[test]
    fn regressions_without_noise_are_functions() {
        let mut rng = Rng::new(0, "playground");
        let set = plane(200, 0.0, &mut rng);
        assert!(
            set.features()
                .rows()
                .into_iter()
                .zip(set.target_values())
                .all(|(x, y)| (x[0] + x[1] - 10.0 * y).abs() < 1e-5)
        );
        let set = bumps(5000, 0.0, &mut rng);
        let values: Vec<f32> = set.target_values().iter().copied().collect();
        assert!(
            values.iter().all(|y| y.abs() <= 1.0)
                && values.iter().any(|y| *y > 0.9)
                && values.iter().any(|y| *y < -0.9)
        );
        for (row, y) in set.features().rows().into_iter().zip(&values) {
            let near_top = math::hypot(f64::from(row[0]), f64::from(row[1]) - 2.5);
            assert!(near_top >= 2.0 || (f64::from(*y) + 1.0 - near_top / 2.0).abs() < 1e-5);
        }
    }

    #[test]
    fn noise_mislabels_and_moves() {
        let mut rng = Rng::new(0, "playground");
        let noisy = each(&xor(2000, 0.5, &mut rng));
        let wrong = noisy.iter().filter(|(x, y, c)| (x * y > 0.0) != (*c == 1)).count();
        assert!((200..600).contains(&wrong), "{wrong}");
        assert_ne!(spiral(50, 0.5, &mut rng), spiral(50, 0.0, &mut rng));
        assert_ne!(plane(50, 0.5, &mut rng.clone()), plane(50, 0.0, &mut rng));
    }
}
