//! The pictures of an exhibit that pages show until the exhibit itself is there, and in lists and link previews.

use maud::{Markup, html};
use vivarium_frame::files;
use vivarium_frame::paint::Look;
use vivarium_frame::view::Frame;
use vivarium_labs::data;
use vivarium_labs::exhibit::{Entry, Progress};

/// Seconds at the exhibit's own pace before the picture is taken, or less if it finishes before.
const SECONDS: f64 = 2.0;

/// No picture waits for more steps than this.
const MOST_STEPS: f64 = 2000.0;

/// Width of the stage's picture, in CSS pixels; its height is three quarters of that.
const STAGE: u32 = 640;

/// Width of the whole frame's picture.
const WHOLE: u32 = 1200;

/// One picture in the light and the dark theme.
pub struct Picture {
    /// Light and dark: published name and contents.
    files: [(String, Vec<u8>); 2],
    /// What it shows.
    alt: String,
    size: (u32, u32),
}

/// The pictures of an exhibit after its first steps with the default controls.
pub struct Preview {
    /// The main panel alone.
    pub stage: Picture,
    /// All panels and figures, for link previews: published name and contents.
    whole: (String, Vec<u8>),
}

impl Preview {
    /// Draws an exhibit; none when it shows nothing.
    ///
    /// # Errors
    /// When the exhibit cannot be started or drawn.
    pub fn draw(entry: &Entry, publish: fn(&str, &[u8]) -> String) -> Result<Option<Self>, String> {
        let about = |e: &dyn std::fmt::Display| format!("The exhibit {} cannot be drawn: {e}", entry.id);
        let values = entry.schema().defaults();
        let needs = entry.needs(&values).map_err(|e| about(&e))?;
        let store = data::load(&needs).map_err(|e| about(&e))?;
        let mut run = entry.start(&values, 0, &store).map_err(|e| about(&e))?;
        let steps = (run.pace() * SECONDS).clamp(1.0, MOST_STEPS) as u32;
        for _ in 0..steps {
            if run.step() != Progress::Running {
                break;
            }
        }
        let mut frame = Frame::default();
        run.draw(&mut frame);
        let Some(panel) = frame.panels.first() else { return Ok(None) };
        let stage = |dark: bool| {
            let png = files::png(panel, STAGE, STAGE * 3 / 4, &Look { dark, ratio: 1.5 }).map_err(|e| about(&e))?;
            let theme = if dark { "dark" } else { "light" };
            Ok::<_, String>((publish(&format!("preview/{}-{theme}.png", entry.id), &png), png))
        };
        let whole = files::frame_png(&frame, WHOLE, &Look { dark: false, ratio: 1.0 }).map_err(|e| about(&e))?;
        Ok(Some(Self {
            stage: Picture {
                files: [stage(false)?, stage(true)?],
                alt: panel.alt.clone(),
                size: (STAGE, STAGE * 3 / 4),
            },
            whole: (publish(&format!("preview/{}.png", entry.id), &whole), whole),
        }))
    }

    /// The files to publish.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        self.stage.files.iter().chain([&self.whole]).cloned().collect()
    }

    /// The picture of link previews.
    pub fn image(&self) -> &str {
        &self.whole.0
    }
}

impl Picture {
    /// The picture as an element, in the theme of the page.
    pub fn element(&self, root: &str) -> Markup {
        html! {
            div.preview {
                // Both are lazy: the one that the theme hides is never fetched.
                @for (class, (name, _)) in ["on-light", "on-dark"].iter().zip(&self.files) {
                    img class=(class) src={ (root) (name) } width=(self.size.0) height=(self.size.1) alt=(self.alt)
                        loading="lazy" decoding="async";
                }
            }
        }
    }
}
