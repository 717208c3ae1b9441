//! What came to the driver, or why it could not: the rows of a show, and the lesson of a collect that does not fit.

use leptos::prelude::*;
use shuffle_engine::scenario::{Action, CollectPoint};

use super::lab::Lab;
use shuffle_view::charts::units;
use shuffle_view::row_table::RowTable;
use shuffle_view::state::{Failure, RunState};

/// The rows of a show, below the verdict.
pub(super) fn shown_rows(lab: Lab) -> impl IntoView {
    let table = lab.slice(|state| state.run.as_ref().and_then(|run| run.shown.clone()));
    move || table.get().map(rows)
}

fn rows(RowTable { names, is_number, rows }: RowTable) -> impl IntoView {
    let class = move |column: usize| is_number.get(column).is_some_and(|&is| is).then_some("number");
    let head = names
        .into_iter()
        .enumerate()
        .map(|(column, name)| view! { <th scope="col" class=class(column)>{name}</th> })
        .collect_view();
    let count = rows.len() as u64;
    let body = rows
        .into_iter()
        .map(|values| {
            let cells = values
                .into_iter()
                .enumerate()
                .map(|(column, value)| view! { <td class=class(column)>{cell(value)}</td> })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let name = format!("The first {} of the answer", units::plural(count, "row", "rows"));
    let label = name.clone();
    view! {
        <div class="shown" tabindex="0" role="group" aria-label=label>
            <table>
                <caption>{name}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

fn cell(value: Option<String>) -> AnyView {
    match value {
        Some(text) => text.into_any(),
        None => view! { <span class="null">"NULL"</span> }.into_any(),
    }
}

/// What ended the last run.
pub(super) fn failure(lab: Lab) -> impl IntoView {
    let failure = lab.slice(|state| state.failure.clone().map(|failure| (failure, context(state))));
    move || {
        failure.get().map(|(failure, context)| match failure {
            Failure::Ended(text) => {
                view! { <p class="failure" role="alert">"The run ended before its time: " {text}</p> }
                    .into_any()
            }
            Failure::DoesNotFit { needed_bytes, limit_bytes } => {
                does_not_fit(needed_bytes, limit_bytes, context).into_any()
            }
        })
    }
}

/// What the sentences about a failure depend on.
#[derive(Clone, Copy, PartialEq)]
struct Context {
    is_input: bool,
    has_earlier_result: bool,
    workers: u32,
}

fn context(state: &RunState) -> Context {
    Context {
        is_input: matches!(state.scenario.action, Action::Collect { of: CollectPoint::Input, .. }),
        has_earlier_result: state.run.is_some(),
        workers: state.scenario.workers,
    }
}

fn does_not_fit(needed_bytes: u64, limit_bytes: u64, context: Context) -> impl IntoView {
    let Context { is_input, has_earlier_result, workers } = context;
    let which = if is_input { "the rows before the wide step" } else { "the rows of the answer" };
    let held = units::plural(workers.into(), "worker holds", "workers hold");
    let why = if is_input {
        "A collect in mid-pipeline asks for the whole data set, before the wide step could make it small: more workers \
         hold more rows, and the driver is still one."
    } else {
        "A collect asks for every row of the answer: more workers can make more rows, and the driver is still one."
    };
    let stays = if has_earlier_result { " The last result stays below." } else { "" };
    let largest = needed_bytes.max(limit_bytes).max(1) as f64;
    let bar = |name: &'static str, class: &'static str, bytes: u64| {
        let width = format!("{:.2}%", 100.0 * bytes as f64 / largest);
        view! {
            <div class="fit-row">
                <dt>{name}</dt>
                <dd>
                    <span class=class style:width=width></span>
                    <span class="fit-bytes">{units::bytes(bytes)}</span>
                </dd>
            </div>
        }
    };
    view! {
        <div class="fit">
            <p class="fit-name" role="alert">
                "Out of memory: " {which} " take " {units::bytes(needed_bytes)} ", and the driver may use "
                {units::bytes(limit_bytes)} "."
            </p>
            <dl class="fit-bars">
                {bar("needed", "fit-bar needed", needed_bytes)}
                {bar("limit", "fit-bar", limit_bytes)}
            </dl>
            <p>
                {why} " The driver adds up what its " {held} " before it asks for a row, so nothing was sent and nothing broke."
                {stays}
            </p>
        </div>
    }
}
