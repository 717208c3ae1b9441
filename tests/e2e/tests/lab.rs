//! The lab in the page: it runs by itself, answers its controls, and says what the command line says.

use std::io::Write;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use serde_json::{Value, json};
use shuffle_lab_e2e::lab::{
    HEADLINE, LIMIT, assert_quiet, at_rest, at_the_lab, begins_with_an_answer, headline_with,
};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Offer, Outcome, STRICT_POLICY, Site, View, places, visit};

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        a_reader_sees_a_real_run_with_a_hot_key_and_its_straggler_without_a_click,
        scripts_get_the_digests_that_the_command_line_gets,
        a_dragged_slider_runs_anew_and_the_link_follows,
        a_fix_really_runs_and_proves_that_the_answer_is_the_same,
        a_bad_link_is_repaired_with_a_note_for_each_part,
        a_field_that_cannot_be_used_says_why_and_the_result_stays,
        scripts_are_told_the_field_of_a_scenario_that_cannot_run,
        a_script_s_run_can_be_cancelled_and_the_next_one_is_right,
        a_killed_worker_is_named_and_replaced,
        where_no_worker_can_start_the_page_runs_the_engine_itself_and_says_so,
        the_page_is_quiet_and_fits_on_a_phone_in_the_dark,
    ]
}

async fn a_reader_sees_a_real_run_with_a_hot_key_and_its_straggler_without_a_click() -> Outcome {
    at_the_lab("first-sight", "", async |page, _| {
        let headline = headline_with(page, "measured").await?;
        assert!(headline.contains("With 8 workers"), "{headline}");
        assert!(headline.contains("The largest partition has"), "{headline}");
        let verdict = page.driver.find(By::Id("verdict")).await?.text().await?;
        assert!(verdict.contains("holds 30 % of the shuffled rows"), "{verdict}");
        at_rest(page).await?;
        let page_text = page.driver.find(By::Tag("body")).await?.text().await?;
        assert!(page_text.contains("Modelled"), "the model has its say: {page_text}");
        let headline = headline_with(page, "With 8 workers").await?;
        assert!(begins_with_an_answer(&headline), "{headline}");
        page.picture(&places::picture("lab"), true).await
    })
    .await
}

async fn scripts_get_the_digests_that_the_command_line_gets() -> Outcome {
    let queries = ["narrow", "count_by_key", "distinct", "join", "repartition"];
    let workers = [1, 2, 8, 64, 3];
    at_the_lab("scripts", "?v=1&rows=20000&workers=2", async |page, _| {
        headline_with(page, "With 2 workers").await?;
        for (query, workers) in queries.into_iter().zip(workers) {
            let scenario = json!({
                "version": 1, "rows": 60_000, "keys": 3_000, "query": query, "workers": workers,
                "skew": {"kind": "hot_key", "share": 0.3}, "shuffle_fraction": 0.8,
            });
            let here = page.evaluate(&format!("shuffleLab.run({scenario})")).await?;
            let there = command_line(&scenario)?;
            assert_eq!(here["result"], there["result"], "{scenario}: {here}");
            for report in [&here, &there] {
                assert_eq!(report["clock"], "wall");
                assert!(report["wall_micros"].as_u64().is_some_and(|micros| micros > 0), "{report}");
            }
            // What is counted is the same too: rows, bytes and blocks of every stage and partition.
            for (here, there) in stages(&here).zip(stages(&there)) {
                assert_eq!(here["shuffle"], there["shuffle"], "{scenario}");
                assert_eq!(here["partitions"]["rows"], there["partitions"]["rows"], "{scenario}");
                assert_eq!(here["partitions"]["bytes"], there["partitions"]["bytes"], "{scenario}");
            }
            assert_eq!(here["skew"]["hot_key"], there["skew"]["hot_key"], "{scenario}");
            for ratio in ["max_over_median", "max_over_mean"] {
                // As numbers: a whole one has no decimals any more after JavaScript has had it.
                assert_eq!(
                    here["skew"][ratio].as_f64(),
                    there["skew"][ratio].as_f64(),
                    "{ratio} of {scenario}"
                );
            }
        }
        Ok(())
    })
    .await
}

async fn a_dragged_slider_runs_anew_and_the_link_follows() -> Outcome {
    at_the_lab("slider", "?v=1&rows=50000&workers=3", async |page, _| {
        headline_with(page, "With 3 workers").await?;
        let slider = page.driver.find(By::Id("workers-slider")).await?;
        slider.send_keys(Key::Right).await?;
        slider.send_keys(Key::Right).await?;
        headline_with(page, "With 5 workers").await?;
        let address = page.driver.current_url().await?;
        assert!(address.query().is_some_and(|query| query.contains("workers=5")), "{address}");
        Ok(())
    })
    .await
}

async fn a_fix_really_runs_and_proves_that_the_answer_is_the_same() -> Outcome {
    at_the_lab("fix", "?v=1&rows=50000&workers=2&combine=1", async |page, _| {
        headline_with(page, "With 2 workers").await?;
        page.until("the proof", LIMIT, async || {
            let verdict = page.driver.find(By::Id("verdict")).await?.text().await?;
            Ok(verdict.contains("the answer stayed the same, row for row"))
        })
        .await
    })
    .await
}

async fn a_bad_link_is_repaired_with_a_note_for_each_part() -> Outcome {
    at_the_lab("bad-link", "?v=1&workers=99&rows=abc&skew=hot_key:2&keys=50&%ff=%fe", async |page, _| {
        let headline = headline_with(page, "With 8 workers").await?;
        assert!(headline.contains("measured"), "{headline}");
        let notices = page.driver.find(By::Css(".notices")).await?.text().await?;
        for field in ["workers", "rows", "skew.share"] {
            assert!(notices.contains(field), "{field} is not among the notes: {notices}");
        }
        Ok(())
    })
    .await
}

async fn a_field_that_cannot_be_used_says_why_and_the_result_stays() -> Outcome {
    at_the_lab("bad-field", "?v=1&rows=50000&workers=2", async |page, _| {
        at_rest(page).await?;
        let before = headline_with(page, "With 2 workers").await?;
        let field = page.driver.find(By::Id("workers")).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys("65").await?;
        field.send_keys(Key::Enter).await?;
        page.until("the reason at the field", LIMIT, async || {
            let reason = page.driver.find(By::Id("workers-error")).await?.text().await?;
            Ok(reason.contains("at most 64 workers run"))
        })
        .await?;
        assert_eq!(page.driver.find(By::Css(HEADLINE)).await?.text().await?, before);
        Ok(())
    })
    .await
}

async fn scripts_are_told_the_field_of_a_scenario_that_cannot_run() -> Outcome {
    at_the_lab("bad-scripts", "?v=1&rows=20000&workers=2", async |page, _| {
        // A first run's words give way to those on the median of several.
        at_rest(page).await?;
        let before = headline_with(page, "With 2 workers").await?;
        let cases = [
            ("{version:1,rows:0}", "rows"),
            ("{version:1,keys:0}", "keys"),
            ("{version:1,workers:0}", "workers"),
            ("{version:1,workers:65}", "workers"),
            ("{version:1,shuffle_fraction:2}", "shuffle_fraction"),
            ("{version:1,shuffle_fraction:NaN}", "shuffle_fraction"),
            ("{version:1,skew:{kind:'hot_key',share:2}}", "skew.share"),
            ("{version:1,wrokers:3}", "wrokers"),
            ("{version:2}", "version"),
            ("'{\"version\":1,\"rows\":'", "scenario"),
            ("'?v=1&seed=' + '1'.repeat(1e6)", "link"),
            ("undefined", "scenario"),
        ];
        for (scenario, field) in cases {
            let told = page
                .evaluate(&format!("shuffleLab.run({scenario}).catch(e => e.field + '|' + e.message)"))
                .await?;
            let told = told.as_str().unwrap_or_default().to_owned();
            assert!(told.starts_with(&format!("{field}|{field}: ")), "{scenario}: {told}");
        }
        assert_eq!(page.driver.find(By::Css(HEADLINE)).await?.text().await?, before);
        Ok(())
    })
    .await
}

async fn a_script_s_run_can_be_cancelled_and_the_next_one_is_right() -> Outcome {
    at_the_lab("cancel", "?v=1&rows=20000&workers=2", async |page, _| {
        headline_with(page, "With 2 workers").await?;
        at_rest(page).await?;
        let script = "(async () => { \
            const long = shuffleLab.run({version: 1, rows: 20000000, workers: 2}).catch(e => e.message); \
            await new Promise(done => setTimeout(done, 300)); \
            const asked = performance.now(); \
            shuffleLab.cancel(); \
            const words = await long; \
            const micros = (performance.now() - asked) * 1000; \
            const next = await shuffleLab.run({version: 1, rows: 1000, keys: 10, workers: 2}); \
            return { words, micros, rows: next.result.rows }; })()";
        let told = page.evaluate(script).await?;
        assert_eq!(told["words"], "the run was cancelled", "{told}");
        assert!(told["micros"].as_f64().is_some_and(|micros| micros < 100_000.0), "{told}");
        assert_eq!(told["rows"], 10, "{told}");
        Ok(())
    })
    .await
}

async fn a_killed_worker_is_named_and_replaced() -> Outcome {
    let site = Site::of_the_page()?;
    visit("killed", View::WIDE, async |page| {
        page.keep_workers().await?;
        page.open(&site.address("?v=1&rows=20000&workers=3")).await?;
        headline_with(page, "With 3 workers").await?;
        at_rest(page).await?;
        // Nobody is told, as when the browser ends a worker.
        let script = "(async () => { \
            keptWorkers[1].terminate(); \
            const words = await shuffleLab.run({version: 1, rows: 1000, workers: 3}).catch(e => e.message); \
            const next = await shuffleLab.run({version: 1, rows: 1000, keys: 10, workers: 3}); \
            return { words, rows: next.result.rows }; })()";
        let told = page.evaluate(script).await?;
        assert!(
            told["words"].as_str().is_some_and(|words| words.starts_with("worker 1 was lost: silent")),
            "{told}"
        );
        assert_eq!(told["rows"], 10, "{told}");
        assert_quiet(page, &site).await
    })
    .await
}

async fn where_no_worker_can_start_the_page_runs_the_engine_itself_and_says_so() -> Outcome {
    let policy = STRICT_POLICY.replace("worker-src 'self' blob:", "worker-src 'none'");
    assert_ne!(policy, STRICT_POLICY);
    let site = Site::of(Offer::new(&places::dist()?, "/lab/").under(&policy))?;
    visit("alone", View::WIDE, async |page| {
        page.open(&site.address("?v=1&rows=50000&workers=4")).await?;
        let headline = headline_with(page, "With 4 workers").await?;
        assert!(headline.contains("measured"), "{headline}");
        let notices = page.driver.find(By::Css(".notices")).await?.text().await?;
        assert!(notices.contains("No worker can start here"), "{notices}");
        let scenario = json!({"version": 1, "rows": 50_000, "workers": 4});
        let here = page.evaluate(&format!("shuffleLab.run({scenario})")).await?;
        assert_eq!(here["result"], command_line(&scenario)?["result"]);
        Ok(())
    })
    .await
}

async fn the_page_is_quiet_and_fits_on_a_phone_in_the_dark() -> Outcome {
    let site = Site::of_the_page()?;
    visit("phone", View { dark: true, ..View::NARROW }, async |page| {
        page.open(&site.address("?v=1&rows=50000")).await?;
        at_rest(page).await?;
        let overflow = page
            .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await?;
        assert!(
            overflow.as_f64().is_some_and(|pixels| pixels <= 0.0),
            "{overflow} pixels have to be scrolled to"
        );
        page.picture(&places::picture("lab-phone-dark"), true).await?;
        assert_quiet(page, &site).await
    })
    .await
}

fn stages(report: &Value) -> impl Iterator<Item = &Value> {
    report["stages"].as_array().into_iter().flatten()
}

/// The report of `lab run`.
pub(crate) fn command_line(scenario: &Value) -> Outcome<Value> {
    let mut process = Command::new(places::command_line()?)
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command line starts");
    let mut stdin = process.stdin.take().expect("its standard input is a pipe");
    stdin.write_all(scenario.to_string().as_bytes()).expect("it reads the scenario");
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success(), "lab run: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout).expect("it prints JSON"))
}
