//! The plane of load and temperature: where a Hebb network retrieves, measured cell by cell over the theory's lines.

use super::ags::{self, Boundaries};
use super::cells;
use super::hebb::Hebb;
use crate::exhibit::Progress;
use vivarium_engine::rng::Rng;
use vivarium_engine::stats::Moments;
use vivarium_frame::view::{Axis, ColourMap, Frame, Ink, Picture, Pixels, Plot, Raster, Room, Shape, Table, Touch};

/// Cells along the load and along the temperature.
const COLUMNS: usize = 20;
const ROWS: usize = 26;
const CELLS: usize = COLUMNS * ROWS;
/// The plane's ends.
const MOST_LOAD: f64 = 0.2;
const MOST_TEMPERATURE: f64 = 1.56;
/// Networks in each cell.
const NETWORKS: usize = 4;
/// Sweeps before the overlap is measured, and while it is.
const SETTLE: u32 = 60;
const MEASURE: u32 = 20;
/// Multiply-adds in one step, roughly.
const WORK: usize = 1_000_000;

/// The survey: in each cell a network of random patterns runs from a stored one by Glauber's dynamics.
pub struct PhasePlane {
    units: usize,
    rng: Rng,
    boundaries: Boundaries,
    /// Cells in the order in which they are visited: coarse first.
    order: Vec<(usize, usize)>,
    /// Visits made.
    visits: usize,
    cells: Vec<Cell>,
    net: Hebb,
    glauber: Rng,
    /// Sweeps of the network in hand; none when there is none.
    sweeps: Option<u32>,
    sum: f64,
    chosen: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    overlap: Moments,
    /// Overlap by theory, 0 where retrieval states do not exist.
    theory: f64,
}

impl PhasePlane {
    /// A survey with networks of `units` units; where these are fewer than 50 or more than 2,000, of 50 or 2,000.
    pub fn new(units: usize, seed: u64) -> Self {
        let rng = Rng::new(seed, "phase plane");
        let mut first = rng.split("first");
        Self {
            units: units.clamp(50, 2000),
            boundaries: Boundaries::default(),
            order: coarse_to_fine(),
            visits: 0,
            cells: vec![Cell::default(); CELLS],
            net: Hebb::random(1, 1, &mut first),
            glauber: first,
            sweeps: None,
            sum: 0.0,
            chosen: 5 * COLUMNS + 7,
            rng,
        }
    }

    /// A piece of theory, or of one network; some milliseconds at most.
    pub fn step(&mut self) -> Progress {
        if self.boundaries.extend() {
            return Progress::Running;
        }
        if self.visits >= NETWORKS * CELLS {
            return Progress::Finished;
        }
        let (column, row) = self.order[self.visits % CELLS];
        let cell = row * COLUMNS + column;
        let (load, temperature) = centre(cell);
        match self.sweeps {
            None => {
                let mut random = self.rng.nth(self.visits as u64);
                self.net.renew(self.units, patterns(load, self.units), &mut random);
                self.glauber = random.split("glauber");
                (self.sum, self.sweeps) = (0.0, Some(0));
                if self.visits < CELLS {
                    self.cells[cell].theory = ags::retrieval(load, temperature).map_or(0.0, |state| state.overlap);
                }
            }
            Some(mut sweeps) => {
                let cost = self.units * (self.net.patterns() + 40);
                for _ in 0..(WORK / cost).max(1) {
                    self.net.sweep_at(temperature, &mut self.glauber);
                    sweeps += 1;
                    if sweeps > SETTLE {
                        self.sum += self.net.overlap(0);
                    }
                    if sweeps == SETTLE + MEASURE {
                        self.cells[cell].overlap.push(self.sum / f64::from(MEASURE));
                        self.visits += 1;
                        self.sweeps = None;
                        return Progress::Running;
                    }
                }
                self.sweeps = Some(sweeps);
            }
        }
        Progress::Running
    }

    /// Chooses the cell under the pointer, or beside the chosen one by the arrow keys.
    pub fn touch(&mut self, touch: &Touch) {
        if touch.panel == "phase" {
            self.chosen = cells::choose(touch, (COLUMNS, ROWS), self.chosen, |load, temperature| {
                [load / MOST_LOAD * COLUMNS as f64, temperature / MOST_TEMPERATURE * ROWS as f64]
            });
        }
    }

    /// The plane, the chosen cell's numbers, and a cut along the temperature through it.
    pub fn draw(&self, frame: &mut Frame) {
        let networks = self.visits as f64;
        frame.figure("phase-networks", "Networks run", networks, "", "Networks that were run from a stored pattern.");
        frame.figure("phase-units", "Units", self.units as f64, "", "Units of each network in this survey.");
        let mut gap = Moments::default();
        for cell in self.cells.iter().filter(|cell| cell.overlap.count() > 0) {
            gap.push((cell.overlap.mean() - cell.theory).abs());
        }
        if gap.count() > 0 {
            let about = "Mean distance of measured and theoretical overlap over the measured cells; theory is for endless networks.";
            frame.figure("phase-gap", "Distance from theory", gap.mean(), "", about);
        }
        let (load, temperature) = centre(self.chosen);
        let cell = self.cells[self.chosen];
        frame.figure("phase-load", "Load here", load, "", "Patterns over units in the chosen cell.");
        frame.figure("phase-temperature", "Temperature here", temperature, "", "Temperature in the chosen cell.");
        if cell.overlap.count() > 0 {
            frame.figure("phase-overlap", "Overlap here", cell.overlap.mean(), "", "Mean overlap in the chosen cell.");
        }
        frame.says = format!(
            "At load {load:.3} and temperature {temperature:.2}: {}. {} of {} networks of {} units.",
            self.region(load, temperature),
            self.visits,
            NETWORKS * CELLS,
            self.units
        );
        frame
            .panel("phase", "Overlap by load and temperature", Room::Stage, Picture::Plot(self.plane()))
            .alt(format!(
                "Map of the overlap that is left of a stored pattern, with the lines T_M, T_c and T_g of the theory. {}",
                frame_says(load, temperature, cell)
            ))
            .touch("Click a cell for its numbers; arrow keys move.");
        frame.panel("phase-cell", "The chosen cell", Room::Cell, Picture::Table(self.table())).alt(frame_says(
            load,
            temperature,
            cell,
        ));
        frame
            .panel(
                "phase-cut",
                format!("Overlap against temperature at load {load:.3}"),
                Room::Cell,
                Picture::Plot(self.cut()),
            )
            .alt("Measured points over the theory's curve.");
    }

    fn plane(&self) -> Plot {
        let (load, temperature) = centre(self.chosen);
        let mut plot = Plot::new(
            Axis::new("load \u{3b1} = P / d").range(0.0, MOST_LOAD as f32),
            Axis::new("temperature T").range(0.0, MOST_TEMPERATURE as f32),
        );
        let pixels = Pixels::Scalar {
            values: self.field(),
            range: (0.0, 1.0),
            map: ColourMap::Sequential,
            label: "overlap".to_owned(),
        };
        plot.field = Some(Raster { width: COLUMNS as u32, height: ROWS as u32, pixels });
        let lines = &self.boundaries;
        let heights: Vec<f32> = lines.temperature.iter().map(|t| *t as f32).collect();
        let loads = |loads: &[f64]| loads.iter().map(|l| *l as f32).collect::<Vec<f32>>();
        plot.line("T_M: retrieval states exist", Ink::Theory, loads(&lines.exist), heights.clone());
        plot.dashes("T_c: they are the lowest", Ink::Theory, loads(&lines.lowest), heights);
        // Dense near zero, where the root is steep.
        let x: Vec<f32> = (0..=40).map(|i| (i * i) as f32 / 1600.0 * MOST_LOAD as f32).collect();
        let y = x.iter().map(|x| ags::glass_temperature(f64::from(*x)) as f32).collect();
        plot.line("T_g: spin glass", Ink::Muted, x, y);
        let shape = Shape::Words {
            x: vec![0.008, 0.066, 0.12, 0.07],
            y: vec![0.30, 0.14, 0.75, 1.45],
            text: ["retrieval, lowest", "retrieval, higher than the glass", "spin glass", "no order"]
                .map(str::to_owned)
                .to_vec(),
        };
        plot.mark("", Ink::Text, shape);
        let here = Shape::Points { x: vec![load as f32], y: vec![temperature as f32], radius: 6.0, filled: false };
        plot.mark("chosen cell", Ink::Accent, here);
        plot
    }

    /// Measured overlaps; a cell that is not yet visited shows the coarser one that covers it.
    fn field(&self) -> Vec<f32> {
        let mut field = vec![f32::NAN; CELLS];
        for (cell, out) in field.iter_mut().enumerate() {
            let (column, row) = (cell % COLUMNS, cell / COLUMNS);
            let covering =
                STRIDES.iter().rev().map(|stride| row / stride * stride * COLUMNS + column / stride * stride);
            let measured = covering.map(|c| &self.cells[c].overlap).find(|overlap| overlap.count() > 0);
            *out = measured.map_or(f32::NAN, |overlap| overlap.mean() as f32);
        }
        field
    }

    fn cut(&self) -> Plot {
        let column = self.chosen % COLUMNS;
        let mut plot = Plot::new(
            Axis::new("temperature T").range(0.0, MOST_TEMPERATURE as f32),
            Axis::new("overlap").range(-0.05, 1.05),
        );
        let cells = (0..ROWS).map(|row| row * COLUMNS + column).filter(|c| self.cells[*c].overlap.count() > 0);
        let cells: Vec<(f32, Cell)> = cells.map(|c| (centre(c).1 as f32, self.cells[c])).collect();
        let x: Vec<f32> = cells.iter().map(|(t, _)| *t).collect();
        plot.line("theory", Ink::Theory, x.clone(), cells.iter().map(|(_, c)| c.theory as f32).collect());
        plot.points("measured", Ink::Series(0), x, cells.iter().map(|(_, c)| c.overlap.mean() as f32).collect());
        plot.mark("", Ink::Accent, Shape::AtX(centre(self.chosen).1 as f32));
        plot
    }

    fn table(&self) -> Table {
        let (load, temperature) = centre(self.chosen);
        let cell = self.cells[self.chosen];
        let measured = match cell.overlap.count() {
            0 => "not yet".to_owned(),
            1 => format!("{:.3} (one network)", cell.overlap.mean()),
            n => format!("{:.3} \u{b1} {:.3} ({n} networks)", cell.overlap.mean(), cell.overlap.standard_error()),
        };
        let line = |t: f64| if t > 0.0 { format!("{t:.3}") } else { "none at this load".to_owned() };
        let theory = if cell.overlap.count() > 0 { format!("{:.3}", cell.theory) } else { "not yet".to_owned() };
        let rows = [
            ("load", format!("{load:.3} ({} patterns)", patterns(load, self.units))),
            ("temperature", format!("{temperature:.2}")),
            ("overlap, measured", measured),
            ("overlap, theory", theory),
            ("T_M here", line(self.boundaries.existence_temperature(load))),
            ("T_c here", line(self.boundaries.lowest_temperature(load))),
            ("T_g here", format!("{:.3}", ags::glass_temperature(load))),
            ("region by theory", self.region(load, temperature).to_owned()),
        ];
        let columns = vec!["quantity".to_owned(), "value".to_owned()];
        Table { columns, rows: rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect() }
    }

    fn region(&self, load: f64, temperature: f64) -> &'static str {
        let lines = &self.boundaries;
        if temperature >= ags::glass_temperature(load) {
            "no order at all"
        } else if temperature >= lines.existence_temperature(load) {
            "a spin glass, no retrieval"
        } else if temperature >= lines.lowest_temperature(load) {
            "retrieval states exist, the spin glass lies lower"
        } else {
            "retrieval states are the lowest"
        }
    }
}

fn frame_says(load: f64, temperature: f64, cell: Cell) -> String {
    let overlap = match cell.overlap.count() {
        0 => "not yet measured".to_owned(),
        _ => format!("{:.3}, by theory {:.3}", cell.overlap.mean(), cell.theory),
    };
    format!("Load {load:.3}, temperature {temperature:.2}: overlap {overlap}.")
}

/// Load and temperature at the middle of a cell.
fn centre(cell: usize) -> (f64, f64) {
    let part = |i: usize, cells: usize| (i as f64 + 0.5) / cells as f64;
    (MOST_LOAD * part(cell % COLUMNS, COLUMNS), MOST_TEMPERATURE * part(cell / COLUMNS, ROWS))
}

fn patterns(load: f64, units: usize) -> usize {
    ((load * units as f64).round() as usize).max(1)
}

/// Distances between visited cells, from the first visits to the last.
const STRIDES: [usize; 4] = [8, 4, 2, 1];

/// All cells, those of the coarsest grid first.
fn coarse_to_fine() -> Vec<(usize, usize)> {
    let mut order = Vec::with_capacity(CELLS);
    for (level, stride) in STRIDES.iter().enumerate() {
        for row in (0..ROWS).step_by(*stride) {
            for column in (0..COLUMNS).step_by(*stride) {
                let coarser = level > 0 && row % STRIDES[level - 1] == 0 && column % STRIDES[level - 1] == 0;
                if !coarser {
                    order.push((column, row));
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivarium_frame::view::Phase;

    fn run(units: usize, visits: usize) -> PhasePlane {
        let mut plane = PhasePlane::new(units, 1);
        while plane.visits < visits {
            assert_eq!(plane.step(), Progress::Running);
        }
        plane
    }

    #[test]
    fn every_cell_is_visited_once_a_round() {
        let mut order = coarse_to_fine();
        order.sort_unstable();
        order.dedup();
        assert_eq!(order.len(), CELLS);
    }

    #[test]
    fn networks_follow_the_theory_inside_the_boundary() {
        let plane = run(500, CELLS);
        let (mut inside, mut hot) = (Moments::default(), Moments::default());
        for (i, cell) in plane.cells.iter().enumerate() {
            let (load, temperature) = centre(i);
            // Half of the way to the boundary and less: finite networks do not leave the pattern there.
            if temperature < 0.5 * plane.boundaries.existence_temperature(load) {
                inside.push((cell.overlap.mean() - cell.theory).abs());
            }
            if temperature > ags::glass_temperature(load) {
                hot.push(cell.overlap.mean().abs());
            }
        }
        assert!(inside.count() > 30 && inside.mean() < 0.02, "{inside:?}");
        assert!(hot.count() > 30 && hot.mean() < 0.1, "{hot:?}");
    }

    #[test]
    fn a_click_chooses_the_cell() {
        let mut plane = run(50, 40);
        let touch = |phase, x, y| Touch { panel: "phase".to_owned(), phase, x, y, shift: false };
        plane.touch(&touch(Phase::Down, 0.105, 0.63));
        assert_eq!(plane.chosen, 10 * COLUMNS + 10);
        plane.touch(&touch(Phase::Key("ArrowUp".to_owned()), 0.0, 0.0));
        assert_eq!(plane.chosen, 11 * COLUMNS + 10);
        plane.touch(&touch(Phase::Down, 9.0, -9.0));
        assert_eq!(plane.chosen, COLUMNS - 1);
    }

    #[test]
    fn runs_draws_repeats_and_finishes() {
        let mut frames = [Frame::default(), Frame::default()];
        for frame in &mut frames {
            run(50, NETWORKS * CELLS).draw(frame);
        }
        assert_eq!(frames[0], frames[1]);
        assert_eq!(frames[0].panels[0].name, "phase");
        assert_eq!(run(50, NETWORKS * CELLS).step(), Progress::Finished);
        PhasePlane::new(50, 0).draw(&mut Frame::default());
    }
}
