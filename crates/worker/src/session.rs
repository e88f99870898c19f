//! One run: when it may step, and what it has to tell.

use std::ops::ControlFlow;
use vivarium_frame::Complaint;
use vivarium_frame::controls::Values;
use vivarium_frame::protocol::{Event, RunId, Status};
use vivarium_frame::view::{Frame, Phase, Photo, Touch};
use vivarium_labs::exhibit::{Adjust, Progress, Run};

/// How long a run may step before it looks for messages, in milliseconds.
pub const SLICE: f64 = 8.0;
/// How often a running run tells its status, in milliseconds. The page promises twice a second; this leaves room.
const STATUS_EVERY: f64 = 250.0;
/// How far a run may fall behind its pace before the arrears are forgiven, in milliseconds.
const FORGIVE: f64 = 100.0;
/// The clock is read about this often while stepping, in milliseconds: small steps are made in batches.
const LOOK_EVERY: f64 = 0.2;
/// Largest number of steps between two looks at the clock.
const MAX_BATCH: u64 = 4096;

/// What the visitor asked the run to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// Wait.
    Pause,
    /// Step until told otherwise; steps a second, or none for as fast as possible.
    Play(Option<f64>),
    /// Make this many steps, then wait.
    Steps(u64),
}

/// When there is something to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// At once.
    Now,
    /// In so many milliseconds.
    After(f64),
    /// Not before a message comes.
    Idle,
}

impl Next {
    /// The sooner of two.
    pub fn or(self, other: Next) -> Next {
        match (self, other) {
            (Next::Now, _) | (_, Next::Now) => Next::Now,
            (Next::After(a), Next::After(b)) => Next::After(a.min(b)),
            (Next::Idle, next) | (next, Next::Idle) => next,
        }
    }
}

/// A run and its schedule. Times are in milliseconds on any one clock; the clock decides when steps are made, never what
/// they compute.
pub struct Session {
    id: RunId,
    run: Box<dyn Run>,
    photos: bool,
    steps: u64,
    /// The step that the address asked for.
    target: u64,
    wish: Wish,
    ended: Option<Status>,
    /// A pointer is down on a panel: stepping waits, so that the visitor draws on a state that holds still.
    held: bool,
    /// When the next step of a paced run is due.
    due: f64,
    batch: u64,
    /// There is something that the page has not seen.
    dirty: bool,
    /// The page has painted the last frame.
    painted: bool,
    told: Option<(Status, u64)>,
    /// Time and step of the last status, for the rate.
    mark: (f64, u64),
    rate: f64,
}

impl Session {
    /// A session for `run`, which has made no step yet and is to make `target` before it is shown.
    pub fn new(id: RunId, run: Box<dyn Run>, photos: bool, target: u64, wish: Wish, now: f64) -> Self {
        Self {
            id,
            run,
            photos,
            steps: 0,
            target,
            wish,
            ended: None,
            held: false,
            due: now,
            batch: 1,
            dirty: true,
            painted: true,
            told: None,
            mark: (now, 0),
            rate: 0.0,
        }
    }

    /// The event that tells the page of this run.
    pub fn opened(&self) -> Event {
        Event::Opened { run: self.id, pace: self.run.pace(), photos: self.photos }
    }

    fn loading(&self) -> bool {
        self.steps < self.target && self.ended.is_none()
    }

    /// What the run is doing.
    pub fn status(&self) -> Status {
        match (&self.ended, self.wish) {
            (Some(ended), _) => ended.clone(),
            (None, _) if self.loading() => Status::Loading,
            (None, Wish::Pause) => Status::Paused,
            (None, _) => Status::Running,
        }
    }

    /// Takes a wish.
    pub fn wish(&mut self, wish: Wish, now: f64) {
        // A change of pace while playing must not put the next step off for ever.
        let waiting = match (self.wish, wish) {
            (Wish::Play(Some(_)), Wish::Play(Some(pace))) => self.due.min(now + 1000.0 / pace),
            _ => now,
        };
        self.due = waiting;
        self.mark = (now, self.steps);
        self.wish = if wish == Wish::Steps(0) { Wish::Pause } else { wish };
    }

    /// Goes on after a time in which it could not step: what was due meanwhile is not made up for.
    pub fn resume(&mut self, now: f64) {
        self.due = self.due.max(now);
        self.mark = (now, self.steps);
    }

    /// A touch: it may give a finished run more to do.
    pub fn touch(&mut self, touch: &Touch, now: f64) {
        match touch.phase {
            Phase::Down => self.held = true,
            Phase::Up => self.held = false,
            Phase::Move | Phase::Key(_) => {}
        }
        self.run.touch(touch);
        self.changed(now);
    }

    /// A picture.
    ///
    /// # Errors
    /// A sentence when it cannot be used; the run goes on as it was.
    pub fn photo(&mut self, photo: &Photo, now: f64) -> Result<(), Complaint> {
        self.run.photo(photo)?;
        self.changed(now);
        Ok(())
    }

    /// New values.
    ///
    /// # Errors
    /// A sentence when one is not allowed; the run goes on as it was.
    pub fn adjust(&mut self, values: &Values, now: f64) -> Result<Adjust, Complaint> {
        let outcome = self.run.adjust(values)?;
        if outcome == Adjust::Live {
            self.changed(now);
        }
        Ok(outcome)
    }

    fn changed(&mut self, now: f64) {
        self.dirty = true;
        if self.ended == Some(Status::Finished) {
            self.ended = None;
            // The steps that were asked for before it finished are done with; playing goes on.
            if matches!(self.wish, Wish::Steps(_)) {
                self.wish = Wish::Pause;
            }
            self.resume(now);
        }
    }

    /// The page has painted the last frame.
    pub fn painted(&mut self) {
        self.painted = true;
    }

    /// When it wants to step.
    pub fn next(&self, now: f64) -> Next {
        if self.held || self.ended.is_some() {
            return Next::Idle;
        }
        match self.wish {
            _ if self.loading() => Next::Now,
            Wish::Pause => Next::Idle,
            Wish::Play(Some(_)) if self.due > now => Next::After(self.due - now),
            Wish::Play(_) | Wish::Steps(_) => Next::Now,
        }
    }

    /// Steps for at most about [`SLICE`] milliseconds.
    pub fn slice(&mut self, clock: &dyn Fn() -> f64) {
        let start = clock();
        let mut looked = start;
        while self.next(looked) == Next::Now {
            let whole = (0..self.batch).all(|_| self.advance().is_continue());
            let now = clock();
            if whole && now - looked < LOOK_EVERY / 2.0 {
                self.batch = (self.batch * 2).min(MAX_BATCH);
            } else if now - looked > LOOK_EVERY {
                self.batch = (self.batch / 2).max(1);
            }
            looked = now;
            if now - start >= SLICE {
                break;
            }
        }
        self.due = self.due.max(looked - FORGIVE);
    }

    /// One step. Breaks where the clock or the wish must be looked at again.
    fn advance(&mut self) -> ControlFlow<()> {
        let progress = self.run.step();
        let loading = self.loading();
        self.steps += 1;
        self.dirty = true;
        match progress {
            Progress::Running => {}
            Progress::Finished => self.ended = Some(Status::Finished),
            Progress::Diverged(why) => self.ended = Some(Status::Diverged(why)),
        }
        if self.ended.is_some() || self.steps == self.target {
            return ControlFlow::Break(());
        }
        match self.wish {
            _ if loading => ControlFlow::Continue(()),
            Wish::Steps(left) if left <= 1 => {
                self.wish = Wish::Pause;
                ControlFlow::Break(())
            }
            Wish::Steps(left) => {
                self.wish = Wish::Steps(left - 1);
                ControlFlow::Continue(())
            }
            Wish::Play(Some(pace)) => {
                self.due += 1000.0 / pace;
                ControlFlow::Break(())
            }
            Wish::Play(None) => ControlFlow::Continue(()),
            Wish::Pause => ControlFlow::Break(()),
        }
    }

    /// What there is to tell by now: the status when it changed (or twice a second), the frame when the page can take it.
    pub fn tell(&mut self, now: f64, out: &mut Vec<Event>) {
        let state = (self.status(), self.steps);
        let moving = matches!(state.0, Status::Running | Status::Loading);
        let due = match &self.told {
            Some(told) if told.0 == state.0 && moving => now - self.mark.0 >= STATUS_EVERY,
            told => told.as_ref() != Some(&state),
        };
        // The frame first: whoever waits for a status finds the figures of that step already there.
        if self.dirty && self.painted && !self.loading() {
            let mut frame = Frame::default();
            self.run.draw(&mut frame);
            frame.step = self.steps;
            (self.dirty, self.painted) = (false, false);
            out.push(Event::Frame { run: self.id, frame });
        }
        if due {
            let elapsed = now - self.mark.0;
            if elapsed > 0.0 {
                self.rate = (self.steps - self.mark.1) as f64 * 1000.0 / elapsed;
            }
            if moving {
                self.mark = (now, self.steps);
            }
            self.told = Some(state.clone());
            let (status, step) = state;
            out.push(Event::Status { run: self.id, status, step, rate: self.rate, pace: self.run.pace() });
        }
    }
}
