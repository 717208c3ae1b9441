//! The same scenario has the same answer natively and in wasm: `tests/golden/digests.txt` was written natively, and
//! `tests/native/digests.rs` holds it to what native code computes.

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::link;
use shuffle_lab::browser::Pool;
use shuffle_lab::browser::clock::BrowserClock;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{job, report_of};

/// A link, the answer's rows and its digest, a line each.
fn golden() -> impl Iterator<Item = (&'static str, u64, &'static str)> {
    include_str!("../golden/digests.txt").lines().map(|line| {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("a link, rows and a digest on each line");
        (word(), word().parse().expect("rows are a number"), word())
    })
}

#[wasm_bindgen_test]
fn one_thread_in_wasm_computes_the_native_digests() {
    for (text, rows, digest) in golden() {
        let scenario = link::decode_strict(text).expect("golden links are valid");
        let outcome = LocalCluster::new(3).run(&job(&scenario), &BrowserClock).expect("it runs");
        let result = JobReport::new(&outcome).result;
        assert_eq!((result.rows, result.digest.as_str()), (rows, digest), "{text}");
    }
}

#[wasm_bindgen_test]
async fn real_workers_compute_the_native_digests() {
    let pool = Pool::new();
    for (text, rows, digest) in golden() {
        let scenario = link::decode_strict(text).expect("golden links are valid");
        let result = report_of(&pool, &scenario).await.result;
        assert_eq!((result.rows, result.digest.as_str()), (rows, digest), "{text}");
    }
}
