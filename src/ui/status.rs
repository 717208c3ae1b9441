//! What is being done at the moment, and the button that stops it.

use leptos::prelude::*;

use super::lab::{Lab, memo};
use shuffle_view::state::{Activity, RunState};
use shuffle_view::words;

/// One line of status.
#[derive(Clone, PartialEq)]
struct Line {
    words: String,
    /// Done and total, when something goes on; a total of 0 is not known yet.
    progress: Option<(u32, u32)>,
}

pub(super) fn status(lab: Lab) -> impl IntoView {
    let rest = lab.slice(at_rest);
    let line = memo(move || line_of(lab.activity.get(), rest.get()));
    // What is shown is what is set: where there is little room, this need not be said.
    let is_current = lab.slice(|state| state.is_current() && state.field_error.is_none());
    let rests = memo(move || is_current.get() && lab.activity.get() == Activity::Idle);
    let is_busy = memo(move || line.with(|line| line.progress.is_some()));
    let total =
        move || line.with(|line| line.progress.filter(|(_, total)| *total > 0).map(|(_, total)| total));
    let done = move || line.with(|line| line.progress.filter(|(_, total)| *total > 0).map(|(done, _)| done));
    view! {
        <div class="status" class:busy=is_busy class:rests=move || rests.get()>
            <Show when=move || is_busy.get()>
                // Without a value a progress bar says "some time", which is true while workers start.
                <progress aria-label=words::status::PROGRESS max=total value=done></progress>
            </Show>
            <span class="status-words">{move || line.with(|line| line.words.clone())}</span>
        </div>
    }
}

fn line_of(activity: Activity, at_rest: &'static str) -> Line {
    let of = |done: u32, total: u32| Some((done, total));
    let (words, progress) = match activity {
        Activity::Idle => (at_rest.to_owned(), None),
        Activity::Running { done: 0, total: 0 } => (words::status::READY.to_owned(), of(0, 0)),
        Activity::Running { done, total } => (words::status::running(&done, &total), of(done, total)),
        Activity::Comparing => (words::status::COMPARING.to_owned(), of(0, 0)),
        Activity::Sweeping { done, total } => (words::status::sweeping(&done, &total), of(done, total)),
        Activity::Calibrating { done, total } => (words::status::calibrating(&done, &total), of(done, total)),
        Activity::Explaining { done, total } => (words::status::explaining(&done, &total), of(done, total)),
    };
    Line { words, progress }
}

fn at_rest(state: &RunState) -> &'static str {
    if state.field_error.is_some() {
        words::status::WRONG_FIELD
    } else if state.is_current() {
        words::status::REST
    } else if state.failure.is_some() && state.run.is_some() {
        words::status::ENDED
    } else if state.failure.is_some() {
        words::status::ENDED_FIRST
    } else if state.run.is_some() {
        words::status::STOPPED
    } else {
        words::status::NOTHING
    }
}
