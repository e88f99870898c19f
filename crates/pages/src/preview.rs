//! The pictures of an exhibit that pages show until the exhibit itself is there, and in lists and link previews.

use maud::{Markup, html};
use vivarium_frame::files;
use vivarium_frame::paint::Look;
use vivarium_frame::view::Frame;
use vivarium_labs::data;
use vivarium_labs::exhibit::{Entry, Progress};

/// Steps made before the picture is taken, or fewer if the exhibit finishes before.
const STEPS: u32 = 60;

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
    /// All panels and figures.
    pub whole: Picture,
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
        for _ in 0..STEPS {
            if run.step() != Progress::Running {
                break;
            }
        }
        let mut frame = Frame::default();
        run.draw(&mut frame);
        let Some(panel) = frame.panels.first() else { return Ok(None) };
        let picture = |what: &str, alt: &str, draw: &dyn Fn(&Look) -> Result<Vec<u8>, String>| {
            let file = |dark: bool| {
                let png = draw(&Look { dark, ratio: 1.5 }).map_err(|e| about(&e))?;
                let theme = if dark { "dark" } else { "light" };
                Ok::<_, String>((publish(&format!("preview/{}-{what}-{theme}.png", entry.id), &png), png))
            };
            let files = [file(false)?, file(true)?];
            let (width, height) = size(&files[0].1).ok_or_else(|| about(&"the picture has no size"))?;
            Ok::<_, String>(Picture { files, alt: alt.to_owned(), size: (width * 2 / 3, height * 2 / 3) })
        };
        Ok(Some(Self {
            stage: picture("stage", &panel.alt, &|look| files::png(panel, STAGE, STAGE * 3 / 4, look))?,
            whole: picture("whole", &frame.says, &|look| files::frame_png(&frame, WHOLE, look))?,
        }))
    }

    /// The files to publish.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        [&self.stage, &self.whole].iter().flat_map(|picture| picture.files.clone()).collect()
    }

    /// The picture of link previews.
    pub fn image(&self) -> &str {
        &self.whole.files[0].0
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

/// Width and height of a PNG file, in its pixels: the first two numbers of its first chunk.
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}
