//! The ledger's file, and how findings come together in it.

use crate::output::json;
use std::fs;
use std::path::Path;
use vivarium_frame::Complaint;
use vivarium_frame::finding::{Finding, Ledger};
use vivarium_labs::REGISTRY;

fn complaint(path: &Path, why: &dyn std::fmt::Display) -> Complaint {
    Complaint::about("ledger", format!("{}: {why}.", path.display()))
}

/// Reads a ledger.
///
/// # Errors
/// When there is none, or the file holds something else.
pub fn read(path: &Path) -> Result<Ledger, Complaint> {
    let text = fs::read_to_string(path).map_err(|e| complaint(path, &e))?;
    serde_json::from_str(&text).map_err(|e| complaint(path, &e))
}

/// Puts findings into the ledger's file, in place of those of the same exhibit and part; makes the file if there is none.
///
/// # Errors
/// When the file cannot be read or written, or holds something else.
pub fn put(path: &Path, findings: Vec<Finding>) -> Result<(), Complaint> {
    let mut ledger = if path.exists() { read(path)? } else { Ledger::default() };
    env!("CARGO_PKG_VERSION").clone_into(&mut ledger.version);
    for finding in findings {
        match ledger.findings.iter_mut().find(|f| (&f.id, &f.part) == (&finding.id, &finding.part)) {
            Some(old) => *old = finding,
            None => ledger.findings.push(finding),
        }
    }
    sort(&mut ledger.findings);
    let text = serde_json::to_string_pretty(&ledger).map_err(|e| complaint(path, &e))? + "\n";
    // Whole or not at all: a ledger cut in half would be worse than an old one.
    let draft = path.with_extension("json.new");
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, path)).map_err(|e| complaint(path, &e))
}

/// In the order of the registry and of each check's parts, those that are in neither last.
pub fn sort(findings: &mut [Finding]) {
    let order: Vec<(&str, &str)> =
        REGISTRY.iter().flat_map(|entry| entry.check().parts.into_iter().map(|part| (entry.id, part.id))).collect();
    findings.sort_by_key(|f| order.iter().position(|(id, part)| f.id == *id && f.part == *part).unwrap_or(order.len()));
}

/// All that must be the same on every machine, as text: everything but seconds and version. Numbers are written such that
/// the same text means the same bits.
pub fn figures(finding: &Finding) -> Result<String, Complaint> {
    json(&Finding { seconds: 0.0, version: String::new(), ..finding.clone() })
}

/// One finding a part, in the order of [`sort`]: of two the one of more seeds.
///
/// # Errors
/// When two findings contradict each other: other figures of one seed, or other conclusions from the same seeds.
pub fn unite(findings: impl IntoIterator<Item = Finding>) -> Result<Vec<Finding>, Complaint> {
    let mut united: Vec<Finding> = Vec::new();
    for finding in findings {
        match united.iter_mut().find(|f| (&f.id, &f.part) == (&finding.id, &finding.part)) {
            None => united.push(finding),
            Some(old) => {
                agree(old, &finding)?;
                if finding.seeds.len() > old.seeds.len() {
                    *old = finding;
                }
            }
        }
    }
    sort(&mut united);
    Ok(united)
}

fn agree(a: &Finding, b: &Finding) -> Result<(), Complaint> {
    let about = format!("{} {}", a.id, a.part);
    for one in &a.seeds {
        let Some(other) = b.seeds.iter().find(|s| s.seed == one.seed) else { continue };
        let (one, other) = (json(one)?, json(other)?);
        if one != other {
            let sentence =
                format!("{about} was measured twice with different figures, {one} and {other}; nothing is merged.");
            return Err(Complaint::about(about, sentence));
        }
    }
    if a.seeds.len() == b.seeds.len() && figures(a)? != figures(b)? {
        let sentence =
            format!("{about} was concluded twice from the same seeds, with different results; nothing is merged.");
        return Err(Complaint::about(about, sentence));
    }
    Ok(())
}
