//! Everything that a reader is told, by section and name. The texts stand in `view/words/en.txt`, and `view/build.rs` makes
//! this module of them: a text without placeholders is a constant, one with placeholders is a function whose parameters
//! come in the order of the sentence.
//!
//! Names of things that are no words of ours (columns, operators, fields of a scenario) stay where they belong.

include!(concat!(env!("OUT_DIR"), "/words.rs"));
