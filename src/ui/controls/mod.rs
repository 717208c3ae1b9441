//! The controls: every knob of the scenario, the fixes, and the buttons that start and stop.

mod action;
mod buttons;
mod fixes;
mod knob;
mod pipeline;
mod proof;
mod skew;

use leptos::prelude::*;

use super::lab::Lab;
use shuffle_view::controls::knobs;

pub(super) fn controls(lab: Lab) -> impl IntoView {
    view! {
        <form class="controls" aria-label="Scenario" novalidate on:submit=move |event| event.prevent_default()>
            {knob::knob(lab, &knobs::WORKERS)}
            {knob::knob(lab, &knobs::SHUFFLE_FRACTION)}
            {skew::skew(lab)}
            {knob::knob(lab, &knobs::ROWS)}
            {pipeline::pipeline(lab)}
            {action::action(lab)}
            {fixes::fixes(lab)}
            <details class="more" open=move || has_error_inside(lab)>
                <summary>"Keys, partitions, seed"</summary>
                {knob::knob(lab, &knobs::KEYS)}
                {knob::knob(lab, &knobs::PARTITIONS)}
                {knob::knob(lab, &knobs::SEED)}
            </details>
            {buttons::buttons(lab)}
        </form>
    }
}

/// A message at a field that is folded away would not be seen.
fn has_error_inside(lab: Lab) -> bool {
    lab.field_error.with(|error| {
        let inside = [&knobs::KEYS, &knobs::PARTITIONS, &knobs::SEED];
        error
            .as_ref()
            .is_some_and(|error| inside.iter().any(|knob| knob.fields.contains(&error.field.as_str())))
    })
}
