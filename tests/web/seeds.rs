//! A thousand seeds, byte for byte: see `tests/seeds.rs`.

use shuffle_lab::browser::clock::BrowserClock;
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../seeds.rs"]
mod seeds;

#[wasm_bindgen_test]
fn a_thousand_seeds_give_the_native_bytes_and_results() {
    let mut golden = include_str!("../golden/seeds.txt").lines();
    for seed in seeds::ALL {
        let expected = golden.next().expect("a line a seed");
        assert_eq!(seeds::line(seed, &BrowserClock), expected, "seed {seed}");
    }
    assert_eq!(golden.next(), None, "no line more");
}
