//! Shuffle Lab: the page around the engine.

pub mod browser;
pub mod charts;
pub mod permalink;
pub mod session;
pub mod ui;
