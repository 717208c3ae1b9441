//! What must hold for any bytes from outside: a block, a message between workers, a scenario, a link, a saved run.
//!
//! ```text
//!  libFuzzer ─> targets/*.rs ─┐
//!                             ├─> properties::TARGETS: a name, and a function that panics when it does not hold
//!  tests/native/corpus.rs ────┘     (the kept inputs of corpus/, in every `cargo test`)
//! ```
//!
//! `cargo xtask fuzz` runs every target a million times. An input that breaks a property is kept in `corpus/`
//! under a name that says what it was, next to the fix.

pub mod properties;

// By these names the properties know the address of the page and its saved runs.
pub use shuffle_view::{permalink, saved_run};
