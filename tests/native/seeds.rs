//! A thousand seeds, byte for byte: see `tests/seeds.rs`. `tests/web/seeds.rs` holds wasm to the file written here.

use crate::golden;
use crate::samples::Stopped;

#[path = "../seeds.rs"]
mod seeds;

#[test]
fn a_thousand_seeds_give_the_bytes_and_results_of_the_golden_file() {
    let lines: Vec<String> = seeds::ALL.map(|seed| seeds::line(seed, &Stopped)).collect();
    golden::check("seeds.txt", &format!("{}\n", lines.join("\n")));
}

#[test]
fn no_two_of_the_thousand_seeds_give_the_same_bytes() {
    let mut lines: Vec<&str> = include_str!("../golden/seeds.txt").lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), seeds::ALL.count());
}
