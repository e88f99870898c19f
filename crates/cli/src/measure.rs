//! Measuring many seeds of many parts on all cores.

use crate::output::Progress;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use vivarium_frame::Complaint;
use vivarium_frame::finding::Sample;
use vivarium_labs::check::{Mechanism, Part};

/// One seed of one part, to be measured.
pub struct Task<'a> {
    /// The caller's number of the part.
    pub job: usize,
    /// The part.
    pub part: &'a Part,
    /// The seed.
    pub seed: u64,
}

/// A sample and the seconds it took.
pub type Timed = (Sample, f64);

/// Measures the tasks on all cores, the costliest first so that no core is left with a long one at the end, and hands each
/// result to `take` as soon as it is there.
///
/// # Errors
/// The first error of `take`; no task is begun after it. A seed that cannot be measured is no error here.
pub fn measure(
    mut tasks: Vec<Task>,
    mechanism: Mechanism,
    take: impl FnMut(&Task, Result<Timed, Complaint>) -> Result<(), Complaint> + Send,
) -> Result<(), Complaint> {
    tasks.sort_by(|a, b| b.part.cost.total_cmp(&a.part.cost));
    let needs: BTreeSet<&str> = tasks.iter().flat_map(|task| task.part.needs.iter().copied()).collect();
    let store = vivarium_labs::data::load(&Vec::from_iter(needs))?;
    let whole: f64 = tasks.iter().map(|task| task.part.cost).sum();

    struct State<F> {
        take: F,
        progress: Progress,
        outcome: Result<(), Complaint>,
    }
    let state = Mutex::new(State { take, progress: Progress::new(tasks.len()), outcome: Ok(()) });
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    rayon::scope_fifo(|scope| {
        for task in &tasks {
            scope.spawn_fifo(|_| {
                if lock().outcome.is_err() {
                    return;
                }
                let start = Instant::now();
                let sample = (task.part.run)(task.seed, mechanism, &store)
                    .map(|m| Sample { seed: task.seed, value: m.value, baseline: m.baseline })
                    .map(|sample| (sample, start.elapsed().as_secs_f64()));
                let state = &mut *lock();
                state.progress.clear();
                if state.outcome.is_ok() {
                    state.outcome = (state.take)(task, sample);
                }
                state.progress.advance(task.part.cost / whole);
            });
        }
    });
    state.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
}
