//! The head of the page: its name, the presets, the link and the colours.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::lab::{Lab, memo};
use super::{dom, embed, tools};
use crate::browser::location;
use shuffle_view::controls::presets::{PRESETS, Preset};
use shuffle_view::permalink::{Choice, Theme};
use shuffle_view::words;

/// The value of the select when the scenario is none of the presets.
const OWN: &str = "own";

pub(super) fn header(lab: Lab) -> impl IntoView {
    view! {
        <header class="head">
            <h1 class="head-name">{words::header::TITLE}</h1>
            <p class="head-line">{words::header::LINE}</p>
            <div class="head-tools">
                {preset(lab)}
                {lesson(lab)}
                {copy_link(lab)}
                {embed::embed(lab)}
                {theme(lab)}
                {tools::tools(lab)}
            </div>
            {tools::case(lab)}
        </header>
    }
}

/// The way to the lesson, which a page saved as one file does not have beside it.
fn lesson(lab: Lab) -> Option<AnyView> {
    let is_alone = location::address().starts_with("file:");
    (!is_alone).then(|| {
        view! { <a class="head-tool" id=lab.id("lesson") href="lesson/index.html">{words::header::LESSON}</a> }.into_any()
    })
}

fn preset(lab: Lab) -> impl IntoView {
    let chosen = move || {
        let scenario = lab.scenario.get();
        PRESETS.iter().find(|preset| (preset.scenario)() == scenario).map_or(OWN, |preset| preset.word)
    };
    let choose = move |word: String| {
        if let Some(preset) = PRESETS.iter().find(|preset| preset.word == word) {
            lab.edit(|scenario| *scenario = (preset.scenario)());
        }
    };
    let options = |is_case: bool| {
        let group = PRESETS.iter().filter(|preset| preset.case.is_some() == is_case);
        let option = |preset: &'static Preset| {
            view! { <option value=preset.word selected=move || chosen() == preset.word>{preset.name}</option> }.into_any()
        };
        group.map(option).collect::<Vec<_>>()
    };
    view! {
        <label class="head-tool">
            <span>{words::header::PRESET}</span>
            <select id=lab.id("preset") prop:value=chosen on:change:target=move |event| choose(event.target().value())>
                <option value=OWN disabled selected=move || chosen() == OWN>{words::header::OWN}</option>
                {options(false)}
                <optgroup label=words::header::CASES>{options(true)}</optgroup>
            </select>
        </label>
    }
}

/// What became of the last attempt to copy.
#[derive(Clone, Copy, PartialEq)]
enum Copied {
    NotYet,
    Done,
    Refused,
}

fn copy_link(lab: Lab) -> impl IntoView {
    let copied = RwSignal::new(Copied::NotYet);
    // Said once for each press: another scenario has another link.
    Effect::new(move |_| {
        lab.scenario.track();
        lab.view.track();
        copied.set(Copied::NotYet);
    });
    let copy = move |_| {
        // The address follows the controls, but some frames refuse to replace it.
        location::replace_query_string(&lab.query());
        let address = location::address();
        spawn_local(async move {
            copied.set(if dom::copy(&address).await { Copied::Done } else { Copied::Refused });
        });
    };
    view! {
        <span class="head-tool">
            <button type="button" id=lab.id("copy-link") on:click=copy>
                {move || if copied.get() == Copied::Done { words::header::COPIED } else { words::header::COPY_LINK }}
            </button>
            <span role="status" class="only-heard">
                {move || if copied.get() == Copied::Done { words::header::LINK_COPIED } else { "" }}
            </span>
            <Show when=move || copied.get() == Copied::Refused>
                <input
                    class="head-link"
                    type="text"
                    readonly
                    aria-label=words::header::LINK_BY_HAND
                    prop:value=location::address
                    on:focus:target=|event| event.target().select()
                />
            </Show>
        </span>
    }
}

fn theme(lab: Lab) -> impl IntoView {
    let theme = memo(move || lab.view.with(|view| view.theme));
    let next = move |_| {
        let all = Theme::ALL;
        let at = all.iter().position(|(choice, ..)| *choice == theme.get_untracked()).unwrap_or(0);
        lab.look(|view| view.theme = all[(at + 1) % all.len()].0);
    };
    view! {
        <button type="button" id=lab.id("theme") class="head-tool" on:click=next>
            {move || words::header::theme(&theme.get().label())}
        </button>
    }
}
