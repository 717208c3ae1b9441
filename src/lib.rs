//! Shuffle Lab: the page around the engine.

pub mod browser;
pub mod session;
pub mod ui;
