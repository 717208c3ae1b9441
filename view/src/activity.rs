//! What a session is doing.

/// What is being done. It changes with every task that ends, so it is no part of [`RunState`](crate::state::RunState): whoever shows the results
/// need not look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activity {
    /// The session does nothing.
    #[default]
    Idle,
    /// The scenario that the controls show runs.
    Running {
        /// The number of tasks that have ended.
        done: u32,
        /// Tasks in all; 0 while workers start.
        total: u32,
    },
    /// The same without tactics, to compare.
    Comparing,
    /// The workers are swept.
    Sweeping {
        /// Points that were measured.
        done: u32,
        /// The number of points that the sweep has.
        total: u32,
    },
    /// Short runs for the model.
    Calibrating {
        /// The number of runs that were made.
        done: u32,
        /// The number of runs that will be made.
        total: u32,
    },
    /// The plan runs with fewer and more rules.
    Explaining {
        /// The number of runs that were made.
        done: u32,
        /// The number of runs that will be made.
        total: u32,
    },
}
