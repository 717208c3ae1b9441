//! mdBook: no modules, so the classic loader; and a frame, which needs no script at all.

use super::Host;
use super::plain::has_verdict_in_frame;
use super::stage::{Stage, all_have_results};
use super::window::at;
use crate::engines::Engine;
use crate::{Outcome, View};

pub(super) async fn check(host: Host, engine: Engine) -> Outcome<String> {
    let stage = Stage::built(host)?;
    at(host, engine, View { height: 1500, ..View::WIDE }, async |page| {
        let before = stage.open(page, "skew.html", "#mdbook-content, main").await?;
        let time = all_have_results(page, 1).await?;
        has_verdict_in_frame(page).await?;
        page.evaluate("scrollTo(0, 0)").await?;
        page.save(host).await?;
        stage.is_left_alone(page, &before).await?;
        Ok(format!("first result {time} ms after the page's start; the frame too"))
    })
    .await
}
