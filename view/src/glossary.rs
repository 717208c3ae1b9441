//! The words of the page, a line each, for the help sheet.

use crate::words::glossary;

/// Each word and what it means here.
pub const WORDS: [(&str, &str); 22] = [
    (glossary::WORKER, glossary::WORKER_MEANS),
    (glossary::PARTITION, glossary::PARTITION_MEANS),
    (glossary::SHUFFLE, glossary::SHUFFLE_MEANS),
    (glossary::BLOCK, glossary::BLOCK_MEANS),
    (glossary::EXCHANGE, glossary::EXCHANGE_MEANS),
    (glossary::LINKS, glossary::LINKS_MEANS),
    (glossary::STAGE, glossary::STAGE_MEANS),
    (glossary::STRAGGLER, glossary::STRAGGLER_MEANS),
    (glossary::SKEW, glossary::SKEW_MEANS),
    (glossary::HOT_KEY, glossary::HOT_KEY_MEANS),
    (glossary::MAX_MEDIAN, glossary::MAX_MEDIAN_MEANS),
    (glossary::COMBINE, glossary::COMBINE_MEANS),
    (glossary::SALT, glossary::SALT_MEANS),
    (glossary::BROADCAST, glossary::BROADCAST_MEANS),
    (glossary::ACTIONS, glossary::ACTIONS_MEANS),
    (glossary::MEASURED, glossary::MEASURED_MEANS),
    (glossary::COUNTED, glossary::COUNTED_MEANS),
    (glossary::MODELLED, glossary::MODELLED_MEANS),
    (glossary::PHASES, glossary::PHASES_MEANS),
    (glossary::WALL_CLOCK, glossary::WALL_CLOCK_MEANS),
    (glossary::DIGEST, glossary::DIGEST_MEANS),
    (glossary::SEED, glossary::SEED_MEANS),
];
