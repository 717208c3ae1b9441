//! The model: exact counters, list scheduling, calibration.

mod calibration;
mod expectation;
mod timeline;

use proptest::prelude::*;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Clock, WallMicros};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{
    CalibrationError, CalibrationRun, CalibrationWarning, CostModel, Counters, CurvePoint, ModelCurve,
    ModelError, PredictionError, RowCost, SharedCost, Source, StageCost, StageCounters, THIS_MACHINE,
    TaskCounters, Timeline, Volume, calibrate, calibration_scenarios, check_modelled, leave_one_out,
    worker_grid,
};
use shuffle_engine::scenario::{Query, Scenario, Skew, Tactics};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> WallMicros {
        WallMicros(0)
    }
}

fn run(scenario: &Scenario) -> JobReport {
    let outcome =
        LocalCluster::new(7).run(&crate::samples::job(scenario), &Stopped).expect("a valid scenario runs");
    JobReport::new(&outcome)
}

fn counters(scenario: &Scenario) -> Counters {
    Counters::from_report(&run(scenario), scenario).expect("its own report")
}

/// A machine on which nothing costs anything.
pub(crate) fn free(cores: u32) -> CostModel {
    let mut cost = CostModel::new(cores, THIS_MACHINE);
    set(&mut cost, &SharedCost::ALL.map(|shared| (shared, 0.0)));
    cost
}

fn a_test() -> Source {
    Source::Assumed { because: "a test".to_owned() }
}

pub(crate) fn set(cost: &mut CostModel, values: &[(SharedCost, f64)]) {
    values.iter().for_each(|&(shared, value)| cost.set(shared, value, a_test()));
}

/// A kind of stage with these costs; all others are free.
pub(crate) fn stage_cost(signature: &str, values: &[(RowCost, f64)]) -> StageCost {
    let mut stage = StageCost::new(signature);
    values.iter().for_each(|&(row, value)| stage.set(row, value, a_test()));
    stage
}

#[test]
fn what_tasks_write_is_read_and_what_goes_into_the_result_is_the_result() {
    for query in Query::ALL {
        for (combine, salt) in [(false, 0), (true, 0), (false, 5), (true, 3)] {
            for shuffle_fraction in [0.0, 0.4, 1.0] {
                let scenario = Scenario {
                    rows: 3_000,
                    keys: 300,
                    query,
                    shuffle_fraction,
                    workers: 3,
                    map_partitions: 5,
                    reduce_partitions: 7,
                    tactics: Tactics { combine, salt, ..Tactics::default() },
                    ..Scenario::default()
                };
                let report = run(&scenario);
                let counters = Counters::from_report(&report, &scenario).expect("its own report");
                let all = |of: fn(&TaskCounters) -> u64| {
                    counters.stages.iter().flat_map(|stage| &stage.tasks).map(of).sum::<u64>()
                };
                assert_eq!(all(|task| task.written.rows), all(|task| task.read.rows), "{scenario:?}");
                assert_eq!(all(|task| task.written.bytes), all(|task| task.read.bytes), "{scenario:?}");
                assert_eq!(all(|task| task.written.blocks), all(|task| task.read.blocks), "{scenario:?}");
                assert_eq!(all(|task| task.rows_result), report.result.rows, "{scenario:?}");
            }
        }
    }
}

#[test]
fn counters_do_not_depend_on_the_number_of_workers() {
    let scenario = Scenario { rows: 2_000, keys: 50, workers: 1, ..Scenario::default() };
    let alone = counters(&scenario);
    for workers in [2, 9, 64] {
        assert_eq!(counters(&Scenario { workers, ..scenario.clone() }), alone);
    }
}

#[test]
fn a_report_of_another_scenario_is_refused() {
    let scenario = Scenario { rows: 2_000, keys: 50, ..Scenario::default() };
    let report = run(&scenario);
    for other in [
        Scenario { query: Query::Join, ..scenario.clone() },
        Scenario { map_partitions: 3, ..scenario.clone() },
    ] {
        let refused = Counters::from_report(&report, &other);
        assert!(matches!(refused, Err(ModelError::Mismatch { .. })), "{refused:?}");
    }
}
