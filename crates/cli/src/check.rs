//! `vivarium check`.

use crate::measure::{Task, Timed, measure};
use crate::output::{json, line};
use crate::record::Record;
use crate::{find, ledger};
use std::path::PathBuf;
use std::process::ExitCode;
use vivarium_frame::Complaint;
use vivarium_frame::finding::{Finding, Sample, Verdict};
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
    /// Only this part of the checks; may be given several times.
    #[arg(long = "part", value_name = "PART")]
    parts: Vec<String>,
    /// How many seeds, instead of each part's own number.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: Option<u64>,
    /// Only the i-th of n equal shares of the work, i from 1 to n.
    #[arg(long, value_name = "i/n", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Switch the mechanism off, to see the check fail. Such findings go into no file.
    #[arg(long, conflicts_with_all = ["out", "ledger"])]
    off: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Add each finding to this file, a JSON object a line, as soon as it is known. What is in the file already is not
    /// measured again: an interrupted check goes on where it was. Single seeds are kept beside it, in FILE.seeds.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
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

/// The parts to measure: those that the options name, or this shard's share of them.
fn jobs(options: &Options) -> Result<Vec<Job>, Complaint> {
    let mut jobs: Vec<Job> = Vec::new();
    for entry in chosen(options)? {
        for part in entry.check().parts {
            if options.parts.is_empty() || options.parts.iter().any(|id| part.id == id) {
                let count = options.seeds.unwrap_or(part.seeds);
                jobs.push(Job { entry, part, count, samples: Vec::new(), seconds: 0.0, finding: None, failed: false });
            }
        }
    }
    if let Some(id) = options.parts.iter().find(|id| !jobs.iter().any(|job| job.part.id == **id)) {
        return Err(Complaint::about("part", format!("None of these checks has a part {id}.")));
    }
    if let Some((i, n)) = options.shard {
        let mut index = 0;
        jobs.retain(|_| {
            index += 1;
            (index - 1) % n == i - 1
        });
    }
    Ok(jobs)
}

/// A part on its way to its finding.
struct Job {
    entry: &'static Entry,
    part: Part,
    /// How many seeds it takes.
    count: u64,
    samples: Vec<Sample>,
    seconds: f64,
    finding: Option<Finding>,
    /// A seed could not be measured.
    failed: bool,
}

impl Job {
    fn add(&mut self, (sample, seconds): Timed) {
        self.samples.push(sample);
        self.seconds += seconds;
    }

    /// The finding, once all seeds are there.
    fn conclude(&mut self, record: Option<&mut Record>) -> Result<(), Complaint> {
        if self.finding.is_none() && self.samples.len() as u64 == self.count {
            let finding = self.part.conclude(self.entry.id, std::mem::take(&mut self.samples), self.seconds);
            record.map_or(Ok(()), |record| record.add_finding(&finding))?;
            self.finding = Some(finding);
        }
        Ok(())
    }

    /// Takes over what was measured before.
    fn resume(&mut self, record: &mut Record) -> Result<(), Complaint> {
        let unknown = (0..self.count).map(|seed| Sample { seed, value: f64::NAN, baseline: None });
        let like = self.part.conclude(self.entry.id, unknown.collect(), 0.0);
        if let Some(finding) = record.finding(&like) {
            self.finding = Some(finding.clone());
            return Ok(());
        }
        record.seeds(self.entry.id, self.part.id, self.count).into_iter().for_each(|timed| self.add(timed));
        self.conclude(Some(record))
    }
}

/// The jobs in the order in which they are printed, which is not that in which they come to their end.
struct Queue {
    jobs: Vec<Job>,
    printed: usize,
    json: bool,
}

impl Queue {
    /// Prints what can be printed.
    fn print(&mut self) -> Result<(), Complaint> {
        while let Some(job) = self.jobs.get(self.printed).filter(|job| job.failed || job.finding.is_some()) {
            job.finding.as_ref().map_or(Ok(()), |finding| print(finding, self.json))?;
            self.printed += 1;
        }
        Ok(())
    }
}

/// Measures claims and prints the findings.
pub fn check(options: &Options) -> Result<ExitCode, Complaint> {
    let mut queue = Queue { jobs: jobs(options)?, printed: 0, json: options.json };
    let mut record = options.out.as_deref().map(Record::open).transpose()?;
    if let Some(record) = &mut record {
        for job in &mut queue.jobs {
            job.resume(record)?;
        }
        let known = queue.jobs.iter().filter(|job| job.finding.is_some()).count();
        let seeds: usize = queue.jobs.iter().map(|job| job.samples.len()).sum();
        if known + seeds > 0 {
            eprintln!("Measured before: {known} of {} parts, and {seeds} seeds of the others.", queue.jobs.len());
        }
    }
    queue.print()?;

    // The tasks borrow the parts, while the queue changes.
    let parts: Vec<Part> = queue.jobs.iter().map(|job| job.part).collect();
    let mut tasks = Vec::new();
    for (index, job) in queue.jobs.iter().enumerate().filter(|(_, job)| job.finding.is_none()) {
        let missing = (0..job.count).filter(|seed| !job.samples.iter().any(|sample| sample.seed == *seed));
        tasks.extend(missing.map(|seed| Task { job: index, part: &parts[index], seed }));
    }
    let mechanism = if options.off { Mechanism::Off } else { Mechanism::On };
    measure(tasks, mechanism, |task, outcome| {
        let job = &mut queue.jobs[task.job];
        match outcome {
            Ok(timed) => {
                if let Some(record) = &mut record {
                    record.add_seed(job.entry.id, job.part.id, timed)?;
                }
                job.add(timed);
                job.conclude(record.as_mut())?;
            }
            Err(complaint) => {
                eprintln!("vivarium: {} {}, seed {}: {complaint}", job.entry.id, job.part.id, task.seed);
                job.failed = true;
            }
        }
        queue.print()
    })?;

    let findings: Vec<Finding> = queue.jobs.iter().filter_map(|job| job.finding.clone()).collect();
    let failed = queue.jobs.len() - findings.len();
    let all_hold = findings.iter().all(|f| f.verdict == Verdict::Holds);
    if let Some(path) = &options.ledger {
        ledger::put(path, findings)?;
    }
    if failed > 0 {
        return Err(Complaint::new(format!("{failed} of {} parts could not be measured.", queue.jobs.len())));
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(finding: &Finding, as_json: bool) -> Result<(), Complaint> {
    if as_json {
        return line(&json(finding)?);
    }
    let Finding { id, part, measure, unit, value, interval: [lo, hi], expected, verdict, seconds, .. } = finding;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    line(&format!("{id} {part}: {}\n  {measure}", verdict.label()))?;
    line(&format!("  {value}{unit} [{lo}, {hi}], expected {expected}; {seconds:.1} s"))
}
