//! The catalogue's entries.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An environment that several papers share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lab {
    /// Identifier: in addresses and file names.
    pub id: String,
    /// What the lab is called.
    pub title: String,
    /// The question that its papers ask.
    pub question: String,
    /// What they share: data, model family, main picture. One sentence or more a line.
    pub environment: String,
    /// Its papers.
    pub papers: Vec<Paper>,
}

/// One paper, and the exhibit that is or will be made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Number, from 1.
    pub n: u32,
    /// The exhibit's identifier: in addresses, flags and file names.
    pub id: String,
    /// The exhibit's name.
    pub name: String,
    /// The paper's title.
    pub title: String,
    /// Who wrote it.
    pub authors: String,
    /// When it first appeared.
    pub year: u16,
    /// Its number at arXiv.
    pub arxiv: String,
    /// How close the exhibit is to the paper.
    pub fidelity: Fidelity,
    /// One sentence that makes one want to see it.
    pub hook: String,
    /// What the paper claims.
    pub claim: String,
    /// How it works; lines are paragraphs.
    pub mechanism: String,
    /// The experiment at the size of a page.
    pub miniature: String,
    /// The controls that the plan foresees; a live exhibit's own are in its source.
    pub controls: Vec<Control>,
    /// The main picture.
    pub stage: String,
    /// The other pictures.
    pub pictures: Vec<String>,
    /// What to see in the live exhibit; lines are paragraphs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub see: Option<String>,
    /// The equations behind the exhibit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equations: Vec<Equation>,
    /// Experiments for the visitor.
    pub r#try: Vec<Try>,
    /// How the claim is to be measured.
    pub check: Check,
    /// What of the paper is not here.
    pub left_out: String,
}

/// How close an exhibit is to its paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// The paper's own method, at a size that fits a page.
    Replica,
    /// The paper's mechanism on a smaller task.
    Miniature,
    /// The same idea in another setting.
    Analogue,
}

impl Fidelity {
    /// All of them, the closest first.
    pub const ALL: [Self; 3] = [Self::Replica, Self::Miniature, Self::Analogue];

    /// The word in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::Replica => "replica",
            Self::Miniature => "miniature",
            Self::Analogue => "analogue",
        }
    }

    /// What the word means, in one sentence.
    pub fn means(self) -> &'static str {
        match self {
            Self::Replica => "The paper\u{2019}s own method, at a size that fits a page.",
            Self::Miniature => "The paper\u{2019}s mechanism on a smaller task.",
            Self::Analogue => "The same idea in another setting than the paper\u{2019}s.",
        }
    }
}

impl fmt::Display for Fidelity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A control that the plan foresees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// What it sets.
    pub name: String,
    /// Which values it takes, in words.
    pub range: String,
    /// Its value at first, in words.
    pub default: String,
    /// Whether it acts on a running exhibit.
    pub live: bool,
    /// The question that it answers.
    pub why: String,
}

/// An equation and what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equation {
    /// The formula, as LaTeX source.
    pub latex: String,
    /// What it says, in one sentence.
    pub says: String,
}

/// An experiment for the visitor: a sentence alone, or with the controls that set it up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "TryForm")]
pub struct Try {
    /// What to do and what to look at.
    pub text: String,
    /// The address's query that sets it up, without the question mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
}

/// The two forms that an experiment has in the files.
#[derive(Deserialize)]
#[serde(untagged)]
enum TryForm {
    Text(String),
    Set(TrySet),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrySet {
    text: String,
    #[serde(default)]
    set: Option<String>,
}

impl From<TryForm> for Try {
    fn from(form: TryForm) -> Self {
        match form {
            TryForm::Text(text) => Self { text, set: None },
            TryForm::Set(TrySet { text, set }) => Self { text, set },
        }
    }
}

/// How a claim is to be measured, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What is measured.
    pub measure: String,
    /// What it is compared with.
    pub baseline: String,
    /// What is expected, and why.
    pub expected: String,
    /// What happens with the mechanism switched off.
    pub off: String,
    /// How many seeds.
    pub seeds: u32,
    /// How much computation it is.
    pub cost: String,
}
