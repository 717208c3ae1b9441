//! What a screen reader is told, read from the tree that Chromium hands to the system.
//!
//! `Accessibility.getFullAXTree` would be at hand, but Chromium 156 leaves `aria-valuetext` out of it and repeats a slider's
//! own value there. Its page `chrome://accessibility` shows the tree itself.

use std::collections::BTreeMap;
use std::time::Duration;

use libtest_mimic::Trial;
use shuffle_lab_e2e::lab::{LIMIT, at_rest};
use shuffle_lab_e2e::{Error, Outcome, Page, Site, View};

/// The tests of this file.
pub(super) fn tests() -> Vec<Trial> {
    tests![sliders_speak_their_value_with_its_unit]
}

async fn sliders_speak_their_value_with_its_unit() -> Outcome {
    let site = Site::of_the_page()?;
    // The tree is made only for those who need it; that costs time, so no other test has it.
    let page = Page::start_with(View::WIDE, &["--force-renderer-accessibility=complete"]).await?;
    page.open(&site.address("?v=1&rows=1000000&workers=2&action=collect:100000000")).await?;
    at_rest(&page).await?;
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)").await?;
    // A tab that is left stays as it was drawn last.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let sliders = sliders(&page).await?;
    page.close().await?;
    let said = [
        ("Workers", "2 workers"),
        ("Share that shuffles", "100 percent"),
        ("Share of the hot key", "30 percent"),
        ("Rows", "1,000,000 rows"),
        ("Driver's memory", "100 megabytes"),
        ("Distinct keys", "100,000 distinct keys"),
        ("Partitions, M = R", "32 partitions"),
    ];
    for (name, words) in said {
        assert_eq!(sliders.get(name).map(String::as_str), Some(words), "{name} among {sliders:#?}");
    }
    for (name, words) in &sliders {
        // A chart says nothing until somebody asks for its values.
        let has_words = words.chars().any(char::is_alphabetic);
        assert!(has_words || name.contains("arrow keys"), "{name} says only {words:?}");
    }
    Ok(())
}

/// The name of each slider in the page, and what it says.
async fn sliders(page: &Page) -> Outcome<BTreeMap<String, String>> {
    let lab = page.driver.window().await?;
    let inspector = page.driver.new_tab().await?;
    page.driver.switch_to_window(inspector).await?;
    page.open("chrome://accessibility").await?;
    let opener = "document.querySelector('[aria-label=\"Show accessibility tree for Shuffle Lab\"]')";
    page.until("the page among those that can be inspected", LIMIT, async || {
        Ok(page.evaluate(&format!("{opener} !== null")).await? == true)
    })
    .await?;
    page.evaluate(&format!("{opener}.click()")).await?;
    let tree = async || {
        Ok::<_, Error>(
            page.evaluate("document.body.innerText").await?.as_str().unwrap_or_default().to_owned(),
        )
    };
    page.until("the tree", LIMIT, async || Ok(tree().await?.contains(" slider "))).await?;
    let text = tree().await?;
    page.driver.close_window().await?;
    page.driver.switch_to_window(lab).await?;
    let lines = text.lines().filter(|line| line.contains(" slider ") && line.contains(" name='"));
    Ok(lines.map(|line| (attribute(line, "name"), attribute(line, "ariaValueText"))).collect())
}

/// `NAME='its value'` of a line of the tree; empty where there is none.
fn attribute(line: &str, name: &str) -> String {
    let value = line.split_once(&format!(" {name}='")).and_then(|(_, rest)| rest.split_once("' "));
    value.map(|(value, _)| value.to_owned()).unwrap_or_default()
}
