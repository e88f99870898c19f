//! `vivarium run`.

use crate::{Setting, frame};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use vivarium_frame::Complaint;
use vivarium_frame::view::Frame;
use vivarium_labs::exhibit::Progress;

/// What to run and what to print.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Steps to make at most; a run that finishes ends before.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Print every K-th step only (and the last).
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// One JSON object a line.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values with a header.
    #[arg(long)]
    csv: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    step: u64,
    figures: BTreeMap<&'a str, f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    done: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    diverged: Option<&'a str>,
}

/// Runs an exhibit and prints its figures.
pub fn run(options: &Options) -> Result<ExitCode, Complaint> {
    let mut run = options.setting.start()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut header = options.csv;
    let mut diverged = None;
    for step in 1..=options.steps {
        let progress = run.step();
        let done = step == options.steps || progress != Progress::Running;
        if done || step % options.every == 0 {
            if let Progress::Diverged(why) = &progress {
                diverged = Some(why.clone());
            }
            let frame = frame(run.as_ref(), step);
            print(&mut out, options, &frame, done, diverged.as_deref(), &mut header)
                .map_err(|e| Complaint::new(format!("The figures cannot be written: {e}.")))?;
        }
        if done {
            break;
        }
    }
    out.flush().map_err(|e| Complaint::new(format!("The figures cannot be written: {e}.")))?;
    Ok(match diverged {
        Some(why) => {
            eprintln!("vivarium: The run has diverged: {why}");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    })
}

fn print(
    out: &mut impl Write,
    options: &Options,
    frame: &Frame,
    done: bool,
    diverged: Option<&str>,
    header: &mut bool,
) -> io::Result<()> {
    if options.json {
        let figures = frame.figures.iter().map(|f| (f.name.as_str(), f.value)).collect();
        let line = Line { step: frame.step, figures, done, diverged };
        writeln!(out, "{}", serde_json::to_string(&line)?)
    } else if options.csv {
        if std::mem::take(header) {
            let names: Vec<&str> = frame.figures.iter().map(|f| f.name.as_str()).collect();
            writeln!(out, "step,{}", names.join(","))?;
        }
        let values: Vec<String> = frame.figures.iter().map(|f| f.value.to_string()).collect();
        writeln!(out, "{},{}", frame.step, values.join(","))
    } else {
        let values: Vec<String> = frame.figures.iter().map(|f| format!("{} {}", f.name, f.value)).collect();
        writeln!(out, "step {}: {}", frame.step, values.join(", "))?;
        if done && !frame.says.is_empty() {
            writeln!(out, "{}", frame.says)?;
        }
        Ok(())
    }
}
