//! Between scripts and the session: scenarios in, reports and errors out, as plain objects.

use js_sys::{Error, JSON, Object, Reflect};
use serde::Serialize;
use shuffle_engine::scenario::{InvalidScenario, json, link};
use shuffle_engine::{EngineError, Scenario};
use shuffle_view::permalink::VIEW_PARTS;
use shuffle_view::scope::check_runs_here;
use shuffle_view::words;
use wasm_bindgen::prelude::{JsCast, JsValue};

/// What was measured, as a plain object, with the notes on it, if there are any.
///
/// # Errors
/// A report that is no JSON, which none is.
pub fn plain_object(measured: &impl Serialize, notes: &[String]) -> Result<JsValue, JsValue> {
    let text =
        serde_json::to_string(measured).map_err(|error| Error::new(&words::link::no_report(&error)))?;
    let object = JSON::parse(&text)?;
    if !notes.is_empty() {
        let notes: js_sys::Array = notes.iter().map(|note| JsValue::from_str(note)).collect();
        set(object.unchecked_ref(), "notes", &notes);
    }
    Ok(object)
}

/// A scenario as scripts give it: an object, its JSON, or a link.
///
/// # Errors
/// The error names the field that cannot run in a tab, or says that the value is no scenario.
pub fn read_scenario(value: &JsValue) -> Result<Scenario, InvalidScenario> {
    let scenario = match value.as_string() {
        Some(text) if text.trim_start().starts_with('{') => json::decode(&text),
        Some(text) => link::decode_beside(&text, &VIEW_PARTS),
        None => {
            // NaN and infinity become null in JSON, which no field takes: the field is still named.
            match JSON::stringify(value).ok().and_then(|text| text.as_string()) {
                Some(text) => json::decode(&text),
                None => Err(InvalidScenario::new("scenario", words::link::NO_SCENARIO)),
            }
        }
    }?;
    check_runs_here(&scenario)?;
    Ok(scenario)
}

/// The engine's error for scripts.
pub fn js_error(error: &EngineError) -> JsValue {
    let js = Error::new(&error.to_string());
    if let EngineError::InvalidScenario(invalid) = error {
        set(&js, "field", &invalid.field.as_str().into());
    }
    js.into()
}

/// Sets a field of an object of our own.
pub fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a field of an object that is neither frozen nor sealed cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}
