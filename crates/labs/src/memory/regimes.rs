//! The plane of inverse temperature and cluster spread: three kinds of fixed point of the softmax update.

use super::cells;
use super::nets::{Kind, Memory, Rule};
use super::theory::{Regime, well_separated_from};
use crate::exhibit::Progress;
use ndarray::Array2;
use vivarium_engine::kernel;
use vivarium_engine::math::{exp, ln};
use vivarium_engine::rng::Rng;
use vivarium_engine::stats::Moments;
use vivarium_frame::Complaint;
use vivarium_frame::view::{Axis, ColourMap, Frame, Ink, Picture, Pixels, Plot, Raster, Room, Shape, Table, Touch};

/// The set: clusters, variants of each centre, units.
const CENTRES: usize = 6;
const VARIANTS: usize = 8;
const UNITS: usize = 64;
const PATTERNS: usize = CENTRES * VARIANTS;
/// Cells along beta and along the spread.
const COLUMNS: usize = 36;
const ROWS: usize = 20;
const CELLS: usize = COLUMNS * ROWS;
/// The plane's ends.
const BETA: (f64, f64) = (0.005, 2.0);
const MOST_SPREAD: f64 = 0.4;
/// Sets drawn for each row.
const SETS: u64 = 4;
/// Patterns that are started from in each cell.
const STARTS: usize = 3;
/// Updates that a state has to come to rest, within `STILL` in every unit.
const UPDATES: usize = 400;
const STILL: f32 = 1e-5;

/// The survey. A step finds the fixed points of one cell.
///
/// Patterns are 6 random centres of 64 signs, each in 8 variants with a share of its bits flipped: the spread.
pub struct Regimes {
    rng: Rng,
    visits: usize,
    cells: Vec<Cell>,
    /// Least separation of a pattern, by row, one value a set.
    separation: Vec<Moments>,
    chosen: usize,
    /// The set of the row in hand.
    memory: Memory,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Effective number of patterns in the fixed point.
    effective: Moments,
    /// Distance of the fixed point to the pattern that the run started from, over the norm of a pattern.
    to_pattern: Moments,
    /// Its distance to the mean of the pattern's cluster, likewise.
    to_cluster: Moments,
    /// Its distance to the mean of all patterns, likewise.
    to_mean: Moments,
}

impl Regimes {
    /// A survey.
    ///
    /// # Errors
    /// None in practice: the sets are allowed.
    pub fn new(seed: u64) -> Result<Self, Complaint> {
        let rng = Rng::new(seed, "regimes");
        let memory = clustered(spread(0), &mut rng.nth(0))?;
        Ok(Self {
            rng,
            visits: 0,
            cells: vec![Cell::default(); CELLS],
            separation: vec![Moments::default(); ROWS],
            // A tenth of the bits flipped, in the middle of beta.
            chosen: 4 * COLUMNS + COLUMNS / 2,
            memory,
        })
    }

    /// The fixed points of one cell.
    pub fn step(&mut self) -> Progress {
        let (row, column, set) = place(self.visits);
        if set >= SETS {
            return Progress::Finished;
        }
        if column == 0 {
            let mut random = self.rng.nth((self.visits / COLUMNS) as u64);
            match clustered(spread(row), &mut random) {
                Ok(memory) => self.memory = memory,
                Err(complaint) => return Progress::Diverged(complaint.sentence),
            }
            self.separation[row].push(mean_separation(&self.memory));
        }
        if let Err(complaint) = self.memory.set_beta(beta(column as f64 + 0.5) as f32) {
            return Progress::Diverged(complaint.sentence);
        }
        for start in 0..STARTS {
            self.settle(row * COLUMNS + column, start * VARIANTS);
        }
        self.visits += 1;
        Progress::Running
    }

    /// Runs from pattern `mu` to the fixed point and notes what it is.
    fn settle(&mut self, cell: usize, mu: usize) {
        let memory = &mut self.memory;
        let mut state = memory.pattern(mu).to_vec();
        let mut old = state.clone();
        for _ in 0..UPDATES {
            memory.update_all(&mut state, 0.0, || 0.0);
            if state.iter().zip(&old).all(|(a, b)| (a - b).abs() <= STILL) {
                break;
            }
            old.copy_from_slice(&state);
        }
        let cluster = mu / VARIANTS * VARIANTS;
        let mean = |from: usize, to: usize, i: usize| {
            (from..to).map(|mu| memory.pattern(mu)[i]).sum::<f32>() / (to - from) as f32
        };
        let distance = |to: &dyn Fn(usize) -> f32| {
            let squares = state.iter().enumerate().map(|(i, s)| f64::from(s - to(i)) * f64::from(s - to(i)));
            (squares.sum::<f64>() / UNITS as f64).sqrt()
        };
        let cell = &mut self.cells[cell];
        cell.effective.push(memory.effective_patterns());
        cell.to_pattern.push(distance(&|i| memory.pattern(mu)[i]));
        cell.to_cluster.push(distance(&|i| mean(cluster, cluster + VARIANTS, i)));
        cell.to_mean.push(distance(&|i| mean(0, PATTERNS, i)));
    }

    /// Chooses the cell under the pointer, or beside the chosen one by the arrow keys.
    pub fn touch(&mut self, touch: &Touch) {
        if touch.panel == "regimes" {
            self.chosen = cells::choose(touch, (COLUMNS, ROWS), self.chosen, |beta, spread| {
                let part = ln(beta.max(f64::MIN_POSITIVE) / BETA.0) / ln(BETA.1 / BETA.0);
                [part * COLUMNS as f64, spread / MOST_SPREAD * ROWS as f64]
            });
        }
    }

    /// The plane, the three kinds of fixed point along beta, and the chosen cell's numbers.
    pub fn draw(&self, frame: &mut Frame) {
        let cell = &self.cells[self.chosen];
        let (here, wide) = (beta((self.chosen % COLUMNS) as f64 + 0.5), spread(self.chosen / COLUMNS));
        let kind = self.kind(cell);
        frame.figure("regimes-cells", "Cells computed", self.visits as f64, "", "Cells whose fixed points were found.");
        frame.figure("regimes-beta", "Inverse temperature here", here, "", "Beta in the chosen cell.");
        frame.figure(
            "regimes-spread",
            "Spread here",
            wide,
            "",
            "Share of bits in which a variant differs from its centre.",
        );
        if cell.effective.count() > 0 {
            let about = "Effective number of patterns in the fixed point, exp of the entropy of the weights.";
            frame.figure("regimes-effective", "Patterns in the fixed point", cell.effective.mean(), "", about);
        }
        frame.says = format!("At beta {here:.3} and spread {wide:.2} the fixed point is {kind}.");
        frame
            .panel("regimes", "Patterns in the fixed point: from one to all", Room::Stage, Picture::Plot(self.plane()))
            .alt(format!(
                "Map of the effective number of patterns over all {PATTERNS}, by beta and spread. {}",
                self.words(cell, here, wide)
            ))
            .touch("Click a cell for its numbers; arrow keys move.");
        frame
            .panel(
                "regimes-kinds",
                format!("Three kinds of fixed point, spread {wide:.2}"),
                Room::Wide,
                Picture::Plot(self.kinds()),
            )
            .alt("Effective number of patterns against beta: steps from all patterns to a cluster to one.");
        frame
            .panel("regimes-distances", "Where the fixed point lies", Room::Cell, Picture::Plot(self.distances()))
            .alt("Distance to the pattern, to its cluster's mean and to the mean of all, against beta.");
        frame
            .panel("regimes-cell", "The chosen cell", Room::Cell, Picture::Table(self.table(cell, here, wide)))
            .alt(self.words(cell, here, wide));
    }

    fn kind(&self, cell: &Cell) -> &'static str {
        if cell.effective.count() == 0 { "not yet known" } else { Regime::of(cell.effective.mean(), PATTERNS).label() }
    }

    fn words(&self, cell: &Cell, here: f64, wide: f64) -> String {
        format!("At beta {here:.4} and spread {wide:.2}: {}, {:.2} patterns.", self.kind(cell), cell.effective.mean())
    }

    fn axis() -> Axis {
        Axis::new("inverse temperature \u{3b2}").log().range(BETA.0 as f32, BETA.1 as f32)
    }

    fn plane(&self) -> Plot {
        let mut plot = Plot::new(Self::axis(), Axis::new("spread of a cluster").range(0.0, MOST_SPREAD as f32));
        // On a scale of ratios, or clusters of 8 in 48 could not be told from one pattern.
        let share = |cell: &Cell| (ln(cell.effective.mean()) / ln(PATTERNS as f64)) as f32;
        let pixels = Pixels::Scalar {
            values: self.cells.iter().map(share).collect(),
            range: (0.0, 1.0),
            map: ColourMap::Sequential,
            label: "ln k_eff / ln N".to_owned(),
        };
        plot.field = Some(Raster { width: COLUMNS as u32, height: ROWS as u32, pixels });
        let (x, y) = self.separated();
        plot.line("well separated, right of it", Ink::Theory, x, y);
        let (x, y, text) = self.labels();
        plot.mark("", Ink::Text, Shape::Words { x, y, text });
        let (column, row) = (self.chosen % COLUMNS, self.chosen / COLUMNS);
        let (x, y) = (beta(column as f64 + 0.5) as f32, spread(row) as f32);
        plot.mark("chosen cell", Ink::Accent, Shape::Points { x: vec![x], y: vec![y], radius: 6.0, filled: false });
        plot
    }

    /// For each row the beta from which a pattern of mean separation is well separated.
    fn separated(&self) -> (Vec<f32>, Vec<f32>) {
        let rows = self.separation.iter().enumerate().filter(|(_, s)| s.count() > 0);
        rows.filter_map(|(row, s)| Some((separating_beta(s.mean())? as f32, spread(row) as f32))).unzip()
    }

    /// The name of each kind at the middle of its cells.
    fn labels(&self) -> (Vec<f32>, Vec<f32>, Vec<String>) {
        let (mut x, mut y, mut text) = (Vec::new(), Vec::new(), Vec::new());
        for kind in [Regime::Global, Regime::Metastable, Regime::Single] {
            let (mut column, mut row) = (Moments::default(), Moments::default());
            for (i, cell) in self.cells.iter().enumerate() {
                // Of the clusters' cells those that the name fits best: a fixed point near the mean of one.
                let fits = kind != Regime::Metastable || cell.to_cluster.mean() < 0.15;
                if cell.effective.count() > 0 && Regime::of(cell.effective.mean(), PATTERNS) == kind && fits {
                    column.push((i % COLUMNS) as f64 + 0.5);
                    row.push(spread(i / COLUMNS));
                }
            }
            if column.count() > 0 {
                x.push(beta(column.mean()) as f32);
                y.push(row.mean() as f32);
                text.push(kind.label().to_owned());
            }
        }
        (x, y, text)
    }

    /// The chosen row's cells that are computed, with their beta.
    fn row(&self) -> impl Iterator<Item = (f32, &Cell)> {
        let first = self.chosen / COLUMNS * COLUMNS;
        let cells = self.cells[first..first + COLUMNS].iter().enumerate();
        cells.filter(|(_, cell)| cell.effective.count() > 0).map(|(i, cell)| (beta(i as f64 + 0.5) as f32, cell))
    }

    fn kinds(&self) -> Plot {
        let mut plot =
            Plot::new(Self::axis(), Axis::new("patterns in the fixed point").log().range(0.8, 1.3 * PATTERNS as f32));
        let (x, y) = self.row().map(|(x, cell)| (x, cell.effective.mean() as f32)).unzip();
        plot.line("k_eff", Ink::Series(0), x, y);
        for (level, name) in [(PATTERNS, "all patterns"), (VARIANTS, "one cluster"), (1, "one pattern")] {
            plot.mark(name, Ink::Theory, Shape::AtY(level as f32));
        }
        plot.mark("", Ink::Accent, Shape::AtX(beta((self.chosen % COLUMNS) as f64 + 0.5) as f32));
        plot
    }

    fn distances(&self) -> Plot {
        let mut plot = Plot::new(Self::axis(), Axis::new("distance / norm of a pattern").range(0.0, 1.05));
        let mut line = |name: &str, ink: u8, of: fn(&Cell) -> &Moments| {
            let (x, y) = self.row().map(|(x, cell)| (x, of(cell).mean() as f32)).unzip();
            plot.line(name, Ink::Series(ink), x, y);
        };
        line("to the pattern", 0, |cell| &cell.to_pattern);
        line("to its cluster's mean", 1, |cell| &cell.to_cluster);
        line("to the mean of all", 2, |cell| &cell.to_mean);
        plot
    }

    fn table(&self, cell: &Cell, here: f64, wide: f64) -> Table {
        let number = |m: &Moments| if m.count() > 0 { format!("{:.3}", m.mean()) } else { "not yet".to_owned() };
        let separation = &self.separation[self.chosen / COLUMNS];
        let rows = [
            ("beta", format!("{here:.4}")),
            ("spread", format!("{wide:.2}")),
            ("kind of fixed point", self.kind(cell).to_owned()),
            ("effective patterns, of 48", number(&cell.effective)),
            ("distance to the pattern", number(&cell.to_pattern)),
            ("distance to its cluster's mean", number(&cell.to_cluster)),
            ("distance to the mean of all", number(&cell.to_mean)),
            ("separation", number(separation)),
            ("well separated from", format!("{:.3}", needed(here))),
        ];
        let columns = vec!["quantity".to_owned(), "value".to_owned()];
        Table { columns, rows: rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect() }
    }
}

/// Row, column and set of a visit: every other row first, then those between; then the next set.
fn place(visit: usize) -> (usize, usize, u64) {
    let (line, column) = (visit / COLUMNS % ROWS, visit % COLUMNS);
    let half = ROWS / 2;
    let row = if line < half { 2 * line } else { 2 * (line - half) + 1 };
    (row, column, (visit / CELLS) as u64)
}

/// Beta at a place on the axis, in cells from its left end.
fn beta(place: f64) -> f64 {
    exp(ln(BETA.0) + ln(BETA.1 / BETA.0) * place / COLUMNS as f64)
}

/// Spread in the middle of a row.
fn spread(row: usize) -> f64 {
    MOST_SPREAD * (row as f64 + 0.5) / ROWS as f64
}

/// The separation from which a pattern of these sets is well separated at `beta`.
fn needed(beta: f64) -> f64 {
    well_separated_from(PATTERNS as f64, beta, (UNITS as f64).sqrt())
}

/// The inverse temperature from which on `separation` is enough; none when it never is on this axis.
fn separating_beta(separation: f64) -> Option<f64> {
    let (mut lo, mut hi) = (BETA.0, BETA.1);
    if needed(hi) > separation || needed(lo) <= separation {
        return None;
    }
    for _ in 0..40 {
        // By ratios, as the axis is.
        let middle = (lo * hi).sqrt();
        if needed(middle) > separation { lo = middle } else { hi = middle }
    }
    Some((lo * hi).sqrt())
}

/// A softmax memory of clustered patterns.
fn clustered(spread: f64, random: &mut Rng) -> Result<Memory, Complaint> {
    let centres = Array2::from_shape_simple_fn((CENTRES, UNITS), || random.sign());
    let patterns = Array2::from_shape_fn((PATTERNS, UNITS), |(mu, i)| {
        let centre = centres[[mu / VARIANTS, i]];
        if random.bernoulli(spread) { -centre } else { centre }
    });
    Memory::new(Kind::of(Rule::Softmax), patterns)
}

/// Mean over the patterns of the separation of each from the others.
fn mean_separation(memory: &Memory) -> f64 {
    let mut mean = Moments::default();
    for i in 0..memory.count() {
        let with = |j: usize| kernel::dot(memory.pattern(i), memory.pattern(j));
        let nearest = (0..memory.count()).filter(|j| *j != i).map(with).fold(f32::NEG_INFINITY, f32::max);
        mean.push(f64::from(with(i) - nearest));
    }
    mean.mean()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivarium_frame::view::Phase;

    fn run(visits: usize) -> Regimes {
        let mut survey = Regimes::new(2).unwrap();
        while survey.visits < visits {
            assert_eq!(survey.step(), Progress::Running);
        }
        survey
    }

    #[test]
    fn clusters_pass_through_three_kinds_as_beta_rises() {
        let survey = run(CELLS);
        let row = 4 * COLUMNS..5 * COLUMNS;
        let kinds: Vec<Regime> =
            survey.cells[row.clone()].iter().map(|c| Regime::of(c.effective.mean(), PATTERNS)).collect();
        assert_eq!(kinds[0], Regime::Global);
        assert!(kinds.contains(&Regime::Metastable));
        assert_eq!(kinds[COLUMNS - 1], Regime::Single);
        // Each is where its name says.
        let cells = &survey.cells[row];
        assert!(cells[0].to_mean.mean() < 0.1);
        assert!(cells[COLUMNS - 1].to_pattern.mean() < 0.01);
        let cluster = cells.iter().map(|c| c.to_cluster.mean()).fold(f64::INFINITY, f64::min);
        assert!(cluster < 0.1, "{cluster}");
    }

    #[test]
    fn well_separated_patterns_are_single_fixed_points() {
        let survey = run(CELLS);
        for (row, separation) in survey.separation.iter().enumerate() {
            let Some(from) = separating_beta(separation.mean()) else { continue };
            for column in (0..COLUMNS).filter(|c| beta(*c as f64 + 0.5) > 1.5 * from) {
                let cell = &survey.cells[row * COLUMNS + column];
                assert_eq!(Regime::of(cell.effective.mean(), PATTERNS), Regime::Single, "row {row}, column {column}");
            }
        }
    }

    #[test]
    fn separating_beta_solves_its_condition() {
        let beta = separating_beta(30.0).unwrap();
        assert!((needed(beta) - 30.0).abs() < 1e-6);
        assert_eq!(separating_beta(0.1), None);
    }

    #[test]
    fn runs_draws_repeats_and_finishes() {
        let mut frames = [Frame::default(), Frame::default()];
        for frame in &mut frames {
            run(SETS as usize * CELLS).draw(frame);
        }
        assert_eq!(frames[0], frames[1]);
        assert_eq!(frames[0].panels[0].name, "regimes");
        assert_eq!(run(SETS as usize * CELLS).step(), Progress::Finished);
        let mut survey = run(3);
        let touch = Touch { panel: "regimes".to_owned(), phase: Phase::Down, x: 0.1, y: 0.11, shift: false };
        survey.touch(&touch);
        assert_eq!(survey.chosen / COLUMNS, 5);
        survey.draw(&mut Frame::default());
    }
}
