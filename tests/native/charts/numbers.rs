//! Numbers and texts as people read them.

use super::*;

#[test]
fn numbers_are_written_for_people() {
    let durations = [0, 840, 999, 999_499, 1_000, 212_000, 1_400_000, 14_200_000, 999_600];
    let durations = durations.map(units::micros);
    assert_eq!(durations, ["0 µs", "840 µs", "999 µs", "999 ms", "1 ms", "212 ms", "1.4 s", "14 s", "1 s"]);
    let counts = [0, 999, 1_000, 1_000_000, u64::MAX].map(units::count);
    assert_eq!(counts, ["0", "999", "1,000", "1,000,000", "18,446,744,073,709,551,615"]);
    assert_eq!([1_200_000, 12_000, 950].map(units::count_short), ["1.2 M", "12 k", "950"]);
    assert_eq!([8_100_000, 127_000, 12].map(units::bytes), ["8.1 MB", "127 KB", "12 B"]);
    assert_eq!(
        [3.2, 1.0, 19.8, f64::NAN, f64::INFINITY].map(units::ratio),
        ["3.2×", "1×", "20×", "no ratio", "no ratio"]
    );
    assert_eq!(
        [0.31, 0.0, 0.004, 0.0001, 7.0].map(units::share),
        ["31 %", "0 %", "0.4 %", "under 0.1 %", "100 %"]
    );
    assert_eq!([0, 1, 2].map(|n| units::plural(n, "link", "links")), ["0 links", "1 link", "2 links"]);
}

#[test]
fn axes_have_few_round_steps_from_zero() {
    let wall = units::ticks(Quantity::Micros, 666_000, 5);
    assert_eq!((wall.labels.join(" "), wall.unit), ("0 200 400 600".to_owned(), "ms"));
    let small = units::ticks(Quantity::Micros, 1_300_000, 5);
    assert_eq!((small.labels.join(" "), small.unit), ("0 0.5 1.0".to_owned(), "s"));
    let rows = units::ticks(Quantity::Count, 396_568, 5);
    assert_eq!(rows.labels, ["0", "100 k", "200 k", "300 k", "400 k"]);
    assert_eq!(units::ticks(Quantity::Count, 3, 5).labels, ["0", "1", "2", "3"]);
    assert_eq!(units::ticks(Quantity::Bytes, 0, 5).labels, ["0"]);
    for max in (0..64).map(|power| 1u64 << power).chain([u64::MAX]) {
        for quantity in [Quantity::Micros, Quantity::Count, Quantity::Bytes] {
            let ticks = units::ticks(quantity, max, 5);
            assert!(ticks.values.len() <= 8 && ticks.values.len() == ticks.labels.len(), "{ticks:?}");
            assert!(ticks.top >= max as f64 && ticks.values.iter().all(|value| *value <= ticks.top));
        }
    }
}

#[test]
fn a_long_text_breaks_between_facts_and_a_long_word_is_cut() {
    let lines = wrap("one fact here · another fact · a third", Type::Note, 150.0);
    assert_eq!(lines, ["one fact here", "another fact · a third"]);
    let cut = wrap(&"x".repeat(400), Type::Note, 100.0);
    assert!(cut.len() == 1 && cut[0].ends_with("...") && Type::Note.width_px(&cut[0]) <= 100.0);
}
