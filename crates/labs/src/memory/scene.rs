//! What else the memory can be looked at as, besides a recall: the landscape and the surveys.

use super::attention::Attention;
use super::capacity::Capacity;
use super::landscape::Landscape;
use super::load::Load;
use super::modern_hopfield::{Controls, View};
use super::nets::Rule;
use super::phase::PhasePlane;
use super::recall::Recall;
use super::regimes::Regimes;
use crate::exhibit::Progress;
use vivarium_frame::Complaint;
use vivarium_frame::view::{Frame, Touch};

/// A picture that is computed step by step.
pub trait Scene {
    /// The next piece of it; some milliseconds at most.
    fn step(&mut self) -> Progress;
    /// Fills the frame, the stage first.
    fn draw(&self, frame: &mut Frame);
    /// A pointer or key on one of its panels.
    fn touch(&mut self, _touch: &Touch) {}
}

macro_rules! scene {
    ($($type:ty),+ $(; $($touched:ty),+)?) => {
        $(impl Scene for $type {
            fn step(&mut self) -> Progress { <$type>::step(self) }
            fn draw(&self, frame: &mut Frame) { <$type>::draw(self, frame) }
        })+
        $($(impl Scene for $touched {
            fn step(&mut self) -> Progress { <$touched>::step(self) }
            fn draw(&self, frame: &mut Frame) { <$touched>::draw(self, frame) }
            fn touch(&mut self, touch: &Touch) { <$touched>::touch(self, touch) }
        })+)?
    };
}
scene!(Load, Capacity, Attention; Landscape, PhasePlane, Regimes);

/// Patterns that the attention table can show.
const ATTENDED: usize = 64;

/// The scene of the present view; none for the recall itself.
///
/// # Errors
/// A sentence when the controls do not suit it.
pub fn open(controls: &Controls, seed: u64, recall: &Recall) -> Result<Option<Box<dyn Scene>>, Complaint> {
    let units = recall.memory.units();
    let beta = controls.beta;
    Ok(Some(match controls.view {
        View::Recall => return Ok(None),
        View::Landscape => Box::new(Landscape::new(controls.patterns as usize, beta as f32, seed)?),
        View::Load => Box::new(Load::new(recall.memory.kind(), units, controls.noise / 100.0, seed)?),
        View::Phase => Box::new(PhasePlane::new(units, seed)),
        View::Regimes => Box::new(Regimes::new(seed)?),
        View::Capacity => Box::new(Capacity::new(beta, controls.degree, seed)?),
        View::Attention if controls.rule == Rule::Softmax && recall.memory.count() <= ATTENDED => {
            Box::new(Attention::of(recall.memory.patterns(), recall.walk.state(), beta as f32)?)
        }
        View::Attention => Box::new(Attention::new(seed)?),
    }))
}

/// Whether the scene of these controls differs from that of the old ones.
pub fn changes(old: &Controls, new: &Controls) -> bool {
    let kind = |c: &Controls| (c.rule, c.degree, c.beta, c.self_coupling);
    old.view != new.view
        || match new.view {
            View::Recall | View::Phase | View::Regimes => false,
            View::Landscape => (old.patterns, old.beta) != (new.patterns, new.beta),
            View::Load => kind(old) != kind(new) || old.noise != new.noise,
            View::Capacity => (old.beta, old.degree) != (new.beta, new.degree),
            View::Attention => {
                (old.rule, old.beta, old.patterns, old.cue) != (new.rule, new.beta, new.patterns, new.cue)
                    || (old.noise, old.hide) != (new.noise, new.hide)
            }
        }
}
