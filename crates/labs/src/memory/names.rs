//! What a state is called: a pattern, its mirror image, a mixture, a mean, or none of these.

use super::basins::mixture;
use super::nets::Rule;
use super::recall::{Motion, Recall};
use super::theory::Regime;

/// What a state is, in the memory's own terms.
#[derive(Clone, Debug, PartialEq)]
pub enum Named {
    /// A stored pattern, but for so many pixels.
    Pattern(usize, usize),
    /// The negative of a stored pattern, but for so many pixels.
    Mirror(usize, usize),
    /// The sign of a sum of three patterns, each with this sign.
    Mixture([usize; 3], [f32; 3]),
    /// Softmax: a mean over about so many patterns around the nearest one.
    Cluster(usize, f64),
    /// Softmax: the mean over all patterns.
    Everything,
    /// None of these; the nearest pattern and its overlap.
    Other(usize, f32),
}

impl Recall {
    /// The pixels in which the state differs from pattern `mu`, taken with `sign`.
    pub fn distance(&self, mu: usize, sign: f32) -> usize {
        let channels = self.pictures.channels;
        let pairs = self.walk.state().chunks_exact(channels).zip(self.memory.pattern(mu).chunks_exact(channels));
        pairs.filter(|(s, x)| s.iter().zip(*x).any(|(s, x)| (s - sign * x).abs() > 0.5)).count()
    }

    /// What the state is.
    pub fn name(&self, overlaps: &[f32]) -> Named {
        let mut best = Vec::new();
        strongest(overlaps, 3, &mut best);
        let (mu, m, pixels) = (best[0], overlaps[best[0]], self.pictures.side * self.pictures.side);
        let few = pixels / 20;
        if self.memory.kind().rule == Rule::Softmax {
            let effective = self.memory.effective_patterns();
            let distance = self.distance(mu, 1.0);
            return match Regime::of(effective, self.memory.count()) {
                Regime::Single if distance <= few => Named::Pattern(mu, distance),
                Regime::Global => Named::Everything,
                Regime::Metastable if self.motion == Motion::Rest => Named::Cluster(mu, effective),
                _ => Named::Other(mu, m),
            };
        }
        let distance = self.distance(mu, m.signum());
        if distance <= few {
            return if m > 0.0 { Named::Pattern(mu, distance) } else { Named::Mirror(mu, distance) };
        }
        if let Ok(three) = <[usize; 3]>::try_from(best)
            && let Some(signs) = mixture(&self.memory, self.walk.state(), three)
        {
            return Named::Mixture(three, signs);
        }
        Named::Other(mu, m)
    }
}

/// The indices of the `most` values that are largest in size, in falling order, into `out`.
pub fn strongest(values: &[f32], most: usize, out: &mut Vec<usize>) {
    out.clear();
    for (k, value) in values.iter().enumerate() {
        let place = out.partition_point(|&other| values[other].abs() >= value.abs());
        if place < most {
            out.truncate(most - 1);
            out.insert(place, k);
        }
    }
}
