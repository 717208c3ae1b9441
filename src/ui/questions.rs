//! The page's further questions: each is a line with its answer in short, and opens to the figure that answers it.

use leptos::prelude::*;
use shuffle_view::parts::Shown;
use shuffle_view::questions::{asked, in_short};
use shuffle_view::words;

use super::lab::{Lab, Room, memo};
use super::page::part;
use super::{figures, plan};

/// What shows a view.
type Show = fn(Lab) -> AnyView;

/// The folded views, in the order of the page.
const FOLDED: [(Shown, &str, Show); 5] = [
    (Shown::Load, "load", |lab| figures::load(lab)),
    (Shown::Timeline, "timeline", |lab| figures::timeline(lab)),
    (Shown::Exchange, "exchange", |lab| figures::exchange(lab)),
    (Shown::Traffic, "traffic", |lab| figures::traffic(lab)),
    (Shown::Plan, "plan", |lab| plan::plan_section(lab).into_any()),
];

pub(super) fn more(lab: Lab) -> AnyView {
    let folds = FOLDED.into_iter().map(|(shown, id, view)| fold(lab, shown, id, view)).collect_view();
    view! {
        <section class="questions" aria-label=words::question::MORE>{folds}</section>
    }
    .into_any()
}

fn fold(lab: Lab, shown: Shown, id: &'static str, view: Show) -> AnyView {
    let is_open = memo(move || lab.view.with(|view| view.open.has(shown)));
    let short = lab.slice(move |state| in_short(shown, state));
    // The plan is that of the controls; the others speak of the last run.
    let is_stale = lab.slice(move |state| shown != Shown::Plan && !state.is_current());
    let toggled = move |open: bool| {
        if open != is_open.get_untracked() {
            lab.look(|view| view.open = view.open.with(shown, open));
        }
    };
    view! {
        <details
            class="question"
            open=move || is_open.get()
            on:toggle:target=move |event| toggled(event.target().has_attribute("open"))
        >
            <summary>
                <h2 id=lab.id(&format!("{id}-name"))>{asked(shown)}</h2>
                <span class="question-short" class:stale=is_stale>{short}</span>
            </summary>
            {part(lab, is_open, view)}
        </details>
    }
    .into_any()
}

/// The heading of a view: in a figure above it; on the page the question that was opened is one already.
pub(super) fn heading(lab: Lab, shown: Shown, id: &str) -> Option<AnyView> {
    (lab.room == Room::Figure).then(|| view! { <h2 id=lab.id(id)>{asked(shown)}</h2> }.into_any())
}
