//! The shuffle: every map task cuts its rows into one block for each reduce partition.
//!
//! ```text
//!  map task 0  ─┬─ block(0,0) ─┐            ┌─> reduce partition 0: block(0,0), block(1,0), ...
//!               └─ block(0,1) ─┤  exchange  │
//!  map task 1  ─┬─ block(1,0) ─┤            └─> reduce partition 1: block(0,1), block(1,1), ...
//!               └─ block(1,1) ─┘
//! ```
//!
//! Blocks stay with the executor that wrote them until the driver, which by then knows every block's size,
//! says which executor owns which reduce partition. Then each executor sends each other one message with all
//! its blocks for it: W(W-1) messages, M x R blocks. A reduce task reads its blocks in the order of the map
//! tasks, never of arrival, so its result does not depend on timing.

mod key_sketch;
pub mod partitioner;
mod range;
mod read;
mod row_order;
pub mod spark_hash;
mod store;
mod write;

pub use key_sketch::{HeavyKey, HeavyKeys, KeySketch};
pub use partitioner::{Placement, TaskRows, hash_column, place};
pub use range::{KeySampler, RangeBounds, SampledKeys, sampled_rows};
pub use read::ReadSpec;
pub use row_order::{OrderedRows, is_decided_by_words};
pub use store::{BlockId, BlockSlice, BlockStore};
pub use write::{MapOutput, ShuffleWrite};
