//! Figures: good at any width, at the fixed height of a frame, and untouched by the style of the page around them.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::Value;
use shuffle_lab_e2e::lab::at_rest;
use shuffle_lab_e2e::{Outcome, Page, Site, View, places, visit};

use super::geometry::assert_all_in_place;
use super::host;

/// How long charts take to follow their width.
const REDRAWN: Duration = Duration::from_millis(400);

/// Size, colours and letters of every element in the figure.
const LOOKS: &str = "[...document.querySelector('shuffle-lab').shadowRoot.querySelectorAll('.lab *')] \
    .filter(one => one.checkVisibility() && !one.closest('svg')) \
    .map(one => { const style = getComputedStyle(one); return [one.localName, one.className, \
        ...['fontSize', 'fontStyle', 'fontFamily', 'lineHeight', 'letterSpacing', 'wordSpacing', 'textAlign', 'textTransform', \
            'textIndent', 'whiteSpace', 'color', 'backgroundColor', 'borderTopWidth', 'listStyleType', 'boxSizing', 'paddingLeft'] \
            .map(name => style[name])].join(' '); })";

/// What of the figure reaches beyond it, but for what can be scrolled to.
const BEYOND: &str = "(() => { const figure = document.querySelector('shuffle-lab'); \
    const right = figure.getBoundingClientRect().right; \
    const scrolls = one => one && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement)); \
    return [...figure.shadowRoot.querySelectorAll('*')].filter(one => one.checkVisibility() && !scrolls(one) \
        && one.getBoundingClientRect().right > right + 0.5).map(one => one.localName + '.' + one.className); })()";

/// What scrolls up and down.
const SCROLLS: &str = "[...document.body.querySelectorAll('*')].filter(one => \
    /auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1).map(one => one.className)";

/// The tests of this file.
pub(super) fn tests() -> Vec<Trial> {
    tests![
        a_figure_in_a_frame_fits_at_any_width,
        the_usual_figure_fits_a_frame_of_640_by_640_without_a_scrollbar,
        nothing_in_a_figure_scrolls_up_and_down,
        the_style_of_the_page_around_does_not_come_in,
        a_figure_in_a_narrow_column_fits_it,
    ]
}

async fn a_figure_in_a_frame_fits_at_any_width() -> Outcome {
    for parts in ["", "&controls=all&views=all"] {
        framed("figure-widths", &format!("&workers=4{parts}"), async |page| {
            for width in [240, 300, 480, 640, 1_000, 1_920] {
                assert_all_in_place(page, View { width, height: 640, ..View::WIDE }).await?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

async fn the_usual_figure_fits_a_frame_of_640_by_640_without_a_scrollbar() -> Outcome {
    framed("figure-640", "&workers=4", async |page| {
        page.look(View { width: 640, height: 640, ..View::WIDE }).await?;
        tokio::time::sleep(REDRAWN).await;
        page.picture(&places::picture("figure-640"), false).await?;
        let height = page.evaluate("document.documentElement.scrollHeight").await?;
        assert_eq!(height, 640, "what has to be scrolled to is higher than the frame");
        Ok(())
    })
    .await
}

async fn nothing_in_a_figure_scrolls_up_and_down() -> Outcome {
    let shown = "&workers=16&controls=all&views=all&action=show:1000&query=narrow";
    framed("figure-scrolls", shown, async |page| {
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)").await?;
        tokio::time::sleep(REDRAWN).await;
        assert_eq!(
            page.evaluate(SCROLLS).await?,
            Value::Array(Vec::new()),
            "a bar inside the page's own bar"
        );
        Ok(())
    })
    .await
}

async fn the_style_of_the_page_around_does_not_come_in() -> Outcome {
    visit("figure-style", View::WIDE, async |page| {
        let figure = "<shuffle-lab query='v=1&rows=50000&workers=4' theme='light'></shuffle-lab>";
        let _sites = host::open(page, figure).await?;
        page.picture(&places::picture("figure-in-a-loud-page"), true).await?;
        let with = page.evaluate(LOOKS).await?;
        page.evaluate("document.querySelector('style').remove(); document.body.style.margin = 0").await?;
        tokio::time::sleep(REDRAWN).await;
        assert!(with.as_array().is_some_and(|parts| parts.len() > 30), "{with}");
        assert_eq!(page.evaluate(LOOKS).await?, with);
        Ok(())
    })
    .await
}

async fn a_figure_in_a_narrow_column_fits_it() -> Outcome {
    visit("figure-column", View::WIDE, async |page| {
        let figure =
            "<shuffle-lab query='v=1&rows=50000&workers=4' controls='all' views='all'></shuffle-lab>";
        let _sites = host::open(page, &format!("<div id='column'>{figure}</div>")).await?;
        for width in [240, 300, 500, 1_200] {
            page.evaluate(&format!("document.getElementById('column').style.width = '{width}px'")).await?;
            assert_all_in_place(page, View::WIDE).await?;
            assert_eq!(
                page.evaluate(BEYOND).await?,
                Value::Array(Vec::new()),
                "beyond a column of {width} pixels"
            );
        }
        Ok(())
    })
    .await
}

/// Opens the view for a frame, waits for its rest, runs the test.
async fn framed(name: &str, query: &str, test: impl AsyncFnOnce(&Page) -> Outcome) -> Outcome {
    let site = Site::of_the_page()?;
    visit(name, View::WIDE, async |page| {
        page.open(&site.address(&format!("?v=1&embed=1&rows=50000{query}"))).await?;
        at_rest(page).await?;
        test(page).await
    })
    .await
}
