//! Where no worker can start, the page runs the same engine in its own thread, a few milliseconds at a time.

use std::cell::RefCell;

use shuffle_engine::EngineError;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Job, JobOutcome, Progress};

use super::clock::BrowserClock;
use super::task::{CancelToken, in_slices};

/// The cluster in the page's own thread.
#[derive(Debug)]
pub(super) struct Alone {
    cluster: RefCell<LocalCluster>,
}

impl Alone {
    pub(super) fn new() -> Self {
        Alone { cluster: RefCell::new(LocalCluster::new(0)) }
    }

    pub(super) async fn run(
        &self,
        job: &Job,
        on_progress: &dyn Fn(Progress),
        cancel: &CancelToken,
    ) -> Result<JobOutcome, EngineError> {
        let mut run = self.cluster.borrow_mut().begin(job, &BrowserClock);
        let mut shown = Progress::default();
        in_slices(|| {
            if cancel.is_set() {
                return Some(Err(EngineError::Cancelled));
            }
            let outcome = self.cluster.borrow_mut().deliver_one(&mut run, &BrowserClock);
            if run.progress() != shown {
                shown = run.progress();
                on_progress(shown);
            }
            outcome
        })
        .await
    }
}
