//! What is true of each operator, said once. Rules, the planner, the estimate, the model and the texts ask here instead of
//! listing the variants themselves, so a new operator gets an arm in each match of these two files and in few others.
//!
//! ```text
//!  logical.rs   the nodes of a logical plan      schema, columns read, what may pass below, placement, rows, label
//!  spec.rs      the operators of a stage         schema, rows, what is held in memory, words
//! ```

mod logical;
mod spec;

pub use logical::Reach;
pub(super) use logical::has_small_states;
pub use spec::{Held, SpecWords};

use super::wide::RowShare;
use crate::dataset::Table;

/// How many rows an operator gives, in terms of the rows that it takes. `C` names a column: by name in a logical plan, by
/// place in a stage.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFlow<C> {
    /// The operator takes no rows: it gives those of a table.
    Table(Table),
    /// The operator takes no rows: it gives those that took a branch of a share.
    Branch,
    /// One row comes out for each row that goes in.
    Same,
    /// Some of the rows come out. How many is not known before a run.
    Part,
    /// About this share of the rows comes out.
    Sampled(RowShare),
    /// At most so many rows come out.
    AtMost(u64),
    /// One row comes out for each word of a text.
    Words,
    /// One row comes out for each distinct value of these columns; one row in all when there are none.
    Groups(Vec<C>),
    /// One row comes out for each pair of a probe and a build row with the same key.
    Pairs,
    /// The rows of all inputs come out.
    Sum,
}
