//! The capacity survey: N* against d for all five memories, over theory and Shannon's ceiling.

use super::nets::{Kind, Rule};
use super::search::{Growth, Search};
use super::theory;
use crate::exhibit::Progress;
use vivarium_engine::math::exp;
use vivarium_frame::Complaint;
use vivarium_frame::view::{Axis, Frame, Ink, Picture, Plot, Room, Shape, Table};

/// Numbers of units: those of the check.
const UNITS: [usize; 4] = [16, 24, 32, 40];
/// Every N* is found this often, each time with other patterns.
const ROUNDS: u64 = 5;
const RULES: [(Rule, &str); 5] = [
    (Rule::Softmax, "softmax"),
    (Rule::Polynomial, "polynomial"),
    (Rule::Storkey, "Storkey"),
    (Rule::PseudoInverse, "pseudo-inverse"),
    (Rule::Hebb, "Hebb"),
];

/// A name and a number of patterns as a function of that of units.
type Law = (String, Box<dyn Fn(f64) -> f64>);

/// The survey. A step asks some questions; what counts as recalled is told in [`super::search`].
pub struct Capacity {
    seed: u64,
    beta: f32,
    degree: u32,
    /// Which cell of which round is searched.
    at: usize,
    search: Search,
    /// N* by rule and number of units, one a round.
    found: [[Vec<f64>; UNITS.len()]; RULES.len()],
}

impl Capacity {
    /// A survey with the softmax at inverse temperature `beta` (the check's is 2) and the polynomial of degree `degree`.
    ///
    /// Round k finds what the check finds with seed `seed + k`.
    ///
    /// # Errors
    /// A sentence when a parameter is out of its range.
    pub fn new(beta: f64, degree: u32, seed: u64) -> Result<Self, Complaint> {
        let beta = beta as f32;
        let search = search(0, beta, degree, seed)?;
        Ok(Self { seed, beta, degree, at: 0, search, found: Default::default() })
    }

    /// Some milliseconds of the search for one N*.
    pub fn step(&mut self) -> Progress {
        let all = ROUNDS as usize * CELLS;
        if self.at >= all {
            return Progress::Finished;
        }
        if let Err(complaint) = self.search.step() {
            return Progress::Diverged(complaint.sentence);
        }
        if let Some(found) = self.search.found() {
            let (rule, units, _) = place(self.at);
            self.found[rule][units].push(found as f64);
            self.at += 1;
            if self.at < all {
                match search(self.at, self.beta, self.degree, self.seed) {
                    Ok(next) => self.search = next,
                    Err(complaint) => return Progress::Diverged(complaint.sentence),
                }
            }
        }
        Progress::Running
    }

    /// Mean N* of a rule at each number of units; NaN where none is found yet.
    fn means(&self, rule: usize) -> Vec<f64> {
        self.found[rule].iter().map(|found| found.iter().sum::<f64>() / found.len() as f64).collect()
    }

    fn growth(&self, rule: usize) -> Option<Growth> {
        let means = self.means(rule);
        let units = UNITS.map(|d| d as f64);
        means.iter().all(|n| n.is_finite()).then(|| Growth::fit(&units, &means))
    }

    /// The plot over theory, the table, and the slopes as figures.
    pub fn draw(&self, frame: &mut Frame) {
        let (softmax, hebb) = (self.growth(0), self.growth(RULES.len() - 1));
        let mut figure = |name: &str, label: &str, value: Option<f64>, unit: &str, about: &str| {
            // What is not measured yet is no figure.
            if let Some(value) = value {
                frame.figure(name, label, value, unit, about);
            }
        };
        let about = "Slope of ln N* against d from 16 to 40, by least squares.";
        let exponent = |growth: Option<Growth>| growth.map(|g| g.exponent);
        figure("capacity-slope", "Exponent, softmax", exponent(softmax), "nats a unit", about);
        figure("capacity-slope-hebb", "Exponent, Hebb", exponent(hebb), "nats a unit", about);
        let ratio = self.means(0)[UNITS.len() - 1] / self.means(RULES.len() - 1)[UNITS.len() - 1];
        let about = "N* of the one over that of the other at d = 40.";
        figure("capacity-ratio", "Softmax over Hebb", Some(ratio).filter(|r| r.is_finite()), "", about);
        let about = "Root mean square distance of ln N* of the softmax memory from the fitted law.";
        let misfit = softmax.map(|g| g.exponential_misfit);
        figure("capacity-misfit-exponential", "Misfit, exponential", misfit, "nats", about);
        figure("capacity-misfit-power", "Misfit, power law", softmax.map(|g| g.power_misfit), "nats", about);

        frame.says = match place(self.at) {
            _ if self.at >= ROUNDS as usize * CELLS => "All five memories are measured.".to_owned(),
            (rule, units, round) => {
                let (patterns, asked, lost) = self.search.trying();
                format!(
                    "Round {} of {ROUNDS}: {} with {} units and {patterns} patterns has lost {lost} of {asked} so far.",
                    round + 1,
                    RULES[rule].1,
                    UNITS[units]
                )
            }
        };
        let table = self.table();
        let rows: Vec<String> = table.rows.iter().map(|row| row.join(" ")).collect();
        frame
            .panel("capacity", "Patterns recalled against units", Room::Stage, Picture::Plot(self.plot()))
            .alt(format!("N* by memory for d = 16, 24, 32, 40: {}.", rows.join("; ")));
        frame
            .panel("capacity-table", "N*, mean over the rounds", Room::Wide, Picture::Table(table))
            .alt("The largest number of patterns of which at most 5 % are lost, with theory below.");
    }

    fn plot(&self) -> Plot {
        let mut plot = Plot::new(Axis::new("units d").range(12.0, 44.0), Axis::new("patterns recalled N*").log());
        let d: Vec<f64> = (0..=32).map(|i| 12.0 + f64::from(i)).collect();
        let x: Vec<f32> = d.iter().map(|d| *d as f32).collect();
        for (name, law) in self.laws() {
            plot.dashes("", Ink::Theory, x.clone(), d.iter().map(|d| law(*d) as f32).collect());
            // Named between two columns of points: above the line, or below where there is more room.
            let beside = match name.as_str() {
                "Shannon's ceiling" => 0.35,
                "units d" | "d / (4 ln d)" => 0.72,
                _ => 1.5,
            };
            let words = Shape::Words { x: vec![33.5], y: vec![(beside * law(33.5)) as f32], text: vec![name] };
            plot.mark("", Ink::Theory, words);
        }
        let best = |d: &usize| theory::nearest_pattern_capacity(*d as u32, 0.05) as f32;
        let shape = Shape::Points {
            x: UNITS.map(|d| d as f32).to_vec(),
            y: UNITS.iter().map(best).collect(),
            radius: 6.0,
            filled: false,
        };
        plot.mark("nearest pattern, the best there is", Ink::Theory, shape);
        for (rule, (_, name)) in RULES.iter().enumerate() {
            let ink = Ink::Series(rule as u8);
            let at: Vec<usize> = (0..UNITS.len()).filter(|i| !self.found[rule][*i].is_empty()).collect();
            let x: Vec<f32> = at.iter().map(|i| UNITS[*i] as f32).collect();
            // Least and largest over the rounds.
            let end = |pick: fn(f64, f64) -> f64| -> Vec<f32> {
                at.iter().filter_map(|i| self.found[rule][*i].iter().copied().reduce(pick)).map(|n| n as f32).collect()
            };
            plot.mark("", ink, Shape::Intervals { x: x.clone(), lo: end(f64::min), hi: end(f64::max) });
            let means = self.means(rule);
            plot.points(*name, ink, x, at.iter().map(|i| means[*i] as f32).collect());
        }
        plot
    }

    /// Shannon's ceiling, and what theory gives the polynomial, the pseudo-inverse and the Hebb rule (with errors and
    /// without).
    fn laws(&self) -> [Law; 5] {
        let n = self.degree;
        [
            ("Shannon's ceiling".to_owned(), Box::new(|d| exp(theory::shannon_exponent(0.125) * d))),
            (format!("polynomial, n = {n}"), Box::new(move |d| theory::polynomial_capacity(d, n))),
            ("units d".to_owned(), Box::new(theory::pseudo_inverse_capacity)),
            ("0.138 d".to_owned(), Box::new(|d| super::ags::critical_load() * d)),
            ("d / (4 ln d)".to_owned(), Box::new(theory::hebb_exact_all)),
        ]
    }

    fn table(&self) -> Table {
        let mut columns = vec!["memory".to_owned()];
        columns.extend(UNITS.map(|d| format!("d = {d}")));
        let cell = |n: f64| match n {
            n if n.is_nan() => "\u{2026}".to_owned(),
            n if n < 100.0 => format!("{n:.1}"),
            n => format!("{n:.0}"),
        };
        let row = |name: &str, numbers: Vec<f64>| {
            std::iter::once(name.to_owned()).chain(numbers.into_iter().map(cell)).collect::<Vec<String>>()
        };
        let mut rows: Vec<Vec<String>> =
            RULES.iter().enumerate().map(|(rule, (_, name))| row(name, self.means(rule))).collect();
        let nearest = UNITS.map(|d| theory::nearest_pattern_capacity(d as u32, 0.05));
        rows.push(row("theory: nearest pattern", nearest.to_vec()));
        for (name, law) in self.laws() {
            rows.push(row(&format!("theory: {name}"), UNITS.map(|d| law(d as f64)).to_vec()));
        }
        Table { columns, rows }
    }
}

/// Searches in one round.
const CELLS: usize = UNITS.len() * RULES.len();

/// Rule, number of units and round of a cell: all rules at one d, then the next d, then the next round.
fn place(at: usize) -> (usize, usize, u64) {
    (at % RULES.len(), at / RULES.len() % UNITS.len(), (at / CELLS) as u64)
}

fn search(at: usize, beta: f32, degree: u32, seed: u64) -> Result<Search, Complaint> {
    let (rule, units, round) = place(at);
    let kind = Kind { beta, degree, ..Kind::of(RULES[rule].0) };
    Search::new(kind, UNITS[units], seed.wrapping_add(round))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Up to where all rules are found for the first three numbers of units.
    fn run() -> Capacity {
        let mut survey = Capacity::new(2.0, 3, 0).unwrap();
        while survey.at < 3 * RULES.len() {
            assert_eq!(survey.step(), Progress::Running);
        }
        survey
    }

    #[test]
    fn finds_what_the_check_finds() {
        let survey = run();
        for (rule, units) in [(0, 2), (4, 2), (1, 0)] {
            let kind = Kind { beta: 2.0, ..Kind::of(RULES[rule].0) };
            let found = Search::new(kind, UNITS[units], 0).unwrap().run().unwrap();
            assert_eq!(survey.found[rule][units], [found as f64]);
        }
    }

    #[test]
    fn draws_the_same_each_time_and_finishes() {
        let mut frames = [Frame::default(), Frame::default()];
        for frame in &mut frames {
            run().draw(frame);
        }
        assert_eq!(frames[0], frames[1]);
        assert_eq!(frames[0].panels[0].name, "capacity");
        let mut survey = run();
        survey.at = ROUNDS as usize * CELLS;
        assert_eq!(survey.step(), Progress::Finished);
        survey.draw(&mut Frame::default());
        assert!(Capacity::new(-1.0, 3, 0).is_err());
    }
}
