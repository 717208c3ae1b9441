//! What driver and executors say to each other.
//!
//! Control messages are small; `control.rs` makes bytes of them for a browser's ports. Blocks travel between executors
//! only, as raw bytes beside a small header.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::exchange::Route;
use super::{RunSpec, WallMicros};
use crate::clock::{PhaseMicros, Span};
use crate::columnar::RowDigest;
use crate::dataset::DataSpec;
use crate::error::{EngineError, Piece};
use crate::plan::StageGraph;
use crate::room::with_room;
use crate::shuffle::{BlockId, HeavyKeys, MapOutput, ReadSpec, SampledKeys};

/// The version of these messages. Page and workers are of one build, unless a cache mixed two, and then their versions differ.
pub const PROTOCOL_VERSION: u32 = 6;

/// The number of a run of a job. Each cluster counts its runs, so that a message of an earlier run is known as stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u32);

/// The name of an attempt at a task of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct TaskId {
    /// The number of the stage.
    pub stage: u32,
    /// The task's place in its stage. A task that scans reads the partition of this number; one that reads shuffles is
    /// told what it reads.
    pub index: u32,
    /// How many attempts at the task came before this one.
    pub attempt: u32,
}

/// What an executor needs to know before it can run tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepare {
    /// The sender's [`PROTOCOL_VERSION`]. An executor of another version refuses the run.
    pub protocol: u32,
    /// The rows that scans generate.
    pub data: DataSpec,
    /// Who runs the job, and what becomes of the rows.
    pub run: RunSpec,
    /// The stages that are computed.
    pub graph: StageGraph,
}

/// What the driver says to an executor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToExecutor {
    /// The executor forgets any earlier run, builds its tables and answers [`FromExecutor::Ready`].
    Prepare(RunId, Box<Prepare>),
    /// The executor runs this attempt at a task when those before it are done. The task reads these blocks: one entry for each
    /// shuffle of its stage.
    Launch(RunId, TaskId, Vec<ReadSpec>),
    /// The executor sends every peer the blocks that the routes name for it, and waits for what each peer sends.
    Exchange {
        /// The run.
        run: RunId,
        /// The stage that will read.
        stage: u32,
        /// The executors that take part, this one included.
        peers: Vec<u32>,
        /// Which block goes to whom.
        routes: Vec<Route>,
        /// The shuffles whose readers are over. Their blocks are dropped.
        released: Vec<u32>,
        /// What bounds the ranges into which the stage cuts its rows, as [`RangeBounds::encode`] writes it. It is `None` for a stage
        /// that cuts its rows into no ranges.
        ///
        /// [`RangeBounds::encode`]: crate::shuffle::RangeBounds::encode
        bounds: Option<Vec<u8>>,
    },
    /// The executor sends the driver the result rows of these tasks.
    Fetch(RunId, Vec<TaskId>),
    /// The executor answers [`FromExecutor::Alive`].
    Ping(RunId),
    /// The run is over or has failed. The executor drops what is left of it.
    End(RunId),
}

/// What an executor says to the driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromExecutor {
    /// The executor is prepared for the run.
    Ready(RunId),
    /// A task is done.
    TaskDone(RunId, Box<TaskDone>),
    /// The executor has sent all its blocks of an exchange, and all that it waited for have arrived.
    ExchangeDone(RunId, Box<ExchangeDone>),
    /// The executor is still at work. It says so when it has said nothing else for a while, and when it is asked.
    Alive(RunId),
    /// The run cannot go on, for this reason.
    Failed(RunId, WireError),
}

/// The most stretches of time that a task's report has. A task that pauses more often has its later pauses inside its last
/// stretch.
pub const MAX_SPANS: usize = 32;

/// What a finished task did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskDone {
    /// The attempt that was finished.
    pub task: TaskId,
    /// The number of rows that came from the source.
    pub rows_in: u64,
    /// Bytes of the values that a scan generated. A task that reads a shuffle has 0.
    pub scanned_bytes: u64,
    /// The number of rows that left through the shuffle or into the result.
    pub rows_out: u64,
    /// The number of rows in each block that was written, by reduce partition. It is empty when nothing was written.
    pub written_rows: Vec<u32>,
    /// Bytes of each block that was written, by reduce partition.
    pub written_bytes: Vec<u64>,
    /// The number of rows in the blocks that were read.
    pub read_rows: u64,
    /// Bytes of the blocks that were read.
    pub read_bytes: u64,
    /// The number of blocks that were read.
    pub read_blocks: u64,
    /// The heaviest keys of the rows that a scan gave, by the column by which rows first meet; `None` where there is no such
    /// column of integers.
    pub heavy_keys: Option<HeavyKeys>,
    /// A sample of the keys by which the task's rows are going to be sorted; `None` when they are not, or when there are none.
    pub sampled_keys: Option<SampledKeys>,
    /// Digest and number of the rows that the task gave to the result.
    pub result: RowDigest,
    /// Bytes of these rows, encoded. It is 0 unless the job's action fetches them.
    pub result_bytes: u64,
    /// How much time each phase of the task took.
    pub phases: PhaseMicros,
    /// When the executor worked on the task, in order and at most [`MAX_SPANS`] stretches. Their phases add up to those of the
    /// task.
    pub spans: Vec<Span>,
}

/// What an executor's side of an exchange did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExchangeDone {
    /// The stage that will read the blocks.
    pub stage: u32,
    /// Bytes that came from each executor. What the executor has for itself stays where it is and counts as coming from itself.
    pub bytes_from: Vec<u64>,
    /// The moment at which the executor heard the driver's word, on its own clock.
    pub began: WallMicros,
    /// The time from the driver's word until the last block had arrived.
    pub micros: WallMicros,
    /// When the message to each executor was handed to the transport, counted from `began`. It is 0 for executors that were sent
    /// nothing.
    pub sent_after: Vec<WallMicros>,
    /// When the message of each executor had been taken in, counted from `began`. It is 0 for executors that sent nothing.
    pub arrived_after: Vec<WallMicros>,
    /// The number of messages of earlier runs that were dropped since the last such report.
    pub stale_messages: u64,
}

/// An error in the form in which it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WireError {
    /// Memory was too small, see [`EngineError::OutOfMemory`].
    OutOfMemory {
        /// The bytes that were asked for.
        needed_bytes: u64,
        /// The bytes that may be used; 0 where nobody knows.
        limit_bytes: u64,
    },
    /// A size was past what its numbers can count, see [`EngineError::TooLarge`].
    TooLarge {
        /// What is too large.
        piece: Piece,
        /// How many there would be.
        needed: u64,
        /// How many there can be.
        limit: u64,
    },
    /// A message was wrong, see [`EngineError::Protocol`].
    Protocol {
        /// What this side can read.
        expected: String,
        /// What came instead.
        got: String,
    },
}

impl From<EngineError> for WireError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::OutOfMemory { needed_bytes, limit_bytes } => {
                WireError::OutOfMemory { needed_bytes, limit_bytes }
            }
            EngineError::TooLarge { piece, needed, limit } => WireError::TooLarge { piece, needed, limit },
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
            WireError::TooLarge { piece, needed, limit } => EngineError::TooLarge { piece, needed, limit },
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
    /// The shuffle, partition and map task that the block is of.
    pub block: BlockId,
    /// The block's length. Blocks stand back to back in the payload.
    pub bytes: u32,
}

/// Words of a message's trailer before its blocks: run, stage, sender, number of blocks.
const TRAILER_WORDS: usize = 4;
/// Words of a block in the trailer: shuffle, reduce, map, bytes.
const BLOCK_WORDS: usize = 4;

/// A message with blocks: from an executor to another in an exchange, or to the driver when rows are fetched. It holds all blocks
/// that the receiver gets of the sender. An empty one is sent too, so that the receiver knows that it has everything.
#[derive(Debug, Clone)]
pub struct PeerMessage {
    /// The run that this belongs to.
    pub run: RunId,
    /// The stage that will read the blocks.
    pub stage: u32,
    /// The executor that sends.
    pub from: u32,
    /// The names and lengths of the blocks, in the order in which they stand in the payload.
    pub blocks: Vec<PeerBlock>,
    /// The bytes of the blocks.
    pub payload: Payload,
}

impl PeerMessage {
    /// The message as one run of bytes, to be transferred: the blocks, then a trailer of little-endian words that
    /// lists them, then the trailer's length in words.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`].
    pub fn encode(&self) -> Result<Vec<u8>, EngineError> {
        let mut bytes = with_room(self.payload.len().saturating_add(self.trailer_bytes()))?;
        self.payload.pieces().for_each(|piece| bytes.extend_from_slice(piece));
        self.write_trailer(&mut bytes);
        Ok(bytes)
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

/// The bytes of blocks on their way. At the sender they are pieces of map outputs, at the receiver one piece. The transport copies
/// each piece once, into whatever it carries bytes in.
#[derive(Debug, Clone, Default)]
pub enum Payload {
    /// There is no byte.
    #[default]
    Empty,
    /// The bytes are these blocks, each the part of a map output for one reduce partition.
    Pieces(Vec<(Arc<MapOutput>, u32)>),
    /// The bytes are as they were received.
    Bytes(Arc<Vec<u8>>),
}

impl Payload {
    /// The number of bytes.
    pub fn len(&self) -> usize {
        // More than can be addressed cannot be held: a sum that large is refused as it is.
        self.pieces().map(<[u8]>::len).fold(0, usize::saturating_add)
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.pieces().all(<[u8]>::is_empty)
    }

    /// The bytes in pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let (whole, pieces): (&[u8], &[(Arc<MapOutput>, u32)]) = match self {
            Payload::Empty => (&[], &[]),
            Payload::Pieces(pieces) => (&[], pieces),
            Payload::Bytes(bytes) => (bytes, &[]),
        };
        std::iter::once(whole).chain(pieces.iter().map(|(output, reduce)| output.block(*reduce)))
    }

    /// All bytes as one piece. Several pieces are copied.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`].
    pub fn into_bytes(self) -> Result<Arc<Vec<u8>>, EngineError> {
        match self {
            Payload::Bytes(bytes) => Ok(bytes),
            other => {
                let mut bytes = with_room(other.len())?;
                other.pieces().for_each(|piece| bytes.extend_from_slice(piece));
                Ok(Arc::new(bytes))
            }
        }
    }
}
