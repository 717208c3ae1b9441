//! A read spec says which blocks of a shuffle a task reads.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::BlockId;

/// A rectangle of a shuffle's blocks: some reduce partitions, of some map tasks. A task usually reads one partition of
/// all map tasks. A task that reads several partitions is coalesced; a task that reads the blocks of some map tasks
/// shares its partition with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSpec {
    /// The number of the shuffle whose blocks are read.
    pub shuffle: u32,
    /// The first reduce partition, and the one after the last.
    pub partitions: Range<u32>,
    /// The first map task, and the one after the last.
    pub maps: Range<u32>,
}

impl ReadSpec {
    /// The blocks, partition by partition; within each they stand in the order of map tasks.
    pub fn blocks(&self) -> impl Iterator<Item = BlockId> {
        let (shuffle, maps) = (self.shuffle, self.maps.clone());
        self.partitions
            .clone()
            .flat_map(move |reduce| maps.clone().map(move |map| BlockId { shuffle, reduce, map }))
    }
}
