//! Evidence: what was measured in a run, and the report made of it.

mod mean;
mod report;
pub mod skew;
mod subject;
mod timeline;

pub use crate::clock::{Phase, PhaseMicros};
pub use report::{
    Clock, ExchangeReport, ExecutorsReport, FetchReport, HotKey, JobExecutors, JobReport, PartitionsReport,
    REPORT_VERSION, ResultReport, ShuffleReport, SkewSummary, StageReport,
};
pub use timeline::{ExchangeSpan, MAX_MESSAGE_SPANS, MAX_TASK_SPANS, MessageSpan, TaskSpan, Timeline};
