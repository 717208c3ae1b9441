//! While a hand moves a slider, what is modelled follows in the same frame; the run lands on it when the hand rests.
//!
//! Times are printed and not asserted: they are those of the machine that the tests run on.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::json;
use shuffle_lab_e2e::lab::{at_rest, at_the_lab, begins_with_an_answer, headline_with};
use shuffle_lab_e2e::{Outcome, Page, places};

/// How many times slower than this machine the reader's is.
const SLOWER: u32 = 4;
/// Steps of one drag.
const STEPS: u32 = 40;
/// Visits of which the median is printed.
const VISITS: usize = 5;

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        one_frame_after_a_slider_has_moved_what_is_modelled_has_too_and_the_run_lands_on_it,
        how_long_a_slider_takes_to_be_painted_is_printed,
        how_long_the_first_result_takes_is_printed,
    ]
}

/// Answers when a frame has been painted.
const PAINTED: &str = "globalThis.painted = () => new Promise(done => requestAnimationFrame(() => { \
    const channel = new MessageChannel(); \
    channel.port1.onmessage = () => done(performance.now()); \
    channel.port2.postMessage(0); }));";

async fn one_frame_after_a_slider_has_moved_what_is_modelled_has_too_and_the_run_lands_on_it() -> Outcome {
    at_the_lab("drag", "?v=1&rows=200000&workers=2&shuffle_fraction=0.5&open=all", async |page, _| {
        at_rest(page).await?;
        page.evaluate(PAINTED).await?;
        let script = "(async () => { \
            const svg = id => document.getElementById(id + '-reader').parentElement.querySelector('.plot-svg').innerHTML; \
            const charts = ['wall-clock', 'load', 'exchange']; \
            const before = charts.map(svg); \
            const slider = document.getElementById('shuffle-fraction-slider'); \
            slider.value = Number(slider.value) + 20 * Number(slider.step || 1); \
            slider.dispatchEvent(new InputEvent('input', { bubbles: true })); \
            await painted(); \
            const after = charts.map(svg); \
            return { \
                changed: charts.map((_, at) => after[at] !== before[at]), \
                hatched: after[1].includes('load-hatch-modelled'), \
                measured: ['--clock-measured', '--count'].map((name, at) => after[at].includes(name)), \
                words: document.querySelector('.verdict-foreseen')?.textContent ?? '', \
                heard: document.querySelector('.verdict-headline').textContent }; })()";
        let told = page.evaluate(script).await?;
        assert_eq!(told["changed"], json!([true, true, true]), "{told}");
        assert_eq!((&told["hatched"], &told["measured"]), (&json!(true), &json!([false, false])), "{told}");
        let words = told["words"].as_str().unwrap_or_default();
        let is_answered = begins_with_an_answer(words) && words.contains("With 2 workers: ");
        assert!(is_answered || words.starts_with("With 2 workers: not known here"), "{told}");
        assert!(told["heard"].as_str().is_some_and(|heard| heard.contains("measured")), "{told}");
        page.picture(&places::picture("drag"), true).await?;
        page.until("the run", Duration::from_secs(60), async || {
            let gone = "document.querySelector('.verdict-foreseen') === null";
            Ok(page.evaluate(gone).await? == json!(true))
        })
        .await?;
        headline_with(page, "With 2 workers").await?;
        let verdict = page.evaluate("document.querySelector('main').textContent").await?;
        assert!(verdict.as_str().is_some_and(|words| words.contains("Expected in the largest partition")), "{verdict}");
        at_rest(page).await
    })
    .await
}

async fn how_long_a_slider_takes_to_be_painted_is_printed() -> Outcome {
    at_the_lab("drag-times", "?v=1&rows=1000000&keys=100000&shuffle_fraction=0.5", async |page, _| {
        at_rest(page).await?;
        page.evaluate(PAINTED).await?;
        let watch = "globalThis.drags = []; globalThis.moved = 0; \
            addEventListener('pointermove', event => { moved = event.timeStamp; }, true); \
            addEventListener('input', () => { const start = moved; painted().then(end => drags.push(end - start)); }, true);";
        page.evaluate(watch).await?;
        page.evaluate("document.querySelectorAll('.more').forEach(more => more.open = true)").await?;
        page.send("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWER })).await?;
        for slider in ["workers", "shuffle-fraction", "hot-share", "rows"] {
            page.evaluate("drags.length = 0").await?;
            drag(page, &format!("{slider}-slider")).await?;
            let times = page.evaluate("drags").await?;
            let mut times: Vec<f64> =
                times.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
            assert!(times.len() > 10, "the slider {slider} was moved: {times:?}");
            times.sort_by(f64::total_cmp);
            let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
            println!(
                "input to paint, CPU {SLOWER} times slower, {slider}: median {:.0} ms, 95th percentile {:.0} ms, worst {:.0} ms of {}",
                at(50), at(95), at(100), times.len()
            );
        }
        page.send("Emulation.setCPUThrottlingRate", json!({ "rate": 1 })).await?;
        at_rest(page).await
    })
    .await
}

/// Moves the thumb from where it is to the left end and then to the right, as a hand does.
async fn drag(page: &Page, slider: &str) -> Outcome {
    let script = format!(
        "(() => {{ const slider = document.getElementById('{slider}'); \
            slider.scrollIntoView({{ block: 'center' }}); \
            const box = slider.getBoundingClientRect(); \
            const part = (slider.value - slider.min) / (slider.max - slider.min); \
            return [box.left + 8, box.right - 8, box.top + box.height / 2, box.left + 8 + part * (box.width - 16)]; }})()"
    );
    let place = page.evaluate(&script).await?;
    let number = |at: usize| place[at].as_f64().unwrap_or(0.0);
    let (left, right, y, from) = (number(0), number(1), number(2), number(3));
    let mouse = async |kind: &str, x: f64, buttons: u32| -> Outcome {
        let button = if buttons > 0 || kind == "mouseReleased" { "left" } else { "none" };
        let event =
            json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
        page.send("Input.dispatchMouseEvent", event).await.map(drop)
    };
    mouse("mouseMoved", from, 0).await?;
    mouse("mousePressed", from, 1).await?;
    for step in 1..=STEPS {
        let part = f64::from(step) / f64::from(STEPS);
        let x = if part < 0.3 {
            from + (left - from) * part / 0.3
        } else {
            left + (right - left) * (part - 0.3) / 0.7
        };
        mouse("mouseMoved", x, 1).await?;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    mouse("mouseReleased", right, 0).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}

async fn how_long_the_first_result_takes_is_printed() -> Outcome {
    at_the_lab("first-result", "", async |page, site| {
        let source = "const look = () => { \
                const words = document.querySelector('.verdict-headline')?.textContent ?? ''; \
                if (words.includes('measured')) { globalThis.firstResult = performance.now(); watcher.disconnect(); } }; \
            const watcher = new MutationObserver(look); \
            watcher.observe(document, { subtree: true, childList: true, characterData: true });";
        page.send("Page.enable", json!({})).await?;
        page.send("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
        at_rest(page).await?;
        let mut times = Vec::new();
        for _ in 0..VISITS {
            page.open(&site.address("")).await?;
            page.until("a first result", Duration::from_secs(60), async || {
                Ok(page.evaluate("globalThis.firstResult ?? null").await?.is_number())
            })
            .await?;
            times.push(page.evaluate("firstResult").await?.as_f64().unwrap_or(f64::NAN));
        }
        times.sort_by(f64::total_cmp);
        println!("first result after navigation, warm cache: median {:.0} ms of {times:.0?}", times[VISITS / 2]);
        Ok(())
    })
    .await
}
