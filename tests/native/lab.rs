//! The command line from outside: exit codes, one line on stderr for bad input, JSON on stdout, CSV files.

mod arguments;
#[cfg(target_os = "linux")]
mod memory;
mod streams;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Query, Skew, Tactics, json, link};
use shuffle_view::permalink::{self, ExchangeOf, Link, LoadBy, Reach, Theme, View};
use shuffle_view::questions::Opened;

use crate::interpreter::answer;

/// The program, built once beside this test.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let own = std::env::current_exe().expect("a test has a path");
        let profile = own.ancestors().nth(2).expect("target/debug/deps/native");
        let target = profile.parent().expect("target/debug");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "shuffle-engine", "--features", "cli", "--bin", "lab"])
            .arg("--target-dir")
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "lab builds: {}", String::from_utf8_lossy(&built.stderr));
        profile.join(format!("lab{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A folder of this process that is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("shuffle-lab-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn with(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).expect("a temporary file");
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn lab(arguments: &[&str]) -> Output {
    lab_with_input(arguments, "")
}

fn lab_with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(program())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lab starts");
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("lab ends")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("words are UTF-8")
}

/// The JSON of a good run.
fn good(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).expect("JSON on stdout")
}

fn scenario() -> Scenario {
    Scenario {
        rows: 3_000,
        keys: 200,
        skew: Skew::HotKey { share: 0.3 },
        workers: 3,
        map_partitions: 4,
        reduce_partitions: 5,
        ..Scenario::default()
    }
}

fn check_refused(output: &Output, what: &str, field: &str) {
    let words = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{what}: {words}");
    assert_eq!(words.trim_end().lines().count(), 1, "one line for {what}: {words}");
    assert!(words.contains(field), "{what} names {field}: {words}");
    assert!(words.len() < 600, "{what} is a sentence: {words}");
    assert!(output.stdout.is_empty(), "nothing on stdout for {what}");
}

#[test]
fn a_bad_scenario_exits_with_2_and_one_line_that_names_the_field() {
    let folder = Folder::new("bad");
    let cases = [
        ("{\"version\":1,\"rows\":0}", "rows"),
        ("{\"version\":1,\"workers\":4097}", "workers"),
        ("[1,42]", "scenario"),
        ("{\"version\":1,\"rows\":5,\"rows\":6}", "rows"),
        ("{\"version\":1,\"skew\":{\"kind\":\"hot_key\",\"share\":2.0}}", "skew.share"),
        ("{\"version\":1,\"shuffle_fraction\":NaN}", "shuffle_fraction"),
        ("{\"version\":1,\"wrokers\":4}", "wrokers"),
        ("{\"version\":2}", "version"),
        ("{\"rows\":5}", "version"),
        ("{\"version\":1,", "scenario"),
        ("", "scenario"),
    ];
    for (text, field) in cases {
        let file = folder.with("scenario.json", text);
        check_refused(&lab(&["run", &file]), text, field);
        check_refused(&lab(&["explain", &file]), text, field);
        check_refused(&lab_with_input(&["run", "-"], text), text, field);
    }
    check_refused(
        &lab(&["run", &folder.with("latin1.json", b"{\"version\":1,\"\xff\"")]),
        "latin 1",
        "scenario",
    );
    check_refused(&lab(&["run", &folder.with("long.json", " ".repeat(1 << 20))]), "a megabyte", "scenario");
    check_refused(&lab(&["run", "?v=1&rows=0"]), "a link", "rows");
    check_refused(&lab(&["run", "https://example.org/?v=1&skew=hot_key:2.0"]), "an address", "skew.share");
    check_refused(&lab(&["run", "?v=1&wrokers=4"]), "an unknown part", "wrokers");
    check_refused(&lab(&["run", "?v=9"]), "another version", "version");
    check_refused(&lab(&["run", "?rows=5"]), "no version", "version");
    check_refused(&lab(&["run", "?v=1&rows=5&rows=6"]), "a part given twice", "rows");
    // What a page adds to its address says how a run is shown.
    let view = View {
        load: LoadBy::Time,
        exchange: ExchangeOf::Scenario,
        reach: Reach::Far,
        open: Opened::read("all").0,
        theme: Theme::Dark,
        embed: true,
    };
    let address =
        permalink::encode(&Link { scenario: scenario(), view, parts: shuffle_view::parts::Parts::whole() });
    assert!(permalink::VIEW_PARTS.iter().all(|part| address.contains(&format!("&{part}="))), "{address}");
    assert_eq!(
        lab(&["generate", &address, "--table=rewards", "-o", "-"]).status.code(),
        Some(0),
        "{address}"
    );
}

#[test]
fn arguments_that_are_refused_exit_with_2_and_one_line_that_names_them() {
    let folder = Folder::new("arguments");
    let cases: &[(&[&str], &str)] = &[
        (&["fly"], "fly"),
        (&["run"], "SCENARIO"),
        (&["run", "/no/such/file.json"], "/no/such/file.json"),
        (&["run", "?v=1", "--color=red"], "--color"),
        (&["run", folder.0.to_str().expect("a path in UTF-8")], "SCENARIO"),
        (&["sweep", "?v=1", "--workers", "1,65000"], "--workers: is 65000, but on this machine at most "),
    ];
    for (arguments, named) in cases {
        check_refused(&lab(arguments), &arguments.join(" "), named);
    }
}

#[test]
fn a_run_that_cannot_fit_is_refused_before_it_begins_with_what_it_needs_and_what_there_is() {
    let file = json::encode(&scenario());
    let output = lab_with_input(&["run", "-", "--memory", "1000000"], &file);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("1000000 bytes may be used"), "{}", stderr(&output));
    assert!(output.stdout.is_empty(), "nothing has run");
    let output = lab_with_input(&["run", "-", "--memory", "1000000000"], &file);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = lab_with_input(&["run", "-", "--memory", "much"], &file);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn explain_measures_what_each_rule_saves_and_the_savings_add_up() {
    let narrow = Scenario { query: shuffle_engine::scenario::Query::Narrow, ..scenario() };
    let output = lab_with_input(&["explain", "-"], &json::encode(&narrow));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let explained: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rules = explained["rules"].as_array().expect("a list");
    let saved = |value: &serde_json::Value| value["saved"]["scanned_bytes"].as_i64().expect("a number");
    assert!(rules.iter().any(|rule| rule["rule"] == "push filters down" && saved(rule) > 0), "{explained}");
    assert_eq!(rules.iter().map(saved).sum::<i64>(), saved(&explained));
    assert!(rules.windows(2).all(|pair| pair[0]["after"] == pair[1]["before"]), "{explained}");
}

#[test]
fn both_transports_any_workers_and_all_three_inputs_give_the_interpreters_digest() {
    let folder = Folder::new("inputs");
    for query in [Query::CountByKey, Query::Join, Query::Narrow] {
        let scenario = Scenario { query, shuffle_fraction: 0.37, ..scenario() };
        let digest = answer(&scenario).digest(&scenario.logical_plan().schema()).hex();
        let text = json::encode(&scenario);
        let file = folder.with("scenario.json", &text);
        let with_tactics = Scenario {
            workers: 7,
            tactics: Tactics { combine: true, salt: 4, ..Tactics::default() },
            ..scenario.clone()
        };
        let reports = [
            good(&lab(&["run", &file])),
            good(&lab_with_input(&["run", "-"], &format!("\u{feff}{text}"))),
            good(&lab(&["run", "--transport", "local", &file])),
            good(&lab_with_input(&["run", "-", "--transport", "threads"], &text)),
            good(&lab(&["run", &link::encode(&scenario)])),
            good(&lab(&["run", &link::encode(&with_tactics)])),
        ];
        for report in reports {
            assert_eq!(report["result"]["digest"], digest.as_str(), "{query:?}");
            assert_eq!((&report["version"], &report["clock"]), (&Value::from(1), &Value::from("wall")));
        }
    }
}

/// A CSV file without quotes: its header and its lines, cut at commas.
fn csv(path: &str) -> (String, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(path).expect("the file that lab wrote");
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.next().expect("a header");
    assert!(!text.contains('"') && text.ends_with('\n'), "generated text needs no quotes");
    (header, lines.map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

#[test]
fn counts_in_the_result_file_are_those_of_a_plain_recount_of_the_generated_file() {
    let folder = Folder::new("recount");
    let (prompts, result) = (folder.path("prompts.csv"), folder.path("result.csv"));
    let text = json::encode(&scenario());
    let generated = good(&lab_with_input(&["generate", "-", "--table", "prompts", "-o", &prompts], &text));
    assert_eq!(generated["rows"], 3_000);
    good(&lab_with_input(&["run", "-", "--result", &result], &text));

    let (header, rows) = csv(&prompts);
    assert_eq!(header, "prompt_id,prompt_hash,language,text,score");
    assert_eq!(rows.len(), 3_000);
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    rows.iter().for_each(|row| *expected.entry(row[1].clone()).or_default() += 1);
    let (header, rows) = csv(&result);
    assert_eq!(header, "prompt_hash,count");
    let counted: BTreeMap<String, u64> =
        rows.iter().map(|row| (row[0].clone(), row[1].parse().expect("a count"))).collect();
    assert_eq!(rows.len(), counted.len(), "each key once");
    assert_eq!(counted, expected);
}

#[test]
fn a_join_in_the_result_file_is_the_join_of_the_two_generated_files() {
    let folder = Folder::new("join");
    let (prompts, rewards) = (folder.path("prompts.csv"), folder.path("rewards.csv"));
    let result = folder.path("result.csv");
    let text = json::encode(&Scenario { query: Query::Join, ..scenario() });
    good(&lab_with_input(&["generate", "-", "--table", "prompts", "-o", &prompts], &text));
    good(&lab_with_input(&["generate", "-", "--table", "rewards", "-o", &rewards], &text));
    good(&lab_with_input(&["run", "-", "--result", &result], &text));
    let (header, rows) = csv(&rewards);
    assert_eq!((header.as_str(), rows.len()), ("prompt_hash,reward", 200));
    let reward: BTreeMap<String, String> =
        rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let mut expected: Vec<Vec<String>> = csv(&prompts)
        .1
        .into_iter()
        .map(|row| vec![row[0].clone(), row[1].clone(), row[4].clone(), reward[&row[1]].clone()])
        .collect();
    let (header, mut rows) = csv(&result);
    assert_eq!(header, "prompt_id,prompt_hash,score,reward");
    expected.sort();
    rows.sort();
    assert!(rows == expected, "row for row");
    assert!(rows.iter().any(|row| row[2].is_empty()), "a score that is NULL is an empty cell");
}

#[test]
fn explain_shows_every_form_of_the_plan() {
    let output = lab(&["explain", "?v=1&query=join&shuffle_fraction=0.5"]);
    let plan = good(&output);
    for (form, part) in
        [("logical", "Join inner"), ("physical", "Exchange hash"), ("stages", "write shuffle 0")]
    {
        let text = plan[form].as_str().unwrap_or_default();
        assert!(text.contains(part), "{form}: {text}");
        assert!(stderr(&output).contains(text), "people read the same on stderr");
    }
}

#[test]
fn a_sweep_reports_every_number_of_workers_and_its_medians() {
    let report = good(&lab_with_input(&["sweep", "-", "--workers", "1,3"], &json::encode(&scenario())));
    let runs = report["runs"].as_array().expect("runs");
    let workers: Vec<_> = runs.iter().map(|run| run["workers"].as_u64()).collect();
    assert_eq!(workers, [Some(1), Some(3)]);
    for run in runs {
        let mut walls: Vec<u64> =
            run["all_wall_micros"].as_array().expect("walls").iter().filter_map(Value::as_u64).collect();
        walls.sort_unstable();
        assert_eq!((walls.len(), run["wall_micros"].as_u64()), (5, Some(walls[2])), "the median of five");
        assert_eq!(run["report"]["result"]["digest"], runs[0]["report"]["result"]["digest"]);
    }
}

#[test]
fn help_and_version_are_good_and_on_standard_output() {
    for (arguments, words) in [
        (&["--help"][..], "lab run SCENARIO"),
        (&["run", "--help"], "--transport"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
    ] {
        let output = lab(arguments);
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).expect("words are UTF-8");
        assert!(text.contains(words) && output.stderr.is_empty(), "{arguments:?}: {text}");
    }
    let nothing = lab(&[]);
    assert_eq!(nothing.status.code(), Some(2), "nothing was asked for");
    assert!(
        stderr(&nothing).contains("lab run SCENARIO") && nothing.stdout.is_empty(),
        "{}",
        stderr(&nothing)
    );
}

#[test]
fn a_model_is_summed_up_for_the_workers_that_were_asked_for() {
    let text = json::encode(&scenario());
    for (arguments, told, workers) in [
        (&["model", "-", "--workers", "1,2"][..], &["1 worker: ", "2 workers: "][..], &[1, 2][..]),
        (&["model", "-", "--workers", "5"], &["5 workers: "], &[5]),
    ] {
        let output = lab_with_input(arguments, &text);
        let report = good(&output);
        let words = stderr(&output);
        let modelled: Vec<&str> = words.lines().filter(|line| line.ends_with(" ms modelled")).collect();
        let are_told = modelled.iter().zip(told).all(|(line, start)| line.starts_with(start));
        assert!(modelled.len() == told.len() && are_told, "{words}");
        let points: Vec<_> = report["points"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|point| point["workers"].as_u64())
            .collect();
        assert_eq!(points, workers.iter().map(|&count| Some(count)).collect::<Vec<_>>());
    }
}
