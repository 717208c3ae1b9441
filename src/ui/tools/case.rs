//! What somebody met, below the presets: what happened there, what is here of it, and where it was told.

use leptos::prelude::*;
use shuffle_view::controls::presets::PRESETS;

use super::super::lab::{Lab, memo};

/// The case that the controls show, if they show one.
pub(in crate::ui) fn case(lab: Lab) -> AnyView {
    let case = memo(move || {
        lab.scenario.with(|scenario| PRESETS.iter().find(|preset| (preset.scenario)() == *scenario)?.case)
    });
    let words = move || {
        case.get().map(|case| {
            view! {
                <p class="case">
                    {case.there} " "
                    // Nothing of it is asked for before it is pressed.
                    <a href=case.address target="_blank" rel="noopener noreferrer">{case.source}</a>
                    ". " {case.here}
                </p>
            }
        })
    };
    view! { <div class="case-place" role="status">{words}</div> }.into_any()
}
