//! mdBook: no modules, so the classic loader; and a frame, which needs no script at all.

use super::Host;
use super::plain::{has_verdict_in_frame, save};
use super::stage::{Stage, all_have_results};
use crate::{Outcome, View, visit};

pub(super) async fn check(host: Host) -> Outcome<String> {
    let stage = Stage::built(host)?;
    visit(host.name(), View { height: 1500, ..View::WIDE }, async |page| {
        let before = stage.open(page, "skew.html").await?;
        let time = all_have_results(page, 1).await?;
        has_verdict_in_frame(page).await?;
        page.evaluate("scrollTo(0, 0)").await?;
        save(page, host).await?;
        stage.is_left_alone(page, &before).await?;
        Ok(format!("first result {time} ms after the page's start; the frame too"))
    })
    .await
}
