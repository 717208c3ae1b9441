//! What goes in comes out: rows, bytes, blocks and time, in pairs.

use std::sync::OnceLock;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::JobOutcome;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::columnar::block::{ColumnLayout, HEADER_BYTES};
use shuffle_engine::metrics::{JobReport, PhaseMicros, StageReport};
use shuffle_engine::plan::{Output, Partitioning};
use shuffle_engine::scenario::{Query, Skew, json};

use crate::samples::{Draw, FRACTIONS, SHAPES, SKEWS, Stopped, Ticking, WORKERS, job, shaped, tactics};

fn run(scenario: &Scenario) -> JobOutcome {
    LocalCluster::new(scenario.seed).run(&job(scenario), &Stopped).expect("a valid scenario")
}

fn samples(count: usize) -> impl Iterator<Item = Scenario> {
    let mut draw = Draw::new(1);
    Query::ALL.into_iter().cycle().take(count).map(move |query| Scenario {
        query,
        skew: draw.one_of(&SKEWS),
        workers: draw.one_of(&WORKERS[..4]),
        shuffle_fraction: draw.one_of(&FRACTIONS),
        tactics: draw.one_of(&tactics()),
        ..shaped(draw.one_of(&SHAPES))
    })
}

/// A run, its report, and the line that names its scenario.
struct Ran {
    scenario: Scenario,
    line: String,
    outcome: JobOutcome,
    report: JobReport,
}

/// The runs that every test below looks at: each made once, in an order of messages of its own, under a clock that ticks
/// at every look.
fn runs() -> &'static [Ran] {
    static RUNS: OnceLock<Vec<Ran>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let clock = Ticking::default();
        let ran = |(delivery_seed, scenario): (u64, Scenario)| {
            let outcome =
                LocalCluster::new(delivery_seed).run(&job(&scenario), &clock).expect("a valid scenario");
            let report = JobReport::new(&outcome);
            Ran { line: json::encode(&scenario), scenario, outcome, report }
        };
        (0..).zip(samples(126)).map(ran).collect()
    })
}

#[test]
fn every_block_written_is_read_once_partition_by_partition() {
    for Ran { line, outcome, .. } in runs() {
        for stage in outcome.graph.stages().iter().filter(|stage| stage.reads_shuffle()) {
            for (partition, record) in outcome.stage_tasks(stage.id).enumerate() {
                let mut written = (0, 0, 0);
                for shuffle in stage.shuffles_read() {
                    for map in outcome.stage_tasks(outcome.graph.writer_of(shuffle).id) {
                        written.0 += u64::from(map.done.written_rows[partition]);
                        written.1 += map.done.written_bytes[partition];
                        written.2 += 1;
                    }
                }
                let done = &record.done;
                let read = (done.read_rows, done.read_bytes, done.read_blocks);
                assert_eq!(read, written, "partition {partition} of stage {}: {line}", stage.id);
                assert_eq!(done.rows_in, done.read_rows, "a reduce task's rows are those it reads: {line}");
            }
        }
    }
}

#[test]
fn a_stage_writes_as_many_blocks_as_it_has_tasks_times_reduce_partitions() {
    for Ran { scenario, line, outcome, report } in runs() {
        for (spec, stage) in outcome.graph.stages().iter().zip(&report.stages) {
            let reduces = u64::from(scenario.reduce_partitions);
            let blocks = spec.shuffle_written().map_or(0, |_| u64::from(spec.task_count) * reduces);
            assert_eq!(stage.shuffle.blocks, blocks, "stage {}: {line}", spec.id);
            assert_eq!(stage.tasks as usize, stage.partitions.rows.len(), "a number for each partition");
            assert_eq!(
                stage.tasks as usize,
                stage.partitions.executor.len(),
                "an executor for each partition"
            );
        }
    }
}

#[test]
fn the_bytes_of_all_links_are_the_bytes_that_were_written() {
    for Ran { scenario, line, outcome, report } in runs() {
        let workers = scenario.workers as usize;
        for (spec, stage) in outcome.graph.stages().iter().zip(&report.stages) {
            let Some(exchange) = &stage.exchange else { continue };
            assert_eq!(
                exchange.links,
                (workers * (workers - 1)) as u64,
                "links of stage {}: {line}",
                spec.id
            );
            assert_eq!(exchange.link_bytes.len(), workers, "a row for each executor: {line}");
            let moved: u64 = exchange.link_bytes.iter().flatten().sum();
            let writers = spec.shuffles_read().into_iter().map(|shuffle| outcome.graph.writer_of(shuffle).id);
            let written: u64 = writers.map(|writer| report.stages[writer as usize].shuffle.bytes).sum();
            assert_eq!(moved, written, "bytes of stage {}: {line}", spec.id);
            assert_eq!(moved, stage.partitions.bytes.iter().sum::<u64>(), "bytes read: {line}");
            // A column of the matrix is what one executor's partitions read.
            for to in 0..workers {
                let received: u64 = exchange.link_bytes.iter().map(|row| row[to]).sum();
                let owned = stage.partitions.executor.iter().zip(&stage.partitions.bytes);
                let read: u64 =
                    owned.filter(|(owner, _)| **owner as usize == to).map(|(_, bytes)| bytes).sum();
                assert_eq!(received, read, "what executor {to} received: {line}");
            }
        }
    }
}

#[test]
fn rows_of_the_result_are_the_rows_that_left_every_last_branch() {
    for Ran { scenario, line, outcome, report } in runs() {
        let left: u64 = report.stages.iter().map(|stage| stage.rows_out).sum();
        // Salted joins ship copies of the build side; those rows leave the stage once.
        let replicated = outcome.graph.stages().iter().any(|stage| {
            let replicates = |output: &Output| match output {
                Output::Shuffle { partitioning, .. } => {
                    matches!(partitioning, Partitioning::ReplicatedHash { .. })
                }
                Output::Result { .. } => false,
            };
            stage.branches.iter().any(|branch| replicates(&branch.output))
        });
        let shuffled: u64 = report.stages.iter().map(|stage| stage.shuffle.rows).sum();
        if replicated {
            assert!(left <= report.result.rows + shuffled, "{line}");
        } else {
            assert_eq!(left, report.result.rows + shuffled, "{line}");
        }
        let scanned: u64 = outcome
            .graph
            .stages()
            .iter()
            .zip(&report.stages)
            .filter(|(spec, _)| !spec.reads_shuffle() && spec.name() == "scan prompts")
            .map(|(_, stage)| stage.rows_in)
            .sum();
        assert_eq!(scanned, scenario.rows, "every row is scanned once: {line}");
    }
}

fn check_times(report: &JobReport, line: &str) {
    let executors = &report.executors;
    let sum = |stages: &[StageReport], executor: usize| {
        let mut sum = PhaseMicros::default();
        stages.iter().for_each(|stage| sum.merge(&stage.executors.phases[executor]));
        sum
    };
    for executor in 0..executors.busy_micros.len() {
        let (busy, waiting) = (executors.busy_micros[executor], executors.waiting_micros[executor]);
        // Not only by the report's subtraction, which stops at 0: an executor's laps do not overlap and lie between the
        // start and the end, on one clock.
        assert!(
            busy <= report.wall_micros,
            "executor {executor} was busy {busy} of {}: {line}",
            report.wall_micros
        );
        assert_eq!(busy + waiting, report.wall_micros, "executor {executor}: {line}");
        assert_eq!(executors.phases[executor].busy().0, busy, "phases of executor {executor}: {line}");
        assert_eq!(executors.phases[executor], sum(&report.stages, executor), "stages of {executor}: {line}");
    }
    for stage in &report.stages {
        let in_tasks: u64 = stage.partitions.busy_micros.iter().sum();
        let on_executors: u64 = stage.executors.busy_micros.iter().sum();
        assert!(in_tasks <= on_executors, "stage {}: {line}", stage.id);
        let rows: u64 = stage.executors.rows.iter().sum();
        assert_eq!(rows, stage.rows_in, "rows of stage {}: {line}", stage.id);
    }
}

#[test]
fn on_threads_busy_and_waiting_are_the_wall_for_every_executor() {
    let mut cluster = ThreadCluster::new(8);
    for scenario in samples(100) {
        let outcome = cluster.run(&job(&scenario), |_| {}).expect("a valid scenario");
        check_times(&JobReport::new(&outcome), &json::encode(&scenario));
    }
}

#[test]
fn under_a_clock_that_ticks_at_every_look_busy_and_waiting_are_the_wall() {
    for Ran { line, report, .. } in runs() {
        assert!(report.wall_micros > 0, "the clock ticks");
        check_times(report, line);
    }
}

#[test]
fn rows_of_every_partition_are_the_same_for_any_number_of_workers() {
    for query in Query::ALL {
        for tactics in tactics() {
            let base = Scenario { query, tactics, shuffle_fraction: 0.37, ..shaped(SHAPES[0]) };
            let partitions = |workers| {
                let report = JobReport::new(&run(&Scenario { workers, ..base.clone() }));
                let of = |stage: StageReport| {
                    let partitions = stage.partitions;
                    (partitions.rows, partitions.bytes, partitions.rows_out, stage.shuffle)
                };
                report.stages.into_iter().map(of).collect::<Vec<_>>()
            };
            let one = partitions(1);
            for workers in [2, 5, 64] {
                assert_eq!(partitions(workers), one, "{workers} workers: {}", json::encode(&base));
            }
        }
    }
}

/// Bytes of blocks without a row: what a scenario ships when nothing takes the wide branch.
fn empty_bytes(outcome: &JobOutcome) -> u64 {
    let (_, schema) = outcome.graph.stages()[0].shuffle_written().expect("the first stage writes a shuffle");
    let mut end = HEADER_BYTES;
    for field in schema.fields() {
        end = ColumnLayout::new(end, field.data_type, 0, false, 0).end;
    }
    let stages = outcome.graph.stages();
    end as u64 * u64::from(stages[0].task_count) * u64::from(stages[1].task_count)
}

#[test]
fn bytes_on_the_wire_are_proportional_to_the_shuffle_fraction() {
    for query in [Query::CountByKey, Query::DedupBest, Query::Distinct, Query::Repartition] {
        let base = Scenario {
            query,
            skew: Skew::Uniform {},
            rows: 40_000,
            keys: 4_000,
            map_partitions: 4,
            reduce_partitions: 4,
            workers: 2,
            ..Scenario::default()
        };
        let shipped = |shuffle_fraction| {
            let outcome = run(&Scenario { shuffle_fraction, ..base.clone() });
            let report = JobReport::new(&outcome);
            (report.shuffle_bytes() - empty_bytes(&outcome), report.stages[0].shuffle.rows)
        };
        let (whole_bytes, whole_rows) = shipped(1.0);
        assert_eq!(whole_rows, base.rows, "all rows of {query:?} cross");
        for fraction in [0.001, 0.1, 0.37, 0.5, 0.9] {
            let (bytes, rows) = shipped(fraction);
            // Rows are drawn by a hash: a binomial with this deviation; four of them are never seen by chance.
            let deviation = (base.rows as f64 * fraction * (1.0 - fraction)).sqrt();
            let expected = base.rows as f64 * fraction;
            assert!(
                (rows as f64 - expected).abs() <= 4.0 * deviation,
                "{rows} rows of {query:?} at {fraction}"
            );
            // Padding of bitmaps, offsets and text: under 32 bytes for each of 16 blocks.
            let expected = whole_bytes as f64 * rows as f64 / whole_rows as f64;
            let slack = 16.0 * 32.0 + expected * 0.01 + 4.0 * (rows as f64).sqrt();
            let off = (bytes as f64 - expected).abs();
            assert!(off <= slack, "{bytes} bytes of {query:?} at {fraction}, not about {expected}");
        }
    }
}

#[test]
fn nothing_crosses_at_a_fraction_of_zero() {
    for query in Query::ALL {
        let scenario = Scenario { query, shuffle_fraction: 0.0, ..shaped(SHAPES[0]) };
        let report = JobReport::new(&run(&scenario));
        assert_eq!((report.shuffle_bytes(), report.shuffle_blocks()), (0, 0), "{query:?}");
        assert_eq!(report.stages.len(), 1, "{query:?} is one stage of scans");
    }
}
