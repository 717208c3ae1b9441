//! What `cargo xtask bench` times in the page: the engine's own code over data that is in memory already.
//!
//! `bench(name, options)` answers `{name, micros, ...}`, one time a repeat, from call to answer, and beside it what was
//! computed, which the harness compares with the other side's answer and with a third computation. Every name, its options
//! and its answer stand in `tests/bench/README.md`.
//!
//! ```text
//! data       the tables, made on first use and kept
//! queries    the operators of each local figure, and its checksums
//! local      runs them in this thread        partition   the two-pass write
//! pooled     whatever needs workers: a shuffled group-by, an all-to-all, starting
//! ```

mod data;
mod local;
mod partition;
mod pooled;
mod queries;

use std::cell::Cell;

use js_sys::{Array, Error, Object, Reflect};
use leptos::prelude::GetUntracked;
use shuffle_engine::Scenario;
use wasm_bindgen::JsValue;

use self::queries::LocalQuery;
use super::Session;
use super::script::{js_error, read_scenario, set};
use crate::browser::task::sleep;
use shuffle_view::state::Activity;

/// How long the page has to be idle to count as such.
const IDLE_LOOK_MILLIS: i32 = 300;

thread_local! {
    /// Whether the page's first runs are over: from then on only a reader sets off others.
    static KNOWN_IDLE: Cell<bool> = const { Cell::new(false) };
}

/// Runs a benchmark by name.
///
/// # Errors
/// An unknown name, bad options, or what ended a run.
pub(super) async fn bench(session: &Session, name: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
    let name = name.as_string().unwrap_or_default();
    let repeats = whole(options, "repeats").unwrap_or(1).max(1);
    wait_for_idle(session).await;
    let measured = match (name.as_str(), LocalQuery::by_name(&name)) {
        (_, Some(query)) => local::run(query, options, repeats).await,
        ("partition", None) => partition::run(options, repeats).await,
        ("shuffled_count_by_key", None) => pooled::count_by_key(options, repeats).await,
        ("exchange_blocks", None) => pooled::exchange(session, options, repeats).await,
        ("workers_ready", None) => pooled::start_workers(options, repeats).await,
        _ => Err(Error::new(&format!("{name}: is not one of the figures of tests/bench/README.md")).into()),
    }?;
    let result = Object::new();
    set(&result, "name", &name.into());
    let micros: Array = measured.micros.iter().map(|&micros| JsValue::from_f64(micros as f64)).collect();
    set(&result, "micros", &micros);
    for (name, value) in measured.answer {
        set(&result, name, &value);
    }
    Ok(result.into())
}

/// One column of a table, all partitions in order, for the other side of a comparison.
///
/// # Errors
/// A scenario that cannot run, or an unknown table or column.
pub(super) async fn data(options: &JsValue) -> Result<JsValue, JsValue> {
    let (table, column) = (text(options, "table"), text(options, "column"));
    let table = data::BenchTable::by_name(&table).ok_or_else(|| Error::new("table: is unknown"))?;
    data::column(&scenario_of(options)?, table, &column).await
}

/// Waits for the page's own runs, sweep and calibration, which would be timed along. A page that was just opened is about to
/// begin them: it has to be idle twice in a row.
async fn wait_for_idle(session: &Session) {
    let is_idle = || session.activity().get_untracked() == Activity::Idle;
    let mut was_idle = KNOWN_IDLE.get() && is_idle();
    while !was_idle {
        let idle_before = is_idle();
        sleep(IDLE_LOOK_MILLIS).await;
        was_idle = idle_before && is_idle();
    }
    KNOWN_IDLE.set(true);
}

/// The times of a figure, and what was computed.
struct Measured {
    micros: Vec<u64>,
    /// By the names that the other side uses.
    answer: Vec<(&'static str, JsValue)>,
}

/// Integers of any size travel as decimal text.
fn decimal(value: impl ToString) -> JsValue {
    value.to_string().into()
}

fn scenario_of(options: &JsValue) -> Result<Scenario, JsValue> {
    let scenario = Reflect::get(options, &"scenario".into()).unwrap_or(JsValue::UNDEFINED);
    read_scenario(&scenario).map_err(|error| js_error(&error.into()))
}

fn whole(options: &JsValue, name: &str) -> Option<u64> {
    Some(Reflect::get(options, &name.into()).ok()?.as_f64()? as u64)
}

fn text(options: &JsValue, name: &str) -> String {
    Reflect::get(options, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}
