//! What a planner may choose: how many partitions there are, and which tactics are used.

use serde::Serialize;

/// How a plan is made, apart from what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// Tactics against skew and volume.
    pub tactics: Tactics,
    /// Partitions of an exchange by hash. Each is read by one task.
    pub reduce_partitions: u32,
}

/// Tactics against skew and volume. Each leaves the answer as it was; the digest proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tactics {
    /// Aggregate inside each map task, before the exchange.
    pub combine: bool,
    /// Spread each key over this many salt buckets; 0 and 1 mean off.
    pub salt: u32,
    /// Give hot keys a way of their own. Not offered yet.
    pub isolate_hot_keys: bool,
    /// Re-plan between stages. Not offered yet.
    pub adaptive: bool,
    /// Send a join's build side to every executor, rather than place both sides by the key, when it is estimated to take
    /// at most this many bytes; 0 means never. Spark's `autoBroadcastJoinThreshold` is 10 MiB.
    #[serde(skip_serializing_if = "is_default")]
    pub broadcast_bytes: u64,
}

impl Tactics {
    /// Salt buckets a key is spread over: at least 1, and 1 means no salting.
    pub fn salt_buckets(self) -> u32 {
        self.salt.max(1)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
