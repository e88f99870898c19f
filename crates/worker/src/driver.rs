//! Turns commands into events. Knows no web: the shell gives it messages, data and a clock, and is told when to come back.

use crate::library::Library;
use crate::session::{Next, Session, Wish};
use std::collections::VecDeque;
use vivarium_frame::Complaint;
use vivarium_frame::controls::Values;
use vivarium_frame::protocol::{Command, Event, RunId, Status};
use vivarium_labs::exhibit::{Adjust, Store};

/// A run that waits for its data.
struct Waiting {
    run: RunId,
    exhibit: String,
    values: Values,
    seed: u64,
    step: u64,
    needs: Vec<String>,
    wish: Wish,
}

/// A measurement that waits for its turn, or its data.
struct Job {
    job: RunId,
    exhibit: String,
    part: String,
    seed: u64,
    needs: Vec<String>,
}

/// The worker's whole state.
pub struct Driver<L> {
    library: L,
    store: Store,
    /// The latest run; messages about others are dropped.
    run: Option<RunId>,
    waiting: Option<Waiting>,
    session: Option<Session>,
    jobs: VecDeque<Job>,
    resting: bool,
    events: Vec<Event>,
    wanted: Vec<String>,
}

impl<L: Library> Driver<L> {
    /// A driver without a run.
    pub fn new(library: L) -> Self {
        Self {
            library,
            store: Store::default(),
            run: None,
            waiting: None,
            session: None,
            jobs: VecDeque::new(),
            resting: false,
            events: Vec::new(),
            wanted: Vec::new(),
        }
    }

    /// The events since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The data sets to fetch, asked for since the last call; each is answered by [`Driver::arrived`].
    pub fn take_wanted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wanted)
    }

    /// When [`Driver::slice`] should be called next.
    pub fn next(&self, now: f64) -> Next {
        let ready = self.jobs.iter().any(|job| self.lacking(&job.needs).is_empty());
        let jobs = if ready { Next::Now } else { Next::Idle };
        let run = match &self.session {
            Some(session) if !self.resting => session.next(now),
            _ => Next::Idle,
        };
        jobs.or(run)
    }

    /// Works for one time slice: a measurement when one waits (it takes as long as it takes), else the run's steps.
    pub fn slice(&mut self, clock: &dyn Fn() -> f64) {
        if let Some(at) = self.jobs.iter().position(|job| self.lacking(&job.needs).is_empty())
            && let Some(Job { job, exhibit, part, seed, .. }) = self.jobs.remove(at)
        {
            let start = clock();
            let sample = self.library.measure(&exhibit, &part, seed, &self.store);
            let seconds = (clock() - start) / 1000.0;
            self.events.push(Event::Measured { job, part, sample, seconds });
        } else if !self.resting
            && let Some(session) = &mut self.session
        {
            session.slice(clock);
        }
        self.tell(clock());
    }

    /// Takes a command.
    ///
    /// # Panics
    /// On [`Command::Panic`], which asks for it.
    pub fn command(&mut self, command: Command, now: f64) {
        let painted = matches!(command, Command::Painted { .. });
        match command {
            Command::Hello { .. } => {}
            Command::Open { run, exhibit, values, seed, step } => {
                if self.run.is_some_and(|latest| run <= latest) {
                    return;
                }
                self.run = Some(run);
                self.session = None;
                self.waiting = Some(Waiting { run, exhibit, values, seed, step, needs: Vec::new(), wish: Wish::Pause });
                self.try_open(now);
            }
            Command::Play { run, pace } => {
                let pace = pace.filter(|pace| pace.is_finite() && *pace > 0.0);
                self.wish(run, Wish::Play(pace), now);
            }
            Command::Pause { run } => self.wish(run, Wish::Pause, now),
            Command::Step { run, steps } => self.wish(run, Wish::Steps(u64::from(steps)), now),
            Command::Adjust { run, values } => self.adjust(run, values, now),
            Command::Touch { run, touch } => {
                if let Some(session) = self.session_of(run) {
                    session.touch(&touch, now);
                }
            }
            Command::Photo { run, photo } => {
                let outcome = self.session_of(run).map(|session| session.photo(&photo, now));
                self.complain(run, outcome, false);
            }
            Command::Painted { run } => {
                if let Some(session) = self.session_of(run) {
                    session.painted();
                }
            }
            Command::Rest(rest) => {
                self.resting = rest;
                if let Some(session) = &mut self.session {
                    session.resume(now);
                }
            }
            Command::Measure { job, exhibit, part, seed } => match self.library.part_needs(&exhibit, &part) {
                Ok(needs) => {
                    let missing = self.lacking(&needs);
                    self.wanted.extend(missing);
                    self.jobs.push_back(Job { job, exhibit, part, seed, needs });
                }
                Err(complaint) => {
                    self.events.push(Event::Measured { job, part, sample: Err(complaint), seconds: 0.0 });
                }
            },
            Command::Conclude { job, exhibit, part, samples, seconds } => {
                let finding = self.library.conclude(&exhibit, &part, samples, seconds);
                self.events.push(Event::Concluded { job, finding });
            }
            #[expect(clippy::panic, reason = "the page asks for it, to see the site survive one")]
            Command::Panic => panic!("A panic on purpose, asked for by the page."),
        }
        // A step that was asked for is made in the slice that follows at once; only then is there news. But a page that
        // can take a frame gets it now: a slice later it would miss the next refresh of the screen.
        if painted || self.next(now) != Next::Now {
            self.tell(now);
        }
    }

    /// Takes the bytes of a data set, or the reason why there are none.
    pub fn arrived(&mut self, name: &str, bytes: Result<Vec<u8>, Complaint>, now: f64) {
        match bytes {
            Ok(bytes) => self.store.insert(name, bytes),
            Err(complaint) => {
                if let Some(waiting) = self.waiting.take_if(|waiting| waiting.needs.iter().any(|need| need == name)) {
                    self.complain::<()>(waiting.run, Some(Err(complaint.clone())), true);
                }
                let (failed, left) =
                    self.jobs.drain(..).partition::<Vec<_>, _>(|job| job.needs.iter().any(|need| need == name));
                self.jobs = left.into();
                self.events.extend(failed.into_iter().map(|Job { job, part, .. }| Event::Measured {
                    job,
                    part,
                    sample: Err(complaint.clone()),
                    seconds: 0.0,
                }));
            }
        }
        if self.waiting.as_ref().is_some_and(|waiting| self.lacking(&waiting.needs).is_empty()) {
            self.try_open(now);
        }
        self.tell(now);
    }

    /// Opens the waiting run when its data are there, else asks for them.
    fn try_open(&mut self, now: f64) {
        let Some(mut waiting) = self.waiting.take() else { return };
        match self.library.needs(&waiting.exhibit, &waiting.values) {
            Err(complaint) => return self.complain::<()>(waiting.run, Some(Err(complaint)), true),
            Ok(needs) => waiting.needs = needs,
        }
        let missing = self.lacking(&waiting.needs);
        if !missing.is_empty() {
            self.wanted.extend(missing);
            self.events.push(Event::Status {
                run: waiting.run,
                status: Status::Loading,
                step: 0,
                rate: 0.0,
                pace: 0.0,
            });
            self.waiting = Some(waiting);
            return;
        }
        let Waiting { run, exhibit, values, seed, step, wish, .. } = waiting;
        match self.library.open(&exhibit, &values, seed, &self.store) {
            Ok((opened, photos)) => {
                let session = Session::new(run, opened, photos, step, wish, now);
                self.events.push(session.opened());
                self.session = Some(session);
            }
            Err(complaint) => self.complain::<()>(run, Some(Err(complaint)), true),
        }
    }

    fn wish(&mut self, run: RunId, wish: Wish, now: f64) {
        if let Some(waiting) = self.waiting.as_mut().filter(|waiting| waiting.run == run) {
            waiting.wish = wish;
        } else if let Some(session) = self.session_of(run) {
            session.wish(wish, now);
        }
    }

    fn adjust(&mut self, run: RunId, values: Values, now: f64) {
        if let Some(waiting) = self.waiting.as_mut().filter(|waiting| waiting.run == run) {
            waiting.values = values;
            self.try_open(now);
            return;
        }
        let outcome = self.session_of(run).map(|session| session.adjust(&values, now));
        if let Some(Ok(Adjust::Restart)) = outcome {
            self.events.push(Event::Restart { run });
        }
        self.complain(run, outcome, false);
    }

    fn session_of(&mut self, run: RunId) -> Option<&mut Session> {
        self.session.as_mut().filter(|_| self.run == Some(run))
    }

    fn lacking(&self, needs: &[String]) -> Vec<String> {
        needs.iter().filter(|name| !self.store.has(name)).cloned().collect()
    }

    fn complain<T>(&mut self, run: RunId, outcome: Option<Result<T, Complaint>>, fatal: bool) {
        if let Some(Err(complaint)) = outcome {
            self.events.push(Event::Complained { run, complaint, fatal });
        }
    }

    fn tell(&mut self, now: f64) {
        if let Some(session) = &mut self.session {
            session.tell(now, &mut self.events);
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
