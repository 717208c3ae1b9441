//! The two doors, JSON and link, let the same in: one form of each value, each name once, a version. A tool refuses what is
//! not so; a page repairs it and says so.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{InvalidScenario, json, limits, link};

use super::refused;

/// How a page reads a link: the scenario and the fields that were repaired.
fn repaired(text: &str) -> (Scenario, Vec<String>) {
    let decoded = link::decode(text);
    (decoded.scenario, decoded.repairs.into_iter().map(|repair| repair.wrong.field).collect())
}

fn field(refusal: Result<Scenario, InvalidScenario>) -> Option<String> {
    refusal.err().map(|error| error.field)
}

#[test]
fn a_scenario_is_an_object_and_no_array_stands_for_one() {
    let cases = [
        ("[1]", "scenario"),
        ("[1,42,1000,10]", "scenario"),
        ("[]", "scenario"),
        ("true", "scenario"),
        ("1", "scenario"),
        ("{\"version\":1,\"skew\":[\"zipf\",1.1]}", "skew"),
        ("{\"version\":1,\"skew\":[\"hot_key\",null,0.3]}", "skew"),
        ("{\"version\":1,\"tactics\":[true,4]}", "tactics"),
        ("{\"version\":1,\"tactics\":[]}", "tactics"),
        ("{\"version\":1,\"action\":[\"show\",5]}", "action"),
        ("{\"version\":1,\"action\":[\"show\",{\"rows\":5}]}", "action"),
        ("{\"version\":1,\"action\":[{\"kind\":\"show\"}]}", "action"),
        ("{\"version\":1,\"query\":[\"join\"]}", "query"),
        ("{\"version\":[1]}", "version"),
    ];
    for (text, field) in cases {
        assert_eq!(refused(text).field, field, "{text}");
    }
}

#[test]
fn a_word_is_a_word_and_no_object_or_null_stands_for_one() {
    let cases = [
        ("{\"version\":1,\"query\":{\"join\":null}}", "query"),
        ("{\"version\":1,\"strategy\":{\"direct\":null}}", "strategy"),
        ("{\"version\":1,\"skew\":{\"kind\":{\"uniform\":null}}}", "skew.kind"),
        ("{\"version\":1,\"action\":{\"kind\":\"collect\",\"of\":{\"input\":null}}}", "action.of"),
        ("{\"version\":1,\"rows\":{}}", "rows"),
        ("{\"version\":1,\"skew\":null}", "skew"),
        ("{\"version\":1,\"tactics\":null}", "tactics"),
        ("{\"version\":1,\"action\":null}", "action"),
        ("{\"version\":1,\"skew\":{\"kind\":\"zipf\",\"exponent\":1,\"share\":null}}", "skew.share"),
        ("{\"version\":1,\"skew\":{\"kind\":\"uniform\",\"share\":null}}", "skew.share"),
        ("{\"version\":1,\"action\":\"write\"}", "action"),
        ("{\"version\":1,\"action\":{\"kind\":\"write\",\"rows\":5}}", "action"),
        ("{\"version\":1,\"action\":{\"kind\":\"show\",\"of\":\"input\"}}", "action"),
        ("{\"version\":1,\"action\":{}}", "action"),
    ];
    for (text, field) in cases {
        let error = refused(text);
        assert!(error.field == field || error.field.starts_with(&format!("{field}.")), "{text}: {error}");
    }
}

#[test]
fn a_name_that_is_given_twice_is_refused_by_tools_and_counts_once_on_a_page() {
    let cases = [
        ("{\"version\":1,\"rows\":5,\"rows\":5}", "rows"),
        ("{\"version\":1,\"r\\u006fws\":5,\"rows\":6}", "rows"),
        ("{\"version\":1,\"version\":1}", "version"),
        ("{\"version\":1,\"skew\":{\"kind\":\"zipf\",\"exponent\":1,\"exponent\":2}}", "skew.exponent"),
        ("{\"version\":1,\"skew\":{\"kind\":\"uniform\"},\"skew\":{\"kind\":\"uniform\"}}", "skew"),
        ("{\"version\":1,\"tactics\":{\"salt\":2,\"salt\":3}}", "tactics.salt"),
        ("{\"version\":1,\"action\":{\"kind\":\"show\",\"kind\":\"write\"}}", "action.kind"),
        ("{\"version\":1,\"action\":{\"kind\":\"show\",\"rows\":1,\"rows\":2}}", "action.rows"),
    ];
    for (text, field) in cases {
        assert_eq!(refused(text).field, field, "{text}");
    }
    let links = [
        ("?v=1&rows=5&rows=6", "rows"),
        ("?v=1&rows=5&rows=5", "rows"),
        ("?v=1&rows=5&r%6Fws=6&rows=7", "rows"),
        ("?v=1&rows=5&v=1", "v"),
        ("?v=1&v=2&rows=5", "v"),
        ("?v=1&rows=5&salt=2&salt=%32", "salt"),
        ("?v=1&rows=5&theme=dark&theme=light", "theme"),
    ];
    for (text, twice) in links {
        let (scenario, repairs) = repaired(text);
        assert_eq!((scenario.rows, repairs.as_slice()), (5, &[twice.to_owned()][..]), "{text}");
        assert_eq!(field(link::decode_strict(text)), Some(twice.to_owned()), "{text}");
        assert_eq!(field(link::decode_beside(text, &["theme"])), Some(twice.to_owned()), "{text}");
    }
    let (scenario, repairs) = repaired("?v=1&rows=nothing&rows=6");
    assert_eq!(scenario, Scenario::default(), "the first counts, even when it is bad");
    assert_eq!(repairs, ["rows", "rows"]);
}

#[test]
fn a_link_without_a_version_is_refused_by_tools_and_read_with_a_note_on_a_page() {
    for text in ["?rows=5", "rows=5", "https://example.org/?rows=5#v=1", "?rows=5&version=1"] {
        let (scenario, repairs) = repaired(text);
        assert_eq!((scenario.rows, repairs.as_slice()), (5, &["version".to_owned()][..]), "{text}");
        assert_eq!(field(link::decode_strict(text)), Some("version".to_owned()), "{text}");
    }
    for text in ["", "?", "https://example.org/lab/", "?&&"] {
        assert_eq!(
            repaired(text),
            (Scenario::default(), vec![]),
            "an address without a link needs no note: {text:?}"
        );
        assert_eq!(field(link::decode_strict(text)), Some("version".to_owned()), "{text:?}");
    }
    assert_eq!(refused("{\"rows\":5}").field, "version");
}

#[test]
fn a_number_is_written_alike_in_json_and_in_a_link() {
    // Whole numbers and fractions, and whether each may be written so.
    let spellings = [
        ("8", true, true),
        ("0", false, true),
        ("1", true, true),
        ("0.5", false, true),
        ("5e-1", false, true),
        ("5E-1", false, true),
        ("-0", false, true),
        ("-0.0", false, true),
        ("1e0", false, true),
        ("1.0", false, true),
        ("8.0", false, false),
        ("1e3", false, false),
        ("+8", false, false),
        ("+0.5", false, false),
        (" 8", false, false),
        ("8 ", false, false),
        ("08", false, false),
        ("00.5", false, false),
        (".5", false, false),
        ("1.", false, false),
        ("0x8", false, false),
        ("8_0", false, false),
        ("1,000", false, false),
        ("NaN", false, false),
        ("inf", false, false),
        ("Infinity", false, false),
        ("1e999", false, false),
        ("-1", false, false),
        ("", false, false),
        ("null", false, false),
        ("\"8\"", false, false),
        ("\u{664}", false, false),
        ("18446744073709551616", false, false),
    ];
    for (number, whole, fraction) in spellings {
        // 8 is no fraction from 0 to 1.
        let fraction = fraction && number != "8";
        for (name, is_good) in [("workers", whole), ("shuffle_fraction", fraction)] {
            let escaped: String = number.bytes().map(|byte| format!("%{byte:02x}")).collect();
            for text in [format!("?v=1&{name}={escaped}"), format!("v=1&{name}={escaped}#end")] {
                let strict = link::decode_strict(&text);
                assert_eq!(strict.is_ok(), is_good, "{name}={number:?} in a link: {strict:?}");
                let (scenario, repairs) = repaired(&text);
                assert_eq!(strict.ok().unwrap_or_default(), scenario, "{name}={number:?}");
                assert_eq!(repairs.len(), usize::from(!is_good), "{name}={number:?} is noted");
            }
            // White space around a value is JSON's own.
            if number.trim() == number {
                let text = format!("{{\"version\":1,\"{name}\":{number}}}");
                let read = json::decode(&text);
                assert_eq!(read.is_ok(), is_good, "{name}={number:?} in JSON: {read:?}");
            }
        }
    }
}

#[test]
fn a_word_of_a_link_has_its_number_and_nothing_else() {
    for (part, name) in [
        ("skew=uniform:", "skew"),
        ("skew=uniform:0", "skew"),
        ("skew=", "skew"),
        ("skew=Zipf:1", "skew"),
        ("skew=zipf", "skew.exponent"),
        ("skew=zipf:", "skew.exponent"),
        ("skew=zipf:1:1", "skew.exponent"),
        ("skew=zipf: 1", "skew.exponent"),
        ("skew=hot_key:%2B0.3", "skew.share"),
        ("action=", "action"),
        ("action=write:", "action"),
        ("action=show:", "action.rows"),
        ("action=show:0", "action.rows"),
        ("action=show:5.0", "action.rows"),
        ("action=show:1001", "action.rows"),
        ("action=collect:", "action.memory_bytes"),
        ("action=collect:1", "action.memory_bytes"),
        ("action=collect_input:1e9", "action.memory_bytes"),
        ("combine=", "combine"),
        ("combine=TRUE", "combine"),
        ("combine=true", "combine"),
        ("combine=false", "combine"),
        ("strategy=", "strategy"),
    ] {
        let text = format!("?v=1&{part}");
        assert_eq!(repaired(&text), (Scenario::default(), vec![name.to_owned()]), "{part}");
        assert_eq!(field(link::decode_strict(&text)), Some(name.to_owned()), "{part}");
    }
}

#[test]
fn an_action_without_its_number_has_the_same_default_at_both_doors() {
    for (word, text) in [
        ("show", "{\"kind\":\"show\"}"),
        ("collect", "{\"kind\":\"collect\"}"),
        ("collect_input", "{\"kind\":\"collect\",\"of\":\"input\"}"),
    ] {
        let text = json::decode(&format!("{{\"version\":1,\"action\":{text}}}"));
        assert_eq!(link::decode_strict(&format!("?v=1&action={word}")), text, "{word}");
        assert!(text.is_ok(), "{word}");
    }
}

#[test]
fn the_version_is_read_before_all_else_and_a_broken_name_is_no_fault_of_its_neighbour() {
    for (text, field) in [
        ("{\"rows\":\"x\",\"newer\":1,\"version\":2}", "version"),
        ("{\"version\":1,\"\\ud800\":1}", "scenario"),
        ("{\"version\":1,\"skew\":{\"kind\":\"zipf\" 1}}", "skew"),
        ("{\"version\":1,\"shuffle_fraction\":5.}", "shuffle_fraction"),
    ] {
        assert_eq!(refused(text).field, field, "{text}");
    }
}

#[test]
fn what_is_deep_or_goes_on_behind_its_end_is_refused() {
    let deep = |open: &str| format!("{{\"version\":1,\"skew\":{}", open.repeat(60_000 / open.len()));
    for text in [
        deep("["),
        deep("{\"kind\":"),
        "[".repeat(60_000),
        "{\"a\":".repeat(12_000),
        "{\"version\":1}{}".to_owned(),
        "{\"version\":1},".to_owned(),
        "{\"version\":1}\0".to_owned(),
        "\u{feff}{\"version\":1}".to_owned(),
    ] {
        refused(&text);
    }
    json::decode(" \r\n\t{\"version\":1}\n").expect("white space around JSON is JSON");
}

#[test]
fn who_runs_a_scenario_says_how_many_workers_there_may_be() {
    let scenario = Scenario { workers: limits::MAX_WORKERS + 1, ..Scenario::default() };
    assert_eq!(scenario.validate(), Ok(()), "the model may be asked about more than a tab runs");
    assert_eq!(json::decode(&json::encode(&scenario)).as_ref(), Ok(&scenario));
    let refusal = scenario.check_workers(limits::MAX_WORKERS, "in a tab").expect_err("one more");
    assert_eq!(
        refusal.to_string(),
        "workers: is 65, but in a tab at most 64 workers run; past that, ask the model"
    );
    assert_eq!(scenario.check_workers(65, "in a tab"), Ok(()));
}

/// What a Rust programmer calls things; nobody who writes a scenario has to know it.
const RUST: [&str; 12] = [
    "struct",
    "enum",
    "variant",
    "u64",
    "u32",
    "f64",
    "i64",
    "Form",
    "Option",
    "integer",
    "sequence",
    "identifier",
];

#[test]
fn a_value_of_a_wrong_type_is_refused_by_its_fields_name_and_in_peoples_words() {
    let fields = [
        ("version", "{\"version\":@}"),
        ("seed", "{\"version\":1,\"seed\":@}"),
        ("rows", "{\"version\":1,\"rows\":@}"),
        ("keys", "{\"version\":1,\"keys\":@}"),
        ("skew", "{\"version\":1,\"skew\":@}"),
        ("skew.kind", "{\"version\":1,\"skew\":{\"kind\":@,\"share\":0.5}}"),
        ("skew.share", "{\"version\":1,\"skew\":{\"kind\":\"hot_key\",\"share\":@}}"),
        ("skew.exponent", "{\"version\":1,\"skew\":{\"exponent\":@,\"kind\":\"zipf\"}}"),
        ("query", "{\"version\":1,\"query\":@}"),
        ("shuffle_fraction", "{\"version\":1,\"shuffle_fraction\":@}"),
        ("workers", "{\"version\":1,\"workers\":@}"),
        ("map_partitions", "{\"version\":1,\"map_partitions\":@}"),
        ("reduce_partitions", "{\"version\":1,\"reduce_partitions\":@}"),
        ("tactics", "{\"version\":1,\"tactics\":@}"),
        ("tactics.combine", "{\"version\":1,\"tactics\":{\"combine\":@}}"),
        ("tactics.salt", "{\"version\":1,\"tactics\":{\"salt\":@}}"),
        ("tactics.isolate_hot_keys", "{\"version\":1,\"tactics\":{\"isolate_hot_keys\":@}}"),
        ("tactics.adaptive", "{\"version\":1,\"tactics\":{\"adaptive\":@}}"),
        ("tactics.broadcast_bytes", "{\"version\":1,\"tactics\":{\"broadcast_bytes\":@}}"),
        ("strategy", "{\"version\":1,\"strategy\":@}"),
        ("action", "{\"version\":1,\"action\":@}"),
        ("action.kind", "{\"version\":1,\"action\":{\"kind\":@}}"),
        ("action.of", "{\"version\":1,\"action\":{\"kind\":\"collect\",\"of\":@}}"),
        ("action.memory_bytes", "{\"version\":1,\"action\":{\"kind\":\"collect\",\"memory_bytes\":@}}"),
        ("action.rows", "{\"version\":1,\"action\":{\"kind\":\"show\",\"rows\":@}}"),
    ];
    let values = [
        "null",
        "true",
        "7",
        "0.5",
        "10.0",
        "-3",
        "1e3",
        "1e999",
        "18446744073709551616",
        "\"\"",
        "\"show\"",
        "\"a, expected `u`\"",
        "[]",
        "[1]",
        "{}",
        "{\"kind\":[]}",
        "NaN",
    ];
    let mut refused_count = 0;
    for (field, text) in fields {
        for value in values {
            let Err(error) = json::decode(&text.replace('@', value)) else { continue };
            refused_count += 1;
            let is_named = error.field == field || error.field.starts_with(&format!("{field}."));
            assert!(is_named, "{field}:{value} is named {}: {}", error.field, error.reason);
            let words = error.reason.replace(value, "");
            assert!(RUST.iter().all(|word| !words.contains(word)), "{field}:{value}: {}", error.reason);
            let is_json = serde_json::from_str::<serde_json::Value>(value).is_ok() || value == "1e999";
            assert_eq!(error.reason.contains("is not JSON"), !is_json, "{field}:{value}: {}", error.reason);
        }
    }
    assert!(refused_count > 350, "few values fit: {refused_count} are refused");
    for (text, words) in [
        ("{\"version\":1,\"query\":0}", "query: is 0, must be a word in quotes"),
        (
            "{\"version\":1,\"skew\":{\"kind\":\"zipf\",\"exponent\":1e999}}",
            "skew.exponent: is too large a number",
        ),
        ("{\"version\":1,\"workers\":4294967296}", "workers: is too large a number"),
        ("{\"version\":1,\"action\":\"show\"}", "action: must be an object in braces"),
        ("{\"version\":1,\"rows\":10.0}", "rows: is 10.0, must be a whole number in digits"),
        ("{\"version\":1,\"rows\":\"many\"}", "rows: is \"many\", must be a whole number in digits"),
        ("{\"version\":1,\"shuffle_fraction\":\"1\"}", "shuffle_fraction: is \"1\", must be a number"),
        ("{\"version\":1,\"tactics\":{\"combine\":1}}", "tactics.combine: is 1, must be true or false"),
        ("{\"version\":1,\"strategy\":\"push\"}", "strategy: is \"push\", must be direct"),
        ("[1]", "scenario: must be an object, as in {\"version\":1}"),
        ("null", "scenario: must be an object, as in {\"version\":1}"),
        ("{\"version\":1,\"rows\":[]}", "rows: must be a whole number in digits"),
    ] {
        assert_eq!(refused(text).to_string(), words, "{text}");
    }
}

#[test]
fn a_tool_is_told_what_is_wrong_with_a_link_and_not_what_a_page_does_about_it() {
    for (text, words) in [
        ("?v=1&rows=5&rows=6", "rows: is given twice"),
        ("?v=2", "version: is \"2\", must be 1, the version that this build reads"),
        ("?rows=5", "version: is missing: a link begins with v=1"),
        ("?v=1&action=", "action: is empty, must be write, collect:BYTES, collect_input:BYTES or show:ROWS"),
        ("?v=1&action=collect:", "action.memory_bytes: is empty, must be a whole number in digits"),
        ("?v=1&skew=zipf", "skew.exponent: is empty, must be a number"),
        ("?v=1&skew=zipf:1e999", "skew.exponent: is too large a number"),
        ("?v=1&rows=", "rows: is empty, must be a whole number in digits"),
        ("?v=1&rows", "rows: is empty, must be a whole number in digits"),
        ("?v=1&rows=1e3", "rows: is \"1e3\", must be a whole number in digits"),
        ("?v=1&workers=99999999999", "workers: is too large a number"),
        ("?v=1&rows=99999999999999999999", "rows: is too large a number"),
        ("?v=1&combine=", "combine: is empty, must be 1 or 0"),
        ("?v=1&combine=true", "combine: is \"true\", must be 1 or 0"),
        ("?v=1&strategy=", "strategy: is empty, must be direct"),
    ] {
        let refusal = link::decode_strict(text).expect_err(text);
        assert_eq!(refusal.to_string(), words, "{text}");
    }
    let refusal = link::decode_strict("?v=1&query=").expect_err("no query has no name");
    assert!(refusal.to_string().starts_with("query: is empty, must be one of narrow, "), "{refusal}");
}
