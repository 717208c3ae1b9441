//! The block store of one executor: what its map tasks wrote, and what its peers sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::MapOutput;
use crate::error::{EngineError, Result};

/// One block's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId {
    /// Which shuffle.
    pub shuffle: u32,
    /// Which reduce partition it is for. Before `map`, so that a partition's blocks stand together, in map order.
    pub reduce: u32,
    /// Which map task wrote it.
    pub map: u32,
}

/// A block's bytes: a part of what a map task wrote here, or of what a peer sent.
#[derive(Debug, Clone)]
pub enum BlockSlice {
    /// Written here.
    Local {
        /// All blocks of the map task.
        output: Arc<MapOutput>,
        /// Which of them.
        reduce: u32,
    },
    /// Received.
    Received {
        /// All blocks of the message.
        payload: Arc<Vec<u8>>,
        /// Which of its bytes.
        range: std::ops::Range<usize>,
    },
}

impl BlockSlice {
    /// The block.
    pub fn bytes(&self) -> &[u8] {
        match self {
            BlockSlice::Local { output, reduce } => output.block(*reduce),
            BlockSlice::Received { payload, range } => &payload[range.clone()],
        }
    }
}

/// An executor's blocks.
#[derive(Debug, Default)]
pub struct BlockStore {
    written: BTreeMap<(u32, u32), Arc<MapOutput>>,
    readable: BTreeMap<BlockId, BlockSlice>,
}

impl BlockStore {
    /// Keeps what a map task wrote, until the exchange.
    pub fn keep(&mut self, shuffle: u32, map: u32, output: MapOutput) {
        self.written.insert((shuffle, map), Arc::new(output));
    }

    /// Takes the map outputs of a shuffle out, by map task.
    pub fn take_written(&mut self, shuffle: u32) -> Vec<(u32, Arc<MapOutput>)> {
        let keys: Vec<_> =
            self.written.range((shuffle, 0)..=(shuffle, u32::MAX)).map(|(&key, _)| key).collect();
        keys.into_iter().filter_map(|key| Some((key.1, self.written.remove(&key)?))).collect()
    }

    /// Makes a block readable by the reduce task that it is for.
    pub fn offer(&mut self, block: BlockId, slice: BlockSlice) {
        self.readable.insert(block, slice);
    }

    /// Takes the blocks for one reduce partition out, in map order.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when they are not one of each of `map_count` map tasks: the exchange did not deliver.
    pub fn take_readable(&mut self, shuffle: u32, reduce: u32, map_count: u32) -> Result<Vec<BlockSlice>> {
        let blocks = self.blocks_for(shuffle, reduce, map_count)?;
        Ok(blocks.iter().filter_map(|block| self.readable.remove(block)).collect())
    }

    /// The blocks for one reduce partition, in map order, which stay for further readers.
    ///
    /// # Errors
    /// As [`BlockStore::take_readable`].
    pub fn readable(&self, shuffle: u32, reduce: u32, map_count: u32) -> Result<Vec<BlockSlice>> {
        let blocks = self.blocks_for(shuffle, reduce, map_count)?;
        Ok(blocks.iter().filter_map(|block| self.readable.get(block).cloned()).collect())
    }

    fn blocks_for(&self, shuffle: u32, reduce: u32, map_count: u32) -> Result<Vec<BlockId>> {
        let all = BlockId { shuffle, reduce, map: 0 }..=BlockId { shuffle, reduce, map: u32::MAX };
        let blocks: Vec<BlockId> = self.readable.range(all).map(|(&block, _)| block).collect();
        if blocks.iter().map(|block| block.map).eq(0..map_count) {
            return Ok(blocks);
        }
        Err(EngineError::Protocol {
            expected: format!("{map_count} blocks for reduce partition {reduce} of shuffle {shuffle}"),
            got: format!("{} blocks", blocks.len()),
        })
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.written.clear();
        self.readable.clear();
    }
}
