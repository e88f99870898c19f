//! Controls, declared once.
//!
//! An exhibit's controls are a struct of numbers, switches and choices that derives serde's and schemars' traits. The
//! JSON Schema that schemars makes of it gives name, range, default and the words; this module reads that schema into
//! [`Schema`], and values from one form to the other.
//!
//! ```
//! # use serde::{Deserialize, Serialize}; use schemars::JsonSchema;
//! /// A choice: every variant with a title and a sentence.
//! #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
//! #[serde(rename_all = "kebab-case")]
//! enum Rule {
//!     /// Outer products of the patterns.
//!     #[default]
//!     #[schemars(title = "Hebb")]
//!     Hebb,
//!     /// Projection onto the patterns' span.
//!     #[schemars(title = "Pseudo-inverse")]
//!     PseudoInverse,
//! }
//!
//! #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
//! #[serde(default, rename_all = "kebab-case")]
//! struct Controls {
//!     /// Which interaction makes the difference?
//!     #[schemars(title = "Rule", extend("live" = true))]
//!     rule: Rule,
//!     /// Where does the memory break?
//!     #[schemars(title = "Patterns", range(min = 1, max = 64), extend("unit" = "patterns", "scale" = "log"))]
//!     patterns: u32,
//! }
//! impl Default for Controls {
//!     fn default() -> Self { Self { rule: Rule::Hebb, patterns: 8 } }
//! }
//! let schema = vivarium_labs::controls::schema::<Controls>();
//! assert_eq!(schema.controls[1].allowed(), "a whole number from 1 to 64 patterns");
//! ```

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};
use vivarium_frame::Complaint;
use vivarium_frame::controls::{Choice, Control, Kind, Scale, Schema, Value, Values};

/// A struct that can be an exhibit's controls.
pub trait Controls: Clone + Default + PartialEq + Serialize + DeserializeOwned + JsonSchema + 'static {}
impl<T: Clone + Default + PartialEq + Serialize + DeserializeOwned + JsonSchema + 'static> Controls for T {}

/// The controls of `C` as data.
///
/// A field whose type or range is not one of those described above is left out; the registry's test finds it.
pub fn schema<C: Controls>() -> Schema {
    let json = schemars::generate::SchemaSettings::draft2020_12()
        .with(|s| s.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<C>();
    let defaults = serde_json::to_value(C::default()).unwrap_or_default();
    let controls = json
        .get("properties")
        .and_then(Json::as_object)
        .map(|fields| fields.iter().filter_map(|(name, field)| control(name, field, defaults.get(name)?)).collect())
        .unwrap_or_default();
    Schema { controls }
}

fn control(name: &str, field: &Json, default: &Json) -> Option<Control> {
    let text = |key: &str| field.get(key).and_then(Json::as_str).unwrap_or_default();
    let kind = match text("type") {
        "boolean" => Kind::Switch,
        whole_or_real @ ("integer" | "number") => Kind::Number {
            min: field.get("minimum")?.as_f64()?,
            max: field.get("maximum")?.as_f64()?,
            whole: whole_or_real == "integer",
            scale: if text("scale") == "log" { Scale::Log } else { Scale::Linear },
            unit: text("unit").to_owned(),
        },
        _ => Kind::Choice(field.get("oneOf")?.as_array()?.iter().filter_map(choice).collect()),
    };
    Some(Control {
        name: name.to_owned(),
        label: if text("title").is_empty() { name.replace('-', " ") } else { text("title").to_owned() },
        about: text("description").replace('\n', " "),
        kind,
        default: value(default)?,
        live: field.get("live").and_then(Json::as_bool).unwrap_or(false),
    })
}

fn choice(option: &Json) -> Option<Choice> {
    let id = option.get("const")?.as_str()?;
    Some(Choice {
        id: id.to_owned(),
        label: option.get("title").and_then(Json::as_str).unwrap_or(id).to_owned(),
        about: option.get("description").and_then(Json::as_str).unwrap_or_default().replace('\n', " "),
    })
}

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Bool(on) => Some(Value::Switch(*on)),
        Json::Number(number) => number.as_f64().map(Value::Number),
        Json::String(id) => Some(Value::Choice(id.clone())),
        _ => None,
    }
}

/// Reads the struct from values; those not given are at their defaults.
///
/// # Errors
/// A sentence that names the first control that does not exist or value that is not allowed.
pub fn read<C: Controls>(schema: &Schema, values: &Values) -> Result<C, Complaint> {
    let fields: Map<String, Json> = schema
        .complete(values)?
        .into_iter()
        .map(|(name, value)| {
            let whole = matches!(schema.get(&name).map(|c| &c.kind), Some(Kind::Number { whole: true, .. }));
            let json = match value {
                Value::Number(x) if whole => Json::from(x as i64),
                Value::Number(x) => Json::from(x),
                Value::Switch(on) => Json::from(on),
                Value::Choice(id) => Json::from(id),
            };
            (name, json)
        })
        .collect();
    serde_json::from_value(Json::Object(fields))
        .map_err(|e| Complaint::new(format!("The controls cannot be read: {e}.")))
}

/// The struct as values.
///
/// # Errors
/// When it holds something else than numbers, switches and choices.
pub fn write<C: Controls>(controls: &C) -> Result<Values, Complaint> {
    match serde_json::to_value(controls) {
        Ok(Json::Object(fields)) => {
            Ok(fields.iter().filter_map(|(name, json)| Some((name.clone(), value(json)?))).collect())
        }
        _ => Err(Complaint::new("The controls are not a struct of numbers, switches and choices.")),
    }
}
