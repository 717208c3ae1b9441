//! The controls: every knob of the scenario, the fixes, and the buttons that start and stop.

mod action;
mod buttons;
mod fixes;
mod knob;
mod pipeline;
mod proof;
mod skew;

use leptos::html;
use leptos::prelude::*;

use super::dom;
use super::lab::{Lab, Room, memo};
use super::page::part;
use shuffle_view::charts::units;
use shuffle_view::controls::knobs::{self, Knob};
use shuffle_view::controls::{pipelines, tactics};
use shuffle_view::parts::Control;
use shuffle_view::words;

pub(super) fn controls(lab: Lab) -> impl IntoView {
    let has_some = move || lab.parts.with(|parts| !parts.controls.is_empty());
    let rest = match lab.room {
        Room::Page => vec![pipeline_fold(lab), fixes_fold(lab)],
        Room::Figure => vec![pipeline_and_data(lab), fixes::fixes(lab), fine_fold(lab)],
    };
    view! {
        <form
            class="controls"
            aria-label=lab.in_page(|| words::control::SCENARIO)
            novalidate
            hidden=move || !has_some()
            on:submit=move |event| event.prevent_default()
        >
            {offered(lab, Control::Workers, |lab| knob::knob(lab, &knobs::WORKERS).into_any())}
            {offered(lab, Control::ShuffleFraction, |lab| knob::knob(lab, &knobs::SHUFFLE_FRACTION).into_any())}
            {offered(lab, Control::Skew, |lab| skew::skew(lab).into_any())}
            {rest}
            {offered(lab, Control::Run, |lab| buttons::buttons(lab).into_any())}
        </form>
    }
}

/// What runs, over how many rows, and what becomes of them.
fn pipeline_and_data(lab: Lab) -> AnyView {
    view! {
        {offered(lab, Control::Query, |lab| pipeline::pipeline(lab).into_any())}
        {offered(lab, Control::Rows, |lab| knob::knob(lab, &knobs::ROWS).into_any())}
        {offered(lab, Control::Action, |lab| action::action(lab).into_any())}
    }
    .into_any()
}

/// What few readers change.
const FINE: [Control; 3] = [Control::Keys, Control::Partitions, Control::Seed];

fn fine(lab: Lab) -> AnyView {
    view! {
        {offered(lab, Control::Keys, |lab| knob::knob(lab, &knobs::KEYS).into_any())}
        {offered(lab, Control::Partitions, |lab| knob::knob(lab, &knobs::PARTITIONS).into_any())}
        {offered(lab, Control::Seed, |lab| knob::knob(lab, &knobs::SEED).into_any())}
    }
    .into_any()
}

/// A figure has little room: what few readers change is folded away.
fn fine_fold(lab: Lab) -> AnyView {
    let has_some = memo(move || FINE.into_iter().any(|control| lab.has(control)));
    part(lab, has_some, |lab| {
        const KNOBS: &[&Knob] = &[&knobs::KEYS, &knobs::PARTITIONS, &knobs::SEED];
        fold(lab, words::control::FINE, None, KNOBS, fine(lab))
    })
}

/// The page folds away all but the three controls that its question is about, and says in a line what is in the fold.
fn pipeline_fold(lab: Lab) -> AnyView {
    let short = memo(move || {
        lab.scenario.with(|scenario| {
            words::control::pipeline_in_short(
                &pipelines::words(scenario.query).0,
                &units::count_short(scenario.rows),
                &units::count(scenario.reduce_partitions.into()),
            )
        })
    });
    const KNOBS: &[&Knob] = &[
        &knobs::ROWS,
        &knobs::DRIVER_MEMORY,
        &knobs::SHOWN_ROWS,
        &knobs::KEYS,
        &knobs::PARTITIONS,
        &knobs::SEED,
    ];
    let inside = view! { {pipeline_and_data(lab)} {fine(lab)} }.into_any();
    fold(lab, words::control::PIPELINE_FOLD, Some(short), KNOBS, inside)
}

fn fixes_fold(lab: Lab) -> AnyView {
    let short = memo(move || {
        let on = lab.scenario.with(tactics::in_short);
        if on.is_empty() { words::control::NO_FIXES.to_owned() } else { on }
    });
    const KNOBS: &[&Knob] = &[&knobs::BROADCAST];
    fold(lab, words::control::FIXES, Some(short), KNOBS, fixes::fixes(lab))
}

fn fold(
    lab: Lab,
    name: &'static str,
    short: Option<Memo<String>>,
    knobs: &'static [&'static Knob],
    inside: AnyView,
) -> AnyView {
    let place: NodeRef<html::Details> = NodeRef::new();
    // A message at a field that is folded away would not be seen. What is open stays open when the field is right again.
    Effect::new(move |_| {
        if has_error_at(lab, knobs)
            && let Some(place) = place.get()
        {
            dom::set_attribute(&place, "open", Some(""));
        }
    });
    view! {
        <details class="more" node_ref=place>
            <summary>{name}<span class="more-short">{short}</span></summary>
            {inside}
        </details>
    }
    .into_any()
}

/// A control, while it is one of the mount's parts.
fn offered(lab: Lab, control: Control, view: fn(Lab) -> AnyView) -> AnyView {
    part(lab, memo(move || lab.has(control)), view)
}

fn has_error_at(lab: Lab, knobs: &[&Knob]) -> bool {
    lab.field_error.with(|error| {
        let field = error.as_ref().map(|error| error.field.as_str());
        field.is_some_and(|field| knobs.iter().any(|knob| knob.fields.contains(&field)))
    })
}
