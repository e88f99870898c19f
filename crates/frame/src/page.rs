//! What a page tells the program that brings it to life.
//!
//! Each page of the site is a file of its own, with all its text in it. What the program needs besides stands in the page
//! as JSON, in `<script type="application/json" id="vivarium">`: a [`PageData`]. The build writes it, the site reads it.

use crate::controls::Schema;
use crate::finding::{Finding, Sample};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The id of the script element that holds the data.
pub const ELEMENT: &str = "vivarium";

/// Which kind of page this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The front page.
    #[default]
    Front,
    /// A lab's page.
    Lab,
    /// An exhibit's page.
    Exhibit,
    /// All findings.
    Ledger,
    /// Thanks, sources and licences.
    Credits,
}

/// Everything the program needs to know of the page it runs on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageData {
    /// The way from this page to the site's root: empty, `./`, or `../` as often as the page lies deep.
    pub root: String,
    /// The kind of page.
    pub page: Kind,
    /// The worker's script, relative to the root.
    pub worker: String,
    /// Name and address (relative to the root) of every data file, compressed with gzip.
    pub data: Vec<(String, String)>,
    /// The exhibit of an exhibit page.
    pub exhibit: Option<ExhibitData>,
    /// The exhibit that lives on the front page.
    pub hero: Option<Hero>,
}

/// What the page knows of a live exhibit before its worker is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExhibitData {
    /// Exhibit.
    pub id: String,
    /// Its lab.
    pub lab: String,
    /// The paper's title.
    pub title: String,
    /// Its controls.
    pub schema: Schema,
    /// Whether it takes pictures of the visitor's own.
    pub photos: bool,
    /// The parts of its check; empty when it has none.
    pub parts: Vec<PartData>,
    /// How near the exhibit is to the paper, in a sentence.
    #[serde(default)]
    pub scope: String,
    /// The committed findings of this exhibit.
    pub ledger: Vec<Finding>,
    /// Where in the shown source things stand.
    pub source: SourceLines,
}

/// One part of a check, in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartData {
    /// Identifier within the exhibit.
    pub id: String,
    /// What is measured.
    pub measure: String,
    /// Unit; may be empty.
    pub unit: String,
    /// What the baseline is; empty when there is none.
    pub baseline: String,
    /// The relation that must hold.
    pub expected: String,
    /// Why the threshold is what it is.
    pub because: String,
    /// How many seeds: 0 up to this, less one.
    pub seeds: u64,
    /// Multiply-adds of one seed, roughly.
    pub cost: f64,
    /// The relation in numbers.
    #[serde(default)]
    pub line: Line,
}

/// The relation that must hold, in numbers: what is judged must lie from `from` to `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The lowest number that satisfies it; none when it has no lower end.
    pub from: Option<f64>,
    /// The highest number that satisfies it; none when it has no upper end.
    pub to: Option<f64>,
    /// What is judged.
    pub of: Judged,
}

/// What of a sample is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// The value alone.
    #[default]
    Value,
    /// Value less baseline.
    Difference,
    /// Value over baseline.
    Ratio,
}

impl Line {
    /// The number of a sample that is judged; not a number when there is no baseline to compare with.
    pub fn judged(&self, sample: &Sample) -> f64 {
        let baseline = sample.baseline.unwrap_or(f64::NAN);
        match self.of {
            Judged::Value => sample.value,
            Judged::Difference => sample.value - baseline,
            Judged::Ratio => sample.value / baseline,
        }
    }
}

/// Lines (from 1) of the exhibit's file; the page shows it with `id="L<line>"` on each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLines {
    /// By control.
    pub controls: BTreeMap<String, u32>,
    /// By part of the check.
    pub parts: BTreeMap<String, u32>,
}

/// The exhibit on the front page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hero {
    /// The exhibit.
    pub exhibit: ExhibitData,
    /// The controls, seed and step it opens with, as an address's query.
    pub query: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_is_the_one_the_pages_hold() {
        let page = PageData {
            root: "../../".into(),
            page: Kind::Exhibit,
            worker: "worker_loader-1.js".into(),
            data: vec![("digits-8".into(), "data/digits-8-1.idx.gz".into())],
            exhibit: Some(ExhibitData { id: "modern-hopfield".into(), ..ExhibitData::default() }),
            hero: None,
        };
        let json = serde_json::to_string(&page).unwrap();
        assert!(json.starts_with(
            r#"{"root":"../../","page":"exhibit","worker":"worker_loader-1.js","data":[["digits-8","data/"#
        ));
        assert!(json.contains(r#""source":{"controls":{},"parts":{}}"#) && json.ends_with(r#""hero":null}"#));
        assert_eq!(serde_json::from_str::<PageData>(&json).unwrap(), page);
    }
}
