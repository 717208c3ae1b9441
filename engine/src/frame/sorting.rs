//! Sorting: in which order rows come out.
//!
//! ```text
//!  sort([col("score").desc(), col("prompt_id").asc()])     the best first, equal ones by their ids
//!  sort(["language"])                                      a name is a column in ascending order
//! ```

use super::computed::Computed;
use super::data_frame::{DataFrame, Written};
use crate::plan::{Expr, LogicalPlan, NamedExpr, PlanError, SortDirection, SortKey};

/// An expression by which rows are sorted; made by [`Expr::asc`] and [`Expr::desc`]. A column's name or an
/// expression alone stands for its ascending order.
///
/// NULL comes first in ascending and last in descending order, as in Spark: as if it were smaller than every value.
#[derive(Debug, Clone, PartialEq)]
pub struct SortExpr {
    expr: Expr,
    direction: SortDirection,
    nulls_first: bool,
}

impl SortExpr {
    /// The same order, with NULL before every value.
    pub fn nulls_first(self) -> Self {
        SortExpr { nulls_first: true, ..self }
    }

    /// The same order, with NULL after every value.
    pub fn nulls_last(self) -> Self {
        SortExpr { nulls_first: false, ..self }
    }
}

impl Expr {
    /// Small values come first, and NULL before them.
    pub fn asc(self) -> SortExpr {
        SortExpr { expr: self, direction: SortDirection::Ascending, nulls_first: true }
    }

    /// Large values come first, and NULL after all of them.
    pub fn desc(self) -> SortExpr {
        SortExpr { expr: self, direction: SortDirection::Descending, nulls_first: false }
    }
}

/// The expression's values in ascending order, NULL first.
impl From<Expr> for SortExpr {
    fn from(expr: Expr) -> Self {
        expr.asc()
    }
}

/// The column's values in ascending order, NULL first.
impl From<&str> for SortExpr {
    fn from(column: &str) -> Self {
        crate::plan::col(column).asc()
    }
}

/// The column's values in ascending order, NULL first.
impl From<String> for SortExpr {
    fn from(column: String) -> Self {
        crate::plan::col(&column).asc()
    }
}

impl DataFrame {
    /// The same rows in order, across all partitions: `sort([col("score").desc(), col("prompt_id").asc()])`. The first expression
    /// decides, the next one among rows that are equal in it; rows that are equal in all of them keep their order. Texts are
    /// compared byte by byte, NaN is above every number.
    ///
    /// Each partition becomes a range of the values. So rows of one value meet, and a value that most rows have makes one partition
    /// large, unless a second expression tells its rows apart.
    pub fn sort(self, keys: impl IntoIterator<Item = impl Into<SortExpr>>) -> Self {
        let keys: Vec<SortExpr> = keys.into_iter().map(Into::into).collect();
        self.try_then(|written| sort(written, keys))
    }
}

fn sort(written: Written, sorted_by: Vec<SortExpr>) -> Result<Written, PlanError> {
    let mut computed = Computed::over(written.schema());
    let mut keys = Vec::new();
    for (at, SortExpr { expr, direction, nulls_first }) in sorted_by.into_iter().enumerate() {
        let column = computed.column_of(expr, &format!("sort key {at}"))?;
        keys.push(SortKey { column, direction, nulls_first });
    }
    let computed = computed.into_columns();
    let names: Vec<NamedExpr> = written.schema().names().map(NamedExpr::column).collect();
    let sorted = written.with_computed(&computed)?.then(|input| LogicalPlan::Sort { input, keys })?;
    if computed.is_empty() {
        Ok(sorted)
    } else {
        sorted.then(|input| LogicalPlan::Project { input, exprs: names })
    }
}
