//! Repartition: the rows are the same, and each is placed by its `prompt_hash`.

use crate::frame::{DataFrame, col, scan};
use crate::plan::RowShare;

pub(super) fn pipeline(share: RowShare) -> DataFrame {
    let key = "prompt_hash";
    let whole_row = ["prompt_id", key, "language", "score"].map(col);
    scan("prompts").split(
        share,
        |rows| rows.select(whole_row.clone()).repartition([key]),
        |rows| rows.select(whole_row.clone()),
    )
}
