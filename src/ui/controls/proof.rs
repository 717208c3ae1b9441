//! The proof of a fix: two real runs side by side, and whether their answers are the same.

use leptos::prelude::*;

use shuffle_engine::scenario::Tactics;

use super::super::lab::Lab;
use shuffle_view::charts::units;
use shuffle_view::state::{Measurement, RunState};
use shuffle_view::words;

/// What the two runs show.
#[derive(Clone, PartialEq)]
struct Proof {
    is_same: bool,
    digest: String,
    /// What is compared, without the fixes, with them.
    rows: Vec<(&'static str, String, String)>,
}

/// Whether there is a proof, will be one, or none is needed.
#[derive(Clone, PartialEq)]
enum State {
    NotAsked,
    Pending,
    Here(Proof),
}

pub(super) fn proof(lab: Lab) -> impl IntoView {
    let state = lab.slice(state_of);
    move || match state.get() {
        State::NotAsked => ().into_any(),
        State::Pending => view! { <p class="knob-hint">{words::proof::PENDING}</p> }.into_any(),
        State::Here(proof) => table(proof).into_any(),
    }
}

fn state_of(state: &RunState) -> State {
    // Where rows come to the driver, the run is measured alone.
    if state.scenario.tactics == Tactics::default() || state.scenario.action.fetches() {
        return State::NotAsked;
    }
    match state.comparison() {
        Some((before, after)) if state.is_current() => State::Here(compare(before, after)),
        _ => State::Pending,
    }
}

fn compare(before: &Measurement, after: &Measurement) -> Proof {
    let row = |name, read: &dyn Fn(&Measurement) -> String| (name, read(before), read(after));
    let ratio = |run: &Measurement| run.report.skew.max_over_median.map_or("–".to_owned(), units::ratio);
    Proof {
        is_same: before.report.result == after.report.result,
        digest: after.report.result.digest.chars().take(8).collect(),
        rows: vec![
            row(words::proof::WALL_CLOCK, &|run| units::micros(run.report.wall_micros)),
            row(words::proof::SHUFFLED, &|run| units::bytes(run.report.shuffle_bytes())),
            row(words::proof::MOVED, &|run| units::bytes(run.report.moved_bytes())),
            row(words::proof::MAX_OVER_MEDIAN, &ratio),
        ],
    }
}

fn table(proof: Proof) -> impl IntoView {
    let verdict = if proof.is_same {
        view! { <p class="proof-same">{words::proof::SAME} " " <code>{proof.digest}</code></p> }.into_any()
    } else {
        view! { <p class="proof-other" role="alert">{words::proof::OTHER}</p> }.into_any()
    };
    let rows = proof
        .rows
        .into_iter()
        .map(|(name, before, after)| view! { <tr><th scope="row">{name}</th><td>{before}</td><td>{after}</td></tr> })
        .collect_view();
    view! {
        <div class="proof">
            <table>
                <caption class="only-heard">{words::proof::CAPTION}</caption>
                <thead><tr><th scope="col">{words::proof::MEASURED}</th><th scope="col">{words::proof::WITHOUT}</th><th scope="col">{words::proof::WITH}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {verdict}
        </div>
    }
}
