//! What the page says of a scenario that has not run yet, and what becomes of it when it has.

use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{CostModel, RowCost, THIS_MACHINE};
use shuffle_engine::scenario::{Action, Query, Skew, Tactics};
use shuffle_view::charts::load::Clock;
use shuffle_view::charts::{Frame, wall_clock};
use shuffle_view::demand::Needs;
use shuffle_view::figures;
use shuffle_view::forecast::Basis;
use shuffle_view::permalink::{ExchangeOf, LoadBy, Reach};
use shuffle_view::state::{
    Belief, Fit, Measurement, ModelAccuracy, ModelPoint, ModelView, RunEvent, RunState,
};
use shuffle_view::verdict::{foreseen, verdict};

use crate::model::stage_cost;
use crate::samples::{Stopped, job};

fn scenario() -> Scenario {
    Scenario { rows: 20_000, keys: 500, workers: 2, shuffle_fraction: 0.5, ..Scenario::default() }
}

fn measured(scenario: &Scenario) -> Measurement {
    let outcome = LocalCluster::new(1).run(&job(scenario), &Stopped).expect("a valid scenario");
    let mut report = JobReport::new(&outcome);
    report.wall_micros = 10_000;
    Measurement {
        scenario: scenario.clone(),
        report,
        walls_micros: vec![10_000],
        notes: Vec::new(),
        shown: None,
        unmodelled: None,
    }
}

/// A fit that knows the stages of a scenario: a microsecond a row. Its error is what is said.
fn fit(scenario: &Scenario, mean_error: f64) -> Arc<Fit> {
    let state = RunState::new(scenario.clone(), Vec::new(), 2);
    let forecast = state.forecast.expect("the model describes it");
    let mut cost = CostModel::new(2, THIS_MACHINE);
    for stage in &forecast.counters.stages {
        cost.stages.push(stage_cost(&stage.signature, &[(RowCost::In, 1_000.0)]));
    }
    let accuracy = ModelAccuracy { mean_error, worst_error: mean_error * 1.5, run_count: 4 };
    Arc::new(Fit { cost, accuracy: Some(accuracy), constants: Vec::new() })
}

/// A page at rest: it has run, and the model is fitted.
fn at_rest(scenario: &Scenario, mean_error: f64) -> RunState {
    let mut state = RunState::new(scenario.clone(), Vec::new(), 2);
    state.apply(RunEvent::Ran(Box::new(measured(scenario))));
    let point = |workers| ModelPoint {
        workers,
        wall: shuffle_engine::model::ModelMicros(10_000.0),
        exchange: Default::default(),
        phases: Default::default(),
    };
    let fit = fit(scenario, mean_error);
    let model = ModelView { points: (1..=64).map(point).collect(), best_workers: 2, fit };
    state.apply(RunEvent::Modelled(Box::new(model)));
    state
}

/// Every control that can be dragged, moved once.
fn moved(scenario: &Scenario) -> Vec<Scenario> {
    let base = || scenario.clone();
    vec![
        Scenario { shuffle_fraction: 0.6, ..base() },
        Scenario { skew: Skew::HotKey { share: 0.6 }, ..base() },
        Scenario { rows: 40_000, ..base() },
        Scenario { keys: 900, ..base() },
        Scenario { map_partitions: 12, ..base() },
        Scenario { reduce_partitions: 12, ..base() },
    ]
}

#[test]
fn a_moved_control_is_answered_at_once_by_what_is_modelled_and_by_nothing_that_was_measured() {
    for next in moved(&scenario()) {
        let mut state = at_rest(&scenario(), 0.05);
        assert_eq!(foreseen(&state), None, "what has run speaks for itself");
        let before = figures::load(&state, LoadBy::Rows);
        state.apply(RunEvent::Changed(next.clone()));
        let (load, curve) = (figures::load(&state, LoadBy::Rows), figures::wall_clock(&state, Reach::Near));
        let time = figures::load(&state, LoadBy::Time).expect("times are modelled");
        let shown = load.clone().expect("rows are expected");
        assert_ne!(load, before, "{next:?}");
        assert_eq!(
            (shown.clock, shown.rows, time.clock),
            (Clock::Modelled, Basis::Expected, Clock::Modelled)
        );
        assert!(curve.measured.is_empty() && curve.time_sliced.is_empty() && !curve.modelled.is_empty());
        assert!(curve.modelled_phases.is_some_and(|phases| phases.total() > 0), "{next:?}");
        let exchange = figures::exchange_cost(&state, ExchangeOf::Scenario, Reach::Near);
        assert!(exchange.measured.is_empty() && !exchange.modelled.is_empty() && exchange.is_foreseen);
        let words = foreseen(&state).expect("something is foreseen").to_string();
        assert!(words.contains("(modelled). With 2 workers: ") && words.contains(", modelled."), "{words}");
    }
}

#[test]
fn a_run_lands_on_what_was_foreseen_and_the_verdict_says_how_far_it_was_off() {
    let mut state = at_rest(&scenario(), 0.05);
    let next = Scenario { rows: 40_000, ..scenario() };
    state.apply(RunEvent::Changed(next.clone()));
    state.apply(RunEvent::Ran(Box::new(measured(&next))));
    assert_eq!(foreseen(&state), None);
    let said = verdict(&state).expect("it has run").details.join(" ");
    assert!(
        said.contains("Modelled before the run: ") && said.contains("Expected in the largest partition: "),
        "{said}"
    );
    let landing = state.landing.expect("there was a forecast");
    let (expected, counted) = landing.largest.expect("rows were expected");
    assert!(expected.abs_diff(counted) < counted / 10, "{landing:?}");
    assert_eq!(landing.wall.expect("a time was modelled").1, 10_000);
    state.apply(RunEvent::Changed(scenario()));
    assert_eq!(state.landing, None, "it was of the run before");
}

#[test]
fn with_other_workers_the_partitions_that_were_counted_are_dealt_out_anew() {
    let mut state = at_rest(&scenario(), 0.05);
    let next = Scenario { workers: 5, ..scenario() };
    state.apply(RunEvent::Changed(next.clone()));
    let foreseen = figures::load(&state, LoadBy::Rows).expect("rows are known");
    assert_eq!((foreseen.rows, foreseen.clock), (Basis::Counted, Clock::Modelled));
    state.apply(RunEvent::Ran(Box::new(measured(&next))));
    let counted = figures::load(&state, LoadBy::Rows).expect("it has run");
    let rows = |load: &shuffle_view::charts::load::LoadData| {
        load.workers.iter().map(|worker| worker.rows).collect::<Vec<_>>()
    };
    assert_eq!(rows(&foreseen), rows(&counted), "as the driver dealt them out");
}

#[test]
fn stages_that_were_never_timed_have_rows_and_no_invented_line() {
    let mut state = at_rest(&scenario(), 0.05);
    state.apply(RunEvent::Changed(Scenario { query: Query::DedupBest, ..scenario() }));
    let words = foreseen(&state).expect("rows are expected all the same").to_string();
    assert!(words.starts_with("With 2 workers: these stages were never timed in this browser"), "{words}");
    assert!(figures::wall_clock(&state, Reach::Far).is_empty());
    let load = figures::load(&state, LoadBy::Time).expect("rows are expected");
    assert!(load.workers.iter().all(|worker| worker.phases.total() == 0));
    // The constants of the other stages still hold when they come back.
    state.apply(RunEvent::Changed(Scenario { rows: 30_000, ..scenario() }));
    assert!(!figures::wall_clock(&state, Reach::Near).is_empty());
}

#[test]
fn what_the_model_does_not_describe_and_what_nobody_sees_is_not_foreseen() {
    let others = [
        Scenario { action: Action::show(10), ..scenario() },
        Scenario {
            query: Query::Join,
            tactics: Tactics { broadcast_bytes: 1 << 20, ..Tactics::default() },
            ..scenario()
        },
    ];
    for next in others {
        let mut state = at_rest(&scenario(), 0.05);
        state.apply(RunEvent::Changed(next.clone()));
        assert_eq!((state.foreseen(), foreseen(&state)), (None, None), "{next:?}");
    }
    let mut state = at_rest(&scenario(), 0.05);
    state.apply(RunEvent::Needed(Needs { sweep: false, exchanges: false, loads: false }));
    state.apply(RunEvent::Changed(Scenario { rows: 30_000, ..scenario() }));
    assert_eq!(state.forecast, None);
}

#[test]
fn a_model_that_is_not_believed_is_a_band_and_then_not_known() {
    let words = |error: f64| {
        let state = at_rest(&scenario(), error);
        let data = figures::wall_clock(&state, Reach::Near);
        let chart = wall_clock::draw(&data, &Frame::new("w", 640, 400)).expect("it can be drawn");
        let said = verdict(&state).expect("it has run").details.join(" ");
        (data.belief, chart, said, wall_clock::caption(&data, 1, None))
    };
    let (belief, chart, said, caption) = words(0.05);
    assert_eq!(belief, Belief::Line);
    assert!(
        caption.contains("The dashed line") && said.contains("about as fast as it gets"),
        "{caption} {said}"
    );
    assert!(!chart.svg.contains("hatch-modelled"));
    let (belief, chart, said, caption) = words(0.2);
    assert!(matches!(belief, Belief::Band { error } if (error - 0.3).abs() < 1e-9));
    assert!(caption.contains("band") && said.contains("give or take 30 %"), "{caption} {said}");
    assert!(chart.svg.contains("hatch-modelled"));
    let (belief, chart, said, caption) = words(0.4);
    assert!(matches!(belief, Belief::Unknown { .. }));
    assert!(caption.contains("not known here") && said.contains("is not known here"), "{caption} {said}");
    assert!(!chart.svg.contains(">best"), "no best number of workers is named");
}
