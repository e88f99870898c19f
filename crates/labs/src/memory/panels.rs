//! What is shown of a recall: the state, the wall, energy, overlaps, couplings, basins.

use super::names::Named;
use super::nets::{Memory, Rule};
use super::patterns::Pictures;
use super::recall::{Motion, Recall};
use ndarray::Array2;
use vivarium_engine::kernel;
use vivarium_frame::view::{Axis, Cell, ColourMap, Frame, Grid, Ink, Picture, Pixels, Plot, Raster, Room, Shape};

/// Bars of the overlap panel.
const BARS: usize = 240;
/// Pixels of the couplings' picture in a row.
const COUPLINGS: usize = 96;
/// Pixels of a thumbnail in a row, at most.
const THUMBNAIL: usize = 32;

/// Fills the frame.
pub fn draw(recall: &Recall, frame: &mut Frame) {
    let (memory, pictures) = (&recall.memory, &recall.pictures);
    let overlaps = recall.overlaps();
    let named = recall.name(&overlaps);
    frame.says = says(recall, &named);
    figures(recall, &overlaps, frame);

    frame
        .panel("state", "State", Room::Stage, Picture::Image(pictures.raster(recall.walk.state())))
        .alt(format!(
            "The state of the memory, {} by {} pixels. {}",
            pictures.side,
            pictures.side,
            says(recall, &named)
        ))
        .touch(format!("{} Space updates, R brings a new cue.", recall.controls.brush.says()));

    let light = lights(recall, &overlaps);
    frame
        .panel("wall", wall_title(recall), Room::Wide, Picture::Grid(wall(recall, &light)))
        .alt(format!("Thumbnails of {} stored patterns, each lit by how strongly it is recalled.", recall.wall.len()))
        .touch("Click: cue. Shift-click: forget.");

    frame.panel("energy", "Energy", Room::Cell, Picture::Plot(energy(recall))).alt(format!(
        "The energy is {:.4} per unit after {} updates.",
        recall.level(),
        recall.updates
    ));

    let softmax = memory.kind().rule == Rule::Softmax;
    let title = if softmax { "Softmax weights" } else { "Overlaps with patterns" };
    frame
        .panel("overlaps", title, Room::Cell, Picture::Plot(bars(recall, &overlaps)))
        .alt(format!("The largest belongs to {}.", nearest(&overlaps).map_or("none", |mu| &pictures.names[mu])));

    let title = match (memory.weights(), softmax) {
        (Some(_), _) => "Couplings of units",
        (None, _) => "Likeness of the patterns",
    };
    frame
        .panel("weights", title, Room::Cell, Picture::Image(recall.couplings.clone()))
        .alt("Blue is negative, red positive.");

    let (picture, alt) = match &recall.basins {
        Some(basins) => (
            basins.picture(memory, &pictures.names, &recall.trail),
            format!("Where the dynamics ends from each point of the plane; {:.0} % computed.", 100.0 * basins.share()),
        ),
        None => (
            Picture::Plot(Plot::new(Axis::new("along").range(0.0, 1.0), Axis::new("across").range(0.0, 1.0))),
            "There is no map: it needs three patterns that span a plane, and not too many in all.".to_owned(),
        ),
    };
    frame.panel("basins", "Basins of three patterns", Room::Cell, picture).alt(alt);
}

fn figures(recall: &Recall, overlaps: &[f32], frame: &mut Frame) {
    let memory = &recall.memory;
    let best = nearest(overlaps).unwrap_or(0);
    let effective =
        if memory.kind().rule == Rule::Softmax { memory.effective_patterns() } else { participation(overlaps) };
    frame.figure("energy", "Energy", recall.walk.energy(memory), "", "The rule's own energy of the state.");
    frame.figure("overlap", "Overlap", f64::from(overlaps[best]), "", "x.state / d with the nearest pattern.");
    frame.figure("best", "Nearest pattern", (best + 1) as f64, "", "Its number in the order of storing.");
    frame.figure("distance", "Pixels wrong", recall.distance(best, 1.0) as f64, "", "Pixels that differ from it.");
    frame.figure("updates", "Updates", recall.updates as f64, "", "Updates since the cue was shown.");
    frame.figure("flips", "Changes", recall.flips as f64, "", "Units that changed since the cue was shown.");
    let about = "Softmax: exp of the entropy of the weights; else the overlaps' participation ratio.";
    frame.figure("k-eff", "Patterns at work", effective, "", about);
    frame.figure(
        "stored",
        "Patterns stored",
        memory.count() as f64,
        "",
        "At most as many as the set holds and time allows.",
    );
}

/// How many patterns share the squared overlaps: (sum m^2)^2 / sum m^4.
fn participation(overlaps: &[f32]) -> f64 {
    let (two, four) = overlaps.iter().map(|m| f64::from(m * m)).fold((0.0, 0.0), |(a, b), q| (a + q, b + q * q));
    if four > 0.0 { two * two / four } else { overlaps.len() as f64 }
}

/// The pattern with the largest overlap in size.
fn nearest(overlaps: &[f32]) -> Option<usize> {
    (0..overlaps.len()).reduce(|a, b| if overlaps[b].abs() > overlaps[a].abs() { b } else { a })
}

fn says(recall: &Recall, named: &Named) -> String {
    let name = |mu: usize| recall.pictures.names[mu].as_str();
    let but = |pixels: usize| match pixels {
        0 => String::new(),
        1 => " but for one pixel".to_owned(),
        n => format!(" but for {n} pixels"),
    };
    let what = match named {
        Named::Pattern(mu, pixels) => format!("pattern {}{}", name(*mu), but(*pixels)),
        Named::Mirror(mu, pixels) => format!("the mirror image of {}{}: a spurious state", name(*mu), but(*pixels)),
        Named::Mixture(three, signs) => {
            let part = |k: usize| format!("{}{}", if signs[k] < 0.0 { "not " } else { "" }, name(three[k]));
            format!("a mixture of {}, {} and {}: a spurious state", part(0), part(1), part(2))
        }
        Named::Cluster(mu, effective) => {
            format!("the mean of about {effective:.1} patterns around {}: metastable", name(*mu))
        }
        Named::Everything => "the mean of all patterns".to_owned(),
        Named::Other(mu, m) if recall.motion == Motion::Moving => {
            return format!("The state is on its way; nearest is {} with overlap {m:.2}.", name(*mu));
        }
        Named::Other(mu, m) => format!("no pattern, a spurious state; nearest is {} with overlap {m:.2}", name(*mu)),
    };
    match recall.motion {
        Motion::Rest => format!("At rest in {what}."),
        Motion::Swing => format!("Parallel updates swing for ever between two states; this one is {what}."),
        Motion::Moving => format!("The state is {what}."),
    }
}

/// How strongly each pattern is lit: softmax weight, or squared overlap.
fn lights(recall: &Recall, overlaps: &[f32]) -> Vec<f32> {
    if recall.memory.kind().rule == Rule::Softmax {
        recall.memory.weights_softmax().to_vec()
    } else {
        overlaps.iter().map(|m| m * m).collect()
    }
}

fn wall_title(recall: &Recall) -> String {
    let (shown, stored, limit) = (recall.wall.len(), recall.memory.count(), recall.limit);
    if shown == stored {
        format!("All {stored} stored patterns{limit}")
    } else {
        format!("{shown} nearest of {stored} patterns{limit}")
    }
}

fn wall(recall: &Recall, light: &[f32]) -> Grid {
    let Pictures { side, channels, .. } = recall.pictures;
    let mut thumbnail = side;
    while thumbnail > THUMBNAIL {
        thumbnail = thumbnail.div_ceil(2);
    }
    let mut values = Vec::with_capacity(recall.wall.len() * thumbnail * thumbnail * channels);
    let mut cells = Vec::with_capacity(recall.wall.len());
    for &mu in &recall.wall {
        values.extend(recall.pictures.shrink(recall.memory.pattern(mu), thumbnail));
        cells.push(Cell { label: recall.pictures.names[mu].clone(), light: light[mu].clamp(0.0, 1.0) });
    }
    let height = thumbnail * cells.len();
    let images = Raster { width: thumbnail as u32, height: height as u32, pixels: recall.pictures.pixels(values) };
    Grid { images, height: thumbnail as u32, cells }
}

fn energy(recall: &Recall) -> Plot {
    let (x, y) = recall.energies[1].points();
    let ends = [recall.energies[0].end(), recall.energies[1].end(), 1.0];
    let end = ends.into_iter().fold(0.0, f32::max);
    let mut plot = Plot::new(Axis::new("updates").range(0.0, 1.02 * end), Axis::new("energy per unit"));
    if !x.is_empty() {
        plot.line("the recall before", Ink::Muted, x, y);
    }
    plot.mark("the pattern itself", Ink::Theory, Shape::AtY(recall.goal));
    let (x, y) = recall.energies[0].points();
    let last = (x.last().copied().unwrap_or(0.0), y.last().copied().unwrap_or(0.0));
    plot.line("this recall", Ink::Accent, x, y);
    plot.mark("", Ink::Accent, Shape::Points { x: vec![last.0], y: vec![last.1], radius: 4.0, filled: true });
    plot
}

fn bars(recall: &Recall, overlaps: &[f32]) -> Plot {
    let softmax = recall.memory.kind().rule == Rule::Softmax;
    let values = if softmax { recall.memory.weights_softmax() } else { overlaps };
    let least = values.iter().copied().fold(0.0, f32::min);
    let low = [0.0, -0.5].into_iter().find(|low| least >= *low).unwrap_or(-1.0);
    let label = if softmax { "softmax weight" } else { "overlap" };
    // Weights of a mean over many patterns are all small.
    let largest = values.iter().copied().fold(0.0, f32::max);
    let high = if softmax && largest < 0.25 { 1.2 * largest } else { 1.0 };
    let mut plot = Plot::new(Axis::new("pattern"), Axis::new(label).range(low, high));
    // With more patterns than bars, a bar is the strongest of its neighbours.
    let group = values.len().div_ceil(BARS);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (k, chunk) in values.chunks(group).enumerate() {
        x.push((k * group) as f32 + 0.5 * (chunk.len() + 1) as f32);
        y.push(chunk.iter().copied().fold(0.0, |a: f32, b| if b.abs() > a.abs() { b } else { a }));
    }
    let best = (0..y.len()).reduce(|a, b| if y[b].abs() > y[a].abs() { b } else { a }).unwrap_or(0);
    let width = 0.8 * group as f32;
    let strongest = Shape::Bars { x: vec![x[best]], y: vec![y[best]], width };
    plot.mark("all", Ink::Series(0), Shape::Bars { x, y, width });
    plot.mark("strongest", Ink::Accent, strongest);
    plot
}

/// The couplings as a picture, by means over blocks; for the rules without a matrix the patterns' overlaps.
pub fn couplings(memory: &Memory) -> Raster {
    let (matrix, label) = match memory.weights() {
        Some(weights) => {
            let unit = memory.weight_unit() as f32;
            let block = weights.ncols().div_ceil(COUPLINGS);
            let side = weights.ncols() / block;
            let mut means = Array2::<f32>::zeros((side, side));
            for i in 0..side * block {
                for j in 0..side * block {
                    means[[i / block, j / block]] += weights[[i, j]];
                }
            }
            (means * (unit / (block * block) as f32), "coupling")
        }
        None => {
            let side = memory.count().min(COUPLINGS);
            let scale = 1.0 / memory.units() as f32;
            let likeness = |(i, j): (usize, usize)| scale * kernel::dot(memory.pattern(i), memory.pattern(j));
            (Array2::from_shape_fn((side, side), likeness), "overlap")
        }
    };
    let largest = matrix.iter().fold(0.0_f32, |a, b| a.max(b.abs())).max(f32::MIN_POSITIVE);
    let side = matrix.ncols() as u32;
    let pixels = Pixels::Scalar {
        values: matrix.into_iter().collect(),
        range: (-largest, largest),
        map: ColourMap::Diverging,
        label: label.to_owned(),
    };
    Raster { width: side, height: side, pixels }
}
