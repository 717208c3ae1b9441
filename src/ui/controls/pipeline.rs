//! What is computed, in plain words.

use leptos::prelude::*;
use shuffle_engine::scenario::Query;

use super::super::lab::{Lab, memo};
use shuffle_view::controls::pipelines::words;
use shuffle_view::controls::tactics;
use shuffle_view::words;

pub(super) fn pipeline(lab: Lab) -> impl IntoView {
    let query = memo(move || lab.scenario.with(|scenario| scenario.query));
    let choose = move |word: String| {
        let Ok(query) = Query::parse(&word) else { return };
        lab.edit(|scenario| {
            scenario.query = query;
            tactics::drop_useless(scenario);
        });
    };
    let options = Query::ALL
        .into_iter()
        .map(|offered| {
            view! {
                <option value=offered.name() selected=move || query.get() == offered>{words(offered).0}</option>
            }
        })
        .collect_view();
    view! {
        <div class="knob">
            <label class="knob-label" for=lab.id("query")>{words::control::PIPELINE}</label>
            <select
                class="knob-select"
                id=lab.id("query")
                aria-describedby=lab.id("query-hint")
                prop:value=move || query.get().name()
                on:change:target=move |event| choose(event.target().value())
            >
                {options}
            </select>
            <p class="knob-hint" id=lab.id("query-hint")>{move || words(query.get()).1}</p>
        </div>
    }
}
