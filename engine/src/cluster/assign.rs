//! Who reads which reduce partition.
//!
//! As a cluster's scheduler does it, decided ahead: partitions in order, each to the executor that would be
//! free first if time went with bytes. So a hot partition keeps its executor busy while the others go round.

/// The owner of each partition, from each partition's bytes.
pub fn assign(partition_bytes: &[u64], executor_count: u32) -> Vec<u32> {
    let mut loads = vec![0u64; executor_count as usize];
    partition_bytes
        .iter()
        .map(|&bytes| {
            let owner =
                (0..loads.len()).min_by_key(|&executor| loads[executor]).expect("at least one executor");
            // An empty partition still takes a turn.
            loads[owner] += bytes.max(1);
            owner as u32
        })
        .collect()
}
