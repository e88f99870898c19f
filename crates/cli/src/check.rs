//! `vivarium check`.

use crate::find;
use rayon::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use vivarium_frame::Complaint;
use vivarium_frame::finding::{Finding, Ledger, Sample, Verdict};
use vivarium_labs::check::{Mechanism, Part};
use vivarium_labs::exhibit::Entry;

/// What to check.
#[derive(clap::Args)]
pub struct Options {
    /// The exhibits' ids.
    exhibits: Vec<String>,
    /// All live exhibits of this lab.
    #[arg(long, conflicts_with_all = ["exhibits", "all"])]
    lab: Option<String>,
    /// All live exhibits.
    #[arg(long, conflicts_with = "exhibits")]
    all: bool,
    /// Only this part of the check.
    #[arg(long)]
    part: Option<String>,
    /// How many seeds, instead of each part's own number.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: Option<u64>,
    /// Only the i-th of n equal shares of the work, i from 1 to n.
    #[arg(long, value_name = "i/n", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Switch the mechanism off, to see the check fail.
    #[arg(long)]
    off: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Put the findings into this ledger too, in place of those of the same parts.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    text.split_once('/')
        .and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)))
        .filter(|(i, n)| (1..=*n).contains(i))
        .ok_or_else(|| format!("a shard is i/n with i from 1 to n, not {text}"))
}

/// The exhibits that the options name.
fn chosen(options: &Options) -> Result<Vec<&'static Entry>, Complaint> {
    let registry = vivarium_labs::REGISTRY.iter();
    if options.all {
        return Ok(registry.collect());
    }
    if let Some(lab) = &options.lab {
        if vivarium_catalogue::lab(lab).is_none() {
            return Err(Complaint::about("lab", format!("There is no lab {lab}; `vivarium list` shows all.")));
        }
        return Ok(registry.filter(|e| e.lab == lab).collect());
    }
    if options.exhibits.is_empty() {
        return Err(Complaint::new("Name the exhibits to check, or --lab L, or --all."));
    }
    options.exhibits.iter().map(|id| find(id)).collect()
}

/// Measures claims and prints the findings.
pub fn check(options: &Options) -> Result<ExitCode, Complaint> {
    let mut jobs: Vec<(&'static Entry, Part)> = chosen(options)?
        .into_iter()
        .flat_map(|entry| entry.check().parts.into_iter().map(move |part| (entry, part)))
        .filter(|(_, part)| options.part.as_ref().is_none_or(|id| part.id == id))
        .collect();
    if jobs.is_empty() && options.part.is_some() {
        return Err(Complaint::about("part", "No check has such a part."));
    }
    if let Some((i, n)) = options.shard {
        let mut index = 0;
        jobs.retain(|_| {
            index += 1;
            (index - 1) % n == i - 1
        });
    }
    let mut findings = Vec::new();
    for (entry, part) in &jobs {
        let finding = measure(entry, part, options)?;
        print(&finding, options.json)?;
        findings.push(finding);
    }
    let all_hold = findings.iter().all(|f| f.verdict == Verdict::Holds);
    if let Some(path) = &options.ledger {
        write(path, findings)?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(entry: &Entry, part: &Part, options: &Options) -> Result<Finding, Complaint> {
    let store = vivarium_labs::data::load(part.needs)?;
    let mechanism = if options.off { Mechanism::Off } else { Mechanism::On };
    let measured: Vec<(Sample, f64)> = (0..options.seeds.unwrap_or(part.seeds))
        .into_par_iter()
        .map(|seed| {
            let start = Instant::now();
            let measured = (part.run)(seed, mechanism, &store)?;
            Ok((Sample { seed, value: measured.value, baseline: measured.baseline }, start.elapsed().as_secs_f64()))
        })
        .collect::<Result<_, Complaint>>()?;
    let seconds = measured.iter().map(|(_, seconds)| seconds).sum();
    Ok(part.conclude(entry.id, measured.into_iter().map(|(sample, _)| sample).collect(), seconds))
}

fn print(finding: &Finding, json: bool) -> Result<(), Complaint> {
    if json {
        let line = serde_json::to_string(finding).map_err(|e| Complaint::new(e.to_string()))?;
        println!("{line}");
    } else {
        let Finding { id, part, measure, unit, value, interval: [lo, hi], expected, verdict, seconds, .. } = finding;
        println!("{id} {part}: {}", verdict.label());
        println!("  {measure}: {value} {unit} [{lo}, {hi}], expected {expected}; {seconds:.1} s");
    }
    Ok(())
}

/// Puts findings into the ledger file, in place of those of the same exhibit and part.
fn write(path: &PathBuf, findings: Vec<Finding>) -> Result<(), Complaint> {
    let fail = |e: &dyn std::fmt::Display| Complaint::about("ledger", format!("{}: {e}.", path.display()));
    let mut ledger: Ledger = match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|e| fail(&e))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ledger::default(),
        Err(e) => return Err(fail(&e)),
    };
    env!("CARGO_PKG_VERSION").clone_into(&mut ledger.version);
    for finding in findings {
        match ledger.findings.iter_mut().find(|f| (&f.id, &f.part) == (&finding.id, &finding.part)) {
            Some(old) => *old = finding,
            None => ledger.findings.push(finding),
        }
    }
    let text = serde_json::to_string_pretty(&ledger).map_err(|e| fail(&e))?;
    std::fs::write(path, text + "\n").map_err(|e| fail(&e))
}
