//! What a refusal says.

use super::InvalidScenario;
use super::numbers::NoNumber;

/// What a field of a whole number takes, in JSON and in a link.
pub(super) const WHOLE: &str = "a whole number in digits";
/// What a field of a fraction takes.
pub(super) const NUMBER: &str = "a number";

/// A field's value that cannot be used, and what could be: "is \"x\", must be 1 or 0". The value is a stranger's, so it is
/// shown quoted, escaped and short.
pub fn wrong(field: &str, value: &str, wanted: &str) -> InvalidScenario {
    let is = if value.is_empty() { "empty".to_owned() } else { shown(value) };
    InvalidScenario::new(field, format!("is {is}, must be {wanted}"))
}

/// A value that gives no number; `wrong` says what it is instead.
pub(super) fn no_number(
    field: &str,
    why: NoNumber,
    wrong: impl FnOnce() -> InvalidScenario,
) -> InvalidScenario {
    match why {
        NoNumber::Wrong => wrong(),
        NoNumber::TooLarge => InvalidScenario::new(field, "is too large a number"),
    }
}

/// A name that no field has, and those that there are.
pub(super) fn unknown(field: &str, names: &[&str]) -> InvalidScenario {
    InvalidScenario::new(field, format!("is not a field here: there are {}", names.join(", ")))
}

/// The value as a person may be shown it: quoted, escaped, short.
fn shown(value: &str) -> String {
    let short = short(value);
    if short.len() < value.len() { format!("{short:?}...") } else { format!("{short:?}") }
}

/// At most the first characters of a value.
pub(super) fn short(value: &str) -> String {
    value.chars().take(24).collect()
}
