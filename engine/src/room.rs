//! Room for rows: whoever needs a buffer that grows with them asks here, and a refusal is an error instead of the program's end.
//!
//! What is covered: the values, offsets, texts and bitmaps of columns, however they come about (generated, computed, taken,
//! put together, decoded, read from CSV); the hash tables of groups and joins with their numbers and positions; the rows'
//! places in a shuffle, its blocks, and the copies of blocks that travel; a sort's order; the alias table of keys; the
//! driver's list of tasks that are over. An allocator that says no to
//! any one of them ends the run with [`EngineError::OutOfMemory`], and the next run finds its executors in their places.
//!
//! What is not: what a run holds by task, block, batch or column instead of by row (plans, messages, reports, lists of
//! batches), and pieces of fixed size (the vocabulary, a run of 256 rows). These are small. So that
//! there is room for them when there is none for data, whoever gets a large buffer leaves `SPARE_BYTES`: if they cannot be
//! had as well, the buffer is given back. When even they do not suffice, the program ends: with an abort, unless its
//! allocator has better words. One that has, as that of the command line, asks [`is_asking`] whether a refusal is an answer.
//! The stacks of threads are the system's: a thread that gets none does not start, which is `OutOfMemory` too. What the C
//! library allocates for itself as a thread starts (32 bytes) is refused with an abort, which only a handler of its signal hears.
//!
//! Nobody asks row by row: room is asked for ahead, then it is filled.

use std::cell::Cell;

use crate::error::{EngineError, Result};

/// A buffer of at least so many bytes is large.
const LARGE_BYTES: usize = 64 << 10;
/// So many bytes are left for what nobody asks for.
pub(crate) const SPARE_BYTES: usize = 1 << 20;

thread_local! {
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Whether the allocation that this thread is making was asked for here: then a refusal is an answer, and the run ends with
/// [`EngineError::OutOfMemory`]. A refusal of any other allocation ends the program.
pub fn is_asking() -> bool {
    IS_ASKING.get()
}

/// Whether an attempt to allocate succeeds.
fn ask<E>(attempt: impl FnOnce() -> std::result::Result<(), E>) -> bool {
    IS_ASKING.set(true);
    let is_there = attempt().is_ok();
    IS_ASKING.set(false);
    is_there
}

/// Room for so many more values, and for as many as there are already when it has to grow.
///
/// # Errors
/// [`EngineError::OutOfMemory`] when it cannot be had.
#[inline]
pub(crate) fn reserve_for<T>(values: &mut Vec<T>, count: usize) -> Result<()> {
    if values.capacity() - values.len() >= count { Ok(()) } else { grow(values, count) }
}

#[cold]
fn grow<T>(values: &mut Vec<T>, count: usize) -> Result<()> {
    let refused = no_room_for::<T>(values.len(), count);
    if ask(|| values.try_reserve(count)) && leaves_spare(values) { Ok(()) } else { Err(refused) }
}

/// An empty run of values with room for exactly so many.
///
/// # Errors
/// As [`reserve_for`].
pub(crate) fn with_room<T>(count: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let is_there = ask(|| values.try_reserve_exact(count)) && leaves_spare(&values);
    if is_there { Ok(values) } else { Err(no_room_for::<T>(0, count)) }
}

/// Whether there is still room for small things beside a buffer that has just been had.
fn leaves_spare<T>(values: &Vec<T>) -> bool {
    let is_small = values.capacity().saturating_mul(size_of::<T>()) < LARGE_BYTES;
    is_small || check_room(SPARE_BYTES).is_ok()
}

/// Asks for room and gives it back: for what is built by somebody who does not ask. Another thread may take it in between.
///
/// # Errors
/// As [`reserve_for`].
pub(crate) fn check_room(byte_count: usize) -> Result<()> {
    let mut room = Vec::<u8>::new();
    let is_there = ask(|| room.try_reserve_exact(byte_count));
    // A compiler may leave out an allocation that nobody looks at.
    std::hint::black_box(&mut room);
    if is_there { Ok(()) } else { Err(no_room_for::<u8>(0, byte_count)) }
}

/// The values of an iterator that knows how many they are at most.
///
/// # Errors
/// As [`reserve_for`].
///
/// # Panics
/// When the iterator does not know.
#[inline]
pub(crate) fn collect<T>(all: impl IntoIterator<Item = T>) -> Result<Vec<T>> {
    let all = all.into_iter();
    let mut values =
        with_room(all.size_hint().1.expect("whoever collects knows how many there are at most"))?;
    values.extend(all);
    Ok(values)
}

/// So many times the same value.
///
/// # Errors
/// As [`reserve_for`].
#[inline]
pub(crate) fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>> {
    let mut values = with_room(count)?;
    values.resize(count, value);
    Ok(values)
}

/// A copy of these values in a buffer of its own.
///
/// # Errors
/// As [`reserve_for`].
#[inline]
pub(crate) fn copied<T: Copy>(from: &[T]) -> Result<Vec<T>> {
    let mut values = with_room(from.len())?;
    values.extend_from_slice(from);
    Ok(values)
}

fn no_room_for<T>(len: usize, count: usize) -> EngineError {
    let count = (len as u64).saturating_add(count as u64);
    EngineError::OutOfMemory { needed_bytes: count.saturating_mul(size_of::<T>() as u64), limit_bytes: 0 }
}
