//! How many cores work at once. A browser may name more than there are: WebKit says 4 or 8 whatever the machine has.

use std::cell::Cell;

use futures_channel::oneshot;
use js_sys::Array;

use super::Pool;
use crate::browser::clock::BrowserClock;
use crate::browser::worker::SPIN;

/// Fewer are believed: a busy machine would be taken for a smaller one, and little is gained.
const FEWEST_DOUBTED: u32 = 4;
/// More are believed: so many workers are not started for this.
const MOST_DOUBTED: u32 = 16;
/// Rounds, of which the fastest counts: the others were disturbed.
const ROUNDS: u32 = 5;
/// One worker spins so long, and so many ticks of its clock.
const SPIN_MICROS: f64 = 15_000.0;
const SPIN_TICKS: f64 = 20.0;
/// Cores that share the work of a physical one slow each other by half; only more than that is held against what the browser says.
const DOUBTFUL_SHARE: f64 = 0.6;

thread_local! {
    static SEEN: Cell<Option<u32>> = const { Cell::new(None) };
}

impl Pool {
    /// The cores that the browser names, or fewer when so many workers that spin at once take much longer than one. It is
    /// measured once for the page.
    pub async fn cores(&self, claimed: u32) -> u32 {
        if !(FEWEST_DOUBTED..=MOST_DOUBTED).contains(&claimed) {
            return claimed;
        }
        if let Some(seen) = SEEN.get() {
            return seen;
        }
        let seen = self.measure_cores(claimed).await.unwrap_or(claimed);
        SEEN.set(Some(seen));
        seen
    }

    /// `None` where workers do not start or answer.
    async fn measure_cores(&self, claimed: u32) -> Option<u32> {
        let _turn = self.shared.turnstile.pass().await;
        self.start_workers(claimed).await.ok()?;
        let long = SPIN_MICROS.max(SPIN_TICKS * BrowserClock::tick_micros() as f64);
        let mut loops = 100_000.0;
        while self.spin(1, loops).await? < long {
            loops *= 2.0;
        }
        let (mut alone, mut together) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            alone = alone.min(self.spin(1, loops).await?);
            together = together.min(self.spin(claimed, loops).await?);
        }
        let seen = (f64::from(claimed) * alone / together).round().max(1.0);
        Some(if seen <= DOUBTFUL_SHARE * f64::from(claimed) { seen as u32 } else { claimed })
    }

    /// Lets the first workers spin at once; how long the slowest took, in microseconds.
    async fn spin(&self, count: u32, loops: f64) -> Option<f64> {
        let mut answers = Vec::new();
        for worker in self.shared.state.borrow_mut().workers.iter_mut().take(count as usize).flatten() {
            let (spinning, answer) = oneshot::channel();
            worker.answering = Some(spinning);
            worker.worker.post_message(&Array::of2(&SPIN.into(), &loops.into())).ok()?;
            answers.push(answer);
        }
        let mut slowest: f64 = 0.0;
        for answer in answers {
            slowest = slowest.max(answer.await.ok()?);
        }
        Some(slowest)
    }
}
