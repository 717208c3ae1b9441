//! A scenario's two written forms: every bad input is named by its field, nothing panics, what was written is read.

mod doors;

use proptest::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::scenario::{InvalidScenario, Query, Skew, Tactics, json, limits, link};

use crate::samples::Draw;

/// The default scenario's JSON with one part replaced.
fn with(part: &str, by: &str) -> String {
    let text = json::encode(&Scenario::default());
    assert!(text.contains(part), "{part} is in {text}");
    text.replacen(part, by, 1)
}

fn refused(text: &str) -> InvalidScenario {
    let error = json::decode(text).expect_err(text.get(..200).unwrap_or(text));
    assert!(!error.to_string().contains('\n'), "one line: {error}");
    assert!(error.reason.len() < 400, "a sentence, not a page: {error}");
    error
}

#[test]
fn every_bad_value_in_json_is_named_by_its_field() {
    let cases = [
        ("\"rows\":1000000", "\"rows\":0", "rows"),
        ("\"rows\":1000000", "\"rows\":20000001", "rows"),
        ("\"rows\":1000000", "\"rows\":-1", "rows"),
        ("\"rows\":1000000", "\"rows\":1.5", "rows"),
        ("\"rows\":1000000", "\"rows\":1e300", "rows"),
        ("\"rows\":1000000", "\"rows\":99999999999999999999999", "rows"),
        ("\"rows\":1000000", "\"rows\":\"many\"", "rows"),
        ("\"rows\":1000000", "\"rows\":null", "rows"),
        ("\"rows\":1000000", "\"rows\":[]", "rows"),
        ("\"rows\":1000000", "\"rows\":NaN", "rows"),
        ("\"keys\":100000", "\"keys\":0", "keys"),
        ("\"keys\":100000", "\"keys\":5000001", "keys"),
        ("\"seed\":42", "\"seed\":9007199254740992", "seed"),
        ("\"seed\":42", "\"seed\":-1", "seed"),
        ("\"workers\":8", "\"workers\":0", "workers"),
        ("\"workers\":8", "\"workers\":4097", "workers"),
        ("\"workers\":8", "\"workers\":4294967296", "workers"),
        ("\"workers\":8", "\"workers\":true", "workers"),
        ("\"map_partitions\":32", "\"map_partitions\":0", "map_partitions"),
        ("\"map_partitions\":32", "\"map_partitions\":1025", "map_partitions"),
        ("\"reduce_partitions\":32", "\"reduce_partitions\":0", "reduce_partitions"),
        ("\"reduce_partitions\":32", "\"reduce_partitions\":1025", "reduce_partitions"),
        ("\"shuffle_fraction\":1.0", "\"shuffle_fraction\":1.01", "shuffle_fraction"),
        ("\"shuffle_fraction\":1.0", "\"shuffle_fraction\":-0.1", "shuffle_fraction"),
        ("\"shuffle_fraction\":1.0", "\"shuffle_fraction\":NaN", "shuffle_fraction"),
        ("\"shuffle_fraction\":1.0", "\"shuffle_fraction\":1e999", "shuffle_fraction"),
        ("\"shuffle_fraction\":1.0", "\"shuffle_fraction\":\"1\"", "shuffle_fraction"),
        ("\"share\":0.3", "\"share\":2.0", "skew.share"),
        ("\"share\":0.3", "\"share\":0.951", "skew.share"),
        ("\"share\":0.3", "\"share\":-0.1", "skew.share"),
        ("\"share\":0.3", "\"share\":NaN", "skew.share"),
        ("\"share\":0.3", "\"share\":\"half\"", "skew.share"),
        ("\"share\":0.3", "\"share\":null", "skew.share"),
        ("\"share\":0.3", "\"share\":0.3,\"color\":1", "skew.color"),
        ("\"share\":0.3", "\"share\":0.3,\"exponent\":1", "skew.exponent"),
        (",\"share\":0.3", "", "skew.share"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "{\"kind\":\"zipf\",\"exponent\":2.6}", "skew.exponent"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "{\"kind\":\"zipf\",\"exponent\":-1}", "skew.exponent"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "{\"kind\":\"zipf\"}", "skew.exponent"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "{\"kind\":\"uniform\",\"share\":0.1}", "skew.share"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "{\"share\":0.1}", "skew.kind"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "\"uniform\"", "skew"),
        ("{\"kind\":\"hot_key\",\"share\":0.3}", "null", "skew"),
        ("\"kind\":\"hot_key\"", "\"kind\":\"pareto\"", "skew.kind"),
        ("\"kind\":\"hot_key\"", "\"kind\":3", "skew.kind"),
        ("\"query\":\"count_by_key\"", "\"query\":\"drop table\"", "query"),
        ("\"query\":\"count_by_key\"", "\"query\":7", "query"),
        ("\"combine\":false", "\"combine\":1", "tactics.combine"),
        ("\"combine\":false", "\"combine\":false,\"magic\":true", "tactics.magic"),
        ("\"salt\":0", "\"salt\":257", "tactics.salt"),
        ("\"salt\":0", "\"salt\":-3", "tactics.salt"),
        ("\"isolate_hot_keys\":false", "\"isolate_hot_keys\":true", "tactics.isolate_hot_keys"),
        ("\"adaptive\":false", "\"adaptive\":true", "tactics.adaptive"),
        ("\"strategy\":\"direct\"", "\"strategy\":\"push\"", "strategy"),
        ("\"version\":1", "\"version\":2", "version"),
        ("\"version\":1", "\"version\":\"1\"", "version"),
        ("\"version\":1,", "", "version"),
        ("\"version\":1,", "\"version\":1,\"wrokers\":4,", "wrokers"),
        ("\"rows\":1000000", "\"rows\":1000000,\"rows\":5", "rows"),
    ];
    let mut wrong = Vec::new();
    for (part, by, field) in cases {
        let error = refused(&with(part, by));
        if error.field != field {
            wrong.push(format!("{by} is named {} instead of {field}: {}", error.field, error.reason));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_that_is_no_scenario_at_all_is_named_as_a_whole() {
    let texts =
        ["", " ", "{", "}", "[]", "null", "42", "\"rows\"", "rows=5", "\u{feff}{}", "{\"version\":1}x"];
    for text in texts {
        assert_eq!(refused(text).field, "scenario", "{text:?}");
    }
    assert_eq!(refused("{}").field, "version");
    let long = format!("{{\"version\":1,\"seed\":\"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(refused(&long).field, "scenario", "a megabyte");
    let deep = format!("{{\"version\":1,\"skew\":{}", "[".repeat(60_000));
    refused(&deep);
}

#[test]
fn json_cut_at_any_byte_is_refused() {
    let text = json::encode(&Scenario { skew: Skew::Zipf { exponent: 1.1 }, ..Scenario::default() });
    for end in 0..text.len() {
        let error = refused(&text[..end]);
        assert_eq!(error.field, "scenario", "{end} of {} bytes: {error}", text.len());
    }
    json::decode(&text).expect("the whole text");
}

#[test]
fn json_with_bytes_changed_is_read_or_refused_without_a_panic() {
    let (text, mut draw) = (json::encode(&Scenario::default()), Draw::new(1));
    for _ in 0..10_000 {
        if let Ok(scenario) = json::decode(&mutated(&text, &mut draw)) {
            scenario.validate().expect("what is read is valid");
        }
    }
}

#[test]
fn only_the_version_has_to_be_given() {
    assert_eq!(json::decode("{\"version\":1}").expect("all else has a default"), Scenario::default());
}

#[test]
fn every_limit_itself_is_valid() {
    let largest = Scenario {
        seed: limits::MAX_SEED,
        rows: limits::MAX_ROWS,
        keys: limits::MAX_KEYS,
        skew: Skew::Zipf { exponent: limits::MAX_ZIPF_EXPONENT },
        workers: limits::MAX_MODEL_WORKERS,
        map_partitions: limits::MAX_PARTITIONS,
        reduce_partitions: limits::MAX_PARTITIONS,
        tactics: Tactics { salt: limits::MAX_SALT, ..Tactics::default() },
        ..Scenario::default()
    };
    let smallest = Scenario {
        seed: 0,
        rows: 1,
        keys: 1,
        skew: Skew::HotKey { share: 0.0 },
        shuffle_fraction: 0.0,
        workers: 1,
        map_partitions: 1,
        reduce_partitions: 1,
        ..Scenario::default()
    };
    for scenario in [largest, smallest] {
        scenario.validate().expect("a limit is inside");
        assert_eq!(json::decode(&json::encode(&scenario)).expect("a valid scenario"), scenario);
        assert_eq!(read_back(&scenario), scenario);
    }
}

/// Through a link, which must need no repair.
fn read_back(scenario: &Scenario) -> Scenario {
    let text = link::encode(scenario);
    let decoded = link::decode(&text);
    assert_eq!((decoded.repairs, decoded.others), (vec![], vec![]), "{text}");
    assert_eq!(link::decode_strict(&text).as_ref(), Ok(&decoded.scenario));
    decoded.scenario
}

#[test]
fn every_bad_part_of_a_link_is_named_and_costs_only_itself() {
    let cases = [
        ("rows=0", "rows"),
        ("rows=-1", "rows"),
        ("rows=1e3", "rows"),
        ("rows=", "rows"),
        ("rows", "rows"),
        ("keys=0", "keys"),
        ("workers=0", "workers"),
        ("workers=4097", "workers"),
        ("workers=99999999999", "workers"),
        ("shuffle_fraction=NaN", "shuffle_fraction"),
        ("shuffle_fraction=inf", "shuffle_fraction"),
        ("shuffle_fraction=2", "shuffle_fraction"),
        ("skew=hot_key:2.0", "skew.share"),
        ("skew=hot_key:NaN", "skew.share"),
        ("skew=hot_key", "skew.share"),
        ("skew=zipf:9", "skew.exponent"),
        ("skew=zipf:x", "skew.exponent"),
        ("skew=uniform:1", "skew"),
        ("skew=%ff%fe", "skew"),
        ("query=nothing", "query"),
        ("salt=1000", "tactics.salt"),
        ("combine=yes", "combine"),
        ("adaptive=1", "tactics.adaptive"),
        ("strategy=push", "strategy"),
    ];
    for (part, field) in cases {
        let decoded = link::decode(&format!("?v=1&seed=7&{part}&map_partitions=55"));
        let fields: Vec<&str> = decoded.repairs.iter().map(|repair| repair.wrong.field.as_str()).collect();
        assert_eq!(fields, [field], "{part}");
        assert!(decoded.repairs.iter().all(|repair| !repair.wrong.to_string().contains('\n')), "{part}");
        assert_eq!(
            decoded.scenario,
            Scenario { seed: 7, map_partitions: 55, ..Scenario::default() },
            "{part}"
        );
        assert_eq!(
            link::decode_strict(&format!("?v=1&{part}")).map_err(|error| error.field),
            Err(field.into())
        );
    }
}

#[test]
fn a_link_of_another_version_or_a_megabyte_shows_the_defaults_and_says_why() {
    let long = format!("?v=1&workers=4&x={}", "9".repeat(1 << 20));
    for (text, field) in [("?v=2&workers=4", "version"), ("?v=&workers=4", "version"), (&long, "link")] {
        let decoded = link::decode(text);
        assert_eq!(decoded.scenario, Scenario::default());
        assert_eq!(decoded.repairs.len(), 1, "one note");
        assert_eq!(decoded.repairs[0].wrong.field, field);
        assert!(decoded.repairs[0].wrong.reason.len() < 200, "the note is short");
    }
}

#[test]
fn a_whole_address_with_a_fragment_is_a_link() {
    let expected = Scenario { workers: 4, ..Scenario::default() };
    for text in [
        "?v=1&workers=4",
        "v=1&workers=4",
        "https://example.org/lab/?v=1&workers=4",
        "https://example.org/lab/?v=1&workers=4#load",
        "?v=1&&workers=4&",
        "?v=1&%77orkers=%34",
    ] {
        assert_eq!(link::decode_strict(text).as_ref(), Ok(&expected), "{text}");
    }
    let decoded = link::decode("?v=1&embed=1&view=load&workers=4");
    let others = [("embed", "1"), ("view", "load")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!((decoded.scenario, decoded.others.as_slice()), (expected, &others[..]));
}

/// One to eight changes: bytes replaced, removed, doubled, swapped for other alphabets, or a part moved.
fn mutated(text: &str, draw: &mut Draw) -> String {
    const PIECES: [&str; 18] = [
        "%", "%F", "%ff", "&", "=", "+", "#", "?", "\0", "é", "漢", "🦀", "\u{202e}", "-", "1e400", "NaN",
        "{", "\"",
    ];
    let mut letters: Vec<String> = text.chars().map(String::from).collect();
    for _ in 0..1 + draw.below(8) {
        if letters.is_empty() {
            break;
        }
        let at = draw.below(letters.len());
        match draw.below(6) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, draw.one_of(&PIECES).to_owned()),
            2 => letters[at] = draw.one_of(&PIECES).to_owned(),
            3 => letters[at] = char::from(draw.below(128) as u8).to_string(),
            4 => letters.truncate(at),
            _ => {
                let part: Vec<String> = letters[at..(at + 12).min(letters.len())].to_vec();
                let to = draw.below(letters.len());
                letters.splice(to..to, part);
            }
        }
    }
    letters.concat()
}

#[test]
fn ten_thousand_mutated_links_give_a_valid_scenario_each() {
    let base = Scenario {
        seed: 9,
        rows: 12_345,
        skew: Skew::Zipf { exponent: 1.1 },
        query: Query::Join,
        shuffle_fraction: 0.25,
        workers: 3,
        tactics: Tactics { combine: true, salt: 4, ..Tactics::default() },
        ..Scenario::default()
    };
    let (text, mut draw) = (link::encode(&base), Draw::new(2));
    let (mut repaired, mut changed) = (0, 0);
    for _ in 0..10_000 {
        let decoded = link::decode(&mutated(&text, &mut draw));
        decoded.scenario.validate().expect("a link always gives a valid scenario");
        repaired += usize::from(!decoded.repairs.is_empty());
        changed += usize::from(decoded.scenario != base);
        // What was repaired can be written and read again.
        assert_eq!(read_back(&decoded.scenario), decoded.scenario);
    }
    assert!(
        repaired > 2_000 && changed > 4_000,
        "{repaired} repaired, {changed} changed: the mutations bite"
    );
}

prop_compose! {
    fn any_scenario()(
        (seed, rows, keys) in (0..=limits::MAX_SEED, 1..=limits::MAX_ROWS, 1..=limits::MAX_KEYS),
        skew in prop_oneof![
            Just(Skew::Uniform {}),
            (0.0..=2.5f64).prop_map(|exponent| Skew::Zipf { exponent }),
            (0.0..=0.95f64).prop_map(|share| Skew::HotKey { share }),
        ],
        query in prop::sample::select(Query::ALL.to_vec()),
        shuffle_fraction in prop_oneof![Just(0.0), Just(1.0), Just(5e-324), 0.0..=1.0f64],
        (workers, map_partitions, reduce_partitions) in (1u32..=64, 1u32..=1024, 1u32..=1024),
        (combine, salt) in (any::<bool>(), 0u32..=256),
    ) -> Scenario {
        Scenario {
            seed, rows, keys, skew, query, shuffle_fraction, workers, map_partitions, reduce_partitions,
            tactics: Tactics { combine, salt, ..Tactics::default() },
            ..Scenario::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back_exactly(scenario in any_scenario()) {
        prop_assert_eq!(&json::decode(&json::encode(&scenario)).expect("a valid scenario"), &scenario);
        prop_assert_eq!(&read_back(&scenario), &scenario);
        prop_assert!(json::encode(&scenario).len() < 600, "as the limit on JSON says");
        prop_assert!(link::encode(&scenario).len() < limits::MAX_LINK_BYTES / 4);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,80}") {
        let _ = json::decode(&text);
        link::decode(&text).scenario.validate().expect("a link always gives a valid scenario");
    }
}
