//! The dialog that puts a figure into a page of one's own: its parts, how it will look, and the code.

use leptos::html;
use leptos::prelude::*;
use shuffle_view::embed::{self, Host};
use shuffle_view::parts::{Control, Part, Parts, Shown};
use shuffle_view::permalink::Link;
use wasm_bindgen_futures::spawn_local;

use super::choice::strip;
use super::lab::{Lab, Room, memo};
use super::{dom, page};
use crate::browser::location;
use shuffle_view::words;

/// What became of the last press of a button.
#[derive(Clone, PartialEq)]
enum Done {
    Nothing,
    Copied,
    /// The browser lets no script copy: it is marked, to be copied by hand.
    Refused,
    Saved,
    NotSaved(String),
}

/// The button in the page's head, and the dialog that it opens.
pub(super) fn embed(lab: Lab) -> impl IntoView {
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    let is_open = RwSignal::new(false);
    let open = move |_| {
        is_open.set(true);
        if let Some(dialog) = dialog.get_untracked() {
            // It is in the document and closed.
            let _ = dialog.show_modal();
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <button type="button" id=lab.id("embed") class="head-tool" aria-haspopup="dialog" on:click=open>{words::embed::OPEN}</button>
        <dialog
            class="embed"
            node_ref=dialog
            aria-labelledby=lab.id("embed-name")
            on:close=move |_| is_open.set(false)
        >
            <div class="embed-head">
                <h2 id=lab.id("embed-name")>{words::embed::TITLE}</h2>
                <button type="button" id=lab.id("embed-close") class="quiet" on:click=close>{words::embed::CLOSE}</button>
            </div>
            // What is in it is made when it is opened, and goes with it.
            <Show when=move || is_open.get()>{inside(lab)}</Show>
        </dialog>
    }
}

fn inside(lab: Lab) -> impl IntoView {
    // The same session: what is set in the preview is set in the page, and nothing runs twice.
    let preview = Lab::new(lab.session, Room::Figure, "preview-", Parts::default(), lab.view);
    let host = RwSignal::new(Host::Element);
    let link =
        memo(move || Link { scenario: lab.scenario.get(), view: lab.view.get(), parts: preview.parts.get() });
    let code = memo(move || link.with(|link| embed::code(host.get(), &location::base(), link)));
    let hosts = Host::ALL.to_vec();
    view! {
        <div class="embed-body">
            <div class="embed-choices">
                {choices(lab, words::embed::CONTROLS, Control::all(), move |part| preview.has(part), move |controls| {
                    preview.parts.update(|parts| parts.controls = controls);
                })}
                {choices(lab, words::embed::VIEWS, Shown::all(), move |part| preview.shows(part), move |views| {
                    preview.parts.update(|parts| parts.views = views);
                })}
            </div>
            <div class="embed-code">
                <h3>{words::embed::CODE}</h3>
                {strip(lab.id("embed-host"), words::embed::KIND, hosts, move || host.get(), move |chosen| host.set(chosen))}
                <p class="caption">
                    {move || host.get().says()}
                    " "
                    {(!location::is_hosted()).then_some(
                        words::embed::NO_HOST,
                    )}
                </p>
                {buttons(lab, link, code)}
            </div>
            <div class="embed-preview">
                <h3>{words::embed::PREVIEW}</h3>
                <div class="figure-root embed-figure">{page::figure(preview, false)}</div>
            </div>
        </div>
    }
}

/// A list of parts, each to be ticked.
fn choices<P: Part + Send + Sync>(
    lab: Lab,
    legend: &'static str,
    all: Vec<P>,
    is_chosen: impl Fn(P) -> bool + Copy + Send + Sync + 'static,
    choose: impl Fn(Vec<P>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let boxes = all
        .into_iter()
        .map(|part| {
            let toggle = move |_| {
                let is_wanted = |other: &P| is_chosen(*other) != (*other == part);
                choose(P::all().into_iter().filter(is_wanted).collect());
            };
            view! {
                <label class="embed-choice">
                    <input
                        type="checkbox"
                        id=lab.id(&format!("embed-{}-{}", P::LIST, part.name()))
                        prop:checked=move || is_chosen(part)
                        on:change=toggle
                    />
                    <span>{part.label()}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="embed-list">
            <legend>{legend}</legend>
            {boxes}
        </fieldset>
    }
}

fn buttons(lab: Lab, link: Memo<Link>, code: Memo<String>) -> impl IntoView {
    let done = RwSignal::new(Done::Nothing);
    // Said once for each press: other code has not been copied.
    Effect::new(move |_| {
        code.track();
        done.set(Done::Nothing);
    });
    let place: NodeRef<html::Textarea> = NodeRef::new();
    let copy = move |_| {
        let text = code.get_untracked();
        spawn_local(async move {
            let is_copied = dom::copy(&text).await;
            done.set(if is_copied { Done::Copied } else { Done::Refused });
            if let Some(place) = place.get_untracked().filter(|_| !is_copied) {
                place.select();
            }
        });
    };
    let save = move |_| {
        let mut link = link.get_untracked();
        link.view.embed = true;
        spawn_local(async move {
            done.set(match dom::save_page(|file| embed::saved(file, &link)).await {
                Ok(()) => Done::Saved,
                Err(error) => Done::NotSaved(error.to_string()),
            });
        });
    };
    let says = move || match done.get() {
        Done::Nothing => String::new(),
        Done::Copied => words::embed::COPIED.to_owned(),
        Done::Refused => words::embed::REFUSED.to_owned(),
        Done::Saved => words::embed::SAVED.to_owned(),
        Done::NotSaved(reason) => words::embed::not_saved(&reason),
    };
    view! {
        <textarea
            class="embed-text"
            id=lab.id("embed-text")
            readonly
            rows="6"
            spellcheck="false"
            aria-label=words::embed::CODE
            node_ref=place
            prop:value=code
        ></textarea>
        <div class="embed-buttons">
            <button type="button" id=lab.id("embed-copy") class="main" on:click=copy>{words::embed::COPY}</button>
            <button type="button" id=lab.id("embed-save") on:click=save>{words::embed::SAVE}</button>
        </div>
        <p class="embed-done" role="status">{says}</p>
    }
}
