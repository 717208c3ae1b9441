//! MkDocs with Material's instant navigation: a click on a link takes the next page's words into this page, and no
//! script runs again. A figure hears only that it was taken out, and that another was put in.

use std::time::{Duration, Instant};

use super::Host;
use super::stage::{LIMIT, Stage, all_have_results, ensure, results, workers};
use super::window::at;
use crate::engines::Engine;
use crate::{Outcome, View};

/// How long workers may wait for another figure.
const WORKERS_GO: Duration = Duration::from_secs(90);

/// Whether the figure says so, if it says what it is doing at all.
const AT_REST: &str = "[...document.querySelector('shuffle-lab').shadowRoot.querySelectorAll('.status-words')] \
    .every((words) => words.textContent.startsWith('At rest'))";

pub(super) async fn check(host: Host, engine: Engine) -> Outcome<String> {
    let stage = Stage::built(host)?;
    at(host, engine, View { height: 1400, ..View::WIDE }, async |page| {
        let before = stage.open(page, "", ".md-content").await?;
        let time = all_have_results(page, 1).await?;
        page.evaluate("scrollTo(0, 0)").await?;
        // The README has this picture.
        page.until("a figure at rest", LIMIT, async || Ok(page.evaluate(AT_REST).await? == true)).await?;
        page.save(host).await?;
        stage.is_left_alone(page, &before).await?;
        // A new document would have forgotten it.
        page.evaluate("window[Symbol.for('same')] = true").await?;

        page.evaluate("document.querySelector('.md-content a[href*=salting]').click()").await?;
        page.until("the next page", LIMIT, async || {
            Ok(page.evaluate("document.title").await? == "Salting - Data at scale")
        })
        .await?;
        let same = page.evaluate("window[Symbol.for('same')]").await?;
        ensure(same == true, || "the navigation was not instant".into())?;
        let left = Instant::now();
        page.until("the end of all workers but the host's own", WORKERS_GO, async || {
            Ok(workers(page).await? == before.workers)
        })
        .await?;
        let gone = left.elapsed().as_secs();
        let earlier = results(page).await?;

        page.evaluate("document.querySelector('.md-content article a:not(.headerlink)').click()").await?;
        page.until("a result after the way back", LIMIT, async || Ok(results(page).await? > earlier)).await?;
        let figures = page.evaluate("document.querySelectorAll('shuffle-lab').length").await?;
        ensure(figures == 1, || format!("{figures} figures after the way back"))?;
        stage.is_quiet(page).await?;
        Ok(format!(
            "first result {time} ms after the page's start; workers gone {gone} s after leaving; works again"
        ))
    })
    .await
}
