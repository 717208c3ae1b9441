//! A block store holds the blocks of one executor: what its map tasks wrote, and what its peers sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{MapOutput, ReadSpec};
use crate::error::{EngineError, Result};

/// The name of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId {
    /// The number of the shuffle.
    pub shuffle: u32,
    /// The reduce partition that the block is for. It stands before `map`, so that a partition's blocks stand together, in the
    /// order of map tasks.
    pub reduce: u32,
    /// The map task that wrote it.
    pub map: u32,
}

/// A block's bytes, as a part of what a map task wrote here or of what a peer sent.
#[derive(Debug, Clone)]
pub enum BlockSlice {
    /// The block was written here.
    Local {
        /// All blocks that the map task wrote.
        output: Arc<MapOutput>,
        /// The reduce partition whose block it is.
        reduce: u32,
    },
    /// The block came from a peer.
    Received {
        /// All bytes of the message.
        payload: Arc<Vec<u8>>,
        /// Which of these bytes are the block.
        range: std::ops::Range<usize>,
    },
}

impl BlockSlice {
    /// The bytes of the block.
    pub fn bytes(&self) -> &[u8] {
        match self {
            BlockSlice::Local { output, reduce } => output.block(*reduce),
            BlockSlice::Received { payload, range } => &payload[range.clone()],
        }
    }
}

/// The blocks that an executor holds. They stay until the driver says that their readers are over, so a second attempt at a task reads
/// the same blocks.
#[derive(Debug, Default)]
pub struct BlockStore {
    written: BTreeMap<(u32, u32), Arc<MapOutput>>,
    readable: BTreeMap<BlockId, BlockSlice>,
}

impl BlockStore {
    /// The store keeps what a map task wrote. A later attempt at the task replaces what an earlier one wrote.
    pub fn keep(&mut self, shuffle: u32, map: u32, output: MapOutput) {
        self.written.insert((shuffle, map), Arc::new(output));
    }

    /// The map outputs of a shuffle that were written here, in the order of map tasks.
    pub fn written(&self, shuffle: u32) -> Vec<(u32, Arc<MapOutput>)> {
        let of_shuffle = self.written.range((shuffle, 0)..=(shuffle, u32::MAX));
        of_shuffle.map(|(&(_, map), output)| (map, output.clone())).collect()
    }

    /// Makes a block readable by tasks of this executor.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when the block is readable already: its rows would be lost or doubled.
    pub fn offer(&mut self, block: BlockId, slice: BlockSlice) -> Result<()> {
        if self.readable.insert(block, slice).is_some() {
            let expected = "each block once".to_owned();
            return Err(EngineError::Protocol { expected, got: format!("{block:?} twice") });
        }
        Ok(())
    }

    /// The blocks that a task reads, partition by partition, in the order of map tasks.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when a block is missing: the exchange did not deliver it.
    pub fn read(&self, spec: &ReadSpec) -> Result<Vec<BlockSlice>> {
        let find = |block: BlockId| {
            self.readable.get(&block).cloned().ok_or_else(|| EngineError::Protocol {
                expected: format!("the blocks of {spec:?}"),
                got: format!("no block of map task {} for partition {}", block.map, block.reduce),
            })
        };
        spec.blocks().map(find).collect()
    }

    /// Drops all blocks of a shuffle whose readers are over.
    pub fn release(&mut self, shuffle: u32) {
        self.written.retain(|(written, _), _| *written != shuffle);
        self.readable.retain(|block, _| block.shuffle != shuffle);
    }
}
