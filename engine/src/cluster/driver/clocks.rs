//! An executor's clock has an origin of its own. The driver finds out how it goes with its own clock by cause and effect:
//!
//! ```text
//!  driver    told ───────────────────────────────> heard
//!                 \                              /
//!  executor        ─> began ████████████ ended ─'        so   told - began  <=  shift  <=  heard - ended
//! ```
//!
//! Executors that read one clock, as threads and the workers of a browser do, need no shift, so 0 is taken wherever it lies
//! within the bounds. Otherwise it is the nearest bound: the clock is moved by as little as its messages ask for.

use std::ops::Range;

use super::super::WallMicros;

/// What has to be added to an executor's clock, as far as its messages say.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockBounds {
    least: i64,
    most: i64,
}

impl Default for ClockBounds {
    fn default() -> Self {
        ClockBounds { least: i64::MIN, most: i64::MAX }
    }
}

/// How an executor's clock goes with the driver's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockShift {
    /// What is added to a time of the executor's, in microseconds.
    pub shift_micros: i64,
    /// By how much the shift can be wrong at most, in microseconds; 0 for an executor that did nothing.
    pub error_micros: u64,
}

impl ClockBounds {
    /// Notes one piece of work: when the driver asked for it and heard of its end, and when the executor did it.
    pub(super) fn note(&mut self, asked: Range<WallMicros>, done: Range<WallMicros>) {
        let minus =
            |driver: WallMicros, executor: WallMicros| signed(driver).saturating_sub(signed(executor));
        self.least = self.least.max(minus(asked.start, done.start));
        self.most = self.most.min(minus(asked.end, done.end));
    }

    pub(super) fn shift(self) -> ClockShift {
        let ClockBounds { least, most } = self;
        if most == i64::MAX {
            return ClockShift::default();
        }
        // Bounds that contradict each other come from a clock that does not run as fast as the driver's.
        let shift_micros = if least > most { least.midpoint(most) } else { 0.clamp(least, most) };
        ClockShift { shift_micros, error_micros: least.abs_diff(most) }
    }
}

/// What an executor says is not to be trusted: a time past all numbers is the largest one.
fn signed(time: WallMicros) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

impl ClockShift {
    /// A time of the executor's as the time since `started` on the driver's clock; 0 if it is before that.
    pub fn since(self, time: WallMicros, started: WallMicros) -> WallMicros {
        let since = signed(time).saturating_add(self.shift_micros).saturating_sub(signed(started));
        WallMicros(u64::try_from(since).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift_of(works: &[(u64, u64, u64, u64)]) -> ClockShift {
        let mut bounds = ClockBounds::default();
        for &(told, heard, began, ended) in works {
            bounds.note(WallMicros(told)..WallMicros(heard), WallMicros(began)..WallMicros(ended));
        }
        bounds.shift()
    }

    #[test]
    fn a_clock_that_the_driver_reads_too_is_not_shifted() {
        let shift = shift_of(&[(100, 220, 105, 210), (220, 300, 230, 270)]);
        assert_eq!(shift, ClockShift { shift_micros: 0, error_micros: 15 });
    }

    #[test]
    fn a_clock_of_another_origin_is_shifted_until_no_work_begins_before_it_was_asked_for_or_ends_after_it_was_heard_of()
     {
        // The executor's clock is behind by 1,000.
        let shift = shift_of(&[(1_100, 1_220, 110, 200), (1_220, 1_300, 225, 290)]);
        assert_eq!(shift, ClockShift { shift_micros: 995, error_micros: 15 });
        assert_eq!(shift.since(WallMicros(110), WallMicros(1_100)), WallMicros(5));
        // Ahead by 1,000.
        assert_eq!(shift_of(&[(100, 220, 1_110, 1_200)]).shift_micros, -980);
    }

    #[test]
    fn an_executor_that_did_nothing_or_lies_gives_numbers_all_the_same() {
        assert_eq!(shift_of(&[]), ClockShift::default());
        let shift = shift_of(&[(5, 10, u64::MAX, 0), (0, u64::MAX, 0, u64::MAX)]);
        shift.since(WallMicros(u64::MAX), WallMicros(0));
        assert_eq!(ClockShift::default().since(WallMicros(3), WallMicros(9)), WallMicros(0));
    }
}
