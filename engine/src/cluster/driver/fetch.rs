//! Rows on their way to the driver: first it is certain that they fit, then they are sent for.

use std::collections::BTreeMap;

use super::super::protocol::{PeerMessage, TaskId, ToExecutor};
use super::super::{Job, WallMicros};
use super::{Driver, DriverEffect};
use crate::columnar::{RecordBatch, block};
use crate::error::{EngineError, Result};

/// Tasks whose rows were sent for.
#[derive(Debug, Default)]
pub(super) struct Fetch {
    /// Who sends each, and what has come.
    tasks: BTreeMap<TaskId, (u32, Option<PeerMessage>)>,
}

impl Fetch {
    pub(super) fn is_owed_by(&self, executor: u32) -> bool {
        self.tasks.values().any(|(sender, rows)| *sender == executor && rows.is_none())
    }

    fn is_over(&self) -> bool {
        self.tasks.values().all(|(_, rows)| rows.is_some())
    }

    /// The rows, in the order of their tasks; of a show no more than it wants.
    pub(super) fn into_rows(self, job: &Job) -> Result<Vec<RecordBatch>> {
        let mut left = job.run.action.row_limit().unwrap_or(u64::MAX);
        let mut rows = Vec::new();
        for message in self.tasks.into_values().filter_map(|(_, message)| message) {
            let bytes = message.payload.into_bytes();
            let (batch, _) = block::decode(&bytes, job.graph.schema())?;
            let kept = left.min(batch.row_count() as u64);
            left -= kept;
            if kept == batch.row_count() as u64 {
                rows.push(batch);
            } else {
                rows.push(batch.take(&(0..kept as u32).collect::<Vec<_>>()));
            }
        }
        Ok(rows)
    }
}

impl Driver {
    /// The tasks are done: the run is over, unless rows have to be sent for.
    pub(super) fn fetch_or_finish(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        let action = self.job.run.action;
        if !action.fetches() {
            return self.finish(now);
        }
        let needed_bytes = self.tasks.iter().map(|record| record.done.result_bytes).sum();
        let limit_bytes = action.memory_bytes();
        if needed_bytes > limit_bytes {
            return self.fail(EngineError::OutOfMemory { needed_bytes, limit_bytes });
        }
        let mut with_rows: Vec<_> =
            self.tasks.iter().filter(|record| record.done.result.row_count > 0).collect();
        with_rows.sort_by_key(|record| record.done.task);
        let mut found = 0;
        let mut by_executor: BTreeMap<u32, Vec<TaskId>> = BTreeMap::new();
        let mut fetch = Fetch::default();
        for record in with_rows {
            if action.row_limit().is_some_and(|limit| found >= limit) {
                break;
            }
            found += record.done.result.row_count;
            let task = record.done.task.expect("a finished task has its id");
            by_executor.entry(record.executor).or_default().push(task);
            fetch.tasks.insert(task, (record.executor, None));
        }
        self.fetch = Some(fetch);
        if by_executor.is_empty() {
            return self.finish(now);
        }
        let send = |(executor, tasks)| DriverEffect::Send(executor, ToExecutor::Fetch(self.run, tasks));
        by_executor.into_iter().map(send).collect()
    }

    /// Rows have come.
    pub(super) fn rows(&mut self, executor: u32, message: PeerMessage, now: WallMicros) -> Vec<DriverEffect> {
        if message.run != self.run {
            self.stale_messages += 1;
            return Vec::new();
        }
        self.executors[executor as usize].last_heard = now;
        let task = message.blocks.first().map(|block| TaskId {
            stage: message.stage,
            partition: block.block.map,
            attempt: 0,
        });
        let expected = self.fetch.as_mut().zip(task).and_then(|(fetch, task)| fetch.tasks.get_mut(&task));
        match expected {
            Some((sender, rows @ None)) if *sender == executor => *rows = Some(message),
            Some(_) | None => {
                return self.fail(EngineError::Protocol {
                    expected: "rows that were asked for".to_owned(),
                    got: format!("rows of {task:?} from executor {executor}"),
                });
            }
        }
        if self.fetch.as_ref().is_some_and(Fetch::is_over) { self.finish(now) } else { Vec::new() }
    }
}
