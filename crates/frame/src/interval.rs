//! A finding as a small picture: the expected region shaded, the 95 % interval and its mean, a dot for each seed.
//!
//! Only the geometry is here, as paths for SVG with a class each; whoever shows it writes the elements, and a style sheet
//! gives the colours.

use crate::finding::Finding;
use crate::page::Line;
use crate::paint::compact;

/// Width of the picture, in its own units.
pub const WIDTH: f64 = 220.0;
/// Height of the picture, in its own units.
pub const HEIGHT: f64 = 46.0;

/// Room beside the outermost mark.
const MARGIN: f64 = 9.0;
/// Where the seeds lie when nothing is in their way.
const SEEDS: f64 = 15.0;
/// Where the interval lies.
const INTERVAL: f64 = 24.0;
/// Down to here the expected region is shaded.
const FLOOR: f64 = 32.0;
/// Where the numbers of the line stand.
const LABELS: f64 = 43.0;
const RADIUS: f64 = 2.4;

/// A path and what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// `expected`, `line`, `interval`, `mean` or `seed`.
    pub class: &'static str,
    /// The path's `d`.
    pub path: String,
}

/// A number below the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Across.
    pub x: f64,
    /// Down, to the text's base line.
    pub y: f64,
    /// Which end of the text lies there: SVG's `text-anchor`.
    pub anchor: &'static str,
    /// The number.
    pub text: String,
}

/// The picture: [`WIDTH`] by [`HEIGHT`].
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// What to draw, from back to front.
    pub marks: Vec<Mark>,
    /// The numbers of the line.
    pub labels: Vec<Label>,
    /// The same in words, for those who do not see it.
    pub words: String,
}

/// The picture's `viewBox`.
pub fn view_box() -> String {
    format!("0 0 {WIDTH} {HEIGHT}")
}

/// Lays out a finding; none when it holds no number that could be drawn.
pub fn plot(finding: &Finding, line: &Line) -> Option<Plot> {
    let seeds: Vec<f64> = finding.seeds.iter().map(|sample| line.judged(sample)).filter(|v| v.is_finite()).collect();
    let [lo, hi] = finding.interval;
    let ends: Vec<f64> = [line.from, line.to].into_iter().flatten().filter(|v| v.is_finite()).collect();
    let own = seeds.iter().copied().chain([finding.value, lo, hi]).filter(|v| v.is_finite());
    own.clone().next()?;
    let scale = Scale::over(own.chain(ends.iter().copied()));

    let mut marks = Vec::new();
    if !ends.is_empty() {
        let from = line.from.map_or(0.0, |v| scale.x(v));
        let to = line.to.map_or(WIDTH, |v| scale.x(v));
        marks.push(Mark { class: "expected", path: format!("M{from:.1} 0H{to:.1}V{FLOOR}H{from:.1}Z") });
    }
    marks.extend(ends.iter().map(|v| Mark { class: "line", path: format!("M{:.1} 0V{FLOOR}", scale.x(*v)) }));
    marks.extend(dots(&seeds, &scale));
    if lo.is_finite() && hi.is_finite() {
        let (a, b) = (scale.x(lo), scale.x(hi));
        let (top, bottom) = (INTERVAL - 4.0, INTERVAL + 4.0);
        let path = format!("M{a:.1} {INTERVAL}H{b:.1}M{a:.1} {top}V{bottom}M{b:.1} {top}V{bottom}");
        marks.push(Mark { class: "interval", path });
    }
    if finding.value.is_finite() {
        let x = scale.x(finding.value);
        let (top, bottom, left, right) = (INTERVAL - 4.5, INTERVAL + 4.5, x - 4.5, x + 4.5);
        let path = format!("M{x:.1} {top}L{right:.1} {INTERVAL}L{x:.1} {bottom}L{left:.1} {INTERVAL}Z");
        marks.push(Mark { class: "mean", path });
    }
    Some(Plot { marks, labels: labels(&ends, &scale), words: words(finding, &seeds) })
}

/// From numbers to places.
struct Scale {
    from: f64,
    span: f64,
}

impl Scale {
    fn over(numbers: impl Iterator<Item = f64>) -> Self {
        let (lo, hi) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        // One number alone lies in the middle.
        if hi > lo { Self { from: lo, span: hi - lo } } else { Self { from: lo - 0.5, span: 1.0 } }
    }

    fn x(&self, number: f64) -> f64 {
        let part = ((number - self.from) / self.span).clamp(0.0, 1.0);
        MARGIN + part * (WIDTH - 2.0 * MARGIN)
    }
}

/// A dot a seed; those that would cover each other are stacked.
fn dots(seeds: &[f64], scale: &Scale) -> Vec<Mark> {
    let places: Vec<f64> = seeds.iter().map(|v| scale.x(*v)).collect();
    let dot = |(at, x): (usize, &f64)| {
        let below = places[..at].iter().filter(|other| (*other - x).abs() < 2.0 * RADIUS).count();
        let y = (SEEDS - below as f64 * 2.0 * RADIUS).max(RADIUS);
        let left = x - RADIUS;
        let around = 2.0 * RADIUS;
        Mark {
            class: "seed",
            path: format!("M{left:.1} {y:.1}a{RADIUS} {RADIUS} 0 1 0 {around} 0a{RADIUS} {RADIUS} 0 1 0 -{around} 0Z"),
        }
    };
    places.iter().enumerate().map(dot).collect()
}

fn labels(ends: &[f64], scale: &Scale) -> Vec<Label> {
    let near = match ends {
        [a, b] => (scale.x(*a) - scale.x(*b)).abs() < WIDTH / 4.0,
        _ => false,
    };
    ends.iter()
        .enumerate()
        .map(|(at, end)| {
            let x = scale.x(*end);
            let anchor = match (near, at) {
                (true, 0) => "end",
                (true, _) => "start",
                _ if x < WIDTH / 8.0 => "start",
                _ if x > WIDTH * 7.0 / 8.0 => "end",
                _ => "middle",
            };
            Label { x, y: LABELS, anchor, text: compact(*end) }
        })
        .collect()
}

fn words(finding: &Finding, seeds: &[f64]) -> String {
    let [lo, hi] = finding.interval;
    let mut words = format!("Mean {}", compact(finding.value));
    if lo.is_finite() && hi.is_finite() {
        words += &format!(", 95 % interval {} to {}", compact(lo), compact(hi));
    }
    let ends = seeds
        .iter()
        .fold(None, |ends: Option<(f64, f64)>, &v| Some(ends.map_or((v, v), |(lo, hi)| (lo.min(v), hi.max(v)))));
    if let Some((lo, hi)) = ends {
        words += &format!(", {} seeds from {} to {}", seeds.len(), compact(lo), compact(hi));
    }
    words + &format!("; expected {}.", finding.expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Sample, Verdict};
    use crate::page::Judged;

    fn finding(values: &[f64], value: f64, interval: [f64; 2]) -> Finding {
        let sample = |(seed, value): (u64, &f64)| Sample { seed, value: *value, baseline: Some(2.0) };
        Finding {
            id: "x".into(),
            part: "a".into(),
            measure: String::new(),
            unit: String::new(),
            baseline: String::new(),
            seeds: (0..).zip(values).map(sample).collect(),
            value,
            interval,
            expected: "at least 1".into(),
            verdict: Verdict::Holds,
            version: String::new(),
            seconds: 0.0,
        }
    }

    fn at_least(from: f64) -> Line {
        Line { from: Some(from), ..Line::default() }
    }

    fn classes(plot: &Plot) -> Vec<&str> {
        plot.marks.iter().map(|mark| mark.class).collect()
    }

    #[test]
    fn everything_that_is_known_is_drawn_and_said() {
        let plot = plot(&finding(&[2.0, 3.0, 4.0], 3.0, [0.5, 5.5]), &at_least(1.0)).unwrap();
        assert_eq!(classes(&plot), ["expected", "line", "seed", "seed", "seed", "interval", "mean"]);
        // An open end reaches to the edge.
        assert!(plot.marks[0].path.contains("H220.0"), "{}", plot.marks[0].path);
        assert_eq!(plot.labels.len(), 1);
        assert_eq!(plot.words, "Mean 3, 95 % interval 0.5 to 5.5, 3 seeds from 2 to 4; expected at least 1.");
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let one = plot(&finding(&[2.0], 2.0, [f64::NEG_INFINITY, f64::INFINITY]), &Line::default()).unwrap();
        assert_eq!(classes(&one), ["seed", "mean"]);
        let nothing = finding(&[f64::NAN], f64::NAN, [f64::NEG_INFINITY, f64::INFINITY]);
        assert!(plot(&nothing, &at_least(1.0)).is_none());
    }

    #[test]
    fn equal_numbers_lie_in_the_middle_and_equal_seeds_above_each_other() {
        let plot = plot(&finding(&[0.0, 0.0], 0.0, [0.0, 0.0]), &Line { to: Some(0.0), ..Line::default() }).unwrap();
        let seeds: Vec<_> = plot.marks.iter().filter(|m| m.class == "seed").collect();
        assert!(seeds[0].path.starts_with("M107.6 15.0") && seeds[1].path.starts_with("M107.6 10.2"));
        assert!(plot.marks[0].path.starts_with("M0.0 0H110.0"));
    }

    #[test]
    fn seeds_are_shown_as_what_is_judged() {
        let sample = Sample { seed: 0, value: 6.0, baseline: Some(2.0) };
        for (of, judged) in [(Judged::Value, 6.0), (Judged::Difference, 4.0), (Judged::Ratio, 3.0)] {
            assert_eq!(Line { of, ..Line::default() }.judged(&sample), judged);
        }
    }

    #[test]
    fn every_mark_stays_inside() {
        let far = plot(&finding(&[-1e300, 1e300], 0.0, [-1e300, 1e300]), &at_least(1e-300)).unwrap();
        for mark in &far.marks {
            assert!(!mark.path.contains("NaN") && !mark.path.contains("inf"), "{}", mark.path);
        }
    }
}
