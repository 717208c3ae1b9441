//! The pipelines as a user of the engine writes them: cut out of the engine's own source, so that what is shown is what runs.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint, Query};

const SOURCE: &str = include_str!("../../../engine/src/plan/queries.rs");

/// Lines of the file that a pipeline may lean on: how each begins, and the word that leans on it.
const LEANED_ON: [(&str, &str); 2] = [("    let key = ", "key"), ("    let whole_row = ", "whole_row")];

/// The lines of a scenario's pipeline; empty if the file is not written as this expects, which a test would notice.
pub(super) fn source(scenario: &Scenario) -> String {
    match scenario.action {
        // There the collect stands right behind the scan.
        Action::Collect { of: CollectPoint::Input, .. } => input().unwrap_or_default(),
        Action::Collect { of: CollectPoint::Result, .. } | Action::Write {} | Action::Show { .. } => {
            pipeline(scenario.query).unwrap_or_default()
        }
    }
}

fn pipeline(query: Query) -> Option<String> {
    let arm = arm(query)?;
    let is_word = |word: &str| arm.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|it| it == word);
    let mut text = String::new();
    for (begin, _) in LEANED_ON.iter().filter(|(_, word)| is_word(word)) {
        text += SOURCE.lines().find(|line| line.starts_with(begin))?.trim_start();
        text.push('\n');
    }
    text += &arm;
    if is_word("words") {
        text += "\n\n";
        text += function("fn words(")?;
    }
    Some(text)
}

/// The expression behind `Query::X =>`, without the indentation of its place.
fn arm(query: Query) -> Option<String> {
    let (_, rest) = SOURCE.split_once(&format!("        Query::{query:?} => "))?;
    // An arm ends with the first line that is indented as it is, or less.
    let mut lines = rest.lines();
    let first = lines.next()?;
    let more = lines.take_while(|line| line.starts_with("            ") || line.starts_with("        )"));
    let text = std::iter::once(first).chain(more.map(|line| line.get(8..).unwrap_or(line)));
    Some(text.collect::<Vec<_>>().join("\n").trim_end_matches(',').to_owned())
}

/// A function of the file, up to its closing brace.
fn function(begin: &str) -> Option<&'static str> {
    let start = SOURCE.find(begin)?;
    let length = SOURCE[start..].find("\n}")? + "\n}".len();
    SOURCE.get(start..start + length)
}

/// What a collect of the input collects.
fn input() -> Option<String> {
    let (_, rest) = SOURCE.split_once("Action::Collect { of: CollectPoint::Input, .. } => ")?;
    Some(rest.lines().next()?.trim_end_matches(',').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pipeline_is_found_in_the_engine_and_contains_its_words() {
        let words = |query| match query {
            Query::Narrow => ["filter(col(\"language\")", "tokenize(\"text\", \"token\")"],
            Query::CountByKey => ["let key = ", "group_by([col(key)]).agg([count()])"],
            Query::DedupBest => ["let whole_row = ", "dedup(key, "],
            Query::Distinct => ["select([col(key)])", ".distinct()"],
            Query::Join => ["join(scan(\"rewards\"), key)", "null(DataType::Float64)"],
            Query::Repartition => ["let whole_row = ", ".repartition([key])"],
            Query::WordCount => ["group_by([col(\"token\")])", "fn words(rows: DataFrame)"],
        };
        for query in Query::ALL {
            let text = source(&Scenario { query, ..Scenario::default() });
            assert!(text.contains("scan(\"prompts\")"), "{query:?}: {text}");
            for word in words(query) {
                assert!(text.contains(word), "{query:?} has no {word}: {text}");
            }
            assert!(!text.contains("Query::"), "{query:?} runs into another: {text}");
            let balance = |open, close| text.matches(open).count() == text.matches(close).count();
            assert!(balance('(', ')') && balance('[', ']') && balance('{', '}'), "{query:?}: {text}");
        }
    }

    #[test]
    fn a_collect_of_the_input_is_a_scan() {
        let action = Action::Collect { of: CollectPoint::Input, memory_bytes: 1_000_000 };
        assert_eq!(source(&Scenario { action, ..Scenario::default() }), "scan(\"prompts\")");
    }
}
