//! The modern network in the plane: a few patterns, the energy as a landscape, and where two hundred queries go.

use super::nets::{Kind, Memory, Rule};
use super::theory::{self, Regime};
use super::walk::Walk;
use crate::exhibit::Progress;
use ndarray::Array2;
use vivarium_engine::math;
use vivarium_engine::rng::Rng;
use vivarium_frame::Complaint;
use vivarium_frame::view::{Axis, ColourMap, Frame, Ink, Phase, Picture, Pixels, Plot, Raster, Room, Shape, Touch};

/// The circle's radius.
const RADIUS: f32 = 2.0;
/// The picture shows from minus this to this.
const REACH: f32 = 3.0;
/// Pixels of the landscape in a row.
const FIELD: usize = 72;
/// Queries.
const QUERIES: usize = 200;
/// Updates that a query's path keeps.
const PATH: usize = 24;
/// Values of beta on the curve of the effective number.
const CURVE: usize = 60;

type Point = (f32, f32);

/// What the pointer holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Pattern(usize),
    Query,
}

/// Patterns, queries and their paths.
pub struct Landscape {
    memory: Memory,
    starts: Vec<Point>,
    /// One path a query, from its start; the first is the visitor's.
    paths: Vec<Vec<Point>>,
    rest: bool,
    held: Option<Held>,
    /// Effective number of patterns where the first pattern ends, against beta.
    curve: (Vec<f32>, Vec<f32>),
}

impl Landscape {
    /// `count` patterns (3 to 8) on a circle, a little off their places.
    ///
    /// # Errors
    /// When beta is not above 0.
    pub fn new(count: usize, beta: f32, seed: u64) -> Result<Self, Complaint> {
        let count = count.clamp(3, 8);
        let mut rng = Rng::new(seed, "landscape");
        let mut patterns = Array2::zeros((count, 2));
        for (k, mut x) in patterns.rows_mut().into_iter().enumerate() {
            let angle = std::f64::consts::TAU * (k as f64 + rng.uniform(-0.3, 0.3)) / count as f64;
            x[0] = RADIUS * math::cos(angle) as f32;
            x[1] = RADIUS * math::sin(angle) as f32;
        }
        let mut starts = vec![(0.35 * RADIUS, 0.2 * RADIUS)];
        while starts.len() <= QUERIES {
            let (x, y) = (rng.uniform(-1.0, 1.0) as f32, rng.uniform(-1.0, 1.0) as f32);
            starts.push((x * REACH, y * REACH));
        }
        let memory = Memory::new(Kind { beta, ..Kind::of(Rule::Softmax) }, patterns)?;
        let paths = starts.iter().map(|_| Vec::with_capacity(PATH + 1)).collect();
        let mut new = Self { memory, starts, paths, rest: false, held: None, curve: (Vec::new(), Vec::new()) };
        new.restart();
        Ok(new)
    }

    /// Takes over another beta: all queries start again.
    ///
    /// # Errors
    /// When it is not above 0.
    pub fn set_beta(&mut self, beta: f32) -> Result<(), Complaint> {
        self.memory.set_beta(beta)?;
        self.restart();
        Ok(())
    }

    /// All queries at their starts; the curve for the patterns as they lie.
    fn restart(&mut self) {
        for (path, start) in self.paths.iter_mut().zip(&self.starts) {
            path.clear();
            path.push(*start);
        }
        self.rest = false;
        let beta = self.memory.kind().beta;
        self.curve = (Vec::with_capacity(CURVE), Vec::with_capacity(CURVE));
        for k in 0..CURVE {
            let at = 0.03 * math::exp(math::ln(1000.0) * k as f64 / (CURVE - 1) as f64);
            if self.memory.set_beta(at as f32).is_ok() {
                let start = self.memory.pattern(0).to_vec();
                Walk::new(&mut self.memory, &start).relax(&mut self.memory, 300);
                self.curve.0.push(at as f32);
                self.curve.1.push(self.memory.effective_patterns() as f32);
            }
        }
        // It was valid before.
        let _ = self.memory.set_beta(beta);
    }

    /// One softmax update of every query.
    pub fn step(&mut self) -> Progress {
        if !self.rest {
            self.rest = true;
            for path in &mut self.paths {
                let Some(&(x, y)) = path.last() else { continue };
                let mut state = [x, y];
                self.memory.update_all(&mut state, 0.0, || 0.0);
                if (state[0] - x).abs().max((state[1] - y).abs()) > 1e-4 {
                    self.rest = false;
                    if path.len() > PATH {
                        path.remove(1);
                    }
                    path.push((state[0], state[1]));
                }
            }
        }
        if self.rest { Progress::Finished } else { Progress::Running }
    }

    /// Drags patterns and the query.
    pub fn touch(&mut self, touch: &Touch) {
        let place = (touch.x.clamp(-REACH, REACH), touch.y.clamp(-REACH, REACH));
        match touch.phase {
            Phase::Down => {
                let near = |x: &[f32]| (x[0] - place.0) * (x[0] - place.0) + (x[1] - place.1) * (x[1] - place.1);
                let pattern =
                    (0..self.memory.count()).find(|&mu| near(self.memory.pattern(mu)) < 0.04 * RADIUS * RADIUS);
                self.held = Some(pattern.map_or(Held::Query, Held::Pattern));
                self.drag(place);
            }
            Phase::Move => self.drag(place),
            Phase::Up => self.held = None,
            Phase::Key(_) => {}
        }
    }

    fn drag(&mut self, place: Point) {
        match self.held {
            Some(Held::Pattern(mu)) => {
                let mut patterns = self.memory.patterns().to_owned();
                (patterns[[mu, 0]], patterns[[mu, 1]]) = place;
                if let Ok(memory) = Memory::new(self.memory.kind(), patterns) {
                    self.memory = memory;
                }
            }
            Some(Held::Query) => self.starts[0] = place,
            None => return,
        }
        self.restart();
    }

    /// Ends of the paths that differ, each with how many queries are there.
    fn wells(&self) -> Vec<(Point, usize)> {
        let mut wells: Vec<(Point, usize)> = Vec::new();
        for &(x, y) in self.paths.iter().filter_map(|path| path.last()) {
            let close = |p: &Point| (p.0 - x).abs().max((p.1 - y).abs()) < 0.05;
            match wells.iter_mut().find(|(p, _)| close(p)) {
                Some((_, count)) => *count += 1,
                None => wells.push(((x, y), 1)),
            }
        }
        wells
    }

    /// Weights, effective number and kind of the point.
    fn kind(memory: &mut Memory, place: Point) -> (Vec<f32>, f64, &'static str) {
        memory.attend(&[place.0, place.1]);
        let effective = memory.effective_patterns();
        (memory.weights_softmax().to_vec(), effective, Regime::of(effective, memory.count()).label())
    }

    /// The landscape, and what is said of the query.
    pub fn draw(&self, frame: &mut Frame) {
        let (mine, count) = (self.paths[0].last().copied().unwrap_or_default(), self.memory.count());
        let Ok(mut memory) = Memory::new(self.memory.kind(), self.memory.patterns().to_owned()) else { return };
        let (weights, effective, kind) = Self::kind(&mut memory, mine);
        let beta = self.memory.kind().beta;
        let wells = self.wells();
        let (separation, largest) = separation(&memory);
        let needed = theory::well_separated_from(count as f64, f64::from(beta), largest);
        frame.says = if self.rest {
            let verdict = if separation >= needed { "are" } else { "are not" };
            format!(
                "The query rests at: {kind}. The queries found {} fixed points; by the theorem's condition the patterns \
                 {verdict} well separated at this beta.",
                wells.len()
            )
        } else {
            "Each query moves to the mean of the patterns, weighted by the softmax.".to_owned()
        };
        let energy = |memory: &mut Memory, x: f32, y: f32| memory.energy(&[x, y]);
        frame.figure("energy", "Energy", energy(&mut memory, mine.0, mine.1), "", "The energy of the query.");
        frame.figure("k-eff", "Patterns in the mean", effective, "", "exp of the entropy of the softmax weights.");
        frame.figure("wells", "Fixed points found", wells.len() as f64, "", "Where 200 random queries end.");
        frame.figure("separation", "Least separation", separation, "", "x.x - x.y of the pattern that has it least.");
        frame.figure("separation-needed", "Separation needed", needed, "", "What the theorem asks for at this beta.");

        let mut values = Vec::with_capacity(FIELD * FIELD);
        for row in 0..FIELD {
            for column in 0..FIELD {
                let at = |k: usize| REACH * ((2 * k + 1) as f32 / FIELD as f32 - 1.0);
                values.push(energy(&mut memory, at(column), at(row)) as f32);
            }
        }
        let low = values.iter().copied().fold(f32::INFINITY, f32::min);
        let axis = |label: &str| Axis::new(label).range(-REACH, REACH);
        let mut plot = Plot::new(axis("first coordinate"), axis("second coordinate"));
        plot.square = true;
        // The floor is what matters: the walls far out are cut off.
        let range = (low, low + 0.75 * RADIUS * RADIUS);
        plot.field = Some(Raster {
            width: FIELD as u32,
            height: FIELD as u32,
            pixels: Pixels::Scalar { values, range, map: ColourMap::Sequential, label: "energy".into() },
        });
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for path in &self.paths[1..] {
            x.extend(path.iter().map(|p| p.0).chain([f32::NAN]));
            y.extend(path.iter().map(|p| p.1).chain([f32::NAN]));
        }
        plot.line("paths of 200 queries", Ink::Muted, x, y);
        let (x, y) = wells.iter().map(|(p, _)| *p).unzip();
        plot.mark("where they are", Ink::Theory, Shape::Points { x, y, radius: 4.0, filled: true });
        let patterns = self.memory.patterns();
        let (x, y) = (patterns.column(0).to_vec(), patterns.column(1).to_vec());
        plot.mark(
            "stored patterns",
            Ink::Text,
            Shape::Points { x: x.clone(), y: y.clone(), radius: 7.0, filled: false },
        );
        plot.mark("", Ink::Text, Shape::Words { x, y, text: (1..=count).map(|k| k.to_string()).collect() });
        let (x, y): (Vec<f32>, Vec<f32>) = self.paths[0].iter().copied().unzip();
        plot.line("", Ink::Accent, x, y);
        plot.mark(
            "your query",
            Ink::Accent,
            Shape::Points { x: vec![mine.0], y: vec![mine.1], radius: 6.0, filled: true },
        );
        frame
            .panel("landscape", "Energy of the modern network", Room::Stage, Picture::Plot(plot))
            .alt(format!(
                "Energy over the plane with {count} patterns; the query is at {:.2}, {:.2}: {kind}.",
                mine.0, mine.1
            ))
            .touch("Drag a pattern, or drag anywhere else to place your query.");

        let mut plot = Plot::new(
            Axis::new("beta").log().range(0.03, 30.0),
            Axis::new("patterns in the mean").range(0.0, count as f32 + 0.5),
        );
        plot.line("from pattern 1", Ink::Series(0), self.curve.0.clone(), self.curve.1.clone());
        plot.mark("mean of all above", Ink::Theory, Shape::AtY(0.9 * count as f32));
        plot.mark("one pattern below", Ink::Theory, Shape::AtY(1.1));
        plot.mark("beta now", Ink::Accent, Shape::AtX(beta));
        frame
            .panel("regimes", "Three kinds of fixed point", Room::Cell, Picture::Plot(plot))
            .alt("The effective number of patterns at the fixed point falls from all to one as beta rises.");

        let mut plot = Plot::new(Axis::new("pattern"), Axis::new("softmax weight").range(0.0, 1.0));
        let x = (1..=count).map(|k| k as f32).collect();
        plot.mark("", Ink::Series(0), Shape::Bars { x, y: weights, width: 0.8 });
        frame
            .panel("overlaps", "Softmax weights of your query", Room::Cell, Picture::Plot(plot))
            .alt(format!("Effective number of patterns: {effective:.2}."));

        let energies: Vec<f32> = self.paths[0].iter().map(|&(x, y)| energy(&mut memory, x, y) as f32).collect();
        let mut plot = Plot::new(Axis::new("updates"), Axis::new("energy"));
        plot.line("your query", Ink::Accent, (0..energies.len()).map(|k| k as f32).collect(), energies);
        frame
            .panel("energy", "Energy against updates", Room::Cell, Picture::Plot(plot))
            .alt("The energy falls at each update.");
    }
}

/// The least separation of a pattern, x.x - x.y over the others, and the largest norm.
fn separation(memory: &Memory) -> (f64, f64) {
    let product = |a: usize, b: usize| {
        let (a, b) = (memory.pattern(a), memory.pattern(b));
        f64::from(a[0]) * f64::from(b[0]) + f64::from(a[1]) * f64::from(b[1])
    };
    let pairs = (0..memory.count()).flat_map(|a| (0..memory.count()).filter(move |&b| b != a).map(move |b| (a, b)));
    let least = pairs.map(|(a, b)| product(a, a) - product(a, b)).fold(f64::INFINITY, f64::min);
    let largest = (0..memory.count()).map(|a| math::sqrt(product(a, a))).fold(0.0, f64::max);
    (least, largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(beta: f32) -> Landscape {
        let mut landscape = Landscape::new(5, beta, 1).unwrap();
        for _ in 0..500 {
            if landscape.step() == Progress::Finished {
                return landscape;
            }
        }
        panic!("the queries do not come to rest at beta {beta}");
    }

    #[test]
    fn beta_splits_one_well_into_one_for_each_pattern() {
        assert_eq!(settled(0.1).wells().len(), 1);
        let several = settled(30.0).wells();
        assert_eq!(several.len(), 5);
        // Every query ends somewhere: the visitor's and two hundred more.
        assert_eq!(several.iter().map(|(_, count)| count).sum::<usize>(), QUERIES + 1);
    }

    #[test]
    fn each_path_runs_downhill() {
        let mut landscape = settled(2.0);
        let paths = landscape.paths.clone();
        for path in paths {
            let energies: Vec<f64> = path.iter().map(|p| landscape.memory.energy(&[p.0, p.1])).collect();
            assert!(energies.windows(2).all(|pair| pair[1] <= pair[0] + 1e-6), "{energies:?}");
        }
    }

    #[test]
    fn patterns_and_query_follow_the_pointer() {
        let mut landscape = settled(2.0);
        let at = |x: f32, y: f32, phase| Touch { panel: "landscape".into(), phase, x, y, shift: false };
        let (x, y) = (landscape.memory.pattern(3)[0], landscape.memory.pattern(3)[1]);
        landscape.touch(&at(x, y, Phase::Down));
        landscape.touch(&at(0.5, -0.25, Phase::Move));
        landscape.touch(&at(0.5, -0.25, Phase::Up));
        assert_eq!(landscape.memory.pattern(3), [0.5, -0.25]);
        landscape.touch(&at(2.9, 2.9, Phase::Down));
        assert_eq!(landscape.paths[0], [(2.9, 2.9)]);
        assert_eq!(landscape.step(), Progress::Running);
    }
}
