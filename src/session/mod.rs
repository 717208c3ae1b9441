//! What a reader is looking at, and the work that keeps it true.
//!
//! [`RunState`] is plain data with one function, [`RunState::apply`]; [`Session`] holds it in a signal and does the
//! work: after every change it runs the scenario, then the run without tactics (to prove that the answer stayed), a
//! sweep over the workers that this machine has cores for, and a calibration of the model.

mod api;
mod bench;
mod demand;
mod explain;
mod model_view;
mod scope;
mod state;
mod sweep;
mod table;
mod verdict;
mod work;

pub use api::install as install_script_interface;
pub use demand::{MAX_SWEEP_CORES, exchange_points, sweep_points};
pub use scope::{check_runs_here, unmodelled};
pub use state::{
    Activity, ExchangePoint, Failure, Measurement, ModelAccuracy, ModelConstant, ModelPoint, ModelView,
    Notice, RunEvent, RunState, Savings, SweepPoint,
};
pub use table::RowTable;
pub use verdict::{Verdict, verdict};
pub use work::Session;
