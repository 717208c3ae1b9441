//! Join: each prompt gets the reward of its `prompt_hash`.

use crate::columnar::DataType;
use crate::frame::{DataFrame, col, null, scan};
use crate::plan::RowShare;

pub(super) fn pipeline(share: RowShare) -> DataFrame {
    let key = "prompt_hash";
    scan("prompts").split(
        share,
        |rows| rows.select(["prompt_id", key, "score"].map(col)).join(scan("rewards"), key),
        |rows| {
            rows.select(["prompt_id", key, "score"].map(col)).with_column("reward", null(DataType::Float64))
        },
    )
}
