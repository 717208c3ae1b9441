//! What the program does with its streams and files: rows go where they were asked for, and no output that cannot be
//! written makes it panic.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint, Query, json, link};

use super::{Folder, check_refused, csv, good, lab, lab_with_input, program, scenario, stderr};

#[test]
fn the_result_file_has_the_rows_of_the_action_and_no_more() {
    let folder = Folder::new("actions");
    let file = folder.path("rows.csv");
    let memory_bytes = 1 << 20;
    for query in [Query::CountByKey, Query::Narrow] {
        for (action, expected) in [
            (Action::show(5), Some(5)),
            (Action::show(1), Some(1)),
            (Action::Collect { of: CollectPoint::Input, memory_bytes }, Some(3_000)),
            (Action::Collect { of: CollectPoint::Result, memory_bytes }, None),
            (Action::Write {}, None),
        ] {
            for transport in ["threads", "local"] {
                let scenario = Scenario { query, action, ..scenario() };
                let output =
                    lab(&["run", &link::encode(&scenario), "--transport", transport, "--result", &file]);
                let report = good(&output);
                let rows = csv(&file).1.len() as u64;
                assert_eq!(report["result"]["rows"], rows, "{query:?} {action:?}");
                assert!(expected.is_none_or(|expected| rows == expected), "{query:?} {action:?}: {rows}");
                assert!(
                    stderr(&output)
                        .contains(&format!("{rows} {} written", if rows == 1 { "row" } else { "rows" })),
                    "{}",
                    stderr(&output)
                );
                // Rows that stay are brought by a second run, so that the report is of a job that brings none.
                assert_eq!(report["fetched"].is_null(), action == Action::Write {}, "as without a file");
            }
        }
    }
}

#[test]
fn a_run_that_fails_leaves_no_new_result_file_and_an_old_one_as_it_was() {
    let folder = Folder::new("failing");
    let file = folder.path("rows.csv");
    let run = || lab(&["run", "?v=1&rows=20000&action=collect:4096", "--result", &file]);
    assert_eq!(run().status.code(), Some(1), "the driver has too little memory");
    assert!(!std::path::Path::new(&file).exists(), "nothing was written");
    std::fs::write(&file, "old").expect("a folder to write in");
    assert_eq!(run().status.code(), Some(1), "again");
    assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), Some("old"));
}

#[test]
fn a_reader_that_has_had_enough_ends_the_program_without_a_word() {
    let link = link::encode(&Scenario { rows: 200_000, ..scenario() });
    let mut child = Command::new(program())
        .args(["generate", &link, "--table=prompts", "-o", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lab starts");
    let mut first = String::new();
    let mut rows = BufReader::new(child.stdout.take().expect("its output"));
    rows.read_line(&mut first).expect("a line");
    drop(rows);
    assert_eq!(first, "prompt_id,prompt_hash,language,text,score\n");
    let output = child.wait_with_output().expect("lab ends");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn no_reader_at_all_ends_every_command_without_a_word() {
    for arguments in [&["--help"][..], &["run", "?v=1&rows=10"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = Command::new(program()).args(arguments).stdout(writer).stderr(Stdio::piped()).output();
        let ended = ended.expect("lab ends");
        assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", stderr(&ended));
        assert!(!stderr(&ended).contains("pipe"), "{}", stderr(&ended));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_one_line_on_output_and_files_and_silence_on_words() {
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("Linux has a full device");
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["run", "?v=1&rows=10"],
        &["generate", "?v=1&rows=10", "--table=rewards", "-o", "-"],
    ] {
        let ended = Command::new(program()).args(arguments).stdout(full()).stderr(Stdio::piped()).output();
        let ended = ended.expect("lab ends");
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {}", stderr(&ended));
        let words = stderr(&ended);
        let last = words.lines().last().expect("a line");
        assert!(last.starts_with("lab: standard output: No space"), "{arguments:?}: {words}");
    }
    for arguments in [
        &["run", "?v=1&rows=10", "--result", "/dev/full"][..],
        &["generate", "?v=1&rows=10", "--table=rewards", "-o", "/dev/full"],
    ] {
        let ended = lab(arguments);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}");
        assert!(stderr(&ended).starts_with("lab: /dev/full: No space"), "{}", stderr(&ended));
        assert!(ended.stdout.is_empty(), "no report of rows that were not written");
    }
    for (arguments, code) in [(&["run", "?v=1&rows=10"][..], 0), (&["fly"], 2)] {
        let ended = Command::new(program()).args(arguments).stderr(full()).output().expect("lab ends");
        assert_eq!(
            ended.status.code(),
            Some(code),
            "words that nobody can read change nothing: {arguments:?}"
        );
    }
}

#[test]
fn rows_on_standard_output_stand_there_alone() {
    let output = lab(&["generate", "?v=1&rows=7&keys=3", "--table=rewards", "-o", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).expect("CSV in UTF-8");
    assert_eq!((text.lines().next(), text.lines().count()), (Some("prompt_hash,reward"), 4));
}

#[test]
fn a_file_that_cannot_be_written_is_known_before_anything_runs_and_exits_with_1() {
    let file = json::encode(&scenario());
    for arguments in [
        &["run", "-", "--result", "/no/such/folder/out.csv"][..],
        &["generate", "-", "--table", "prompts", "-o", "/no/such/folder/out.csv"][..],
    ] {
        let output = lab_with_input(arguments, &file);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("/no/such/folder/out.csv"), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "nothing has run");
    }
}

#[test]
fn a_run_that_fails_leaves_the_rows_of_the_one_before_it() {
    let folder = Folder::new("kept");
    let file = folder.with("rows.csv", "a\n1\n");
    let too_much = lab(&["run", "?v=1&rows=3000&action=collect_input:4096", "--result", &file]);
    assert_eq!(too_much.status.code(), Some(1), "{}", stderr(&too_much));
    let mut text = String::new();
    let mut opened = std::fs::File::open(&file).expect("it is there");
    opened.read_to_string(&mut text).expect("text");
    assert_eq!(text, "a\n1\n");
    good(&lab(&["run", "?v=1&rows=3000&action=show:2", "--result", &file]));
    assert_eq!(csv(&file).1.len(), 2, "and nothing of the old rows is left when there are new ones");
}

#[test]
fn what_the_model_does_not_describe_is_refused_before_any_run() {
    let unmodelled = [
        ("?v=1&action=show:5", "action"),
        ("?v=1&action=collect:50000000", "action"),
        ("?v=1&action=collect_input:50000000", "action"),
        ("?v=1&query=join&broadcast_bytes=60000000", "tactics.broadcast_bytes"),
        ("?v=1&workers=4097", "workers"),
    ];
    for (link, field) in unmodelled {
        check_refused(&lab(&["model", link]), link, field);
    }
    check_refused(&lab(&["model", "?v=1", "--workers", "1,4097"]), "1,4097", "--workers");
}

#[test]
fn more_workers_than_are_started_are_refused_before_any_run() {
    for arguments in [
        &["run", "?v=1&workers=1024"][..],
        &["explain", "?v=1&workers=1024"],
        &["sweep", "?v=1", "--workers", "1,1024"],
    ] {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if cores < 64 {
            check_refused(&lab(arguments), &arguments.join(" "), "workers");
        }
    }
}
