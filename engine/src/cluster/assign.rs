//! Who reads which reduce partition.
//!
//! As a cluster's scheduler does it, decided ahead: partitions in order, each to the executor that would be
//! free first if time went with bytes. So a hot partition keeps its executor busy while the others go round.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The owner of each partition, from each partition's bytes.
pub fn assign(partition_bytes: &[u64], executor_count: u32) -> Vec<u32> {
    // The least load first; of equal ones the lowest executor.
    let mut loads: BinaryHeap<Reverse<(u64, u32)>> = (0..executor_count).map(|id| Reverse((0, id))).collect();
    partition_bytes
        .iter()
        .map(|&bytes| {
            let mut least = loads.peek_mut().expect("at least one executor");
            let Reverse((load, owner)) = *least;
            // An empty partition still takes a turn.
            *least = Reverse((load + bytes.max(1), owner));
            owner
        })
        .collect()
}
