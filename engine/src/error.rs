//! Errors, named by the reaction each calls for.

use std::fmt;

use crate::plan::PlanError;

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
    #[error("out of memory: {needed_bytes} bytes are needed, {}", Limit(*.limit_bytes))]
    OutOfMemory {
        /// What the allocation asked for, in bytes.
        needed_bytes: u64,
        /// What may be used, in bytes; 0 when only the allocator said no, which does not say how much there is.
        limit_bytes: u64,
    },
    /// Make each piece smaller (more partitions, smaller batches, shorter texts): positions inside it are 32 bits.
    #[error("too large: {needed} {piece}, of at most {limit}")]
    TooLarge {
        /// What is too large, and what is counted.
        piece: Piece,
        /// How many there would be.
        needed: u64,
        /// How many there can be.
        limit: u64,
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

/// What can become too large for its positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
pub enum Piece {
    /// The text of one column of one batch, in bytes.
    #[error("bytes of text in one column of a batch")]
    Text,
    /// The rows of one batch.
    #[error("rows in one batch")]
    Rows,
    /// What a map task writes for one reduce partition, in bytes.
    #[error("bytes in one block of a shuffle")]
    Block,
    /// The keys of a task's groups, or of a join's build side, with what belongs to each, in words of 8 bytes.
    #[error("words in one hash table")]
    Table,
}

/// What an error says of the memory there is, without asking for any.
struct Limit(u64);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("the machine does not give them"),
            limit_bytes => write!(f, "{limit_bytes} bytes may be used"),
        }
    }
}

/// The engine's result type.
pub type Result<T> = std::result::Result<T, EngineError>;

/// A scenario that must not run: which field, and why, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct InvalidScenario {
    /// The field's path as in JSON: `rows`, `skew.share`; `scenario` for the text as a whole.
    pub field: String,
    /// One sentence for the person who wrote it.
    pub reason: String,
}

/// A longer field is cut: no field of ours is, so it is somebody's word.
const FIELD_BYTES: usize = 64;
/// A longer reason is cut: parsers repeat what they could not read.
const REASON_BYTES: usize = 400;

impl InvalidScenario {
    /// One line, whatever the field is called and whatever a parser said: both may hold a stranger's words.
    pub fn new(field: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into().split_whitespace().collect::<Vec<_>>().join(" ");
        let field = if field.is_empty() { "\"\"".to_owned() } else { printable(field, FIELD_BYTES) };
        InvalidScenario { field, reason: printable(&reason, REASON_BYTES) }
    }
}

/// The text with what cannot be seen escaped, and cut where it gets too long.
fn printable(text: &str, limit_bytes: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(limit_bytes));
    for c in text.chars() {
        if shown.len() >= limit_bytes {
            shown.push('…');
            break;
        }
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}
