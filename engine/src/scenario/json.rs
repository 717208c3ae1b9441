//! The scenario as JSON. Unknown fields are refused; every field but `version` is optional; every name stands once.
//!
//! Numbers, words and flags stand in an object, and in the objects `skew`, `tactics` and `action` inside it. There are no
//! arrays, and `null` stands for nothing.

use super::json_value::{JsonValue, WHOLE_TEXT, read};
use super::words::unknown;
use super::{Action, CollectPoint, InvalidScenario, Query, Scenario, Skew, Strategy, Tactics, limits};

/// The fields that are objects themselves. All others are numbers, words and flags.
const GROUPS: [&str; 3] = ["skew", "tactics", "action"];

/// Reads and validates a scenario. It may name more executors than the caller can start: see
/// [`Scenario::check_workers`].
///
/// # Errors
/// Names the field that is wrong; `scenario` when the text is not JSON, is no object or is too long.
pub fn decode(text: &str) -> Result<Scenario, InvalidScenario> {
    if text.len() > limits::MAX_JSON_BYTES {
        let reason = format!("{} bytes are more than the {} read", text.len(), limits::MAX_JSON_BYTES);
        return Err(InvalidScenario::new(WHOLE_TEXT, reason));
    }
    let fields = read(text, &GROUPS)?;
    let mut scenario = Scenario::default();
    // Another version may have other fields.
    let version = fields.iter().find(|(name, _)| name == "version");
    let (_, version) = version.ok_or_else(|| InvalidScenario::new("version", "is missing"))?;
    scenario.version = version.whole()?;
    scenario.validate()?;
    for (name, value) in fields {
        set(&mut scenario, &name, value)?;
    }
    scenario.validate()?;
    Ok(scenario)
}

/// Writes a scenario, every field, on one line.
pub fn encode(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario holds only numbers, words and flags")
}

fn set(scenario: &mut Scenario, name: &str, value: JsonValue<'_>) -> Result<(), InvalidScenario> {
    match name {
        "version" => scenario.version = value.whole()?,
        "seed" => scenario.seed = value.whole()?,
        "rows" => scenario.rows = value.whole()?,
        "keys" => scenario.keys = value.whole()?,
        "skew" => scenario.skew = skew(value)?,
        "query" => scenario.query = Query::parse(&value.word()?)?,
        "shuffle_fraction" => scenario.shuffle_fraction = value.real()?,
        "workers" => scenario.workers = value.whole()?,
        "map_partitions" => scenario.map_partitions = value.whole()?,
        "reduce_partitions" => scenario.reduce_partitions = value.whole()?,
        "tactics" => scenario.tactics = tactics(value)?,
        "strategy" => scenario.strategy = one_of(&value, &[("direct", Strategy::Direct)])?,
        "action" => scenario.action = action(value)?,
        _ => {
            let names = [
                "version",
                "seed",
                "rows",
                "keys",
                "skew",
                "query",
                "shuffle_fraction",
                "workers",
                "map_partitions",
                "reduce_partitions",
                "tactics",
                "strategy",
                "action",
            ];
            return Err(unknown(&value.path, &names));
        }
    }
    Ok(())
}

fn tactics(value: JsonValue<'_>) -> Result<Tactics, InvalidScenario> {
    let mut tactics = Tactics::default();
    for (name, value) in value.fields() {
        match name.as_str() {
            "combine" => tactics.combine = value.flag()?,
            "salt" => tactics.salt = value.whole()?,
            "isolate_hot_keys" => tactics.isolate_hot_keys = value.flag()?,
            "adaptive" => tactics.adaptive = value.flag()?,
            "broadcast_bytes" => tactics.broadcast_bytes = value.whole()?,
            _ => {
                let names = ["combine", "salt", "isolate_hot_keys", "adaptive", "broadcast_bytes"];
                return Err(unknown(&value.path, &names));
            }
        }
    }
    Ok(tactics)
}

fn skew(value: JsonValue<'_>) -> Result<Skew, InvalidScenario> {
    let (mut kind, mut exponent, mut share) = (None, None, None);
    for (name, value) in value.fields() {
        match name.as_str() {
            "kind" => {
                let kinds = [
                    ("uniform", Skew::Uniform {}),
                    ("zipf", Skew::Zipf { exponent: 0.0 }),
                    ("hot_key", Skew::HotKey { share: 0.0 }),
                ];
                kind = Some(one_of(&value, &kinds)?);
            }
            "exponent" => exponent = Some(value.real()?),
            "share" => share = Some(value.real()?),
            _ => return Err(unknown(&value.path, &["kind", "exponent", "share"])),
        }
    }
    let mut skew = needed("skew.kind", kind, "a skew")?;
    match &mut skew {
        Skew::Uniform {} => {}
        Skew::Zipf { exponent: of } => *of = needed("skew.exponent", exponent.take(), "zipf")?,
        Skew::HotKey { share: of } => *of = needed("skew.share", share.take(), "hot_key")?,
    }
    foreign("skew.exponent", exponent, "zipf")?;
    foreign("skew.share", share, "hot_key")?;
    Ok(skew)
}

fn action(value: JsonValue<'_>) -> Result<Action, InvalidScenario> {
    let (mut kind, mut of, mut memory_bytes, mut rows) = (None, None, None, None);
    for (name, value) in value.fields() {
        match name.as_str() {
            "kind" => {
                let kinds = [
                    ("write", Action::Write {}),
                    ("collect", Action::collect()),
                    ("show", Action::show(Action::SHOWN_ROWS)),
                ];
                kind = Some(one_of(&value, &kinds)?);
            }
            "of" => {
                let points = [("result", CollectPoint::Result), ("input", CollectPoint::Input)];
                of = Some(one_of(&value, &points)?);
            }
            "memory_bytes" => memory_bytes = Some(value.whole()?),
            "rows" => rows = Some(value.whole()?),
            _ => return Err(unknown(&value.path, &["kind", "of", "memory_bytes", "rows"])),
        }
    }
    let mut action = needed("action.kind", kind, "an action")?;
    match &mut action {
        Action::Write {} => {}
        Action::Collect { of: point, memory_bytes: bytes } => {
            *point = of.take().unwrap_or(*point);
            *bytes = memory_bytes.take().unwrap_or(*bytes);
        }
        Action::Show { rows: count, .. } => *count = rows.take().unwrap_or(*count),
    }
    foreign("action.of", of, "collect")?;
    foreign("action.memory_bytes", memory_bytes, "collect")?;
    foreign("action.rows", rows, "show")?;
    Ok(action)
}

/// The choice that a word names.
fn one_of<T: Copy>(value: &JsonValue<'_>, choices: &[(&str, T)]) -> Result<T, InvalidScenario> {
    let word = value.word()?;
    let found = choices.iter().find(|(name, _)| *name == word);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        value.must_be(&names.join(" or "))
    })
}

/// The value of a field that a kind cannot do without.
fn needed<T>(field: &str, given: Option<T>, by: &str) -> Result<T, InvalidScenario> {
    given.ok_or_else(|| InvalidScenario::new(field, format!("is missing: {by} needs it")))
}

/// Nothing is left of a field that only one kind has.
fn foreign<T>(field: &str, left: Option<T>, whose: &str) -> Result<(), InvalidScenario> {
    let refused = |_| Err(InvalidScenario::new(field, format!("belongs to {whose} alone")));
    left.map_or(Ok(()), refused)
}
