//! The mean of several runs of one job, for clocks that are too coarse to time one.

use super::{JobReport, PhaseMicros};
use crate::cluster::WallMicros;

impl JobReport {
    /// The mean of the runs of one job: each time is the mean of theirs, all that is counted is the first run's. `None`
    /// of no run.
    ///
    /// A time that is read off a clock with a coarse tick is too long as often as it is too short, so the mean of many is
    /// right where each alone says 0 or 1 tick. A run in which tasks went to other executors than in the first counts by the
    /// executor's index all the same: that is a mean over executors that are alike. The timeline is the first run's, and says so.
    pub fn mean(runs: &[JobReport]) -> Option<JobReport> {
        let mut mean = runs.first()?.clone();
        let count = runs.len() as u64;
        let of = |part: &dyn Fn(&JobReport) -> u64| runs.iter().map(part).sum::<u64>().div_ceil(count);
        mean.wall_micros = of(&|run| run.wall_micros);
        for (at, phases) in mean.executors.phases.iter_mut().enumerate() {
            *phases = mean_phases(runs, |run| run.executors.phases.get(at));
        }
        for (at, busy) in mean.executors.busy_micros.iter_mut().enumerate() {
            *busy = mean.executors.phases.get(at).map_or(0, |phases| phases.busy().0);
        }
        for (waiting, busy) in mean.executors.waiting_micros.iter_mut().zip(&mean.executors.busy_micros) {
            *waiting = mean.wall_micros.saturating_sub(*busy);
        }
        for (id, stage) in mean.stages.iter_mut().enumerate() {
            if let Some(exchange) = &mut stage.exchange {
                exchange.micros = of(&|run| run.stages[id].exchange.as_ref().map_or(0, |it| it.micros));
            }
            for (at, busy) in stage.partitions.busy_micros.iter_mut().enumerate() {
                *busy = of(&|run| run.stages[id].partitions.busy_micros.get(at).copied().unwrap_or(0));
            }
            for (at, phases) in stage.executors.phases.iter_mut().enumerate() {
                *phases = mean_phases(runs, |run| run.stages[id].executors.phases.get(at));
            }
            for (busy, phases) in stage.executors.busy_micros.iter_mut().zip(&stage.executors.phases) {
                *busy = phases.busy().0;
            }
        }
        if let Some(timeline) = &mut mean.timeline {
            timeline.runs = runs.len() as u32;
        }
        Some(mean)
    }
}

fn mean_phases<'a>(
    runs: &'a [JobReport],
    of: impl Fn(&'a JobReport) -> Option<&'a PhaseMicros>,
) -> PhaseMicros {
    let mut sum = PhaseMicros::default();
    runs.iter().filter_map(of).for_each(|phases| sum.merge(phases));
    let count = runs.len().max(1) as u64;
    // Rounded down, so that an executor's phases are never more than its wall, which is rounded up.
    let mean = |micros: WallMicros| WallMicros(micros.0 / count);
    PhaseMicros {
        compute: mean(sum.compute),
        write: mean(sum.write),
        transfer: mean(sum.transfer),
        read: mean(sum.read),
    }
}
