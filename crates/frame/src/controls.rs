//! An exhibit's controls as data.
//!
//! An exhibit declares its controls once, as a Rust struct (see `vivarium_labs::exhibit`). What the page, the address
//! bar and the command line need of them is this [`Schema`]: names, kinds, ranges, defaults.

use crate::Complaint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One control's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// A real or whole number, in the control's unit.
    Number(f64),
    /// On or off.
    Switch(bool),
    /// The identifier of one of the options.
    Choice(String),
}

/// The form a value has in an address or on a command line; numbers in Rust's shortest round-trip form.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => write!(f, "{number}"),
            Value::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
            Value::Choice(id) => f.write_str(id),
        }
    }
}

/// Values by control name.
pub type Values = BTreeMap<String, Value>;

/// How a slider divides its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// Equal steps.
    Linear,
    /// Equal ratios; the lower end is positive.
    Log,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Identifier: in addresses and flags.
    pub id: String,
    /// What the page shows.
    pub label: String,
    /// One sentence on what it is; may be empty.
    pub about: String,
}

/// What kind of value a control takes, and which values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A number between `min` and `max`, both included.
    Number {
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
        /// Whether only whole numbers are allowed.
        whole: bool,
        /// How the slider moves.
        scale: Scale,
        /// Unit, as shown after the number; may be empty.
        unit: String,
    },
    /// On or off.
    Switch,
    /// One of several.
    Choice(Vec<Choice>),
}

/// One control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Name in addresses, flags and `data-control`: lower case, words joined by hyphens.
    pub name: String,
    /// Label on the page.
    pub label: String,
    /// One sentence: which question does moving it answer?
    pub about: String,
    /// Kind and range.
    pub kind: Kind,
    /// Value at first.
    pub default: Value,
    /// Whether a change reaches a running exhibit (else the run restarts).
    pub live: bool,
}

/// All controls of an exhibit, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The controls.
    pub controls: Vec<Control>,
}

impl Control {
    /// Reads a value from an address or a flag.
    ///
    /// # Errors
    /// A sentence that names the control, what was given and what is allowed.
    pub fn parse(&self, text: &str) -> Result<Value, Complaint> {
        let value = match &self.kind {
            Kind::Number { .. } => text.trim().parse().map(Value::Number).map_err(|_| self.complain(text))?,
            Kind::Switch => match text.trim() {
                "on" | "true" | "1" | "yes" => Value::Switch(true),
                "off" | "false" | "0" | "no" => Value::Switch(false),
                _ => return Err(self.complain(text)),
            },
            Kind::Choice(_) => Value::Choice(text.trim().to_owned()),
        };
        self.validate(&value)?;
        Ok(value)
    }

    /// Tells whether `value` is allowed here.
    ///
    /// # Errors
    /// A sentence that names the control, what was given and what is allowed.
    pub fn validate(&self, value: &Value) -> Result<(), Complaint> {
        let good = match (&self.kind, value) {
            (Kind::Number { min, max, whole, .. }, Value::Number(x)) => {
                x.is_finite() && (*min..=*max).contains(x) && (!whole || x.fract() == 0.0)
            }
            (Kind::Switch, Value::Switch(_)) => true,
            (Kind::Choice(options), Value::Choice(id)) => options.iter().any(|o| o.id == *id),
            _ => false,
        };
        if good { Ok(()) } else { Err(self.complain(&value.to_string())) }
    }

    /// What may be given, in words: "a whole number from 1 to 64".
    pub fn allowed(&self) -> String {
        match &self.kind {
            Kind::Number { min, max, whole, unit, .. } => {
                let what = if *whole { "a whole number" } else { "a number" };
                let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
                format!("{what} from {min} to {max}{unit}")
            }
            Kind::Switch => "on or off".to_owned(),
            Kind::Choice(options) => {
                let ids: Vec<&str> = options.iter().map(|o| o.id.as_str()).collect();
                format!("one of {}", ids.join(", "))
            }
        }
    }

    fn complain(&self, given: &str) -> Complaint {
        let given: String = given.chars().take(40).collect();
        Complaint::about(
            &self.name,
            format!("{} cannot be \u{201c}{given}\u{201d}: it takes {}.", self.name, self.allowed()),
        )
    }
}

/// What an address asks for, besides the controls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Values of the controls that are named and valid.
    pub values: Values,
    /// The run's seed.
    pub seed: Option<u64>,
    /// Open paused at this step.
    pub step: Option<u64>,
    /// Start at once.
    pub play: bool,
    /// Show the live part only.
    pub embed: bool,
    /// `light` or `dark`.
    pub theme: Option<String>,
    /// One sentence for each part that was ignored.
    pub complaints: Vec<Complaint>,
}

/// Names that an address uses besides the controls' own.
pub const RESERVED: [&str; 5] = ["seed", "step", "embed", "theme", "play"];

/// The largest step that an address may ask for: the worker must reach it before anything is shown.
pub const MAX_STEP: u64 = 10_000_000;

/// The largest seed: every whole number up to it survives a trip through a number field.
pub const MAX_SEED: u64 = 1 << 53;

impl Schema {
    /// The control called `name`.
    pub fn get(&self, name: &str) -> Option<&Control> {
        self.controls.iter().find(|c| c.name == name)
    }

    /// Every control at its default.
    pub fn defaults(&self) -> Values {
        self.controls.iter().map(|c| (c.name.clone(), c.default.clone())).collect()
    }

    /// `given` over the defaults, validated.
    ///
    /// # Errors
    /// The first name that is unknown, or value that is not allowed.
    pub fn complete(&self, given: &Values) -> Result<Values, Complaint> {
        let mut values = self.defaults();
        for (name, value) in given {
            let control = self.get(name).ok_or_else(|| self.unknown(name))?;
            control.validate(value)?;
            values.insert(name.clone(), value.clone());
        }
        Ok(values)
    }

    /// The sentence for a control that is not there.
    pub fn unknown(&self, name: &str) -> Complaint {
        let known: Vec<&str> = self.controls.iter().map(|c| c.name.as_str()).collect();
        let name: String = name.chars().take(40).collect();
        Complaint::about(&name, format!("There is no control \u{201c}{name}\u{201d}; there are {}.", known.join(", ")))
    }

    /// Reads an address's query (with or without the leading `?`). What cannot be read is left at its default and
    /// complained of; nothing fails.
    pub fn read_query(&self, query: &str) -> Query {
        let mut read = Query::default();
        for pair in query.trim_start_matches('?').split('&').filter(|p| !p.is_empty()) {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, text) = (percent_decode(name), percent_decode(text));
            let outcome = match name.as_str() {
                "seed" => whole(&name, &text, MAX_SEED).map(|n| read.seed = Some(n)),
                "step" => whole(&name, &text, MAX_STEP).map(|n| read.step = Some(n)),
                "play" => flag(&name, &text).map(|on| read.play = on),
                "embed" => flag(&name, &text).map(|on| read.embed = on),
                "theme" if text == "light" || text == "dark" => {
                    read.theme = Some(text);
                    Ok(())
                }
                "theme" => Err(Complaint::about("theme", "theme is light or dark; yours was ignored.")),
                _ => match self.get(&name) {
                    Some(control) => control.parse(&text).map(|value| {
                        read.values.insert(name, value);
                    }),
                    None => Err(self.unknown(&name)),
                },
            };
            read.complaints.extend(outcome.err());
        }
        read
    }

    /// The query for `values` and `seed`: only what differs from the defaults (seed 0). Without the leading `?`.
    pub fn write_query(&self, values: &Values, seed: u64) -> String {
        let mut parts: Vec<String> = self
            .controls
            .iter()
            .filter_map(|c| values.get(&c.name).filter(|v| **v != c.default).map(|v| format!("{}={v}", c.name)))
            .collect();
        if seed != 0 {
            parts.push(format!("seed={seed}"));
        }
        parts.join("&")
    }
}

fn whole(name: &str, text: &str, max: u64) -> Result<u64, Complaint> {
    text.parse().ok().filter(|n| *n <= max).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        Complaint::about(
            name,
            format!("{name} cannot be \u{201c}{text}\u{201d}: it takes a whole number from 0 to {max}."),
        )
    })
}

fn flag(name: &str, text: &str) -> Result<bool, Complaint> {
    match text {
        "" | "1" | "true" | "on" => Ok(true),
        "0" | "false" | "off" => Ok(false),
        _ => Err(Complaint::about(name, format!("{name} is on or off; yours was ignored."))),
    }
}

/// Decodes `%41` and `+`; what is no valid escape stays as it is, what is no UTF-8 becomes a replacement character.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escape = (bytes[i] == b'%')
            .then(|| bytes.get(i + 1..i + 3))
            .flatten()
            // Reading digits alone would take a sign for one.
            .filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(if bytes[i] == b'+' { b' ' } else { bytes[i] });
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
