//! `window.shuffleLab`: the lab for scripts, in the page and around it.
//!
//! | name | what it is |
//! |---|---|
//! | `version` | of this build |
//! | `cores` | that the browser says the machine has |
//! | `run(scenario)` | a promise of the report; the scenario is an object, its JSON, or a link |
//! | `explain(scenario)` | a promise of what `lab explain` prints: each form of the plan, and what each rule saved in real runs |
//! | `savedRun()` | the last measured run as the JSON that the page can open again; `null` before there is one |
//! | `show(scenario)` | sets the controls: a promise of nothing |
//! | `cancel()` | ends the runs that scripts have asked for |
//! | `bench(name, options)`, `benchData(options)` | only in a build with the feature `hooks`: see `session::bench` |
//!
//! A promise is rejected with an `Error` whose message is the engine's and whose `field` names the field of a
//! scenario that cannot run; nothing has run then.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use leptos::prelude::WithUntracked;
use shuffle_engine::EngineError;
use shuffle_view::saved_run;
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use super::Session;
use super::script::{js_error, plain_object, read_scenario, set};
use crate::browser::{CancelToken, RunOptions, location};

/// Puts `window.shuffleLab` there, for the rest of the page's life.
pub fn install(session: Session) {
    let Some(window) = web_sys::window() else { return };
    let lab = Object::new();
    set(&lab, "version", &env!("CARGO_PKG_VERSION").into());
    set(&lab, "cores", &location::core_count().into());
    let cancel: Rc<RefCell<CancelToken>> = Rc::default();
    let token = cancel.clone();
    function(&lab, "run", move |scenario, _| run(session, scenario, token.borrow().clone()).into());
    function(&lab, "savedRun", move |_, _| {
        session.state().with_untracked(|state| {
            let run = state.run.as_ref().map(|run| saved_run::encode(run, state.cores));
            run.map_or(JsValue::NULL, JsValue::from)
        })
    });
    function(&lab, "show", move |scenario, _| show(session, scenario).into());
    let token = cancel.clone();
    function(&lab, "explain", move |scenario, _| explain(session, scenario, token.borrow().clone()).into());
    function(&lab, "cancel", move |_, _| {
        session.pool().cancel(&cancel.replace(CancelToken::default()));
        JsValue::UNDEFINED
    });
    #[cfg(feature = "hooks")]
    bench_functions(&lab, session);
    set(&window, "shuffleLab", &lab);
}

#[cfg(feature = "hooks")]
fn bench_functions(lab: &Object, session: Session) {
    function(lab, "bench", move |name, options| {
        future_to_promise(async move { super::bench::bench(&session, &name, &options).await }).into()
    });
    function(lab, "benchData", move |options, _| {
        future_to_promise(async move { super::bench::data(&options).await }).into()
    });
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

fn show(session: Session, scenario: JsValue) -> Promise {
    future_to_promise(async move {
        session.change(read_scenario(&scenario).map_err(|error| js_error(&error.into()))?);
        Ok(JsValue::UNDEFINED)
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

/// A function of two arguments that lives as long as the page.
fn function(object: &Object, name: &str, call: impl Fn(JsValue, JsValue) -> JsValue + 'static) {
    let closure = Closure::<dyn Fn(JsValue, JsValue) -> JsValue>::new(call);
    set(object, name, closure.into_js_value().unchecked_ref::<Function>());
}
