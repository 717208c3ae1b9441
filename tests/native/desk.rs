//! Saved runs and comparisons: what is written can be read, what does not belong together is refused with its place, and what is
//! said of two runs is what their reports say.

use proptest::prelude::*;
use serde_json::{Value, json};
use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Clock, WallMicros};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::{Action, CollectPoint, Query, Skew, Tactics};
use shuffle_view::charts::{Frame, Phase, pair};
use shuffle_view::compare::{Comparison, Side, compare};
use shuffle_view::saved_run::{self, SavedRun};
use shuffle_view::scope::unmodelled;
use shuffle_view::state::Measurement;

use crate::samples::job;

/// Goes on by some microseconds with each look, so that phases take some time.
struct SteppingClock(std::cell::Cell<u64>, u64);

impl Clock for SteppingClock {
    fn now(&self) -> WallMicros {
        self.0.set(self.0.get() + self.1);
        WallMicros(self.0.get())
    }
}

fn saved_at_pace(scenario: &Scenario, pace: u64) -> SavedRun {
    let clock = SteppingClock(Default::default(), pace);
    let outcome = LocalCluster::new(1).run(&job(scenario), &clock).expect("the scenario is valid");
    let report = JobReport::new(&outcome);
    let run = Measurement {
        scenario: scenario.clone(),
        walls_micros: vec![report.wall_micros],
        report,
        notes: vec!["it ran natively".to_owned()],
        shown: None,
        unmodelled: unmodelled(scenario.action, &outcome.graph),
    };
    SavedRun { run, cores: 2 }
}

fn saved(scenario: &Scenario) -> SavedRun {
    saved_at_pace(scenario, 1)
}

fn text(scenario: &Scenario) -> String {
    let saved = saved(scenario);
    saved_run::encode(&saved.run, saved.cores)
}

fn small() -> Scenario {
    Scenario {
        rows: 3_000,
        keys: 100,
        workers: 3,
        map_partitions: 4,
        reduce_partitions: 5,
        ..Scenario::default()
    }
}

/// What fuzzing begins from.
pub(crate) fn seeds() -> Vec<(&'static str, String)> {
    let tiny = Scenario {
        rows: 10,
        keys: 3,
        workers: 1,
        map_partitions: 1,
        reduce_partitions: 1,
        ..Scenario::default()
    };
    let join = Scenario { query: Query::Join, workers: 2, ..tiny.clone() };
    let show = Scenario { query: Query::Narrow, action: Action::show(1), ..tiny.clone() };
    vec![
        ("count", text(&tiny)),
        ("join", text(&join)),
        ("show", text(&show)),
        ("another-version", changed(&tiny, "/version", json!(2))),
        ("another-kind", changed(&tiny, "/kind", json!("diary"))),
        ("cut", text(&tiny).chars().take(200).collect()),
    ]
}

/// A saved run with one part changed, or taken away by `null`.
fn changed(scenario: &Scenario, path: &str, to: Value) -> String {
    let mut value: Value = serde_json::from_str(&text(scenario)).expect("what was written is JSON");
    let (parent, name) = path.rsplit_once('/').expect("a path has a slash");
    let parent = value.pointer_mut(parent).expect("the parent is there");
    match (parent, to) {
        (Value::Object(fields), Value::Null) => {
            fields.remove(name);
        }
        (Value::Array(items), to) => items[name.parse::<usize>().expect("an index")] = to,
        (parent, to) => parent[name] = to,
    }
    value.to_string()
}

fn refusal(text: &str) -> String {
    saved_run::decode(text).expect_err("it is refused").to_string()
}

#[test]
fn every_kind_of_run_comes_back_as_it_was_saved() {
    let actions = [
        Action::Write {},
        Action::Collect { of: CollectPoint::Result, memory_bytes: 1 << 24 },
        Action::Collect { of: CollectPoint::Input, memory_bytes: 1 << 24 },
        Action::show(5),
    ];
    for query in Query::ALL {
        for action in actions {
            for tactics in [
                Tactics::default(),
                Tactics { combine: true, salt: 4, ..Tactics::default() },
                Tactics { broadcast_bytes: 1 << 20, ..Tactics::default() },
            ] {
                for shuffle_fraction in [0.0, 0.5, 1.0] {
                    let scenario = Scenario { query, action, tactics, shuffle_fraction, ..small() };
                    let before = saved(&scenario);
                    let text = saved_run::encode(&before.run, before.cores);
                    let opened = saved_run::decode(&text).expect("it was written here");
                    assert_eq!(with_short_ratios(opened.clone()), with_short_ratios(before), "{scenario:?}");
                    let again = saved_run::encode(&opened.run, opened.cores);
                    assert_eq!(saved_run::decode(&again), Ok(opened), "saved again it is the same");
                }
            }
        }
    }
}

/// Ratios to nine digits.
fn with_short_ratios(mut saved: SavedRun) -> SavedRun {
    let skew = &mut saved.run.report.skew;
    let ratios = [&mut skew.max_over_median, &mut skew.max_over_mean].into_iter().flatten();
    for ratio in ratios.chain(skew.hot_key.as_mut().map(|hot| &mut hot.share)) {
        *ratio = (*ratio * 1e9).round();
    }
    saved
}

#[test]
fn the_largest_report_is_far_below_the_limit() {
    let largest = Scenario {
        query: Query::Join,
        rows: 2_000,
        workers: 64,
        map_partitions: 1_024,
        reduce_partitions: 1_024,
        tactics: Tactics { salt: 2, ..Tactics::default() },
        ..Scenario::default()
    };
    let text = text(&largest);
    assert!(text.len() * 4 < saved_run::MAX_BYTES, "{} bytes", text.len());
}

#[test]
fn another_version_and_another_kind_are_told_before_anything_else() {
    let mut other: Value = serde_json::from_str(&text(&small())).expect("it is JSON");
    other["version"] = json!(2);
    other["a_new_field"] = json!(1);
    assert_eq!(refusal(&other.to_string()), "version is 2: this page reads saved runs of version 1");
    other["kind"] = json!("diary");
    assert!(
        refusal(&other.to_string()).starts_with("kind is not \"shuffle_lab_run\""),
        "{}",
        refusal(&other.to_string())
    );
    assert!(refusal("{\"version\":1}").starts_with("kind "));
}

#[test]
fn what_is_no_json_or_too_long_says_so() {
    for broken in ["", "x", "{", "[]", "7", "{\"version\":1,"] {
        assert!(refusal(broken).starts_with("file is no"), "{broken}: {}", refusal(broken));
    }
    assert!(refusal(&" ".repeat(saved_run::MAX_BYTES + 1)).starts_with("file has "));
}

#[test]
fn each_part_that_does_not_belong_is_named() {
    let scenario = small();
    for (path, to, field) in [
        ("/scenario", Value::Null, "scenario is missing"),
        ("/report", Value::Null, "report is missing"),
        ("/cores", json!(0), "cores is 0"),
        ("/cores", json!("many"), "cores cannot be read"),
        ("/more", json!(1), "file is no saved run: unknown field `more`"),
        ("/walls_micros", json!([1]), "walls_micros must"),
        ("/scenario/workers", json!(65), "scenario.workers is 65"),
        ("/scenario/workers", json!(4), "report.stages[0].executors must"),
        ("/scenario/version", json!(9), "scenario.version"),
        ("/scenario/reduce_partitions", json!(6), "report.stages[1].tasks are 5, but the scenario plans 6"),
        ("/scenario/query", json!("join"), "report.plan is of another pipeline"),
        (
            "/scenario/rows",
            json!(4_000),
            "report.stages[0].scanned_rows is 3,000, but the scenario's table has 4,000",
        ),
        ("/scenario/action", json!({"kind": "show"}), "report.fetched does not fit"),
        ("/report/version", json!(2), "report.version is 2"),
        ("/report/clock", json!("model"), "report.clock is not"),
        ("/report/stages/1/tasks", json!("x"), "report.stages[1] cannot be read: invalid type"),
        ("/report/stages/1/rows_in", json!(7), "report.stages[1].rows_in is not the sum"),
        ("/report/stages/0/shuffle/bytes", json!(7), "report.stages[0].shuffle is not the sum"),
        ("/report/stages/1/partitions/executor/0", json!(3), "report.stages[1].partitions.executor names"),
        ("/report/stages/1/partitions/rows", json!([1]), "report.stages[1].partitions must"),
        ("/report/stages/1/exchange/links", json!(7), "report.stages[1].exchange is not one of 3 workers"),
        ("/report/wall_micros", json!(1e300), "report.wall_micros is 1e+300"),
        ("/report/wall_micros", json!(-1), "report.wall_micros is -1"),
        ("/report/executors/busy_micros/0", json!(1), "report.executors do not add up"),
        ("/report/result/digest", json!("<b>"), "report.result.digest must"),
        ("/report/skew/hot_key/share", json!(2), "report.skew.hot_key.share must"),
    ] {
        let refused = refusal(&changed(&scenario, path, to));
        assert!(refused.starts_with(field), "{path}: {refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_on_a_line(text in ".{0,200}") {
        let refused = refusal(&text);
        prop_assert!(!refused.contains('\n') && refused.len() < 1_200, "{refused}");
    }

    #[test]
    fn a_saved_run_with_any_byte_changed_is_read_or_refused(at in 0usize..3_000, to in 32u8..127) {
        let mut bytes = text(&Scenario { rows: 10, workers: 1, map_partitions: 1, reduce_partitions: 1, ..Scenario::default() }).into_bytes();
        let at = at % bytes.len();
        bytes[at] = to;
        let text = String::from_utf8(bytes).expect("ASCII stays ASCII");
        if let Ok(saved) = saved_run::decode(&text) {
            prop_assert_eq!(saved_run::decode(&saved_run::encode(&saved.run, saved.cores)), Ok(saved));
        }
    }
}

fn compared(a: &SavedRun, b: &SavedRun, is_here: bool) -> Comparison {
    compare(Side { saved: a, is_here }, Side { saved: b, is_here: true })
}

#[test]
fn a_comparison_says_what_differs_and_proves_that_the_answer_does_not() {
    let a = saved(&small());
    let b =
        saved(&Scenario { workers: 2, tactics: Tactics { combine: true, ..Tactics::default() }, ..small() });
    let said = compared(&a, &b, true);
    assert_eq!(said.words[0], "B has 2 workers instead of 3 and combining before the shuffle.");
    assert_eq!(said.same_answer, Some(true));
    let last = said.words.last().expect("there are words");
    assert!(last.contains("row for row") && last.contains(&a.run.report.result.digest[..8]), "{last}");
    let moved = said.facts.iter().find(|fact| fact.name.starts_with("messages")).expect("a fact");
    assert_eq!((moved.a.as_str(), moved.b.as_str()), ("6", "2"));
}

#[test]
fn a_run_that_was_twice_as_slow_is_said_to_have_taken_twice_as_long() {
    let (a, b) = (saved_at_pace(&small(), 10), saved_at_pace(&small(), 20));
    assert!(
        compared(&a, &b, true).words[1].starts_with("It took 2× as long"),
        "{:?}",
        compared(&a, &b, true).words
    );
    assert!(compared(&b, &a, true).words[1].starts_with("It was 2× as fast"));
    assert!(compared(&a, &a, true).words[1].starts_with("It took about as long"));
    assert_eq!(compared(&a, &a, true).words[0], "A and B are two runs of the same scenario.");
}

#[test]
fn times_of_two_machines_are_not_compared() {
    let (a, b) = (saved_at_pace(&small(), 10), saved_at_pace(&small(), 20));
    let words = compared(&a, &b, false).words.join(" ");
    assert!(words.contains("Times of two machines say nothing"), "{words}");
    assert!(
        !words.contains("as long") && !words.contains("as fast") && !words.contains("mean worker"),
        "{words}"
    );
}

#[test]
fn other_data_or_another_question_have_no_answer_in_common() {
    let a = saved(&small());
    for scenario in [
        Scenario { seed: 7, ..small() },
        Scenario { skew: Skew::Uniform {}, ..small() },
        Scenario { query: Query::Distinct, ..small() },
        Scenario { shuffle_fraction: 0.5, ..small() },
    ] {
        let said = compared(&a, &saved(&scenario), true);
        assert_eq!(said.same_answer, None);
        assert!(said.words.last().is_some_and(|words| words.contains("different questions")));
    }
}

#[test]
fn the_picture_of_two_runs_has_one_scale_and_their_figures() {
    let (a, b) = (saved_at_pace(&small(), 10), saved_at_pace(&small(), 20));
    let picture = compared(&a, &b, true).picture;
    assert_eq!(picture.runs[0].phases.total(), a.run.report.wall_micros);
    let chart = pair::draw(&picture, &Frame::new("p", 320, 280)).expect("drawn");
    assert_eq!(chart.table.rows.len(), 2);
    assert_eq!(chart.table.header.len(), 2 + Phase::ALL.len());
    assert_eq!(chart.hits.hits.len(), 2);
}
