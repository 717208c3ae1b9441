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
use crate::dataset::sizes::{By, DataSizes, Rows};

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

impl<C> RowFlow<C> {
    /// The rows that come out, at most, when these go in. `groups` says how many different values of its columns there are
    /// among so many rows.
    pub(crate) fn over(
        &self,
        inputs: &[Rows],
        sizes: &DataSizes,
        groups: impl Fn(&[C], Rows) -> f64,
    ) -> Rows {
        match self {
            RowFlow::Table(table) => sizes.table_rows(table),
            RowFlow::Branch => sizes.table_rows(&Table::Prompts),
            // A filter may keep every row, and a sample every row of a heavy key.
            RowFlow::Same | RowFlow::Part | RowFlow::Sampled(_) => inputs[0],
            RowFlow::AtMost(row_count) => Rows { count: inputs[0].count.min(*row_count as f64), ..inputs[0] },
            RowFlow::Words => {
                Rows { count: inputs[0].count * sizes.words_per_row, by: By::Word, is_distinct: false }
            }
            RowFlow::Groups(columns) if columns.is_empty() => Rows { count: 1.0, ..inputs[0] },
            RowFlow::Groups(columns) => {
                let count = groups(columns, inputs[0]).min(inputs[0].count);
                Rows { count, is_distinct: true, ..inputs[0] }
            }
            // Where only the probe rows are known, a build key is taken to stand there once; else it may stand there often.
            RowFlow::Pairs => {
                let build = inputs.get(1).map_or(1.0, |build| build.count);
                Rows { count: inputs[0].count * build, ..inputs[0] }
            }
            RowFlow::Sum => Rows {
                count: inputs.iter().map(|rows| rows.count).sum(),
                is_distinct: false,
                // What tells most of the rows apart.
                ..*inputs
                    .iter()
                    .max_by(|one, other| one.count.total_cmp(&other.count))
                    .expect("a sum has inputs")
            },
        }
    }
}
