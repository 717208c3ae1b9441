//! The scenario as JSON. Unknown fields are refused; every field but `version` is optional.
//!
//! ```text
//!  text ─> Shape (objects, names once, no arrays, no null) ─> Scenario ─> validated
//! ```
//!
//! Serde alone reads a struct from an array too, by position, and a word from an object. A scenario has one written form,
//! so a first pass over the text refuses these.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{InvalidScenario, Scenario, limits, words};

/// The fields that are objects themselves. All others are numbers, words and flags.
const GROUPS: [&str; 3] = ["skew", "tactics", "action"];

/// Reads and validates a scenario. It may name more executors than the caller can start: see
/// [`Scenario::check_workers`].
///
/// # Errors
/// Names the field that is wrong; `scenario` when the text is not JSON, is no object or is too long.
// As in `cluster/control.rs`, this brings along much generic code, which is compiled with the caller.
#[inline]
pub fn decode(text: &str) -> Result<Scenario, InvalidScenario> {
    if text.len() > limits::MAX_JSON_BYTES {
        let reason = format!("{} bytes are more than the {} read", text.len(), limits::MAX_JSON_BYTES);
        return Err(InvalidScenario::new("scenario", reason));
    }
    let _: Shape = read(text, false)?;
    let scenario: Scenario = read(text, true)?;
    scenario.validate()?;
    Ok(scenario)
}

/// Reads the whole text as one value; `is_json` says that a reading before this one has found it to be JSON.
fn read<T: DeserializeOwned>(text: &str, is_json: bool) -> Result<T, InvalidScenario> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        named(&path, error.inner(), is_json)
    })?;
    deserializer.end().map_err(|error| named(".", &error, is_json))?;
    Ok(value)
}

/// Writes a scenario, every field, on one line.
pub fn encode(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario holds only numbers, words and flags")
}

/// Serde tells a missing or unknown field only in its sentence, a wrong type only by its path.
fn named(path: &str, error: &serde_json::Error, is_json: bool) -> InvalidScenario {
    let sentence = error.to_string();
    if error.is_syntax() || error.is_eof() {
        // A value that is not JSON (NaN) has a field; a text that just ends has none.
        let field = if error.is_eof() || [".", "?"].contains(&path) { "scenario" } else { path };
        let reason = match is_json {
            // To serde it is a fault of syntax that a word does not begin with a quote.
            true => "must be a word".to_owned(),
            false if words::is_out_of_range(error) => words::TOO_LARGE.to_owned(),
            false => format!("is not JSON: {sentence}"),
        };
        return InvalidScenario::new(field, reason);
    }
    let quoted = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|prefix| sentence.strip_prefix(prefix)?.split('`').next());
    let field = match (path, quoted) {
        ("." | "?", Some(field)) => field.to_owned(),
        (parent, Some(field)) if parent.rsplit('.').next() != Some(field) => format!("{parent}.{field}"),
        ("." | "?", None) => "scenario".to_owned(),
        (path, _) => path.to_owned(),
    };
    InvalidScenario::new(&field, words::said_anew(&sentence))
}

/// For callers that hold a JSON value already, as a page's script does.
///
/// # Errors
/// As [`decode`].
pub fn decode_value(value: &serde_json::Value) -> Result<Scenario, InvalidScenario> {
    let text =
        serde_json::to_string(value).map_err(|error| named(".", &serde_json::Error::custom(error), false))?;
    decode(&text)
}

/// A text that has the shape of a scenario: an object of values and of [`GROUPS`], every name once. It is read for its
/// errors only.
struct Shape;

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Part::Whole.deserialize(deserializer)
    }
}

/// Where in a scenario a value stands.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// The text itself: an object.
    Whole,
    /// A field that is an object.
    Group,
    /// A number, word or flag.
    Value,
}

impl Part {
    /// The part that stands below a name in this one.
    fn below(self, name: &str) -> Part {
        match self {
            Part::Whole if GROUPS.contains(&name) => Part::Group,
            Part::Whole | Part::Group | Part::Value => Part::Value,
        }
    }

    /// Nothing, when a plain value may stand here.
    fn plain<E: serde::de::Error>(self) -> Result<Shape, E> {
        match self {
            Part::Value => Ok(Shape),
            Part::Whole | Part::Group => Err(self.refused()),
        }
    }

    /// What does not stand here says what does.
    fn refused<E: serde::de::Error>(self) -> E {
        E::custom(match self {
            Part::Whole => "must be an object, as in {\"version\":1}",
            Part::Group => "must be an object in braces",
            Part::Value => "must be a number, a word or a flag",
        })
    }
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Shape;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object, a number, a word or a flag")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        if matches!(self, Part::Value) {
            return Err(self.refused());
        }
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let part = self.below(&name);
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
            map.next_value_seed(part)?;
        }
        Ok(Shape)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Shape, A::Error> {
        Err(self.refused())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Shape, E> {
        match self {
            Part::Whole => Err(self.refused()),
            Part::Group | Part::Value => Err(E::custom("must not be null; left out, it has its default")),
        }
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Shape, E> {
        self.plain()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Shape, E> {
        self.plain()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Shape, E> {
        self.plain()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Shape, E> {
        self.plain()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Shape, E> {
        self.plain()
    }
}
