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
use super::page::part;
use shuffle_view::controls::knobs;
use shuffle_view::parts::Control;

pub(super) fn controls(lab: Lab) -> impl IntoView {
    let has_folded = Memo::new(move |_| FOLDED.into_iter().any(|control| lab.has(control)));
    let has_some = move || lab.parts.with(|parts| !parts.controls.is_empty());
    view! {
        <form
            class="controls"
            aria-label=lab.in_page(|| "Scenario")
            novalidate
            hidden=move || !has_some()
            on:submit=move |event| event.prevent_default()
        >
            {offered(lab, Control::Workers, |lab| knob::knob(lab, &knobs::WORKERS).into_any())}
            {offered(lab, Control::ShuffleFraction, |lab| knob::knob(lab, &knobs::SHUFFLE_FRACTION).into_any())}
            {offered(lab, Control::Skew, |lab| skew::skew(lab).into_any())}
            {offered(lab, Control::Rows, |lab| knob::knob(lab, &knobs::ROWS).into_any())}
            {offered(lab, Control::Query, |lab| pipeline::pipeline(lab).into_any())}
            {offered(lab, Control::Action, |lab| action::action(lab).into_any())}
            {fixes::fixes(lab)}
            {part(lab, has_folded, |lab| folded(lab).into_any())}
            {offered(lab, Control::Run, |lab| buttons::buttons(lab).into_any())}
        </form>
    }
}

/// What few readers change.
const FOLDED: [Control; 3] = [Control::Keys, Control::Partitions, Control::Seed];

fn folded(lab: Lab) -> impl IntoView {
    view! {
        <details class="more" open=move || has_error_inside(lab)>
            <summary>"Keys, partitions, seed"</summary>
            {offered(lab, Control::Keys, |lab| knob::knob(lab, &knobs::KEYS).into_any())}
            {offered(lab, Control::Partitions, |lab| knob::knob(lab, &knobs::PARTITIONS).into_any())}
            {offered(lab, Control::Seed, |lab| knob::knob(lab, &knobs::SEED).into_any())}
        </details>
    }
}

/// A control, while it is one of the mount's parts.
fn offered(lab: Lab, control: Control, view: fn(Lab) -> AnyView) -> AnyView {
    part(lab, Memo::new(move |_| lab.has(control)), view)
}

/// A message at a field that is folded away would not be seen.
fn has_error_inside(lab: Lab) -> bool {
    let is_at = |fields: &[&str]| {
        lab.field_error
            .with(|error| error.as_ref().is_some_and(|error| fields.contains(&error.field.as_str())))
    };
    [&knobs::KEYS, &knobs::PARTITIONS, &knobs::SEED].iter().any(|knob| is_at(knob.fields))
}
