//! What tests break a pool with, and what benchmarks set about it. It is in no page that is published.

use futures_channel::oneshot;
use js_sys::Array;

use super::Pool;
use crate::browser::worker::{MEMORY, MISBEHAVE};

impl Pool {
    /// A pool whose workers keep what they scan and scan it from memory the next time.
    pub fn keeping_scans() -> Self {
        Pool::with_scans(true)
    }

    /// Changes how long workers are kept that nobody needs.
    pub fn rest_after(&self, millis: i32) {
        self.shared.rest_millis.set(millis);
    }

    /// Ends a worker without telling anybody, as the browser may.
    pub fn kill(&self, id: u32) {
        if let Some(Some(worker)) = self.shared.state.borrow().workers.get(id as usize) {
            worker.worker.terminate();
        }
    }

    /// Makes a worker `panic`, `loop` for ever or fill its `memory`.
    pub fn misbehave(&self, id: u32, how: &str) {
        if let Some(Some(worker)) = self.shared.state.borrow().workers.get(id as usize) {
            // A worker that is gone cannot be made worse.
            let _ = worker.worker.post_message(&Array::of2(&MISBEHAVE.into(), &how.into()));
        }
    }

    /// How large the memory of each worker has grown, in bytes; of those that live.
    pub async fn memory_bytes(&self) -> Vec<f64> {
        let mut answers = Vec::new();
        for worker in self.shared.state.borrow_mut().workers.iter_mut().flatten() {
            let (measuring, answer) = oneshot::channel();
            worker.answering = Some(measuring);
            if worker.worker.post_message(&Array::of1(&MEMORY.into())).is_ok() {
                answers.push(answer);
            }
        }
        let mut bytes = Vec::new();
        for answer in answers {
            bytes.extend(answer.await);
        }
        bytes
    }
}
