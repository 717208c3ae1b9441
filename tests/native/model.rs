//! The second clock: exact counters, list scheduling, calibration.

use proptest::prelude::*;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Clock, WallMicros};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{
    Bounds, CalibrationError, CalibrationRun, CalibrationWarning, Constant, CostModel, Counters, ModelCurve,
    ModelError, PredictionError, Source, StageCost, StageCounters, TaskCounters, Timeline, Volume, calibrate,
    calibration_scenarios, hot_key_cap, leave_one_out, worker_grid,
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

fn constant(value: f64) -> Constant {
    Constant::assumed(value, "a test")
}

// ---- Counters

#[test]
fn counting_and_running_agree_to_the_byte() {
    let skews = [Skew::Uniform {}, Skew::Zipf { exponent: 1.1 }, Skew::HotKey { share: 0.5 }];
    let tactics = [(false, 0), (true, 0), (false, 5), (true, 3)];
    for query in Query::ALL.into_iter() {
        for skew in skews {
            for (combine, salt) in tactics {
                for shuffle_fraction in [0.0, 0.4, 1.0] {
                    let scenario = Scenario {
                        rows: 3_000,
                        keys: 300,
                        query,
                        skew,
                        shuffle_fraction,
                        workers: 3,
                        map_partitions: 5,
                        reduce_partitions: 7,
                        tactics: Tactics { combine, salt, ..Tactics::default() },
                        ..Scenario::default()
                    };
                    let counted = Counters::count(&scenario).expect("counts");
                    let measured = Counters::from_report(&run(&scenario), &scenario).expect("its own report");
                    assert_eq!(counted, measured, "{scenario:?}");
                }
            }
        }
    }
}

#[test]
fn counters_do_not_depend_on_the_number_of_workers() {
    let scenario = Scenario { rows: 2_000, keys: 50, workers: 1, ..Scenario::default() };
    let alone = Counters::from_report(&run(&scenario), &scenario).expect("its own report");
    for workers in [2, 9, 64] {
        let scenario = Scenario { workers, ..scenario.clone() };
        assert_eq!(Counters::from_report(&run(&scenario), &scenario).expect("its own report"), alone);
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

#[test]
fn dealing_evenly_keeps_every_sum() {
    let scenario = Scenario { rows: 5_000, keys: 50, query: Query::Join, ..Scenario::default() };
    let counters = Counters::count(&scenario).expect("counts");
    let even = counters.without_skew();
    for (stage, even) in counters.stages.iter().zip(&even.stages) {
        let sum =
            |stage: &StageCounters, of: fn(&TaskCounters) -> u64| stage.tasks.iter().map(of).sum::<u64>();
        let fields: [fn(&TaskCounters) -> u64; 3] =
            [|task| task.rows_in, |task| task.read.bytes, |task| task.written.blocks];
        for of in fields {
            assert_eq!(sum(stage, of), sum(even, of));
        }
        let rows: Vec<u64> = even.tasks.iter().map(|task| task.rows_in).collect();
        let (least, most) = (rows.iter().min().expect("tasks"), rows.iter().max().expect("tasks"));
        assert!(most - least <= 1, "{rows:?}");
    }
}

// ---- Timeline

/// Stages of tasks that scan or read this many rows each; a row takes a millisecond and nothing else takes time.
fn job(stages: &[&[u64]]) -> (Counters, CostModel) {
    let mut counters = Counters { stages: Vec::new() };
    for (stage, rows) in (0..).zip(stages) {
        let parents = if stage == 0 { vec![] } else { vec![stage - 1] };
        let task = |&rows_in: &u64| TaskCounters {
            rows_in,
            rows_out: rows_in,
            rows_result: rows_in,
            read: Volume { rows: rows_in, bytes: rows_in, blocks: u64::from(stage > 0) },
            ..TaskCounters::default()
        };
        counters.stages.push(StageCounters {
            stage,
            name: format!("stage {stage}"),
            signature: "rows".to_owned(),
            parents,
            tasks: rows.iter().map(task).collect(),
        });
    }
    let mut cost = CostModel::free(4);
    cost.stages.push(StageCost { row_in: constant(1e6), ..StageCost::free("rows", "a test") });
    (counters, cost)
}

fn wall(counters: &Counters, cost: &CostModel, workers: u32) -> f64 {
    Timeline::totals(counters, cost, workers).expect("a valid number of workers").wall.0
}

#[test]
fn sparklens_table_ten_unit_tasks_then_one() {
    let (counters, cost) = job(&[&[1; 10], &[1]]);
    let walls = [1, 2, 3, 4, 5, 10].map(|workers| wall(&counters, &cost, workers) / 1e3);
    assert_eq!(walls, [11.0, 6.0, 5.0, 4.0, 3.0, 2.0]);
}

#[test]
fn without_overhead_and_skew_workers_times_wall_is_constant() {
    let (counters, cost) = job(&[&[3; 64], &[5; 64]]);
    for workers in [1, 2, 4, 8, 16, 32, 64] {
        let product = f64::from(workers) * wall(&counters, &cost, workers);
        assert!((product - 512e3).abs() < 1e-6, "{workers} workers: {product}");
    }
}

#[test]
fn an_idle_worker_costs_nothing_when_messages_are_free() {
    let (counters, cost) = job(&[&[1; 4], &[1; 4]]);
    assert_eq!(wall(&counters, &cost, 4), wall(&counters, &cost, 1024));
}

#[test]
fn peers_and_the_driver_make_more_workers_lose() {
    let scenario = Scenario { rows: 10_000, keys: 1_000, skew: Skew::Uniform {}, ..Scenario::default() };
    let counters = Counters::count(&scenario).expect("counts");
    let mut cost = CostModel::free(2);
    for stage in &counters.stages {
        cost.stages
            .push(StageCost { row_in: constant(100.0), ..StageCost::free(&stage.signature, "a test") });
    }
    cost.peer_message = constant(5.0);
    cost.driver_message = constant(2.0);
    cost.driver_number = constant(20.0);
    let curve = ModelCurve::new(&counters, &cost, &worker_grid(1024)).expect("predicts");
    let best = curve.best_workers().expect("points");
    assert!((2..64).contains(&best), "{best}");
    let last = curve.points.last().expect("points");
    assert!(last.wall.0 > 2.0 * curve.at(best).expect("a point").wall.0, "the bill comes at the end");
    // The driver's W x W numbers alone.
    assert!(last.exchange.0 > 1024.0 * 1024.0 * 20.0 / 1e3);
}

#[test]
fn a_hot_key_caps_the_speed_up() {
    let (counters, cost) = job(&[&[10; 10], &[70, 10, 10, 10]]);
    let curve = ModelCurve::new(&counters, &cost, &worker_grid(64)).expect("predicts");
    let reduce_alone = 100e3;
    let reduce = curve.at(64).expect("a point").wall.0 - 10e3;
    assert!((reduce_alone / reduce - hot_key_cap(0.7).expect("a share")).abs() < 1e-9);
    let even = ModelCurve::new(&counters.without_skew(), &cost, &[64]).expect("predicts");
    assert_eq!(even.points[0].wall.0, 35e3);
    assert_eq!(curve.best_workers(), Some(10), "past one worker a map task nothing is won");
}

#[test]
fn contention_ends_at_the_cores() {
    let (counters, mut cost) = job(&[&[1; 8]]);
    cost.contention = constant(0.1);
    assert_eq!(
        [1, 2, 4, 8].map(|workers| wall(&counters, &cost, workers).round()),
        [8e3, 4.4e3, 2.6e3, 1.3e3]
    );
}

#[test]
fn workers_out_of_limits_and_unknown_stages_are_named() {
    let (counters, cost) = job(&[&[1]]);
    for workers in [0, 4_097] {
        assert_eq!(Timeline::predict(&counters, &cost, workers), Err(ModelError::Workers { workers }));
    }
    let unknown = Timeline::predict(&counters, &CostModel::free(1), 1);
    assert_eq!(unknown, Err(ModelError::Uncalibrated { stage: "stage 0".to_owned() }));
}

/// A job with every kind of cost.
fn costly_job() -> impl Strategy<Value = (Counters, CostModel, u32)> {
    let rows = || proptest::collection::vec(0u64..500, 1..40);
    let costs = proptest::collection::vec(prop_oneof![Just(0.0), 0.0..300.0], 14);
    (rows(), rows(), rows(), costs, 1u32..200).prop_map(|(first, second, third, costs, workers)| {
        let (mut counters, mut cost) = job(&[&first, &second, &third]);
        for at in 0..2 {
            let read_bytes: u64 = counters.stages[at + 1].tasks.iter().map(|task| task.read.bytes).sum();
            let blocks = counters.stages[at + 1].tasks.len() as u64;
            let count = counters.stages[at].tasks.len() as u64;
            for task in &mut counters.stages[at].tasks {
                (task.rows_out, task.rows_result) = (task.rows_in, 0);
                task.written = Volume { rows: task.rows_in, bytes: read_bytes / count, blocks };
            }
        }
        let mut next = costs.into_iter().map(constant);
        for field in [
            &mut cost.byte_written,
            &mut cost.block_written,
            &mut cost.byte_read,
            &mut cost.block_read,
            &mut cost.exchange,
            &mut cost.block_exchanged,
            &mut cost.byte_moved,
            &mut cost.peer_message,
            &mut cost.launch,
            &mut cost.block_opened,
            &mut cost.wake,
            &mut cost.driver_message,
            &mut cost.driver_number,
        ] {
            *field = next.next().expect("a cost for each field");
        }
        cost.contention = constant(next.next().expect("the last").value / 1e3);
        (counters, cost, workers)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn busy_and_waiting_are_the_wall((counters, cost, workers) in costly_job()) {
        let timeline = Timeline::predict(&counters, &cost, workers).expect("predicts");
        let wall = timeline.wall.0;
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * wall.max(1.0);
        prop_assert_eq!(timeline.executors.len(), workers as usize);
        for phases in &timeline.executors {
            let all = [phases.compute, phases.write, phases.transfer, phases.read, phases.waiting];
            prop_assert!(all.iter().all(|micros| micros.0 >= 0.0), "{:?}", phases);
            prop_assert!(close(phases.busy().0 + phases.waiting.0, wall), "{:?} of {}", phases, wall);
        }
        let mean = timeline.mean_phases();
        prop_assert!(close(mean.busy().0 + mean.waiting.0, wall));
        prop_assert!(timeline.exchange.0 >= 0.0 && timeline.exchange.0 <= wall);
    }

    #[test]
    fn spans_never_overlap_and_add_up((counters, cost, workers) in costly_job()) {
        let timeline = Timeline::predict(&counters, &cost, workers).expect("predicts");
        let mut spans = timeline.spans.clone();
        spans.sort_by(|a, b| a.executor.cmp(&b.executor).then(a.start.0.total_cmp(&b.start.0)));
        for pair in spans.windows(2).filter(|pair| pair[0].executor == pair[1].executor) {
            prop_assert!(pair[0].end.0 <= pair[1].start.0 + 1e-6, "{:?}", pair);
        }
        for (executor, phases) in (0u32..).zip(&timeline.executors) {
            let mine = spans.iter().filter(|span| span.executor == executor);
            let sum: f64 = mine.map(|span| span.end.0 - span.start.0).sum();
            prop_assert!((sum - phases.busy().0).abs() < 1e-6 * timeline.wall.0.max(1.0));
        }
        prop_assert!(spans.iter().all(|span| span.start.0 >= 0.0 && span.end.0 <= timeline.wall.0 + 1e-6));
        let totals = Timeline::totals(&counters, &cost, workers).expect("predicts");
        prop_assert_eq!(Timeline { spans: vec![], ..timeline }, totals);
    }

    #[test]
    fn no_wall_is_below_a_bound((counters, cost, workers) in costly_job()) {
        let wall = wall(&counters, &cost, workers) * (1.0 + 1e-9);
        let bounds = Bounds::of(&counters, &cost, workers).expect("predicts");
        prop_assert!(wall >= bounds.work_over_workers.0, "{} {:?}", wall, bounds);
        prop_assert!(wall >= bounds.largest_task.0, "{} {:?}", wall, bounds);
        prop_assert!(wall >= bounds.critical_path.0, "{} {:?}", wall, bounds);
    }
}

// ---- Calibration

/// A machine whose constants are known: reports with the times that the model itself predicts.
fn known_machine(counters: &Counters) -> CostModel {
    let mut cost = CostModel::free(4);
    for stage in &counters.stages {
        cost.stages.push(StageCost {
            row_in: constant(40.0),
            row_result: constant(25.0),
            row_written: constant(5.0),
            ..StageCost::free(&stage.signature, "a test")
        });
    }
    cost.block_written = constant(900.0);
    cost.byte_read = constant(1.5);
    cost.block_read = constant(400.0);
    cost.exchange = constant(80.0);
    cost.block_exchanged = constant(150.0);
    cost.byte_moved = constant(0.8);
    cost.peer_message = constant(30.0);
    cost.launch = constant(20.0);
    cost.wake = constant(60.0);
    cost.driver_message = constant(12.0);
    cost.contention = constant(0.15);
    cost
}

/// Puts the times of a prediction into a report, as if they had been measured.
fn pretend(scenario: &Scenario, cost: &CostModel) -> CalibrationRun {
    let mut report = run(scenario);
    let counters = Counters::from_report(&report, scenario).expect("its own report");
    let timeline = Timeline::predict(&counters, cost, scenario.workers).expect("predicts");
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
            let driver = cost.wake.value + cost.driver_message.value * 2.0 * workers as f64;
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
    let truth = known_machine(&Counters::count(&scenario).expect("counts"));
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
    assert!((calibration.cost.contention.value - 0.15).abs() < 0.02);
    let left_out = leave_one_out(&runs, 4, 50_000).expect("fits").expect("runs");
    assert_eq!(left_out.runs.len(), 6, "two sizes on 1, 2 and 4 workers");
    assert!(left_out.mape < 10.0, "{left_out:#?}");
}

#[test]
fn calibration_names_what_is_missing() {
    let scenario = Scenario { rows: 20_000, keys: 1_000, ..Scenario::default() };
    let truth = known_machine(&Counters::count(&scenario).expect("counts"));
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
    assert!(matches!(calibration.cost.peer_message.source, Source::Assumed { .. }));
    assert!(calibration.cost.peer_message.value > 0.0);
}

#[test]
fn every_constant_explains_itself_and_survives_json() {
    let scenario = Scenario { rows: 20_000, keys: 1_000, ..Scenario::default() };
    let truth = known_machine(&Counters::count(&scenario).expect("counts"));
    let cost = calibrate(&probes(&scenario, &truth, 2), 2).expect("enough runs").cost;
    for line in cost.explain() {
        assert!(line.value >= 0.0 && line.value.is_finite(), "{line:?}");
        assert!([&line.name, &line.unit, &line.formula, &line.source].iter().all(|text| !text.is_empty()));
    }
    let text = serde_json::to_string(&cost).expect("writes");
    let back: CostModel = serde_json::from_str(&text).expect("reads");
    assert_eq!(back, cost);
}

#[test]
fn the_runs_to_calibrate_on_are_valid_and_few() {
    for query in Query::ALL.into_iter() {
        for (cores, workers, rows) in [(1, 1, 1), (2, 64, 20_000_000), (16, 8, 1_000_000)] {
            let scenario = Scenario { query, workers, rows, ..Scenario::default() };
            let probes = calibration_scenarios(&scenario, cores);
            assert!(probes.len() <= 54, "{}", probes.len());
            for probe in probes {
                probe.validate().expect("a probe is a valid scenario");
                assert!(probe.workers <= cores);
            }
        }
    }
}

#[test]
fn a_curve_is_quick_enough_to_drag() {
    let scenario = Scenario { rows: 10_000, keys: 1_000, ..Scenario::default() };
    let counters = Counters::count(&scenario).expect("counts");
    let cost = known_machine(&counters);
    let grid = worker_grid(1024);
    assert!(grid.len() < 80 && grid.windows(2).all(|pair| pair[0] < pair[1]) && grid.ends_with(&[1024]));
    let started = std::time::Instant::now();
    ModelCurve::new(&counters, &cost, &grid).expect("predicts");
    // A few milliseconds when optimised; the bound leaves room for a busy machine.
    assert!(started.elapsed().as_millis() < 200, "{:?}", started.elapsed());
}
