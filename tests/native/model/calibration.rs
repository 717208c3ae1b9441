//! Calibration: a machine whose constants are known is found again.

use super::*;

/// A machine whose constants are known: reports with the times that the model itself predicts.
fn known_machine(counters: &Counters) -> CostModel {
    let mut cost = free(4);
    learn(&mut cost, counters);
    let shared = [
        (SharedCost::BlockWritten, 900.0),
        (SharedCost::ByteRead, 1.5),
        (SharedCost::BlockRead, 400.0),
        (SharedCost::Exchange, 80.0),
        (SharedCost::BlockExchanged, 150.0),
        (SharedCost::ByteMoved, 0.8),
        (SharedCost::PeerMessage, 30.0),
        (SharedCost::Launch, 20.0),
        (SharedCost::Wake, 60.0),
        (SharedCost::DriverMessage, 12.0),
        (SharedCost::Contention, 0.15),
    ];
    set(&mut cost, &shared);
    cost
}

/// Lets the machine run these stages, too.
fn learn(cost: &mut CostModel, counters: &Counters) {
    let rows = [(RowCost::In, 40.0), (RowCost::Result, 25.0), (RowCost::Written, 5.0)];
    for stage in &counters.stages {
        if cost.stage(&stage.signature).is_none() {
            cost.stages.push(stage_cost(&stage.signature, &rows));
        }
    }
}

/// Puts the times of a prediction into a report, as if they had been measured.
fn pretend(scenario: &Scenario, cost: &CostModel) -> CalibrationRun {
    let mut report = run(scenario);
    let counters = Counters::from_report(&report, scenario).expect("its own report");
    // Probes with another share have stages of another kind.
    let mut cost = cost.clone();
    learn(&mut cost, &counters);
    let timeline = Timeline::predict(&counters, &cost, scenario.workers).expect("predicts");
    let micros = |value: f64| WallMicros(value.round() as u64);
    report.wall_micros = micros(timeline.wall.0).0;
    for (stage, counted) in report.stages.iter_mut().zip(&counters.stages) {
        let spans = || timeline.spans.iter().filter(|span| span.stage == counted.stage);
        let time = |span: &shuffle_engine::model::Span| span.end.0 - span.start.0;
        for (executor, phases) in (0u32..).zip(&mut stage.executors.phases) {
            use shuffle_engine::metrics::Phase;
            let sum = |phase: Phase| -> f64 {
                spans().filter(|span| span.executor == executor && span.phase == phase).map(time).sum()
            };
            phases.compute = micros(sum(Phase::Compute));
            phases.write = micros(sum(Phase::Write));
            phases.transfer = micros(sum(Phase::Transfer));
            phases.read = micros(sum(Phase::Read));
        }
        for (partition, busy) in (0u32..).zip(&mut stage.partitions.busy_micros) {
            *busy = micros(spans().filter(|span| span.partition == Some(partition)).map(time).sum()).0;
        }
        let slowest = stage.executors.phases.iter().map(|phases| phases.transfer.0).max().unwrap_or(0);
        let workers = u64::from(scenario.workers);
        if let Some(exchange) = &mut stage.exchange {
            let value = |shared| cost.term(shared).value;
            let driver = value(SharedCost::Wake) + value(SharedCost::DriverMessage) * 2.0 * workers as f64;
            exchange.micros = slowest + driver.round() as u64;
        }
    }
    for (at, phases) in report.executors.phases.iter_mut().enumerate() {
        *phases = Default::default();
        report.stages.iter().for_each(|stage| phases.merge(&stage.executors.phases[at]));
        report.executors.busy_micros[at] = phases.busy().0;
    }
    CalibrationRun { scenario: scenario.clone(), report }
}

fn probes(scenario: &Scenario, cost: &CostModel, cores: u32) -> Vec<CalibrationRun> {
    let mut scenarios = calibration_scenarios(scenario, cores);
    scenarios.dedup();
    scenarios.iter().map(|scenario| pretend(scenario, cost)).collect()
}

#[test]
fn a_machine_that_follows_the_model_is_found_again() {
    let scenario = Scenario { rows: 400_000, keys: 20_000, query: Query::Join, ..Scenario::default() };
    let truth = known_machine(&counters(&Scenario { rows: 1_000, ..scenario.clone() }));
    let runs = probes(&scenario, &truth, 4);
    let calibration = calibrate(&runs, 4).expect("enough runs");
    assert_eq!(calibration.warnings, vec![]);
    let unseen: Vec<CalibrationRun> = [1, 2, 3, 4]
        .map(|workers| {
            pretend(&Scenario { workers, rows: 300_000, map_partitions: 16, ..scenario.clone() }, &truth)
        })
        .into();
    let error = PredictionError::of(&calibration.cost, &unseen).expect("predicts").expect("runs");
    assert!(error.mape < 5.0 && error.worst < 8.0, "{error:#?}\n{:#?}", calibration.cost.explain());
    assert!((calibration.cost.term(SharedCost::Contention).value - 0.15).abs() < 0.02);
    let left_out = leave_one_out(&runs, 4, 50_000).expect("fits").expect("runs");
    assert_eq!(left_out.runs.len(), 8, "two sizes on 1, 2 and 4 workers, and two other shares on one");
    assert!(left_out.mape < 10.0, "{left_out:#?}");
}

#[test]
fn calibration_names_what_is_missing() {
    let scenario = Scenario { rows: 20_000, keys: 1_000, ..Scenario::default() };
    let truth = known_machine(&counters(&Scenario { rows: 1_000, ..scenario.clone() }));
    assert_eq!(calibrate(&[], 2), Err(CalibrationError::NoSingleWorker { runs: 0 }));
    let two = pretend(&Scenario { workers: 2, ..scenario.clone() }, &truth);
    assert_eq!(calibrate(std::slice::from_ref(&two), 2), Err(CalibrationError::NoSingleWorker { runs: 1 }));
    let eight = pretend(&Scenario { workers: 8, ..scenario.clone() }, &truth);
    let one = pretend(&Scenario { workers: 1, ..scenario.clone() }, &truth);
    let calibration = calibrate(&[one, eight], 2).expect("one worker is enough to begin with");
    assert_eq!(
        calibration.warnings,
        vec![
            CalibrationWarning::NoPeers { cores: 2 },
            CalibrationWarning::OneSize,
            CalibrationWarning::PastTheCores { runs: 1, cores: 2 },
        ]
    );
    let message = calibration.cost.term(SharedCost::PeerMessage);
    assert!(matches!(message.source, Source::Assumed { .. }));
    assert_eq!(message.value, 6.8, "what the profile assumes");
}

#[test]
fn every_term_explains_itself() {
    let scenario = Scenario { rows: 20_000, keys: 1_000, ..Scenario::default() };
    let truth = known_machine(&counters(&Scenario { rows: 1_000, ..scenario.clone() }));
    let cost = calibrate(&probes(&scenario, &truth, 2), 2).expect("enough runs").cost;
    let lines = cost.explain();
    assert_eq!(lines.len(), cost.stages.len() * RowCost::COUNT + SharedCost::COUNT);
    for line in lines {
        assert!(line.value >= 0.0 && line.value.is_finite(), "{line:?}");
        assert!([&line.name, &line.unit, &line.formula, &line.source].iter().all(|text| !text.is_empty()));
    }
}

#[test]
fn the_runs_to_calibrate_on_are_valid_and_few() {
    for query in Query::ALL.into_iter() {
        for (cores, workers, rows) in [(1, 1, 1), (2, 64, 20_000_000), (16, 8, 1_000_000)] {
            let scenario = Scenario { query, workers, rows, ..Scenario::default() };
            let probes = calibration_scenarios(&scenario, cores);
            assert!(probes.len() <= 60, "{}", probes.len());
            for probe in probes {
                probe.validate().expect("a probe is a valid scenario");
                assert!(probe.workers <= cores);
            }
        }
    }
}

#[test]
fn a_join_that_is_not_broadcast_is_calibrated_on_joins_that_are_not() {
    let tactics = Tactics { broadcast_bytes: 1_000_000, ..Tactics::default() };
    let scenario = Scenario { query: Query::Join, tactics, ..Scenario::default() };
    let check = |scenario: &Scenario| check_modelled(&scenario.plan().expect("a valid scenario").stages);
    check(&scenario).expect("a build side of 100,000 rows is above a megabyte");
    let smaller = Scenario { keys: 100, ..scenario.clone() };
    check(&smaller).expect_err("a build side of 100 rows is broadcast");
    for probe in calibration_scenarios(&scenario, 2) {
        check(&probe).expect("a probe is modelled when its scenario is");
    }
}

#[test]
fn a_curve_is_quick_enough_to_drag() {
    let scenario = Scenario { rows: 10_000, keys: 1_000, ..Scenario::default() };
    let counters = counters(&scenario);
    let cost = known_machine(&counters);
    let grid = worker_grid(1024);
    assert!(grid.len() < 80 && grid.windows(2).all(|pair| pair[0] < pair[1]) && grid.ends_with(&[1024]));
    let started = std::time::Instant::now();
    ModelCurve::new(&counters, &cost, &grid).expect("predicts");
    // A few milliseconds when optimised; the bound leaves room for a busy machine.
    assert!(started.elapsed().as_millis() < 200, "{:?}", started.elapsed());
}
