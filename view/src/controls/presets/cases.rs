//! What practitioners met, scaled down to a tab. Their figures are those of the source; the lab's own are measured when it runs.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Query, Skew};

use super::{Case, Preset};
use crate::words;

pub(super) const TINY_DATA: Preset = Preset {
    word: "tiny_data",
    name: words::case::TINY_DATA,
    scenario: tiny_data,
    case: Some(Case {
        there: words::case::TINY_DATA_THERE,
        here: words::case::TINY_DATA_HERE,
        source: "holdenk/spark-testing-base#293",
        address: "https://github.com/holdenk/spark-testing-base/pull/293",
    }),
};

pub(super) const FEW_KEYS: Preset = Preset {
    word: "few_keys",
    name: words::case::FEW_KEYS,
    scenario: few_keys,
    case: Some(Case {
        there: words::case::FEW_KEYS_THERE,
        here: words::case::FEW_KEYS_HERE,
        source: "apache/datafusion-ballista#1643",
        address: "https://github.com/apache/datafusion-ballista/issues/1643",
    }),
};

pub(super) const ONE_VALUE: Preset = Preset {
    word: "one_value",
    name: words::case::ONE_VALUE,
    scenario: one_value,
    case: Some(Case {
        there: words::case::ONE_VALUE_THERE,
        here: words::case::ONE_VALUE_HERE,
        source: "apache/gluten#7114",
        address: "https://github.com/apache/gluten/issues/7114",
    }),
};

pub(super) const PINNED: Preset = Preset {
    word: "pinned",
    name: words::case::PINNED,
    scenario: pinned,
    case: Some(Case {
        there: words::case::PINNED_THERE,
        here: words::case::PINNED_HERE,
        source: "benseverndev-oss/goldenmatch#2632",
        address: "https://github.com/benseverndev-oss/goldenmatch/issues/2632",
    }),
};

pub(super) const COLLIDING: Preset = Preset {
    word: "colliding",
    name: words::case::COLLIDING,
    scenario: colliding,
    case: Some(Case {
        there: words::case::COLLIDING_THERE,
        here: words::case::COLLIDING_HERE,
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
