//! The house in order: who may import whom, what code may not contain, how long a file may be, which versions are pinned.
//!
//! The rules are those of ARCHITECTURE.md; a line that breaks one is printed as `file:line: what`.

mod words;

use std::path::{Path, PathBuf};

/// One source file.
#[derive(Clone)]
struct Source {
    /// Relative to the repository, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// Numbered lines of code: without comments, and without the module of tests at its end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test)]"));
        (1..).zip(lines.map(|line| match line.split_once("//") {
            // An address in a string is not a comment.
            Some((before, _)) if !before.ends_with(':') => before,
            _ => line,
        }))
    }
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust files below a folder, or the file itself; none when there is none yet.
fn sources(below: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(below), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(path: &Path, found: &mut Vec<Source>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("a folder that is there can be read");
        entries.for_each(|entry| collect(&entry.expect("an entry of a folder").path(), found));
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let text = std::fs::read_to_string(path).expect("a source file can be read");
        let path = path.strip_prefix(root()).expect("below the repository").display().to_string();
        found.push(Source { path: path.replace('\\', "/"), text });
    }
}

/// Fails with every line of `sources` in which one of `words` stands.
fn forbid(sources: &[Source], words: &[&str], reason: &str) {
    let mut broken = Vec::new();
    for source in sources {
        for (number, line) in source.code() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                broken.push(format!("{}:{number}: {word}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{reason}\n{}", broken.join("\n"));
}

/// Ways to name modules of the page from within it or from its binary.
fn imports_of(modules: &[&str]) -> Vec<String> {
    let ways = ["crate::", "shuffle_lab::", "super::", "super::super::"];
    modules.iter().flat_map(|module| ways.map(|way| format!("{way}{module}"))).collect()
}

fn forbid_imports(below: &str, modules: &[&str], reason: &str) {
    let words = imports_of(modules);
    let mut broken = Vec::new();
    for source in sources(below) {
        for (number, line) in source.code() {
            // The module's name, not a longer one that begins with it, and none of the importer's own children.
            let stands = |word: &String| {
                line.match_indices(word.as_str()).any(|(at, _)| {
                    let after = line[at + word.len()..].chars().next().unwrap_or(' ');
                    !(after.is_alphanumeric() || after == '_')
                })
            };
            if let Some(word) = words.iter().find(|word| stands(word)) {
                broken.push(format!("{}:{number}: {word}", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{reason}\n{}", broken.join("\n"));
}

#[test]
fn the_engine_knows_no_browser() {
    let words = ["web_sys", "wasm_bindgen", "js_sys", "leptos", "plotters", "shuffle_lab"];
    forbid(&sources("engine/src"), &words, "the engine is pure Rust");
    let manifest = read("engine/Cargo.toml");
    for word in ["web-sys", "wasm-bindgen", "js-sys", "leptos", "plotters"] {
        assert!(!manifest.contains(&format!("\n{word}")), "engine/Cargo.toml does not depend on {word}");
    }
}

#[test]
fn the_scenario_stays_at_the_door() {
    for below in ["plan", "dataset", "cluster", "operator", "shuffle", "columnar", "estimate", "memory"] {
        let sources = sources(&format!("engine/src/{below}"));
        forbid(
            &sources,
            &["scenario::", "&Scenario", "use crate::Scenario"],
            "inside there are DataSpec, PlanOptions and RunSpec",
        );
    }
    let lower = ["engine/src/error.rs", "engine/src/clock.rs"].map(sources);
    forbid(
        &lower.concat(),
        &["crate::scenario", "crate::metrics", "crate::cluster"],
        "these lie below all others",
    );
    forbid(&sources("engine/src/plan"), &["crate::error", "crate::cluster"], "a plan has errors of its own");
    forbid(
        &sources("engine/src/cluster"),
        &["crate::metrics", "crate::frame"],
        "metrics are made of a cluster's outcome",
    );
}

#[test]
fn the_user_interface_plans_nothing() {
    let words = [".plan()", ".plan_with(", ".job()", "Planned::new", "Planner::new"];
    forbid(&sources("src/ui"), &words, "the session holds the plan, made once an edit");
}

#[test]
fn only_the_native_transport_and_the_command_line_have_a_clock_threads_or_files() {
    let may = |path: &str| path == "engine/src/cluster/threads.rs" || path.starts_with("engine/src/bin/");
    let pure: Vec<Source> = sources("engine/src").into_iter().filter(|source| !may(&source.path)).collect();
    let words = ["std::time", "std::thread", "std::fs", "std::env", "std::process", "std::net", "println!"];
    forbid(&pure, &words, "time, files and threads are given to the engine by who runs it");
}

#[test]
fn the_engine_has_no_hidden_randomness_and_iterates_ordered_maps() {
    let words =
        ["HashMap", "HashSet", "RandomState", "rand::rng(", "thread_rng", "from_os_rng", "SysRng", "StdRng"];
    forbid(&sources("engine/src"), &words, "the same seed gives the same bytes everywhere");
}

#[test]
fn what_is_shown_is_pure() {
    let words = ["web_sys", "wasm_bindgen", "js_sys", "leptos", "shuffle_lab::", "HashMap", "std::time"];
    forbid(&sources("view/src"), &words, "the view is data and functions, without a browser or a page");
    let others =
        ["controls", "figures", "model_view", "parts", "permalink", "plan", "scope", "state", "verdict"];
    forbid_imports("view/src/charts", &others, "a chart knows its own data and nothing else");
}

#[test]
fn the_lesson_is_made_of_the_view_and_the_engine() {
    let words = ["web_sys", "wasm_bindgen", "js_sys", "leptos", "shuffle_lab::"];
    forbid(&sources("lesson/src"), &words, "the lesson's pages hold figures, whose code is the page's");
    let words = ["shuffle_lesson", "lesson::"];
    let mut others = sources("engine/src");
    others.extend(sources("view/src"));
    others.extend(sources("src"));
    forbid(&others, &words, "nothing that is loaded knows of the lesson");
}

#[test]
fn the_session_does_not_know_the_user_interface() {
    forbid_imports("src/session", &["ui"], "ui shows the session, not the other way round");
}

#[test]
fn the_browser_module_knows_only_the_engine() {
    let others = ["session", "ui"];
    forbid_imports("src/browser", &others, "browser performs effects of the engine and nothing else");
    forbid(
        &sources("src/browser"),
        &["shuffle_view"],
        "browser performs effects of the engine and nothing else",
    );
}

#[test]
fn no_code_unwraps_prints_for_debugging_or_is_left_undone() {
    let words = [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "FIXME", "XXX"];
    let mut all = sources("engine/src");
    all.extend(sources("src"));
    all.extend(sources("view/src"));
    all.extend(sources("lesson/src"));
    forbid(&all, &words, "broken invariants panic with a sentence");
}

#[test]
fn an_error_is_a_type_and_not_a_string() {
    let mut all = sources("engine/src");
    all.extend(sources("src"));
    all.extend(sources("view/src"));
    all.extend(sources("lesson/src"));
    forbid(&all, &[", String>>"], "errors are named by the reaction they call for");
    let mut broken = Vec::new();
    for source in &all {
        for (number, line) in source.code() {
            if line.contains("Result<") && line.contains(", String>") && !line.contains("Map<") {
                broken.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "errors are named by the reaction they call for\n{}", broken.join("\n"));
}

#[test]
fn unsafe_code_stands_in_no_file_of_the_engine_and_in_one_of_the_command_line() {
    assert!(read("engine/src/lib.rs").contains("#![forbid(unsafe_code)]"), "the compiler checks it");
    for source in sources("engine/src/bin") {
        let is_allocator = source.path.ends_with("lab/allocator.rs");
        let is_safe = source.code().all(|(_, line)| !line.contains("unsafe"));
        assert!(is_safe || is_allocator, "{}: only an allocator of its own is unsafe", source.path);
    }
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let mut long = Vec::new();
    for below in ["src", "view/src", "desk/src", "engine/src", "lesson/src", "xtask/src"] {
        for source in sources(below) {
            let lines = source.code().count();
            if lines > 500 {
                long.push(format!("{} has {lines} lines without its tests", source.path));
            }
        }
    }
    assert!(long.is_empty(), "small rooms: {}", long.join(", "));
}

#[test]
fn every_file_begins_with_a_paragraph() {
    let mut bare = Vec::new();
    for below in [
        "src",
        "view/src",
        "engine/src",
        "engine/benches",
        "lesson/src",
        "lesson/tests",
        "xtask/src",
        "tests/native",
        "tests/web",
        "tests/e2e",
    ] {
        for source in sources(below) {
            let begins =
                source.text.lines().next().is_some_and(|line| line.len() > 12 && line.starts_with("//!"));
            if !begins {
                bare.push(source.path);
            }
        }
    }
    assert!(bare.is_empty(), "a file begins with //! and what it is: {}", bare.join(", "));
}

#[test]
fn module_names_say_what_is_inside() {
    let vague = ["util", "utils", "helper", "helpers", "common", "misc", "manager"];
    for below in ["src", "view/src", "desk/src", "engine/src", "lesson/src", "xtask/src", "tests/native"] {
        for source in sources(below) {
            let names = source.path.trim_end_matches(".rs").split('/');
            assert!(names.clone().all(|name| !vague.contains(&name)), "{} says nothing", source.path);
        }
    }
}

/// The version that Cargo.lock has of a package; it must be the only one.
fn locked(package: &str) -> String {
    let lock = read("Cargo.lock");
    let name = format!("name = \"{package}\"");
    let versions: Vec<&str> = lock
        .split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line == name))
        .filter_map(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")))
        .collect();
    assert_eq!(versions.len(), 1, "{package} is locked in one version: {versions:?}");
    versions[0].trim_matches('"').to_owned()
}

#[test]
fn wasm_bindgen_is_pinned_to_the_version_that_is_locked() {
    let manifest = read("Cargo.toml");
    let pin =
        manifest.lines().find_map(|line| line.strip_prefix("wasm-bindgen = ")).expect("it is a dependency");
    assert_eq!(pin.trim_matches('"'), format!("={}", locked("wasm-bindgen")), "the pin in Cargo.toml");
}

#[test]
fn what_draws_rows_is_locked_in_one_version() {
    for package in ["rand", "rand_distr", "libm", "serde_json"] {
        locked(package);
    }
}

#[test]
fn every_golden_file_belongs_to_a_test() {
    let known =
        ["plans-", "stages-", "metrics-", "charts-", "model-", "schedules-", "digests", "rules", "seeds"];
    for entry in std::fs::read_dir(root().join("tests/golden")).expect("golden files") {
        let name = entry.expect("an entry of a folder").file_name().to_string_lossy().into_owned();
        assert!(known.iter().any(|prefix| name.starts_with(prefix)), "{name} is read by no test");
    }
}
