//! What this is, in a few lines, and the way back to the beginning.

use leptos::prelude::*;

use super::lab::{Lab, memo};
use shuffle_view::charts::units;
use shuffle_view::words;

pub(super) fn footer(lab: Lab) -> impl IntoView {
    let cores = lab.slice(|state| units::plural(state.cores.into(), words::noun::CORE, words::noun::CORES));
    view! {
        <footer class="foot">
            <p>
                {move || words::footer::about(&env!("CARGO_PKG_VERSION"), &cores.get())}
            </p>
            <p>
                <strong>{words::footer::MEASURED}</strong>
                " "
                {words::footer::MEASURED_IS}
                " "
                <strong class="modelled-word">{words::footer::MODELLED}</strong>
                " "
                {words::footer::MODELLED_IS}
            </p>
            <p><a href="./">{words::footer::START_OVER}</a></p>
        </footer>
    }
}

/// What a figure in somebody else's page says about itself, and the way back to what it began with.
pub(super) fn line(lab: Lab, is_document: bool) -> impl IntoView {
    let cores = lab.slice(|state| units::plural(state.cores.into(), words::noun::CORE, words::noun::CORES));
    let is_changed = memo(move || lab.scenario.with(|now| lab.start.with(|start| now != start)));
    // Its place is kept while there is no way to go, so that the figure does not grow.
    let visibility = move || if is_changed.get() { "visible" } else { "hidden" };
    let line = view! {
        <span>{move || words::footer::line(&cores.get())}</span>
        <button
            type="button"
            class="start-over"
            style:visibility=visibility
            on:click=move |_| lab.session.change(lab.start.get_untracked())
        >
            {words::footer::RESET}
        </button>
    };
    if is_document {
        view! { <footer class="slim-foot">{line}</footer> }.into_any()
    } else {
        view! { <div class="slim-foot">{line}</div> }.into_any()
    }
}
