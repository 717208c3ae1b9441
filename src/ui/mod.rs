//! The page: one file for each visible part, all of them readers of the state of one
//! [`Session`](crate::session::Session).
//!
//! ```text
//!  header                     presets, link, theme
//!  controls/   knobs, fixes   ─ edit(scenario) ─> Session ─> RwSignal<RunState>
//!  verdict, status, notices   <──────────── Memo ───────────────┘
//!  figures/    charts, each redrawn only when its own data change
//!  arrival                    rows that came to the driver, or did not fit there
//!  plan/                      the plan step by step, what each rule saves
//!  footer
//! ```
//!
//! Nothing here decides what is run or what a number means: that is the session's and the engine's.

mod arrival;
mod choice;
mod controls;
mod dom;
mod figures;
mod footer;
mod header;
mod lab;
mod notices;
mod page;
mod plan;
mod status;
mod verdict;

use leptos::mount::mount_to;
use wasm_bindgen::JsCast;

/// The id of the element that the page is put into; what stands in it until then says that the page is starting.
const MOUNT_ID: &str = "page";

/// Puts the page into the document, in place of the words that stood there while it was loading.
pub fn mount() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let place = document.get_element_by_id(MOUNT_ID).and_then(|element| element.dyn_into().ok());
    let Some(place): Option<web_sys::HtmlElement> = place.or_else(|| document.body()) else { return };
    place.set_inner_html("");
    mount_to(place, page::page).forget();
}
