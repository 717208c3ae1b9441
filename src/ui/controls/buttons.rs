//! Start and stop. Changing a knob runs by itself; these are for a second look at a noisy machine.

use leptos::prelude::*;

use super::super::lab::{Lab, memo};
use shuffle_view::state::Activity;
use shuffle_view::words;

pub(super) fn buttons(lab: Lab) -> impl IntoView {
    let is_apart = memo(move || lab.scenario.with(|scenario| scenario.action.fetches()));
    let is_idle = memo(move || lab.activity.get() == Activity::Idle);
    view! {
        <div class="buttons">
            <button type="button" id=lab.id("run") class="main" on:click=move |_| lab.session.run_again()>{words::control::RUN}</button>
            <button type="button" id=lab.id("sweep") disabled=is_apart on:click=move |_| lab.session.sweep_again()>{words::control::SWEEP}</button>
            <button type="button" id=lab.id("cancel") disabled=is_idle on:click=move |_| lab.session.cancel()>{words::control::CANCEL}</button>
        </div>
    }
}
