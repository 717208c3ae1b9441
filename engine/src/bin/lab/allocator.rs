//! Memory that the system does not give ends the program with one line and exit 1.
//!
//! ```text
//!  System gives none ─┬─ room asked:     null, so the run ends with EngineError::OutOfMemory
//!                     └─ nobody asked:   one line on standard error, exit 1
//! ```
//!
//! Without it an allocation that nobody asked for politely, of a message or a list, ends in an abort of the standard library.
//! What is granted costs one call of the system's allocator and a look at the pointer.
//!
//! Three things that need memory do not come by here. The C library notes for each thread what to do at its end, and aborts when
//! it has no room to: the signal ends the program with exit 1 instead. A thread of the standard library panics when it gets no room for the
//! stack of its signal handlers: the panic hook ends the program likewise. The stack of the first thread grows as it is used,
//! and the system kills a program whose stack has no room to grow into: so it grows once, before anything else takes the room.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::{c_int, c_void};
use std::fmt::Display;
use std::hint::black_box;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use shuffle_engine::{EngineError, room};

/// Asks the system, and ends the program where the standard library would abort it.
pub(crate) struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: every call goes to the system's allocator as it came, and what that answers is handed on.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        granted(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        granted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, byte_count: usize) -> *mut u8 {
        // SAFETY: as above.
        granted(unsafe { System.realloc(pointer, layout, byte_count) }, byte_count)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[inline]
fn granted(pointer: *mut u8, byte_count: usize) -> *mut u8 {
    if pointer.is_null() { refused(pointer, byte_count) } else { pointer }
}

#[cold]
fn refused(null: *mut u8, byte_count: usize) -> *mut u8 {
    if room::is_asking() {
        return null;
    }
    end(&EngineError::OutOfMemory { needed_bytes: byte_count as u64, limit_bytes: 0 })
}

/// What the standard library's panic begins with when a new thread gets no room for the stack of its signal handlers.
const NO_SIGNAL_STACK: &str = "failed to allocate an alternative stack";

/// What the program needs of the first thread's stack, in bytes: it runs plans of a few steps.
const FIRST_STACK_BYTES: usize = 256 << 10;

/// Makes ready for less memory than is needed. Called before anything else.
#[allow(unsafe_code)]
pub(crate) fn prepare() {
    // SAFETY: the handler allocates nothing and takes no lock.
    unsafe { signal(SIGABRT, aborted) };
    watch_starting_threads();
    // Whether there is room is asked by an allocation, whose refusal ends the program.
    drop(black_box(Vec::<u8>::with_capacity(FIRST_STACK_BYTES)));
    grow_stack();
}

#[inline(never)]
fn grow_stack() {
    black_box([0u8; FIRST_STACK_BYTES]);
}

/// Makes the panic of a thread that cannot start the end of the program; any other panic stays what it is.
fn watch_starting_threads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match panic.payload_as_str() {
        Some(words) if words.starts_with(NO_SIGNAL_STACK) => end(&format_args!("out of memory: {words}")),
        _ => usual(panic),
    }));
}

// SAFETY: these are the declarations of POSIX.
#[allow(unsafe_code)]
unsafe extern "C" {
    fn write(file: c_int, bytes: *const c_void, byte_count: usize) -> isize;
    fn _exit(code: c_int) -> !;
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
}

const SIGABRT: c_int = 6;

/// Whoever aborts has said why.
extern "C" fn aborted(_: c_int) {
    end(&"aborted, for the reason that stands above");
}

const STDERR: c_int = 2;
/// The longest line; a longer one is cut.
const LINE_BYTES: usize = 256;
/// A thread that has its last words says them in this time.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Says one line, however many threads have something to say, and ends the program. Allocates nothing, and takes no lock:
/// another thread may have stopped with it.
#[allow(unsafe_code)]
fn end(words: &dyn Display) -> ! {
    static IS_SAID: AtomicBool = AtomicBool::new(false);
    if IS_SAID.swap(true, Ordering::SeqCst) {
        std::thread::sleep(LAST_WORDS);
    } else {
        let mut line = [0; LINE_BYTES];
        let mut rest = &mut line[..];
        // What does not fit is cut.
        let _ = writeln!(rest, "lab: {words}");
        let byte_count = LINE_BYTES - rest.len();
        // SAFETY: the bytes are there, so many of them, and nobody changes them.
        unsafe { write(STDERR, line.as_ptr().cast(), byte_count) };
    }
    // SAFETY: it takes any code, and does not return.
    unsafe { _exit(1) }
}
