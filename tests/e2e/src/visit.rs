//! A browser around a test: left to the next test or closed, with a picture and the console on failure.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt;

use crate::{Error, Outcome, Page, View, browsers, places};

/// No test waits longer than this for its page.
const LIMIT: Duration = Duration::from_secs(180);

/// Takes a browser with this view on a fresh tab, runs the test on it, leaves it to the next test.
///
/// If the test fails or panics, `target/screenshots/failed-NAME.png` shows the page and the console's
/// lines are printed; the browser is closed.
///
/// # Errors
/// The test's own, or those of starting the browser, or [`Error::TimeOut`] after three minutes.
pub async fn visit<T>(name: &str, view: View, test: impl AsyncFnOnce(&Page) -> Outcome<T>) -> Outcome<T> {
    let page = browsers::take(view).await?;
    let timed = tokio::time::timeout(LIMIT, test(&page));
    let end = AssertUnwindSafe(timed).catch_unwind().await;
    if let Ok(Ok(Ok(value))) = end {
        browsers::give_back(page);
        return Ok(value);
    }
    explain(name, &page).await;
    // How this browser ends is of no interest: the test has failed, and its own words are told.
    let _ = page.close().await;
    match end {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            Err(Error::TimeOut { what: format!("the end of the visit `{name}`"), seconds: LIMIT.as_secs() })
        }
        Err(panic) => resume_unwind(panic),
    }
}

/// Saves what can be seen of a failure. Its own failures must not hide the test's.
async fn explain(name: &str, page: &Page) {
    let file = places::picture(&format!("failed-{name}"));
    match page.picture(&file, false).await {
        Ok(()) => eprintln!("{name}: the page as it was: {}", file.display()),
        Err(error) => eprintln!("{name}: no picture could be taken: {error}"),
    }
    for line in page.console().await.unwrap_or_default() {
        eprintln!("{name}: console: {} {}", line.level, line.message);
    }
}
