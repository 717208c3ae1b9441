//! What each rule of the optimizer saves, measured with real runs: the plan as written and with one more rule each, in
//! turns, so that a slow moment of the machine meets all of them.

use shuffle_engine::explain::{Explanation, RUNS, variants};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::{EngineError, Scenario};

use super::notes;
use super::session::Session;
use super::work::{Begin, Stop, Work};
use crate::browser::RunOptions;
use shuffle_view::state::{Activity, Failure, RunEvent, Savings};

impl Session {
    /// Measures what each rule saves. What it interrupts is done afterwards.
    pub fn explain_again(&self) {
        let was_busy = self.is_busy();
        self.work(async move |work| {
            work.explain().await?;
            if was_busy { work.do_all(Begin::GoOn).await } else { Ok(()) }
        });
    }

    /// Runs every variant of the scenario's plan. `progress` hears how many runs of how many are done, and may end it.
    pub(super) async fn explain<E: From<EngineError>>(
        &self,
        scenario: &Scenario,
        options: RunOptions,
        progress: impl AsyncFn(u32, u32) -> Result<(), E>,
    ) -> Result<Savings, E> {
        let variants = variants(scenario)?;
        let mut reports: Vec<Vec<JobReport>> = vec![Vec::new(); variants.len()];
        let mut notes: Vec<String> = Vec::new();
        let total = (variants.len() * (RUNS + 1)) as u32;
        let mut done = 0;
        for turn in 0..=RUNS {
            for (variant, reports) in variants.iter().zip(&mut reports) {
                progress(done, total).await?;
                let finished = self.pool().run(variant.job.clone(), options.clone()).await?;
                done += 1;
                // The first turn warms up.
                if turn > 0 {
                    reports.push(JobReport::new(&finished.outcome));
                    for note in notes::sentences(&finished.notes) {
                        if !notes.contains(&note) {
                            notes.push(note);
                        }
                    }
                }
            }
        }
        Ok(Savings { explanation: Explanation::new(scenario, &variants, &reports)?, notes })
    }
}

impl Work {
    async fn explain(&self) -> Result<(), Stop> {
        let scenario = self.scenario();
        let announce = async |done, total| {
            self.check()?;
            self.announce(Activity::Explaining { done, total }).await
        };
        let savings = match self.session.explain(&scenario, self.quiet(), announce).await {
            Err(Stop::Stale) => return Err(Stop::Stale),
            Err(Stop::Failed(error)) => Err(Failure::from(error)),
            Ok(savings) => Ok(savings),
        };
        self.show(RunEvent::Explained(Box::new(savings)))
    }
}
