//! The browser's monotonic clock, the same in page and workers: each counts from its own start, and knows when that was.

use std::cell::OnceCell;

use shuffle_engine::cluster::{Clock, WallMicros};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(thread_local_v2, js_namespace = performance, js_name = timeOrigin)]
    static TIME_ORIGIN: f64;
}

/// Steps of the clock that are looked at.
const TICK_LOOKS: u32 = 5;
/// A step that is longer than this is not looked at again.
const LONG_TICK_MICROS: u64 = 20_000;

/// `performance.now()`, which ticks at 100 us or finer, counted from the origin that page and workers have in common: what
/// `performance.timeOrigin` counts from.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserClock;

impl BrowserClock {
    /// How far the clock moves at once, in microseconds: 5 to 100 in Chromium, 1,000 in Firefox and WebKit, 100,000 where a
    /// browser hides the time from pages. It is looked at once and then known.
    pub fn tick_micros() -> u64 {
        TICK.with(|tick| *tick.get_or_init(measure_tick))
    }
}

thread_local! {
    static TICK: OnceCell<u64> = const { OnceCell::new() };
    /// When this page or worker began, in microseconds.
    static ORIGIN: OnceCell<u64> = const { OnceCell::new() };
}

/// The smallest of several steps: a longer one was interrupted.
fn measure_tick() -> u64 {
    let step = || {
        let before = BrowserClock.now();
        loop {
            let now = BrowserClock.now();
            if now > before {
                return now.since(before).0;
            }
        }
    };
    // The first one begins in the middle of a tick; a tick of a tenth of a second is not waited for again and again.
    let mut smallest = step();
    for _ in 0..TICK_LOOKS {
        if smallest > LONG_TICK_MICROS {
            break;
        }
        smallest = smallest.min(step());
    }
    smallest
}

impl Clock for BrowserClock {
    fn now(&self) -> WallMicros {
        let origin = ORIGIN.with(|origin| *origin.get_or_init(|| (TIME_ORIGIN.with(|it| *it) * 1e3) as u64));
        WallMicros(origin + (performance_now() * 1e3) as u64)
    }
}
