//! Narrow: filter, map and tokenize. No row leaves its partition, so the shuffle fraction is not used.

use crate::frame::{DataFrame, col, lit, scan};

pub(super) fn pipeline() -> DataFrame {
    scan("prompts")
        .filter(col("language").eq(lit("en")))
        .select([
            col("prompt_id").alias("prompt_id"),
            col("text").alias("text"),
            (col("score") * lit(100.0)).alias("percent"),
        ])
        .tokenize("text", "token")
}
