//! What a clock can tell: how often a short run is repeated so that its time is more than the clock's tick.

use crate::words;

/// A measurement lasts at least so many ticks, so that reading the clock costs it 5 % at most.
const TICKS: u64 = 20;
/// A run is repeated so often at most: a reader waits for it.
const MOST_RUNS: u64 = 8;
/// With such a tick the model's short runs would have to be repeated hundreds of times.
pub const TOO_COARSE_MICROS: u64 = 20_000;
/// A clock that ticks at this or more seldom is told of: Firefox and WebKit tick at 1,000.
const WORTH_TELLING_MICROS: u64 = 500;

/// How often a run of this wall is made for one measurement, by a clock of this tick.
pub fn runs_for(wall_micros: u64, tick_micros: u64) -> u64 {
    (TICKS * tick_micros).div_ceil(wall_micros.max(tick_micros / 2).max(1)).clamp(1, MOST_RUNS)
}

/// What a reader of measured times has to know of the clock, if it is anything.
pub fn note(tick_micros: u64) -> Option<String> {
    let tick = crate::charts::units::micros(tick_micros);
    if tick_micros >= TOO_COARSE_MICROS {
        return Some(words::clock::too_coarse(&tick));
    }
    (tick_micros >= WORTH_TELLING_MICROS).then(|| words::clock::repeated(&tick))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fine_clock_needs_one_run_and_a_coarse_one_as_many_as_make_twenty_ticks() {
        assert_eq!(runs_for(5_000, 100), 1);
        assert_eq!(runs_for(200_000, 1_000), 1);
        assert_eq!(runs_for(5_000, 1_000), 4);
        assert_eq!(runs_for(0, 1_000), 8, "a run of less than a tick");
        assert_eq!((note(100), note(1_000).is_some(), note(100_000).is_some()), (None, true, true));
    }
}
