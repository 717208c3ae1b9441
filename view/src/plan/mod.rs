//! The way of a plan, from the words that somebody writes to the stages that run.
//!
//! ```text
//!  source    the query's own lines in the engine
//!  story     Scenario -> steps: as written, after each rule, as it runs
//!  diff      which lines of a plan are not in the other
//! ```

pub mod diff;
pub mod source;
pub mod story;
