//! A thousand seeds, byte for byte: see `tests/seed_lines.rs`.

use shuffle_lab::browser::clock::BrowserClock;
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../seed_lines.rs"]
mod seed_lines;

#[wasm_bindgen_test]
fn a_thousand_seeds_give_the_native_bytes_and_results() {
    let mut golden = include_str!("../golden/seeds.txt").lines();
    for seed in seed_lines::ALL {
        let expected = golden.next().expect("a line a seed");
        assert_eq!(seed_lines::line(seed, &BrowserClock), expected, "seed {seed}");
    }
    assert_eq!(golden.next(), None, "no line more");
}
