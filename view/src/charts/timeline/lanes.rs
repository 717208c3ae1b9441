//! Where a time and a worker are on the chart.

use super::super::canvas::Rect;

/// Lanes as high as this are as easy to tell apart as any.
const MAX_LANE_PX: f64 = 36.0;
/// Lanes lower than this show several workers each, since nobody could tell them apart.
const MIN_LANE_PX: f64 = 3.0;

/// What stands above and below the lanes, about: title, facts, legend, names of stages, axis.
const AROUND_PX: u32 = 110;

/// The height of the chart for a number of workers, in CSS pixels. A narrow chart breaks its legend into more lines.
pub fn height_px(workers: usize, width_px: u32) -> u32 {
    let lane_px = match workers {
        0..=8 => 28,
        9..=16 => 18,
        17..=32 => 11,
        _ => 7,
    };
    let legend = match width_px {
        0..=299 => 112,
        300..=479 => 32,
        _ => 8,
    };
    AROUND_PX + legend + (lane_px * workers.max(2) as u32).min(560)
}

/// Where the lanes stand. Times are microseconds since the run's start, lengths CSS pixels of the viewBox.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lanes {
    /// Left end of the axis of time.
    pub left: f64,
    /// Top of the first lane.
    pub top: f64,
    /// Length of the axis of time.
    pub width: f64,
    /// Height of all lanes.
    pub height: f64,
    /// From the top of a lane to the top of the next.
    pub pitch: f64,
    /// How many workers share a lane.
    pub workers_per_lane: usize,
    /// The number of workers, each of which has a lane.
    pub workers: usize,
    /// The times at both ends of the axis.
    pub window: (u64, u64),
}

impl Lanes {
    pub(super) fn new(region: Rect, workers: usize, window: (u64, u64)) -> Self {
        let fits = (region.h / MIN_LANE_PX).floor().max(1.0) as usize;
        let workers_per_lane = workers.div_ceil(fits).max(1);
        let count = workers.div_ceil(workers_per_lane).max(1);
        let pitch = (region.h / count as f64).min(MAX_LANE_PX);
        Lanes {
            left: region.x,
            top: region.y,
            width: region.w,
            height: pitch * count as f64,
            pitch,
            workers_per_lane,
            workers,
            window,
        }
    }

    /// Place of a time, which may be outside of what is looked at.
    pub fn x_of(&self, micros: u64) -> f64 {
        let (from, to) = self.window;
        let length = to.saturating_sub(from).max(1) as f64;
        self.left + (micros as f64 - from as f64) / length * self.width
    }

    /// The middle of a worker's lane.
    pub fn y_of(&self, worker: u32) -> f64 {
        let lane = worker as usize / self.workers_per_lane;
        self.top + (lane as f64 + 0.5) * self.pitch
    }

    pub(super) fn lane_count(&self) -> usize {
        self.workers.div_ceil(self.workers_per_lane)
    }

    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Height of a bar: the lane without the space that keeps neighbours apart.
    pub(super) fn bar_px(&self) -> f64 {
        if self.pitch >= 10.0 { self.pitch * 0.72 } else { self.pitch - 1.0 }
    }

    /// A worker's bar between two times, as far as it is looked at; `None` where nothing of it is.
    pub(super) fn bar(&self, worker: u32, begin: u64, end: u64) -> Option<Rect> {
        let (left, right) = (self.x_of(begin).max(self.left), self.x_of(end).min(self.right()));
        let (height, is_seen) = (self.bar_px(), begin <= self.window.1 && end >= self.window.0);
        is_seen.then(|| Rect::new(left, self.y_of(worker) - height / 2.0, (right - left).max(0.0), height))
    }
}
