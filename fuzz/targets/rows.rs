//! libFuzzer's way to [`shuffle_lab_fuzz::properties::rows::rows`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shuffle_lab_fuzz::properties::rows::rows(bytes));
