//! The tools of the page: undo and redo, keeping and comparing runs, saving charts, help. What few of them need beyond a button is in
//! a module of its own (`desk/`), which is loaded when it is first asked for.
//!
//! ```text
//!  keydown ──> keys (view) ──┐
//!  buttons ──────────────────┴──> steps: undo, redo        desk: ask(what, detail) ──> desk/js/desk.js
//! ```

mod case;
mod desk;
mod save;
mod steps;

use leptos::ev;
use leptos::prelude::*;
use shuffle_view::keys::{PageAct, page_act};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlInputElement};

use super::lab::Lab;
use shuffle_view::words;
use steps::Steps;

pub(super) use case::case;
pub(super) use desk::keep_desk;
pub(super) use save::save;

/// The buttons in the page's head, and the keys that do the same.
pub(super) fn tools(lab: Lab) -> AnyView {
    let steps = Steps::of(lab);
    let has_run = lab.slice(|state| state.run.is_some());
    listen(lab, steps);
    let (can_undo, can_redo) = (steps.can_undo(), steps.can_redo());
    let runs = desk::is_there().then(|| {
        view! {
            <span class="head-tool desk-tools">
                {button(lab, "pin", words::tool::PIN, has_run, move || desk::ask(lab, "pin", &JsValue::UNDEFINED))}
                {button(lab, "runs", words::tool::RUNS, has_run, move || desk::ask(lab, "runs", &JsValue::UNDEFINED))}
                <span role="status" id=lab.id("desk-says") class="desk-says"></span>
            </span>
        }
    });
    let help = desk::is_there().then(|| {
        let ask = move |_| desk::ask(lab, "help", &JsValue::UNDEFINED);
        view! { <button type="button" id=lab.id("help") class="head-tool" aria-haspopup="dialog" aria-label=words::tool::HELP on:click=ask>"?"</button> }
    });
    view! {
        <span class="head-tool desk-steps">
            {button(lab, "undo", words::tool::UNDO, can_undo, move || steps.undo())}
            {button(lab, "redo", words::tool::REDO, can_redo, move || steps.redo())}
        </span>
        {runs}
        {help}
    }
    .into_any()
}

/// A button that cannot be pressed while there is nothing that it could do.
fn button(lab: Lab, id: &str, name: &'static str, can: Memo<bool>, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button
            type="button"
            id=lab.id(id)
            aria-haspopup=(id == "runs").then_some("dialog")
            disabled=move || !can.get()
            on:click=move |_| press()
        >
            {name}
        </button>
    }
    .into_any()
}

/// Lets the keys of the whole page do what their table says, except while somebody types a text or a dialog is open.
fn listen(lab: Lab, steps: Steps) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.alt_key() || is_typed(&event) || is_dialog_open() {
            return;
        }
        let is_ctrl = event.ctrl_key() || event.meta_key();
        let Some(act) = page_act(&event.key(), is_ctrl, event.shift_key()) else { return };
        event.prevent_default();
        match act {
            PageAct::Undo => steps.undo(),
            PageAct::Redo => steps.redo(),
            PageAct::Help => desk::ask(lab, "help", &JsValue::UNDEFINED),
        }
    });
    on_cleanup(move || handle.remove());
}

/// Whether a key goes into a text, which has an undo of its own.
fn is_typed(event: &ev::KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let is_text = target.dyn_ref::<HtmlInputElement>().is_some_and(|input| {
        !["range", "checkbox", "radio", "button", "file"].contains(&input.type_().as_str())
    });
    // A text area that is only read takes no keys.
    let is_area = target.tag_name() == "TEXTAREA";
    is_text || is_area || target.is_content_editable()
}

fn is_dialog_open() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document
        .is_some_and(|document| document.query_selector("dialog[open]").is_ok_and(|found| found.is_some()))
}
