//! All native tests in one binary: one link, one cache of common code.
//!
//! A name reads as a sentence that is true. What several files need stands in [`interpreter`], [`samples`] and
//! [`stage_runner`]; golden texts are in `tests/golden` and are rewritten by `UPDATE_GOLDEN=1`.

mod differential;
mod interpreter;
mod samples;
mod stage_runner;
