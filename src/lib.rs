//! Shuffle Lab: the page.
