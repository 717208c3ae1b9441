//! The lesson: each chapter opens under a strict policy, takes a bet and draws it, and ticks its task when a reader makes it
//! happen; what was done is kept where that is allowed.

use std::fs;
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value, json};
use shuffle_lab_e2e::lab::LIMIT;
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Outcome, Page, Site, View, places, visit};

use crate::access::axe::assert_nothing_found;
use crate::access::geometry::assert_all_in_place;

/// What every test finds in a chapter's page.
const FINDERS: &str = "
    globalThis.figure = document.querySelector('shuffle-lab');
    globalThis.inside = css => figure.shadowRoot?.querySelector(css);
    globalThis.outcome = () => document.querySelector('.outcome').textContent;
    globalThis.ticked = () => document.querySelectorAll('.task.is-done').length;
    globalThis.hasRun = () => { try { return figure.value?.('scanned_rows') > 0; } catch { return false; } };
    globalThis.isAtRest = () => inside('.status-words')?.textContent.startsWith('At rest') ?? false;
    globalThis.focused = () => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; };
    0";

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    let axe = tests![axe_finds_nothing_in_a_chapter_that_was_gone_through];
    let axe = axe.into_iter().map(|test| test.with_ignored_flag(places::axe().is_none()));
    tests![
        every_chapter_opens_under_a_strict_policy_without_a_word_in_the_console,
        a_bet_is_placed_by_keyboard_drawn_into_its_chart_and_answered_in_a_sentence,
        a_task_ticks_itself_when_a_reader_makes_it_happen_and_stays_so_until_it_is_forgotten,
        a_chapter_works_where_nothing_may_be_stored,
        a_chapter_fits_at_any_width,
        without_a_script_a_chapter_is_a_text_with_its_counted_numbers,
        a_chapter_prints_without_navigation_with_a_line_for_the_bet_and_with_its_sources,
    ]
    .into_iter()
    .chain(axe)
    .collect()
}

/// The names of all chapters' pages.
fn chapters() -> Outcome<Vec<String>> {
    let folder = places::dist()?.join("lesson");
    let entries = fs::read_dir(folder).expect("the build leaves the lesson in dist/lesson");
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(".html") && name != "index.html").collect();
    names.sort();
    assert!(names.len() >= 5, "{names:?}");
    Ok(names)
}

async fn open(page: &Page, site: &Site, name: &str) -> Outcome {
    page.open(&site.address(&format!("lesson/{name}"))).await?;
    page.evaluate(FINDERS).await?;
    page.evaluate("figure.scrollIntoView(); 0").await?;
    until(page, "the figure's first run", "hasRun()").await
}

async fn until(page: &Page, what: &str, expression: &str) -> Outcome {
    page.until(what, LIMIT, async || Ok(page.evaluate(expression).await? == true)).await
}

async fn text(page: &Page, expression: &str) -> Outcome<String> {
    Ok(page.evaluate(expression).await?.as_str().unwrap_or_default().to_owned())
}

/// Sets a control of the figure as a reader does: focus on its field, other digits, Enter.
async fn type_into(page: &Page, field: &str, value: &str) -> Outcome {
    let focus = format!(
        "(() => {{ const field = inside('[id$={field}]'); field.focus(); field.select(); return true; }})()"
    );
    assert_eq!(page.evaluate(&focus).await?, true, "the figure has the control {field}");
    page.driver.action_chain().send_keys(value).send_keys(Key::Enter).perform().await?;
    Ok(())
}

async fn every_chapter_opens_under_a_strict_policy_without_a_word_in_the_console() -> Outcome {
    let site = Site::of_the_page_strictly()?;
    visit("lesson-chapters", View::WIDE, async |page| {
        for name in chapters()? {
            open(page, &site, &name).await?;
            let values = "[...document.querySelectorAll('.value')].map(value => value.textContent)";
            let values = page.evaluate(values).await?;
            let empty =
                values.as_array().into_iter().flatten().filter(|value| *value == "" || *value == "NaN");
            assert_eq!(empty.count(), 0, "{name}: {values}");
            let console = page.console().await?;
            assert!(console.is_empty(), "{name}: the console is not empty: {console:#?}");
            assert_eq!(site.violations(), [""; 0], "{name}");
        }
        page.open(&site.address("lesson/index.html")).await?;
        let links = page.evaluate("document.querySelectorAll('.chapters a').length").await?;
        assert_eq!(links, chapters()?.len());
        Ok(())
    })
    .await
}

async fn a_bet_is_placed_by_keyboard_drawn_into_its_chart_and_answered_in_a_sentence() -> Outcome {
    let site = Site::of_the_page()?;
    visit("lesson-bet", View::WIDE, async |page| {
        open(page, &site, "4-straggler.html").await?;
        assert_eq!(text(page, "outcome()").await?, "", "nothing is told before a bet");
        page.evaluate("document.querySelector('.bet input').focus(); 0").await?;
        for _ in 0..4 {
            page.driver.action_chain().send_keys(Key::Right).perform().await?;
        }
        assert_eq!(text(page, "document.querySelector('.bet output').textContent").await?, "160,000 rows");
        let spoken = text(page, "document.querySelector('.bet input').ariaValueText").await?;
        assert_eq!(spoken, "160,000 rows", "the slider says its unit");
        page.driver.action_chain().send_keys(Key::Tab).perform().await?;
        page.driver.action_chain().send_keys(Key::Enter).perform().await?;
        until(page, "the answer", "outcome().includes('counted in this run')").await?;
        let outcome = text(page, "outcome()").await?;
        assert!(outcome.starts_with("You bet 160,000 rows. The answer is 3"), "{outcome}");
        assert!(outcome.ends_with("your bet."), "{outcome}");
        until(page, "the bet in the chart", "inside('#lab0-load svg, svg')?.textContent.includes('your bet: 160,000') \
            || [...figure.shadowRoot.querySelectorAll('svg')].some(svg => svg.textContent.includes('your bet: 160,000'))").await?;
        page.evaluate("figure.scrollIntoView(); 0").await?;
        page.picture(&places::picture("lesson-bet"), false).await?;
        // Beside another run it would be compared with something else.
        type_into(page, "workers", "4").await?;
        until(page, "no bet in the chart of another run", "figure.getAttribute('guess') === null \
            && figure.value('scenario.workers') === 4").await?;
        let console = page.console().await?;
        assert!(console.is_empty(), "{console:#?}");
        Ok(())
    })
    .await
}

async fn a_task_ticks_itself_when_a_reader_makes_it_happen_and_stays_so_until_it_is_forgotten() -> Outcome {
    let site = Site::of_the_page()?;
    visit("lesson-task", View::WIDE, async |page| {
        open(page, &site, "1-narrow.html").await?;
        assert_eq!(page.evaluate("ticked()").await?, 0);
        type_into(page, "workers", "8").await?;
        until(page, "a run with 8 workers", "figure.value('scenario.workers') === 8 && isAtRest()").await?;
        assert_eq!(page.evaluate("ticked()").await?, 0, "eight workers have something to read each");
        type_into(page, "workers", "64").await?;
        until(page, "a tick", "ticked() === 1").await?;
        let said = text(page, "document.querySelector('.task .done[role=status]').textContent").await?;
        assert!(said.starts_with("Done"), "{said}");
        page.driver.refresh().await?;
        page.evaluate(FINDERS).await?;
        until(page, "the tick after a reload", "ticked() === 1").await?;
        page.open(&site.address("lesson/index.html")).await?;
        let state = text(page, "document.querySelector('.chapters li').textContent").await?;
        assert!(state.contains("✓ done"), "{state}");
        page.driver.find(By::Id("reset")).await?.click().await?;
        until(page, "an index without ticks", "document.querySelectorAll('.is-done').length === 0").await
    })
    .await
}

async fn a_chapter_works_where_nothing_may_be_stored() -> Outcome {
    let site = Site::of_the_page()?;
    visit("lesson-no-storage", View::WIDE, async |page| {
        page.send("Page.enable", json!({})).await?;
        let source = "Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });";
        page.send("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
        open(page, &site, "4-straggler.html").await?;
        page.driver.find(By::Id("theme")).await?.click().await?;
        assert_eq!(page.evaluate("document.documentElement.dataset.theme").await?, "light");
        page.driver.find(By::Css(".bet .quiet")).await?.click().await?;
        until(page, "the answer without a bet", "outcome().startsWith('It is 3')").await?;
        assert_eq!(page.evaluate("figure.getAttribute('guess')").await?, Value::Null);
        page.evaluate("figure.scenario = 'v=1&query=dedup_best&rows=400000&keys=50000&skew=hot_key:0.01'; 0").await?;
        until(page, "a tick", "ticked() === 1").await?;
        let console = page.console().await?;
        assert!(console.is_empty(), "{console:#?}");
        Ok(())
    })
    .await
}

async fn a_chapter_fits_at_any_width() -> Outcome {
    let site = Site::of_the_page()?;
    for name in chapters()? {
        visit("lesson-widths", View::WIDE, async |page| {
            open(page, &site, &name).await?;
            page.driver.find(By::Css(".bet [type=submit]")).await?.click().await?;
            page.evaluate("figure.scrollIntoView(); 0").await?;
            until(page, "the answer", "/in this run/.test(outcome())").await?;
            until(page, "rest", "isAtRest()").await?;
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true); 0")
                .await?;
            for width in [320, 360, 640, 1_280, 3_840] {
                assert_all_in_place(page, View { width, ..View::WIDE }).await?;
            }
            Ok(())
        })
        .await?;
    }
    visit("lesson-index", View::WIDE, async |page| {
        page.open(&site.address("lesson/index.html")).await?;
        for width in [320, 1_280, 3_840] {
            assert_all_in_place(page, View { width, ..View::WIDE }).await?;
        }
        Ok(())
    })
    .await
}

async fn without_a_script_a_chapter_is_a_text_with_its_counted_numbers() -> Outcome {
    let site = Site::of_the_page()?;
    visit("lesson-unscripted", View::WIDE, async |page| {
        page.send("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await?;
        page.open(&site.address("lesson/4-straggler.html")).await?;
        let words = page.driver.find(By::Css("body")).await?.text().await?;
        page.send("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await?;
        for part in [
            "Here stands a live figure.",
            "The answer, counted in a run: 343,763 rows.",
            "Without JavaScript",
        ] {
            assert!(words.contains(part), "{part} in {words}");
        }
        assert!(!words.contains("Place the bet"), "there is no button that does nothing");
        Ok(())
    })
    .await
}

async fn a_chapter_prints_without_navigation_with_a_line_for_the_bet_and_with_its_sources() -> Outcome {
    let site = Site::of_the_page()?;
    visit("lesson-print", View { width: 700, ..View::WIDE }, async |page| {
        open(page, &site, "4-straggler.html").await?;
        page.send("Emulation.setEmulatedMedia", json!({ "media": "print" })).await?;
        let seen = "(css => [...document.querySelectorAll(css)].filter(one => one.checkVisibility()).length)";
        let count = async |css: &str| page.evaluate(&format!("{seen}({css:?})")).await;
        for css in [".contents", ".turns", ".bet input", ".bet button", ".skip"] {
            assert_eq!(count(css).await?, 0, "{css} is not printed");
        }
        for css in [".bet output", ".task .box", ".careful", "main h1"] {
            assert_eq!(count(css).await?, 1, "{css} is printed");
        }
        let source = "getComputedStyle(document.querySelector('a.source'), '::after').content";
        let text_of = text(page, source).await?;
        assert!(
            // An address that is not put in yet is one that will be.
            ["attr(href)", "https://"].iter().any(|part| text_of.contains(part)),
            "a source is printed with its address: {text_of}"
        );
        page.picture(&places::picture("lesson-print"), true).await
    })
    .await
}

async fn axe_finds_nothing_in_a_chapter_that_was_gone_through() -> Outcome {
    for view in [View::WIDE, View { dark: true, ..View::NARROW }] {
        // Of an origin of its own, where no bet was placed yet.
        let site = Site::of_the_page()?;
        visit("lesson-axe", view, async |page| {
            for name in chapters()? {
                open(page, &site, &name).await?;
                assert_nothing_found(page, &format!("{name} as it opens")).await?;
            }
            page.driver.find(By::Css(".bet [type=submit]")).await?.click().await?;
            page.evaluate("figure.scrollIntoView(); 0").await?;
            until(page, "the answer", "/in this run/.test(outcome())").await?;
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true); 0")
                .await?;
            tokio::time::sleep(Duration::from_millis(400)).await;
            assert_nothing_found(page, "a bet answered, all opened").await?;
            page.open(&site.address("lesson/index.html")).await?;
            assert_nothing_found(page, "the list of chapters").await
        })
        .await?;
    }
    Ok(())
}
