//! Somebody else's page, made up on the spot, with figures in it and a style that would spoil them if it came in.

use shuffle_lab_e2e::lab::LIMIT;
use shuffle_lab_e2e::{Offer, Outcome, Page, Site, places};

/// Of a host that wants to be seen.
const LOUD: &str = "html { font-size: 125% } \
    body { margin: 0; font: italic 21px/2.4 serif; letter-spacing: 3px; text-align: center; color: #a00; \
           text-transform: uppercase; word-spacing: 9px; list-style: square; text-indent: 2em; white-space: pre } \
    * { line-height: 3; box-sizing: content-box } button, input { border: 9px solid red; font-size: 40px }";

/// Brings the first figure that is not at rest into sight, since one out of sight waits until somebody looks; says whether there
/// was none.
const ARE_AT_REST: &str = "(() => { \
    const isAtRest = figure => figure.shadowRoot?.querySelector('.status-words')?.textContent.startsWith('At rest'); \
    const first = [...document.querySelectorAll('shuffle-lab')].find(figure => !isAtRest(figure)); \
    first?.scrollIntoView(); return first === undefined; })()";

/// Opens a page of another origin with this in it, and waits until every figure is at rest. The page is there for as long as the sites that
/// are returned.
pub(super) async fn open(page: &Page, html: &str) -> Outcome<(Site, Site)> {
    let site = Site::of(Offer::new(&places::dist()?, "/some/sub/path/").shared())?;
    let host = Site::of(Offer::new(&places::hosts(), "/"))?;
    page.open(&host.address("frame.html")).await?;
    let html = format!("<main><h1>A lesson</h1>{html}</main>");
    let embed = site.address("embed.js");
    let script = format!(
        "document.head.append(Object.assign(document.createElement('style'), {{ textContent: {LOUD:?} }})); \
         document.body.innerHTML = {html:?}; import({embed:?}).then(() => 0)",
    );
    assert_eq!(page.evaluate(&script).await?, 0, "embed.js is loaded");
    page.until("every figure at rest", LIMIT, async || Ok(page.evaluate(ARE_AT_REST).await? == true)).await?;
    Ok((site, host))
}
