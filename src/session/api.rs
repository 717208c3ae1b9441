//! `window.shuffleLab`: the lab for scripts, in the page and around it.
//!
//! | name | what it is |
//! |---|---|
//! | `version` | of this build |
//! | `cores` | that the browser says the machine has |
//! | `run(scenario)` | a promise of the report; the scenario is an object, its JSON, or a link |
//! | `explain(scenario)` | a promise of what `lab explain` prints: each form of the plan, and what each rule saved in real runs |
//! | `cancel()` | ends the runs that scripts have asked for |
//! | `bench(name, options)`, `benchData(options)` | see [`super::bench`] |
//! | `testing` | `kill(id)`, `misbehave(id, how)`, `workers()`: what the end-to-end tests break things with |
//!
//! A promise is rejected with an `Error` whose message is the engine's and whose `field` names the field of a
//! scenario that cannot run; nothing has run then.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Error, Function, JSON, Object, Promise, Reflect};
use serde::Serialize;
use shuffle_engine::scenario::{InvalidScenario, json, link};
use shuffle_engine::{EngineError, Scenario};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use super::{Session, bench};
use crate::browser::{CancelToken, RunOptions, location};
use shuffle_view::permalink::VIEW_PARTS;
use shuffle_view::scope::check_runs_here;

/// Puts `window.shuffleLab` there, for the rest of the page's life.
pub fn install(session: Session) {
    let Some(window) = web_sys::window() else { return };
    let lab = Object::new();
    set(&lab, "version", &env!("CARGO_PKG_VERSION").into());
    set(&lab, "cores", &location::core_count().into());
    let cancel: Rc<RefCell<CancelToken>> = Rc::default();
    let token = cancel.clone();
    function(&lab, "run", move |scenario, _| run(session, scenario, token.borrow().clone()).into());
    let token = cancel.clone();
    function(&lab, "explain", move |scenario, _| explain(session, scenario, token.borrow().clone()).into());
    function(&lab, "cancel", move |_, _| {
        session.pool().cancel(&cancel.replace(CancelToken::default()));
        JsValue::UNDEFINED
    });
    function(&lab, "bench", move |name, options| {
        future_to_promise(async move { bench::bench(&session, &name, &options).await }).into()
    });
    function(&lab, "benchData", move |options, _| {
        future_to_promise(async move { bench::data(&options).await }).into()
    });
    let testing = Object::new();
    function(&testing, "workers", move |_, _| (session.pool().worker_count() as u32).into());
    function(&testing, "kill", move |id, _| {
        session.pool().kill(id.as_f64().unwrap_or(0.0) as u32);
        JsValue::UNDEFINED
    });
    function(&testing, "misbehave", move |id, how| {
        session.pool().misbehave(id.as_f64().unwrap_or(0.0) as u32, &how.as_string().unwrap_or_default());
        JsValue::UNDEFINED
    });
    set(&lab, "testing", &testing);
    set(&window, "shuffleLab", &lab);
}

fn run(session: Session, scenario: JsValue, cancel: CancelToken) -> Promise {
    future_to_promise(async move {
        let scenario = read_scenario(&scenario).map_err(|error| js_error(&error.into()))?;
        let options = RunOptions { cancel, ..RunOptions::default() };
        let job = scenario.job().map_err(|error| js_error(&error))?;
        let measurement =
            session.measure(&scenario, &job, options).await.map_err(|error| js_error(&error))?;
        plain_object(&measurement.report, &measurement.notes)
    })
}

fn explain(session: Session, scenario: JsValue, cancel: CancelToken) -> Promise {
    future_to_promise(async move {
        let scenario = read_scenario(&scenario).map_err(|error| js_error(&error.into()))?;
        let options = RunOptions { cancel, ..RunOptions::default() };
        let watch = async |_, _| Ok::<(), EngineError>(());
        let savings = session.explain(&scenario, options, watch).await.map_err(|error| js_error(&error))?;
        plain_object(&savings.explanation, &savings.notes)
    })
}

/// What was measured, with the notes on it, if there are any.
fn plain_object(measured: &impl Serialize, notes: &[String]) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(measured)
        .map_err(|error| Error::new(&format!("the report cannot be written: {error}")))?;
    let object = JSON::parse(&text)?;
    if !notes.is_empty() {
        let notes: js_sys::Array = notes.iter().map(|note| JsValue::from_str(note)).collect();
        set(object.unchecked_ref(), "notes", &notes);
    }
    Ok(object)
}

/// A scenario as scripts give it: an object, its JSON, or a link.
pub(super) fn read_scenario(value: &JsValue) -> Result<Scenario, InvalidScenario> {
    let scenario = match value.as_string() {
        Some(text) if text.trim_start().starts_with('{') => json::decode(&text),
        Some(text) => link::decode_beside(&text, &VIEW_PARTS),
        None => {
            // NaN and infinity become null in JSON, which no field takes: the field is still named.
            let text = JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default();
            json::decode(&text)
        }
    }?;
    check_runs_here(&scenario)?;
    Ok(scenario)
}

/// The engine's error for scripts.
pub(super) fn js_error(error: &EngineError) -> JsValue {
    let js = Error::new(&error.to_string());
    if let EngineError::InvalidScenario(invalid) = error {
        set(&js, "field", &invalid.field.as_str().into());
    }
    js.into()
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a field of an object that is neither frozen nor sealed cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}

/// A function of two arguments that lives as long as the page.
fn function(object: &Object, name: &str, call: impl Fn(JsValue, JsValue) -> JsValue + 'static) {
    let closure = Closure::<dyn Fn(JsValue, JsValue) -> JsValue>::new(call);
    set(object, name, closure.into_js_value().unchecked_ref::<Function>());
}
