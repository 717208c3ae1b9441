//! The scenario as a query string: `?v=1&workers=8&skew=hot_key:0.3`.
//!
//! Fields have their JSON names; a default is left out; `skew` is `uniform`, `zipf:EXPONENT` or
//! `hot_key:SHARE`; `action` is `write`, `show:ROWS`, `collect:BYTES` or `collect_input:BYTES`; a number that
//! is left out with its colon has its default; a flag is 1 or 0. Numbers are
//! written as in JSON. [`decode`] is for pages and never fails: a part that cannot be used is replaced by its default and
//! reported, a part that is given twice counts once, and a link without a version is read as this one, so a reader of an old
//! or mangled link still sees a page. [`decode_strict`] is for tools: what a page repairs, a tool refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::words::{NUMBER, WHOLE, no_number, wrong};
use super::{
    Action, CollectPoint, InvalidScenario, Query, SCENARIO_VERSION, Scenario, Skew, limits, numbers,
};

/// A link, read as far as it made sense.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedLink {
    /// Always valid. It may name more executors than the caller can start: see [`Scenario::check_workers`].
    pub scenario: Scenario,
    /// What had to be repaired.
    pub repairs: Vec<Repair>,
    /// Parts with names that are not a scenario's, decoded, for the caller (a page's view settings).
    pub others: Vec<(String, String)>,
}

/// A part of a link that cannot be used as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The field and what is wrong with it, in words that hold for a page and for a tool.
    pub wrong: InvalidScenario,
    /// What a page goes by. A tool refuses the link.
    pub instead: Instead,
}

/// What a page goes by where a part of a link cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// The field has its default.
    Default,
    /// Every field has its default.
    AllDefaults,
    /// The first of several parts of one name counts.
    First,
    /// The link is read as one of this build's version.
    ThisVersion,
    /// The part is passed over.
    Nothing,
}

impl Instead {
    fn of(self, wrong: InvalidScenario) -> Repair {
        Repair { wrong, instead: self }
    }
}

/// Reads a query string, with or without its `?`, a `#fragment` or the address before it.
pub fn decode(link: &str) -> DecodedLink {
    let mut decoded = DecodedLink { scenario: Scenario::default(), repairs: Vec::new(), others: Vec::new() };
    if link.len() > limits::MAX_LINK_BYTES {
        let reason =
            format!("has {} bytes, of which at most {} are read", link.len(), limits::MAX_LINK_BYTES);
        decoded.repairs.push(Instead::AllDefaults.of(InvalidScenario::new("link", reason)));
        return decoded;
    }
    let parts: Vec<(String, String)> = parts(link).collect();
    match parts.iter().find(|(name, _)| name == "v") {
        Some((_, version)) if *version == SCENARIO_VERSION.to_string() => {}
        Some((_, version)) => {
            let wanted = format!("{SCENARIO_VERSION}, the version that this build reads");
            decoded.repairs.push(Instead::AllDefaults.of(wrong("version", version, &wanted)));
            return decoded;
        }
        // An address without a query string is no link: there is nothing to repair.
        None if parts.is_empty() => return decoded,
        None => decoded.repairs.push(Instead::ThisVersion.of(no_version())),
    }
    let (parts, doubled) = each_once(parts);
    for (name, value) in parts.into_iter().filter(|(name, _)| name != "v") {
        // Each part is tried alone, so that one bad part costs nothing but itself.
        let mut changed = decoded.scenario.clone();
        match set(&mut changed, &name, &value).and_then(|known| changed.validate().map(|()| known)) {
            Ok(true) => decoded.scenario = changed,
            Ok(false) => decoded.others.push((name, value)),
            Err(wrong) => decoded.repairs.push(Instead::Default.of(wrong)),
        }
    }
    let twice = |name: &String| Instead::First.of(InvalidScenario::new(name, "is given twice"));
    decoded.repairs.extend(doubled.iter().map(twice));
    decoded
}

/// Reads a query string for a tool: what had to be repaired, or a name that is not a scenario's, is an error.
///
/// # Errors
/// Names the first field that is wrong.
pub fn decode_strict(link: &str) -> Result<Scenario, InvalidScenario> {
    decode_beside(link, &[])
}

/// As [`decode_strict`], for a tool that passes over parts of these names: they are somebody else's, as a page's are.
///
/// # Errors
/// Names the first field that is wrong.
pub fn decode_beside(link: &str, passed_over: &[&str]) -> Result<Scenario, InvalidScenario> {
    let decoded = decode(link);
    if let Some(repair) = decoded.repairs.into_iter().next() {
        return Err(repair.wrong);
    }
    if parts(link).next().is_none() {
        return Err(no_version());
    }
    match decoded.others.into_iter().find(|(name, _)| !passed_over.contains(&name.as_str())) {
        Some((name, _)) => Err(InvalidScenario::new(&name, "is not a field of a scenario")),
        None => Ok(decoded.scenario),
    }
}

fn no_version() -> InvalidScenario {
    InvalidScenario::new("version", format!("is missing: a link begins with v={SCENARIO_VERSION}"))
}

/// The names and values of a link, decoded, in their order.
fn parts(link: &str) -> impl Iterator<Item = (String, String)> {
    query_part(link).split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (percent_decode(name), percent_decode(value))
    })
}

/// The first part of each name, in their order, and the names that there are more of.
fn each_once(parts: Vec<(String, String)>) -> (Vec<(String, String)>, BTreeSet<String>) {
    let (mut first, mut doubled) = (BTreeMap::new(), BTreeSet::new());
    for (at, (name, _)) in parts.iter().enumerate() {
        if *first.entry(name.clone()).or_insert(at) != at {
            doubled.insert(name.clone());
        }
    }
    let kept = parts.into_iter().enumerate().filter(|(at, (name, _))| first.get(name) == Some(at));
    (kept.map(|(_, part)| part).collect(), doubled)
}

/// Writes the query string: the version and every field that differs from its default.
pub fn encode(scenario: &Scenario) -> String {
    let default = Scenario::default();
    let mut link = format!("?v={SCENARIO_VERSION}");
    let mut part = |name: &str, value: String, default: String| {
        if value != default {
            write!(link, "&{name}={value}").expect("a String takes every write");
        }
    };
    macro_rules! plain {
        ($($name:literal: $field:expr, $default:expr;)*) => { $(part($name, $field.to_string(), $default.to_string());)* };
    }
    plain! {
        "seed": scenario.seed, default.seed;
        "rows": scenario.rows, default.rows;
        "keys": scenario.keys, default.keys;
    }
    part("skew", skew_word(scenario.skew), skew_word(default.skew));
    plain! {
        "query": scenario.query.name(), default.query.name();
        "shuffle_fraction": scenario.shuffle_fraction, default.shuffle_fraction;
        "workers": scenario.workers, default.workers;
        "map_partitions": scenario.map_partitions, default.map_partitions;
        "reduce_partitions": scenario.reduce_partitions, default.reduce_partitions;
        "combine": u8::from(scenario.tactics.combine), 0;
        "salt": scenario.tactics.salt, default.tactics.salt;
        "isolate_hot_keys": u8::from(scenario.tactics.isolate_hot_keys), 0;
        "adaptive": u8::from(scenario.tactics.adaptive), 0;
        "broadcast_bytes": scenario.tactics.broadcast_bytes, default.tactics.broadcast_bytes;
    }
    part("action", action_word(scenario.action), action_word(default.action));
    link
}

/// Sets one field from its word; `Ok(false)` when no field has this name.
fn set(scenario: &mut Scenario, name: &str, value: &str) -> Result<bool, InvalidScenario> {
    match name {
        "seed" => scenario.seed = whole(name, value)?,
        "rows" => scenario.rows = whole(name, value)?,
        "keys" => scenario.keys = whole(name, value)?,
        "skew" => scenario.skew = parse_skew(value)?,
        "query" => scenario.query = Query::parse(value)?,
        "shuffle_fraction" => scenario.shuffle_fraction = real(name, value)?,
        "workers" => scenario.workers = whole(name, value)?,
        "map_partitions" => scenario.map_partitions = whole(name, value)?,
        "reduce_partitions" => scenario.reduce_partitions = whole(name, value)?,
        "combine" => scenario.tactics.combine = flag(name, value)?,
        "salt" => scenario.tactics.salt = whole(name, value)?,
        "isolate_hot_keys" => scenario.tactics.isolate_hot_keys = flag(name, value)?,
        "adaptive" => scenario.tactics.adaptive = flag(name, value)?,
        "broadcast_bytes" => scenario.tactics.broadcast_bytes = whole(name, value)?,
        "action" => scenario.action = parse_action(value)?,
        "strategy" if value == "direct" => {}
        "strategy" => return Err(wrong(name, value, "direct")),
        _ => return Ok(false),
    }
    Ok(true)
}

fn whole<T: TryFrom<u64>>(field: &str, value: &str) -> Result<T, InvalidScenario> {
    numbers::whole(value).map_err(|why| no_number(field, why, || wrong(field, value, WHOLE)))
}

fn real(field: &str, value: &str) -> Result<f64, InvalidScenario> {
    numbers::real(value).map_err(|why| no_number(field, why, || wrong(field, value, NUMBER)))
}

fn flag(field: &str, value: &str) -> Result<bool, InvalidScenario> {
    match value {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(wrong(field, value, "1 or 0")),
    }
}

fn skew_word(skew: Skew) -> String {
    match skew {
        Skew::Uniform {} => "uniform".to_owned(),
        Skew::Zipf { exponent } => format!("zipf:{exponent}"),
        Skew::HotKey { share } => format!("hot_key:{share}"),
    }
}

fn parse_skew(value: &str) -> Result<Skew, InvalidScenario> {
    match word_and_number(value) {
        ("uniform", None) => Ok(Skew::Uniform {}),
        ("zipf", exponent) => {
            Ok(Skew::Zipf { exponent: real("skew.exponent", exponent.unwrap_or_default())? })
        }
        ("hot_key", share) => Ok(Skew::HotKey { share: real("skew.share", share.unwrap_or_default())? }),
        _ => Err(wrong("skew", value, "uniform, zipf:EXPONENT or hot_key:SHARE")),
    }
}

/// `zipf:1.1` is a word and a number, `uniform` a word alone.
fn word_and_number(value: &str) -> (&str, Option<&str>) {
    value.split_once(':').map_or((value, None), |(word, number)| (word, Some(number)))
}

fn action_word(action: Action) -> String {
    match action {
        Action::Write {} => "write".to_owned(),
        Action::Collect { of: CollectPoint::Result, memory_bytes } => format!("collect:{memory_bytes}"),
        Action::Collect { of: CollectPoint::Input, memory_bytes } => format!("collect_input:{memory_bytes}"),
        Action::Show { rows, .. } => format!("show:{rows}"),
    }
}

fn parse_action(value: &str) -> Result<Action, InvalidScenario> {
    let collect = |of, bytes: Option<&str>| {
        let default = Action::collect().memory_bytes();
        let memory_bytes = bytes.map_or(Ok(default), |bytes| whole("action.memory_bytes", bytes))?;
        Ok(Action::Collect { of, memory_bytes })
    };
    match word_and_number(value) {
        ("write", None) => Ok(Action::Write {}),
        ("show", None) => Ok(Action::show(Action::SHOWN_ROWS)),
        ("collect", bytes) => collect(CollectPoint::Result, bytes),
        ("collect_input", bytes) => collect(CollectPoint::Input, bytes),
        ("show", Some(rows)) => Ok(Action::show(whole("action.rows", rows)?)),
        _ => Err(wrong("action", value, "write, collect:BYTES, collect_input:BYTES or show:ROWS")),
    }
}

fn query_part(link: &str) -> &str {
    let link = link.split('#').next().unwrap_or("");
    match link.split_once('?') {
        Some((_, query)) => query,
        // An address may have no query string; a query string may stand alone.
        None if link.contains("://") => "",
        None => link,
    }
}

/// Decodes `%XX` and `+`; what is not UTF-8 afterwards becomes the replacement character.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
