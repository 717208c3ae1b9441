//! What a refusal calls things. Serde's sentences name types of Rust's; a person who wrote a scenario reads none of them here.

use super::InvalidScenario;

/// What a field of a whole number takes, in JSON and in a link.
pub(super) const WHOLE: &str = "a whole number in digits";
/// What a field of a fraction takes.
pub(super) const NUMBER: &str = "a number";
/// A number that its field's type cannot hold.
pub(super) const TOO_LARGE: &str = "is too large a number";

/// Whether text is a number that is larger than a double can be.
pub(super) fn is_out_of_range(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("number out of range")
}

/// Serde's sentence about a value of a wrong type, said anew; any other sentence as it is. The field says where it stands.
pub(super) fn said_anew(sentence: &str) -> String {
    let sentence = sentence.rsplit_once(" at line ").map_or(sentence, |(sentence, _)| sentence);
    let Some((got, wanted)) = sentence.rsplit_once(", expected ") else { return sentence.to_owned() };
    if let Some(word) = got.strip_prefix("unknown variant ") {
        return format!("is {word}, must be {wanted}");
    }
    let is_value = got.strip_prefix("invalid value: ");
    let Some(got) = is_value.or(got.strip_prefix("invalid type: ")) else { return sentence.to_owned() };
    let wanted = match wanted {
        "u32" | "u64" if is_value.is_some() && !got.contains('-') => return TOO_LARGE.to_owned(),
        "u32" | "u64" => WHOLE,
        "f64" => NUMBER,
        "a boolean" => "true or false",
        // Groups are objects when they come here, so what is left are words.
        _ => "a word",
    };
    // Serde says "integer `5`" and "string \"many\"".
    let value = got.strip_prefix("string ").or_else(|| got.split('`').nth(1)).unwrap_or(got);
    format!("is {value}, must be {wanted}")
}

/// A value that cannot be used, and what could be.
pub(super) fn wrong(field: &str, value: &str, wanted: &str) -> InvalidScenario {
    let is = if value.is_empty() { "empty".to_owned() } else { shown(value) };
    InvalidScenario::new(field, format!("is {is}, must be {wanted}"))
}

/// The value as a person may be shown it: quoted, escaped, short.
fn shown(value: &str) -> String {
    let short: String = value.chars().take(24).collect();
    if short.len() < value.len() { format!("{short:?}...") } else { format!("{short:?}") }
}
