//! `vivarium merge`.

use crate::output::{json, line};
use crate::{ledger, record};
use std::path::PathBuf;
use std::process::ExitCode;
use vivarium_frame::Complaint;
use vivarium_frame::finding::Finding;
use vivarium_labs::REGISTRY;

/// What to merge and where to.
#[derive(clap::Args)]
pub struct Options {
    /// Files that `check --out` has written.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Put the findings into this ledger, in place of those of the same parts; without it they are printed, one JSON
    /// object a line.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

/// Brings the findings of several files together.
pub fn merge(options: &Options) -> Result<ExitCode, Complaint> {
    let mut all: Vec<Finding> = Vec::new();
    for path in &options.files {
        let found = record::findings(path)?;
        let count = found.len();
        let before = all.len();
        all.extend(found.into_iter().filter(|f| f.version == env!("CARGO_PKG_VERSION")));
        let old = count - (all.len() - before);
        if old > 0 {
            eprintln!("{}: {old} of {count} findings are of another version and left out.", path.display());
        }
    }
    let findings = ledger::unite(all)?;
    let lacking: Vec<String> = REGISTRY
        .iter()
        .flat_map(|entry| entry.check().parts.into_iter().map(move |part| (entry.id, part.id)))
        .filter(|(id, part)| !findings.iter().any(|f| f.id == *id && f.part == *part))
        .map(|(id, part)| format!("{id} {part}"))
        .collect();
    eprintln!("Merged: {} findings.", findings.len());
    if !lacking.is_empty() {
        eprintln!("Not among them: {}.", lacking.join(", "));
    }
    match &options.ledger {
        Some(path) => ledger::put(path, findings)?,
        None => findings.iter().try_for_each(|finding| line(&json(finding)?))?,
    }
    Ok(ExitCode::SUCCESS)
}
