//! The messages between page and worker: one file, one typed protocol.
//!
//! A message is the postcard form of [`Command`] or [`Event`] in one buffer, which is transferred, not copied. Each run
//! has an id chosen by the page; what arrives of an older run is dropped on either side.
//!
//! The life of a run: `Open` -> `Opened`, a first `Frame`; then `Play`, `Pause`, `Step`, `Adjust`, `Touch` at any time.
//! The worker answers with `Status` whenever the status changes (and twice a second while running) and with a `Frame`
//! only after the page has `Painted` the last one.

use crate::Complaint;
use crate::controls::Values;
use crate::finding::{Finding, Sample};
use crate::view::{Frame, Photo, Touch};
use serde::{Deserialize, Serialize};

/// A run's number; the page counts up.
pub type RunId = u32;

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Where the data sets lie: name and absolute address. First message of all.
    Hello {
        /// Name (as an exhibit asks for it) and address of every data file.
        data: Vec<(String, String)>,
    },
    /// Starts a run, in place of the one before.
    Open {
        /// The new run.
        run: RunId,
        /// Exhibit.
        exhibit: String,
        /// Values that differ from the defaults, or all.
        values: Values,
        /// Seed.
        seed: u64,
        /// Make this many steps before the first frame.
        step: u64,
    },
    /// Steps until paused, `pace` steps a second, or as fast as possible.
    Play {
        /// The run.
        run: RunId,
        /// Steps a second; none means as fast as possible.
        pace: Option<f64>,
    },
    /// Stops stepping.
    Pause {
        /// The run.
        run: RunId,
    },
    /// Makes this many steps, then pauses.
    Step {
        /// The run.
        run: RunId,
        /// How many.
        steps: u32,
    },
    /// New values. What the exhibit cannot take while running is answered by `Restart`.
    Adjust {
        /// The run.
        run: RunId,
        /// All values.
        values: Values,
    },
    /// The pointer or a key on a panel.
    Touch {
        /// The run.
        run: RunId,
        /// What happened.
        touch: Touch,
    },
    /// A picture of the visitor's own.
    Photo {
        /// The run.
        run: RunId,
        /// The picture.
        photo: Photo,
    },
    /// The last frame is on the screen.
    Painted {
        /// The run.
        run: RunId,
    },
    /// The page is hidden (true) or seen again: rest, or go on at the exact step.
    Rest(bool),
    /// Measures one seed of one part of a check.
    Measure {
        /// The page's number for this job.
        job: RunId,
        /// Exhibit.
        exhibit: String,
        /// Part of its check.
        part: String,
        /// Seed.
        seed: u64,
    },
    /// Turns measured seeds into a finding.
    Conclude {
        /// The page's number for this job.
        job: RunId,
        /// Exhibit.
        exhibit: String,
        /// Part of its check.
        part: String,
        /// All samples.
        samples: Vec<Sample>,
        /// Seconds of computation, summed.
        seconds: f64,
    },
    /// Panics on purpose, so that a test can see the site survive it.
    Panic,
}

/// What a run is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Data are on their way, or the steps up to the asked one are being made.
    Loading,
    /// Waiting.
    Paused,
    /// Stepping.
    Running,
    /// Nothing left to do (until touched).
    Finished,
    /// Stopped by numbers that left their range: why.
    Diverged(String),
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker is there.
    Ready,
    /// The run stands and waits.
    Opened {
        /// The run.
        run: RunId,
        /// Steps a second that show this exhibit best with these values.
        pace: f64,
        /// Whether a picture may be dropped.
        photos: bool,
    },
    /// The run could not be opened, or could not use what it was given; it goes on as it was.
    Complained {
        /// The run.
        run: RunId,
        /// The sentence.
        complaint: Complaint,
        /// Whether there is no run now.
        fatal: bool,
    },
    /// Something to paint.
    Frame {
        /// The run.
        run: RunId,
        /// The frame.
        frame: Frame,
    },
    /// Where the run stands.
    Status {
        /// The run.
        run: RunId,
        /// Status.
        status: Status,
        /// Steps made.
        step: u64,
        /// Steps a second of late, for display.
        rate: f64,
        /// Steps a second that show the exhibit best with its present values.
        pace: f64,
    },
    /// The values given need a new run: the page opens one.
    Restart {
        /// The run.
        run: RunId,
    },
    /// A data file is on its way.
    Fetching {
        /// Name.
        name: String,
        /// Bytes so far.
        received: f64,
        /// Bytes in all, 0 when not known.
        total: f64,
    },
    /// One seed of a check is measured.
    Measured {
        /// The job.
        job: RunId,
        /// Part.
        part: String,
        /// The sample, or why there is none.
        sample: Result<Sample, Complaint>,
        /// Seconds it took.
        seconds: f64,
    },
    /// A part's finding.
    Concluded {
        /// The job.
        job: RunId,
        /// The finding.
        finding: Result<Finding, Complaint>,
    },
    /// The worker panicked: its state cannot be trusted any more.
    Panicked {
        /// What the panic said.
        message: String,
    },
}

/// The byte form of a message.
///
/// # Errors
/// None in practice: every type here has a byte form.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Complaint> {
    postcard::to_stdvec(message).map_err(|e| Complaint::new(format!("A message could not be written: {e}.")))
}

/// A message from its byte form.
///
/// # Errors
/// When the bytes are no such message: page and worker are then of different versions.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Complaint> {
    postcard::from_bytes(bytes).map_err(|e| {
        Complaint::new(format!("A message could not be read ({e}); reload the page to get one version of it."))
    })
}
