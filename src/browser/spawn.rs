//! Starting workers: one compiled module for all, from a classic Blob worker, which starts wherever a page may stand.
//!
//! A few lines of JavaScript import the page's own glue and hand it the page's own compiled module. Whatever goes wrong
//! there is posted back: a rejection in a worker raises no `error` event by itself.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

#[wasm_bindgen]
extern "C" {
    /// Where the page's glue code was loaded from; its name holds a hash.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static GLUE: String;
}

/// What a worker runs before the module is there. `initSync` runs `main` again, which returns at once in a worker.
const BOOT: &str = r#"
const fatal = (reason) => self.postMessage({ fatal: String(reason && reason.stack || reason) });
self.addEventListener("unhandledrejection", (event) => fatal(event.reason));
self.onmessage = async ({ data: { glue, module, id } }) => {
  self.onmessage = null;
  try {
    const bindings = await import(glue);
    bindings.initSync({ module });
    bindings.worker_main(id);
  } catch (error) {
    fatal(error);
  }
};
"#;

/// The address of the boot lines, made once and kept: a worker may take its script after its constructor returns.
///
/// # Errors
/// The browser's words.
pub(super) fn boot_url() -> Result<String, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&BOOT.into()), &options)?;
    Url::create_object_url_with_blob(&blob)
}

/// Starts worker `id`. It says `ready` when it can be talked to; messages sent before that are lost.
///
/// # Errors
/// The browser's words when it refuses at once, as a content security policy makes it do.
pub(super) fn spawn(id: u32, boot_url: &str) -> Result<Worker, JsValue> {
    let worker = Worker::new(boot_url)?;
    let boot = Object::new();
    Reflect::set(&boot, &"glue".into(), &GLUE.with(|glue| JsValue::from_str(glue)))?;
    Reflect::set(&boot, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&boot, &"id".into(), &id.into())?;
    worker.post_message(&boot)?;
    Ok(worker)
}

/// Makes and drops one memory: after a reload the old page's may not have been collected, and an allocation by the
/// page, unlike one by a worker, makes the browser do so (facts/BROWSER.md).
pub(super) fn nudge_the_collector() {
    let descriptor = Object::new();
    // The two fields of a fresh object can be set, and the memory itself is not wanted.
    let _ = Reflect::set(&descriptor, &"initial".into(), &1.into());
    let _ = Reflect::set(&descriptor, &"maximum".into(), &1.into());
    let _ = js_sys::WebAssembly::Memory::new(&descriptor);
}
