//! What must be true in every browser engine: the lab loads, runs, answers its controls and stays quiet; a figure of it
//! runs in a page of somebody else.

use libtest_mimic::Trial;
use serde_json::{Value, json};
use shuffle_lab_e2e::engines::{Browser, Engine, browse};
use shuffle_lab_e2e::hosts::Host;
use shuffle_lab_e2e::lab::{LIMIT, at_rest, headline_with};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Outcome, Site, places, until, wait_for};

use crate::lab::command_line;

/// Each test once in each of these engines, as `smoke::firefox::...`.
pub(crate) fn tests(engines: &[Engine]) -> Vec<Trial> {
    engines.iter().copied().flat_map(in_engine).collect()
}

fn in_engine(engine: Engine) -> Vec<Trial> {
    macro_rules! trials {
        ($($name:ident),* $(,)?) => {
            vec![$(Trial::test(format!("smoke::{}::{}", engine.name(), stringify!($name)), move || {
                crate::run($name(engine))
            })),*]
        };
    }
    trials![
        the_lab_runs_says_what_the_command_line_says_and_answers_its_controls,
        an_element_in_a_page_of_another_origin_runs_and_leaves_the_page_alone,
        a_figure_framed_by_a_page_of_another_origin_runs,
        a_chapter_of_the_lesson_takes_a_bet_and_ticks_its_task,
        what_goes_wrong_in_a_page_and_what_it_wants_of_others_would_be_noticed,
    ]
}

async fn the_lab_runs_says_what_the_command_line_says_and_answers_its_controls(engine: Engine) -> Outcome {
    let site = Site::of_the_page_with_hooks()?;
    browse("smoke", engine, async |browser| {
        browser.driver.goto(site.address("?v=1&rows=50000&workers=3")).await?;
        headline_with(browser, "With 3 workers").await?;
        scripts_get_the_digests_that_the_command_line_gets(browser).await?;
        at_rest(browser).await?;
        a_slider_follows_the_keyboard_and_the_verdict_follows_the_slider(browser).await?;
        at_rest(browser).await?;
        a_preset_is_followed(browser).await?;
        at_rest(browser).await?;
        browser.picture(&places::picture(&format!("smoke-{}", engine.name()))).await?;
        assert_quiet(browser, &site).await
    })
    .await
}

async fn an_element_in_a_page_of_another_origin_runs_and_leaves_the_page_alone(engine: Engine) -> Outcome {
    Host::Element.visit(engine).await.map(drop)
}

async fn a_figure_framed_by_a_page_of_another_origin_runs(engine: Engine) -> Outcome {
    let site = Site::of_the_page_with_hooks()?;
    let host = Site::of_a_host()?;
    let figure = "?v=1&embed=1&controls=workers,skew&views=verdict,load&rows=50000&workers=3";
    let figure = site.address(&figure.replace('&', "%26"));
    browse("framed", engine, async |browser| {
        browser.driver.goto(host.address(&format!("frame.html?figure={figure}"))).await?;
        wait_for(&browser.driver, "iframe", LIMIT).await?.enter_frame().await?;
        headline_with(browser, "With 3 workers").await?;
        browser.picture(&places::picture(&format!("framed-{}", engine.name()))).await?;
        assert_quiet(browser, &site).await
    })
    .await
}

async fn a_chapter_of_the_lesson_takes_a_bet_and_ticks_its_task(engine: Engine) -> Outcome {
    let site = Site::of_the_page_with_hooks()?;
    browse("lesson", engine, async |browser| {
        browser.driver.goto(site.address("lesson/4-straggler.html")).await?;
        let is = async |expression: &str| Ok(browser.evaluate(expression).await? == true);
        browser.evaluate("document.querySelector('shuffle-lab').scrollIntoView()").await?;
        let has_run = "document.querySelector('shuffle-lab').value?.('scanned_rows') > 0";
        until("the figure's first run", LIMIT, async || is(has_run).await).await?;
        browser.driver.find(By::Css(".bet [type=submit]")).await?.click().await?;
        let is_answered =
            "/^You bet 120,000 rows. The answer is 3/.test(document.querySelector('.outcome').textContent)";
        until("the answer", LIMIT, async || is(is_answered).await).await?;
        browser.picture(&places::picture(&format!("lesson-{}", engine.name()))).await?;
        let solve = "document.querySelector('shuffle-lab').scenario = \
                     'v=1&query=dedup_best&rows=400000&keys=50000&skew=hot_key:0.01'";
        browser.evaluate(solve).await?;
        let is_ticked = "document.querySelector('.task').classList.contains('is-done')";
        until("the tick", LIMIT, async || is(is_ticked).await).await?;
        assert_quiet(browser, &site).await
    })
    .await
}

async fn what_goes_wrong_in_a_page_and_what_it_wants_of_others_would_be_noticed(engine: Engine) -> Outcome {
    let site = Site::of_the_page_with_hooks()?;
    browse("noticed", engine, async |browser| {
        browser.driver.goto(site.address("?v=1&rows=20000&workers=2")).await?;
        headline_with(browser, "With 2 workers").await?;
        browser.evaluate(WRONG).await?;
        for words in [
            "console.error: planted error",
            "console.warn: planted warning",
            "planted throw",
            "rejection: Error: planted rejection",
            "planted in a worker",
            "planted.js did not load",
        ] {
            until(words, LIMIT, async || {
                Ok(browser.problems().await?.iter().any(|problem| problem.contains(words)))
            })
            .await?;
        }
        until("the policy's report", LIMIT, async || Ok(!site.violations().is_empty())).await?;
        // WebKit reports it twice.
        assert!(site.violations().iter().all(|it| it == "connect-src: http://example.invalid/planted"));
        // Chromium has no wall: it is told that no other machine has a name.
        if engine != Engine::Chromium {
            until("the wall", LIMIT, async || {
                Ok(browser.wall.wanted().iter().any(|it| it == "http://example.invalid/planted"))
            })
            .await?;
        }
        Ok(())
    })
    .await
}

/// What a page should not do. As a script of the page: of those that a driver brings in, browsers tell no words.
const WRONG: &str = "document.head.append(Object.assign(document.createElement('script'), { text: ` \
    console.error('planted', 'error'); \
    console.warn('planted warning'); \
    Promise.reject(new Error('planted rejection')); \
    new Worker(URL.createObjectURL(new Blob(['throw new Error(\"planted in a worker\")']))); \
    document.head.append(Object.assign(document.createElement('script'), { src: 'planted.js' })); \
    fetch('http://example.invalid/planted').catch(() => 0); \
    setTimeout(() => { throw new Error('planted throw'); });` }))";

/// Five queries and skews, plain, combined and salted: the answers are the native engine's.
async fn scripts_get_the_digests_that_the_command_line_gets(browser: &Browser) -> Outcome {
    let uniform = json!({"kind": "uniform"});
    let zipf = json!({"kind": "zipf", "exponent": 1.1});
    let hot = json!({"kind": "hot_key", "share": 0.4});
    let plain = json!({});
    let cases = [
        ("count_by_key", 8, 200_000, &hot, json!({"combine": true})),
        ("join", 3, 100_000, &hot, json!({"salt": 8})),
        ("dedup_best", 2, 100_000, &zipf, plain.clone()),
        ("word_count", 16, 50_000, &zipf, plain.clone()),
        ("distinct", 1, 100_000, &uniform, plain),
    ];
    for (query, workers, rows, skew, tactics) in cases {
        let scenario = json!({
            "version": 1, "query": query, "workers": workers, "rows": rows, "keys": 5_000,
            "skew": skew, "tactics": tactics,
        });
        let here = browser.evaluate(&format!("shuffleLab.run({scenario})")).await?;
        let there = command_line(&scenario)?;
        assert!(there["result"]["digest"].is_string(), "{there}");
        assert_eq!(here["result"], there["result"], "{scenario}: {here}");
        assert_eq!(here["clock"], "wall", "{here}");
    }
    Ok(())
}

async fn a_slider_follows_the_keyboard_and_the_verdict_follows_the_slider(browser: &Browser) -> Outcome {
    let slider = browser.driver.find(By::Id("workers-slider")).await?;
    slider.send_keys(Key::Right).await?;
    slider.send_keys(Key::Right).await?;
    headline_with(browser, "With 5 workers").await?;
    let address = browser.driver.current_url().await?;
    assert!(address.query().is_some_and(|query| query.contains("workers=5")), "{address}");
    Ok(())
}

async fn a_preset_is_followed(browser: &Browser) -> Outcome {
    browser.driver.find(By::Css("#preset option[value=show]")).await?.click().await?;
    headline_with(browser, "1 of 32 partitions had to run for 5 rows").await?;
    let address = browser.driver.current_url().await?;
    assert!(address.query().is_some_and(|query| query.contains("action=show")), "{address}");
    let rows = browser.evaluate("document.querySelectorAll('.shown tbody tr').length").await?;
    assert_eq!(rows, Value::from(5));
    Ok(())
}

/// Nothing went wrong in the page, and it wanted nothing of another origin.
async fn assert_quiet(browser: &Browser, site: &Site) -> Outcome {
    assert_eq!(browser.problems().await?, [""; 0]);
    assert_eq!(site.violations(), [""; 0]);
    let missing = site.requests().into_iter().filter(|request| request.status != 200);
    assert_eq!(missing.collect::<Vec<_>>(), []);
    Ok(())
}
