//! The pipelines as a user of the engine writes them: cut out of the engine's own source, so that what is shown is what runs.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint, Query};

/// The file that says what a scenario asks for.
const LOWERING: &str = include_str!("../../../engine/src/scenario/lower.rs");

/// The lines of a scenario's pipeline; empty if the files are not written as this expects, which a test would notice.
pub fn source(scenario: &Scenario) -> String {
    match scenario.action {
        // There the collect stands right behind the scan.
        Action::Collect { of: CollectPoint::Input, .. } => input().unwrap_or_default(),
        Action::Collect { of: CollectPoint::Result, .. } | Action::Write {} | Action::Show { .. } => {
            pipeline(file(scenario.query)).unwrap_or_default()
        }
    }
}

/// Each query has a file of its own in the engine.
fn file(query: Query) -> &'static str {
    match query {
        Query::Narrow => include_str!("../../../engine/src/frame/queries/narrow.rs"),
        Query::CountByKey => include_str!("../../../engine/src/frame/queries/count_by_key.rs"),
        Query::DedupBest => include_str!("../../../engine/src/frame/queries/dedup_best.rs"),
        Query::Distinct => include_str!("../../../engine/src/frame/queries/distinct.rs"),
        Query::Join => include_str!("../../../engine/src/frame/queries/join.rs"),
        Query::Repartition => include_str!("../../../engine/src/frame/queries/repartition.rs"),
        Query::WordCount => include_str!("../../../engine/src/frame/queries/word_count.rs"),
    }
}

/// The lines between the braces of `fn pipeline`, without their indentation.
fn pipeline(file: &str) -> Option<String> {
    let (_, rest) = file.split_once("fn pipeline(")?;
    let (_, rest) = rest.split_once("{\n")?;
    let (body, _) = rest.split_once("\n}")?;
    let lines = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// What a collect of the input collects.
fn input() -> Option<String> {
    let (_, rest) = LOWERING.split_once("Action::Collect { of: CollectPoint::Input, .. } => ")?;
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
            Query::WordCount => ["group_by([col(\"token\")])", "let words = |rows: DataFrame|"],
        };
        for query in Query::ALL {
            let text = source(&Scenario { query, ..Scenario::default() });
            assert!(text.contains("scan(\"prompts\")"), "{query:?}: {text}");
            for word in words(query) {
                assert!(text.contains(word), "{query:?} has no {word}: {text}");
            }
            assert!(!text.contains("fn ") && !text.starts_with(' '), "{query:?} is its body alone: {text}");
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
