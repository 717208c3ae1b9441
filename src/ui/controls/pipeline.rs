//! What is computed, in plain words.

use leptos::prelude::*;
use shuffle_engine::scenario::Query;

use super::super::lab::Lab;
use super::fixes;

/// A query's name and what it does.
fn words(query: Query) -> (&'static str, &'static str) {
    match query {
        Query::Narrow => (
            "filter, map, tokenize",
            "The workers keep English prompts and split them into words. No row has to meet another.",
        ),
        Query::CountByKey => (
            "count by key",
            "The workers count the rows of each key. Rows with the same key have to meet first.",
        ),
        Query::DedupBest => ("best row per key", "The workers keep the row with the best score of each key."),
        Query::Distinct => (
            "distinct keys",
            "The workers list the keys that occur. Rows with the same key have to meet, so that one of them stays.",
        ),
        Query::Join => (
            "join with rewards",
            "Each prompt gets its reward. Rows of both tables move to the worker that owns their key.",
        ),
        Query::Repartition => (
            "repartition by key",
            "The rows stay the same and move, so that rows with the same key are in one partition.",
        ),
        Query::WordCount => {
            ("word count", "The workers split the texts and count how often each word occurs.")
        }
    }
}

pub(super) fn pipeline(lab: Lab) -> impl IntoView {
    let query = Memo::new(move |_| lab.scenario.with(|scenario| scenario.query));
    let choose = move |word: String| {
        let Ok(query) = Query::parse(&word) else { return };
        lab.edit(|scenario| {
            scenario.query = query;
            // A fix that cannot help the new query would only be a switch that does nothing.
            if fixes::no_combine(scenario).is_some() {
                scenario.tactics.combine = false;
            }
            if fixes::no_salt(scenario).is_some() {
                scenario.tactics.salt = 0;
            }
            if fixes::no_broadcast(scenario).is_some() {
                scenario.tactics.broadcast_bytes = 0;
            }
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
            <label class="knob-label" for="query">"Pipeline"</label>
            <select
                class="knob-select"
                id="query"
                aria-describedby="query-hint"
                prop:value=move || query.get().name()
                on:change:target=move |event| choose(event.target().value())
            >
                {options}
            </select>
            <p class="knob-hint" id="query-hint">{move || words(query.get()).1}</p>
        </div>
    }
}
