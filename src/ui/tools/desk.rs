//! The way to the desk: a function of the page's start that loads it and asks it for something.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use shuffle_view::state::Notice;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::super::lab::Lab;
use shuffle_view::words;

thread_local! {
    static DESK: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Keeps what asks the desk, for the page's life. A page in one file has none.
pub(in crate::ui) fn keep_desk(desk: Option<Function>) {
    DESK.replace(desk);
}

/// Whether there is a desk to ask.
pub(super) fn is_there() -> bool {
    DESK.with_borrow(Option::is_some)
}

/// Asks the desk for something. Where it cannot be had the reader is told.
pub(super) fn ask(lab: Lab, what: &'static str, detail: &JsValue) {
    let Some(desk) = DESK.with_borrow(Clone::clone) else { return };
    let asked = desk.call2(&JsValue::UNDEFINED, &what.into(), detail);
    spawn_local(async move {
        let promise = asked.and_then(|promise| promise.dyn_into::<Promise>());
        let answer = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        if let Err(error) = answer {
            let words =
                error.dyn_ref::<js_sys::Error>().map_or(String::new(), |error| String::from(error.message()));
            let text = words::desk::failed(&words);
            lab.session.notice(Notice { field: None, text });
        }
    });
}
