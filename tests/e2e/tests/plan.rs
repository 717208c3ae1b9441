//! The plan and what becomes of the rows: steps, savings, shows, and collects that do not fit.

use libtest_mimic::Trial;
use serde_json::json;
use shuffle_lab_e2e::lab::{HEADLINE, LIMIT, at_rest, at_the_lab, headline_with};
use shuffle_lab_e2e::thirtyfour::{By, Key};
use shuffle_lab_e2e::{Outcome, Page, places};

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        a_reader_steps_through_the_rules_by_keyboard_and_hears_what_changed,
        what_each_rule_saves_is_measured_can_be_stopped_and_goes_with_the_scenario,
        a_collect_that_does_not_fit_is_a_lesson_and_the_last_result_stays,
        a_show_runs_one_partition_and_prints_its_rows,
        a_broadcast_join_gives_the_same_answer_and_its_missing_model_is_no_failure,
        scripts_are_told_what_each_rule_saved,
    ]
}

async fn a_reader_steps_through_the_rules_by_keyboard_and_hears_what_changed() -> Outcome {
    at_the_lab("steps", "?v=1&rows=20000&workers=2&query=narrow&open=all", async |page, _| {
        at_rest(page).await?;
        let shown = async || text(page, ".plan-shown").await;
        let first = shown().await?;
        assert!(first.contains(".tokenize(\"text\", \"token\")"), "the pipeline as it is written: {first}");
        let step = page.driver.find(By::Css("input[name=plan-step]:checked")).await?;
        step.send_keys(Key::Down).await?;
        page.until("the first rule", LIMIT, async || Ok(shown().await?.contains("Before"))).await?;
        let marked = "[...document.querySelectorAll('.plan-line.removed, .plan-line.added')]\
                      .map(line => line.textContent.trim()).join('|')";
        let marked = page.evaluate(marked).await?;
        let marked = marked.as_str().unwrap_or_default();
        assert!(marked.contains("removed: ") && marked.contains("added: "), "{marked}");
        assert!(marked.contains("where language = 'en'"), "{marked}");
        page.evaluate("[...document.querySelectorAll('input[name=plan-step]')].at(-1).click()").await?;
        page.until("the stages", LIMIT, async || Ok(shown().await?.contains("stage 0: 32 tasks"))).await?;
        page.picture(&places::picture("plan"), true).await
    })
    .await
}

async fn what_each_rule_saves_is_measured_can_be_stopped_and_goes_with_the_scenario() -> Outcome {
    at_the_lab("savings", "?v=1&rows=100000&workers=2&query=narrow&open=all", async |page, _| {
        at_rest(page).await?;
        let savings = async || text(page, "#savings").await;
        page.driver.find(By::Id("measure-savings")).await?.click().await?;
        page.wait_for("#cancel-savings", LIMIT).await?.click().await?;
        at_rest(page).await?;
        assert!(
            savings().await?.starts_with("The button runs the plan"),
            "it was stopped: {}",
            savings().await?
        );
        page.driver.find(By::Id("measure-savings")).await?.click().await?;
        page.wait_for(".savings-table", LIMIT).await?;
        let table = savings().await?;
        for words in
            ["as written", "+ push filters down", "−", "2 workers", "each plan ran 3 times", "same answer"]
        {
            assert!(table.contains(words), "{words} is not in {table}");
        }
        page.picture(&places::picture("savings"), true).await?;
        page.driver.find(By::Id("workers-slider")).await?.send_keys(Key::Right).await?;
        page.until("an empty place", LIMIT, async || {
            Ok(savings().await?.starts_with("The button runs the plan"))
        })
        .await
    })
    .await
}

async fn a_collect_that_does_not_fit_is_a_lesson_and_the_last_result_stays() -> Outcome {
    at_the_lab("does-not-fit", "?v=1&rows=100000&workers=2", async |page, _| {
        at_rest(page).await?;
        page.evaluate("document.querySelectorAll('.more').forEach(more => more.open = true)").await?;
        let before = headline_with(page, "With 2 workers").await?;
        choose(page, "action", 1).await?;
        // Until then the answer fits.
        headline_with(page, "came into the driver's memory").await?;
        at_rest(page).await?;
        let fitting = text(page, HEADLINE).await?;
        assert_ne!(before, fitting);
        let field = page.driver.find(By::Id("driver-memory")).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys("0.1").await?;
        field.send_keys(Key::Enter).await?;
        let lesson = page.wait_for(".fit", LIMIT).await?.text().await?;
        assert!(lesson.contains("Out of memory: the rows of the answer take"), "{lesson}");
        assert!(lesson.contains("the driver may use 100 KB"), "{lesson}");
        assert!(lesson.contains("The last result stays below."), "{lesson}");
        assert_eq!(text(page, HEADLINE).await?, fitting);
        page.picture(&places::picture("does-not-fit"), false).await?;
        choose(page, "action", 0).await?;
        headline_with(page, "With 2 workers").await?;
        at_rest(page).await?;
        assert!(page.evaluate("document.querySelector('.fit')").await?.is_null());
        Ok(())
    })
    .await
}

async fn a_show_runs_one_partition_and_prints_its_rows() -> Outcome {
    at_the_lab("show", "?v=1&rows=100000&query=narrow&workers=2&action=show:5&open=all", async |page, _| {
        headline_with(page, "1 of 32 partitions had to run for 5 rows").await?;
        let rows = page.evaluate("document.querySelectorAll('.shown tbody tr').length").await?;
        assert_eq!(rows, 5);
        let table = text(page, ".shown").await?;
        assert!(table.contains("prompt_id") && table.contains("token"), "{table}");
        at_rest(page).await?;
        page.evaluate("document.querySelector('.verdict-more').open = true").await?;
        let page_text = text(page, "body").await?;
        assert!(page_text.contains("describe runs whose rows stay with the workers"), "{page_text}");
        Ok(())
    })
    .await
}

async fn a_broadcast_join_gives_the_same_answer_and_its_missing_model_is_no_failure() -> Outcome {
    at_the_lab(
        "broadcast",
        "?v=1&rows=50000&keys=1000&workers=2&query=join&broadcast_bytes=1000000",
        async |page, _| {
            headline_with(page, "went to every worker").await?;
            at_rest(page).await?;
            page.evaluate("document.querySelector('.verdict-more').open = true").await?;
            let verdict = text(page, "main").await?;
            assert!(verdict.contains("the answer stayed the same, row for row"), "{verdict}");
            assert!(verdict.contains("a broadcast join is not modelled"), "{verdict}");
            assert_eq!(text(page, ".notices").await?, "");
            assert!(page.evaluate("document.querySelector('.failure')").await?.is_null());
            Ok(())
        },
    )
    .await
}

async fn scripts_are_told_what_each_rule_saved() -> Outcome {
    at_the_lab("explain", "?v=1&rows=20000&workers=2", async |page, _| {
        at_rest(page).await?;
        let scenario = json!({"version": 1, "rows": 20_000, "workers": 2, "query": "narrow"});
        let told = page.evaluate(&format!("shuffleLab.explain({scenario})")).await?;
        assert_eq!(
            (&told["version"], &told["clock"], &told["runs"]),
            (&json!(1), &json!("wall"), &json!(3)),
            "{told}"
        );
        let rules = told["rules"].as_array().cloned().unwrap_or_default();
        assert!(rules.iter().any(|rule| rule["rule"] == "push filters down"), "{told}");
        let saved: i64 = rules.iter().filter_map(|rule| rule["saved"]["scanned_bytes"].as_i64()).sum();
        assert_eq!(Some(saved), told["saved"]["scanned_bytes"].as_i64(), "{told}");
        assert!(saved > 0, "{told}");
        let report = page.evaluate(&format!("shuffleLab.run({scenario})")).await?;
        assert_eq!(told["digest"], report["result"]["digest"]);
        let wrong = "shuffleLab.explain({version: 1, rows: 0}).catch(error => error.field)";
        assert_eq!(page.evaluate(wrong).await?, "rows");
        Ok(())
    })
    .await
}

async fn text(page: &Page, css: &str) -> Outcome<String> {
    Ok(page.driver.find(By::Css(css)).await?.text().await?)
}

/// Chooses a radio button of a strip.
async fn choose(page: &Page, name: &str, index: usize) -> Outcome {
    page.evaluate(&format!("document.querySelectorAll('input[name={name}]')[{index}].click()"))
        .await
        .map(drop)
}
