//! The fixes: switches that change how the plan runs and must not change what it answers.

use leptos::prelude::*;
use shuffle_view::controls::tactics::{By, Switch, TACTICS, Tactic};
use shuffle_view::parts::Control;

use super::super::lab::{Lab, memo};
use super::super::page::part;
use super::{knob, proof};
use shuffle_view::words;

pub(super) fn fixes(lab: Lab) -> AnyView {
    let has_some = memo(move || {
        lab.parts.with(|parts| parts.controls.iter().any(|control| matches!(control, Control::Tactic(_))))
    });
    part(lab, has_some, |lab| list(lab).into_any())
}

fn list(lab: Lab) -> impl IntoView {
    let one = |(row, tactic): (usize, &'static Tactic)| {
        let is_offered = memo(move || lab.has(Control::Tactic(row)));
        let view = move || match &tactic.by {
            By::Switch(by) => switch(lab, tactic, by).into_any(),
            By::Knob(by) => knob::knob(lab, by).into_any(),
        };
        move || is_offered.get().then(view)
    };
    view! {
        <fieldset class="fixes">
            <legend class="knob-label">{words::control::FIXES}</legend>
            {TACTICS.iter().enumerate().map(one).collect_view()}
            {proof::proof(lab)}
        </fieldset>
    }
}

fn switch(lab: Lab, tactic: &'static Tactic, by: &'static Switch) -> impl IntoView {
    let is_on = memo(move || lab.scenario.with(by.is_on));
    let refusal = memo(move || lab.scenario.with(tactic.refusal));
    // One that a link has switched on can always be switched off.
    let is_disabled = move || refusal.get().is_some() && !is_on.get();
    let id = lab.id(tactic.name);
    let hint_id = format!("{id}-hint");
    view! {
        <div class="fix">
            <label class="fix-name">
                <input
                    type="checkbox"
                    role="switch"
                    id=id
                    aria-describedby=hint_id.clone()
                    disabled=is_disabled
                    prop:checked=is_on
                    on:change:target=move |event| {
                        let turn = if event.target().checked() { by.on } else { tactic.off };
                        lab.edit(turn);
                    }
                />
                <span>{move || lab.scenario.with(by.label)}</span>
            </label>
            <p class="knob-hint" id=hint_id>{move || refusal.get().unwrap_or(by.says)}</p>
        </div>
    }
}
