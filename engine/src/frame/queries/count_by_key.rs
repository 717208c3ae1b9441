//! Count by key: the rows of each `prompt_hash` are counted.

use crate::frame::{DataFrame, col, count, lit, scan};
use crate::plan::RowShare;

pub(super) fn pipeline(share: RowShare) -> DataFrame {
    let key = "prompt_hash";
    scan("prompts").split(
        share,
        |rows| rows.group_by([col(key)]).agg([count()]),
        |rows| rows.select([col(key).alias(key), lit(1).alias("count")]),
    )
}
