//! The pipelines in plain words.

use crate::words;
use shuffle_engine::scenario::Query;

/// A query's name and what it does.
pub fn words(query: Query) -> (&'static str, &'static str) {
    match query {
        Query::Narrow => (words::pipeline::NARROW, words::pipeline::NARROW_SAYS),
        Query::CountByKey => (words::pipeline::COUNT, words::pipeline::COUNT_SAYS),
        Query::DedupBest => (words::pipeline::DEDUP, words::pipeline::DEDUP_SAYS),
        Query::Distinct => (words::pipeline::DISTINCT, words::pipeline::DISTINCT_SAYS),
        Query::Join => (words::pipeline::JOIN, words::pipeline::JOIN_SAYS),
        Query::Repartition => (words::pipeline::REPARTITION, words::pipeline::REPARTITION_SAYS),
        Query::WordCount => (words::pipeline::WORD_COUNT, words::pipeline::WORD_COUNT_SAYS),
    }
}
