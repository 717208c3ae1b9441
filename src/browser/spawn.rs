//! Starting workers: one compiled module for all, from a classic Blob worker, which starts wherever a page may stand.
//!
//! A few lines of JavaScript ([`boot`]) hand the page's own glue the page's own compiled module. Whatever goes wrong
//! there is posted back: a rejection in a worker raises no `error` event by itself.

use std::cell::RefCell;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Response, Url, Worker};

use super::boot;

#[wasm_bindgen]
extern "C" {
    /// Where the page's glue code was loaded from; its name holds a hash.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static GLUE: String;
}

thread_local! {
    /// The address of the script with the glue in it, once it was made; it serves every pool of the page.
    static INLINED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// How workers come by the glue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glue {
    /// It is in their script, where it can be.
    Inlined,
    /// They import it.
    Imported,
}

/// Keeps the glue as the text of a function that gives its exports, for pages that have no address to load it from. Workers
/// get the same text.
///
/// # Errors
/// The browser's words, where it makes no Blobs.
#[expect(unreachable_pub, reason = "JavaScript calls it")]
#[wasm_bindgen]
pub fn keep_glue(function: &str) -> Result<(), JsValue> {
    let url = blob_url(&boot::calling(function))?;
    INLINED.with_borrow_mut(|slot| *slot = Some(url));
    Ok(())
}

/// The address of a script for workers. It is kept: a worker may take its script after its constructor returns.
///
/// # Errors
/// The browser's words.
pub(super) async fn script_url(glue: Glue) -> Result<String, JsValue> {
    if glue == Glue::Imported && GLUE.with(|url| !url.is_empty()) {
        return blob_url(&boot::importing());
    }
    if let Some(url) = INLINED.with_borrow(Clone::clone) {
        return Ok(url);
    }
    // A glue that cannot be read or taken apart can still be imported.
    let script = match read_glue().await {
        Ok(glue) => GLUE.with(|url| boot::inlining(&glue, url)),
        Err(_) => None,
    };
    let url = blob_url(&script.unwrap_or_else(boot::importing))?;
    INLINED.with_borrow_mut(|slot| *slot = Some(url.clone()));
    Ok(url)
}

/// The text of the page's own glue; the browser has it, as the page runs.
async fn read_glue() -> Result<String, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response = JsFuture::from(GLUE.with(|url| window.fetch_with_str(url))).await?;
    let response: Response = response.dyn_into()?;
    if !response.ok() {
        return Err(response.status().into());
    }
    let text = JsFuture::from(response.text()?).await?;
    text.as_string().ok_or(text)
}

fn blob_url(script: &str) -> Result<String, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&script.into()), &options)?;
    Url::create_object_url_with_blob(&blob)
}

/// Starts worker `id`. It says `ready` when it can be talked to; messages sent before that are lost.
///
/// # Errors
/// The browser's words when it refuses at once, as a content security policy makes it do.
pub(super) fn spawn(id: u32, keeps_scans: bool, script_url: &str) -> Result<Worker, JsValue> {
    let worker = Worker::new(script_url)?;
    let boot = Object::new();
    Reflect::set(&boot, &"glue".into(), &GLUE.with(|glue| JsValue::from_str(glue)))?;
    Reflect::set(&boot, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&boot, &"id".into(), &id.into())?;
    Reflect::set(&boot, &"keepsScans".into(), &keeps_scans.into())?;
    worker.post_message(&boot)?;
    Ok(worker)
}

/// Makes and drops one memory: after a reload the old page's may not have been collected, and an allocation by the
/// page, unlike one by a worker, makes the browser do so (seen in Chromium 156).
pub(super) fn nudge_the_collector() {
    let descriptor = Object::new();
    // The two fields of a fresh object can be set, and the memory itself is not wanted.
    let _ = Reflect::set(&descriptor, &"initial".into(), &1.into());
    let _ = Reflect::set(&descriptor, &"maximum".into(), &1.into());
    let _ = js_sys::WebAssembly::Memory::new(&descriptor);
}
