//! What this is, in a few lines, and the way back to the beginning.

use leptos::prelude::*;

use super::lab::Lab;
use shuffle_view::charts::units;

pub(super) fn footer(lab: Lab) -> impl IntoView {
    let cores = lab.slice(|state| units::plural(state.cores.into(), "core", "cores"));
    view! {
        <footer class="foot">
            <p>
                "Shuffle Lab "
                {env!("CARGO_PKG_VERSION")}
                " is a small data engine, written in Rust, that really runs in this tab: each worker is a Web Worker "
                "with a memory of its own, and every block it sends is copied, moved and read. The browser says that "
                "this machine has "
                {cores}
                ". Nothing leaves it: no request, no cookie, no storage."
            </p>
            <p>
                <strong>"Measured"</strong>
                " is what ran here, noise included. "
                <strong class="modelled-word">"Modelled"</strong>
                " is exact counts times constants fitted to this browser. The two are never mixed."
            </p>
            <p><a href="./">"Start over with the defaults"</a></p>
        </footer>
    }
}

/// What a figure in somebody else's page says about itself.
pub(super) fn line(lab: Lab, is_document: bool) -> impl IntoView {
    let cores = lab.slice(|state| units::plural(state.cores.into(), "core", "cores"));
    let words = view! {
        "Shuffle Lab: a small data engine really runs here, on "
        {cores}
        ". Nothing leaves this machine."
    };
    if is_document {
        view! { <footer class="slim-foot"><p>{words}</p></footer> }.into_any()
    } else {
        view! { <p class="slim-foot">{words}</p> }.into_any()
    }
}
