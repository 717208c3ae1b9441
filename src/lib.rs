//! Shuffle Lab: the page.

pub mod charts;
