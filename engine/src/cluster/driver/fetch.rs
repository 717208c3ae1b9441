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
    tasks: BTreeMap<TaskId, Fetched>,
}

/// One task's rows on their way.
#[derive(Debug)]
struct Fetched {
    /// The executor that has them.
    sender: u32,
    /// How many there must be.
    row_count: u64,
    message: Option<PeerMessage>,
}

impl Fetch {
    pub(super) fn is_owed_by(&self, executor: u32) -> bool {
        self.tasks.values().any(|task| task.sender == executor && task.message.is_none())
    }

    fn is_over(&self) -> bool {
        self.tasks.values().all(|task| task.message.is_some())
    }

    /// The rows, in the order of their tasks; of a show no more than it wants.
    pub(super) fn into_rows(self, job: &Job) -> Result<Vec<RecordBatch>> {
        let mut left = job.run.action.row_limit().unwrap_or(u64::MAX);
        let mut rows = Vec::new();
        for Fetched { row_count, message, sender } in self.tasks.into_values() {
            let Some(message) = message else { continue };
            let bytes = message.payload.into_bytes()?;
            let (batch, _) = block::decode(&bytes, job.graph.schema())?;
            if batch.row_count() as u64 != row_count {
                let got = format!("{} rows from executor {sender}", batch.row_count());
                return Err(EngineError::Protocol { expected: format!("{row_count} rows"), got });
            }
            let kept = left.min(batch.row_count() as u64);
            left -= kept;
            if kept == batch.row_count() as u64 {
                rows.push(batch);
            } else {
                rows.push(batch.first(kept as usize)?);
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
        let with_rows = self.tasks.iter().filter(|record| record.done.result.row_count > 0);
        let limit = action.row_limit().unwrap_or(u64::MAX);
        let (mut found, mut needed_bytes) = (0u64, 0u64);
        let mut by_executor: BTreeMap<u32, Vec<TaskId>> = BTreeMap::new();
        let mut fetch = Fetch::default();
        for record in with_rows {
            if found >= limit {
                break;
            }
            // A task keeps no more rows than are wanted of all.
            let row_count = record.done.result.row_count.min(limit);
            found = found.saturating_add(row_count);
            needed_bytes = needed_bytes.saturating_add(record.done.result_bytes);
            let (task, sender) = (record.done.task, record.executor);
            by_executor.entry(sender).or_default().push(task);
            fetch.tasks.insert(task, Fetched { sender, row_count, message: None });
        }
        let limit_bytes = action.memory_bytes();
        if needed_bytes > limit_bytes {
            return self.fail(EngineError::OutOfMemory { needed_bytes, limit_bytes });
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
            return self.stale();
        }
        if self.heard(executor, now).is_none() {
            return self.stale();
        }
        let task = message.blocks.first().map(|block| TaskId {
            stage: message.stage,
            index: block.block.map,
            attempt: block.block.reduce,
        });
        let expected = self.fetch.as_mut().zip(task).and_then(|(fetch, task)| fetch.tasks.get_mut(&task));
        match expected {
            Some(Fetched { sender, message: rows @ None, .. }) if *sender == executor => {
                *rows = Some(message)
            }
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
