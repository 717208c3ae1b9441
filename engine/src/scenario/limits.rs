//! A limit on everything, checked once in [`Scenario::validate`](super::Scenario::validate).

/// The largest seed: 2^53 - 1, the largest integer that JavaScript's numbers hold exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;
/// Rows of `prompts`. 20 M rows of the widest shuffle (about 40 bytes a row) stay under 1 GB.
pub const MAX_ROWS: u64 = 20_000_000;
/// Distinct keys. Every executor keeps an alias table of 12 bytes a key.
pub const MAX_KEYS: u64 = 5_000_000;
/// Executors that really run in a tab: a renderer process of Chromium 156 held 124 wasm memories, whatever their size,
/// and frames of one process share them.
pub const MAX_WORKERS: u32 = 64;
/// Executors that a scenario may name. The model may be asked about all of them; whoever runs a scenario has a limit of its
/// own.
pub const MAX_MODEL_WORKERS: u32 = 4_096;
/// Map or reduce partitions: 1,024 x 1,024 blocks are already a million.
pub const MAX_PARTITIONS: u32 = 1_024;
/// The steepest Zipf exponent: at 2.5 the first key holds three rows in four.
pub const MAX_ZIPF_EXPONENT: f64 = 2.5;
/// The largest share of one hot key.
pub const MAX_HOT_SHARE: f64 = 0.95;
/// Salt buckets: a key is spread over at most this many partitions.
pub const MAX_SALT: u32 = 256;
/// A longer scenario text is not read: a whole scenario takes under 600 bytes.
pub const MAX_JSON_BYTES: usize = 64 * 1024;
/// A longer link is not read.
pub const MAX_LINK_BYTES: usize = 4 * 1024;
/// The largest table that is sent to every executor: 64 copies of it are 4 GiB.
pub const MAX_BROADCAST_BYTES: u64 = 64 << 20;
/// The least memory of a driver: less than a page of the machine's would say nothing.
pub const MIN_DRIVER_BYTES: u64 = 4 << 10;
/// The most memory of a driver: wasm32 has no more.
pub const MAX_DRIVER_BYTES: u64 = 4 << 30;
/// Rows that are shown: more than a person reads.
pub const MAX_SHOW_ROWS: u64 = 1_000;
