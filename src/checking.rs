//! The order of a check: which measurement comes next, what has come in, when a part can be judged.

use std::collections::{BTreeMap, VecDeque};
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
}

impl Progress {
    /// Measured seeds and all seeds.
    pub fn count(&self) -> (u64, u64) {
        (self.samples.len() as u64, self.part.seeds)
    }

    fn settled(&self) -> bool {
        self.finding.is_some() || self.problem.is_some()
    }
}

/// A check on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checking {
    exhibit: String,
    /// The parts, in the order of the paper's argument.
    pub parts: Vec<Progress>,
    queue: VecDeque<(usize, Option<u64>)>,
    /// Jobs at work: part, and seed (none for a judgement).
    jobs: BTreeMap<RunId, (usize, Option<u64>)>,
    last: RunId,
}

impl Checking {
    /// All parts of an exhibit's check. Seed by seed over the parts, so that every part shows something early.
    pub fn new(exhibit: &str, parts: &[PartData]) -> Self {
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
            })
            .collect();
        Self { exhibit: exhibit.to_owned(), parts, queue, ..Self::default() }
    }

    /// The next job for a worker that has nothing to do.
    pub fn next(&mut self) -> Option<(RunId, Command)> {
        let (at, seed) = loop {
            let (at, seed) = self.queue.pop_front()?;
            if !self.parts[at].settled() {
                break (at, seed);
            }
        };
        self.last += 1;
        let job = self.last;
        self.jobs.insert(job, (at, seed));
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
        let Some((at, seed)) = self.jobs.remove(&job) else { return };
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
        let Some((at, _)) = self.jobs.remove(&job) else { return };
        match finding {
            Ok(finding) => self.parts[at].finding = Some(finding),
            Err(complaint) => self.parts[at].problem = Some(complaint.sentence),
        }
    }

    /// The worker that had this job is lost.
    pub fn lost(&mut self, job: RunId, why: &str) {
        if let Some((at, _)) = self.jobs.remove(&job) {
            self.parts[at].problem.get_or_insert(why.to_owned());
        }
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

/// Whether two findings rest on the same bits: value, interval, and every seed's numbers.
pub fn same_bits(a: &Finding, b: &Finding) -> bool {
    let bits = |finding: &Finding| {
        let seeds = finding.seeds.iter().map(|s| (s.seed, s.value.to_bits(), s.baseline.map(f64::to_bits)));
        (finding.value.to_bits(), finding.interval.map(f64::to_bits), seeds.collect::<Vec<_>>())
    };
    bits(a) == bits(b)
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
        let mut check = Checking::new("x", &[part("a", 2), part("b", 1)]);
        let jobs: Vec<_> = std::iter::from_fn(|| check.next()).collect();
        let order: Vec<_> = jobs
            .iter()
            .map(|(_, command)| match command {
                Command::Measure { part, seed, .. } => (part.as_str(), *seed),
                _ => ("?", 0),
            })
            .collect();
        assert_eq!(order, [("a", 0), ("b", 0), ("a", 1)]);
        check.measured(jobs[2].0, Ok(sample(1)), 1.0);
        assert!(check.next().is_none());
        check.measured(jobs[0].0, Ok(sample(0)), 2.0);
        let (job, command) = check.next().unwrap();
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
        let mut check = Checking::new("x", &[part("a", 3)]);
        let (job, _) = check.next().unwrap();
        check.measured(job, Err(Complaint::new("No data.")), 0.0);
        assert!(check.next().is_none() && check.done());
        assert_eq!(check.parts[0].problem.as_deref(), Some("Seed 0: No data."));
    }

    #[test]
    fn findings_are_compared_by_bits_and_not_by_time() {
        let (a, mut b) = (finding(0.1 + 0.2), finding(0.1 + 0.2));
        b.seconds = 99.0;
        assert!(same_bits(&a, &b));
        assert!(!same_bits(&a, &finding(0.3)));
    }
}
