//! What an exhibit shows, and how that is drawn.
//!
//! This crate is the seam between the numerics and the site. Both sides know it; it knows neither:
//!
//! * [`controls`]: an exhibit's typed parameters as data (widgets, URL, flags and validation come from it),
//! * [`view`]: the [`view::Frame`] that an exhibit fills at each draw: figures and panels,
//! * [`finding`]: the result of a check,
//! * [`interval`]: a finding as a small picture, [`words`] findings in words and as tables,
//! * [`page`]: what a prerendered page tells the program that runs on it,
//! * [`protocol`]: the messages between page and worker,
//! * [`paint`]: drawing a panel with any plotters backend, [`theme`] its colours,
//! * `svg` and `files` (features of those names): panels and whole frames as SVG and PNG.

pub mod controls;
#[cfg(feature = "files")]
pub mod files;
pub mod finding;
pub mod interval;
pub mod page;
pub mod paint;
#[cfg(feature = "protocol")]
pub mod protocol;
#[cfg(feature = "svg")]
pub mod svg;
pub mod theme;
pub mod view;
pub mod words;

use serde::{Deserialize, Serialize};
use std::fmt;

/// A clear sentence about input that cannot be used, shown to the visitor where they are looking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The control, file or address part that the sentence is about, if there is one.
    pub about: Option<String>,
    /// The whole sentence: what is wrong, what was expected, what happened instead.
    pub sentence: String,
}

impl Complaint {
    /// A complaint about nothing in particular.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { about: None, sentence: sentence.into() }
    }

    /// A complaint about the control or file `about`.
    pub fn about(about: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { about: Some(about.into()), sentence: sentence.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Complaint {}
