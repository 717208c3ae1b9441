//! The pipelines in plain words.

use shuffle_engine::scenario::Query;

/// A query's name and what it does.
pub fn words(query: Query) -> (&'static str, &'static str) {
    match query {
        Query::Narrow => (
            "filter, map, tokenize",
            "The workers keep English prompts and split them into words. No row has to meet another.",
        ),
        Query::CountByKey => (
            "count by key",
            "The workers count the rows of each key. Rows with the same key have to meet first.",
        ),
        Query::DedupBest => ("best row per key", "The workers keep the row with the best score of each key."),
        Query::Distinct => (
            "distinct keys",
            "The workers list the keys that occur. Rows with the same key have to meet, so that one of them stays.",
        ),
        Query::Join => (
            "join with rewards",
            "Each prompt gets its reward. Rows of both tables move to the worker that owns their key.",
        ),
        Query::Repartition => (
            "repartition by key",
            "The rows stay the same and move, so that rows with the same key are in one partition.",
        ),
        Query::WordCount => {
            ("word count", "The workers split the texts and count how often each word occurs.")
        }
    }
}
