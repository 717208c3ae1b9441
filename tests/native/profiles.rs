//! Engine profiles: what each makes of one small job, as golden text.
//!
//! The job and the costs are written down here, so the text changes only with the profile or with the model.

use std::fmt::Write as _;

use shuffle_engine::model::{
    CostModel, Counters, ModelPhases, Profile, RowCost, SharedCost, StageCounters, THIS_MACHINE,
    TaskCounters, Timeline, Volume,
};

use crate::model::{set, stage_cost};

/// Rows of the map tasks.
const MAP_ROWS: [u64; 6] = [400, 400, 300, 500, 400, 400];
/// Rows of the reduce tasks: the third one has the hot key.
const REDUCE_ROWS: [u64; 4] = [300, 200, 1_500, 400];
/// A row in a block.
const ROW_BYTES: u64 = 20;

/// Six map tasks write four blocks each; four reduce tasks read them.
fn job() -> Counters {
    let (maps, reduces) = (MAP_ROWS.len() as u64, REDUCE_ROWS.len() as u64);
    let map = |&rows: &u64| TaskCounters {
        rows_in: rows,
        rows_out: rows,
        written: Volume { rows, bytes: rows * ROW_BYTES, blocks: reduces },
        ..TaskCounters::default()
    };
    let reduce = |&rows: &u64| TaskCounters {
        rows_in: rows,
        rows_out: rows / 10,
        rows_result: rows / 10,
        read: Volume { rows, bytes: rows * ROW_BYTES, blocks: maps },
        ..TaskCounters::default()
    };
    let stage = |stage, name: &str, parents, tasks| StageCounters {
        stage,
        name: name.to_owned(),
        signature: name.to_owned(),
        parents,
        tasks,
    };
    Counters {
        stages: vec![
            stage(0, "map", vec![], MAP_ROWS.iter().map(map).collect()),
            stage(1, "reduce", vec![0], REDUCE_ROWS.iter().map(reduce).collect()),
        ],
    }
}

/// A machine of four cores on which everything costs something.
fn costs(profile: Profile) -> CostModel {
    let mut cost = CostModel::new(4, profile);
    for signature in ["map", "reduce"] {
        let rows = [1_000.0, 500.0, 200.0, 100.0];
        let rows: Vec<(RowCost, f64)> = RowCost::ALL.into_iter().zip(rows).collect();
        cost.stages.push(stage_cost(signature, &rows));
    }
    let shared = [
        (SharedCost::ByteWritten, 2.0),
        (SharedCost::BlockWritten, 900.0),
        (SharedCost::ByteRead, 1.5),
        (SharedCost::BlockRead, 400.0),
        (SharedCost::Exchange, 80.0),
        (SharedCost::BlockExchanged, 150.0),
        (SharedCost::ByteMoved, 0.8),
        (SharedCost::PeerMessage, 30.0),
        (SharedCost::Launch, 20.0),
        (SharedCost::BlockOpened, 700.0),
        (SharedCost::Wake, 60.0),
        (SharedCost::DriverMessage, 12.0),
        (SharedCost::DriverNumber, 40.0),
        (SharedCost::Contention, 0.15),
    ];
    set(&mut cost, &shared);
    cost
}

fn line(text: &mut String, line: std::fmt::Arguments) {
    writeln!(text, "{line}").expect("a String takes every write");
}

/// A profile, the terms that it begins with, and what becomes of the job under it, in microseconds.
fn shown(profile: Profile) -> String {
    let mut text = String::new();
    let (job, cost, to) = (job(), &costs(profile), &mut text);
    let Profile { tasks_in_hand, boundary, owners, exchange, assumed: _ } = profile;
    line(to, format_args!("== profile"));
    line(to, format_args!("tasks in hand  {tasks_in_hand}"));
    line(to, format_args!("boundary       {boundary:?}"));
    line(to, format_args!("owners         {owners:?}"));
    line(to, format_args!("exchange       {exchange:?}"));
    line(to, format_args!("\n== terms before any run"));
    for term in CostModel::new(4, profile).explain() {
        line(to, format_args!("{:15} {} {} ({})", term.name, term.value, term.unit, term.source));
    }
    line(to, format_args!("\n== mean over the executors, microseconds"));
    line(to, format_args!("workers     wall exchange  compute    write transfer     read  waiting"));
    for workers in [1, 2, 3, 4, 8, 64, 1_024] {
        let timeline = Timeline::totals(&job, cost, workers).expect("a valid number of workers");
        let ModelPhases { compute, write, transfer, read, waiting } = timeline.mean_phases();
        let figures = [timeline.wall, timeline.exchange, compute, write, transfer, read, waiting];
        let figures: Vec<String> = figures.iter().map(|micros| format!("{:8.1}", micros.0)).collect();
        line(to, format_args!("{workers:7} {}", figures.join(" ")));
    }
    line(to, format_args!("\n== what each of 3 executors does"));
    line(to, format_args!("executor stage partition phase       start      end"));
    let mut spans = Timeline::predict(&job, cost, 3).expect("a valid number of workers").spans;
    spans.sort_by(|a, b| a.executor.cmp(&b.executor).then(a.start.0.total_cmp(&b.start.0)));
    for span in spans {
        let partition = span.partition.map_or("-".to_owned(), |partition| partition.to_string());
        let (executor, stage, phase) = (span.executor, span.stage, format!("{:?}", span.phase));
        let (start, end) = (span.start.0, span.end.0);
        line(to, format_args!("{executor:8} {stage:5} {partition:>9} {phase:8} {start:8.1} {end:8.1}"));
    }
    text
}

#[test]
fn this_machine_runs_the_small_job_as_in_its_golden_file() {
    crate::golden::check("model-this_machine.txt", &shown(THIS_MACHINE));
}
