//! What a figure does in a page of somebody else's, whatever the page: it rests out of sight, ends with its element, says what
//! it cannot use, and can be saved as one file.

use std::fs;
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::Value;
use shuffle_lab_e2e::lab::{LIMIT, at_rest, at_the_lab};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Error, Offer, Outcome, Page, Site, View, places, visit};

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        a_figure_out_of_sight_runs_nothing_lets_its_workers_go_and_goes_on_when_it_is_seen,
        a_figure_in_a_hidden_tab_runs_nothing_until_the_tab_is_shown,
        an_element_that_is_taken_out_ends_its_runs_and_comes_back_as_it_was_left,
        what_a_figure_cannot_use_is_said_in_it_and_told_to_its_page_and_the_rest_stays,
        a_script_sets_a_scenario_and_gets_the_report_of_a_run,
        a_run_that_cannot_be_made_is_refused_and_never_hangs,
        the_dialog_shows_a_figure_gives_its_code_and_gives_the_focus_back,
        a_page_saved_as_one_file_runs_without_a_host,
        a_saved_file_with_bad_settings_says_so_and_opens_the_page,
    ]
}

/// Lets a page of a host keep its workers and the events of its figures, opens it, and makes a figure in it: `attributes`
/// is the object of them.
async fn at_a_host(name: &str, attributes: &str, test: impl AsyncFnOnce(&Page) -> Outcome) -> Outcome {
    let offer = Offer::new(&places::dist()?, "/lab/").and(&places::plain_hosts());
    let site = Site::of(offer)?;
    visit(name, View::WIDE, async |page| {
        page.keep_workers().await?;
        page.open(&site.address("blank.html")).await?;
        let script = format!(
            "globalThis.told = []; \
             globalThis.make = (attributes) => {{ \
                 const figure = document.createElement('shuffle-lab'); \
                 for (const [name, value] of Object.entries(attributes)) figure.setAttribute(name, value); \
                 for (const type of ['ready', 'result', 'error']) \
                     figure.addEventListener(type, ({{ detail }}) => told.push({{ type, detail }})); \
                 return figure; }}; \
             globalThis.results = () => told.filter(({{ type }}) => type === 'result').length; \
             globalThis.figure = make({attributes}); \
             document.getElementById('place').append(figure); 0"
        );
        page.evaluate(&script).await?;
        test(page).await?;
        let console = page.console().await?;
        assert!(console.is_empty(), "the console is not empty: {console:#?}");
        Ok(())
    })
    .await
}

async fn number(page: &Page, expression: &str) -> Outcome<f64> {
    let value = page.evaluate(expression).await?;
    value.as_f64().ok_or_else(|| Error::Broken(format!("{expression} is {value}")))
}

async fn until(page: &Page, what: &str, expression: &str) -> Outcome {
    page.until(what, LIMIT, async || Ok(page.evaluate(expression).await? == true)).await
}

/// The words of the figure, as they are seen.
const WORDS: &str = "figure.shadowRoot.querySelector('.figure-root')?.innerText ?? ''";

async fn a_figure_out_of_sight_runs_nothing_lets_its_workers_go_and_goes_on_when_it_is_seen() -> Outcome {
    at_a_host("out-of-sight", "{ query: 'v=1&rows=50000&workers=2' }", async |page| {
        until(page, "a result", "results() > 0").await?;
        // Far below the screen.
        page.evaluate("document.getElementById('place').style.marginTop = '9000px'; 0").await?;
        until(page, "no worker", "liveWorkers() === 0").await?;
        let (results, started) =
            (number(page, "results()").await?, number(page, "keptWorkers.length").await?);
        page.evaluate("figure.setAttribute('query', 'v=1&rows=60000&workers=2'); 0").await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(number(page, "results()").await?, results, "nothing ran out of sight");
        assert_eq!(number(page, "keptWorkers.length").await?, started, "no worker was started out of sight");
        page.evaluate("figure.scrollIntoView(); 0").await?;
        until(page, "the result of what was asked meanwhile", &format!("results() > {results}")).await?;
        assert_eq!(number(page, "told.at(-1).detail.stages[0].rows_in").await?, 60_000.0);
        // Changed and gone at once, while the change still waits for the hand to rest.
        let change = "figure.setAttribute('query', 'v=1&rows=70000&workers=2'); scrollTo(0, 0); 0";
        page.evaluate(change).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        page.evaluate("figure.scrollIntoView(); 0").await?;
        until(page, "its result", "told.at(-1).detail?.stages?.[0].rows_in === 70000").await
    })
    .await
}

async fn a_figure_in_a_hidden_tab_runs_nothing_until_the_tab_is_shown() -> Outcome {
    at_a_host("hidden", "{ query: 'v=1&rows=50000&workers=2' }", async |page| {
        until(page, "a result", "results() > 0").await?;
        let hide = |hidden: bool| {
            format!(
                "Object.defineProperty(document, 'hidden', {{ configurable: true, get: () => {hidden} }}); \
                 document.dispatchEvent(new Event('visibilitychange')); 0"
            )
        };
        page.evaluate(&hide(true)).await?;
        let results = number(page, "results()").await?;
        page.evaluate("figure.setAttribute('query', 'v=1&rows=60000&workers=2'); 0").await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(number(page, "results()").await?, results, "nothing ran in a hidden tab");
        page.evaluate(&hide(false)).await?;
        until(page, "the result of what was asked meanwhile", &format!("results() > {results}")).await
    })
    .await
}

async fn an_element_that_is_taken_out_ends_its_runs_and_comes_back_as_it_was_left() -> Outcome {
    at_a_host("taken-out", "{ query: 'v=1&rows=50000&workers=2' }", async |page| {
        until(page, "a result", "results() > 0").await?;
        page.evaluate("figure.scenario = { version: 1, rows: 70000, workers: 3 }; 0").await?;
        until(page, "its result", "told.at(-1).detail?.stages?.[0].rows_in === 70000").await?;
        page.evaluate("figure.remove(); 0").await?;
        until(page, "no worker", "liveWorkers() === 0").await?;
        let results = number(page, "results()").await?;
        page.evaluate("document.getElementById('place').append(figure); 0").await?;
        until(page, "a result again", &format!("results() > {results}")).await?;
        assert_eq!(number(page, "figure.scenario.rows").await?, 70_000.0);
        // Moved, not removed: it goes on.
        page.evaluate("document.body.append(figure); 0").await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(page.evaluate(WORDS).await?.as_str().is_some_and(|words| words.contains("With 3 workers")));
        Ok(())
    })
    .await
}

async fn what_a_figure_cannot_use_is_said_in_it_and_told_to_its_page_and_the_rest_stays() -> Outcome {
    let attributes =
        "{ query: 'v=1&rows=50000&workers=99', controls: 'workers,wrkers', views: 'verdict', theme: 'pink' }";
    at_a_host("bad-input", attributes, async |page| {
        until(page, "a result", "results() > 0").await?;
        let before = page.evaluate("({ title: document.title, body: document.body.className })").await?;
        let wrong = async |expression: &str, field: &str, words: &str| -> Outcome {
            page.evaluate(expression).await?;
            let told = format!(
                "told.some(({{ type, detail }}) => type === 'error' && detail.field === '{field}' \
                 && detail.message.includes('{words}')) && ({WORDS}).includes('{words}')"
            );
            until(page, &format!("{field} {words}"), &told).await
        };
        wrong("0", "workers", "99, but in a tab at most 64 workers run").await?;
        wrong("0", "controls", "\"wrkers\", which is none of workers").await?;
        wrong("0", "theme", "must be one of auto, light, dark").await?;
        wrong("figure.setAttribute('views', 'lode'); 0", "views", "\"lode\", which is none of verdict")
            .await?;
        wrong(
            "figure.setAttribute('condition', 'skew.mx < 2'); 0",
            "condition",
            "there are skew.max_over_median",
        )
        .await?;
        wrong("figure.setAttribute('guess', 'load:many'); 0", "guess", "must be load:ROWS").await?;
        wrong("figure.setAttribute('query', 'v=2'); 0", "version", "must be 1").await?;
        let results = number(page, "results()").await?;
        for (scenario, field, words) in [
            ("{ version: 1, rows: 0 }", "rows", "must be"),
            ("{ version: 1, nonsense: 1 }", "nonsense", "The last good one stays"),
            ("'v=1&keys=many'", "keys", "The last good one stays"),
            ("null", "scenario", "The last good one stays"),
        ] {
            wrong(&format!("figure.scenario = {scenario}; 0"), field, words).await?;
        }
        // A mistake that was mended is no longer spoken of.
        page.evaluate("figure.setAttribute('views', 'verdict'); figure.removeAttribute('theme'); 0").await?;
        until(page, "no word of views", &format!("!({WORDS}).includes('lode')")).await?;
        until(page, "no word of the theme", &format!("!({WORDS}).includes('pink')")).await?;
        let run = "figure.run().then((report) => report.result.rows)";
        assert!(number(page, run).await? > 0.0, "the last good one can still be run");
        assert!(number(page, "results()").await? >= results);
        let after = page.evaluate("({ title: document.title, body: document.body.className })").await?;
        assert_eq!(before, after, "nothing else of the page is touched");
        Ok(())
    })
    .await
}

async fn a_script_sets_a_scenario_and_gets_the_report_of_a_run() -> Outcome {
    at_a_host("script", "{ query: 'v=1&rows=50000&workers=2' }", async |page| {
        let report = page
            .evaluate("figure.scenario = { version: 1, rows: 20000, query: 'distinct', workers: 2 }, figure.run()")
            .await?;
        assert_eq!(report["version"], 1, "{report}");
        until(page, "the figure shows it", "figure.scenario?.query === 'distinct'").await?;
        let again = page.evaluate("figure.run()").await?;
        let wanted = page
            .evaluate("(async () => { const other = make({ query: 'v=1&rows=20000&query=distinct&workers=3' }); \
                       document.body.append(other); return other.run(); })()")
            .await?;
        assert_eq!(again["result"], wanted["result"], "one answer, whoever runs it");
        let ids = "(() => { const roots = [document, ...[...document.querySelectorAll('shuffle-lab')].map((f) => f.shadowRoot)]; \
                    const ids = roots.flatMap((root) => [...root.querySelectorAll('[id]')].map((e) => e.id)); \
                    return ids.filter((id, at) => ids.indexOf(id) !== at); })()";
        assert_eq!(page.evaluate(ids).await?, Value::Array(Vec::new()), "no id stands twice");
        Ok(())
    })
    .await
}

async fn a_run_that_cannot_be_made_is_refused_and_never_hangs() -> Outcome {
    at_a_host("refused", "{ query: 'v=1&rows=50000&workers=2' }", async |page| {
        until(page, "a result", "results() > 0").await?;
        let words =
            async |run: &str| page.evaluate(&format!("({run}).catch((error) => error.message)")).await;
        assert_eq!(words("make({}).run()").await?, "the figure is in no page");
        let taken_out = "(() => { const other = make({}); document.body.append(other); \
                         const run = other.run(); other.remove(); return run; })()";
        // It is opened at once, as the module is there, or not at all: what counts is that it ends.
        page.evaluate(&format!(
            "Promise.race([{taken_out}.catch(() => 0), new Promise((_, no) => setTimeout(no, 20000))])"
        ))
        .await?;
        page.evaluate("figure.remove(); 0").await?;
        assert_eq!(words("figure.run()").await?, "the figure is in no page");
        Ok(())
    })
    .await
}

async fn the_dialog_shows_a_figure_gives_its_code_and_gives_the_focus_back() -> Outcome {
    at_the_lab("dialog", "?v=1&rows=50000&workers=2&skew=zipf:1.1", async |page, site| {
        at_rest(page).await?;
        let button = page.driver.find(By::Id("embed")).await?;
        button.click().await?;
        let code = async || -> Outcome<String> {
            Ok(page
                .evaluate("document.getElementById('embed-text').value")
                .await?
                .as_str()
                .unwrap_or_default()
                .to_owned())
        };
        let first = code().await?;
        assert!(first.contains(&site.address("embed.js")), "{first}");
        assert!(first.contains("query=\"v=1&amp;rows=50000&amp;skew=zipf:1.1&amp;workers=2\""), "{first}");
        assert!(first.contains("controls=\"workers,skew\" views=\"verdict,load\""), "{first}");
        page.driver.find(By::Id("embed-controls-rows")).await?.click().await?;
        page.driver.find(By::Id("embed-views-load")).await?.click().await?;
        let second = code().await?;
        assert!(second.contains("controls=\"workers,skew,rows\" views=\"verdict\""), "{second}");
        page.wait_for("#preview-rows-slider", LIMIT).await?;
        let ids = "(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id); \
                    return ids.filter((id, at) => ids.indexOf(id) !== at); })()";
        assert_eq!(page.evaluate(ids).await?, Value::Array(Vec::new()), "no id stands twice");
        page.picture(&places::picture("dialog"), false).await?;
        // A control of the preview is a control of the page.
        page.driver.find(By::Id("preview-workers-slider")).await?.send_keys(Key::Right).await?;
        page.until("the code follows", LIMIT, async || Ok(code().await?.contains("workers=3"))).await?;
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        let focused = page.evaluate("document.activeElement.id").await?;
        assert_eq!(focused, "embed", "the focus is where it came from");
        assert!(page.evaluate("document.getElementById('preview-workers')").await?.is_null());
        at_rest(page).await
    })
    .await
}

/// Presses "Save as one file" and answers with the file's text.
async fn saved_file(page: &Page) -> Outcome<String> {
    page.evaluate(
        "globalThis.savedFile = new Promise((done) => { \
             const make = URL.createObjectURL; \
             URL.createObjectURL = (blob) => { \
                 if (blob.type === 'text/html') blob.text().then(done); \
                 return make.call(URL, blob); }; }); 0",
    )
    .await?;
    page.driver.find(By::Id("embed")).await?.click().await?;
    page.driver.find(By::Id("embed-save")).await?.click().await?;
    let text = page.evaluate("savedFile").await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Puts a text into a file and answers with its address.
fn file_with(name: &str, text: &str) -> String {
    let folder = std::env::temp_dir().join(format!("shuffle-lab-saved-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for files");
    let file = folder.join(name);
    fs::write(&file, text).expect("the file is written");
    format!("file://{}", file.display())
}

async fn a_page_saved_as_one_file_runs_without_a_host() -> Outcome {
    let mut saved = String::new();
    at_the_lab("saving", "?v=1&rows=50000&workers=2&skew=zipf:1.1", async |page, _| {
        at_rest(page).await?;
        saved = saved_file(page).await?;
        Ok(())
    })
    .await?;
    assert!(saved.contains("skew=zipf:1.1&workers=2&embed=1"), "what was set is in the file");
    visit("saved", View::WIDE, async |page| {
        page.open(&file_with("saved.html", &saved)).await?;
        page.until("a verdict", LIMIT, async || {
            let words = page.evaluate("document.body.innerText").await?;
            Ok(words.as_str().is_some_and(|words| words.contains("With 2 workers")))
        })
        .await?;
        let report =
            page.evaluate("shuffleLab.run({ version: 1, rows: 5000, keys: 100, workers: 2 })").await?;
        assert_eq!(
            (&report["result"]["rows"], &report["notes"]),
            (&Value::from(100), &Value::Null),
            "{report}"
        );
        assert!(page.evaluate("document.getElementById('workers-slider')").await?.is_object());
        page.picture(&places::picture("saved-file"), false).await?;
        let console = page.console().await?;
        assert!(console.is_empty(), "the console is not empty: {console:#?}");
        Ok(())
    })
    .await
}

async fn a_saved_file_with_bad_settings_says_so_and_opens_the_page() -> Outcome {
    let file = fs::read_to_string(places::dist()?.join("shuffle-lab.html")).expect("the build has made it");
    for (settings, words) in [
        ("{\"query\":\"?v=1&workers=1000\"}", "at most 64 workers run"),
        ("{\"query\":", "the saved file's settings cannot be read"),
    ] {
        let spoilt = file.replace("{\"query\":\"\"}", settings);
        assert_ne!(spoilt, file);
        visit("spoilt", View::WIDE, async |page| {
            page.open(&file_with("spoilt.html", &spoilt)).await?;
            page.until(words, LIMIT, async || {
                let seen = page.evaluate("document.body.innerText").await?;
                Ok(seen.as_str().is_some_and(|seen| seen.to_lowercase().contains(words)))
            })
            .await?;
            page.wait_for("#workers-slider", LIMIT).await.map(drop)
        })
        .await?;
    }
    Ok(())
}
