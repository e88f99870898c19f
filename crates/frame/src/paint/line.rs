//! From any number of points to the few strokes that look the same.

use super::pen::{Point, Rect};

/// How far a stroke may pass from a point that it leaves out, in device pixels.
const TOLERANCE: f64 = 0.4;

/// The strokes of a line through `points` (device pixels), clipped to `area`. Points that are not finite leave a gap.
///
/// Within a column of pixels only the first, lowest, highest and last point are kept: nobody can see the others. What
/// is left is freed of points that lie on the straight line between their neighbours, which also keeps gentle curves
/// smooth where a backend knows whole pixels only.
pub(super) fn strokes(points: impl Iterator<Item = Point>, area: &Rect) -> Vec<Vec<Point>> {
    let mut strokes = Vec::new();
    let mut run = Run::new(area);
    for point in points {
        if point.0.is_finite() && point.1.is_finite() {
            run.add(point);
        } else {
            run.end(&mut strokes);
        }
    }
    run.end(&mut strokes);
    strokes
}

/// Points without a gap, thinned column by column.
struct Run<'a> {
    area: &'a Rect,
    kept: Vec<Point>,
    column: f64,
    /// First, lowest, highest and last point of the present column, with their places in the order.
    ends: [(usize, Point); 4],
    count: usize,
}

impl<'a> Run<'a> {
    fn new(area: &'a Rect) -> Self {
        Self { area, kept: Vec::new(), column: f64::NAN, ends: [(0, (0.0, 0.0)); 4], count: 0 }
    }

    fn add(&mut self, point: Point) {
        // All that lies to one side of the area counts as one column.
        let column = point.0.clamp(self.area.left - 1.0, self.area.right + 1.0).floor();
        let here = (self.count, point);
        if column != self.column {
            self.keep_column();
            (self.column, self.ends) = (column, [here; 4]);
        } else {
            if point.1 < self.ends[1].1.1 {
                self.ends[1] = here;
            }
            if point.1 > self.ends[2].1.1 {
                self.ends[2] = here;
            }
            self.ends[3] = here;
        }
        self.count += 1;
    }

    fn keep_column(&mut self) {
        if self.column.is_nan() {
            return;
        }
        self.ends.sort_unstable_by_key(|(order, _)| *order);
        let mut previous = None;
        for (order, point) in self.ends {
            if previous != Some(order) {
                self.kept.push(point);
            }
            previous = Some(order);
        }
    }

    fn end(&mut self, strokes: &mut Vec<Vec<Point>>) {
        self.keep_column();
        self.column = f64::NAN;
        for stroke in clipped(&self.kept, self.area) {
            strokes.push(simplified(&stroke));
        }
        self.kept.clear();
    }
}

/// The parts of a path within `area`.
fn clipped(points: &[Point], area: &Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((from, to)) = clip(pair[0], pair[1], area) else {
            open = false;
            continue;
        };
        match parts.last_mut().filter(|_| open) {
            Some(part) => part.push(to),
            None => parts.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    parts
}

/// The part of a straight line within `area` (Liang and Barsky).
fn clip(a: Point, b: Point, area: &Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    let sides = [(-dx, a.0 - area.left), (dx, area.right - a.0), (-dy, a.1 - area.top), (dy, area.bottom - a.1)];
    for (outward, room) in sides {
        if outward == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if outward < 0.0 {
            from = from.max(room / outward);
        } else {
            to = to.min(room / outward);
        }
    }
    if from > to {
        return None;
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    Some((if from > 0.0 { at(from) } else { a }, if to < 1.0 { at(to) } else { b }))
}

/// The path without the points that a straight stroke passes closely enough anyway.
///
/// From the last kept point the stroke may go in a cone of directions, which every point left out narrows; a point
/// outside of it, or behind the farthest one, starts the next stroke.
fn simplified(points: &[Point]) -> Vec<Point> {
    let Some(&first) = points.first() else { return Vec::new() };
    let mut kept = vec![first];
    let (mut anchor, mut last, mut reach) = (first, first, 0.0);
    let mut cone: Option<(Point, Point)> = None;
    for &point in &points[1..] {
        let mut way = (point.0 - anchor.0, point.1 - anchor.1);
        let inside = cone.is_none_or(|(left, right)| cross(left, way) <= 0.0 && cross(right, way) >= 0.0);
        if !inside || length(way) + TOLERANCE < reach {
            kept.push(last);
            (anchor, cone, reach) = (last, None, 0.0);
            way = (point.0 - anchor.0, point.1 - anchor.1);
        }
        let far = length(way);
        if far > TOLERANCE {
            let aside = (-way.1 * TOLERANCE / far, way.0 * TOLERANCE / far);
            let (left, right) = ((way.0 + aside.0, way.1 + aside.1), (way.0 - aside.0, way.1 - aside.1));
            cone = Some(cone.map_or((left, right), |(l, r)| {
                (if cross(l, left) < 0.0 { left } else { l }, if cross(r, right) > 0.0 { right } else { r })
            }));
            reach = far.max(reach);
        }
        last = point;
    }
    kept.push(last);
    kept
}

/// The dashes along a path: `on` and `off` in device pixels.
pub(super) fn dashes(path: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut dashes = vec![Vec::new()];
    let (mut drawing, mut left) = (true, on);
    for pair in path.windows(2) {
        let (mut at, to) = (pair[0], pair[1]);
        loop {
            let rest = length((to.0 - at.0, to.1 - at.1));
            if let Some(dash) = dashes.last_mut().filter(|_| drawing) {
                dash.push(at);
            }
            if rest <= left {
                left -= rest;
                break;
            }
            at = (at.0 + (to.0 - at.0) * left / rest, at.1 + (to.1 - at.1) * left / rest);
            match dashes.last_mut().filter(|_| drawing) {
                Some(dash) => dash.push(at),
                None => dashes.push(Vec::new()),
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if let (Some(dash), Some(&end)) = (dashes.last_mut().filter(|_| drawing), path.last()) {
        dash.push(end);
    }
    dashes
}

/// A path's length.
pub(super) fn path_length(path: &[Point]) -> f64 {
    path.windows(2).map(|pair| length((pair[1].0 - pair[0].0, pair[1].1 - pair[0].1))).sum()
}

fn cross(a: Point, b: Point) -> f64 {
    a.0 * b.1 - a.1 * b.0
}

fn length(v: Point) -> f64 {
    (v.0 * v.0 + v.1 * v.1).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AREA: Rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 50.0 };

    fn distance(p: Point, a: Point, b: Point) -> f64 {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let along = if dx == 0.0 && dy == 0.0 {
            0.0
        } else {
            (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0)
        };
        length((p.0 - a.0 - along * dx, p.1 - a.1 - along * dy))
    }

    #[test]
    fn many_points_become_few_and_gaps_stay() {
        let wave = |i: usize| (i as f64 / 1000.0, 25.0 + 20.0 * (i as f64 / 500.0).sin());
        let points = (0..100_000).map(|i| if i == 50_000 { (f64::NAN, 0.0) } else { wave(i) });
        let strokes = strokes(points, &AREA);
        assert_eq!(strokes.len(), 2);
        assert!(strokes.iter().map(Vec::len).sum::<usize>() <= 400);
    }

    #[test]
    fn a_straight_line_is_two_points() {
        let strokes = strokes((0..=100).map(|i| (f64::from(i), 10.0 + 0.1 * f64::from(i))), &AREA);
        assert_eq!(strokes, vec![vec![(0.0, 10.0), (100.0, 20.0)]]);
    }

    #[test]
    fn dashes_cover_their_share() {
        let dashes = dashes(&[(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)], 5.0, 5.0);
        let drawn: f64 = dashes.iter().map(|d| path_length(d)).sum();
        assert!((drawn - 30.0).abs() < 1e-9, "{drawn}");
    }

    proptest! {
        #[test]
        fn strokes_stay_in_the_area_and_pass_every_kept_point(
            points in prop::collection::vec((-50.0..150.0_f64, -30.0..80.0_f64), 2..60)
        ) {
            for stroke in strokes(points.iter().copied(), &AREA) {
                for p in &stroke {
                    prop_assert!(AREA.grown(1e-9).holds(p.0, p.1));
                }
            }
        }

        #[test]
        fn simplifying_stays_close(points in prop::collection::vec((0.0..30.0_f64, 0.0..30.0_f64), 1..60)) {
            let kept = simplified(&points);
            for p in points {
                let nearest = kept.windows(2).map(|w| distance(p, w[0], w[1])).fold(f64::INFINITY, f64::min);
                // Twice: a point left out near the end of a stroke may lie beside it and beyond it.
                prop_assert!(nearest <= 2.0 * TOLERANCE, "{nearest}");
            }
        }
    }
}
