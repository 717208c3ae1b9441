//! Docusaurus: pages are drawn on a server that has no `window`, then React takes them over.

use super::Host;
use super::stage::{LIMIT, Stage, all_have_results, results};
use super::window::at;
use crate::engines::Engine;
use crate::{Outcome, View};

pub(super) async fn check(host: Host, engine: Engine) -> Outcome<String> {
    let stage = Stage::built(host)?;
    at(host, engine, View::WIDE, async |page| {
        let before = stage.open(page, "", "html[data-has-hydrated=true]").await?;
        let time = all_have_results(page, 1).await?;
        page.save(host).await?;
        stage.is_left_alone(page, &before).await?;
        // React's own navigation, there and back.
        page.evaluate("document.querySelector('article a[href*=salting]').click()").await?;
        page.until("the next page", LIMIT, async || {
            Ok(page.evaluate("document.querySelector('h1').textContent").await? == "Salting")
        })
        .await?;
        let earlier = results(page).await?;
        page.evaluate("document.querySelector('article p a').click()").await?;
        page.until("a result after the way back", LIMIT, async || Ok(results(page).await? > earlier)).await?;
        stage.is_quiet(page).await?;
        Ok(format!("first result {time} ms after the page's start; works again after a way there and back"))
    })
    .await
}
