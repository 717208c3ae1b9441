//! The parameters of operators that want rows of one key together, and of the share: by name in a logical plan, by index
//! in a physical one.

use serde::{Deserialize, Serialize};

/// What is computed for each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AggregateFunction {
    /// The number of rows, or of a column's values that are not NULL, as Int64.
    Count,
    /// The number of a column's distinct values, NULL not among them, as Int64.
    CountDistinct,
    /// Sum of a number column, of its type; Int64 wraps around, Float64 is exact and then rounded once.
    Sum,
    /// The smallest value.
    Min,
    /// The largest value; NaN is above every number.
    Max,
    /// Sum over count, Float64.
    Avg,
}

/// One aggregate: a function of a column, and the name under which the result comes out. Where no value was seen the result
/// is NULL; a count is 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregate<C = String> {
    /// The function that is computed.
    pub function: AggregateFunction,
    /// The column that the function reads; `None` for a count of rows.
    pub column: Option<C>,
    /// The name of the result's column.
    pub name: String,
}

/// Rows have been seen, states have been kept: which side of an exchange an aggregation stands on.
///
/// ```text
///  Complete   rows ─> results
///  Partial    rows ─> states ──exchange──> (Merge: states ─> states ──exchange──>) Final: states ─> results
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AggregateStep {
    /// Rows come in, results come out.
    Complete,
    /// Rows come in, states come out.
    Partial,
    /// States come in, fewer states come out.
    Merge,
    /// States come in, results come out.
    Final,
}

/// Which end of a column's order is the better one. NULL is the worst at either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The largest value is the best.
    Highest,
    /// The smallest value is the best.
    Lowest,
}

/// A column of an ordering, of Int64 or Float64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBy<C = String> {
    /// The column whose values decide.
    pub column: C,
    /// Which of its values are the better ones.
    pub direction: Direction,
}

/// In which direction a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortDirection {
    /// Small values come first.
    Ascending,
    /// Large values come first.
    Descending,
}

/// A column by which rows are sorted, of any type. -0.0 equals 0.0 and NaN is above every number. Texts are compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey<C = String> {
    /// The column whose values are compared.
    pub column: C,
    /// Which values come first.
    pub direction: SortDirection,
    /// Whether NULL comes before every value, in either direction, or after every value.
    pub nulls_first: bool,
}

impl<C> SortKey<C> {
    /// The same order of another column.
    pub(crate) fn of<D>(&self, column: D) -> SortKey<D> {
        SortKey { column, direction: self.direction, nulls_first: self.nulls_first }
    }
}

/// Two columns, one of each side of a join, whose values are equal in rows that meet. Both have one type. NULL equals nothing,
/// NaN equals NaN, and -0.0 equals 0.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinKey<C = String> {
    /// The column of the probe side.
    pub probe: C,
    /// The column of the build side.
    pub build: C,
}

impl JoinKey {
    /// The key whose column has one name on both sides. It comes out once.
    pub fn named(name: &str) -> Self {
        JoinKey { probe: name.to_owned(), build: name.to_owned() }
    }
}

/// What becomes of a probe row that meets something, and of one that meets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinKind {
    /// A row comes out for each build row that it meets. A row that meets nothing is dropped.
    Inner,
    /// As [`JoinKind::Inner`], but a row that meets nothing stays, with NULLs in the build side's columns.
    LeftOuter,
    /// A row that meets something comes out once, with its own columns only: SQL's `exists`.
    Semi,
    /// A row that meets nothing comes out, with its own columns only: SQL's `not exists`. A row with a NULL in a key meets
    /// nothing, so it comes out. (SQL's `not in` would drop it, and every row if the build side had a NULL.)
    Anti,
}

impl JoinKind {
    /// Whether the build side only decides which probe rows come out, and none of its columns do.
    pub fn only_selects(self) -> bool {
        match self {
            JoinKind::Inner | JoinKind::LeftOuter => false,
            JoinKind::Semi | JoinKind::Anti => true,
        }
    }
}

/// What rules have found out about a wide operator. It changes how rows meet, never which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WideHints {
    /// Rows of one key are put together once before the exchange, on the map side.
    pub combine: bool,
    /// Rows of one key are in one partition already: no exchange is needed.
    pub placed: bool,
}

/// A share of rows, chosen by a hash of the row id: the same rows whatever the partitions and workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowShare {
    /// A row is in when the upper 32 bits of `mix64(row id)` are below this: the share times 2^32.
    pub threshold: u64,
}

impl RowShare {
    /// The share as a whole-number threshold; multiplying by a power of two is exact.
    pub fn new(share: f64) -> Self {
        RowShare { threshold: (share * (1u64 << 32) as f64) as u64 }
    }

    /// Whether the row is in the share.
    #[inline]
    pub fn contains(self, row_id: u64) -> bool {
        (crate::random::mix64(row_id ^ 0x5368_7566_666c_6521) >> 32) < self.threshold
    }

    /// Whether every row is in.
    pub fn is_all(self) -> bool {
        self.threshold >= 1 << 32
    }

    /// Whether no row is in.
    pub fn is_none(self) -> bool {
        self.threshold == 0
    }
}
