//! The scenario as JSON. Unknown fields are refused; every field but `version` is optional.

use serde::Deserialize;
use serde::de::Error as _;

use super::{InvalidScenario, Scenario, Skew, limits};

/// Reads and validates a scenario.
///
/// # Errors
/// Names the field that is wrong; `scenario` when the text is not JSON or is too long.
pub fn decode(text: &str) -> Result<Scenario, InvalidScenario> {
    if text.len() > limits::MAX_JSON_BYTES {
        let reason = format!("{} bytes are more than the {} read", text.len(), limits::MAX_JSON_BYTES);
        return Err(InvalidScenario::new("scenario", reason));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let scenario: Scenario = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        named(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| named(".", &error))?;
    scenario.validate()?;
    Ok(scenario)
}

/// Writes a scenario, every field, on one line.
pub fn encode(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario holds only numbers, words and flags")
}

/// Serde tells a missing or unknown field only in its sentence, a wrong type only by its path.
fn named(path: &str, error: &serde_json::Error) -> InvalidScenario {
    let sentence = error.to_string();
    if error.is_syntax() || error.is_eof() {
        // A value that is not JSON (NaN, 1e999) has a field; a text that just ends has none.
        let field = if error.is_eof() || [".", "?"].contains(&path) { "scenario" } else { path };
        return InvalidScenario::new(field, format!("is not JSON: {sentence}"));
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
    InvalidScenario::new(&field, sentence)
}

/// For callers that hold a JSON value already, as a page's script does.
///
/// # Errors
/// As [`decode`].
pub fn decode_value(value: &serde_json::Value) -> Result<Scenario, InvalidScenario> {
    let text = serde_json::to_string(value).map_err(|error| named(".", &serde_json::Error::custom(error)))?;
    decode(&text)
}

/// A [`Skew`] as it is written. Serde reads an enum tagged inside itself without knowing where an error is; this form
/// it reads field by field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SkewForm {
    kind: SkewKind,
    exponent: Option<f64>,
    share: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SkewKind {
    Uniform,
    Zipf,
    HotKey,
}

impl TryFrom<SkewForm> for Skew {
    type Error = &'static str;

    /// The sentences are worded as serde's, so that [`named`] finds the field in them.
    fn try_from(form: SkewForm) -> Result<Self, Self::Error> {
        match form {
            SkewForm { kind: SkewKind::Uniform, exponent: None, share: None } => Ok(Skew::Uniform {}),
            SkewForm { kind: SkewKind::Zipf, exponent: Some(exponent), share: None } => {
                Ok(Skew::Zipf { exponent })
            }
            SkewForm { kind: SkewKind::HotKey, exponent: None, share: Some(share) } => {
                Ok(Skew::HotKey { share })
            }
            SkewForm { kind: SkewKind::Uniform | SkewKind::HotKey, exponent: Some(_), .. } => {
                Err("unknown field `exponent`: it belongs to zipf")
            }
            SkewForm { kind: SkewKind::Uniform | SkewKind::Zipf, share: Some(_), .. } => {
                Err("unknown field `share`: it belongs to hot_key")
            }
            SkewForm { kind: SkewKind::Zipf, exponent: None, .. } => {
                Err("missing field `exponent`: zipf needs it")
            }
            SkewForm { kind: SkewKind::HotKey, share: None, .. } => {
                Err("missing field `share`: hot_key needs it")
            }
        }
    }
}
