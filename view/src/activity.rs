//! What a session is doing.

/// What is being done. It changes with every task that ends, so it is no part of [`RunState`](crate::state::RunState): whoever shows the results
/// need not look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// The scenario runs.
    Running {
        /// Tasks that ended.
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
        /// Points in all.
        total: u32,
    },
    /// Short runs for the model.
    Calibrating {
        /// Runs made.
        done: u32,
        /// Runs in all.
        total: u32,
    },
    /// The plan runs with fewer and more rules.
    Explaining {
        /// Runs made.
        done: u32,
        /// Runs in all.
        total: u32,
    },
}
