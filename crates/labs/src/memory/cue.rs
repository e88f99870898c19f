//! How a cue is damaged, and what the pointer does to the state.

use super::glyphs::distance_squared;
use super::patterns::Pictures;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vivarium_engine::rng::Rng;

/// What of the cue is covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Hide {
    /// Nothing.
    #[default]
    #[schemars(title = "Nothing")]
    Nothing,
    /// The lower half.
    #[schemars(title = "Lower half")]
    Lower,
    /// The left half.
    #[schemars(title = "Left half")]
    Left,
}

/// What the pointer does to the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Brush {
    /// Puts ink, with shift takes it away.
    #[default]
    #[schemars(title = "Draw")]
    Draw,
    /// Drags the pixels along.
    #[schemars(title = "Smudge")]
    Smudge,
    /// Turns ink to paper and paper to ink.
    #[schemars(title = "Flip")]
    Flip,
    /// Takes ink away.
    #[schemars(title = "Erase")]
    Erase,
}

impl Brush {
    /// What a drag does, in a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Brush::Draw => "Drag to draw, with shift to erase.",
            Brush::Smudge => "Drag to smudge.",
            Brush::Flip => "Drag to flip pixels.",
            Brush::Erase => "Drag to erase, with shift to draw.",
        }
    }
}

/// `pattern` with a share `noise` of its pixels flipped (real pixels become anything between paper and ink), then a half
/// covered.
pub fn damaged(pictures: &Pictures, pattern: &[f32], noise: f64, hide: Hide, rng: &mut Rng) -> Vec<f32> {
    let Pictures { side, channels, range, blank, signs, .. } = *pictures;
    let mut cue = pattern.to_vec();
    let pixels = side * side;
    for pixel in rng.sample_without_replacement(pixels, (noise * pixels as f64).round() as usize) {
        for value in &mut cue[pixel * channels..(pixel + 1) * channels] {
            *value = if signs { -*value } else { rng.uniform(range.0.into(), range.1.into()) as f32 };
        }
    }
    for (pixel, values) in cue.chunks_exact_mut(channels).enumerate() {
        let covered = match hide {
            Hide::Nothing => false,
            Hide::Lower => 2 * (pixel / side) >= side,
            Hide::Left => 2 * (pixel % side) < side,
        };
        if covered {
            values.fill(blank);
        }
    }
    cue
}

/// What the brush does on its way along `line`, in pixels: places in the state, with their new values.
pub fn strokes(
    pictures: &Pictures,
    state: &[f32],
    line: [(f32, f32); 2],
    brush: Brush,
    opposite: bool,
) -> Vec<(usize, f32)> {
    let Pictures { side, channels, range: (paper, ink), .. } = *pictures;
    let [from, to] = line;
    let radius = (side as f32 / 20.0).max(0.5);
    let mut strokes = Vec::new();
    for pixel in 0..side * side {
        let (column, row) = (pixel % side, pixel / side);
        let centre = (column as f32 + 0.5, row as f32 + 0.5);
        // On a small picture the brush may be too thin to meet a centre.
        let under = to.0 >= 0.0 && to.1 >= 0.0 && (column, row) == (to.0 as usize, to.1 as usize);
        if !under && distance_squared(centre, from, to) > radius * radius {
            continue;
        }
        // What was flipped a moment ago stays flipped.
        if brush == Brush::Flip && from != to && distance_squared(centre, from, from) <= radius * radius {
            continue;
        }
        // Where the pixels come from that are dragged here.
        let source = |now: f32, by: f32| (now - by).clamp(0.0, side as f32 - 0.5) as usize;
        let behind = source(centre.1, to.1 - from.1) * side + source(centre.0, to.0 - from.0);
        for c in 0..channels {
            let at = pixel * channels + c;
            let value = match (brush, opposite) {
                (Brush::Draw, false) | (Brush::Erase, true) => ink,
                (Brush::Draw, true) | (Brush::Erase, false) => paper,
                (Brush::Flip, _) => paper + ink - state[at],
                (Brush::Smudge, _) => state[behind * channels + c],
            };
            strokes.push((at, value));
        }
    }
    strokes
}
