//! Whether a report can be of its scenario: as many stages, tasks, partitions and workers as its plan has, and sums that agree.

use serde_json::Value;
use shuffle_engine::Scenario;
use shuffle_engine::dataset::Table;
use shuffle_engine::metrics::{
    ExecutorsReport, JobReport, PartitionsReport, PhaseMicros, REPORT_VERSION, StageReport,
};
use shuffle_engine::plan::{Planned, StageSource, StageSpec};

use super::NotASavedRun;
use crate::charts::units;
use crate::words;

/// The largest number in a report: 280 TB, 9 years. Sums over all workers, partitions and stages stay in 64 bits.
const MAX_NUMBER: f64 = (1u64 << 48) as f64;

/// Checks that no number is beyond what a run can count. A key may be any number.
pub(super) fn check_numbers(path: &str, value: &Value) -> Result<(), NotASavedRun> {
    match value {
        Value::Number(number) => {
            let is_key = path == "report.skew.hot_key.value";
            let is_countable = number.as_f64().is_some_and(|number| (0.0..=MAX_NUMBER).contains(&number));
            if is_key || is_countable {
                return Ok(());
            }
            Err(NotASavedRun::new(path, words::saved::no_number(&number)))
        }
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, item)| check_numbers(&format!("{path}[{index}]"), item))
        }
        Value::Object(fields) => {
            let mut fields = fields.iter();
            fields.try_for_each(|(name, field)| check_numbers(&format!("{path}.{name}"), field))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// Checks that the report can be of a run of this scenario.
pub(super) fn check(scenario: &Scenario, report: &JobReport, planned: &Planned) -> Result<(), NotASavedRun> {
    let field = |name: &str, reason: String| Err(NotASavedRun::new(format!("report.{name}"), reason));
    if report.version != REPORT_VERSION {
        return field("version", words::saved::report_version(&report.version, &REPORT_VERSION));
    }
    if report.clock != shuffle_engine::metrics::Clock::Wall {
        return field("clock", words::saved::NOT_MEASURED.to_owned());
    }
    if report.plan.written != planned.trace().written {
        return field("plan", words::saved::OTHER_PIPELINE.to_owned());
    }
    let is_digest =
        report.result.digest.len() == 32 && report.result.digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_digest {
        return field("result.digest", words::saved::DIGEST.to_owned());
    }
    if report.fetched.is_some() != scenario.action.fetches() {
        return field("fetched", words::saved::ACTION.to_owned());
    }
    let specs = planned.stages.stages();
    if report.stages.len() != specs.len() {
        let reason = words::saved::stages(&report.stages.len(), &specs.len());
        return field("stages", reason);
    }
    for (stage, spec) in report.stages.iter().zip(specs) {
        check_stage(scenario, stage, spec).map_err(|(name, reason)| {
            NotASavedRun::new(format!("report.stages[{}].{name}", spec.id), reason)
        })?;
    }
    check_executors(scenario, report)
}

type Wrong = (&'static str, String);

fn check_stage(scenario: &Scenario, stage: &StageReport, spec: &StageSpec) -> Result<(), Wrong> {
    let workers = scenario.workers as usize;
    if (stage.id, stage.tasks) != (spec.id, spec.task_count) {
        return Err(("tasks", words::saved::tasks(&stage.tasks, &spec.task_count)));
    }
    let PartitionsReport { rows, bytes, rows_out, written_rows, written_bytes, busy_micros, executor } =
        &stage.partitions;
    let lengths = [
        bytes.len(),
        rows_out.len(),
        written_rows.len(),
        written_bytes.len(),
        busy_micros.len(),
        executor.len(),
    ];
    let may_be_fewer = scenario.action.row_limit().is_some();
    let are_all = rows.len() == stage.tasks as usize || (may_be_fewer && rows.len() < stage.tasks as usize);
    if !are_all || lengths.iter().any(|length| *length != rows.len()) {
        return Err(("partitions", words::saved::EACH_TASK.to_owned()));
    }
    if executor.iter().any(|executor| *executor as usize >= workers) {
        return Err(("partitions.executor", words::saved::no_worker(&workers)));
    }
    let ExecutorsReport { rows: worker_rows, busy_micros, phases } = &stage.executors;
    if [worker_rows.len(), busy_micros.len(), phases.len()] != [workers; 3] {
        return Err(("executors", words::saved::each_worker(&workers)));
    }
    let sums = [rows.iter().sum::<u64>(), worker_rows.iter().sum(), stage.rows_in];
    if sums[0] != sums[1] || sums[0] != sums[2] {
        return Err(("rows_in", words::saved::SUMS.to_owned()));
    }
    check_scan(scenario, stage, spec)?;
    let shuffle = stage.shuffle;
    if (shuffle.rows, shuffle.bytes) != (written_rows.iter().sum(), written_bytes.iter().sum()) {
        return Err(("shuffle", words::saved::SUM.to_owned()));
    }
    if let Some(exchange) = &stage.exchange {
        let is_square = exchange.link_bytes.len() == workers
            && exchange.link_bytes.iter().all(|row| row.len() == workers);
        if !is_square || exchange.links != (workers * (workers - 1)) as u64 {
            return Err(("exchange", words::saved::no_square(&workers)));
        }
    }
    Ok(())
}

/// A scan reads its whole table, unless a show stops it.
fn check_scan(scenario: &Scenario, stage: &StageReport, spec: &StageSpec) -> Result<(), Wrong> {
    let StageSource::Scan { table, .. } = &spec.source else { return Ok(()) };
    let in_table = match table {
        Table::Prompts => scenario.rows,
        Table::Rewards => scenario.keys,
        Table::Own(_) => return Ok(()),
    };
    let is_whole = stage.scanned_rows == in_table;
    let is_stopped = scenario.action.row_limit().is_some() && stage.scanned_rows < in_table;
    if is_whole || is_stopped {
        return Ok(());
    }
    let rows = units::count(stage.scanned_rows);
    Err(("scanned_rows", words::saved::table_rows(&rows, &units::count(in_table))))
}

fn check_executors(scenario: &Scenario, report: &JobReport) -> Result<(), NotASavedRun> {
    let workers = scenario.workers as usize;
    let executors = &report.executors;
    let lengths = [executors.busy_micros.len(), executors.waiting_micros.len(), executors.phases.len()];
    if lengths != [workers; 3] {
        let reason = words::saved::each_worker(&workers);
        return Err(NotASavedRun::new("report.executors", reason));
    }
    let busy: Vec<u64> = executors.phases.iter().map(busy_micros).collect();
    let waiting = busy.iter().map(|busy| report.wall_micros.saturating_sub(*busy));
    if busy != executors.busy_micros || !waiting.eq(executors.waiting_micros.iter().copied()) {
        let reason = words::saved::WALL;
        return Err(NotASavedRun::new("report.executors", reason));
    }
    let is_share = report.skew.hot_key.is_none_or(|hot| (0.0..=1.0).contains(&hot.share));
    if !is_share {
        return Err(NotASavedRun::new("report.skew.hot_key.share", words::saved::SHARE));
    }
    Ok(())
}

fn busy_micros(phases: &PhaseMicros) -> u64 {
    phases.busy().0
}
