//! # Questions about rows, and where their answers come from
//!
//! Suppose that a million prompts have been scored, and somebody asks: *which English prompts have the best score, and
//! how often was each of them scored?* In the words of this module:
//!
//! ```
//! use shuffle_engine::Scenario;
//! use shuffle_engine::frame::{Context, col, count, lit, max, scan};
//!
//! let popular = scan("prompts")
//!     .filter(col("language").eq(lit("en")))
//!     .group_by([col("prompt_hash")])
//!     .agg([count(), max(col("score")).alias("best")])
//!     .filter(col("count").gt(lit(10)));
//! # let scenario = Scenario { rows: 5_000, keys: 200, workers: 3, ..Scenario::default() };
//! let mut context = Context::local(scenario)?;
//! assert!(popular.count(&mut context)? > 0);
//! # Ok::<(), shuffle_engine::EngineError>(())
//! ```
//!
//! Five calls, and until `count(&mut context)` not one of them has looked at a row.
//!
//! ## A plan is a promise
//!
//! [`scan`], [`DataFrame::filter`] and their like only write down what is wanted: a [plan](crate::plan::LogicalPlan), which
//! is a tree you can print. It says nothing about workers or partitions, and it is checked as it is written, so a slip
//! is found before anything runs, by name:
//!
//! ```
//! use shuffle_engine::frame::{col, lit, scan};
//!
//! let slip = scan("prompts").filter(col("lang").eq(lit("en")));
//! assert_eq!(
//!     slip.plan().unwrap_err().to_string(),
//!     "there is no column \"lang\"; there are prompt_id Int64, prompt_hash Int64, language Utf8, text Utf8, score Float64",
//! );
//! let slip = scan("prompts").filter(col("score").contains("x").and(lit(true)));
//! assert_eq!(slip.plan().unwrap_err().to_string(), "column \"score\" is Float64, but contains works on Utf8");
//! ```
//!
//! ## Narrow and wide
//!
//! A filter can look at one row and decide. So can a projection, a sample, a split into words: rows stay where they are, and
//! every worker minds its own. These steps are *narrow*, and a thousand of them cost no message.
//!
//! To group by a key is another matter. Rows with one key were made by every worker, and to be counted they have to
//! *meet*: each worker cuts its rows into one block for every place where rows of a key can meet, and sends every
//! other worker the blocks that are its. That is a *shuffle*. [`DataFrame::group_by`], [`DataFrame::distinct`],
//! [`DataFrame::dedup`], [`DataFrame::join`], [`DataFrame::repartition`] and [`DataFrame::sort`] are *wide*: each of them means
//! one, or two for a join. A sort brings together not the rows of one key but those of one range of values.
//!
//! ## Somebody else reads the plan first
//!
//! Since nothing has run, the plan can still be changed, as long as its answer stays. The
//! [optimizer](crate::plan::optimizer) is a list of small rules that do nothing else. This is what they make of the question
//! above:
//!
//! ```
//! # use shuffle_engine::Scenario;
//! # use shuffle_engine::frame::{Context, col, count, lit, max, scan};
//! # let popular = scan("prompts")
//! #     .filter(col("language").eq(lit("en")))
//! #     .group_by([col("prompt_hash")])
//! #     .agg([count(), max(col("score")).alias("best")])
//! #     .filter(col("count").gt(lit(10)));
//! # let context = Context::local(Scenario::default())?;
//! let planned = context.plan(&popular)?;
//! assert_eq!(planned.logical.to_string(), "\
//! Filter count > 10
//!   Aggregate by prompt_hash [count(*) as count, max(score) as best]
//!     Filter language = 'en'
//!       Scan prompts [*]
//! ");
//! assert_eq!(planned.optimized.plan.to_string(), "\
//! Filter count > 10
//!   Aggregate by prompt_hash [count(*) as count, max(score) as best], combined before the exchange
//!     Scan prompts [prompt_hash, score] where language = 'en'
//! ");
//! # Ok::<(), shuffle_engine::EngineError>(())
//! ```
//!
//! The texts of the prompts, most of their bytes, are now never made: nobody reads them. The language is read while rows
//! are being made, and a row that is not English is not finished. And every worker counts its own rows first, so that
//! of each key it sends one row and not all. `lab explain` runs the plan before and after every rule and prints what each
//! of them has saved.
//!
//! ## Actions
//!
//! Four calls make a plan run.
//!
//! - [`DataFrame::write`] leaves the rows with the workers, as writing to files would, and reports.
//! - [`DataFrame::count`] brings back one number.
//! - [`DataFrame::show`] brings back a few rows. It runs one partition, looks whether that was enough, then runs four
//!   times as many, and so on. So it is quick on the largest data, and says how many partitions it took.
//! - [`DataFrame::collect`] brings back everything to the one machine that asked. That is how clusters are brought down:
//!   what a hundred workers hold does not fit into one. Here there is a limit, and it is looked at before a row is sent:
//!
//! ```
//! use shuffle_engine::{EngineError, Scenario};
//! use shuffle_engine::frame::{Context, scan};
//!
//! # let scenario = Scenario { rows: 5_000, keys: 200, workers: 3, ..Scenario::default() };
//! let mut context = Context::local(scenario)?.with_driver_memory(100_000);
//! let refused = scan("prompts").collect(&mut context);
//! assert!(matches!(refused, Err(EngineError::OutOfMemory { needed_bytes: 400_000.., limit_bytes: 100_000 })));
//!
//! let shown = scan("prompts").limit(5).show(&mut context)?;
//! assert_eq!((shown.row_count(), shown.tasks_run), (5, 1));
//! # Ok::<(), shuffle_engine::EngineError>(())
//! ```
//!
//! ## Where to go from here
//!
//! [`crate::plan`] follows a plan from these calls down to stages of tasks; [`crate::operator`] is where rows are
//! really touched, one file an operator; [`crate::shuffle`] cuts them into blocks; [`crate::cluster`] makes many workers do it
//! at once. The seven pipelines of the page, [`queries`], are written in the words of this module.

mod computed;
mod context;
mod data_frame;
mod grouping;
pub mod queries;
mod shown;
mod sorting;

pub use context::{Context, Setup};
pub use queries::Query;

pub use crate::plan::{Expr, JoinKind, coalesce, col, lit, null, when};
pub use data_frame::{DataFrame, scan};
pub use grouping::{
    AggregateExpr, GroupedFrame, avg, count, count_distinct, count_of, highest, lowest, max, min, sum,
};
pub use shown::Shown;
pub use sorting::SortExpr;
