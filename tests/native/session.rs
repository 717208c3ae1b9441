//! What the page shows and says, without a page.

use std::sync::Arc;

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Clock, WallMicros};
use shuffle_engine::explain::{Explanation, RUNS, variants};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{CostModel, ModelMicros, ModelPhases, THIS_MACHINE};
use shuffle_engine::scenario::link::{Instead, Repair};
use shuffle_engine::scenario::{Action, CollectPoint, InvalidScenario, Query, Skew, Tactics};
use shuffle_engine::{EngineError, Scenario};
use shuffle_view::charts::units::{ratio, share};
use shuffle_view::demand::{exchange_points, sweep_points};
use shuffle_view::row_table::RowTable;
use shuffle_view::scope::{check_runs_here, unmodelled};
use shuffle_view::state::{
    Failure, Fit, Measurement, ModelAccuracy, ModelPoint, ModelView, Notice, RunEvent, RunState, Savings,
    SweepPoint,
};
use shuffle_view::verdict::{foreseen, verdict};

use crate::samples::job;

/// Goes on by a microsecond with each look, so that phases take some time.
#[derive(Default)]
struct SteppingClock(std::cell::Cell<u64>);

impl Clock for SteppingClock {
    fn now(&self) -> WallMicros {
        self.0.set(self.0.get() + 1);
        WallMicros(self.0.get())
    }
}

fn small(query: Query, skew: Skew) -> Scenario {
    Scenario { rows: 20_000, keys: 500, workers: 4, query, skew, ..Scenario::default() }
}

fn measured(scenario: &Scenario) -> Measurement {
    let outcome = LocalCluster::new(1)
        .run(&job(scenario), &SteppingClock::default())
        .expect("the scenario is valid and nothing fails in one thread");
    let report = JobReport::new(&outcome);
    let walls_micros = vec![report.wall_micros];
    let shown = Some(RowTable::new(&outcome)).filter(|_| scenario.action.row_limit().is_some());
    Measurement {
        scenario: scenario.clone(),
        report,
        walls_micros,
        notes: Vec::new(),
        shown,
        unmodelled: unmodelled(scenario.action, &outcome.graph),
    }
}

fn state_after(scenario: &Scenario) -> RunState {
    let mut state = RunState::new(scenario.clone(), Vec::new(), 2);
    state.apply(RunEvent::Ran(Box::new(measured(scenario))));
    state
}

fn model_with(walls: &[(u32, f64)], best_workers: u32) -> ModelView {
    let point = |&(workers, wall): &(u32, f64)| ModelPoint {
        workers,
        wall: ModelMicros(wall),
        exchange: ModelMicros(1.0),
        phases: ModelPhases::default(),
    };
    let fit = Fit { cost: CostModel::new(2, THIS_MACHINE), accuracy: None, constants: Vec::new() };
    ModelView { points: walls.iter().map(point).collect(), best_workers, fit: Arc::new(fit) }
}

fn all_words(state: &RunState) -> String {
    let verdict = verdict(state).expect("there was a run");
    format!("{} {}", verdict.headline, verdict.details.join(" "))
}

#[test]
fn before_the_first_run_there_is_no_verdict() {
    assert_eq!(verdict(&RunState::new(Scenario::default(), Vec::new(), 2)), None);
}

#[test]
fn the_verdict_names_the_hot_key_its_share_its_partition_and_the_cap() {
    let state = state_after(&small(Query::CountByKey, Skew::HotKey { share: 0.3 }));
    let hot = state.run.as_ref().and_then(|run| run.report.skew.hot_key).expect("there is a heaviest key");
    let words = all_words(&state);
    assert!((0.29..0.32).contains(&hot.share), "{hot:?}");
    assert!(words.contains(&format!("Key {} holds {} of", hot.value, share(hot.share))), "{words}");
    assert!(words.contains(&format!("partition {}", hot.partition.expect("its rows meet"))), "{words}");
    assert!(words.contains(&format!("at most {} faster", ratio(1.0 / hot.share))), "{words}");
}

#[test]
fn the_verdict_on_even_keys_names_no_straggler() {
    let words = all_words(&state_after(&small(Query::CountByKey, Skew::Uniform {})));
    assert!(!words.contains("holds"), "{words}");
    assert!(words.contains("moved between tasks"), "{words}");
}

#[test]
fn the_verdict_on_a_narrow_pipeline_says_that_nothing_moved() {
    let words = all_words(&state_after(&small(Query::Narrow, Skew::HotKey { share: 0.3 })));
    assert!(words.contains("Nothing moved between workers"), "{words}");
}

#[test]
fn more_workers_than_cores_are_said_to_take_turns() {
    let words = all_words(&state_after(&small(Query::CountByKey, Skew::Uniform {})));
    assert!(words.contains("taking turns on this machine's 2 cores"), "{words}");
    let two = Scenario { workers: 2, ..small(Query::CountByKey, Skew::Uniform {}) };
    assert!(!all_words(&state_after(&two)).contains("taking turns"));
}

#[test]
fn what_the_model_says_is_called_modelled_and_names_the_best_number_of_workers() {
    let mut state = state_after(&small(Query::CountByKey, Skew::Uniform {}));
    let past_best = model_with(&[(2, 50_000.0), (4, 80_000.0)], 2);
    state.apply(RunEvent::Modelled(Box::new(past_best)));
    let words = all_words(&state);
    assert!(
        words.contains("Modelled, with a core for each worker: 2 workers would take 50 ms, 4 workers 80 ms."),
        "{words}"
    );
    assert!(words.contains("Past 2 you buy shuffle, not speed."), "{words}");
    let before_best = model_with(&[(4, 80_000.0), (9, 60_000.0)], 9);
    state.apply(RunEvent::Modelled(Box::new(before_best)));
    assert!(all_words(&state).contains("More workers still help."));
}

/// A state whose model is off by this much on average, and by half as much again at worst.
fn modelled_with_error(scenario: &Scenario, model: ModelView, mean_error: f64) -> RunState {
    let accuracy = ModelAccuracy { mean_error, worst_error: mean_error * 1.5, run_count: 4 };
    let fit = Fit { accuracy: Some(accuracy), ..(*model.fit).clone() };
    let mut state = state_after(scenario);
    state.apply(RunEvent::Modelled(Box::new(ModelView { fit: Arc::new(fit), ..model })));
    state
}

#[test]
fn the_verdict_answers_whether_another_worker_would_help_as_far_as_the_model_is_believed() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let answer = |walls: &[(u32, f64)], best: u32, error: f64| {
        let state = modelled_with_error(&scenario, model_with(walls, best), error);
        verdict(&state).expect("it has run").answer.expect("there is a model")
    };
    /// The modelled walls, the workers of the run, and the answer.
    type Case = (&'static [(u32, f64)], u32, &'static str);
    let cases: [Case; 5] = [
        (&[(4, 80_000.0), (9, 60_000.0)], 9, "Yes, it gets faster up to 9 workers (modelled)."),
        (&[(4, 61_000.0), (9, 60_000.0)], 9, "Hardly: it is about as fast as it gets (modelled)."),
        (&[(4, 60_000.0)], 4, "Hardly: it is about as fast as it gets (modelled)."),
        (&[(2, 60_000.0), (4, 60_500.0)], 2, "Hardly: it is as fast with 2 workers (modelled)."),
        (&[(1, 60_000.0), (4, 90_000.0)], 1, "No: it is faster with 1 worker (modelled)."),
    ];
    for (walls, best, expected) in cases {
        assert_eq!(answer(walls, best, 0.05), expected);
    }
    assert_eq!(
        answer(&[(4, 80_000.0), (9, 60_000.0)], 9, 0.2),
        "Yes, it gets faster up to 9 workers (modelled, ±30 %)."
    );
    assert_eq!(
        answer(&[(4, 80_000.0), (9, 60_000.0)], 9, 0.4),
        "Not known here: the model was off by up to 60 %."
    );
}

#[test]
fn no_answer_is_invented_without_a_model_and_for_rows_that_are_fetched() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let said = verdict(&state_after(&scenario)).expect("it has run");
    assert_eq!(said.answer, None);
    assert!(said.headline.starts_with("With 4 workers: "), "{}", said.headline);
    let model = || model_with(&[(4, 80_000.0), (9, 60_000.0)], 9);
    for action in [Action::show(5), Action::Collect { of: CollectPoint::Result, memory_bytes: 100_000_000 }] {
        let state = modelled_with_error(&Scenario { action, ..scenario.clone() }, model(), 0.05);
        assert_eq!(verdict(&state).expect("it has run").answer, None, "{action:?}");
    }
    // With other workers the same curve answers before the run, and the answer follows the hand.
    let mut state = modelled_with_error(&scenario, model(), 0.05);
    state.apply(RunEvent::Changed(Scenario { workers: 9, ..scenario }));
    let words = foreseen(&state).expect("something is foreseen").to_string();
    let answer = "Hardly: it is about as fast as it gets (modelled). With 9 workers: 60 ms, modelled. ";
    assert!(words.starts_with(answer), "{words}");
}

#[test]
fn a_fix_is_compared_with_the_run_without_it_and_the_answer_is_the_same() {
    let plain = small(Query::CountByKey, Skew::HotKey { share: 0.5 });
    let fixed =
        Scenario { tactics: Tactics { combine: true, salt: 4, ..Tactics::default() }, ..plain.clone() };
    let mut state = state_after(&fixed);
    assert!(state.comparison().is_none(), "there is nothing to compare with yet");
    state.apply(RunEvent::RanBaseline(Box::new(measured(&plain))));
    let (before, after) = state.comparison().expect("both have run");
    assert_eq!(before.report.result, after.report.result);
    assert!(after.report.stages[0].shuffle.bytes < before.report.stages[0].shuffle.bytes);
    assert!(all_words(&state).contains("the answer stayed the same, row for row"));
    // Another scenario's run is not compared with it.
    state.apply(RunEvent::Ran(Box::new(measured(&small(Query::Distinct, Skew::Uniform {})))));
    assert!(state.comparison().is_none());
}

#[test]
fn a_changed_answer_would_be_called_a_bug() {
    let plain = small(Query::CountByKey, Skew::Uniform {});
    let fixed = Scenario { tactics: Tactics { combine: true, ..Tactics::default() }, ..plain.clone() };
    let mut state = state_after(&fixed);
    let mut wrong = measured(&plain);
    wrong.report.result.digest = "0".repeat(32);
    state.apply(RunEvent::RanBaseline(Box::new(wrong)));
    assert!(all_words(&state).contains("THE ANSWER CHANGED"));
}

#[test]
fn a_bad_field_is_shown_and_the_result_stays_until_a_good_change() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let mut state = state_after(&scenario);
    let before = state.clone();
    let invalid = Scenario { workers: 65, ..scenario.clone() };
    let error: InvalidScenario = check_runs_here(&invalid).expect_err("a tab runs no 65 workers");
    state.apply(RunEvent::Rejected(error.clone()));
    assert_eq!(state.field_error, Some(error));
    assert_eq!((&state.run, &state.scenario), (&before.run, &before.scenario));
    assert!(state.is_current());
    state.apply(RunEvent::Changed(Scenario { workers: 3, ..scenario }));
    assert_eq!(state.field_error, None);
    assert!(!state.is_current(), "what is shown belongs to four workers");
}

#[test]
fn other_workers_keep_the_sweep_and_the_model_and_anything_else_drops_them() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let mut state = state_after(&scenario);
    let median = measured(&scenario).report;
    for workers in [4, 1, 2, 1] {
        let point = SweepPoint { workers, walls_micros: vec![1], median: median.clone() };
        state.apply(RunEvent::Swept(Box::new(point)));
    }
    state.apply(RunEvent::Modelled(Box::new(model_with(&[(1, 1.0)], 1))));
    let workers: Vec<u32> = state.sweep.iter().map(|point| point.workers).collect();
    assert_eq!(workers, [1, 2, 4], "a point measured again replaces the older one");
    state.apply(RunEvent::Changed(Scenario { workers: 7, ..scenario.clone() }));
    assert!(state.model.is_some() && state.sweep.len() == 3);
    state.apply(RunEvent::Changed(Scenario { keys: 7, ..scenario }));
    assert!(state.model.is_none() && state.sweep.is_empty());
}

#[test]
fn a_failed_run_says_why_keeps_the_last_result_and_the_next_good_run_clears_it() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let mut state = state_after(&scenario);
    state.apply(RunEvent::Failed(Failure::Ended("worker 1 was lost: silent for 10.0 s".to_owned())));
    assert!(state.failure.is_some() && state.run.is_some());
    state.apply(RunEvent::Ran(Box::new(measured(&scenario))));
    assert_eq!(state.failure, None);
}

#[test]
fn a_show_brings_its_rows_with_their_nulls_and_says_how_many_partitions_had_to_run() {
    let narrow = small(Query::Narrow, Skew::Uniform {});
    let state = state_after(&Scenario { action: Action::show(200), ..narrow });
    let run = state.run.as_ref().expect("there was a run");
    let shown = run.shown.as_ref().expect("a show brings rows");
    assert_eq!(shown.names, ["prompt_id", "token", "percent"]);
    assert_eq!(shown.is_number, [true, false, true]);
    assert!(shown.rows.len() == 200 && shown.rows.iter().all(|row| row.len() == 3), "{shown:?}");
    assert!(
        shown.rows.iter().flatten().any(Option::is_none),
        "an unscored prompt is among the first: {shown:?}"
    );
    assert!(!run.rows_stayed());
    let words = all_words(&state);
    assert!(words.contains("1 of 32 partitions had to run for 200 rows."), "{words}");
    assert!(words.contains("describe runs whose rows stay with the workers"), "{words}");
}

#[test]
fn a_collect_says_how_many_rows_and_bytes_came_to_the_driver() {
    let action = Action::Collect { of: CollectPoint::Input, memory_bytes: 100_000_000 };
    let state = state_after(&Scenario { action, ..small(Query::CountByKey, Skew::Uniform {}) });
    let words = all_words(&state);
    assert!(words.contains("20,000 rows, "), "{words}");
    assert!(words.contains("came into the driver's memory before the wide step."), "{words}");
}

#[test]
fn rows_that_do_not_fit_are_named_with_both_figures_and_the_last_result_stays() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let mut state = state_after(&scenario);
    let action = Action::Collect { of: CollectPoint::Input, memory_bytes: 100_000 };
    let too_much = Scenario { action, ..scenario };
    let error = LocalCluster::new(1)
        .run(&job(&too_much), &SteppingClock::default())
        .expect_err("20,000 rows are more than 100,000 bytes");
    state.apply(RunEvent::Changed(too_much.clone()));
    state.apply(RunEvent::Failed(Failure::from(error)));
    let Some(Failure::DoesNotFit { needed_bytes, limit_bytes: 100_000 }) = state.failure else {
        panic!("{:?}", state.failure)
    };
    assert!(needed_bytes > 1_000_000, "{needed_bytes}");
    assert!(state.run.is_some() && !state.is_current());
    let allocator = EngineError::OutOfMemory { needed_bytes: 1, limit_bytes: 0 };
    assert!(matches!(Failure::from(allocator), Failure::Ended(_)), "nobody had set that limit");
    state.apply(RunEvent::Changed(Scenario { action: Action::Write {}, ..too_much }));
    assert_eq!(state.failure, None, "another scenario may fit");
}

#[test]
fn a_broadcast_is_calmly_said_not_to_be_modelled_and_names_what_crossed() {
    let tactics = Tactics { broadcast_bytes: 1_000_000, ..Tactics::default() };
    let scenario = Scenario { tactics, ..small(Query::Join, Skew::HotKey { share: 0.5 }) };
    let unmodelled = |scenario: &Scenario| RunState::new(scenario.clone(), Vec::new(), 2).unmodelled();
    let reason = unmodelled(&scenario).expect("a broadcast join is not modelled");
    assert!(reason.contains("a broadcast join is not modelled"), "{reason}");
    assert_eq!(unmodelled(&Scenario { tactics: Tactics::default(), ..scenario.clone() }), None);
    let words = all_words(&state_after(&scenario));
    assert!(words.contains(&reason), "{words}");
    assert!(words.contains("went to every worker"), "{words}");
    assert!(!words.contains("holds"), "rows do not meet by key, so there is no straggler: {words}");
}

#[test]
fn the_page_plans_once_an_edit_and_never_for_a_verdict() {
    let scenario = small(Query::CountByKey, Skew::HotKey { share: 0.5 });
    let mut state = state_after(&scenario);
    let first = state.plan.clone().expect("a valid scenario has a plan");
    for _ in 0..1_000 {
        verdict(&state).expect("it has run");
        assert_eq!(state.unmodelled(), None);
    }
    assert_eq!(state.plans_made, 1, "none for a thousand verdicts and questions");
    state.apply(RunEvent::Changed(Scenario { workers: 3, ..scenario.clone() }));
    assert_eq!(state.plans_made, 1, "no plan depends on the workers");
    state.apply(RunEvent::Changed(Scenario { reduce_partitions: 5, workers: 3, ..scenario.clone() }));
    assert_eq!(state.plans_made, 2);
    assert_ne!(state.plan.expect("it has a plan").stages, first.stages);
}

#[test]
fn what_rules_saved_is_of_one_scenario_and_goes_with_it() {
    let scenario = small(Query::Narrow, Skew::Uniform {});
    let mut state = state_after(&scenario);
    let savings = Savings { explanation: explained(&scenario), notes: Vec::new() };
    state.apply(RunEvent::Explained(Box::new(Ok(savings))));
    state.apply(RunEvent::Changed(scenario.clone()));
    assert!(state.savings.is_some(), "nothing has changed");
    state.apply(RunEvent::Changed(Scenario { workers: 3, ..scenario }));
    assert!(state.savings.is_none(), "other workers, other costs");
}

fn explained(scenario: &Scenario) -> Explanation {
    let variants = variants(scenario).expect("the scenario is valid");
    let mut cluster = LocalCluster::new(1);
    let clock = SteppingClock::default();
    let mut report = |job| {
        let outcome = cluster.run(job, &clock).expect("nothing fails in one thread");
        JobReport::new(&outcome)
    };
    let reports: Vec<Vec<JobReport>> =
        variants.iter().map(|variant| (0..RUNS).map(|_| report(&variant.job)).collect()).collect();
    Explanation::new(scenario, &variants, &reports).expect("every rule keeps the answer")
}

#[test]
fn an_explanation_sums_up_what_its_rules_saved_and_refuses_another_answer() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let explanation = explained(&scenario);
    assert!(!explanation.rules.is_empty());
    let saved: i64 = explanation.rules.iter().map(|rule| rule.saved.scanned_bytes).sum();
    assert_eq!(saved, explanation.saved.scanned_bytes, "step by step as all together");
    assert!(saved > 0, "a count needs no texts");
    assert_eq!(explanation.all_wall_micros.len(), RUNS);
    assert_eq!(explanation.digest, Some(measured(&scenario).report.result.digest));
    // A rule that changed the answer would be caught.
    let variants = variants(&scenario).expect("the scenario is valid");
    let mut reports: Vec<Vec<JobReport>> =
        variants.iter().map(|_| vec![measured(&scenario).report]).collect();
    reports[1][0].result.digest = "0".repeat(32);
    let error = Explanation::new(&scenario, &variants, &reports).expect_err("the answers differ");
    assert!(matches!(error, EngineError::Protocol { .. }), "{error}");
}

#[test]
fn notices_are_shown_once_and_can_be_dismissed() {
    let wrong = InvalidScenario { field: "rows".to_owned(), reason: "is \"abc\"".to_owned() };
    let repair = Repair { wrong, instead: Instead::Default };
    let mut state = RunState::new(Scenario::default(), vec![repair], 2);
    assert!(state.notices[0].text.contains("rows"));
    let hidden = Notice { field: None, text: "The tab was hidden.".to_owned() };
    state.apply(RunEvent::Noticed(hidden.clone()));
    state.apply(RunEvent::Noticed(hidden));
    assert_eq!(state.notices.len(), 2);
    state.apply(RunEvent::Dismissed(0));
    state.apply(RunEvent::Dismissed(9));
    assert_eq!(state.notices.len(), 1);
}

#[test]
fn a_sweep_ends_at_the_cores_and_stays_short_on_large_machines() {
    assert_eq!(sweep_points(0), [1], "a browser that does not say has one core");
    assert_eq!(sweep_points(2), [1, 2]);
    assert_eq!(sweep_points(6), [1, 2, 3, 4, 6]);
    assert_eq!(sweep_points(8), [1, 2, 3, 4, 8]);
    assert_eq!(sweep_points(96).last(), Some(&16));
}

#[test]
fn exchanges_are_measured_past_the_cores_and_at_the_reader_s_own_number_of_workers() {
    assert_eq!(exchange_points(8), [2, 4, 8, 16]);
    assert_eq!(exchange_points(64), [2, 4, 8, 16, 64]);
}

#[test]
fn cores_that_are_not_there_take_the_sweep_past_them_away() {
    let scenario = small(Query::CountByKey, Skew::Uniform {});
    let mut state = state_after(&scenario);
    for workers in [1, 2, 3, 4] {
        let median = measured(&scenario).report;
        state.apply(RunEvent::Swept(Box::new(SweepPoint { workers, walls_micros: vec![1], median })));
    }
    state.apply(RunEvent::Looked { cores: 1, tick_micros: 1_000 });
    let workers: Vec<u32> = state.sweep.iter().map(|point| point.workers).collect();
    assert_eq!((state.cores, state.tick_micros, workers), (1, 1_000, vec![1]));
}

#[test]
fn the_mean_of_runs_has_their_mean_times_the_first_one_s_counts_and_loses_no_time() {
    let scenario = small(Query::CountByKey, Skew::HotKey { share: 0.5 });
    let one = measured(&scenario).report;
    let mut other = one.clone();
    other.wall_micros += 100;
    for phases in other.executors.phases.iter_mut() {
        phases.compute.0 += 50;
    }
    let mean = JobReport::mean(&[one.clone(), other]).expect("there are two");
    let of = mean.timeline.as_ref().map(|it| (it.run, it.runs, it.wall_micros));
    assert_eq!(
        of,
        Some((1, 2, one.timeline.as_ref().map_or(0, |it| it.wall_micros))),
        "it is the first run's"
    );
    assert_eq!((mean.wall_micros, &mean.result), (one.wall_micros + 50, &one.result));
    let phases = (&mean.executors.phases, &one.executors.phases);
    for (mean, one) in phases.0.iter().zip(phases.1) {
        assert_eq!(mean.compute.0, one.compute.0 + 25);
    }
    for (busy, waiting) in mean.executors.busy_micros.iter().zip(&mean.executors.waiting_micros) {
        assert_eq!(busy + waiting, mean.wall_micros, "busy and waiting are the wall");
    }
    assert_eq!(JobReport::mean(&[]), None);
}
