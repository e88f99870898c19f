//! `vivarium verify`: whether a ledger's figures come out again, to the bit.

use crate::measure::{Task, measure};
use crate::output::{json, line};
use crate::{find, ledger};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use vivarium_frame::Complaint;
use vivarium_frame::finding::Finding;
use vivarium_labs::REGISTRY;
use vivarium_labs::check::{Mechanism, Part};

/// What to verify, and how much of it.
#[derive(clap::Args)]
pub struct Options {
    /// The ledger.
    #[arg(default_value = "assets/ledger.json")]
    ledger: PathBuf,
    /// Measure about so many seconds' worth, by the seconds that the ledger records: the cheapest seeds, of each exhibit
    /// at least one. The same ledger gives the same choice. Without it everything is measured.
    #[arg(long, value_name = "SECONDS")]
    budget: Option<f64>,
}

/// Measures seeds again and compares them with the ledger's. What the ledger concludes from its seeds is derived again for
/// every finding, as that costs nothing.
pub fn verify(options: &Options) -> Result<ExitCode, Complaint> {
    let findings = ledger::read(&options.ledger)?.findings;
    let mut wrong = lacking(&findings);
    let mut parts: Vec<Option<Part>> = Vec::new();
    for finding in &findings {
        let part = find(&finding.id).ok().and_then(|e| e.check().parts.into_iter().find(|p| p.id == finding.part));
        match &part {
            None => wrong.push(format!("{} {}: there is no such check.", finding.id, finding.part)),
            Some(part) => {
                let derived = part.conclude(&finding.id, finding.seeds.clone(), finding.seconds);
                let (derived, stored) = (ledger::figures(&derived)?, ledger::figures(finding)?);
                if derived != stored {
                    wrong.push(format!(
                        "{} {}: the ledger's seeds lead to\n  {derived}\nbut in the ledger stands\n  {stored}",
                        finding.id, finding.part
                    ));
                }
            }
        }
        parts.push(part);
    }

    let mut tasks = Vec::new();
    for (index, seed) in sample(&findings, options.budget.unwrap_or(f64::INFINITY)) {
        if let Some(part) = &parts[index] {
            tasks.push(Task { job: index, part, seed });
        }
    }
    let (measured, all) = (tasks.len(), findings.iter().map(|f| f.seeds.len()).sum::<usize>());
    let mut spent = 0.0;
    measure(tasks, Mechanism::On, |task, outcome| {
        let finding = &findings[task.job];
        let about = format!("{} {}, seed {}", finding.id, finding.part, task.seed);
        match outcome {
            Ok((sample, seconds)) => {
                spent += seconds;
                let now = json(&sample)?;
                let stored =
                    finding.seeds.iter().find(|s| s.seed == task.seed).map(json).transpose()?.unwrap_or_default();
                if now != stored {
                    wrong.push(format!("{about}: measured {now}, but in the ledger stands {stored}"));
                }
            }
            Err(complaint) => wrong.push(format!("{about}: {complaint}")),
        }
        Ok(())
    })?;

    wrong.iter().try_for_each(|sentence| line(sentence))?;
    let outcome = if wrong.is_empty() { "all the same".to_owned() } else { format!("{} differ", wrong.len()) };
    line(&format!(
        "{measured} of {all} seeds measured again, {} findings derived again: {outcome}; {spent:.1} s of computation.",
        findings.len()
    ))?;
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A sentence for each part of a live exhibit that the ledger has not.
fn lacking(findings: &[Finding]) -> Vec<String> {
    let mut sentences = Vec::new();
    for entry in REGISTRY {
        for part in entry.check().parts {
            if !findings.iter().any(|f| f.id == entry.id && f.part == part.id) {
                sentences.push(format!("{} {}: not in the ledger.", entry.id, part.id));
            }
        }
    }
    sentences
}

/// Which seeds of which findings to measure: the first of each exhibit's cheapest part, then all others from the cheapest
/// on, as long as they fit into the budget (seconds, by what the ledger records).
fn sample(findings: &[Finding], budget: f64) -> Vec<(usize, u64)> {
    let seconds = |index: usize| findings[index].seconds / findings[index].seeds.len() as f64;
    let mut all: Vec<(usize, u64)> =
        findings.iter().enumerate().flat_map(|(index, f)| f.seeds.iter().map(move |s| (index, s.seed))).collect();
    all.sort_by(|a, b| seconds(a.0).total_cmp(&seconds(b.0)));
    let mut seen = BTreeSet::new();
    let (first, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(index, _)| seen.insert(&findings[*index].id));
    let mut spent: f64 = first.iter().map(|(index, _)| seconds(*index)).sum();
    let fitting = others.into_iter().take_while(|(index, _)| {
        spent += seconds(*index);
        spent <= budget
    });
    first.iter().copied().chain(fitting).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivarium_frame::finding::{Sample, Verdict};

    fn finding(id: &str, seeds: u64, seconds: f64) -> Finding {
        Finding {
            id: id.to_owned(),
            part: format!("part-of-{seconds}"),
            measure: String::new(),
            unit: String::new(),
            baseline: String::new(),
            seeds: (0..seeds).map(|seed| Sample { seed, value: 0.0, baseline: None }).collect(),
            value: 0.0,
            interval: [0.0, 0.0],
            expected: String::new(),
            verdict: Verdict::Holds,
            version: String::new(),
            seconds,
        }
    }

    #[test]
    fn the_cheapest_seeds_are_chosen_and_one_of_each_exhibit() {
        let findings = [finding("a", 2, 20.0), finding("b", 2, 4.0), finding("a", 2, 60.0), finding("b", 3, 3.0)];
        // One of each exhibit costs 1 + 10 s.
        assert_eq!(sample(&findings, 0.0), [(3, 0), (0, 0)]);
        assert_eq!(sample(&findings, 15.0), [(3, 0), (0, 0), (3, 1), (3, 2), (1, 0)]);
        assert_eq!(sample(&findings, f64::INFINITY).len(), 9);
        assert_eq!(sample(&[], 60.0), []);
    }
}
