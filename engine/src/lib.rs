//! A miniature data engine.
