//! What is wanted of a notebook with two figures, wherever it runs.

use std::time::Duration;

use super::Host;
use super::server::Work;
use super::stage::{LIMIT, ensure};
use super::window::Window;
use crate::Outcome;

/// A server, a kernel and all that a notebook's page loads take their time.
pub(super) const FIRST_LIMIT: Duration = Duration::from_secs(120);

/// How many verdicts on a run are on the page, in whatever shadow they are. Until then there are words about the start.
const VERDICTS: &str = "(() => { \
    const all = (root) => [...root.querySelectorAll('*')] \
        .flatMap((element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]); \
    return all(document).filter((e) => e.matches('.verdict-headline') && e.textContent.includes('measured')).length; })()";

/// Waits for both figures' verdicts, takes a picture, wants the title as it was and no error in the console.
pub(super) async fn two_verdicts(host: Host, page: &Window<'_>, work: &Work) -> Outcome<String> {
    let title = page.evaluate("document.title").await?;
    page.until("two verdicts", LIMIT, async || Ok(page.evaluate(VERDICTS).await? == 2)).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    page.save(host).await?;
    let title_now = page.evaluate("document.title").await?;
    ensure(title_now == title, || format!("the title was {title}, it is {title_now}"))?;
    // Warnings are the notebook's own affair.
    let console = page.console().await?;
    let errors: Vec<&String> = console.iter().filter(|line| line.starts_with("SEVERE")).collect();
    ensure(errors.is_empty(), || format!("the console has errors: {errors:?}"))?;
    let foreign = work.lab.violations();
    ensure(foreign.is_empty(), || format!("asked of a third origin: {foreign:?}"))?;
    Ok("two figures, one by path and one by address".to_owned())
}
