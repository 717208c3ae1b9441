//! Saving a chart: its picture as SVG and PNG, its table as CSV and JSON.

use js_sys::{Array, Object};
use leptos::prelude::*;
use shuffle_view::charts::Chart;
use shuffle_view::state::RunState;

use super::super::lab::{Lab, Room};
use super::desk;
use crate::browser::location;
use crate::session::script::set;
use shuffle_view::words;

const FORMS: [(&str, &str); 4] = [("svg", "SVG"), ("png", "PNG"), ("csv", "CSV"), ("json", "JSON")];

/// The fold beside a chart's numbers: a button for each kind of file. Figures in other pages have none.
pub(in crate::ui) fn save(lab: Lab, name: &'static str, chart: Memo<Option<Chart>>) -> Option<AnyView> {
    (lab.room == Room::Page && desk::is_there()).then(|| {
        let buttons = FORMS.map(|(form, word)| {
            let press = move |_| ask(lab, form, name, chart);
            view! { <button type="button" on:click=press>{word}</button> }.into_any()
        });
        view! {
            <details class="numbers save" hidden=move || chart.with(Option::is_none)>
                <summary>{words::tool::SAVE}<span class="only-heard">" " {name}</span></summary>
                <div class="save-forms">{Vec::from(buttons)}</div>
            </details>
        }
        .into_any()
    })
}

fn ask(lab: Lab, form: &'static str, name: &'static str, chart: Memo<Option<Chart>>) {
    let Some(chart) = chart.get_untracked() else { return };
    let detail = Object::new();
    let row = |cells: Vec<String>| cells.into_iter().map(wasm_bindgen::JsValue::from).collect::<Array>();
    let table: Array = std::iter::once(chart.table.header).chain(chart.table.rows).map(row).collect();
    let is_current = lab.state.with_untracked(RunState::is_current);
    // The address follows the controls, but not at once.
    location::replace_query_string(&lab.query());
    let address = location::address();
    let source =
        if is_current { words::tool::source(&address) } else { words::tool::source_before(&address) };
    for (field, value) in [
        ("form", form.into()),
        ("name", name.into()),
        ("svg", chart.svg.into()),
        ("source", source.into()),
        ("table", table.into()),
    ] {
        set(&detail, field, &value);
    }
    desk::ask(lab, "save", &detail);
}
