//! Distinct: each `prompt_hash` comes out once.

use crate::frame::{DataFrame, col, scan};
use crate::plan::RowShare;

pub(super) fn pipeline(share: RowShare) -> DataFrame {
    let key = "prompt_hash";
    scan("prompts").split(share, |rows| rows.select([col(key)]).distinct(), |rows| rows.select([col(key)]))
}
