//! axe-core, in the states that a reader brings about.

use std::fs;
use std::time::Duration;

use super::host;
use libtest_mimic::Trial;
use serde_json::Value;
use shuffle_lab_e2e::lab::{LIMIT, at_rest};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Outcome, Page, Site, View, places, visit};

/// How long a dialog takes to draw what is in it.
const DRAWN: Duration = Duration::from_secs(1);

/// The tests of this file. Where npm could not bring axe-core they are ignored, and say so.
pub(super) fn tests() -> Vec<Trial> {
    let is_missing = places::axe().is_none();
    if is_missing {
        eprintln!(
            "axe-core is not here, so its tests are ignored: `cargo xtask test e2e` brings it where there is npm."
        );
    }
    let tests = tests![
        axe_finds_nothing_in_the_light_page,
        axe_finds_nothing_in_the_dark_page,
        axe_finds_nothing_in_a_framed_figure,
        axe_finds_nothing_in_somebody_else_s_page_with_figures,
    ];
    tests.into_iter().map(|test| test.with_ignored_flag(is_missing)).collect()
}

async fn axe_finds_nothing_in_the_light_page() -> Outcome {
    in_every_state("axe-light", View::WIDE).await
}

async fn axe_finds_nothing_in_the_dark_page() -> Outcome {
    in_every_state("axe-dark", View { dark: true, ..View::NARROW }).await
}

async fn in_every_state(name: &str, view: View) -> Outcome {
    let site = Site::of_the_page()?;
    visit(name, view, async |page| {
        page.open(&site.address("?v=1&rows=50000&workers=2&combine=1")).await?;
        at_rest(page).await?;
        assert_nothing_found(page, "at rest, with a fix proved").await?;
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)").await?;
        assert_nothing_found(page, "with every table opened").await?;
        in_each_dialog(page).await?;
        let field = page.driver.find(By::Id("workers")).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys("99").await?;
        field.send_keys(Key::Enter).await?;
        page.wait_for("[aria-invalid=true]", LIMIT).await?;
        assert_nothing_found(page, "with a wrong field").await?;
        page.open(&site.address("?v=1&rows=50000&workers=2&query=narrow&action=show:5&rows=7")).await?;
        at_rest(page).await?;
        assert_nothing_found(page, "with rows shown and a note").await?;
        page.open(&site.address("?v=1&workers=2&rows=1000000&action=collect_input:50000000")).await?;
        page.wait_for(".fit", LIMIT).await?;
        assert_nothing_found(page, "with a collect that does not fit").await
    })
    .await
}

async fn axe_finds_nothing_in_a_framed_figure() -> Outcome {
    let site = Site::of_the_page()?;
    for theme in ["light", "dark"] {
        visit("axe-frame", View { width: 640, height: 640, ..View::WIDE }, async |page| {
            let query = format!("?v=1&embed=1&rows=50000&workers=4&controls=all&views=all&theme={theme}");
            page.open(&site.address(&query)).await?;
            at_rest(page).await?;
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
                .await?;
            assert_nothing_found(page, theme).await
        })
        .await?;
    }
    Ok(())
}

async fn axe_finds_nothing_in_somebody_else_s_page_with_figures() -> Outcome {
    visit("axe-element", View::WIDE, async |page| {
        let light = "<shuffle-lab query='v=1&rows=50000&workers=4' controls='all' views='all' theme='light'></shuffle-lab>";
        let dark = "<shuffle-lab query='v=1&rows=50000&workers=2' controls='all' views='all' theme='dark'></shuffle-lab>";
        let _sites = host::open(page, &format!("{light}{dark}")).await?;
        assert_nothing_found(page, "two figures in a page").await
    })
    .await
}

async fn in_each_dialog(page: &Page) -> Outcome {
    let openers = page.driver.find_all(By::Css("[aria-haspopup=dialog]")).await?;
    for opener in openers {
        opener.click().await?;
        page.wait_for("dialog[open]", LIMIT).await?;
        // What is in it may be drawn later, and axe-core wants a page that stays as it is.
        tokio::time::sleep(DRAWN).await;
        assert_nothing_found(page, "with a dialog open").await?;
        page.evaluate("document.querySelector('dialog[open]').close()").await?;
    }
    Ok(())
}

/// Through the browser's own door, so that no policy of the page stands in the way.
pub(crate) async fn assert_nothing_found(page: &Page, state: &str) -> Outcome {
    let file = places::axe().expect("the test is ignored without it");
    let source = fs::read_to_string(&file).expect("what is there can be read");
    page.evaluate(&format!("if (!window.axe) {{ {source} }}; 0")).await?;
    let found = page
        .evaluate(
            "axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => ({ \
                rules: passes.length, \
                violations: violations.map(({ id, nodes }) => \
                    id + ': ' + nodes.map(node => node.target.join(' ') + ' (' + node.failureSummary + ')').join('; ')) }))",
        )
        .await?;
    assert!(found["rules"].as_u64().is_some_and(|rules| rules > 20), "axe looked at the page: {found}");
    let violations = found["violations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines: Vec<&str> = violations.iter().filter_map(Value::as_str).collect();
    assert!(lines.is_empty(), "{state}: {lines:#?}");
    Ok(())
}
