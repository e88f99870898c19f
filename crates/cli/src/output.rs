//! What goes out: lines on standard output, and how far a long measurement is.

use serde::Serialize;
use std::io::{IsTerminal, Write};
use std::time::Instant;
use vivarium_frame::Complaint;

/// One line on standard output. A reader that has gone away is an error, not a panic.
pub fn line(text: &str) -> Result<(), Complaint> {
    writeln!(std::io::stdout(), "{text}")
        .map_err(|e| Complaint::new(format!("Standard output cannot be written: {e}.")))
}

/// As one line of JSON.
pub fn json(value: &impl Serialize) -> Result<String, Complaint> {
    serde_json::to_string(value).map_err(|e| Complaint::new(format!("This cannot be written as JSON: {e}.")))
}

/// How far a measurement is: a line at the bottom of a terminal, nothing anywhere else.
pub struct Progress {
    shown: bool,
    start: Instant,
    done: usize,
    of: usize,
    /// Share of the work that is done, by its cost.
    share: f64,
}

impl Progress {
    /// Nothing of `of` seeds is done.
    pub fn new(of: usize) -> Self {
        Self { shown: std::io::stderr().is_terminal(), start: Instant::now(), done: 0, of, share: 0.0 }
    }

    /// One more seed is done, which was this share of the work.
    pub fn advance(&mut self, share: f64) {
        self.done += 1;
        self.share += share;
        self.show();
    }

    /// Puts the line up.
    fn show(&self) {
        if self.shown && self.done < self.of {
            let left = self.start.elapsed().as_secs_f64() * (1.0 - self.share) / self.share;
            eprint!("\r\x1b[K{} of {} seeds, about {} left", self.done, self.of, duration(left));
        }
    }

    /// Takes the line away, so that something else can be printed.
    pub fn clear(&self) {
        if self.shown {
            eprint!("\r\x1b[K");
        }
    }
}

/// A duration as one would say it.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_said_shortly() {
        assert_eq!([4.4, 89.0, 91.0, 3600.0, 9000.0].map(duration), ["4 s", "89 s", "2 min", "60 min", "2.5 h"]);
    }
}
