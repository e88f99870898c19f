//! The result of a check.

use serde::{Deserialize, Serialize};

/// Whether the claim held here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The whole interval satisfies the expected relation.
    Holds,
    /// No value in the interval satisfies it: the claim does not hold at this scale.
    Fails,
    /// The interval straddles the line.
    Undecided,
}

impl Verdict {
    /// The word in the contract (`data-verdict`, JSON).
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Undecided => "undecided",
        }
    }
    /// The words that a page shows.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "does not hold at this scale",
            Verdict::Undecided => "undecided",
        }
    }
}

/// One seed's measurement.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The seed.
    pub seed: u64,
    /// What was measured.
    #[serde(with = "missing")]
    pub value: f64,
    /// The same with the paper's baseline; null when the part has none.
    pub baseline: Option<f64>,
}

/// A finding: one part of a check, measured over several seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The exhibit.
    pub id: String,
    /// Which part of its check.
    pub part: String,
    /// What was measured, in words.
    pub measure: String,
    /// Unit of `value`; may be empty.
    pub unit: String,
    /// What the baseline is, in words; empty when there is none.
    pub baseline: String,
    /// One entry a seed.
    pub seeds: Vec<Sample>,
    /// Mean over the seeds of what is judged.
    #[serde(with = "missing")]
    pub value: f64,
    /// Its 95 % interval (Student's t over the seeds); an end that is not known (one seed) is null in JSON.
    #[serde(with = "open_ended")]
    pub interval: [f64; 2],
    /// The expected relation, in words.
    pub expected: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The version that measured it.
    pub version: String,
    /// Seconds of computation, summed over the seeds. The only entry that differs from machine to machine.
    pub seconds: f64,
}

/// The committed findings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// The version that wrote it.
    pub version: String,
    /// All findings.
    pub findings: Vec<Finding>,
}

/// JSON has no NaN: a number that is missing is null there.
mod missing {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Some(*value).filter(|v| v.is_finite()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
    }
}

/// JSON has no infinity: an open end of an interval is null there.
mod open_ended {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(ends: &[f64; 2], serializer: S) -> Result<S::Ok, S::Error> {
        ends.map(|v| Some(v).filter(|v| v.is_finite())).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[f64; 2], D::Error> {
        let [lo, hi]: [Option<f64>; 2] = Deserialize::deserialize(deserializer)?;
        Ok([lo.unwrap_or(f64::NEG_INFINITY), hi.unwrap_or(f64::INFINITY)])
    }
}
