//! Waiting for what a page should soon show, in any browser.

use std::time::{Duration, Instant};

use thirtyfour::prelude::{ElementQueryable, WebElement};
use thirtyfour::{By, WebDriver};

use crate::{Error, Outcome};

const PAUSE: Duration = Duration::from_millis(50);

/// Waits for the first element that matches.
///
/// # Errors
/// If none has come after that time.
pub async fn wait_for(driver: &WebDriver, css: &str, limit: Duration) -> Outcome<WebElement> {
    let query = driver.query(By::Css(css)).wait(limit, PAUSE);
    let found = query.first_opt().await?;
    found.ok_or_else(|| Error::TimeOut { what: format!("an element `{css}`"), seconds: limit.as_secs() })
}

/// Asks again and again until the answer is yes.
///
/// # Errors
/// If it is still no after that time, or the question's own.
pub async fn until(what: &str, limit: Duration, ask: impl AsyncFn() -> Outcome<bool>) -> Outcome {
    let start = Instant::now();
    while !ask().await? {
        if start.elapsed() > limit {
            return Err(Error::TimeOut { what: what.to_owned(), seconds: limit.as_secs() });
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
