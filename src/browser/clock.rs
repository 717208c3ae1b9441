//! The browser's monotonic clock, the same in page and workers.

use shuffle_engine::cluster::{Clock, WallMicros};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// `performance.now()`, which ticks at 100 us or finer, since the page or worker began.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> WallMicros {
        WallMicros((performance_now() * 1e3) as u64)
    }
}
