//! Hopfield networks is all you need (Ramsauer, Schäfl, Lehner et al., 2020): the modern network and those before it.
//!
//! Patterns are stored, one of them is shown damaged, and the network's dynamics runs downhill in its energy:
//!
//! * Hebb, pseudo-inverse, Storkey: E = -1/2 xi^T W xi, xi_i <- sign(sum_j W_ij xi_j), unit by unit ([`super::nets`]),
//! * polynomial of degree n: E = -(d/n) sum_mu (x_mu.xi / d)^n, xi_i to where E is lower,
//! * modern: E = -lse(beta, X^T xi) + 1/2 xi.xi + const, xi <- X softmax(beta X^T xi): attention over the patterns.
//!
//! One step is one unit's update, one update of all units, or one softmax update.

use super::cue::{Brush, Hide};
use super::nets::Rule;
use super::patterns::{Set, Source};
use super::recall::{Recall, Update};
use super::scene::{self, Scene};
use super::{checks, panels};
use crate::check::Check;
use crate::exhibit::{Adjust, Exhibit, Progress, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vivarium_frame::Complaint;
use vivarium_frame::view::{Frame, Phase, Photo, Touch};

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// One cue on its way to a memory.
    #[default]
    #[schemars(title = "Recall")]
    Recall,
    /// The modern network in the plane: energy, wells, two hundred queries.
    #[schemars(title = "Landscape")]
    Landscape,
    /// How well this memory retrieves as more is stored, beside theory.
    #[schemars(title = "Load")]
    Load,
    /// Hebb's rule in the plane of load and temperature, beside theory.
    #[schemars(title = "Phases")]
    Phase,
    /// How the number of patterns grows with the number of units, for all memories.
    #[schemars(title = "Capacity")]
    Capacity,
    /// The three kinds of fixed point in the plane of beta and spread.
    #[schemars(title = "Fixed points")]
    Regimes,
    /// The same update computed as attention, number beside number.
    #[schemars(title = "Attention")]
    Attention,
}

/// How many pixels a pattern has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Side {
    /// 8 x 8 units.
    #[serde(rename = "64")]
    #[schemars(title = "64 (8 x 8)")]
    Eight,
    /// 16 x 16 units.
    #[serde(rename = "256")]
    #[schemars(title = "256 (16 x 16)")]
    Sixteen,
    /// 28 x 28 units.
    #[serde(rename = "784")]
    #[schemars(title = "784 (28 x 28)")]
    TwentyEight,
    /// 32 x 32 units.
    #[default]
    #[serde(rename = "1024")]
    #[schemars(title = "1024 (32 x 32)")]
    ThirtyTwo,
    /// 64 x 64 units.
    #[serde(rename = "4096")]
    #[schemars(title = "4096 (64 x 64)")]
    SixtyFour,
}

impl Side {
    /// Pixels in a row.
    pub fn pixels(self) -> usize {
        match self {
            Side::Eight => 8,
            Side::Sixteen => 16,
            Side::TwentyEight => 28,
            Side::ThirtyTwo => 32,
            Side::SixtyFour => 64,
        }
    }
}

/// The parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Controls {
    /// The same memory as a recall, a landscape of energy, a measurement beside theory, or an attention head.
    #[schemars(title = "View", extend("live" = true))]
    pub view: View,
    /// Which interaction makes the difference between five patterns and thousands?
    #[schemars(title = "Memory", extend("live" = true))]
    pub rule: Rule,
    /// How much more does a steeper energy hold? (Polynomial memory.)
    #[schemars(title = "Degree n", range(min = 2, max = 6), extend("live" = true))]
    pub degree: u32,
    /// From the mean of everything through clusters to a single memory. (Modern memory.)
    #[schemars(title = "Inverse temperature beta", range(min = 0.0001, max = 30.0), extend("live" = true, "scale" = "log"))]
    pub beta: f64,
    /// Why do patterns that are alike hurt Hebb, and what becomes of them in the modern memory?
    #[schemars(title = "Pattern set")]
    pub set: Set,
    /// How does the size of the network change what it holds?
    #[schemars(title = "Units")]
    pub side: Side,
    /// Where does each memory break?
    #[schemars(title = "Patterns stored", range(min = 1, max = 50000), extend("live" = true, "scale" = "log"))]
    pub patterns: u32,
    /// Which pattern is shown as the cue?
    #[schemars(title = "Cue", range(min = 1, max = 64), extend("live" = true))]
    pub cue: u32,
    /// How large are the basins of attraction?
    #[schemars(title = "Noise", range(min = 0.0, max = 50.0), extend("live" = true, "unit" = "% of pixels"))]
    pub noise: f64,
    /// Can a part bring back the whole?
    #[schemars(title = "Hide", extend("live" = true))]
    pub hide: Hide,
    /// Does the energy still fall when all units move at once?
    #[schemars(title = "Update", extend("live" = true))]
    pub update: Update,
    /// How much thermal noise does a memory survive? (Sign rules.)
    #[schemars(title = "Temperature T", range(min = 0.0, max = 1.5), extend("live" = true))]
    pub temperature: f64,
    /// What does a unit's pull on itself change? (Pairwise rules.)
    #[schemars(title = "Self-coupling", extend("live" = true))]
    pub self_coupling: bool,
    /// What the pointer does to the state.
    #[schemars(title = "Brush", extend("live" = true))]
    pub brush: Brush,
}

impl Default for Controls {
    fn default() -> Self {
        Self {
            view: View::default(),
            rule: Rule::PseudoInverse,
            degree: 3,
            beta: 2.0,
            set: Set::Glyphs,
            side: Side::default(),
            patterns: 24,
            cue: 1,
            noise: 30.0,
            hide: Hide::default(),
            update: Update::default(),
            temperature: 0.0,
            self_coupling: false,
            brush: Brush::default(),
        }
    }
}

/// The exhibit: a recall, and whatever else is looked at.
pub struct ModernHopfield {
    controls: Controls,
    seed: u64,
    steps: u64,
    recall: Recall,
    scene: Option<Box<dyn Scene>>,
}

impl Exhibit for ModernHopfield {
    type Controls = Controls;
    const PHOTOS: bool = true;

    fn needs(controls: &Controls) -> Vec<&'static str> {
        Source::needs(controls.set, controls.side.pixels())
    }

    fn new(controls: &Controls, seed: u64, store: &Store) -> Result<Self, Complaint> {
        let recall = Recall::new(controls, seed, store)?;
        let scene = scene::open(controls, seed, &recall)?;
        Ok(Self { controls: controls.clone(), seed, steps: 0, recall, scene })
    }

    fn step(&mut self) -> Progress {
        self.steps += 1;
        match &mut self.scene {
            Some(scene) => scene.step(),
            None => {
                self.recall.step();
                if self.recall.busy() { Progress::Running } else { Progress::Finished }
            }
        }
    }

    fn draw(&self, frame: &mut Frame) {
        frame.step = self.steps;
        match &self.scene {
            Some(scene) => scene.draw(frame),
            None => panels::draw(&self.recall, frame),
        }
    }

    fn touch(&mut self, touch: &Touch) {
        let recall = &mut self.recall;
        match (touch.panel.as_str(), &touch.phase) {
            _ if self.scene.is_some() => self.scene.iter_mut().for_each(|scene| scene.touch(touch)),
            ("state", Phase::Down) => recall.press(touch.x, touch.y, touch.shift),
            ("state", Phase::Move) => recall.stroke(touch.x, touch.y, touch.shift),
            ("state", Phase::Key(key)) => match key.as_str() {
                " " => recall.sweep(),
                "r" | "R" => recall.surprise(),
                "ArrowRight" | "ArrowDown" => recall.show(recall.cue + 1),
                "ArrowLeft" | "ArrowUp" => recall.show(recall.cue + recall.memory.count() - 1),
                _ => {}
            },
            ("wall", Phase::Down) => {
                if let Some(&mu) = recall.wall.get(touch.x.max(0.0) as usize) {
                    if touch.shift { recall.forget(mu) } else { recall.show(mu) }
                }
            }
            _ => {}
        }
    }

    fn photo(&mut self, photo: &Photo) -> Result<(), Complaint> {
        self.recall.add(photo)?;
        self.scene = scene::open(&self.controls, self.seed, &self.recall)?;
        Ok(())
    }

    fn adjust(&mut self, controls: &Controls) -> Adjust {
        let old = std::mem::replace(&mut self.controls, controls.clone());
        // A look from another side is no touch: the recall waits as it is.
        let viewed = Controls { view: old.view, ..controls.clone() };
        if viewed != old && self.recall.adjust(controls).is_err() {
            return Adjust::Restart;
        }
        if scene::changes(&old, controls) {
            match scene::open(controls, self.seed, &self.recall) {
                Ok(scene) => self.scene = scene,
                Err(_) => return Adjust::Restart,
            }
        }
        Adjust::Live
    }

    fn pace(controls: &Controls) -> f64 {
        let units = (controls.side.pixels() * controls.side.pixels()) as f64;
        match (controls.view, controls.rule.signs(), controls.update) {
            // A recall takes two or three sweeps: as many seconds.
            (View::Recall, true, Update::Asynchronous) => 0.8 * units,
            (View::Recall | View::Landscape, ..) => 1.5,
            (View::Attention, ..) => 20.0,
            // A survey: as fast as most machines can.
            _ => 1000.0,
        }
    }

    fn check() -> Check {
        checks::check()
    }
}
