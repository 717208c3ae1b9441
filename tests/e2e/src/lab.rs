//! What most tests of the lab do: open it, wait for its words, want it to be quiet.

use std::time::Duration;

use thirtyfour::By;
use thirtyfour::prelude::ElementQueryable;

use crate::{Error, Outcome, Page, Site, View, visit};

/// How long a test waits for what a page should soon show.
pub const LIMIT: Duration = Duration::from_secs(60);
/// The verdict's first sentence.
pub const HEADLINE: &str = ".verdict-headline";

/// Opens the lab with a query string, runs the test, and wants the page to have been quiet.
///
/// # Errors
/// The test's own, or those of the browser.
///
/// # Panics
/// When the page was not quiet.
pub async fn at_the_lab(name: &str, query: &str, test: impl AsyncFnOnce(&Page, &Site) -> Outcome) -> Outcome {
    let site = Site::of_the_page()?;
    visit(name, View::WIDE, async |page| {
        page.open(&site.address(query)).await?;
        test(page, &site).await?;
        assert_quiet(page, &site).await
    })
    .await
}

/// Wants nothing in the console and nothing asked of another origin.
///
/// # Errors
/// Those of the browser.
///
/// # Panics
/// When there is.
pub async fn assert_quiet(page: &Page, site: &Site) -> Outcome {
    let console = page.console().await?;
    assert!(console.is_empty(), "the console is not empty: {console:#?}");
    assert_eq!(site.violations(), [""; 0]);
    Ok(())
}

/// Waits until the verdict's headline has these words.
///
/// # Errors
/// It has not after [`LIMIT`].
pub async fn headline_with(page: &Page, words: &str) -> Outcome<String> {
    let headline = async || match page.driver.query(By::Css(HEADLINE)).nowait().first_opt().await? {
        Some(element) => Ok::<_, Error>(element.text().await?),
        None => Ok(String::new()),
    };
    page.until(&format!("a verdict with {words:?}"), LIMIT, async || Ok(headline().await?.contains(words)))
        .await?;
    headline().await
}

/// Waits until all work is done: the run, the sweep, the model.
///
/// # Errors
/// It is not after [`LIMIT`].
pub async fn at_rest(page: &Page) -> Outcome {
    page.until("rest", LIMIT, async || {
        let status = page.driver.query(By::Css(".status-words")).nowait().first_opt().await?;
        let Some(status) = status else { return Ok(false) };
        Ok(status.text().await?.starts_with("At rest"))
    })
    .await
}
