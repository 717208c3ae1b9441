//! A thousand seeds, byte for byte: see `tests/seed_lines.rs`. `tests/web/seeds.rs` holds wasm to the file written here.

use crate::golden;
use crate::samples::Stopped;

#[path = "../seed_lines.rs"]
mod seed_lines;

#[test]
fn a_thousand_seeds_give_the_bytes_and_results_of_the_golden_file() {
    let lines: Vec<String> = seed_lines::ALL.map(|seed| seed_lines::line(seed, &Stopped)).collect();
    golden::check("seeds.txt", &format!("{}\n", lines.join("\n")));
}

#[test]
fn no_two_of_the_thousand_seeds_give_the_same_bytes() {
    let golden = include_str!("../golden/seeds.txt").lines();
    // Of each line `SEED HASH ROWS DIGEST`.
    let mut hashes: Vec<&str> = golden.filter_map(|line| line.split(' ').nth(1)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), seed_lines::ALL.count());
}
