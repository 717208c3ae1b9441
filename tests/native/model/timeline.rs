//! The timeline: list scheduling, and what more workers change.

use super::*;

fn at(curve: &ModelCurve, workers: u32) -> &CurvePoint {
    curve.points.iter().find(|point| point.workers == workers).expect("a point of the grid")
}

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
    let mut cost = free(4);
    cost.stages.push(stage_cost("rows", &[(RowCost::In, 1e6)]));
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
    let counters = counters(&scenario);
    let mut cost = free(2);
    for stage in &counters.stages {
        cost.stages.push(stage_cost(&stage.signature, &[(RowCost::In, 100.0)]));
    }
    let dear =
        [(SharedCost::PeerMessage, 5.0), (SharedCost::DriverMessage, 2.0), (SharedCost::DriverNumber, 20.0)];
    set(&mut cost, &dear);
    let curve = ModelCurve::new(&counters, &cost, &worker_grid(1024)).expect("predicts");
    let best = curve.best_workers().expect("points");
    assert!((2..64).contains(&best), "{best}");
    let last = curve.points.last().expect("points");
    assert!(last.wall.0 > 2.0 * at(&curve, best).wall.0, "the bill comes at the end");
    // The driver's W x W numbers alone.
    assert!(last.exchange.0 > 1024.0 * 1024.0 * 20.0 / 1e3);
}

#[test]
fn a_hot_key_caps_the_speed_up() {
    let (counters, cost) = job(&[&[10; 10], &[70, 10, 10, 10]]);
    let curve = ModelCurve::new(&counters, &cost, &worker_grid(64)).expect("predicts");
    let reduce_alone = 100e3;
    let reduce = at(&curve, 64).wall.0 - 10e3;
    assert!((reduce_alone / reduce - 1.0 / 0.7).abs() < 1e-9, "no faster than one over the hot key's share");
    assert_eq!(curve.best_workers(), Some(10), "past one worker a map task nothing is won");
}

#[test]
fn contention_ends_at_the_cores() {
    let (counters, mut cost) = job(&[&[1; 8]]);
    set(&mut cost, &[(SharedCost::Contention, 0.1)]);
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
    let unknown = Timeline::predict(&counters, &free(1), 1);
    assert_eq!(unknown, Err(ModelError::Uncalibrated { stage: "stage 0".to_owned() }));
}

/// A job with every kind of cost.
fn costly_job() -> impl Strategy<Value = (Counters, CostModel, u32)> {
    let rows = || proptest::collection::vec(0u64..500, 1..40);
    let costs = proptest::collection::vec(prop_oneof![Just(0.0), 0.0..300.0], SharedCost::COUNT);
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
        for (shared, value) in SharedCost::ALL.into_iter().zip(costs) {
            let value = if shared == SharedCost::Contention { value / 1e3 } else { value };
            set(&mut cost, &[(shared, value)]);
        }
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
        let alone = longest_and_sum(&Timeline::predict(&counters, &cost, 1).expect("predicts"));
        let others = f64::from(workers.min(cost.cores) - 1);
        let slow_down = 1.0 + cost.term(SharedCost::Contention).value * others;
        let work: f64 = alone.iter().map(|(_, sum)| sum).sum();
        let critical_path: f64 = alone.iter().map(|(longest, _)| longest).sum();
        prop_assert!(wall >= work * slow_down / f64::from(workers), "{} {:?}", wall, alone);
        prop_assert!(wall >= critical_path * slow_down, "{} {:?}", wall, alone);
    }
}

/// The longest task of each stage and the sum of all, in microseconds, without any overhead.
fn longest_and_sum(timeline: &Timeline) -> Vec<(f64, f64)> {
    let mut stages = vec![std::collections::BTreeMap::new(); 3];
    for span in &timeline.spans {
        if let Some(partition) = span.partition {
            *stages[span.stage as usize].entry(partition).or_insert(0.0) += span.end.0 - span.start.0;
        }
    }
    let tasks = stages.iter().map(|stage| stage.values().copied());
    tasks.map(|tasks| (tasks.clone().fold(0.0, f64::max), tasks.sum())).collect()
}
