//! All native tests in one binary, but for those that count allocations (`tests/heap`): one link, one cache of common code.
//!
//! A name reads as a sentence that is true. What several files need stands in [`interpreter`], [`samples`],
//! [`stage_runner`] and [`hand_cluster`]; golden texts are in `tests/golden` and are rewritten by `UPDATE_GOLDEN=1`.

mod aggregates;
mod blocks;
mod charts;
mod cluster;
mod conservation;
mod corpus;
mod desk;
mod differential;
mod digests;
mod exact_sum;
mod expressions;
mod fetching;
mod figures;
mod forecast;
mod frames;
mod generator;
mod golden;
mod groups;
mod hand_cluster;
mod interpreter;
mod joins;
mod key_counts;
mod killing;
mod lab;
mod model;
mod oracle;
mod own_tables;
mod placement;
mod plans;
mod profiles;
mod reads;
mod rules;
mod samples;
mod scenario;
mod seeds;
mod session;
mod sorts;
mod stage_runner;
mod tidy;
mod timelines;
mod too_large;
mod unions;
