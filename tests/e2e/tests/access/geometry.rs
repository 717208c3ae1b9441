//! Where everything stands, at every width from a corner of a phone to a large screen. Zoom is such a width, too: at 400 %, a window
//! of 1,280 pixels is 320 pixels wide.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::Value;
use shuffle_lab_e2e::lab::at_rest;
use shuffle_lab_e2e::{Outcome, Page, Site, View, places, visit};

const WIDTHS: [u32; 9] = [240, 300, 320, 360, 640, 960, 1_280, 1_920, 3_840];
/// How long charts take to follow their width.
const REDRAWN: Duration = Duration::from_millis(400);

/// What does not fit, in the whole document and in every shadow root.
const MISPLACED: &str = include_str!("misplaced.js");

/// The tests of this file.
pub(super) fn tests() -> Vec<Trial> {
    tests![
        the_page_fits_and_no_word_covers_another_at_any_width,
        the_page_fits_with_every_table_open_and_in_a_large_type,
        forced_colours_and_reduced_motion_change_nothing_of_the_layout,
    ]
}

async fn the_page_fits_and_no_word_covers_another_at_any_width() -> Outcome {
    for query in [
        "?v=1&rows=50000&workers=4&combine=1&open=all",
        "?v=1&rows=50000&workers=64&skew=zipf:1.1&reach=4096",
    ] {
        let site = Site::of_the_page()?;
        visit("widths", View::WIDE, async |page| {
            page.open(&site.address(query)).await?;
            at_rest(page).await?;
            at_every_width(page).await
        })
        .await?;
    }
    Ok(())
}

async fn the_page_fits_with_every_table_open_and_in_a_large_type() -> Outcome {
    let site = Site::of_the_page()?;
    visit("widths-open", View::WIDE, async |page| {
        page.open(&site.address("?v=1&rows=50000&workers=4&action=show:5&theme=dark&v=2&seed=x")).await?;
        at_rest(page).await?;
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)").await?;
        at_every_width(page).await?;
        // Letters twice as large need twice the room: at 480 pixels as much as usual letters at 240.
        page.evaluate("document.documentElement.style.fontSize = '200%'").await?;
        for width in WIDTHS.into_iter().filter(|width| *width >= 480) {
            assert_all_in_place(page, View { width, ..View::WIDE }).await?;
        }
        Ok(())
    })
    .await
}

async fn forced_colours_and_reduced_motion_change_nothing_of_the_layout() -> Outcome {
    let site = Site::of_the_page()?;
    let view = View { forced_colours: true, reduced_motion: true, ..View::WIDE };
    visit("forced-colours", view, async |page| {
        page.open(&site.address("?v=1&rows=50000&workers=4&combine=1&open=all")).await?;
        at_rest(page).await?;
        page.picture(&places::picture("forced-colours"), true).await?;
        assert_all_in_place(page, view).await?;
        let moving = page
            .evaluate(
                "[...document.querySelectorAll('*')].filter(element => \
                    parseFloat(getComputedStyle(element).transitionDuration) > 0).length",
            )
            .await?;
        assert_eq!(moving, 0, "elements that move");
        Ok(())
    })
    .await
}

async fn at_every_width(page: &Page) -> Outcome {
    for width in WIDTHS {
        assert_all_in_place(page, View { width, ..View::WIDE }).await?;
    }
    Ok(())
}

pub(crate) async fn assert_all_in_place(page: &Page, view: View) -> Outcome {
    page.look(view).await?;
    tokio::time::sleep(REDRAWN).await;
    let found = page.evaluate(MISPLACED).await?;
    assert!(found["words"].as_u64().is_some_and(|words| words > 20), "words were looked at: {found}");
    let misplaced = found["misplaced"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines: Vec<&str> = misplaced.iter().filter_map(Value::as_str).collect();
    assert!(lines.is_empty(), "{} pixels wide: {lines:#?}", view.width);
    Ok(())
}
