//! What driver and executors say to each other.
//!
//! Control messages are small and serialise to JSON for a browser's ports. Blocks travel between executors
//! only, as raw bytes beside a small header.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::exchange::Route;
use super::{RunSpec, WallMicros};
use crate::clock::PhaseMicros;
use crate::columnar::RowDigest;
use crate::dataset::DataSpec;
use crate::error::EngineError;
use crate::plan::StageGraph;
use crate::shuffle::{BlockId, HeavyKeys, MapOutput, ReadSpec};

/// The version of these messages; page and workers are of one build unless a cache mixed two.
pub const PROTOCOL_VERSION: u32 = 4;

/// One run of a job; counts up in each cluster, so that a message of an earlier run is known as stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u32);

/// One attempt at one task of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct TaskId {
    /// The stage.
    pub stage: u32,
    /// The task's place in its stage. A task that scans reads the partition of this number; one that reads shuffles is
    /// told what it reads.
    pub index: u32,
    /// 0 for the first attempt.
    pub attempt: u32,
}

/// What an executor needs to know before it can run tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepare {
    /// [`PROTOCOL_VERSION`] of the sender.
    pub protocol: u32,
    /// The rows that scans generate.
    pub data: DataSpec,
    /// Who runs the job, and what becomes of the rows.
    pub run: RunSpec,
    /// What is computed.
    pub graph: StageGraph,
}

/// Driver to executor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToExecutor {
    /// Forget any earlier run, plan, build tables, answer [`FromExecutor::Ready`].
    Prepare(RunId, Box<Prepare>),
    /// Run a task when those before it are done. It reads these blocks: one entry for each shuffle of its stage.
    Launch(RunId, TaskId, Vec<ReadSpec>),
    /// Send every peer the blocks that the routes name for it, and wait for what each peer sends.
    Exchange {
        /// The run.
        run: RunId,
        /// The stage that will read.
        stage: u32,
        /// The executors that take part, this one included.
        peers: Vec<u32>,
        /// Which block goes where.
        routes: Vec<Route>,
        /// Shuffles whose readers are over: their blocks can be dropped.
        released: Vec<u32>,
    },
    /// Send the driver the result rows of these tasks.
    Fetch(RunId, Vec<TaskId>),
    /// Say that you are alive.
    Ping(RunId),
    /// The run is over or has failed: drop what it left.
    End(RunId),
}

/// Executor to driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromExecutor {
    /// Prepared.
    Ready(RunId),
    /// A task ended.
    TaskDone(RunId, Box<TaskDone>),
    /// All blocks of an exchange were sent and have arrived.
    ExchangeDone(RunId, Box<ExchangeDone>),
    /// Still working; sent when nothing else was for a while.
    Alive(RunId),
    /// The run cannot go on.
    Failed(RunId, WireError),
}

/// What a task did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskDone {
    /// The task.
    pub task: TaskId,
    /// Rows that came from the source.
    pub rows_in: u64,
    /// Bytes of the values that a scan generated; 0 for a task that reads a shuffle.
    pub scanned_bytes: u64,
    /// Rows that left through the shuffle or into the result.
    pub rows_out: u64,
    /// Rows of each block written, by reduce partition; empty when nothing is written.
    pub written_rows: Vec<u32>,
    /// Bytes of each block written.
    pub written_bytes: Vec<u64>,
    /// Rows of the blocks read.
    pub read_rows: u64,
    /// Bytes of the blocks read.
    pub read_bytes: u64,
    /// Blocks read.
    pub read_blocks: u64,
    /// The heaviest keys of the rows that a scan gave, by the column by which rows first meet; `None` where there is no such
    /// column of integers.
    pub heavy_keys: Option<HeavyKeys>,
    /// The task's share of the result.
    pub result: RowDigest,
    /// Bytes of the result's rows, encoded; 0 unless the job's action fetches them.
    pub result_bytes: u64,
    /// Where its time went.
    pub phases: PhaseMicros,
}

/// What an executor's side of an exchange did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExchangeDone {
    /// The stage that will read.
    pub stage: u32,
    /// Bytes received from each executor; its own blocks stay where they are and count here too.
    pub bytes_from: Vec<u64>,
    /// From the driver's word to the last block's arrival.
    pub micros: WallMicros,
    /// Messages of earlier runs that were dropped since the last such report.
    pub stale_messages: u64,
}

/// An error as it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WireError {
    /// See [`EngineError::OutOfMemory`].
    OutOfMemory {
        /// Bytes asked for.
        needed_bytes: u64,
        /// Bytes allowed.
        limit_bytes: u64,
    },
    /// See [`EngineError::Protocol`].
    Protocol {
        /// What this side reads.
        expected: String,
        /// What came.
        got: String,
    },
}

impl From<EngineError> for WireError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::OutOfMemory { needed_bytes, limit_bytes } => {
                WireError::OutOfMemory { needed_bytes, limit_bytes }
            }
            EngineError::Protocol { expected, got } => WireError::Protocol { expected, got },
            other @ (EngineError::InvalidScenario(_)
            | EngineError::InvalidPlan(_)
            | EngineError::ExecutorLost { .. }
            | EngineError::Cancelled) => {
                WireError::Protocol { expected: "a valid run".to_owned(), got: other.to_string() }
            }
        }
    }
}

impl From<WireError> for EngineError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::OutOfMemory { needed_bytes, limit_bytes } => {
                EngineError::OutOfMemory { needed_bytes, limit_bytes }
            }
            WireError::Protocol { expected, got } => EngineError::Protocol { expected, got },
        }
    }
}

/// The number that stands for "no shuffle" in the name of a result's block. `map` is the task's index there, and `reduce`
/// its attempt.
pub const RESULT_SHUFFLE: u32 = u32::MAX;

/// A block in a [`PeerMessage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerBlock {
    /// Its name.
    pub block: BlockId,
    /// Its length; blocks stand back to back in the payload.
    pub bytes: u32,
}

/// Words of a message's trailer before its blocks: run, stage, sender, number of blocks.
const TRAILER_WORDS: usize = 4;
/// Words of a block in the trailer: shuffle, reduce, map, bytes.
const BLOCK_WORDS: usize = 4;

/// Executor to executor, and executor to driver when rows are fetched: all blocks that one owns of another's, in one message. An empty one is sent too, so that
/// its receiver knows that it has everything.
#[derive(Debug, Clone)]
pub struct PeerMessage {
    /// The run.
    pub run: RunId,
    /// The stage that will read.
    pub stage: u32,
    /// The sender.
    pub from: u32,
    /// What the payload holds.
    pub blocks: Vec<PeerBlock>,
    /// The blocks.
    pub payload: Payload,
}

impl PeerMessage {
    /// The message as one run of bytes, to be transferred: the blocks, then a trailer of little-endian words that
    /// lists them, then the trailer's length in words.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.payload.len() + self.trailer_bytes());
        self.payload.pieces().for_each(|piece| bytes.extend_from_slice(piece));
        self.write_trailer(&mut bytes);
        bytes
    }

    /// What stands behind the payload in [`PeerMessage::encode`], for a transport that copies the payload by itself.
    pub fn encode_trailer(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.trailer_bytes());
        self.write_trailer(&mut bytes);
        bytes
    }

    fn trailer_words(&self) -> usize {
        TRAILER_WORDS + BLOCK_WORDS * self.blocks.len()
    }

    fn trailer_bytes(&self) -> usize {
        4 * (self.trailer_words() + 1)
    }

    fn write_trailer(&self, bytes: &mut Vec<u8>) {
        let head = [self.run.0, self.stage, self.from, self.blocks.len() as u32];
        let blocks = self
            .blocks
            .iter()
            .flat_map(|PeerBlock { block, bytes }| [block.shuffle, block.reduce, block.map, *bytes]);
        for word in head.into_iter().chain(blocks).chain([self.trailer_words() as u32]) {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// The message that [`PeerMessage::encode`] wrote.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when the trailer does not fit the bytes, or its blocks do not fill them.
    pub fn decode(mut bytes: Vec<u8>) -> Result<Self, EngineError> {
        let malformed =
            |got: String| EngineError::Protocol { expected: "a message between executors".to_owned(), got };
        let words = read_trailer(&bytes)
            .ok_or_else(|| malformed(format!("{} bytes without a trailer", bytes.len())))?;
        let [run, stage, from, block_count] = [words[0], words[1], words[2], words[3]];
        let blocks: Vec<PeerBlock> = words[TRAILER_WORDS..]
            .chunks_exact(BLOCK_WORDS)
            .map(|word| PeerBlock {
                block: BlockId { shuffle: word[0], reduce: word[1], map: word[2] },
                bytes: word[3],
            })
            .collect();
        let is_whole = words.len() == TRAILER_WORDS + BLOCK_WORDS * blocks.len();
        if !is_whole || blocks.len() != block_count as usize {
            return Err(malformed(format!("{} words for {block_count} blocks", words.len())));
        }
        bytes.truncate(bytes.len() - 4 * (words.len() + 1));
        // In 64 bits: a stranger's lengths add up to more than a worker can address.
        let announced: u64 = blocks.iter().map(|block| u64::from(block.bytes)).sum();
        if announced != bytes.len() as u64 {
            return Err(malformed(format!("{} bytes for blocks of {announced}", bytes.len())));
        }
        Ok(PeerMessage { run: RunId(run), stage, from, blocks, payload: Payload::Bytes(Arc::new(bytes)) })
    }
}

/// The trailer's words; `None` when there are fewer bytes or words than there must be.
fn read_trailer(bytes: &[u8]) -> Option<Vec<u32>> {
    let (rest, last) = bytes.split_last_chunk::<4>()?;
    let trailer_bytes = (u32::from_le_bytes(*last) as usize).checked_mul(4)?;
    let trailer = &rest[rest.len().checked_sub(trailer_bytes)?..];
    let words: Vec<u32> = trailer
        .chunks_exact(4)
        .map(|chunk| u32::from_le_bytes(chunk.try_into().expect("chunks of four bytes")))
        .collect();
    (words.len() >= TRAILER_WORDS).then_some(words)
}

/// Blocks on their way: pieces of map outputs at the sender, one run of bytes at the receiver. The transport
/// copies each piece once, into whatever it carries bytes in.
#[derive(Debug, Clone, Default)]
pub enum Payload {
    /// Nothing.
    #[default]
    Empty,
    /// Blocks of map outputs, by reduce partition.
    Pieces(Vec<(Arc<MapOutput>, u32)>),
    /// As received.
    Bytes(Arc<Vec<u8>>),
}

impl Payload {
    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.pieces().all(<[u8]>::is_empty)
    }

    /// The bytes, in order, in pieces.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let (whole, pieces): (&[u8], &[(Arc<MapOutput>, u32)]) = match self {
            Payload::Empty => (&[], &[]),
            Payload::Pieces(pieces) => (&[], pieces),
            Payload::Bytes(bytes) => (bytes, &[]),
        };
        std::iter::once(whole).chain(pieces.iter().map(|(output, reduce)| output.block(*reduce)))
    }

    /// All bytes in one run.
    pub fn into_bytes(self) -> Arc<Vec<u8>> {
        match self {
            Payload::Bytes(bytes) => bytes,
            other => {
                let mut bytes = Vec::with_capacity(other.len());
                other.pieces().for_each(|piece| bytes.extend_from_slice(piece));
                Arc::new(bytes)
            }
        }
    }
}
