//! Errors, named by the reaction each calls for.

use crate::plan::PlanError;
use crate::scenario::InvalidScenario;

/// What can end a run. Each variant says what the reader of it should do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// Show it at the field; nothing was run.
    #[error(transparent)]
    InvalidScenario(#[from] InvalidScenario),
    /// Show it where the plan is written; nothing was run.
    #[error(transparent)]
    InvalidPlan(#[from] PlanError),
    /// A lesson, not a fault: the data does not fit where the plan wants it.
    #[error("out of memory: {needed_bytes} bytes are needed, {limit_bytes} bytes may be used")]
    OutOfMemory {
        /// What the allocation asked for, in bytes.
        needed_bytes: u64,
        /// What may be used, in bytes; 0 when only the allocator said no.
        limit_bytes: u64,
    },
    /// Reload: page and worker, or two workers, are not of one build.
    #[error("protocol: expected {expected}, got {got}")]
    Protocol {
        /// What this side can read.
        expected: String,
        /// What arrived.
        got: String,
    },
    /// Replace the executor and run again: it died or stayed silent past its deadline.
    #[error("worker {executor} was lost: {reason}")]
    ExecutorLost {
        /// The executor's index, from 0.
        executor: u32,
        /// What was seen: "silent for 5.0 s", "RuntimeError: unreachable".
        reason: String,
    },
    /// Nothing to do: somebody asked for it.
    #[error("the run was cancelled")]
    Cancelled,
}

/// The engine's result type.
pub type Result<T> = std::result::Result<T, EngineError>;
