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
use shuffle_view::parts::Control;

pub(super) fn controls(lab: Lab) -> impl IntoView {
    let folded = [Control::Keys, Control::Partitions, Control::Seed];
    let has_some = move || lab.parts.with(|parts| !parts.controls.is_empty());
    view! {
        <form
            class="controls"
            aria-label=lab.in_page(|| "Scenario")
            novalidate
            hidden=move || !has_some()
            on:submit=move |event| event.prevent_default()
        >
            {offered(lab, Control::Workers, move || knob::knob(lab, &knobs::WORKERS).into_any())}
            {offered(lab, Control::ShuffleFraction, move || knob::knob(lab, &knobs::SHUFFLE_FRACTION).into_any())}
            {offered(lab, Control::Skew, move || skew::skew(lab).into_any())}
            {offered(lab, Control::Rows, move || knob::knob(lab, &knobs::ROWS).into_any())}
            {offered(lab, Control::Query, move || pipeline::pipeline(lab).into_any())}
            {offered(lab, Control::Action, move || action::action(lab).into_any())}
            {fixes::fixes(lab)}
            <Show when=move || folded.into_iter().any(|control| lab.has(control))>
                <details class="more" open=move || has_error_inside(lab)>
                    <summary>"Keys, partitions, seed"</summary>
                    {offered(lab, Control::Keys, move || knob::knob(lab, &knobs::KEYS).into_any())}
                    {offered(lab, Control::Partitions, move || knob::knob(lab, &knobs::PARTITIONS).into_any())}
                    {offered(lab, Control::Seed, move || knob::knob(lab, &knobs::SEED).into_any())}
                </details>
            </Show>
            {offered(lab, Control::Run, move || buttons::buttons(lab).into_any())}
        </form>
    }
}

/// A control, while it is one of the mount's parts.
fn offered(lab: Lab, control: Control, view: impl Fn() -> AnyView + Send + Sync + 'static) -> impl IntoView {
    let is_offered = Memo::new(move |_| lab.has(control));
    move || is_offered.get().then(&view)
}

/// A message at a field that is folded away would not be seen.
fn has_error_inside(lab: Lab) -> bool {
    let is_at = |fields: &[&str]| {
        lab.field_error
            .with(|error| error.as_ref().is_some_and(|error| fields.contains(&error.field.as_str())))
    };
    [&knobs::KEYS, &knobs::PARTITIONS, &knobs::SEED].iter().any(|knob| is_at(knob.fields))
}
