//! The estimate of memory beside what runs really hold: their heap, and the blocks of each executor.
//!
//! And runs to which memory is refused (`refusing`).
//!
//! A binary of its own, because its allocator counts every allocation: no other test should pay for that.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use shuffle_engine::cluster::JobOutcome;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::estimate::{MemoryEstimate, WASM_LIMIT_BYTES, estimate};
use shuffle_engine::frame::{Context, DataFrame, scan};
use shuffle_engine::scenario::{Query, Skew, Tactics};
use shuffle_engine::{EngineError, Scenario};

mod refuse;
mod refusing;
#[path = "../native/samples.rs"]
#[allow(dead_code, reason = "the native tests share more of the samples than is wanted here")]
mod samples;

use samples::{Draw, FRACTIONS, SHAPES, SKEWS, Stopped, job, shaped, tactics};

/// Counts the bytes that each thread holds: a test's cluster runs in the test's own thread.
struct Counting;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static MOST: Cell<i64> = const { Cell::new(0) };
}

fn count(bytes: i64) {
    // A thread that ends frees what it has left after its counters are gone: nobody asks any more.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(held.get())));
    });
}

// SAFETY: every call goes to the system's allocator as it came, or is refused as an allocator may.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refuse::refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        count(layout.size() as i64);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn estimated(scenario: &Scenario) -> MemoryEstimate {
    estimate(&job(scenario))
}

/// Runs in this thread; the most bytes that were held at a time, of all executors together.
fn run(scenario: &Scenario) -> (JobOutcome, u64) {
    let before = HELD.get();
    MOST.set(before);
    let mut cluster = LocalCluster::new(1);
    let outcome = cluster.run(&job(scenario), &Stopped).expect("it runs");
    (outcome, (MOST.get() - before) as u64)
}

/// The generator's tables, and a batch of whole prompts a few times over.
const FEW_BATCHES_BYTES: u64 = 12 << 20;

/// A size at which rows decide and not what every run has.
fn large(query: Query, skew: Skew, workers: u32) -> Scenario {
    Scenario { rows: 400_000, keys: 30_000, query, skew, workers, ..Scenario::default() }
}

#[test]
fn the_estimate_of_one_executor_is_above_its_heap_and_within_three_times_of_it() {
    let mut broken = Vec::new();
    for (turn, query) in Query::ALL.into_iter().enumerate() {
        for (at, skew) in [SKEWS[0], SKEWS[1], SKEWS[2], SKEWS[5]].into_iter().enumerate() {
            // Every tactic without skew, one of them with each skew: together all pairs.
            let some = if at == 0 { tactics().to_vec() } else { vec![tactics()[(turn + at) % 4]] };
            for tactics in some {
                let scenario = Scenario { tactics, ..large(query, skew, 1) };
                let (_, held) = run(&scenario);
                let bytes = estimated(&scenario).per_executor_bytes;
                let ratio = bytes as f64 / held as f64;
                println!("{query:?} {skew:?} {tactics:?}: {bytes} for {held}, {ratio:.2}");
                // A narrow run holds a few batches, of which a filter that the scan hears may leave any part.
                let is_small = query == Query::Narrow && bytes < FEW_BATCHES_BYTES;
                if ratio < 1.0 || (ratio > 3.0 && !is_small) {
                    broken.push(format!("{query:?} {skew:?} {tactics:?}: {bytes} for {held}, {ratio:.2}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_estimates_of_several_executors_are_together_above_their_heap() {
    for query in Query::ALL {
        for workers in [2, 5] {
            let scenario = large(query, Skew::Zipf { exponent: 1.1 }, workers);
            let (_, held) = run(&scenario);
            let bytes = estimated(&scenario).per_executor_bytes * u64::from(workers);
            assert!(bytes >= held, "{query:?} on {workers}: {bytes} for {held}");
        }
    }
}

#[test]
fn the_estimate_is_above_the_blocks_of_every_executor() {
    for query in Query::ALL {
        for skew in SKEWS {
            let scenario = Scenario { rows: 100_000, ..large(query, skew, 8) };
            let (outcome, _) = run(&scenario);
            let bytes = estimated(&scenario).per_executor_bytes;
            for executor in 0..8 {
                let blocks = most_blocks(&outcome, executor);
                assert!(bytes >= blocks, "{query:?} {skew:?}: {bytes} for {blocks} of executor {executor}");
            }
        }
    }
}

/// The most bytes of blocks that an executor had after an exchange: its own and those of the others.
fn most_blocks(outcome: &JobOutcome, executor: u32) -> u64 {
    let own_of = |exchange: &shuffle_engine::cluster::ExchangeRecord| -> u64 {
        let shuffles = outcome.graph.stage(exchange.stage).shuffles_read();
        let writers: Vec<u32> = shuffles.iter().map(|&shuffle| outcome.graph.writer_of(shuffle).id).collect();
        let tasks = outcome.tasks.iter().filter(|record| record.executor == executor);
        tasks
            .filter(|record| writers.contains(&record.done.task.stage))
            .flat_map(|record| &record.done.written_bytes)
            .sum()
    };
    let received_of = |exchange: &shuffle_engine::cluster::ExchangeRecord| -> u64 {
        let from = exchange.executors[executor as usize].bytes_from.iter().enumerate();
        from.filter(|(peer, _)| *peer != executor as usize).map(|(_, bytes)| bytes).sum()
    };
    outcome.exchanges.iter().map(|exchange| own_of(exchange) + received_of(exchange)).max().unwrap_or(0)
}

#[test]
fn the_estimate_is_above_the_heap_for_scenarios_of_every_shape() {
    let mut draw = Draw::new(11);
    for shape in SHAPES {
        for query in Query::ALL {
            let scenario = Scenario {
                query,
                skew: draw.one_of(&SKEWS),
                shuffle_fraction: draw.one_of(&FRACTIONS),
                workers: draw.one_of(&[1, 2, 3]),
                tactics: draw.one_of::<Tactics>(&tactics()),
                ..shaped(shape)
            };
            let (_, held) = run(&scenario);
            let bytes = estimated(&scenario).per_executor_bytes * u64::from(scenario.workers);
            assert!(bytes >= held, "{bytes} for {held}: {scenario:?}");
        }
    }
}

#[test]
fn the_estimate_grows_with_rows_and_shrinks_with_workers() {
    for query in Query::ALL {
        let scenario = large(query, Skew::Uniform {}, 4);
        let of = |scenario: &Scenario| estimated(scenario).per_executor_bytes;
        let ten_times = Scenario { rows: 4_000_000, ..scenario.clone() };
        let more_workers = Scenario { workers: 16, ..scenario.clone() };
        assert!(of(&ten_times) > of(&scenario), "{query:?}");
        assert!(of(&more_workers) <= of(&scenario), "{query:?}");
    }
}

#[test]
fn the_largest_moment_adds_up() {
    let estimate = estimated(&large(Query::Join, Skew::Uniform {}, 4));
    assert_eq!(estimate.largest.bytes(), estimate.per_executor_bytes);
    assert_eq!(estimate.largest.stage, 2, "a join holds most while it joins: {estimate:?}");
}

#[test]
fn a_run_that_does_not_fit_is_refused_with_both_numbers() {
    let words = large(Query::WordCount, Skew::Uniform {}, 1);
    let most = Scenario { rows: 20_000_000, map_partitions: 1, ..words };
    let estimate = estimated(&most);
    let refused = estimate.check(WASM_LIMIT_BYTES).map_err(|error| error.to_string());
    let sentence = format!(
        "out of memory: {} bytes are needed, {WASM_LIMIT_BYTES} bytes may be used",
        estimate.per_executor_bytes
    );
    assert_eq!(refused, Err(sentence), "the words of twenty million texts do not fit one task");
    assert_eq!(estimated(&Scenario::default()).check(WASM_LIMIT_BYTES), Ok(()), "the lesson does");
}

#[test]
fn a_job_that_cannot_fit_its_executors_is_never_made() {
    let scenario = large(Query::DedupBest, Skew::Uniform {}, 4);
    let fits = job(&scenario);
    let needed_bytes = estimate(&fits).per_executor_bytes;
    let refused = fits.clone().within(needed_bytes - 1).expect_err("a byte too little");
    assert_eq!(refused, EngineError::OutOfMemory { needed_bytes, limit_bytes: needed_bytes - 1 });
    let just = fits.within(needed_bytes).expect("just enough");
    // One executor has the blocks of all.
    let alone = just.clone().on(1).expect_err("one executor needs more than each of four");
    assert!(matches!(alone, EngineError::OutOfMemory { limit_bytes, .. } if limit_bytes == needed_bytes));
    just.on(16).expect("each of sixteen needs less");
}

#[test]
fn a_plan_that_cannot_fit_the_executors_of_a_context_does_not_run() {
    let scenario = Scenario { rows: 200_000, ..large(Query::DedupBest, Skew::Uniform {}, 2) };
    let context = || Context::local(scenario.clone()).expect("a valid scenario");
    let moved = scan("prompts").repartition(["prompt_id"]);
    let refused =
        moved.write(&mut context().with_executor_memory(2 << 20)).expect_err("2 MiB are too little");
    assert!(matches!(
        refused,
        EngineError::OutOfMemory { needed_bytes: 2_097_153.., limit_bytes: 2_097_152 }
    ));
    assert_eq!(moved.count(&mut context().with_executor_memory(1 << 30)), Ok(200_000));
}

#[test]
fn the_estimate_of_a_sort_is_above_its_heap_and_within_three_times_of_it() {
    for skew in [Skew::Uniform {}, Skew::HotKey { share: 0.5 }] {
        let scenario = large(Query::Repartition, skew, 1);
        let context = Context::local(scenario.clone()).expect("a valid scenario");
        for keys in [["prompt_hash", "prompt_id"], ["text", "language"]] {
            let planned = context.plan(&scan("prompts").sort(keys)).expect("a good plan");
            let job = scenario.job_of(planned).expect("no limit natively");
            let estimated = estimate(&job).per_executor_bytes;
            let before = HELD.get();
            MOST.set(before);
            LocalCluster::new(1).run(&job, &Stopped).expect("it runs");
            let held = (MOST.get() - before) as u64;
            assert!(
                held <= estimated && estimated <= 3 * held,
                "{held} bytes, {estimated} estimated by {keys:?}"
            );
        }
    }
}

#[test]
fn a_union_is_estimated_with_the_rows_of_both_inputs() {
    let scenario = large(Query::DedupBest, Skew::Uniform {}, 1);
    let context = Context::local(scenario.clone()).expect("a valid scenario");
    let bytes = |frame: DataFrame| {
        let planned = context.plan(&frame.repartition(["prompt_hash"])).expect("a good plan");
        estimate(&scenario.job_of(planned).expect("no limit natively")).per_executor_bytes as f64
    };
    let one = bytes(scan("prompts"));
    let both = bytes(scan("prompts").union(scan("prompts")));
    assert!((1.6..2.4).contains(&(both / one)), "{both} bytes for twice the rows of {one}");
}
