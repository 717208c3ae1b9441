//! One knob: a slider beside a number field, with its unit, its hint and, when it was given something it cannot take,
//! the reason.
//!
//! The slider speaks with every move; the field when it is left or Enter is pressed, since a number half typed is not
//! yet what somebody wants.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shuffle_engine::scenario::InvalidScenario;

use super::super::lab::{Lab, memo};
use shuffle_view::controls::knobs::Knob;
use shuffle_view::controls::number::{self, Form};
use shuffle_view::controls::scale::Scale;
use shuffle_view::keys::field_step;
use shuffle_view::words;

pub(super) fn knob(lab: Lab, knob: &'static Knob) -> impl IntoView {
    let value = memo(move || lab.scenario.with(knob.read));
    let error = memo(move || error_of(lab, knob));
    let idle = memo(move || lab.scenario.with(knob.idle));
    let hint = memo(move || {
        lab.state.with(|state| (knob.idle)(&state.scenario).map(str::to_owned).or_else(|| (knob.hint)(state)))
    });
    let id = lab.id(knob.id);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = format!("{hint_id} {error_id}");
    view! {
        <div class="knob" class:wrong=move || error.with(Option::is_some)>
            <label class="knob-label" for=id.clone()>{knob.label}</label>
            {field(lab, knob, value, error, idle, described_by.clone())}
            {knob.scale.map(|scale| slider(lab, knob, scale, value, idle, described_by))}
            <p class="knob-hint" id=hint_id>{hint}</p>
            <p class="knob-error" id=error_id role="alert">
                {move || error.get().map(|reason| format!("{} {reason}.", knob.label))}
            </p>
        </div>
    }
}

fn field(
    lab: Lab,
    knob: &'static Knob,
    value: Memo<f64>,
    error: Memo<Option<String>>,
    idle: Memo<Option<&'static str>>,
    described_by: String,
) -> impl IntoView {
    // What somebody typed and the scenario could not take. It stays, beside its reason, until another control is used.
    let refused = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if error.with(Option::is_none) {
            refused.set(None);
        }
    });
    let shown = move || refused.get().unwrap_or_else(|| number::written(value.get(), knob.form));
    let commit = move |text: String| {
        refused.set(Some(text.clone()));
        match number::read(&text, knob.form) {
            Ok(number) => turn(lab, knob, number),
            Err(reason) => lab.session.reject(complaint(knob, reason.to_string())),
        }
        if error.with_untracked(Option::is_none) {
            refused.set(None);
        }
    };
    let step = move |event: &KeyboardEvent, text: String| {
        let Some(up) = field_step(&event.key()) else { return };
        let (Some(scale), Ok(from)) = (knob.scale, number::read(&text, knob.form)) else { return };
        event.prevent_default();
        turn(lab, knob, scale.neighbour(from, up));
    };
    view! {
        <span class="knob-field" class:short=knob.form == Form::Real>
            <input
                id=lab.id(knob.id)
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                disabled=move || idle.with(Option::is_some)
                aria-invalid=move || if error.with(Option::is_some) { "true" } else { "false" }
                aria-describedby=described_by
                prop:value=shown
                on:change:target=move |event| commit(event.target().value())
                on:keydown:target=move |event| {
                    let text = event.target().value();
                    step(&event, text);
                }
            />
            <span class="knob-unit">{knob.unit}</span>
        </span>
    }
}

fn slider(
    lab: Lab,
    knob: &'static Knob,
    scale: Scale,
    value: Memo<f64>,
    idle: Memo<Option<&'static str>>,
    described_by: String,
) -> impl IntoView {
    let (min, max, step) = scale.range();
    let position = move || scale.position_of(value.get());
    let filled = move || format!("{:.2}%", 100.0 * (position() - min) / (max - min));
    let spoken = move || knob.spoken(value.get());
    view! {
        <input
            class="knob-slider"
            id=lab.id(&format!("{}-slider", knob.id))
            type="range"
            min=min
            max=max
            step=step
            disabled=move || idle.with(Option::is_some)
            aria-label=knob.label
            aria-describedby=described_by
            aria-valuetext=spoken
            style=("--filled", filled)
            prop:value=move || position().to_string()
            on:input:target=move |event| {
                if let Ok(position) = event.target().value().parse() {
                    turn(lab, knob, scale.value_at(position));
                }
            }
        />
    }
}

/// Sets the knob, or says at it why that cannot be.
fn turn(lab: Lab, knob: &'static Knob, value: f64) {
    if let Some(max) = knob.shown_max
        && !(0.0..=max).contains(&value)
    {
        let form = knob.form;
        let reason = words::number::beyond(&value, &knob.unit, &number::written(max, form));
        return lab.session.reject(complaint(knob, reason));
    }
    lab.edit(|scenario| (knob.write)(scenario, value));
}

fn complaint(knob: &Knob, reason: String) -> InvalidScenario {
    InvalidScenario { field: knob.fields[0].to_owned(), reason }
}

fn error_of(lab: Lab, knob: &Knob) -> Option<String> {
    lab.field_error.with(|error| {
        let error = error.as_ref()?;
        knob.fields.contains(&error.field.as_str()).then(|| error.reason.clone())
    })
}
