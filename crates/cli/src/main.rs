//! `vivarium`: the exhibits on the command line, the same to the bit as in the page.

mod check;
mod draw;
mod ledger;
mod list;
mod measure;
mod merge;
mod output;
mod record;
mod run;
mod verify;

use clap::{Args, Parser, Subcommand};
use std::process::ExitCode;
use vivarium_frame::Complaint;
use vivarium_frame::controls::Values;
use vivarium_frame::view::Frame;
use vivarium_labs::exhibit::{Entry, Progress, Run};

/// Runs, checks and draws the exhibits of Vivarium.
#[derive(Parser)]
#[command(name = "vivarium", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Lists all papers and whether their exhibit is live.
    List {
        /// One JSON array instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Runs an exhibit and prints its figures.
    Run(run::Options),
    /// Measures papers' claims and prints the findings. Exit code 0 when all hold, 1 when one does not, 2 on bad usage.
    Check(check::Options),
    /// Brings the findings together that `check --out` has written on several machines.
    Merge(merge::Options),
    /// Measures what a ledger says again, and compares to the bit. Exit code 0 when all is the same, 1 when not.
    Verify(verify::Options),
    /// Draws an exhibit into an SVG or PNG file.
    Draw(draw::Options),
}

/// What fixes a run.
#[derive(Args)]
struct Setting {
    /// The exhibit's id (see `list`).
    exhibit: String,
    /// Seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A control's value; may be given several times.
    #[arg(long = "set", value_name = "CONTROL=VALUE")]
    set: Vec<String>,
}

/// The live exhibit called `id` (or `lab/id`).
fn find(id: &str) -> Result<&'static Entry, Complaint> {
    let bare = id.rsplit('/').next().unwrap_or(id);
    vivarium_labs::find(bare).ok_or_else(|| {
        if vivarium_catalogue::find(bare).is_some() {
            Complaint::about(id, format!("{bare} is planned, not live yet; `vivarium list` shows which are."))
        } else {
            Complaint::about(id, format!("There is no exhibit {bare}; `vivarium list` shows all."))
        }
    })
}

impl Setting {
    fn values(&self, entry: &Entry) -> Result<Values, Complaint> {
        let schema = entry.schema();
        self.set
            .iter()
            .map(|pair| {
                let (name, text) = pair
                    .split_once('=')
                    .ok_or_else(|| Complaint::about(pair, format!("--set takes CONTROL=VALUE, not {pair}.")))?;
                let control = schema.get(name).ok_or_else(|| schema.unknown(name))?;
                Ok((name.to_owned(), control.parse(text)?))
            })
            .collect()
    }

    fn start(&self) -> Result<Box<dyn Run>, Complaint> {
        let entry = find(&self.exhibit)?;
        let values = self.values(entry)?;
        let store = vivarium_labs::data::load(&entry.needs(&values)?)?;
        entry.start(&values, self.seed, &store)
    }
}

/// The frame of a run that has made `step` steps.
fn frame(run: &dyn Run, step: u64) -> Frame {
    let mut frame = Frame::default();
    run.draw(&mut frame);
    frame.step = step;
    frame
}

/// Makes up to `steps` steps; tells how many were made and how they ended.
fn advance(run: &mut dyn Run, steps: u64) -> (u64, Progress) {
    for made in 1..=steps {
        match run.step() {
            Progress::Running => {}
            end => return (made, end),
        }
    }
    (steps, Progress::Running)
}

/// What is wrong with the command line, in one sentence. (Help and version are errors to clap, but not to us.)
fn usage(error: clap::Error) -> Complaint {
    if !error.use_stderr() {
        error.exit();
    }
    // Clap's first paragraph says what is wrong; below it are hints and the usage.
    let text = error.to_string();
    let first: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let what = first.join(" ");
    Complaint::new(format!("{}; --help shows what there is.", what.trim_start_matches("error: ").trim_end_matches('.')))
}

fn task() -> Result<ExitCode, Complaint> {
    match Cli::try_parse().map_err(usage)?.task {
        Task::List { json } => list::list(json),
        Task::Run(options) => run::run(&options),
        Task::Check(options) => check::check(&options),
        Task::Merge(options) => merge::merge(&options),
        Task::Verify(options) => verify::verify(&options),
        Task::Draw(options) => draw::draw(&options),
    }
}

fn main() -> ExitCode {
    task().unwrap_or_else(|complaint| {
        eprintln!("vivarium: {complaint}");
        ExitCode::from(2)
    })
}
