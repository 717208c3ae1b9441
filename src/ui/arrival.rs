//! What came to the driver, or why it could not: the rows of a show, and the lesson of a collect that does not fit.

use leptos::prelude::*;
use shuffle_engine::scenario::{Action, CollectPoint};

use super::lab::Lab;
use shuffle_view::charts::units;
use shuffle_view::row_table::RowTable;
use shuffle_view::state::{Failure, RunState};
use shuffle_view::words;

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
    let name = words::arrival::first_rows(&units::plural(count, words::noun::ROW, words::noun::ROWS));
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
                view! { <p class="failure" role="alert">{words::arrival::ended(&text)}</p> }.into_any()
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
    let (needed, limit) = (units::bytes(needed_bytes), units::bytes(limit_bytes));
    let what = if is_input {
        words::arrival::no_room_input(&needed, &limit)
    } else {
        words::arrival::no_room(&needed, &limit)
    };
    let held = units::plural(workers.into(), words::noun::WORKER_HOLDS, words::noun::WORKERS_HOLD);
    let adds_up = words::arrival::adds_up(&held);
    let why = if is_input { words::arrival::WHY_INPUT } else { words::arrival::WHY };
    let stays = has_earlier_result.then_some(words::arrival::STAYS);
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
                {what}
            </p>
            <dl class="fit-bars">
                {bar(words::arrival::NEEDED, "fit-bar needed", needed_bytes)}
                {bar(words::arrival::LIMIT, "fit-bar", limit_bytes)}
            </dl>
            <p>
                {why} " " {adds_up} " " {stays}
            </p>
        </div>
    }
}
