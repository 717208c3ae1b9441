//! The digests that `tests/web/digests.rs` compares wasm with are those of native code.

use std::fmt::Write as _;

use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::link;

use crate::samples::job;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/digests.txt");

#[test]
fn the_golden_digests_are_those_of_native_threads() {
    let golden = std::fs::read_to_string(GOLDEN).expect("tests/golden/digests.txt can be read");
    let mut computed = String::new();
    for line in golden.lines() {
        let text = line.split(' ').next().expect("a link comes first");
        let scenario = link::decode_strict(text).expect("golden links are valid");
        let outcome = ThreadCluster::new(scenario.workers).run(&job(&scenario), |_| {}).expect("it runs");
        let result = JobReport::new(&outcome).result;
        writeln!(computed, "{text} {} {}", result.rows, result.digest).expect("a String takes every write");
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &computed).expect("tests/golden/digests.txt can be written");
    }
    assert_eq!(computed, golden);
}
