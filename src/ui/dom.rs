//! The few places where the page asks the browser for something that Leptos has no word for.

use std::cell::RefCell;

use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::browser::task::sleep;
use shuffle_view::words;

thread_local! {
    static SOURCE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Keeps what gives a promise of the page as one file.
pub(super) fn keep_source(source: Function) {
    SOURCE.replace(Some(source));
}

/// Why the page could not be saved: the browser's words, or ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotSaved(String);

impl From<JsValue> for NotSaved {
    fn from(error: JsValue) -> Self {
        let words = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        NotSaved(words.unwrap_or_else(|| format!("{error:?}")))
    }
}

/// Saves the page as one file among the reader's downloads, as `changed` makes it of its source.
///
/// # Errors
/// The file cannot be had, or has no place for what is to be changed.
pub(super) async fn save_page(changed: impl FnOnce(&str) -> Option<String>) -> Result<(), NotSaved> {
    let source = SOURCE.with_borrow(Clone::clone).ok_or_else(|| NotSaved(words::embed::NO_SOURCE.into()))?;
    let promise: js_sys::Promise = source.call0(&JsValue::UNDEFINED)?.dyn_into()?;
    let file = JsFuture::from(promise).await?.as_string().unwrap_or_default();
    let file = changed(&file).ok_or_else(|| NotSaved(words::embed::NO_PLACE.into()))?;
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/html");
    let parts = js_sys::Array::of1(&file.as_str().into());
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let link: web_sys::HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download("shuffle-lab.html");
    link.click();
    wasm_bindgen_futures::spawn_local(async move {
        // A download that has begun holds on to its bytes by itself.
        sleep(10_000).await;
        let _ = web_sys::Url::revoke_object_url(&address);
    });
    Ok(())
}

/// Sets an attribute of an element, or takes it away.
pub(super) fn set_attribute(element: &web_sys::Element, name: &str, value: Option<&str>) {
    // Neither can fail for the names and values that this page uses.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Whether the reader has asked the system for less motion.
pub(super) fn wants_less_motion() -> bool {
    let query = web_sys::window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Whether some of an element is in the window.
pub(super) fn is_in_view(element: &web_sys::Element) -> bool {
    let area = element.get_bounding_client_rect();
    let height = web_sys::window().and_then(|window| window.inner_height().ok()?.as_f64()).unwrap_or(0.0);
    area.height() > 0.0 && area.bottom() > 0.0 && area.top() < height
}

/// Puts a text on the clipboard; `false` where the browser does not allow it.
pub(super) async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // Absent outside of secure contexts, though its type does not say so.
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| it.is_truthy());
    has_clipboard && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Observes the width of an element, in whole CSS pixels, for as long as the calling part of the page lives; 0 until
/// it is known, and the last one while the element is not shown.
pub(super) fn width_of(element: NodeRef<leptos::html::Div>) -> ReadSignal<u32> {
    let (width, set_width) = signal(0);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let newest = entries.pop().dyn_into::<web_sys::ResizeObserverEntry>();
            let Ok(entry) = newest else { return };
            let pixels = entry.content_rect().width().floor() as u32;
            // Of what is not shown for a moment the last width stays: it comes back as it was.
            if pixels > 0 && width.get_untracked() != pixels {
                // What is drawn anew at once can change the width again, by a scrollbar: the browser would report an error.
                request_animation_frame(move || {
                    // Where the figure is gone by now, nobody waits for it.
                    let _ = set_width.try_set(pixels);
                });
            }
        });
        let Ok(observer) = web_sys::ResizeObserver::new(seen.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        // The observer needs its closure until it is told to stop.
        let guard = StoredValue::new_local((observer, seen));
        on_cleanup(move || guard.with_value(|(observer, _)| observer.disconnect()));
    });
    width
}
