//! The way of a plan, step by step.

use shuffle_engine::Scenario;
use shuffle_engine::plan::Planned;

use super::diff::{Line, Mark, diff, kept};
use super::source;
use crate::charts::units;
use crate::words;

/// All steps of a scenario's plan.
#[derive(Clone, PartialEq, Default)]
pub struct Story {
    /// How many stages, and what cuts them.
    pub summary: String,
    /// The steps in the order in which they happen.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, PartialEq, Default)]
pub struct Step {
    /// What happens in it.
    pub name: String,
    /// What it changed, in a sentence.
    pub says: String,
    /// Two texts to be compared.
    pub texts: Vec<Text>,
}

/// A named text.
#[derive(Clone, PartialEq)]
pub struct Text {
    /// The heading of the text: what the reader sees below it.
    pub name: &'static str,
    /// Its lines, marked where it is compared.
    pub lines: Vec<Line>,
}

/// The steps of a scenario's plan: as written, after each rule, as it runs.
pub fn story(scenario: &Scenario, planned: &Planned) -> Story {
    let text = |name, text: &str| Text { name, lines: kept(text) };
    let mut before = planned.logical.to_string();
    let mut steps = vec![Step {
        name: words::plan::WRITTEN.to_owned(),
        says: words::plan::WRITTEN_SAYS.to_owned(),
        texts: vec![
            text(words::plan::SOURCE, &source::source(scenario)),
            text(words::plan::LOGICAL, &before),
        ],
    }];
    for trace in &planned.optimized.trace {
        let (left, right) = diff(&before, &trace.after);
        steps.push(Step {
            name: sentence_case(&trace.rule),
            says: changes(&left, &right),
            texts: vec![
                Text { name: words::plan::BEFORE, lines: left },
                Text { name: words::plan::AFTER, lines: right },
            ],
        });
        before.clone_from(&trace.after);
    }
    steps.push(Step {
        name: words::plan::RUNS.to_owned(),
        says: words::plan::RUNS_SAYS.to_owned(),
        texts: vec![
            text(words::plan::STAGES, &planned.stages.to_string()),
            text(words::plan::PHYSICAL, &planned.physical.to_string()),
        ],
    });
    Story { summary: summary(planned), steps }
}

fn summary(planned: &Planned) -> String {
    let stages = planned.stages.stages();
    let reads = stages.iter().filter(|stage| stage.reads_shuffle()).count() as u64;
    let broadcasts = stages.iter().filter(|stage| !stage.broadcasts_read().is_empty()).count();
    let stages = units::plural(stages.len() as u64, words::noun::STAGE, words::noun::STAGES);
    let cuts = match (reads, broadcasts) {
        (0, 0) => words::plan::no_exchange(&stages),
        (0, _) => words::plan::broadcast_between(&stages),
        (count, _) => {
            let exchanges = units::plural(count, words::noun::EXCHANGE, words::noun::EXCHANGES);
            words::plan::cut(&stages, &exchanges)
        }
    };
    let rules = match planned.optimized.trace.len() as u64 {
        0 => words::plan::NO_RULE.to_owned(),
        count => words::plan::rules_first(&units::plural(count, words::noun::RULE, words::noun::RULES)),
    };
    format!("{cuts} {rules}")
}

fn changes(left: &[Line], right: &[Line]) -> String {
    let count = |lines: &[Line], mark| lines.iter().filter(|line| line.mark == mark).count() as u64;
    let lines = |count| units::plural(count, words::noun::LINE, words::noun::LINES);
    match (count(left, Mark::Removed), count(right, Mark::Added)) {
        (0, 0) => words::plan::DEPTH_ONLY.to_owned(),
        (removed, 0) => words::plan::went(&lines(removed)),
        (0, added) => words::plan::came(&lines(added)),
        (removed, added) => words::plan::went_and_came(&lines(removed), &lines(added)),
    }
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use shuffle_engine::scenario::{Query, Tactics};

    use super::*;

    #[test]
    fn every_pipeline_has_its_first_and_last_step_and_one_for_each_rule_between() {
        for query in Query::ALL {
            let scenario = Scenario { query, ..Scenario::default() };
            let planned = scenario.plan().expect("the scenario is valid");
            let story = story(&scenario, &planned);
            assert_eq!(story.steps.len(), planned.optimized.trace.len() + 2, "{query:?}");
            assert!(story.steps.iter().all(|step| step.texts.len() == 2), "{query:?}");
            assert!(story.steps.iter().flat_map(|step| &step.texts).all(|text| !text.lines.is_empty()));
        }
    }

    #[test]
    fn a_broadcast_is_no_exchange_by_key() {
        let tactics = Tactics { broadcast_bytes: 10_000_000, ..Tactics::default() };
        let scenario = Scenario { query: Query::Join, tactics, ..Scenario::default() };
        let story = story(&scenario, &scenario.plan().expect("the scenario is valid"));
        assert!(story.summary.contains("a broadcast in between"), "{}", story.summary);
        let names: Vec<&str> = story.steps.iter().map(|step| step.name.as_str()).collect();
        assert!(names.iter().any(|name| name.starts_with("Broadcast")), "{names:?}");
    }
}
