//! Pages that need no generator.

use std::time::Duration;

use thirtyfour::By;

use super::Host;
use super::stage::{LIMIT, Stage, WATCH, all_have_results, count, ensure, watch};
use super::window::{Window, at};
use crate::engines::Engine;
use crate::lab::HEADLINE;
use crate::{Offer, Outcome, STRICT_POLICY, Site, View, places};

/// How long a figure goes on after its first verdict, and longer.
const SETTLE: Duration = Duration::from_secs(3);

/// A page with one element.
pub(super) async fn one_figure(host: Host, engine: Engine) -> Outcome<String> {
    let stage = Stage::plain()?;
    at(host, engine, View::WIDE, async |page| {
        let before = stage.open(page, &format!("{}.html", host.name()), "body").await?;
        let time = all_have_results(page, 1).await?;
        page.save(host).await?;
        stage.is_left_alone(page, &before).await?;
        Ok(format!("first result {time} ms after the page's start"))
    })
    .await
}

/// A page with a frame, which says how high it is.
pub(super) async fn frame(host: Host, engine: Engine) -> Outcome<String> {
    let stage = Stage::plain()?;
    at(host, engine, View::WIDE, async |page| {
        let before = stage.open(page, &format!("{}.html", host.name()), "body").await?;
        has_verdict_in_frame(page).await?;
        page.until("both height messages", LIMIT, async || {
            Ok(count(page, "heights.filter((told) => told.context === 'iframe.resize').length").await? > 0
                && count(page, "heights.filter((told) => told.subject === 'lti.frameResize').length").await?
                    > 0)
        })
        .await?;
        is_as_high_as_it_tells(page).await?;
        // The runs that the model is fitted to follow the first one, and words about them.
        tokio::time::sleep(SETTLE).await;
        is_as_high_as_it_tells(page).await?;
        let height = watch(page, "heights.at(-1).height").await?;
        page.save(host).await?;
        stage.is_left_alone(page, &before).await?;
        Ok(format!("the frame grew to {height} px by its messages"))
    })
    .await
}

/// Three elements with four workers each.
pub(super) async fn three(host: Host, engine: Engine) -> Outcome<String> {
    let stage = Stage::plain()?;
    at(host, engine, View { height: 1600, ..View::WIDE }, async |page| {
        let before = stage.open(page, "three.html", "body").await?;
        let time = all_have_results(page, 3).await?;
        page.save(host).await?;
        stage.is_left_alone(page, &before).await?;
        let most = count(page, "workers().most").await?;
        ensure((1..=4).contains(&most), || format!("{most} workers at a time, not one pool of 4"))?;
        Ok(format!("third result {time} ms after the page's start; {most} workers for all three"))
    })
    .await
}

/// The element, then the slim page, from the lab's own origin under the strict policy.
pub(super) async fn strict(host: Host, engine: Engine) -> Outcome<String> {
    let offer = Offer::new(&places::dist()?, "/some/sub/path/").and(&places::plain_hosts());
    let site = Site::of(offer.under(STRICT_POLICY).first(WATCH))?;
    at(host, engine, View::WIDE, async |page| {
        page.open(&site.address("strict.html")).await?;
        let time = all_have_results(page, 1).await?;
        page.save(host).await?;
        page.open(
            &site.address("?v=1&rows=100000&workers=4&embed=1&controls=workers,skew&views=verdict,load"),
        )
        .await?;
        page.wait_for(HEADLINE, LIMIT).await?;
        let console = page.console().await?;
        ensure(console.is_empty(), || format!("the console is not empty: {console:?}"))?;
        let violations = site.violations();
        ensure(violations.is_empty(), || format!("the policy was violated: {violations:?}"))?;
        Ok(format!("first result {time} ms after the page's start; 0 violations"))
    })
    .await
}

/// Waits until the figure in the page's frame shows a verdict.
pub(super) async fn has_verdict_in_frame(page: &Window<'_>) -> Outcome {
    let frame = page.wait_for("iframe", LIMIT).await?;
    frame.enter_frame().await?;
    let seen = page.until("a verdict in the frame", LIMIT, async || {
        let found = page.driver().find_all(By::Css(HEADLINE)).await?;
        let Some(headline) = found.first() else { return Ok(false) };
        // Until then there are words about the start.
        Ok(headline.text().await?.contains("measured"))
    });
    let end = seen.await;
    page.driver().enter_default_frame().await?;
    end
}

async fn is_as_high_as_it_tells(page: &Window<'_>) -> Outcome {
    page.until("a frame as high as it tells", LIMIT, async || {
        let told = watch(page, "heights.at(-1).height").await?.as_f64();
        let height = page.evaluate("document.querySelector('iframe').clientHeight").await?.as_f64();
        Ok(told > Some(200.0) && told == height && !has_scroll_bar_in_frame(page).await?)
    })
    .await
}

async fn has_scroll_bar_in_frame(page: &Window<'_>) -> Outcome<bool> {
    page.wait_for("iframe", LIMIT).await?.enter_frame().await?;
    let script = "const page = document.documentElement; return page.scrollHeight > page.clientHeight";
    let answer = page.driver().execute(script, Vec::new()).await?;
    page.driver().enter_default_frame().await?;
    Ok(answer.json() == true)
}
