//! The browsers that are open and free.
//!
//! To start chromedriver and Chromium takes longer than most tests do, so a test that has passed leaves its browser to the
//! next one, which gets a fresh tab in it. As many are open as tests run at a time. A browser whose test failed is closed:
//! the next test must not suffer from what the failed one left behind. A browser that has died is replaced by a new one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Outcome, Page, View};

static FREE: Mutex<Vec<Page>> = Mutex::new(Vec::new());

fn free() -> MutexGuard<'static, Vec<Page>> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A browser with this view on an empty page in a fresh tab: a free one, or else a new one.
pub(crate) async fn take(view: View) -> Outcome<Page> {
    loop {
        // A statement of its own: the lock must not be held while the browser is asked.
        let page = free().pop();
        let Some(page) = page else { return Page::start(view).await };
        match page.renew(view).await {
            Ok(()) => return Ok(page),
            Err(error) => eprintln!("a browser that had died is replaced ({error})"),
        }
    }
}

/// Leaves a browser to the next test.
pub(crate) fn give_back(page: Page) {
    free().push(page);
}

/// Closes all free browsers. Nobody else would: what is static is not dropped at the end of a program.
pub async fn close() {
    // Likewise: no lock during the wait.
    let pages: Vec<Page> = free().drain(..).collect();
    for page in pages {
        if let Err(error) = page.close().await {
            eprintln!("a browser did not close by itself: {error}");
        }
    }
}
