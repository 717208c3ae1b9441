//! Which runs a page makes beside the one that was asked for.

use crate::parts::{Parts, Shown};
use crate::permalink::View;
use crate::questions::is_folded;

/// What of these runs somebody will see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The walls over workers, and the model that is tried on them.
    pub sweep: bool,
    /// The nearly empty exchanges.
    pub exchanges: bool,
    /// The load of each worker.
    pub loads: bool,
}

impl Needs {
    /// All of them: what a page shows that is opened all over.
    pub const ALL: Needs = Needs { sweep: true, exchanges: true, loads: true };

    /// What a mount shows: all views of a figure, and of the page those that are not folded away.
    pub fn of(parts: &Parts, view: View) -> Self {
        let is_seen = |shown| {
            let is_away = !view.embed && is_folded(shown) && !view.open.has(shown);
            parts.shows(shown) && !is_away
        };
        let sweep = [Shown::Verdict, Shown::WallClock, Shown::Exchange];
        Needs {
            sweep: sweep.into_iter().any(is_seen),
            exchanges: is_seen(Shown::Exchange),
            loads: is_seen(Shown::Load),
        }
    }
}

/// A sweep goes up to this many cores: on a large workstation it would last too long.
pub const MAX_SWEEP_CORES: u32 = 16;

/// The numbers of workers at which walls are measured: every one up to 4, then powers of two and the cores themselves.
pub fn sweep_points(cores: u32) -> Vec<u32> {
    let last = cores.clamp(1, MAX_SWEEP_CORES);
    (1..=last).filter(|&workers| workers <= 4 || workers.is_power_of_two() || workers == last).collect()
}

/// The numbers of workers at which a nearly empty exchange is measured. Such an exchange is message handling and not
/// computing, so its growth shows past the cores too: in Chromium on two cores an empty exchange took 0.15 ms and 6.8 us
/// for each of its W(W-1) messages. The chart still says how many cores there were.
pub fn exchange_points(workers: u32) -> Vec<u32> {
    let mut points = vec![2, 4, 8, 16];
    if workers > 16 {
        points.push(workers);
    }
    points
}
