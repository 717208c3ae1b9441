//! The command line's reader of arguments, as a function: which words make which command, and how others are refused.

use std::ffi::OsString;

use program::arguments::{Command, Source, Target, Transport, Verb, parse};
use program::failure::Failure;
use program::help;
use shuffle_engine::dataset::Table;

/// The program's own files. They know nothing but the engine, and no process has to start for a test.
#[path = "../../../engine/src/bin/lab"]
mod program {
    pub(super) mod arguments;
    #[expect(dead_code, reason = "only the program writes files and runs jobs")]
    pub(super) mod failure;
    pub(super) mod help;
}

fn read(words: &[&str]) -> Result<Command, Failure> {
    parse(words.iter().map(OsString::from))
}

fn link() -> Source {
    Source::Link("?v=1".to_owned())
}

#[test]
fn help_is_where_people_look_for_it() {
    for words in [&["--help"][..], &["-h"], &["help"], &["help", "--help"]] {
        assert_eq!(read(words), Ok(Command::Help(None)), "{words:?}");
    }
    for verb in Verb::ALL {
        let name = verb.name();
        for words in [&["help", name][..], &[name, "--help"], &[name, "-h"], &[name, "?v=1", "--help"]] {
            assert_eq!(read(words), Ok(Command::Help(Some(verb))), "{words:?}");
        }
        assert!(help::of(Some(verb)).starts_with(&format!("lab {name} SCENARIO")));
        assert!(help::of(None).contains(&format!("\nlab {name} ")) || help::of(None).starts_with("lab run"));
    }
    for words in [&["--version"][..], &["-V"], &["run", "--version"]] {
        assert_eq!(read(words), Ok(Command::Version), "{words:?}");
    }
    assert!(help::version().starts_with("lab ") && help::version().trim().lines().count() == 1);
}

#[test]
fn an_options_value_follows_it_or_stands_behind_an_equals_sign() {
    let expected = Command::Run {
        scenario: link(),
        transport: Transport::Local,
        result: Some("out.csv".to_owned()),
        memory_bytes: Some(5),
    };
    for words in [
        &["run", "?v=1", "--transport", "local", "--result", "out.csv", "--memory", "5"][..],
        &["run", "--transport=local", "--result=out.csv", "--memory=5", "?v=1"],
        &["run", "--memory=5", "--result=out.csv", "--transport=local", "--", "?v=1"],
    ] {
        assert_eq!(read(words).as_ref(), Ok(&expected), "{words:?}");
    }
    let expected = Command::Generate {
        scenario: link(),
        table: Table::Rewards,
        target: Target::File("r.csv".to_owned()),
    };
    for output in
        [&["-o", "r.csv"][..], &["-or.csv"], &["-o=r.csv"], &["--output", "r.csv"], &["--output=r.csv"]]
    {
        let words = [&["generate", "?v=1", "--table", "rewards"], output].concat();
        assert_eq!(read(&words).as_ref(), Ok(&expected), "{words:?}");
    }
}

#[test]
fn a_dash_is_standard_input_or_output_and_behind_two_dashes_nothing_is_an_option() {
    assert_eq!(read(&["explain", "-"]), Ok(Command::Explain { scenario: Source::Stdin }));
    let file = |name: &str| Command::Explain { scenario: Source::File(name.to_owned()) };
    assert_eq!(read(&["explain", "--", "--help"]), Ok(file("--help")));
    assert_eq!(read(&["explain", "a b.json"]), Ok(file("a b.json")));
    for output in ["-o-", "-o=-", "--output=-"] {
        let command = read(&["generate", "-", "--table=prompts", output]);
        let Ok(Command::Generate { scenario: Source::Stdin, target: Target::Stdout, .. }) = command else {
            panic!("{output}: {command:?}");
        };
    }
    refused(&["run", "?v=1", "--result", "-"], "--result");
}

#[test]
fn workers_are_a_list_of_whole_numbers() {
    let sweep = |workers: &[u32]| Command::Sweep { scenario: link(), workers: workers.to_vec() };
    assert_eq!(read(&["sweep", "?v=1", "--workers", "1,2, 4"]), Ok(sweep(&[1, 2, 4])));
    assert_eq!(read(&["sweep", "?v=1", "--workers=8"]), Ok(sweep(&[8])));
    assert_eq!(read(&["model", "?v=1"]), Ok(Command::Model { scenario: link(), workers: None }));
    for list in [
        "",
        "0",
        "1,",
        ",",
        "+8",
        "-8",
        "1e3",
        "0x8",
        "8.0",
        "1;2",
        "two",
        "4294967296",
        "99999999999999999999",
    ] {
        refused(&["sweep", "?v=1", "--workers", list], "--workers");
    }
    for bytes in ["", "-1", "+1", "1e3", "much", "1.5", "99999999999999999999"] {
        refused(&["run", "?v=1", "--memory", bytes], "--memory");
    }
}

/// Refused with exit 2 and one line that names `field`.
fn refused(words: &[&str], field: &str) {
    check_refused(read(words), &format!("{words:?}"), field);
}

fn check_refused(read: Result<Command, Failure>, words: &str, field: &str) {
    let failure = read.expect_err(words);
    let sentence = failure.sentence().expect("a refusal is said");
    assert_eq!(failure.code(), 2, "{words}: {sentence}");
    assert!(sentence.contains(field) && sentence.lines().count() == 1, "{words} names {field}: {sentence}");
}

#[test]
fn what_cannot_be_meant_is_refused_and_named() {
    let cases: &[(&[&str], &str)] = &[
        (&["fly"], "fly"),
        (&["fl\ny"], "fl"),
        (&["help", "fly"], "fly"),
        (&["help", "run", "sweep"], "sweep: is one argument too many; help is about one command"),
        (&["help", "run", "extra"], "extra"),
        (&["--help", "run"], "run"),
        (&["--version", "extra"], "extra"),
        (&["-V", "--help"], "--help"),
        (&["--color"], "--color"),
        (&["help", "--color"], "--color"),
        (&["run"], "SCENARIO"),
        (&["run", "--"], "SCENARIO"),
        (&["run", "?v=1", "another"], "another: is one argument too many; a command takes one SCENARIO"),
        (&["run", "?v=1", "--color", "red"], "--color"),
        (&["run", "?v=1", "--colo\nr"], "--colo"),
        (&["run", "?v=1", "-x"], "-x"),
        (&["run", "?v=1", "--workers", "1"], "--workers"),
        (&["run", "?v=1", "-o", "out.csv"], "-o"),
        (&["run", "?v=1", "--transport"], "--transport"),
        (&["run", "?v=1", "--transport="], "--transport"),
        (&["run", "?v=1", "--transport", "pigeon"], "--transport"),
        (&["run", "?v=1", "--memory=1", "--memory=2"], "--memory"),
        (&["run", "?v=1", "--result", ""], "--result"),
        (&["generate", "?v=1", "-o", "out.csv"], "--table"),
        (&["generate", "?v=1", "--table", "users", "-o", "out.csv"], "--table"),
        (&["generate", "?v=1", "--table", "prompts"], "-o"),
        (&["sweep", "?v=1"], "--workers"),
    ];
    for (words, named) in cases {
        refused(words, named);
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_refused_wherever_it_stands() {
    use std::os::unix::ffi::OsStringExt;
    let not_text = || OsString::from_vec(b"a\xff".to_vec());
    let text = OsString::from;
    let joined = |option: &[u8]| OsString::from_vec([option, b"=a\xff"].concat());
    let cases = [
        vec![not_text()],
        vec![text("help"), not_text()],
        vec![text("run"), not_text()],
        vec![text("run"), text("?v=1"), text("--result"), not_text()],
        vec![text("run"), text("?v=1"), joined(b"--result")],
        vec![text("run"), text("?v=1"), OsString::from_vec(b"--resul\xff".to_vec())],
        vec![text("run"), text("?v=1"), OsString::from_vec(b"-\xff".to_vec())],
        vec![text("run"), text("--"), not_text()],
        vec![text("generate"), text("?v=1"), text("--table=prompts"), joined(b"-o")],
    ];
    for words in cases {
        let shown = format!("{words:?}");
        check_refused(parse(words), &shown, "");
    }
}
