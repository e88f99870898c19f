//! The order of a check: which measurement comes next, what has come in, when a part can be judged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use vivarium_frame::Complaint;
use vivarium_frame::finding::{Finding, Sample};
use vivarium_frame::page::PartData;
use vivarium_frame::protocol::{Command, RunId};

/// One part of a check, on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is measured.
    pub part: PartData,
    /// What has been measured.
    pub samples: Vec<Sample>,
    /// Seconds of computation so far.
    pub seconds: f64,
    /// Why it cannot be judged.
    pub problem: Option<String>,
    /// The judgement.
    pub finding: Option<Finding>,
    /// Whether it was ended before all seeds were measured.
    pub cut: bool,
    /// Seconds that a seed is thought to take, before any was measured here.
    foreseen: f64,
}

impl Progress {
    /// Measured seeds and all seeds.
    pub fn count(&self) -> (u64, u64) {
        (self.samples.len() as u64, self.part.seeds)
    }

    /// Seconds that one more seed takes.
    fn seconds_a_seed(&self, pace: f64) -> f64 {
        match self.samples.len() {
            0 => self.foreseen * pace,
            n => self.seconds / n as f64,
        }
    }

    fn settled(&self) -> bool {
        self.finding.is_some() || self.problem.is_some() || (self.cut && self.samples.is_empty())
    }
}

/// Where nothing better is known, a core makes so many multiply-adds a second.
const PACE: f64 = 5e8;

/// A measurement or a judgement (without a seed) at work.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Job {
    part: usize,
    seed: Option<u64>,
    /// When it was given out, in seconds.
    since: f64,
}

/// A check on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checking {
    exhibit: String,
    /// The parts, in the order of the paper's argument.
    pub parts: Vec<Progress>,
    queue: VecDeque<(usize, Option<u64>)>,
    jobs: BTreeMap<RunId, Job>,
    last: RunId,
}

impl Checking {
    /// All parts of an exhibit's check. Seed by seed over the parts, so that every part shows something early. From the
    /// ledger comes how long a seed may take.
    pub fn new(exhibit: &str, parts: &[PartData], ledger: &[Finding]) -> Self {
        let most = parts.iter().map(|part| part.seeds).max().unwrap_or(0);
        let queue = (0..most)
            .flat_map(|seed| {
                parts.iter().enumerate().filter(move |(_, p)| seed < p.seeds).map(move |(at, _)| (at, Some(seed)))
            })
            .collect();
        let parts = parts
            .iter()
            .map(|part| Progress {
                part: part.clone(),
                samples: Vec::new(),
                seconds: 0.0,
                problem: None,
                finding: None,
                cut: false,
                foreseen: foreseen(part, ledger),
            })
            .collect();
        Self { exhibit: exhibit.to_owned(), parts, queue, ..Self::default() }
    }

    /// The next job for a worker that has nothing to do, given out at `now` (seconds).
    pub fn next(&mut self, now: f64) -> Option<(RunId, Command)> {
        let (at, seed) = loop {
            let (at, seed) = self.queue.pop_front()?;
            if !self.parts[at].settled() {
                break (at, seed);
            }
        };
        self.last += 1;
        let job = self.last;
        self.jobs.insert(job, Job { part: at, seed, since: now });
        let (exhibit, progress) = (self.exhibit.clone(), &self.parts[at]);
        let part = progress.part.id.clone();
        let command = match seed {
            Some(seed) => Command::Measure { job, exhibit, part, seed },
            None => {
                let (samples, seconds) = (progress.samples.clone(), progress.seconds);
                Command::Conclude { job, exhibit, part, samples, seconds }
            }
        };
        Some((job, command))
    }

    /// A measurement came in.
    pub fn measured(&mut self, job: RunId, sample: Result<Sample, Complaint>, seconds: f64) {
        let Some(Job { part: at, seed, .. }) = self.jobs.remove(&job) else { return };
        let progress = &mut self.parts[at];
        progress.seconds += seconds;
        match sample {
            Ok(sample) => progress.samples.push(sample),
            Err(complaint) => {
                let seed = seed.map_or_else(String::new, |seed| format!("Seed {seed}: "));
                progress.problem.get_or_insert(format!("{seed}{}", complaint.sentence));
            }
        }
        progress.samples.sort_by_key(|sample| sample.seed);
        if progress.samples.len() as u64 == progress.part.seeds {
            self.queue.push_front((at, None));
        }
    }

    /// A judgement came in.
    pub fn concluded(&mut self, job: RunId, finding: Result<Finding, Complaint>) {
        let Some(Job { part, .. }) = self.jobs.remove(&job) else { return };
        match finding {
            Ok(finding) => self.parts[part].finding = Some(finding),
            Err(complaint) => self.parts[part].problem = Some(complaint.sentence),
        }
    }

    /// The worker that had this job is lost.
    pub fn lost(&mut self, job: RunId, why: &str) {
        if let Some(Job { part, .. }) = self.jobs.remove(&job) {
            self.parts[part].problem.get_or_insert(why.to_owned());
        }
    }

    /// Ends the measuring. What has been measured stays, and is still to be judged as it is.
    pub fn cut(&mut self) {
        self.jobs.clear();
        self.queue.clear();
        for (at, progress) in self.parts.iter_mut().enumerate().filter(|(_, progress)| !progress.settled()) {
            progress.cut = (progress.samples.len() as u64) < progress.part.seeds;
            if !progress.samples.is_empty() {
                self.queue.push_back((at, None));
            }
        }
    }

    /// Seconds until all is measured, as far as can be told at `now` (seconds), with so many workers.
    pub fn remaining(&self, now: f64, workers: usize) -> f64 {
        let pace = self.pace();
        let seconds = |at: usize| self.parts[at].seconds_a_seed(pace);
        let open = |at: &usize| !self.parts[*at].settled();
        let waiting = self.queue.iter().filter(|(at, seed)| seed.is_some() && open(at)).map(|(at, _)| seconds(*at));
        let at_work: Vec<f64> = self
            .jobs
            .values()
            .filter(|job| job.seed.is_some())
            .map(|job| (seconds(job.part) - (now - job.since)).max(0.0))
            .collect();
        let shared = (waiting.sum::<f64>() + at_work.iter().sum::<f64>()) / workers.max(1) as f64;
        at_work.into_iter().fold(shared, f64::max)
    }

    /// How many times as long the measuring takes here as was foreseen.
    fn pace(&self) -> f64 {
        let measured = self.parts.iter().filter(|part| !part.samples.is_empty());
        let (here, foreseen) = measured.fold((0.0, 0.0), |(here, foreseen), part| {
            (here + part.seconds, foreseen + part.foreseen * part.samples.len() as f64)
        });
        if here > 0.0 && foreseen > 0.0 { here / foreseen } else { 1.0 }
    }

    /// Whether measuring was ended early.
    pub fn was_cut(&self) -> bool {
        self.parts.iter().any(|part| part.cut)
    }

    /// The judgements so far.
    pub fn findings(&self) -> Vec<Finding> {
        self.parts.iter().filter_map(|part| part.finding.clone()).collect()
    }

    /// Whether nothing is left to do.
    pub fn done(&self) -> bool {
        self.parts.iter().all(Progress::settled)
    }

    /// Measured seeds and all seeds, of all parts.
    pub fn count(&self) -> (u64, u64) {
        self.parts.iter().map(Progress::count).fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    }
}

/// Seconds that a seed may take: as the ledger has it, or by the number of operations.
fn foreseen(part: &PartData, ledger: &[Finding]) -> f64 {
    let known = ledger.iter().find(|finding| finding.part == part.id && !finding.seeds.is_empty());
    known.map_or(part.cost / PACE, |finding| finding.seconds / finding.seeds.len() as f64)
}

/// How a finding made here stands to the ledger's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Value, interval and every seed's numbers are equal to the last bit.
    Equal,
    /// So are the numbers of these seeds; the ledger has more of them.
    SeedsEqual,
    /// Another number, from another version.
    OtherVersion,
    /// Another number, from the same version.
    Different,
}

impl Agreement {
    /// For scripts: `data-agreement`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::SeedsEqual => "seeds-equal",
            Self::OtherVersion => "other-version",
            Self::Different => "different",
        }
    }
}

/// Compares by bits, not by time.
pub fn agreement(here: &Finding, ledger: &Finding) -> Agreement {
    let bits = |s: &Sample| (s.seed, s.value.to_bits(), s.baseline.map(f64::to_bits));
    let there: BTreeSet<_> = ledger.seeds.iter().map(bits).collect();
    let judged = |f: &Finding| (f.value.to_bits(), f.interval.map(f64::to_bits));
    if !here.seeds.iter().all(|sample| there.contains(&bits(sample))) {
        return if here.version == ledger.version { Agreement::Different } else { Agreement::OtherVersion };
    }
    match (here.seeds.len() == ledger.seeds.len(), judged(here) == judged(ledger)) {
        (false, _) => Agreement::SeedsEqual,
        (true, true) => Agreement::Equal,
        (true, false) if here.version == ledger.version => Agreement::Different,
        (true, false) => Agreement::OtherVersion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivarium_frame::finding::Verdict;

    fn part(id: &str, seeds: u64) -> PartData {
        PartData { id: id.into(), seeds, ..PartData::default() }
    }

    fn sample(seed: u64) -> Sample {
        Sample { seed, value: seed as f64, baseline: None }
    }

    fn finding(value: f64) -> Finding {
        Finding {
            id: "x".into(),
            part: "a".into(),
            measure: String::new(),
            unit: String::new(),
            baseline: String::new(),
            seeds: vec![sample(0)],
            value,
            interval: [0.0, 1.0],
            expected: String::new(),
            verdict: Verdict::Holds,
            version: String::new(),
            seconds: value,
        }
    }

    #[test]
    fn each_part_is_judged_once_all_its_seeds_are_in() {
        let mut check = Checking::new("x", &[part("a", 2), part("b", 1)], &[]);
        let jobs: Vec<_> = std::iter::from_fn(|| check.next(0.0)).collect();
        let order: Vec<_> = jobs
            .iter()
            .map(|(_, command)| match command {
                Command::Measure { part, seed, .. } => (part.as_str(), *seed),
                _ => ("?", 0),
            })
            .collect();
        assert_eq!(order, [("a", 0), ("b", 0), ("a", 1)]);
        check.measured(jobs[2].0, Ok(sample(1)), 1.0);
        assert!(check.next(0.0).is_none());
        check.measured(jobs[0].0, Ok(sample(0)), 2.0);
        let (job, command) = check.next(0.0).unwrap();
        assert!(
            matches!(&command, Command::Conclude { samples, seconds, .. } if samples[0].seed == 0 && *seconds == 3.0)
        );
        assert_eq!(check.count(), (2, 3));
        check.concluded(job, Ok(finding(1.0)));
        assert!(!check.done());
        check.lost(jobs[1].0, "The worker stopped.");
        assert!(check.done());
        assert_eq!(check.parts[1].problem.as_deref(), Some("The worker stopped."));
    }

    #[test]
    fn a_seed_that_fails_ends_its_part_with_the_reason() {
        let mut check = Checking::new("x", &[part("a", 3)], &[]);
        let (job, _) = check.next(0.0).unwrap();
        check.measured(job, Err(Complaint::new("No data.")), 0.0);
        assert!(check.next(0.0).is_none() && check.done());
        assert_eq!(check.parts[0].problem.as_deref(), Some("Seed 0: No data."));
    }

    #[test]
    fn findings_are_compared_by_bits_and_not_by_time() {
        let (a, mut b) = (finding(0.1 + 0.2), finding(0.1 + 0.2));
        b.seconds = 99.0;
        assert_eq!(agreement(&a, &b), Agreement::Equal);
        assert_eq!(agreement(&finding(0.3), &a), Agreement::Different);
        b.seeds.push(sample(1));
        assert_eq!(agreement(&a, &b), Agreement::SeedsEqual);
        b.seeds[0].value = 0.5;
        assert_eq!(agreement(&a, &b), Agreement::Different);
        b.version = "0".into();
        assert_eq!(agreement(&a, &b), Agreement::OtherVersion);
    }

    #[test]
    fn what_was_measured_before_the_end_is_still_judged() {
        let mut check = Checking::new("x", &[part("a", 3), part("b", 2), part("c", 1)], &[]);
        let jobs: Vec<_> = std::iter::from_fn(|| check.next(0.0)).map(|(job, _)| job).collect();
        check.measured(jobs[0], Ok(sample(0)), 1.0);
        check.cut();
        // What comes late is dropped.
        check.measured(jobs[1], Ok(sample(0)), 1.0);
        let (job, command) = check.next(0.0).unwrap();
        assert!(
            matches!(&command, Command::Conclude { part, samples, .. } if part == "a" && samples.len() == 1),
            "{command:?}"
        );
        assert!(check.next(0.0).is_none() && !check.done());
        check.concluded(job, Ok(finding(1.0)));
        assert!(check.done() && check.was_cut());
        assert_eq!(check.findings().len(), 1);
        assert_eq!(check.count(), (1, 6));
    }

    #[test]
    fn the_time_left_comes_from_the_ledger_and_then_from_what_was_measured() {
        let mut ledger = finding(4.0);
        ledger.seconds = 4.0;
        let parts = [part("a", 3), PartData { cost: 2.0 * PACE, ..part("b", 2) }];
        let mut check = Checking::new("x", &parts, &[ledger]);
        // Three seeds of 4 s, two of 2 s.
        assert_eq!(check.remaining(0.0, 1), 16.0);
        assert_eq!(check.remaining(0.0, 2), 8.0);
        let (job, _) = check.next(0.0).unwrap();
        assert_eq!(check.remaining(1.0, 1), 15.0);
        // It takes twice as long here: two of 8 s, two of 4 s.
        check.measured(job, Ok(sample(0)), 8.0);
        assert_eq!(check.remaining(8.0, 1), 24.0);
        // One that takes longer than thought is not below zero.
        let _ = check.next(8.0);
        assert_eq!(check.remaining(100.0, 1), 20.0);
    }
}
