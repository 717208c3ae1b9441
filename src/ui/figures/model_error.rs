//! When not to believe the dashes: how far the model was off, and what it is made of.

use leptos::prelude::*;

use super::super::lab::Lab;
use shuffle_view::charts::units;
use shuffle_view::resolution;
use shuffle_view::state::{ModelConstant, RunState};
use shuffle_view::words;

/// One constant, in words.
#[derive(Clone, PartialEq)]
struct Row {
    name: String,
    value: String,
    formula: String,
    source: String,
}

/// The sentence about its error.
pub(super) fn sentence(lab: Lab) -> impl IntoView {
    view! {
        <span class="model-error">{lab.slice(words)}</span>
        <span class="model-error">{lab.slice(|state| resolution::note(state.tick_micros))}</span>
    }
}

/// Its constants, folded away.
pub(super) fn constants(lab: Lab) -> impl IntoView {
    let rows = lab.slice(rows);
    let list = move || {
        rows.get()
            .into_iter()
            .map(|Row { name, value, formula, source }| {
                view! {
                    <div>
                        <dt>{name}" "<strong>{value}</strong></dt>
                        <dd>{formula}" · "{source}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <details class="numbers">
                <summary>{words::model::MADE_OF}</summary>
                <div class="numbers-scroll" tabindex="0" role="group" aria-label=words::model::CONSTANTS>
                    <dl class="constants">{list}</dl>
                </div>
            </details>
        </Show>
    }
}

fn words(state: &RunState) -> String {
    let Some(model) = state.modelled() else { return String::new() };
    let Some(accuracy) = model.fit.accuracy else {
        return words::model::UNTRIED.to_owned();
    };
    words::model::off(
        &units::share(accuracy.mean_error),
        &units::share(accuracy.worst_error),
        &units::plural(accuracy.run_count.into(), words::noun::RUN, words::noun::RUNS),
    )
}

fn rows(state: &RunState) -> Vec<Row> {
    let constants = state.modelled().map(|model| model.fit.constants.as_slice()).unwrap_or_default();
    let row = |constant: &ModelConstant| Row {
        name: constant.name.clone(),
        value: constant.value.clone(),
        formula: constant.formula.clone(),
        source: constant.source.clone(),
    };
    constants.iter().map(row).collect()
}
