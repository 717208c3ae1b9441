//! When each executor did what: the spans of tasks, the exchanges, and the messages between executors.
//!
//! Every time is measured on the clock of the executor that it is about, and moved onto the driver's clock as
//! [`ClockShift`] says. An executor's spans do not overlap. What they took of the phases adds up to the executor's busy time, and
//! the empty space between them to its waiting.

use serde::{Deserialize, Serialize};

use crate::clock::WallMicros;
use crate::cluster::{ClockShift, ExchangeRecord, JobOutcome};

/// The most spans of tasks that a timeline has. A job of 1,024 partitions in three stages has room.
pub const MAX_TASK_SPANS: usize = 4_096;
/// The most messages that a timeline has. An exchange among 32 executors has room.
pub const MAX_MESSAGE_SPANS: usize = 1_024;

/// When each executor did what in one run. All times are in microseconds since the run's start.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// The wall of the run that the timeline is of. It differs from the report's when the report is the mean of several runs.
    pub wall_micros: u64,
    /// The number of this run among those that the report is the mean of, from 1.
    pub run: u32,
    /// The number of runs that the report is the mean of; 1 when the report is of one run.
    pub runs: u32,
    /// By how much the times of one executor can be off those of another, at most, as far as the order of messages proves it.
    /// Threads, and the workers of a browser, read one clock: there the times are off by its tick only.
    pub clock_error_micros: u64,
    /// The stretches of time in which executors worked on tasks, by stage, task and time.
    pub spans: Vec<TaskSpan>,
    /// The number of further stretches, which were left out: the shortest ones.
    pub omitted_spans: u64,
    /// Each executor's side of each exchange.
    pub exchanges: Vec<ExchangeSpan>,
    /// The messages of the exchanges, by stage, sender and receiver.
    pub messages: Vec<MessageSpan>,
    /// The number of further messages, which were left out: the smallest ones.
    pub omitted_messages: u64,
}

/// A stretch of time in which an executor worked on a task without a pause. The phases interleave, batch by batch in the order
/// read, compute, write; together they can be a little shorter than the stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskSpan {
    /// The number of the task's stage.
    pub stage: u32,
    /// The task's place in its stage.
    pub task: u32,
    /// The executor that worked on it.
    pub executor: u32,
    /// The moment at which the work began.
    pub begin_micros: u64,
    /// The moment at which the work ended.
    pub end_micros: u64,
    /// How long blocks were read.
    pub read_micros: u64,
    /// How long operators computed.
    pub compute_micros: u64,
    /// How long blocks were written.
    pub write_micros: u64,
}

/// One executor's side of an exchange, from the driver's word until its last block had arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExchangeSpan {
    /// The number of the stage that reads what was exchanged.
    pub stage: u32,
    /// The index of the executor that sent or waited.
    pub executor: u32,
    /// The moment at which it heard the driver's word.
    pub begin_micros: u64,
    /// The moment at which its last block had arrived.
    pub end_micros: u64,
}

/// A message from one executor to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageSpan {
    /// The number of the stage that reads the blocks.
    pub stage: u32,
    /// The executor that sent it.
    pub from: u32,
    /// The executor that it was for.
    pub to: u32,
    /// Bytes of its blocks.
    pub bytes: u64,
    /// The moment at which the sender gave it away.
    pub sent_micros: u64,
    /// The moment at which the receiver had taken it in.
    pub arrived_micros: u64,
}

impl TaskSpan {
    /// The time in all phases.
    pub fn busy_micros(&self) -> u64 {
        self.read_micros.saturating_add(self.compute_micros).saturating_add(self.write_micros)
    }
}

impl Timeline {
    /// The timeline of one run.
    pub(super) fn new(outcome: &JobOutcome) -> Self {
        let mut spans = spans(outcome);
        let omitted_spans = keep_largest(&mut spans, MAX_TASK_SPANS, TaskSpan::busy_micros);
        let mut messages: Vec<MessageSpan> =
            outcome.exchanges.iter().flat_map(|exchange| messages(outcome, exchange)).collect();
        let omitted_messages = keep_largest(&mut messages, MAX_MESSAGE_SPANS, |message| message.bytes);
        Timeline {
            wall_micros: outcome.wall_micros.0,
            run: 1,
            runs: 1,
            clock_error_micros: outcome.clocks.iter().map(|clock| clock.error_micros).max().unwrap_or(0),
            spans,
            omitted_spans,
            exchanges: outcome.exchanges.iter().flat_map(|exchange| sides(outcome, exchange)).collect(),
            messages,
            omitted_messages,
        }
    }
}

/// Drops the smallest until so many are left, keeps the order of the others, and says how many were dropped.
fn keep_largest<T>(items: &mut Vec<T>, count: usize, size: fn(&T) -> u64) -> u64 {
    let omitted = items.len().saturating_sub(count);
    if omitted > 0 {
        let mut sizes: Vec<u64> = items.iter().map(size).collect();
        sizes.sort_unstable();
        let least = sizes[omitted];
        // Of those that are as small as the smallest that stays, the first ones stay.
        let mut equals = sizes[omitted..].iter().filter(|size| **size == least).count();
        items.retain(|item| {
            let is_equal = size(item) == least;
            let stays = size(item) > least || (is_equal && equals > 0);
            equals -= usize::from(is_equal && stays);
            stays
        });
    }
    omitted as u64
}

/// An executor's clock, and the moment at which the run started on the driver's.
struct Aligned<'a> {
    outcome: &'a JobOutcome,
    clock: ClockShift,
}

impl<'a> Aligned<'a> {
    fn of(outcome: &'a JobOutcome, executor: u32) -> Self {
        let clock = outcome.clocks.get(executor as usize).copied().unwrap_or_default();
        Aligned { outcome, clock }
    }

    /// A time as microseconds of the wall.
    fn micros(&self, time: WallMicros) -> u64 {
        self.clock.since(time, self.outcome.started).min(self.outcome.wall_micros).0
    }

    /// A time as microseconds of the wall, given as the time after another.
    fn micros_after(&self, began: WallMicros, after: WallMicros) -> u64 {
        self.micros(WallMicros(began.0.saturating_add(after.0)))
    }
}

fn spans(outcome: &JobOutcome) -> Vec<TaskSpan> {
    let mut spans = Vec::new();
    for record in &outcome.tasks {
        let aligned = Aligned::of(outcome, record.executor);
        spans.extend(record.done.spans.iter().map(|span| TaskSpan {
            stage: record.done.task.stage,
            task: record.done.task.index,
            executor: record.executor,
            begin_micros: aligned.micros(span.began),
            end_micros: aligned.micros(span.ended),
            read_micros: span.phases.read.0,
            compute_micros: span.phases.compute.0,
            write_micros: span.phases.write.0,
        }));
    }
    spans
}

/// The executors that took part. Those that did not have no times.
fn sides<'a>(
    outcome: &'a JobOutcome,
    exchange: &'a ExchangeRecord,
) -> impl Iterator<Item = ExchangeSpan> + 'a {
    let took_part = (0..).zip(&exchange.executors).filter(|(_, done)| !done.sent_after.is_empty());
    took_part.map(|(executor, done)| {
        let aligned = Aligned::of(outcome, executor);
        ExchangeSpan {
            stage: exchange.stage,
            executor,
            begin_micros: aligned.micros(done.began),
            end_micros: aligned.micros_after(done.began, done.micros),
        }
    })
}

fn messages(outcome: &JobOutcome, exchange: &ExchangeRecord) -> Vec<MessageSpan> {
    let mut messages = Vec::new();
    for (from, sender) in (0..).zip(&exchange.executors) {
        for (to, receiver) in (0..).zip(&exchange.executors) {
            let (at_sender, at_receiver) = (Aligned::of(outcome, from), Aligned::of(outcome, to));
            let sent = sender.sent_after.get(to as usize);
            let arrived = receiver.arrived_after.get(from as usize);
            let (Some(&sent), Some(&arrived)) = (sent, arrived) else { continue };
            if from == to {
                continue;
            }
            let arrived_micros = at_receiver.micros_after(receiver.began, arrived);
            messages.push(MessageSpan {
                stage: exchange.stage,
                from,
                to,
                bytes: receiver.bytes_from.get(from as usize).copied().unwrap_or(0),
                // Two clocks that are a little apart must not let it arrive before it was sent.
                sent_micros: at_sender.micros_after(sender.began, sent).min(arrived_micros),
                arrived_micros,
            });
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_stay_in_their_order_and_what_is_dropped_is_counted() {
        let mut items = vec![3, 9, 3, 1, 3, 7];
        assert_eq!(keep_largest(&mut items, 4, |item| *item), 2);
        assert_eq!(items, [3, 9, 3, 7]);
        assert_eq!(keep_largest(&mut items, 4, |item| *item), 0);
    }
}
