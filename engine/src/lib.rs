//! # The life of a scenario
//!
//! A [`Scenario`] goes in: how many rows, how skewed, what to compute, on how many workers. It becomes a
//! [`plan`], which is cut into stages at every exchange. A [`cluster`] of executors runs the stages: each
//! task generates its partition of the [`dataset`] or reads its blocks of a [`shuffle`], pushes batches of
//! [`columnar`] data through [`operator`]s, and writes blocks or results. What was counted and measured
//! comes back as [`metrics`]; the [`model`] says what it would have taken elsewhere.
//!
//! ```text
//! Scenario -> LogicalPlan -> Optimizer -> PhysicalPlan -> StageGraph -> Job -> Driver <-> Executors -> JobReport
//! ```
//!
//! To ask questions of your own, begin with [`frame`]: a lazy data frame, and the story of what becomes of one.
//!
//! The crate knows no browser, no clock and no operating system's randomness: whoever runs it passes a
//! [`cluster::Clock`]. So one code runs in a page's worker, in a native thread and in a test.
//!
//! ```
//! use shuffle_engine::{Scenario, cluster::{Clock, WallMicros, local::LocalCluster}, metrics::JobReport};
//!
//! struct Stopped;
//! impl Clock for Stopped {
//!     fn now(&self) -> WallMicros { WallMicros(0) }
//! }
//!
//! let scenario = Scenario { rows: 1_000, keys: 10, workers: 3, ..Scenario::default() };
//! let outcome = LocalCluster::new(7).run(&scenario.job()?, &Stopped)?;
//! assert_eq!(JobReport::new(&outcome).result.rows, 10);
//! # Ok::<(), shuffle_engine::EngineError>(())
//! ```

#![forbid(unsafe_code)]

mod clock;
pub mod cluster;
pub mod columnar;
pub mod dataset;
pub mod error;
pub mod estimate;
pub mod explain;
pub mod frame;
pub mod metrics;
pub mod model;
pub mod operator;
pub mod plan;
pub mod random;
pub mod room;
pub mod scenario;
pub mod shuffle;

pub use error::{EngineError, Result};
pub use metrics::JobReport;
pub use scenario::Scenario;
