//! What this is, in a few lines, and the way back to the beginning.

use leptos::prelude::*;

use super::lab::Lab;
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

/// What a figure in somebody else's page says about itself.
pub(super) fn line(lab: Lab, is_document: bool) -> impl IntoView {
    let cores = lab.slice(|state| units::plural(state.cores.into(), words::noun::CORE, words::noun::CORES));
    let words = move || words::footer::line(&cores.get());
    if is_document {
        view! { <footer class="slim-foot"><p>{words}</p></footer> }.into_any()
    } else {
        view! { <p class="slim-foot">{words}</p> }.into_any()
    }
}
