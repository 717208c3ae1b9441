//! The desk: comparing, opening and exporting runs. It is a module of its own, which the page loads when somebody first asks for
//! it, because few do.
//!
//! ```text
//!  js/desk.js ── texts ──> these functions ──> shuffle_view::{compare, saved_run, export, …} ── JSON ──> js/*.js ──> dialogs
//! ```
//!
//! All takes and gives texts: the module knows neither the page's state nor its workers, so a run that was opened can never be
//! taken for one of this machine.
#![allow(unreachable_pub, reason = "wasm-bindgen exports functions that are public")]
#![cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "the wasm module alone exports them"))]

mod look;

use serde_json::{Value, json};
use shuffle_view::charts::theme::Scheme;
use shuffle_view::charts::{Chart, Frame, Table, pair};
use shuffle_view::compare::{self, Side};
use shuffle_view::saved_run::{self, NotASavedRun, SavedRun};
use shuffle_view::words;
use shuffle_view::{export, glossary, keys};
use wasm_bindgen::prelude::wasm_bindgen;

/// The width of the paired chart beside the figures, in CSS pixels, and its height.
const PAIR_PX: (u32, u32) = (320, 280);

fn main() {}

/// The longest file that is read, in bytes.
#[wasm_bindgen]
pub fn max_bytes() -> usize {
    saved_run::MAX_BYTES
}

/// Reads a saved run: what it is called and where its wall-clock stands, or what is wrong with it.
#[wasm_bindgen]
pub fn read(text: &str) -> String {
    match saved_run::decode(text) {
        Ok(saved) => summary(&saved).to_string(),
        Err(NotASavedRun { field, reason }) => {
            json!({ "error": { "field": field, "reason": reason } }).to_string()
        }
    }
}

fn summary(saved: &SavedRun) -> Value {
    let run = &saved.run;
    json!({
        "name": compare::name(&run.scenario),
        "wall": shuffle_view::charts::units::micros(run.report.wall_micros),
        "scenario": shuffle_engine::scenario::json::encode(&run.scenario),
        "notes": run.notes,
    })
}

/// What an opened run says and shows, by itself.
#[wasm_bindgen]
pub fn look(text: &str, width_px: u32) -> String {
    saved_run::decode(text)
        .map_or_else(|_| "null".to_owned(), |saved| look::look(saved, width_px).to_string())
}

/// Compares two saved runs: `null` where one cannot be read.
#[wasm_bindgen]
pub fn compare_runs(a: &str, a_is_here: bool, b: &str, b_is_here: bool) -> String {
    let (Ok(a), Ok(b)) = (saved_run::decode(a), saved_run::decode(b)) else { return "null".to_owned() };
    let sides = [Side { saved: &a, is_here: a_is_here }, Side { saved: &b, is_here: b_is_here }];
    let compared = compare::compare(sides[0], sides[1]);
    let facts: Vec<_> = compared.facts.iter().map(|fact| [fact.name, &fact.a, &fact.b]).collect();
    let chart = pair::draw(&compared.picture, &Frame::new("desk-pair", PAIR_PX.0, PAIR_PX.1)).ok();
    json!({
        "words": compared.words,
        "facts": facts,
        "same_answer": compared.same_answer,
        "chart": chart.map(|chart| picture("pair", words::pair::NAME, &chart)),
    })
    .to_string()
}

/// A chart as the page's scripts take it.
fn picture(id: &str, name: &str, chart: &Chart) -> Value {
    json!({ "id": id, "name": name, "svg": chart.svg, "header": chart.table.header, "rows": chart.table.rows })
}

/// A chart's picture as a file of its own.
#[wasm_bindgen]
pub fn svg_file(svg: &str, is_dark: bool, source: &str) -> String {
    export::svg_file(svg, if is_dark { Scheme::Dark } else { Scheme::Light }, source)
}

/// A chart's table as CSV. The table is a list of rows of texts, the header first.
#[wasm_bindgen]
pub fn csv_file(table: &str) -> String {
    export::csv(&read_table(table))
}

/// A chart's table as JSON.
#[wasm_bindgen]
pub fn json_file(name: &str, source: &str, table: &str) -> String {
    export::json(name, source, &read_table(table))
}

fn read_table(text: &str) -> Table {
    let mut rows: Vec<Vec<String>> = serde_json::from_str(text).unwrap_or_default();
    let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    Table { header, rows }
}

/// What the help sheet lists: the keys in groups, and the words.
#[wasm_bindgen]
pub fn help() -> String {
    let page: Vec<_> = keys::PAGE_KEYS.iter().map(|row| [row.shown, row.does]).collect();
    let chart: Vec<_> = keys::CHART_KEYS.iter().map(|(key, _, does)| [*key, *does]).collect();
    let field: Vec<_> = keys::FIELD_KEYS.iter().map(|(key, _, does)| [*key, *does]).collect();
    json!({
        "keys": [[words::key::EVERYWHERE, page], [words::key::IN_CHART, chart], [words::key::IN_FIELD, field]],
        "browser": keys::BROWSER_KEYS,
        "words": glossary::WORDS,
    })
    .to_string()
}
