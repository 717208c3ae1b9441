//! Word count: the text of each prompt is split into words, and each word is counted.

use crate::frame::{DataFrame, col, count, lit, scan};
use crate::plan::RowShare;

pub(super) fn pipeline(share: RowShare) -> DataFrame {
    let words = |rows: DataFrame| rows.select([col("text")]).tokenize("text", "token");
    scan("prompts").split(
        share,
        |rows| words(rows).group_by([col("token")]).agg([count()]),
        |rows| words(rows).with_column("count", lit(1)),
    )
}
