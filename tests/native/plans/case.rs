//! One case: a plan, the data and the cluster it runs on, and in which order messages arrive. All of it follows from a
//! seed.

use shuffle_engine::Scenario;
use shuffle_engine::plan::LogicalPlan;
use shuffle_engine::scenario::{Tactics, json};

use super::grow::Grower;
use crate::samples::{Draw, SKEWS};

/// What is checked.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) scenario: Scenario,
    pub(super) plan: LogicalPlan,
    /// Bit i: the i-th rule is in the random subset.
    pub(super) subset: u64,
    pub(super) delivery_seed: u64,
}

impl Case {
    pub(super) fn of_seed(seed: u64) -> Case {
        let mut draw = Draw::new(seed);
        let scenario = scenario(&mut draw);
        let (subset, delivery_seed) = (draw.number(), draw.number());
        let plan = Grower::new(&mut draw, &scenario).plan();
        Case { scenario, plan, subset, delivery_seed }
    }

    /// Everything that a reader needs to see what was run.
    pub(super) fn text(&self) -> String {
        format!("{}\n{}", json::encode(&self.scenario), self.plan)
    }
}

/// Small data in all its shapes: one row, one key, as many keys as rows and more, partitions without a row.
fn scenario(draw: &mut Draw) -> Scenario {
    let rows = draw.one_of(&[1, 2, 9, 40, 40, 90, 160]);
    let salt = draw.one_of(&[0, 0, 0, 1, 2, 5, 8]);
    let tactics =
        Tactics { salt, broadcast_bytes: draw.one_of(&[0, 0, 300, 64 << 20]), ..Tactics::default() };
    Scenario {
        seed: draw.number() % 1_000,
        rows,
        keys: draw.one_of(&[1, 2, 7, 30, 200]),
        skew: draw.one_of(&SKEWS),
        workers: draw.one_of(&[1, 2, 3, 5, 8, 64]),
        map_partitions: draw.one_of(&[1, 2, 3, 4, 7, 40]),
        reduce_partitions: draw.one_of(&[1, 2, 3, 4, 8, 33]),
        tactics,
        ..Scenario::default()
    }
}
