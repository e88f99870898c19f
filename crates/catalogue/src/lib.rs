//! What is said about each paper.
//!
//! The catalogue is the single source of every sentence about a paper: the pages and the command line both read it
//! here. It is one JSON file a lab, in the folder `catalogue` of the repository, built into the program.
//!
//! ```
//! let (lab, paper) = vivarium_catalogue::find("modern-hopfield").unwrap();
//! assert_eq!((lab.id.as_str(), paper.n), ("memory", 197));
//! ```

mod link;
mod shelves;
mod types;

pub use link::{Link, arxiv_id_is_plausible};
pub use shelves::{SHELVES, Shelf};
pub use types::{Check, Control, Equation, Fidelity, Lab, Paper, Try};

use std::sync::LazyLock;

/// Reads one lab's file.
///
/// # Errors
/// What is wrong with the file, with line and column.
pub fn read(json: &str) -> Result<Lab, String> {
    serde_json::from_str(json).map_err(|e| format!("The catalogue cannot be read: {e}."))
}

#[expect(clippy::expect_used, reason = "the files are built in; a test reads every one of them")]
static LABS: LazyLock<Vec<Lab>> =
    LazyLock::new(|| shelves::SOURCES.iter().map(|json| read(json).expect("a built-in file")).collect());

/// All labs, shelf by shelf.
pub fn labs() -> &'static [Lab] {
    &LABS
}

/// All papers with their labs, lab by lab.
pub fn papers() -> impl Iterator<Item = (&'static Lab, &'static Paper)> {
    labs().iter().flat_map(|lab| lab.papers.iter().map(move |paper| (lab, paper)))
}

/// The lab with this id.
pub fn lab(id: &str) -> Option<&'static Lab> {
    labs().iter().find(|lab| lab.id == id)
}

/// The paper whose exhibit has this id, with its lab.
pub fn find(id: &str) -> Option<(&'static Lab, &'static Paper)> {
    papers().find(|(_, paper)| paper.id == id)
}
