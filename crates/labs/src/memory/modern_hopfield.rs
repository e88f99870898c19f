//! Placeholder until the lab is there.

use crate::check::Check;
use crate::exhibit::{Adjust, Exhibit, Progress, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vivarium_frame::Complaint;
use vivarium_frame::view::*;

/// Controls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Controls {
    /// How large is the picture?
    #[schemars(title = "Side", range(min = 8, max = 64), extend("unit" = "pixels"))]
    side: u32,
    /// How strong is the noise?
    #[schemars(title = "Noise", range(min = 0.0, max = 1.0), extend("live" = true))]
    noise: f64,
}

impl Default for Controls {
    fn default() -> Self {
        Self { side: 16, noise: 0.25 }
    }
}

/// Placeholder.
pub struct ModernHopfield {
    controls: Controls,
    state: Vec<f32>,
    step: u64,
    energy: Vec<f32>,
}

impl Exhibit for ModernHopfield {
    type Controls = Controls;
    fn new(controls: &Controls, seed: u64, _store: &Store) -> Result<Self, Complaint> {
        let n = controls.side * controls.side;
        let state = (0..n).map(|i| if (u64::from(i) * 7 + seed) % 5 == 0 { 1.0 } else { -1.0 }).collect();
        Ok(Self { controls: controls.clone(), state, step: 0, energy: Vec::new() })
    }
    fn step(&mut self) -> Progress {
        let n = self.state.len();
        let i = (self.step as usize * 31) % n;
        self.state[i] = -self.state[i];
        self.step += 1;
        self.energy.push(-(self.step as f32) * self.controls.noise as f32);
        if self.step >= 2000 { Progress::Finished } else { Progress::Running }
    }
    fn draw(&self, frame: &mut Frame) {
        let side = self.controls.side;
        frame.step = self.step;
        frame.figure("energy", "Energy", self.energy.last().copied().map_or(0.0, f64::from), "", "Placeholder.");
        let raster = Raster {
            width: side,
            height: side,
            pixels: Pixels::Scalar {
                values: self.state.clone(),
                range: (-1.0, 1.0),
                map: ColourMap::Ink,
                label: String::new(),
            },
        };
        frame.panel("state", "State", Room::Stage, Picture::Image(raster)).alt("The state.").touch("Drag to draw.");
        let mut plot = Plot::new(Axis::new("updates"), Axis::new("energy"));
        plot.line("energy", Ink::Series(0), (0..self.energy.len()).map(|i| i as f32).collect(), self.energy.clone());
        frame.panel("energy", "Energy", Room::Cell, Picture::Plot(plot)).alt("Energy falls.");
    }
    fn touch(&mut self, touch: &Touch) {
        let side = self.controls.side as usize;
        let (x, y) = (touch.x as usize, touch.y as usize);
        if touch.panel == "state" && x < side && y < side {
            self.state[y * side + x] = if touch.shift { -1.0 } else { 1.0 };
        }
    }
    fn adjust(&mut self, controls: &Controls) -> Adjust {
        self.controls = controls.clone();
        Adjust::Live
    }
    fn check() -> Check {
        Check { parts: Vec::new() }
    }
}
