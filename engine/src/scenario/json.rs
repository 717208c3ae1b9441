//! The scenario as JSON. Unknown fields are refused; every field but `version` is optional.

use serde::de::Error as _;

use super::{InvalidScenario, Scenario, limits};

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
