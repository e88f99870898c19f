//! Writes a picture of every kind of panel, and of a whole frame, into a folder: `cargo run -p vivarium-frame
//! --features files --example gallery -- FOLDER`.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::{env, fs, path::PathBuf};
use vivarium_frame::files;
use vivarium_frame::paint::Look;

fn main() -> Result<(), String> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("Name a folder.")?);
    fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    for (dark, theme) in [(false, "light"), (true, "dark")] {
        let look = Look { dark, ratio: 2.0 };
        for panel in samples::all() {
            let png = files::png(&panel, 420, 280, &look)?;
            fs::write(folder.join(format!("{}-{theme}.png", panel.name)), png).map_err(|e| e.to_string())?;
        }
        let png = files::frame_png(&samples::frame(), 1200, &Look { dark, ratio: 1.5 })?;
        fs::write(folder.join(format!("frame-{theme}.png")), png).map_err(|e| e.to_string())?;
    }
    Ok(())
}
