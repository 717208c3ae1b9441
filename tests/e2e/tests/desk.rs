//! The tools of the page: undo and redo, runs that are kept, compared, saved and opened, charts as files, the help sheet.

use std::fs;
use std::path::PathBuf;

use libtest_mimic::Trial;
use serde_json::{Value, json};
use shuffle_lab_e2e::lab::{LIMIT, assert_quiet, at_rest, at_the_lab, headline_with};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Outcome, Page, Site, View, places, visit};

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        a_rest_of_the_hand_is_undone_and_redone_by_keys_and_buttons_and_the_link_follows,
        undo_in_a_text_field_is_the_field_s_own,
        a_pinned_run_is_compared_with_the_current_one_in_words_and_figures,
        every_chart_is_saved_in_each_form_under_a_strict_policy,
        a_saved_run_is_opened_as_measured_elsewhere_and_compared,
        what_is_no_saved_run_is_refused_at_its_place_and_what_is_shown_stays,
        the_help_sheet_opens_by_its_key_lists_it_and_gives_the_focus_back,
        a_case_says_what_happened_and_asks_nothing_of_its_source,
    ]
}

const SMALL: &str = "?v=1&rows=20000&keys=500&workers=2&open=all";

async fn workers_in_the_link(page: &Page, workers: &str) -> Outcome {
    page.until(&format!("workers={workers} in the address"), LIMIT, async || {
        let query = page.evaluate("new URLSearchParams(location.search).get('workers') ?? '8'").await?;
        Ok(query == workers)
    })
    .await
}

async fn is_disabled(page: &Page, id: &str) -> Outcome<bool> {
    Ok(page.evaluate(&format!("document.getElementById('{id}').disabled")).await? == true)
}

async fn a_rest_of_the_hand_is_undone_and_redone_by_keys_and_buttons_and_the_link_follows() -> Outcome {
    at_the_lab("undo", SMALL, async |page, _| {
        headline_with(page, "With 2 workers").await?;
        assert!(is_disabled(page, "undo").await? && is_disabled(page, "redo").await?);
        let slider = page.driver.find(By::Id("workers-slider")).await?;
        for _ in 0..3 {
            slider.send_keys(Key::Right).await?;
        }
        let reached = page.evaluate("document.getElementById('workers').value").await?;
        let reached = reached.as_str().unwrap_or_default().to_owned();
        assert_ne!(reached, "2");
        page.until("a step", LIMIT, async || Ok(!is_disabled(page, "undo").await?)).await?;
        workers_in_the_link(page, &reached).await?;
        // Three moves of one hand are one step.
        slider.send_keys(Key::Control + "z").await?;
        workers_in_the_link(page, "2").await?;
        assert!(is_disabled(page, "undo").await?);
        slider.send_keys(Key::Control + "y").await?;
        workers_in_the_link(page, &reached).await?;
        page.driver.find(By::Id("undo")).await?.click().await?;
        workers_in_the_link(page, "2").await?;
        page.driver.find(By::Id("redo")).await?.click().await?;
        workers_in_the_link(page, &reached).await?;
        headline_with(page, &format!("With {reached} workers")).await.map(drop)
    })
    .await
}

async fn undo_in_a_text_field_is_the_field_s_own() -> Outcome {
    at_the_lab("undo-text", SMALL, async |page, _| {
        headline_with(page, "With 2 workers").await?;
        page.driver.find(By::Id("workers-slider")).await?.send_keys(Key::Right).await?;
        page.until("a step", LIMIT, async || Ok(!is_disabled(page, "undo").await?)).await?;
        page.evaluate("document.querySelectorAll('.more').forEach(more => more.open = true)").await?;
        let field = page.driver.find(By::Id("rows")).await?;
        field.send_keys("7").await?;
        field.send_keys(Key::Control + "z").await?;
        field.send_keys("?").await?;
        let state = page.evaluate(
            "[document.getElementById('workers').value, document.querySelector('dialog[open]') === null]",
        );
        assert_eq!(state.await?, json!(["3", true]));
        let typed = page.evaluate("document.getElementById('rows').value").await?;
        assert!(typed.as_str().is_some_and(|typed| typed.contains('?')), "{typed}");
        // What was typed is taken back before the page is left.
        page.evaluate("document.getElementById('rows').value = '20,000'").await.map(drop)
    })
    .await
}

async fn a_pinned_run_is_compared_with_the_current_one_in_words_and_figures() -> Outcome {
    at_the_lab("pin", SMALL, async |page, _| {
        headline_with(page, "With 2 workers").await?;
        at_rest(page).await?;
        page.driver.find(By::Id("pin")).await?.click().await?;
        page.until("it is said", LIMIT, async || {
            let said = page.driver.find(By::Id("desk-says")).await?.text().await?;
            Ok(said.contains("Pinned: 2 workers, hot key 30 %"))
        })
        .await?;
        let slider = page.driver.find(By::Id("workers-slider")).await?;
        slider.send_keys(Key::Right).await?;
        headline_with(page, "With 3 workers").await?;
        at_rest(page).await?;
        page.driver.find(By::Id("runs")).await?.click().await?;
        page.wait_for("#desk-runs[open] .desk-words-said", LIMIT).await?;
        let words = page.driver.find(By::Css(".desk-words-said")).await?.text().await?;
        assert!(words.contains("B has 3 workers instead of 2."), "{words}");
        assert!(words.contains("both measured here"), "{words}");
        assert!(words.contains("The answers are the same, row for row"), "{words}");
        let facts = page.driver.find(By::Css(".desk-facts")).await?.text().await?;
        assert!(facts.contains("messages, counted 2 6"), "{facts}");
        assert!(page.evaluate("document.querySelector('#desk-runs svg') !== null").await? == true);
        page.picture(&places::picture("compare"), false).await?;
        // Removed, it is gone.
        page.driver.find(By::Css("[aria-label^='Remove 2 workers']")).await?.click().await?;
        let rows =
            page.evaluate("document.querySelectorAll('#desk-runs .desk-runs tbody tr').length").await?;
        assert_eq!(rows, 1);
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        assert_eq!(page.evaluate("document.activeElement.id").await?, "runs");
        Ok(())
    })
    .await
}

/// Lets files be saved into a folder of this name.
async fn downloads(page: &Page, name: &str) -> Outcome<PathBuf> {
    let folder = std::env::temp_dir().join(format!("shuffle-lab-desk-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for downloads");
    let allow = json!({ "behavior": "allow", "downloadPath": folder });
    page.driver.cdp().send_raw("Browser.setDownloadBehavior", allow).await?;
    Ok(folder)
}

/// Waits for a file that was saved whole.
async fn saved(page: &Page, file: PathBuf) -> Outcome<Vec<u8>> {
    page.until(&format!("{}", file.display()), LIMIT, async || Ok(file.is_file())).await?;
    Ok(fs::read(file).expect("a saved file can be read"))
}

async fn every_chart_is_saved_in_each_form_under_a_strict_policy() -> Outcome {
    let site = Site::of_the_page_strictly()?;
    visit("save", View::WIDE, async |page| {
        let folder = downloads(page, "charts").await?;
        page.open(&site.address(SMALL)).await?;
        headline_with(page, "With 2 workers").await?;
        at_rest(page).await?;
        page.evaluate("document.querySelectorAll('details.save').forEach((fold) => fold.open = true)")
            .await?;
        let count = page.evaluate("document.querySelectorAll('details.save:not([hidden])').length").await?;
        assert_eq!(count, 5, "wall-clock, load, timeline, exchange, traffic");
        // Pressed by a hand, one after another: of many files that a script asks for at once Chromium keeps ten.
        for button in page.driver.find_all(By::Css("details.save .save-forms button")).await? {
            button.scroll_into_view().await?;
            button.click().await?;
        }
        for chart in [
            "wall-clock-against-workers",
            "load-per-worker",
            "timeline-of-the-workers",
            "cost-of-the-shuffle",
            "bytes-from-worker-to-worker",
        ] {
            let file = |form: &str| folder.join(format!("shuffle-lab-{chart}.{form}"));
            let svg = String::from_utf8(saved(page, file("svg")).await?).expect("SVG is text");
            assert!(svg.starts_with("<svg ") && !svg.contains("var("), "{svg}");
            assert!(svg.contains("?v=1&amp;rows=20000&amp;keys=500"), "it says where it is from: {svg}");
            let png = saved(page, file("png")).await?;
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            assert!(png.len() > 4_000, "{chart}: a picture of {} bytes", png.len());
            let csv = String::from_utf8(saved(page, file("csv")).await?).expect("CSV is text");
            let columns = csv.lines().next().map(|line| line.split(',').count());
            assert!(csv.lines().count() > 1 && columns.is_some_and(|columns| columns > 1), "{csv}");
            let data: Value = serde_json::from_slice(&saved(page, file("json")).await?).expect("JSON");
            assert_eq!(data["rows"].as_array().map(Vec::len), Some(csv.lines().count() - 1), "{data}");
        }
        assert_quiet(page, &site).await
    })
    .await
}

/// Saves the current run and answers with its text.
async fn saved_run(page: &Page, name: &str) -> Outcome<String> {
    let folder = downloads(page, name).await?;
    page.driver.find(By::Id("runs")).await?.click().await?;
    page.wait_for("#desk-runs[open]", LIMIT).await?;
    page.driver.find(By::Id("desk-save-current")).await?.click().await?;
    let text = saved(page, folder.join("shuffle-lab-run.json")).await?;
    Ok(String::from_utf8(text).expect("JSON is text"))
}

async fn choose_file(page: &Page, name: &str, text: &str) -> Outcome {
    let folder = std::env::temp_dir().join(format!("shuffle-lab-desk-{}-files", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for files");
    let file = folder.join(name);
    fs::write(&file, text).expect("the file is written");
    Ok(page.driver.find(By::Id("desk-file")).await?.send_keys(file.display().to_string()).await?)
}

async fn a_saved_run_is_opened_as_measured_elsewhere_and_compared() -> Outcome {
    at_the_lab("reopen", SMALL, async |page, _| {
        headline_with(page, "With 2 workers").await?;
        at_rest(page).await?;
        let text = saved_run(page, "reopen").await?;
        let file: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&file["version"], &file["kind"]), (&json!(1), &json!("shuffle_lab_run")));
        assert_eq!(file["scenario"]["rows"], 20_000);
        choose_file(page, "mine.json", &text).await?;
        page.wait_for(".desk-looked:not([hidden]) h3", LIMIT).await?;
        let looked = page.driver.find(By::Css(".desk-looked")).await?.text().await?;
        assert!(looked.contains("Opened from mine.json") && looked.contains("Measured elsewhere"), "{looked}");
        let digest = file["report"]["result"]["digest"].as_str().expect("a digest");
        assert!(looked.contains(digest), "{looked}");
        assert_eq!(page.evaluate("document.querySelectorAll('.desk-looked svg').length").await?, 3);
        let words = page.driver.find(By::Css(".desk-words-said")).await?.text().await?;
        assert!(words.contains("Times of two machines say nothing"), "{words}");
        assert!(words.contains("row for row"), "{words}");
        page.picture(&places::picture("opened-run"), false).await?;
        // Dropped anywhere on the page, it is the same run again.
        let drop_it = format!(
            "document.querySelector('#desk-runs').close(); \
             (() => {{ const data = new DataTransfer(); \
             data.items.add(new File([{}], 'dropped.json', {{ type: 'application/json' }})); \
             document.body.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }})); }})()",
            json!(text)
        );
        page.evaluate(&drop_it).await?;
        page.wait_for("#desk-runs[open]", LIMIT).await?;
        let rows = page.evaluate("document.querySelectorAll('#desk-runs .desk-runs tbody tr').length").await?;
        assert_eq!(rows, 2, "the opened one and the current one");
        Ok(())
    })
    .await
}

async fn what_is_no_saved_run_is_refused_at_its_place_and_what_is_shown_stays() -> Outcome {
    at_the_lab("refuse", SMALL, async |page, _| {
        // A first run's words give way to the median of several, with the model's answer before them.
        at_rest(page).await?;
        let headline = headline_with(page, "With 2 workers").await?;
        let text = saved_run(page, "refuse").await?;
        let cases = [
            ("newer.json", text.replacen("\"version\":1", "\"version\":2", 1), "version is 2"),
            ("cut.json", text[..text.len() / 2].to_owned(), "file is not JSON"),
            ("diary.json", "{\"kind\":\"diary\"}".to_owned(), "kind is not"),
            ("crowd.json", text.replacen("\"workers\":2", "\"workers\":999", 1), "scenario.workers is 999"),
            (
                "other.json",
                text.replacen("\"workers\":2", "\"workers\":3", 1),
                "report.stages[0].executors must",
            ),
        ];
        for (name, text, words) in cases {
            choose_file(page, name, &text).await?;
            page.until(words, LIMIT, async || {
                let wrong = page.driver.find(By::Css(".desk-wrong")).await?.text().await?;
                Ok(wrong.contains(name) && wrong.contains(words) && wrong.contains("What is shown stays"))
            })
            .await?;
        }
        let rows =
            page.evaluate("document.querySelectorAll('#desk-runs .desk-runs tbody tr').length").await?;
        assert_eq!(rows, 1);
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        assert_eq!(headline_with(page, "With 2 workers").await?, headline);
        Ok(())
    })
    .await
}

async fn the_help_sheet_opens_by_its_key_lists_it_and_gives_the_focus_back() -> Outcome {
    at_the_lab("help", SMALL, async |page, _| {
        headline_with(page, "With 2 workers").await?;
        let slider = page.driver.find(By::Id("workers-slider")).await?;
        slider.focus().await?;
        page.driver.action_chain().send_keys("?").perform().await?;
        page.wait_for("#desk-help[open]", LIMIT).await?;
        let text = page.driver.find(By::Id("desk-help")).await?.text().await?;
        for words in
            ["Open this sheet", "Undo the last change", "max / median", "digest", "W(W−1)", "Next value"]
        {
            assert!(text.contains(words), "{words} in {text}");
        }
        page.picture(&places::picture("help"), false).await?;
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        assert_eq!(page.evaluate("document.querySelector('dialog[open]') === null").await?, true);
        assert_eq!(page.evaluate("document.activeElement.id").await?, "workers-slider");
        page.driver.find(By::Id("help")).await?.click().await?;
        page.wait_for("#desk-help[open]", LIMIT).await.map(drop)
    })
    .await
}

async fn a_case_says_what_happened_and_asks_nothing_of_its_source() -> Outcome {
    at_the_lab("case", SMALL, async |page, site| {
        headline_with(page, "With 2 workers").await?;
        page.driver.find(By::Css("#preset option[value=few_keys]")).await?.click().await?;
        let case = page.wait_for(".case", LIMIT).await?;
        let text = case.text().await?;
        assert!(text.contains("9 s") && text.contains("apache/datafusion-ballista#1643"), "{text}");
        let link = page.driver.find(By::Css(".case a")).await?;
        assert_eq!(link.attr("rel").await?.as_deref(), Some("noopener noreferrer"));
        headline_with(page, "With 8 workers").await?;
        at_rest(page).await?;
        assert_eq!(site.violations(), [""; 0]);
        Ok(())
    })
    .await
}
