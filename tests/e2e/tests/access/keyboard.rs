//! The keyboard alone: Tab comes everywhere and is seen, arrows move what they should, dialogs give the focus back.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value, json};
use shuffle_lab_e2e::lab::{LIMIT, at_rest, at_the_lab, headline_with};
use shuffle_lab_e2e::thirtyfour::Key;
use shuffle_lab_e2e::{Outcome, Page};

/// The element with the focus, also in a shadow root; what Tab should come to, in reading order, with one radio button of each group.
const HELPERS: &str = "
    window.focused = () => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; };
    window.described = element => element.id || element.getAttribute('name') || element.textContent.trim().slice(0, 40);
    window.stops = () => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]
        .filter(one => !one.disabled && one.checkVisibility({ visibilityProperty: true }))
        .filter(one => one.type !== 'radio' || one.checked)
        .map(described);
    window.shown = () => {
        const at = focused();
        const around = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean);
        const outlined = around.some(one => {
            const style = getComputedStyle(one);
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        });
        const box = at.getBoundingClientRect();
        const inView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        return { name: described(at), outlined: outlined || at.type === 'range' && at.matches(':focus-visible'), inView };
    };";

/// The tests of this file.
pub(super) fn tests() -> Vec<Trial> {
    tests![
        tab_comes_to_every_control_in_the_order_of_reading_and_is_seen,
        the_focus_of_a_slider_is_drawn,
        arrows_move_sliders_and_strips_of_choices,
        arrows_read_a_chart_and_escape_leaves_it,
        dialogs_open_close_by_escape_and_give_the_focus_back,
    ]
}

async fn tab_comes_to_every_control_in_the_order_of_reading_and_is_seen() -> Outcome {
    at_the_lab("tab", "?v=1&rows=50000&workers=3&open=all", async |page, _| {
        at_rest(page).await?;
        page.evaluate(HELPERS).await?;
        let wanted = page.evaluate("stops()").await?;
        let wanted: Vec<&str> = wanted.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(wanted.len() > 20, "{wanted:?}");
        let order = [
            "preset",
            "wall-clock-reader",
            "workers",
            "workers-slider",
            "run",
            "load-reader",
            "measure-savings",
        ];
        let places: Vec<_> = order.iter().map(|name| wanted.iter().position(|stop| stop == name)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{order:?} in {wanted:?}");
        for stop in &wanted {
            press(page, Key::Tab).await?;
            let shown = page.evaluate("shown()").await?;
            assert_eq!(shown["name"], *stop, "{shown}");
            assert_eq!((&shown["outlined"], &shown["inView"]), (&json!(true), &json!(true)), "{shown}");
        }
        Ok(())
    })
    .await
}

async fn the_focus_of_a_slider_is_drawn() -> Outcome {
    at_the_lab("slider-focus", "?v=1&rows=50000&workers=3", async |page, _| {
        at_rest(page).await?;
        let picture = async || {
            let clip = "(() => { const { x, y, width, height } = document.getElementById('workers-slider').getBoundingClientRect(); \
                        return { x, y, width, height, scale: 1 }; })()";
            let clip = page.evaluate(clip).await?;
            page.send("Page.captureScreenshot", json!({ "clip": clip })).await
        };
        page.evaluate("document.getElementById('workers').focus()").await?;
        let without = picture().await?;
        press(page, Key::Tab).await?;
        assert_eq!(page.evaluate("document.activeElement.id").await?, "workers-slider");
        assert_ne!(picture().await?, without, "the slider looks the same with the focus");
        Ok(())
    })
    .await
}

async fn arrows_move_sliders_and_strips_of_choices() -> Outcome {
    at_the_lab("arrows", "?v=1&rows=50000&workers=3&open=all", async |page, _| {
        headline_with(page, "With 3 workers").await?;
        page.evaluate("document.getElementById('workers-slider').focus()").await?;
        press(page, Key::Right).await?;
        headline_with(page, "With 4 workers").await?;
        page.evaluate("document.querySelector('input[name=skew]:checked').focus()").await?;
        press(page, Key::Left).await?;
        page.wait_for("#zipf-exponent", LIMIT).await?;
        page.evaluate("document.querySelector('input[name=load]:checked').focus()").await?;
        press(page, Key::Right).await?;
        page.until("the load in time", LIMIT, async || {
            let address = page.driver.current_url().await?;
            Ok(address.query().is_some_and(|query| query.contains("load=time")))
        })
        .await
    })
    .await
}

async fn arrows_read_a_chart_and_escape_leaves_it() -> Outcome {
    at_the_lab("chart-keys", "?v=1&rows=50000&workers=3&open=all", async |page, _| {
        at_rest(page).await?;
        // A browser without a window on a screen has no focus of its own to give.
        page.send("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        page.evaluate("document.getElementById('load-reader').focus()").await?;
        page.wait_for("#load-reader[aria-valuetext^=worker]", LIMIT).await?;
        let said = async || page.evaluate("document.activeElement.getAttribute('aria-valuetext')").await;
        let mut heard = vec![said().await?];
        for key in [Key::Right, Key::Right, Key::Home, Key::End] {
            press(page, key).await?;
            heard.push(said().await?);
        }
        let workers: Vec<String> =
            heard.iter().filter_map(Value::as_str).map(|text| text.chars().take(8).collect()).collect();
        assert_eq!(workers, ["worker 0", "worker 1", "worker 2", "worker 0", "worker 2"], "{heard:?}");
        press(page, Key::Escape).await?;
        assert_eq!(said().await?, "");
        Ok(())
    })
    .await
}

async fn dialogs_open_close_by_escape_and_give_the_focus_back() -> Outcome {
    at_the_lab("dialogs", "?v=1&rows=50000&workers=3", async |page, _| {
        at_rest(page).await?;
        let openers = page.evaluate("document.querySelectorAll('[aria-haspopup=dialog]').length").await?;
        for index in 0..openers.as_u64().unwrap_or_default() {
            let opener = format!("document.querySelectorAll('[aria-haspopup=dialog]')[{index}]");
            page.evaluate(&format!("{opener}.focus()")).await?;
            press(page, Key::Enter).await?;
            page.wait_for("dialog[open]", LIMIT).await?;
            let inside = page
                .evaluate("document.querySelector('dialog[open]').contains(document.activeElement)")
                .await?;
            assert_eq!(inside, true, "the focus is in the dialog");
            press(page, Key::Escape).await?;
            page.until("the dialog is closed", LIMIT, async || {
                Ok(page.evaluate("document.querySelector('dialog[open]') === null").await? == true)
            })
            .await?;
            assert_eq!(page.evaluate(&format!("document.activeElement === {opener}")).await?, true);
        }
        Ok(())
    })
    .await
}

/// Presses a key wherever the focus is, and lets the page answer.
async fn press(page: &Page, key: Key) -> Outcome {
    page.driver.action_chain().send_keys(key).perform().await?;
    tokio::time::sleep(Duration::from_millis(30)).await;
    Ok(())
}
