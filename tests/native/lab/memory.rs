//! What the program does when the system gives it no more memory: a result, or exit 1 and one line that says so.

use std::process::{Command, Stdio};

use super::{Folder, program, stderr};

/// Address space in KiB, from what a program of this size needs to be loaded to what every command here needs to end well.
const ROOM_KIB: std::ops::Range<u32> = 10_000..35_000;

fn within(room_kib: u32, arguments: &[&str]) -> std::process::Output {
    Command::new("sh")
        .args(["-c", "ulimit -v \"$0\" && exec \"$@\"", &room_kib.to_string()])
        .arg(program())
        .args(arguments)
        // Whoever prints a backtrace needs more room than the run.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .expect("a shell starts")
}

/// The words of a run that had too little room; none of one that had enough.
fn refusal(room_kib: u32, arguments: &[&str]) -> Option<String> {
    let output = within(room_kib, arguments);
    let words = stderr(&output);
    if output.status.code() == Some(0) {
        return None;
    }
    assert_eq!(output.status.code(), Some(1), "{arguments:?} in {room_kib} KiB: {} {words}", output.status);
    let last = words.lines().last().unwrap_or_default().to_owned();
    // The standard library does not say how many bytes its stack for signals needs.
    let has_figure = last.contains(" bytes are needed, ") || last.contains("alternative stack");
    let is_ours = last.starts_with("lab: out of memory: ") && has_figure;
    // The C library has words of its own when it cannot note what a thread does at its end.
    let is_libc = words.contains("glibc error") && words.contains("out of memory");
    assert!(is_ours || is_libc, "{arguments:?} in {room_kib} KiB: {words}");
    assert_eq!(words.matches("lab: ").count(), 1, "{arguments:?} in {room_kib} KiB: {words}");
    Some(last)
}

#[test]
fn whatever_room_there_is_a_command_gives_its_result_or_says_in_one_line_that_memory_is_out() {
    let folder = Folder::new("memory");
    let (rows, table) = (folder.path("rows.csv"), folder.path("table.csv"));
    let small = "?v=1&rows=4000&keys=400&map_partitions=2&reduce_partitions=2";
    let of = |rest: &str| format!("{small}{rest}");
    let (distinct, counts, best) =
        (of("&query=distinct"), of("&workers=8"), of("&query=dedup_best&workers=2"));
    let join = of("&query=join&workers=3");
    let commands: [(&[&str], u32); 6] = [
        (&["run", &counts], 1_700),
        (&["run", &join, "--result", &rows], 1_700),
        (&["generate", &distinct, "--table", "prompts", "-o", &table], 2_300),
        (&["explain", &best], 3_700),
        (&["sweep", &join, "--workers", "1,4"], 6_100),
        (&["model", &distinct, "--workers", "1,2"], 12_000),
    ];
    for (arguments, step) in commands {
        let outcomes: Vec<_> =
            ROOM_KIB.step_by(step as usize).map(|room_kib| refusal(room_kib, arguments)).collect();
        assert!(outcomes.iter().any(Option::is_none), "{arguments:?}: it ends well where there is room");
    }
}

#[test]
fn a_thread_without_room_for_its_stack_is_said_with_the_bytes_that_it_needs() {
    let many = "?v=1&rows=1000&workers=64";
    // Threads that have started allocate too, so in some rooms another request is the first to be refused.
    let mut refusals = (40_000..80_000)
        .step_by(2_000)
        .map(|room_kib| refusal(room_kib, &["run", many]).expect("64 stacks do not fit"));
    assert!(refusals.any(|words| words.contains("2097152 bytes are needed")), "no stack was refused");
}
