//! The part of the allocator that says no: to one allocation, told by its number.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

/// Smaller allocations are neither counted nor refused: this is the bitmap of a full batch.
const LEAST_BYTES: usize = 2 << 10;
/// The same where all threads count: a channel between them grows by blocks of 31 messages.
const LEAST_BYTES_OF_ALL: usize = 4 << 10;

/// Whose allocations are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of the thread that asks.
    Thread,
    /// Those of all threads.
    Process,
}

/// The count of a thread whose allocations are not counted.
const OFF: i64 = i64::MIN;

thread_local! {
    /// How many allocations of this thread are still granted; below 0 one was refused.
    static LEFT: Cell<i64> = const { Cell::new(OFF) };
}
static LEFT_OF_ALL: AtomicI64 = AtomicI64::new(OFF);

/// Does something while its nth allocation, from 0, is refused. Also tells whether it came so far.
pub(crate) fn nth<T>(nth: u64, reach: Reach, act: impl FnOnce() -> T) -> (T, bool) {
    let nth = i64::try_from(nth).expect("a number that a loop counted to");
    match reach {
        Reach::Thread => LEFT.set(nth),
        Reach::Process => LEFT_OF_ALL.store(nth, Ordering::SeqCst),
    }
    let outcome = act();
    let left = match reach {
        Reach::Thread => LEFT.replace(OFF),
        Reach::Process => LEFT_OF_ALL.swap(OFF, Ordering::SeqCst),
    };
    (outcome, left < 0)
}

/// Whether the allocator must refuse an allocation of so many bytes.
pub(crate) fn refuses(byte_count: usize) -> bool {
    if byte_count < LEAST_BYTES {
        return false;
    }
    let of_thread = LEFT.try_with(|left| match left.get() {
        OFF => false,
        granted => {
            left.set(granted - 1);
            granted == 0
        }
    });
    // Nobody counts in a thread that is ending.
    let is_counted_by_all = byte_count >= LEAST_BYTES_OF_ALL && LEFT_OF_ALL.load(Ordering::SeqCst) != OFF;
    of_thread.unwrap_or(false) || (is_counted_by_all && LEFT_OF_ALL.fetch_sub(1, Ordering::SeqCst) == 0)
}
