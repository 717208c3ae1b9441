//! Deduplicate: of the rows of each `prompt_hash` the best-scored one comes out. Scores can be equal, ids cannot, so the
//! second column of the order leaves nothing to chance.

use crate::frame::{DataFrame, col, highest, lowest, scan};
use crate::plan::RowShare;

pub(super) fn pipeline(share: RowShare) -> DataFrame {
    let key = "prompt_hash";
    let whole_row = ["prompt_id", key, "language", "score"].map(col);
    scan("prompts").split(
        share,
        |rows| rows.select(whole_row.clone()).dedup(key, [highest("score"), lowest("prompt_id")]),
        |rows| rows.select(whole_row.clone()),
    )
}
