//! Whether somebody can see an element: it is on the screen or near it, and its tab is not hidden.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::{Closure, JsCast};
use web_sys::{Document, Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// A figure counts as seen when it is so near to the screen: its workers are ready when it gets there.
const MARGIN: &str = "200px";

/// Watches an element until it is dropped.
pub struct Sight {
    observer: Option<IntersectionObserver>,
    document: Option<Document>,
    on_visibility: Closure<dyn FnMut()>,
    _on_crossing: Closure<dyn FnMut(Array)>,
}

impl Sight {
    /// Tells `see` whether the element can be seen, whenever that changes.
    pub fn of(element: &Element, see: impl Fn(bool) + 'static) -> Self {
        let document = web_sys::window().and_then(|window| window.document());
        let is_shown = {
            let document = document.clone();
            move || document.as_ref().is_none_or(|document| !document.hidden())
        };
        let is_near = Rc::new(Cell::new(false));
        let see = Rc::new({
            let is_near = is_near.clone();
            move || see(is_near.get() && is_shown())
        });
        let on_crossing = {
            let (see, is_near) = (see.clone(), is_near.clone());
            Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
                let newest: Option<IntersectionObserverEntry> = entries.pop().dyn_into().ok();
                if let Some(entry) = newest {
                    is_near.set(entry.is_intersecting());
                    see();
                }
            })
        };
        let on_visibility = {
            let see = see.clone();
            Closure::<dyn FnMut()>::new(move || see())
        };
        if let Some(document) = &document {
            // Without it a hidden tab goes unnoticed, and nothing else.
            let _ = document
                .add_event_listener_with_callback("visibilitychange", on_visibility.as_ref().unchecked_ref());
        }
        let options = IntersectionObserverInit::new();
        options.set_root_margin(MARGIN);
        let observer =
            IntersectionObserver::new_with_options(on_crossing.as_ref().unchecked_ref(), &options).ok();
        match &observer {
            Some(observer) => observer.observe(element),
            // Where nobody can tell, it is seen.
            None => {
                is_near.set(true);
                see();
            }
        }
        Sight { observer, document, on_visibility, _on_crossing: on_crossing }
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
        if let Some(document) = &self.document {
            // It was added; a document that is going away has nothing to remove it from.
            let _ = document.remove_event_listener_with_callback(
                "visibilitychange",
                self.on_visibility.as_ref().unchecked_ref(),
            );
        }
    }
}
