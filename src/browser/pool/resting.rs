//! Letting workers go that nobody needs: each has a memory of its own, and a tab has room for about a hundred of them.

use std::rc::Rc;

use wasm_bindgen::prelude::{Closure, JsCast};

use crate::browser::task::sleep;

use super::{Pool, WeakPool};

/// Workers that nobody needs are kept for so long: a reader who scrolls back finds them ready. To start them anew takes a
/// tenth of a second for 16.
pub(super) const REST_MILLIS: i32 = 10_000;

/// Somebody may need the pool's workers soon, until this is dropped.
pub struct Hold {
    pool: WeakPool,
    held: Option<Rc<()>>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.held = None;
        self.pool.with(Pool::let_go_later);
    }
}

impl Pool {
    /// Keeps workers, once they have been started, until the hold is dropped.
    pub fn hold(&self) -> Hold {
        Hold { pool: self.downgrade(), held: Some(self.shared.holds.clone()) }
    }

    /// Lets the workers go after a while, unless somebody has needed them by then.
    pub(super) fn let_go_later(&self) {
        if self.is_needed() {
            return;
        }
        let pool = self.downgrade();
        let (uses, millis) = (self.shared.uses.get(), self.shared.rest_millis.get());
        wasm_bindgen_futures::spawn_local(async move {
            sleep(millis).await;
            pool.with(|pool| {
                if !pool.is_needed() && pool.shared.uses.get() == uses {
                    pool.let_go();
                }
            });
        });
    }

    /// Lets the workers go when the page goes: a browser may keep the memories of a page that was left for so long that the
    /// next one cannot start.
    pub(super) fn end_with_the_page(&self) {
        let pool = self.downgrade();
        let end = Closure::<dyn FnMut()>::new(move || pool.with(Pool::let_go));
        if let Some(window) = web_sys::window() {
            // Without it the browser collects them by itself, later.
            let _ = window.add_event_listener_with_callback("pagehide", end.as_ref().unchecked_ref());
        }
        // It listens for as long as there is a page.
        end.forget();
    }

    fn let_go(&self) {
        let count = self.shared.state.borrow().workers.len();
        (0..count as u32).for_each(|id| self.discard(id));
    }

    fn is_needed(&self) -> bool {
        Rc::strong_count(&self.shared.holds) > 1 || self.shared.turnstile.is_taken()
    }
}
