//! What things cost: constants with a unit, a formula and where each came from.
//!
//! ```text
//!  task       launch + open x blocks read                                                 (counts as waiting)
//!             + [ read   = byte x bytes + block x blocks read
//!               + compute = row in x rows in + row out x rows into the result + row shuffled x rows shuffled
//!               + write  = row x rows + byte x bytes + block x blocks written ] x (1 + contention x other cores)
//!  exchange   fixed + block x blocks sorted and received + byte x bytes sent and received
//!             + message x 2(W-1)                                                          on each executor
//!  driver     message x messages + number x numbers in them, one after the other          (counts as waiting)
//! ```

use serde::{Deserialize, Serialize};

use super::counters::TaskCounters;

/// One constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constant {
    /// In the unit that [`CostModel::explain`] gives; never negative.
    pub value: f64,
    /// Where it came from.
    pub source: Source,
}

/// Where a constant came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Non-negative least squares over this machine's own runs.
    Fitted {
        /// Equations that it had a part in.
        observations: u32,
    },
    /// The runs cannot tell it from its neighbours in the same formula; it is 0 and they carry its part.
    Inseparable,
    /// Nothing measured says anything about it.
    Assumed {
        /// Why this value.
        because: String,
    },
}

/// The row costs of one kind of stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageCost {
    /// Of the stages that this is for, see [`super::StageCounters::signature`].
    pub signature: String,
    /// Nanoseconds a row scanned or read: scan and operators.
    pub row_in: Constant,
    /// Nanoseconds a row into the result.
    pub row_result: Constant,
    /// Nanoseconds a row that the operators hand to the shuffle.
    pub row_shuffled: Constant,
    /// Nanoseconds a row placed and scattered into blocks.
    pub row_written: Constant,
}

/// All constants of one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostModel {
    /// Cores of the machine that was measured.
    pub cores: u32,
    /// Row costs, by kind of stage.
    pub stages: Vec<StageCost>,
    /// Nanoseconds a byte written into blocks.
    pub byte_written: Constant,
    /// Nanoseconds a block written.
    pub block_written: Constant,
    /// Nanoseconds a byte read from blocks.
    pub byte_read: Constant,
    /// Nanoseconds a block read.
    pub block_read: Constant,
    /// Microseconds an exchange, on each executor.
    pub exchange: Constant,
    /// Nanoseconds a block sorted by owner or received.
    pub block_exchanged: Constant,
    /// Nanoseconds a byte sent to or received from another executor.
    pub byte_moved: Constant,
    /// Microseconds a message sent to or received from another executor.
    pub peer_message: Constant,
    /// Microseconds a task, on its executor, before its work begins.
    pub launch: Constant,
    /// Nanoseconds a block that a task takes out of its store before it reads.
    pub block_opened: Constant,
    /// Microseconds from the driver's word until an executor works on it, once an exchange.
    pub wake: Constant,
    /// Microseconds a message that the driver sends or hears; it handles one at a time.
    pub driver_message: Constant,
    /// Nanoseconds a number (a block's size, an owner) in such a message.
    pub driver_number: Constant,
    /// Slow-down of a task for each other core at work, as a share: cores share caches and memory.
    pub contention: Constant,
}

/// A constant as a page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// A few words.
    pub name: String,
    /// In `unit`.
    pub value: f64,
    /// `ns per row`, `us per task`.
    pub unit: String,
    /// Where it enters.
    pub formula: String,
    /// Where it came from, a sentence.
    pub source: String,
}

/// What one task takes, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct TaskCost {
    pub(super) launch: f64,
    pub(super) read: f64,
    pub(super) compute: f64,
    pub(super) write: f64,
}

impl Constant {
    /// A constant that nothing measured says anything about.
    pub fn assumed(value: f64, because: &str) -> Self {
        Constant { value, source: Source::Assumed { because: because.to_owned() } }
    }

    /// Microseconds of `count` items at this many nanoseconds each.
    pub(super) fn nanos(&self, count: u64) -> f64 {
        self.value * count as f64 / 1e3
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Fitted { observations } => {
                write!(f, "non-negative least squares over {observations} measurements of this machine")
            }
            Source::Inseparable => {
                f.write_str("grows in step with its neighbours in these runs: they carry its part")
            }
            Source::Assumed { because } => write!(f, "assumed: {because}"),
        }
    }
}

impl StageCost {
    /// Every row free.
    pub fn free(signature: &str, because: &str) -> Self {
        let free = || Constant::assumed(0.0, because);
        StageCost {
            signature: signature.to_owned(),
            row_in: free(),
            row_result: free(),
            row_shuffled: free(),
            row_written: free(),
        }
    }
}

impl CostModel {
    /// A machine on which everything is free: set what a thought experiment needs.
    pub fn free(cores: u32) -> Self {
        let free = || Constant::assumed(0.0, "nothing was measured");
        CostModel {
            cores,
            stages: Vec::new(),
            byte_written: free(),
            block_written: free(),
            byte_read: free(),
            block_read: free(),
            exchange: free(),
            block_exchanged: free(),
            byte_moved: free(),
            peer_message: free(),
            launch: free(),
            block_opened: free(),
            wake: free(),
            driver_message: free(),
            driver_number: free(),
            contention: free(),
        }
    }

    /// The row costs of a kind of stage.
    pub fn stage(&self, signature: &str) -> Option<&StageCost> {
        self.stages.iter().find(|stage| stage.signature == signature)
    }

    /// How much slower a task is when `workers` run: no more of them share this machine than it has cores, and
    /// the machine that is imagined past that is no worse.
    pub(super) fn slow_down(&self, workers: u32) -> f64 {
        1.0 + self.contention.value * f64::from(workers.min(self.cores).saturating_sub(1))
    }

    /// What a task takes with nobody beside it.
    pub(super) fn task(&self, stage: &StageCost, task: &TaskCounters) -> TaskCost {
        let shuffled = task.rows_out - task.rows_result;
        TaskCost {
            launch: self.launch.value + self.block_opened.nanos(task.read.blocks),
            read: self.byte_read.nanos(task.read.bytes) + self.block_read.nanos(task.read.blocks),
            compute: stage.row_in.nanos(task.rows_in)
                + stage.row_result.nanos(task.rows_result)
                + stage.row_shuffled.nanos(shuffled),
            write: stage.row_written.nanos(task.written.rows)
                + self.byte_written.nanos(task.written.bytes)
                + self.block_written.nanos(task.written.blocks),
        }
    }

    /// Every constant with its unit, formula and source: what stands behind a number on a chart.
    pub fn explain(&self) -> Vec<Explained> {
        let mut lines = Vec::new();
        for stage in &self.stages {
            let mut row = |what: &str, constant: &Constant, formula: &str| {
                lines.push(explained(
                    &format!("{}: {what}", stage.signature),
                    constant,
                    "ns per row",
                    formula,
                ));
            };
            row("row in", &stage.row_in, "compute += value x rows scanned or read");
            row("row into the result", &stage.row_result, "compute += value x rows into the result");
            row("row shuffled", &stage.row_shuffled, "compute += value x rows handed to the shuffle");
            row("row written", &stage.row_written, "write += value x rows in blocks");
        }
        lines.extend(
            self.shared_constants()
                .map(|(name, constant, unit, formula)| explained(name, constant, unit, formula)),
        );
        lines
    }

    fn shared_constants(
        &self,
    ) -> impl Iterator<Item = (&'static str, &Constant, &'static str, &'static str)> {
        [
            ("byte written", &self.byte_written, "ns per byte", "write += value x bytes of blocks"),
            ("block written", &self.block_written, "ns per block", "write += value x R blocks of a map task"),
            ("byte read", &self.byte_read, "ns per byte", "read += value x bytes of blocks"),
            ("block read", &self.block_read, "ns per block", "read += value x M blocks of a reduce task"),
            ("exchange", &self.exchange, "us per exchange", "transfer += value on each executor"),
            (
                "block exchanged",
                &self.block_exchanged,
                "ns per block",
                "transfer += value x (blocks sorted by owner + blocks received)",
            ),
            (
                "byte moved",
                &self.byte_moved,
                "ns per byte",
                "transfer += value x (bytes sent + bytes received)",
            ),
            ("peer message", &self.peer_message, "us per message", "transfer += value x 2 x (W - 1)"),
            ("task launch", &self.launch, "us per task", "waiting += value x tasks of the executor"),
            (
                "block opened",
                &self.block_opened,
                "ns per block",
                "waiting += value x M blocks of a reduce task",
            ),
            (
                "wake",
                &self.wake,
                "us per exchange",
                "waiting += value between the driver's word and the work",
            ),
            (
                "driver message",
                &self.driver_message,
                "us per message",
                "the driver handles one message at a time: 2 a task, 2W an exchange",
            ),
            (
                "driver number",
                &self.driver_number,
                "ns per number",
                "the driver's messages hold 2R numbers a map task, W x R + W x W an exchange",
            ),
            (
                "contention",
                &self.contention,
                "share per other core",
                "compute, write and read x (1 + value x (min(W, cores) - 1))",
            ),
        ]
        .into_iter()
    }
}

fn explained(name: &str, constant: &Constant, unit: &str, formula: &str) -> Explained {
    Explained {
        name: name.to_owned(),
        value: constant.value,
        unit: unit.to_owned(),
        formula: formula.to_owned(),
        source: constant.source.to_string(),
    }
}
