//! The report of a run: what the page, the command line and scripts read.
//!
//! Every number in it is counted or measured in that run. The hot key comes from a sketch that map tasks keep
//! ([`crate::shuffle::KeySketch`]), with the bounds of its error.

use serde::{Deserialize, Serialize};

use super::{PhaseMicros, Timeline, skew, subject};
use crate::cluster::{JobOutcome, WallMicros};
use crate::columnar::RowDigest;
use crate::plan::{PlanTrace, StageSpec};

/// The version of the report's JSON.
pub const REPORT_VERSION: u32 = 1;

/// The clock by which a report's times were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The times were measured on this machine.
    Wall,
    /// The times were predicted by the model.
    Model,
}

/// The report of one run. Everything in it was counted or measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobReport {
    /// The version of the report's form, [`REPORT_VERSION`].
    pub version: u32,
    /// The clock. It is always [`Clock::Wall`], since a report is measured.
    pub clock: Clock,
    /// The time from the moment at which all executors were prepared until the last task was done, in microseconds.
    pub wall_micros: u64,
    /// The answer's size and digest.
    pub result: ResultReport,
    /// The stages. Each one's parents come before it.
    pub stages: Vec<StageReport>,
    /// How uneven the reduce partitions are.
    pub skew: SkewSummary,
    /// The plan, as it was written and after each rule.
    #[serde(default)]
    pub plan: PlanTrace,
    /// What came to the driver; `None` when the rows stayed with the executors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<FetchReport>,
    /// How long each executor was busy over the whole run, and how long it waited: together they are the wall.
    pub executors: JobExecutors,
    /// When each executor did what; `None` in reports of builds that did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
}

/// What came to the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchReport {
    /// The number of rows that came.
    pub rows: u64,
    /// The bytes that these rows take in the driver's memory.
    pub bytes: u64,
    /// The number of partitions that were run, of the stages that give rows.
    pub tasks_run: u32,
    /// The number of all partitions of these stages.
    pub task_count: u32,
}

/// The size and digest of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultReport {
    /// The number of rows in the answer.
    pub rows: u64,
    /// The digest of these rows, 32 hexadecimal digits. It does not depend on their order.
    pub digest: String,
}

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageReport {
    /// The number of the stage.
    pub id: u32,
    /// The stage in a few words: `scan prompts`, `read shuffle 0`.
    pub name: String,
    /// The number of tasks, one for each partition.
    pub tasks: u32,
    /// The number of rows that were scanned or read.
    pub rows_in: u64,
    /// The number of rows that a scan generated. A stage that reads a shuffle has 0.
    #[serde(default)]
    pub scanned_rows: u64,
    /// Bytes of the values of these rows. They are fewer than whole rows have where a condition was decided while rows were generated.
    #[serde(default)]
    pub scanned_bytes: u64,
    /// The number of rows that left through the shuffle or into the result.
    pub rows_out: u64,
    /// What the stage wrote for the next one.
    pub shuffle: ShuffleReport,
    /// The stage's partitions in order: reduce partitions when it reads a shuffle, else the scanned ones.
    pub partitions: PartitionsReport,
    /// What each executor did of the stage, by the executor's index.
    pub executors: ExecutorsReport,
    /// How the blocks came to the stage; `None` when nothing moved before it.
    pub exchange: Option<ExchangeReport>,
}

/// What a stage wrote into blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ShuffleReport {
    /// The number of rows in the blocks.
    pub rows: u64,
    /// Bytes of the blocks, headers included.
    pub bytes: u64,
    /// The number of blocks, which is tasks times reduce partitions.
    pub blocks: u64,
}

/// What each partition of a stage had, by the partition's index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PartitionsReport {
    /// The number of rows that were scanned or read.
    pub rows: Vec<u64>,
    /// Bytes that were read or, when the stage scans, written.
    pub bytes: Vec<u64>,
    /// The number of rows that left.
    pub rows_out: Vec<u64>,
    /// The number of rows in the blocks that were written. A row that was copied to several partitions counts for each.
    pub written_rows: Vec<u64>,
    /// Bytes of the blocks that were written.
    pub written_bytes: Vec<u64>,
    /// The time that the partition's task took, in microseconds.
    pub busy_micros: Vec<u64>,
    /// The executor that ran the partition's task.
    pub executor: Vec<u32>,
}

/// What each executor did of a stage, by the executor's index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExecutorsReport {
    /// The number of rows that were scanned or read.
    pub rows: Vec<u64>,
    /// The time that it spent in tasks and in the exchange, in microseconds.
    pub busy_micros: Vec<u64>,
    /// The same time by phase, in microseconds.
    pub phases: Vec<PhaseMicros>,
}

/// What an exchange moved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExchangeReport {
    /// The time from the driver's word to the last executor's answer, in microseconds.
    pub micros: u64,
    /// The number of messages between different executors, which is W(W-1).
    pub links: u64,
    /// The bytes that went from one executor to another, as `link_bytes[from][to]`. What is on the diagonal stayed where it was.
    pub link_bytes: Vec<Vec<u64>>,
}

impl StageReport {
    /// Whether its partitions came through a shuffle, each to its owner. A stage that scans beside a broadcast has an
    /// exchange too, but no owners: all rows of it went to everybody.
    pub fn reads_shuffle(&self) -> bool {
        self.exchange.is_some() && self.scanned_rows == 0
    }

    /// Whether it reads rows that went to every executor.
    pub fn reads_broadcast(&self) -> bool {
        self.exchange.is_some() && !self.reads_shuffle()
    }
}

impl ExchangeReport {
    /// Bytes off the diagonal.
    pub fn moved_bytes(&self) -> u64 {
        let rows = self.link_bytes.iter().enumerate();
        rows.map(|(from, to)| to.iter().sum::<u64>() - to.get(from).copied().unwrap_or(0)).sum()
    }
}

/// Each executor over the whole run, by index, in microseconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JobExecutors {
    /// In tasks and exchanges.
    pub busy_micros: Vec<u64>,
    /// The rest of the wall.
    pub waiting_micros: Vec<u64>,
    /// Busy, by phase.
    pub phases: Vec<PhaseMicros>,
}

/// How uneven the partitions are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SkewSummary {
    /// Rows of the largest partition over the median one, in the first stage that reads an exchange (without one: in the
    /// last stage). `None` when the median is 0, when the stage has one partition, and when not all of its partitions ran.
    pub max_over_median: Option<f64>,
    /// Rows of the largest partition over the mean, in the same stage. `None` when there is no row, when the stage has one
    /// partition, and when not all of its partitions ran.
    pub max_over_mean: Option<f64>,
    /// The heaviest key of the rows that take the wide branch, by the column by which they first meet; `None` without rows,
    /// and where rows meet by no single column of integers.
    pub hot_key: Option<HotKey>,
}

/// The heaviest key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HotKey {
    /// The key.
    pub value: i64,
    /// The rows that it has at least: exactly so many where `rows_at_most` is the same.
    pub rows: u64,
    /// The rows that it has at most.
    pub rows_at_most: u64,
    /// Its rows, at least, over all rows that met.
    pub share: f64,
    /// The reduce partition in which all of its rows met. `None`, and absent in JSON, where they met in none: a narrow
    /// query, a broadcast, a salted key, a run whose rows were not exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<u32>,
}

impl JobReport {
    /// Puts a report together.
    pub fn new(outcome: &JobOutcome) -> Self {
        let mut digest = RowDigest::default();
        if outcome.run.action.row_limit().is_some() {
            // What is shown is the answer: a task may have had more.
            outcome.rows.iter().for_each(|batch| digest.add_batch(batch));
        } else {
            outcome.tasks.iter().for_each(|record| digest.merge(&record.done.result));
        }
        let stages: Vec<StageReport> =
            outcome.graph.stages().iter().map(|stage| stage_report(outcome, stage)).collect();
        let observed = subject::observed(&stages);
        let rows = observed.and_then(subject::compared_rows);
        let skew = SkewSummary {
            max_over_median: rows.and_then(skew::max_over_median),
            max_over_mean: rows.and_then(skew::max_over_mean),
            hot_key: subject::hot_key(outcome, observed),
        };
        JobReport {
            version: REPORT_VERSION,
            clock: Clock::Wall,
            wall_micros: outcome.wall_micros.0,
            result: ResultReport { rows: digest.row_count, digest: digest.hex() },
            executors: job_executors(&stages, outcome.wall_micros),
            stages,
            skew,
            plan: outcome.trace.clone(),
            fetched: outcome.run.action.fetches().then(|| fetch_report(outcome)),
            timeline: Some(Timeline::new(outcome)),
        }
    }

    /// Bytes that all scans generated.
    pub fn scanned_bytes(&self) -> u64 {
        self.stages.iter().map(|stage| stage.scanned_bytes).sum()
    }

    /// Rows that all scans generated.
    pub fn scanned_rows(&self) -> u64 {
        self.stages.iter().map(|stage| stage.scanned_rows).sum()
    }

    /// Bytes that crossed from one executor to another, in all exchanges.
    pub fn moved_bytes(&self) -> u64 {
        let exchanges = self.stages.iter().filter_map(|stage| stage.exchange.as_ref());
        exchanges.map(ExchangeReport::moved_bytes).sum()
    }

    /// Rows that all stages wrote into blocks.
    pub fn shuffle_rows(&self) -> u64 {
        self.stages.iter().map(|stage| stage.shuffle.rows).sum()
    }

    /// Bytes that all stages wrote into blocks.
    pub fn shuffle_bytes(&self) -> u64 {
        self.stages.iter().map(|stage| stage.shuffle.bytes).sum()
    }

    /// Blocks that all stages wrote.
    pub fn shuffle_blocks(&self) -> u64 {
        self.stages.iter().map(|stage| stage.shuffle.blocks).sum()
    }
}

fn fetch_report(outcome: &JobOutcome) -> FetchReport {
    let (tasks_run, task_count) = outcome.result_tasks();
    let columns = outcome.rows.iter().flat_map(|batch| batch.columns());
    FetchReport {
        rows: outcome.rows.iter().map(|batch| batch.row_count() as u64).sum(),
        bytes: columns.map(|column| column.byte_count() as u64).sum(),
        tasks_run,
        task_count,
    }
}

fn stage_report(outcome: &JobOutcome, stage: &StageSpec) -> StageReport {
    let executor_count = outcome.run.workers as usize;
    let mut report = StageReport {
        id: stage.id,
        name: stage.name(),
        tasks: stage.task_count,
        rows_in: 0,
        scanned_rows: 0,
        scanned_bytes: 0,
        rows_out: 0,
        shuffle: ShuffleReport::default(),
        partitions: PartitionsReport::default(),
        executors: ExecutorsReport {
            rows: vec![0; executor_count],
            busy_micros: vec![0; executor_count],
            phases: vec![PhaseMicros::default(); executor_count],
        },
        exchange: None,
    };
    for record in outcome.stage_tasks(stage.id) {
        let (done, executor) = (&record.done, record.executor as usize);
        let written_rows = done.written_rows.iter().map(|&rows| u64::from(rows)).sum::<u64>();
        let written_bytes = done.written_bytes.iter().sum::<u64>();
        report.rows_in += done.rows_in;
        report.scanned_rows += if stage.scans() { done.rows_in } else { 0 };
        report.scanned_bytes += done.scanned_bytes;
        report.rows_out += done.rows_out;
        report.shuffle.rows += written_rows;
        report.shuffle.bytes += written_bytes;
        report.shuffle.blocks += done.written_rows.len() as u64;
        report.partitions.rows.push(done.rows_in);
        report.partitions.bytes.push(if stage.scans() { written_bytes } else { done.read_bytes });
        report.partitions.rows_out.push(done.rows_out);
        report.partitions.written_rows.push(written_rows);
        report.partitions.written_bytes.push(written_bytes);
        report.partitions.busy_micros.push(done.phases.busy().0);
        report.partitions.executor.push(record.executor);
        report.executors.rows[executor] += done.rows_in;
        report.executors.phases[executor].merge(&done.phases);
    }
    if let Some(exchange) = outcome.exchange_of(stage.id) {
        let mut link_bytes = vec![vec![0; executor_count]; executor_count];
        for (to, done) in exchange.executors.iter().enumerate() {
            report.executors.phases[to].transfer += done.micros;
            for (from, &bytes) in done.bytes_from.iter().enumerate() {
                link_bytes[from][to] = bytes;
            }
        }
        let links = (executor_count * (executor_count - 1)) as u64;
        report.exchange = Some(ExchangeReport { micros: exchange.micros.0, links, link_bytes });
    }
    report.executors.busy_micros = report.executors.phases.iter().map(|phases| phases.busy().0).collect();
    report
}

fn job_executors(stages: &[StageReport], wall: WallMicros) -> JobExecutors {
    let executor_count = stages.first().map_or(0, |stage| stage.executors.phases.len());
    let mut executors =
        JobExecutors { phases: vec![PhaseMicros::default(); executor_count], ..Default::default() };
    for stage in stages {
        for (sum, phases) in executors.phases.iter_mut().zip(&stage.executors.phases) {
            sum.merge(phases);
        }
    }
    executors.busy_micros = executors.phases.iter().map(|phases| phases.busy().0).collect();
    executors.waiting_micros =
        executors.busy_micros.iter().map(|busy| wall.0.saturating_sub(*busy)).collect();
    executors
}
