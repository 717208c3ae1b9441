//! What most tests of the lab do: open it, wait for its words, want it to be quiet.

use std::time::Duration;

use thirtyfour::prelude::ElementQueryable;
use thirtyfour::{By, WebDriver};

use crate::{Error, Outcome, Page, Site, View, until, visit};

/// How long a test waits for what a page should soon show.
pub const LIMIT: Duration = Duration::from_secs(60);
/// The verdict's headline: the model's answer, where there is one, and what was measured.
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
pub async fn headline_with(page: &impl AsRef<WebDriver>, words: &str) -> Outcome<String> {
    let headline = async || text_of(page.as_ref(), HEADLINE).await;
    until(&format!("a verdict with {words:?}"), LIMIT, async || Ok(headline().await?.contains(words)))
        .await?;
    headline().await
}

/// Whether the words begin with an answer to the question whether another worker would help.
pub fn begins_with_an_answer(words: &str) -> bool {
    let answers = ["Yes, ", "Hardly: ", "No: ", "Not known here: "];
    answers.iter().any(|answer| words.starts_with(answer)) && words.contains("model")
}

/// Waits until all work is done: the run, the sweep, the model.
///
/// # Errors
/// It is not after [`LIMIT`].
pub async fn at_rest(page: &impl AsRef<WebDriver>) -> Outcome {
    // A figure says it only to the ear, and the driver reads what is seen.
    let status = async || {
        let found = page.as_ref().query(By::Css(".status-words")).nowait().first_opt().await?;
        let Some(found) = found else { return Ok::<_, Error>(String::new()) };
        Ok(found.prop("textContent").await?.unwrap_or_default())
    };
    until("rest", LIMIT, async || Ok(status().await?.starts_with("At rest"))).await
}

/// The text of the first element that matches, empty where there is none yet.
async fn text_of(driver: &WebDriver, css: &str) -> Outcome<String> {
    match driver.query(By::Css(css)).nowait().first_opt().await? {
        Some(element) => Ok(element.text().await?),
        None => Ok(String::new()),
    }
}
