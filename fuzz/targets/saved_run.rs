//! libFuzzer's way to [`shuffle_lab_fuzz::properties::opened_run`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shuffle_lab_fuzz::properties::opened_run(bytes));
