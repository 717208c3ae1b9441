//! The scenarios that tests share: what there is to vary, and a fixed sample of the product.

use std::cell::Cell;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Action, Clock, Cluster, CollectPoint, Job, JobOutcome, RunSpec, WallMicros};
use shuffle_engine::random::Streams;
use shuffle_engine::scenario::{Skew, Tactics};

pub(crate) const SKEWS: [Skew; 6] = [
    Skew::Uniform {},
    Skew::Zipf { exponent: 1.1 },
    Skew::HotKey { share: 0.3 },
    Skew::Zipf { exponent: 0.0 },
    Skew::Zipf { exponent: 2.5 },
    Skew::HotKey { share: 0.95 },
];
pub(crate) const WORKERS: [u32; 5] = [1, 2, 3, 8, 64];
pub(crate) const FRACTIONS: [f64; 4] = [0.0, 0.001, 0.37, 1.0];

/// Sizes: how many rows and keys, in how many map and reduce partitions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) rows: u64,
    pub(crate) keys: u64,
    pub(crate) map_partitions: u32,
    pub(crate) reduce_partitions: u32,
}

/// Everyday, many batches in one map task, more maps than reduces, fewer, more partitions than rows, one row, one key.
pub(crate) const SHAPES: [Shape; 7] = [
    Shape { rows: 4_000, keys: 500, map_partitions: 7, reduce_partitions: 7 },
    Shape { rows: 18_000, keys: 300, map_partitions: 1, reduce_partitions: 32 },
    Shape { rows: 3_000, keys: 2_000, map_partitions: 32, reduce_partitions: 7 },
    Shape { rows: 2_500, keys: 40, map_partitions: 7, reduce_partitions: 1 },
    Shape { rows: 20, keys: 9, map_partitions: 32, reduce_partitions: 33 },
    Shape { rows: 1, keys: 3, map_partitions: 3, reduce_partitions: 2 },
    Shape { rows: 2_000, keys: 1, map_partitions: 5, reduce_partitions: 4 },
];

/// No tactic, each, and both.
pub(crate) fn tactics() -> [Tactics; 4] {
    let none = Tactics::default();
    [
        none,
        Tactics { combine: true, ..none },
        Tactics { salt: 5, ..none },
        Tactics { combine: true, salt: 8, ..none },
    ]
}

/// The job of a scenario that is valid.
pub(crate) fn job(scenario: &Scenario) -> Job {
    scenario.job().expect("a valid scenario")
}

/// The same, and all rows of the answer come to the driver.
pub(crate) fn collecting(job: Job) -> Job {
    let action = Action::Collect { of: CollectPoint::Result, memory_bytes: 4 << 30 };
    Job { run: RunSpec { action, ..job.run }, ..job }
}

/// A scenario of a shape, otherwise the default.
pub(crate) fn shaped(shape: Shape) -> Scenario {
    Scenario {
        rows: shape.rows,
        keys: shape.keys,
        map_partitions: shape.map_partitions,
        reduce_partitions: shape.reduce_partitions,
        ..Scenario::default()
    }
}

/// Draws from lists, always in the same order.
pub(crate) struct Draw {
    streams: Streams,
    next: u64,
}

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Draw { streams: Streams::new(seed), next: 0 }
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.streams.number("tests.draw", self.next)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.number() % end as u64) as usize
    }

    /// True in so many of a hundred draws.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.number() % 100 < percent
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A clock that stands still: for tests in which time does not matter.
pub(crate) struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> WallMicros {
        WallMicros(0)
    }
}

/// A cluster in one thread whose order of delivery a test has chosen.
pub(crate) struct Ordered(pub(crate) LocalCluster);

impl Cluster for Ordered {
    fn run(&mut self, job: &Job) -> shuffle_engine::Result<JobOutcome> {
        self.0.run(job, &Stopped)
    }
}

/// A clock that goes on by a microsecond each time somebody looks at it.
#[derive(Default)]
pub(crate) struct Ticking {
    now: Cell<u64>,
}

impl Clock for Ticking {
    fn now(&self) -> WallMicros {
        self.now.set(self.now.get() + 1);
        WallMicros(self.now.get())
    }
}
