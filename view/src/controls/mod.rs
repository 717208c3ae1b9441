//! What a reader can set, as tables: numbers, tactics, pipelines, presets.

pub mod knobs;
pub mod number;
pub mod pipelines;
pub mod presets;
pub mod scale;
pub mod tactics;
