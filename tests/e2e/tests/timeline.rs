//! The timeline: it comes with the run, is scrubbed and played, stops out of sight, and stands still for who wants no motion.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::Value;
use shuffle_lab_e2e::lab::{LIMIT, assert_quiet, at_rest, at_the_lab};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Outcome, Page, Site, View};

/// What can be seen of the player.
const SHOWN: &str = "(() => { const by = id => document.getElementById(id); return { \
    button: by('timeline-play').textContent, spoken: by('timeline-slider').getAttribute('aria-valuetext'), \
    words: document.querySelector('.timeline-moment').textContent, \
    veil: +(document.querySelector('.timeline-later')?.getAttribute('width') ?? 0) }; })()";

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        the_timeline_comes_with_the_run_and_its_slider_goes_to_any_moment,
        playing_goes_to_the_end_and_ends_there,
        playing_stops_out_of_sight,
        a_reader_who_wants_no_motion_goes_from_step_to_step,
    ]
}

async fn shown(page: &Page) -> Outcome<Value> {
    page.evaluate(SHOWN).await
}

fn text(shown: &Value, name: &str) -> String {
    shown[name].as_str().unwrap_or_default().to_owned()
}

/// Whether the moment is the end: "34 of 34 milliseconds".
fn is_at_end(shown: &Value) -> bool {
    let spoken = text(shown, "spoken");
    let mut words = spoken.split(' ');
    shown["veil"] == 0 && words.next().is_some_and(|at| words.nth(1) == Some(at))
}

async fn press(page: &Page) -> Outcome {
    Ok(page.driver.find(By::Id("timeline-play")).await?.click().await?)
}

async fn choose_speed(page: &Page, speed: &str) -> Outcome {
    let script = format!(
        "(() => {{ const select = document.getElementById('timeline-speed'); select.value = '{speed}'; \
         select.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    );
    page.evaluate(&script).await.map(drop)
}

async fn the_timeline_comes_with_the_run_and_its_slider_goes_to_any_moment() -> Outcome {
    at_the_lab("timeline", "?v=1&rows=200000&workers=4&open=timeline", async |page, _| {
        at_rest(page).await?;
        let picture = page.driver.find(By::Id("timeline-desc")).await?;
        let described = picture.prop("textContent").await?.unwrap_or_default();
        assert!(
            described.contains("A lane for each worker") && described.contains("4 workers"),
            "{described}"
        );
        let end = shown(page).await?;
        assert!(is_at_end(&end), "a run is shown whole at first: {end}");
        let slider = page.driver.find(By::Id("timeline-slider")).await?;
        slider.send_keys(Key::Home).await?;
        let start = shown(page).await?;
        assert!(text(&start, "spoken").starts_with("0 of "), "{start}");
        assert!(text(&start, "words").starts_with("At 0 µs: "), "{start}");
        for _ in 0..40 {
            slider.send_keys(Key::Right).await?;
        }
        let later = shown(page).await?;
        let width = |shown: &Value| shown["veil"].as_f64().unwrap_or(0.0);
        assert!(width(&later) > 0.0 && width(&later) < width(&start), "{start} and {later}");
        assert!(text(&later, "words").contains(" of 4 workers busy"), "{later}");
        slider.send_keys(Key::End).await?;
        assert!(is_at_end(&shown(page).await?));
        Ok(())
    })
    .await
}

async fn playing_goes_to_the_end_and_ends_there() -> Outcome {
    at_the_lab("timeline-play", "?v=1&rows=200000&workers=2&open=timeline", async |page, _| {
        at_rest(page).await?;
        choose_speed(page, "10").await?;
        press(page).await?;
        let playing = shown(page).await?;
        assert_eq!((text(&playing, "button").as_str(), is_at_end(&playing)), ("Pause", false), "{playing}");
        page.until("the end", LIMIT, async || {
            let shown = shown(page).await?;
            Ok(text(&shown, "button") == "Play" && is_at_end(&shown))
        })
        .await?;
        // The space bar plays from the slider, too, and pauses.
        choose_speed(page, "100").await?;
        let slider = page.driver.find(By::Id("timeline-slider")).await?;
        slider.send_keys(" ").await?;
        assert_eq!(text(&shown(page).await?, "button"), "Pause");
        slider.send_keys(" ").await?;
        let paused = shown(page).await?;
        assert_eq!((text(&paused, "button").as_str(), is_at_end(&paused)), ("Play", false), "{paused}");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(shown(page).await?, paused, "a pause is a pause");
        Ok(())
    })
    .await
}

async fn playing_stops_out_of_sight() -> Outcome {
    at_the_lab("timeline-sight", "?v=1&rows=200000&workers=2&open=timeline", async |page, _| {
        at_rest(page).await?;
        choose_speed(page, "100").await?;
        press(page).await?;
        assert_eq!(text(&shown(page).await?, "button"), "Pause");
        page.evaluate("document.getElementById('timeline-play').closest('figure').style.display = 'none'")
            .await?;
        page.until("the pause", LIMIT, async || Ok(text(&shown(page).await?, "button") == "Play")).await
    })
    .await
}

async fn a_reader_who_wants_no_motion_goes_from_step_to_step() -> Outcome {
    let site = Site::of_the_page()?;
    let page = Page::start(View { reduced_motion: true, ..View::WIDE }).await?;
    page.open(&site.address("?v=1&rows=200000&workers=2&open=timeline")).await?;
    at_rest(&page).await?;
    let still = shown(&page).await?;
    assert_eq!((text(&still, "button").as_str(), is_at_end(&still)), ("Next step", true), "{still}");
    press(&page).await?;
    let step = shown(&page).await?;
    assert!(!is_at_end(&step), "{step}");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(shown(&page).await?, step, "nothing moves by itself");
    let mut presses = 0;
    while !is_at_end(&shown(&page).await?) {
        press(&page).await?;
        presses += 1;
        assert!(presses < 20, "the steps come to the end");
    }
    assert_quiet(&page, &site).await?;
    page.close().await
}
