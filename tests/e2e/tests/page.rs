//! The built page in a browser: it loads, quietly, from where it is.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::json;
use shuffle_lab_e2e::{Outcome, Page, Site, View, places, visit};

const READY: Duration = Duration::from_secs(30);

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        the_page_loads_under_a_sub_path_without_console_errors_and_without_a_request_to_another_origin,
        the_page_loads_under_a_strict_content_security_policy,
        a_worker_s_request_to_another_origin_would_be_noticed,
        a_browser_that_has_died_is_replaced_before_the_next_test,
    ]
}

async fn the_page_loads_under_a_sub_path_without_console_errors_and_without_a_request_to_another_origin()
-> Outcome {
    let site = Site::of_the_page()?;
    visit("loads", View::WIDE, async |page| {
        page.open(&site.address("")).await?;
        page.wait_for("h1", READY).await?;
        page.picture(&places::picture("loads"), false).await?;
        assert_quiet(page, &site).await?;
        let requests = site.requests();
        assert!(requests.iter().any(|request| request.target.ends_with(".wasm")), "{requests:#?}");
        Ok(())
    })
    .await
}

async fn the_page_loads_under_a_strict_content_security_policy() -> Outcome {
    let site = Site::of_the_page_strictly()?;
    visit("strict", View::WIDE, async |page| {
        page.open(&site.address("")).await?;
        page.wait_for("h1", READY).await?;
        assert_quiet(page, &site).await
    })
    .await
}

async fn a_worker_s_request_to_another_origin_would_be_noticed() -> Outcome {
    let site = Site::of_the_page()?;
    visit("foreign", View::WIDE, async |page| {
        page.open(&site.address("?v=1&rows=20000&workers=2")).await?;
        let from_worker = "new Promise(done => { \
            const code = 'fetch(\"http://example.invalid/x\").catch(() => 0).then(() => postMessage(0))'; \
            const worker = new Worker(URL.createObjectURL(new Blob([code]))); \
            worker.onmessage = () => done(0); })";
        page.evaluate(from_worker).await?;
        page.until("the browser reports it", READY, async || Ok(!site.violations().is_empty())).await?;
        assert_eq!(site.violations(), ["connect-src: http://example.invalid/x"]);
        Ok(())
    })
    .await
}

async fn a_browser_that_has_died_is_replaced_before_the_next_test() -> Outcome {
    visit("dies", View::WIDE, async |page| {
        // Nobody is left to answer this.
        let _ = page.driver.cdp().send_raw("Browser.crash", json!({})).await;
        Ok(())
    })
    .await?;
    let site = Site::of_the_page()?;
    visit("lives", View::WIDE, async |page| {
        page.open(&site.address("?v=1&rows=20000&workers=2")).await?;
        page.wait_for("h1", READY).await.map(drop)
    })
    .await
}

/// No line in the console, nothing that was not found, nothing wanted from elsewhere.
async fn assert_quiet(page: &Page, site: &Site) -> Outcome {
    let console = page.console().await?;
    assert!(console.is_empty(), "the console is not empty: {console:#?}");
    assert_eq!(site.violations(), [""; 0]);
    let requests = site.requests();
    assert!(requests.iter().all(|request| request.status == 200), "{requests:#?}");
    Ok(())
}
