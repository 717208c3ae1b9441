//! Letting the browser breathe: timers and turns of its event loop.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use wasm_bindgen::prelude::{Closure, JsCast};
use web_sys::{MessageChannel, MessageEvent};

use super::clock::BrowserClock;
use shuffle_engine::cluster::Clock;

/// Waits for the next turn of the event loop: events and drawing come first. Unlike a timer of 0 ms it is not slowed to
/// 4 ms when nested, nor to a second when the tab is hidden.
pub async fn next_turn() {
    let (done, waits) = oneshot::channel::<()>();
    let done = RefCell::new(Some(done));
    let Ok(channel) = MessageChannel::new() else { return };
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
        if let Some(done) = done.borrow_mut().take() {
            // Nobody waits any more when the future was dropped.
            let _ = done.send(());
        }
    });
    channel.port1().set_onmessage(Some(hear.as_ref().unchecked_ref()));
    if channel.port2().post_message(&wasm_bindgen::JsValue::NULL).is_ok() {
        let _ = waits.await;
    }
    channel.port1().close();
}

/// Waits for some time, at least.
pub async fn sleep(millis: i32) {
    let (done, waits) = oneshot::channel::<()>();
    let Some(window) = web_sys::window() else { return };
    let ring = Closure::once(move || {
        // Nobody waits any more when the future was dropped.
        let _ = done.send(());
    });
    let set =
        window.set_timeout_with_callback_and_timeout_and_arguments_0(ring.as_ref().unchecked_ref(), millis);
    if set.is_ok() {
        let _ = waits.await;
    }
}

/// Does pieces of work for a few milliseconds at a time, so that the page stays alive in between.
pub async fn in_slices<T>(mut piece: impl FnMut() -> Option<T>) -> T {
    const SLICE_MICROS: u64 = 8_000;
    loop {
        let started = BrowserClock.now();
        while BrowserClock.now().since(started).0 < SLICE_MICROS {
            if let Some(result) = piece() {
                return result;
            }
        }
        next_turn().await;
    }
}

/// A timer that rings again and again until it is dropped.
#[derive(Debug)]
pub struct Interval {
    id: i32,
    _ring: Closure<dyn FnMut()>,
}

impl Interval {
    /// Rings every `millis`; `None` where there is no window.
    pub fn new(millis: i32, ring: impl FnMut() + 'static) -> Option<Self> {
        let ring = Closure::<dyn FnMut()>::new(ring);
        let id = web_sys::window()?
            .set_interval_with_callback_and_timeout_and_arguments_0(ring.as_ref().unchecked_ref(), millis)
            .ok()?;
        Some(Interval { id, _ring: ring })
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}

/// One at a time, in the order of asking: a pool runs one job, a calibration waits for the reader's.
#[derive(Debug, Clone, Default)]
pub struct Turnstile {
    queue: Rc<RefCell<Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    is_taken: bool,
    waiting: std::collections::VecDeque<oneshot::Sender<()>>,
}

/// The right to go on; the next in the queue gets it when this is dropped.
#[derive(Debug)]
pub struct Turn {
    queue: Rc<RefCell<Queue>>,
}

impl Turnstile {
    /// Waits until all who asked before are through.
    pub async fn pass(&self) -> Turn {
        let waits = {
            let mut queue = self.queue.borrow_mut();
            if queue.is_taken {
                let (go, waits) = oneshot::channel();
                queue.waiting.push_back(go);
                Some(waits)
            } else {
                queue.is_taken = true;
                None
            }
        };
        if let Some(waits) = waits {
            let _ = waits.await;
        }
        Turn { queue: self.queue.clone() }
    }
}

impl Turnstile {
    /// Whether somebody is through, or waits.
    pub fn is_taken(&self) -> bool {
        self.queue.borrow().is_taken
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.queue.borrow_mut();
        // One whose future was dropped while it waited cannot be woken: the next one is.
        while let Some(next) = queue.waiting.pop_front() {
            if next.send(()).is_ok() {
                return;
            }
        }
        queue.is_taken = false;
    }
}

/// What a run can be cancelled by. A copy cancels the same runs.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    is_cancelled: Rc<std::cell::Cell<bool>>,
}

impl CancelToken {
    /// From now on, runs with this token end. [`super::Pool::cancel`] also ends one that is under way.
    pub(super) fn set(&self) {
        self.is_cancelled.set(true);
    }

    /// Whether it was cancelled.
    pub fn is_set(&self) -> bool {
        self.is_cancelled.get()
    }

    /// Whether the other is a copy of this one.
    pub(super) fn is_same(&self, other: &CancelToken) -> bool {
        Rc::ptr_eq(&self.is_cancelled, &other.is_cancelled)
    }
}
