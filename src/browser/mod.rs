//! The engine's edge in a browser: the only code that knows of Web Workers, ports and clocks.
//!
//! ```text
//!   page                         worker i                      worker j
//!   Pool ── Driver   <─control─> Executor <── MessagePort ──> Executor
//! ```
//!
//! Page and workers run one compiled module. Control messages are JSON texts; blocks travel between workers only, as
//! one transferred buffer for each pair and exchange. A browser says nothing when a worker is terminated or a memory cannot be had;
//! `spawn`, `pool` and [`worker`] turn such silences into named errors.

mod alone;
pub mod boot;
pub mod clock;
pub mod location;
mod pool;
mod port;
pub mod sight;
mod spawn;
pub mod task;
pub mod worker;

pub use pool::{Hold, Note, Pool, PoolError, PoolOutcome, RunOptions, Watch};
pub use task::CancelToken;

#[cfg(feature = "hooks")]
use wasm_bindgen::JsCast;

/// How large the wasm memory of this thread has grown, in bytes: it never shrinks.
#[cfg(feature = "hooks")]
pub fn memory_bytes() -> f64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    f64::from(buffer.byte_length())
}
