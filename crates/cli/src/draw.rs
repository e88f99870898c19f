//! `vivarium draw`.

use crate::{Setting, advance, frame};
use std::path::PathBuf;
use std::process::ExitCode;
use vivarium_frame::paint::Look;
use vivarium_frame::{Complaint, files};

/// What to draw and where to.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Draw the state after this many steps.
    #[arg(long, default_value_t = 0)]
    step: u64,
    /// Colours.
    #[arg(long, default_value = "light", value_parser = ["light", "dark"])]
    theme: String,
    /// Only this panel.
    #[arg(long)]
    panel: Option<String>,
    /// Width in CSS pixels.
    #[arg(long, default_value_t = 1200, value_parser = clap::value_parser!(u32).range(64..=8192))]
    width: u32,
    /// The file: its name ends in .svg or .png.
    #[arg(long)]
    out: PathBuf,
}

/// Draws an exhibit into a file.
pub fn draw(options: &Options) -> Result<ExitCode, Complaint> {
    let mut run = options.setting.start()?;
    let (made, _) = advance(run.as_mut(), options.step);
    let frame = frame(run.as_ref(), made);
    let look = Look { dark: options.theme == "dark", ratio: 1.0 };
    let extension = options.out.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let width = options.width;
    let bytes = match (extension, &options.panel) {
        ("svg", None) => files::frame_svg(&frame, width, &look).map(String::into_bytes),
        ("png", None) => files::frame_png(&frame, width, &look),
        ("svg" | "png", Some(name)) => {
            let panel = frame.panels.iter().find(|p| p.name == *name).ok_or_else(|| {
                let names: Vec<&str> = frame.panels.iter().map(|p| p.name.as_str()).collect();
                Complaint::about("panel", format!("There is no panel {name}; there are {}.", names.join(", ")))
            })?;
            let height = width * 3 / 4;
            match extension {
                "svg" => files::svg(panel, width, height, &look).map(String::into_bytes),
                _ => files::png(panel, width, height, &look),
            }
        }
        _ => return Err(Complaint::about("out", "--out takes a file whose name ends in .svg or .png.")),
    }
    .map_err(|e| Complaint::new(format!("The picture cannot be drawn: {e}.")))?;
    std::fs::write(&options.out, bytes)
        .map_err(|e| Complaint::about("out", format!("{} cannot be written: {e}.", options.out.display())))?;
    Ok(ExitCode::SUCCESS)
}
