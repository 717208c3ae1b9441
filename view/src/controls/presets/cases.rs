//! What practitioners met, scaled down to a tab. Their figures are those of the source; the lab's own are measured when it runs.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Query, Skew};

use super::{Case, Preset};

pub(super) const TINY_DATA: Preset = Preset {
    word: "tiny_data",
    name: "case: 200 partitions for tiny data",
    scenario: tiny_data,
    case: Some(Case {
        there: "A test of Spark on a few rows took 61, 59, 62 and 270 s with 1, 2, 5 and 200 shuffle partitions; 200 is the default.",
        here: "Here are 2,000 rows, 2 workers and 200 partitions: 40,000 blocks, most of them empty. Try 2 partitions.",
        source: "holdenk/spark-testing-base#293",
        address: "https://github.com/holdenk/spark-testing-base/pull/293",
    }),
};

pub(super) const FEW_KEYS: Preset = Preset {
    word: "few_keys",
    name: "case: fewer keys than partitions",
    scenario: few_keys,
    case: Some(Case {
        there: "Ballista joined by a key of 5 values in 64 partitions, on 32 executors of 8 slots: that stage took 9 s where others \
                took 2 to 4 s, with one executor busy.",
        here: "Here are 1,000,000 rows of 5 keys, 64 partitions and 8 workers: at most 5 partitions, so at most 5 workers, get \
               rows. More workers change nothing; try a broadcast of the small side.",
        source: "apache/datafusion-ballista#1643",
        address: "https://github.com/apache/datafusion-ballista/issues/1643",
    }),
};

pub(super) const ONE_VALUE: Preset = Preset {
    word: "one_value",
    name: "case: 65 % of the rows have one value",
    scenario: one_value,
    case: Some(Case {
        there: "One value had 65 % of the rows. The largest task took 45 s on plain Spark, and 1.76 h where more than 900 tasks had \
                been merged into about 20 by wrong statistics.",
        here: "Here the value has 65 % of 1,000,000 rows in 64 partitions. However many workers there are, its partition is read \
               by one. Try combining first, then salt.",
        source: "apache/gluten#7114",
        address: "https://github.com/apache/gluten/issues/7114",
    }),
};

pub(super) const PINNED: Preset = Preset {
    word: "pinned",
    name: "case: partitions pinned to 8",
    scenario: pinned,
    case: Some(Case {
        there: "With the partitions pinned to 8, a run took 281, 264 and 258 s on 4, 8 and 16 cores.",
        here: "Here are 16 workers and 8 partitions: half of the workers never get a row. Try 64 partitions.",
        source: "benseverndev-oss/goldenmatch#2632",
        address: "https://github.com/benseverndev-oss/goldenmatch/issues/2632",
    }),
};

pub(super) const COLLIDING: Preset = Preset {
    word: "colliding",
    name: "case: keys collide in placement",
    scenario: colliding,
    case: Some(Case {
        there: "Of 800 tasks that wrote a Hudi table, 224 had data: some 20 MB, some more than 200 MB.",
        here: "Here hashing puts 66 keys into 200 partitions, a quarter of the size: about as small a share of them gets rows, and \
               some get several keys. Try 6,600 keys.",
        source: "apache/hudi#11565",
        address: "https://github.com/apache/hudi/issues/11565",
    }),
};

fn tiny_data() -> Scenario {
    in_partitions(
        200,
        Scenario { rows: 2_000, keys: 100, skew: Skew::Uniform {}, workers: 2, ..Scenario::default() },
    )
}

fn few_keys() -> Scenario {
    in_partitions(64, Scenario { query: Query::Join, keys: 5, skew: Skew::Uniform {}, ..Scenario::default() })
}

fn one_value() -> Scenario {
    in_partitions(64, Scenario { skew: Skew::HotKey { share: 0.65 }, ..Scenario::default() })
}

fn pinned() -> Scenario {
    in_partitions(8, Scenario { skew: Skew::Uniform {}, workers: 16, ..Scenario::default() })
}

fn colliding() -> Scenario {
    in_partitions(200, Scenario { keys: 66, skew: Skew::Uniform {}, ..Scenario::default() })
}

/// As many map as reduce partitions, as the page's control sets them.
fn in_partitions(partitions: u32, scenario: Scenario) -> Scenario {
    Scenario { map_partitions: partitions, reduce_partitions: partitions, ..scenario }
}
