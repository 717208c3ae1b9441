//! What a reader is looking at, and the work that keeps it true.
//!
//! `shuffle_view::state::RunState` is plain data with one function, `apply`; [`Session`] holds it in a signal and does the
//! work: after every change it runs the scenario, then the run without tactics (to prove that the answer stayed), a
//! sweep over the workers that this machine has cores for, and a calibration of the model.

mod api;
#[cfg(feature = "hooks")]
mod bench;
mod explain;
mod notes;
pub mod script;
#[expect(clippy::module_inception, reason = "the session itself")]
mod session;
mod sweep;
mod work;

pub use api::install as install_script_interface;
pub use session::{Session, Start, Told};
