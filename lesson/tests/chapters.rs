//! Every chapter, by real runs at its own size: what its tasks ask for is not there at first, not there when the bet is answered,
//! and there when the solution has run.

use std::fs;
use std::path::{Path, PathBuf};

use shuffle_engine::Scenario;
use shuffle_lesson::broken::LessonError;
use shuffle_lesson::chapter::{Chapter, Task};
use shuffle_lesson::examine::Runs;
use shuffle_view::quantities::Evidence;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("chapters")
}

fn chapters(runs: &mut Runs) -> Vec<Chapter> {
    shuffle_lesson::chapters(&folder(), "lesson/chapters", runs).unwrap_or_else(|error| panic!("{error}"))
}

fn holds(task: &Task, scenario: &Scenario, runs: &mut Runs) -> bool {
    let report = runs.of(scenario).expect("the run comes to its end");
    task.condition.holds(Evidence { scenario, report: &report })
}

#[test]
fn a_task_is_undone_at_first_undone_by_the_bet_and_done_by_its_solution() {
    let mut runs = Runs::default();
    for chapter in chapters(&mut runs) {
        for task in chapter.tasks() {
            let start = &chapter.figure(&task.figure).expect("the examiner has found it").scenario;
            assert!(!holds(task, start, &mut runs), "{}: the figure starts with its task done", chapter.file);
            for bet in chapter.bets().filter(|bet| bet.figure == task.figure) {
                assert!(
                    !holds(task, &bet.scenario, &mut runs),
                    "{}: the bet's run does the task",
                    chapter.file
                );
            }
            assert!(
                holds(task, &task.solution, &mut runs),
                "{}: the solution does not do the task",
                chapter.file
            );
        }
    }
}

#[test]
fn a_solution_is_reached_with_the_controls_of_its_figure() {
    use shuffle_view::parts::{Control, read};
    for chapter in chapters(&mut Runs::default()) {
        for task in chapter.tasks() {
            let figure = chapter.figure(&task.figure).expect("the examiner has found it");
            let (controls, _) = read::<Control>(&figure.controls);
            let has = |control| controls.contains(&control);
            let mut reached = figure.scenario.clone();
            let solution = task.solution.clone();
            if has(Control::Workers) {
                reached.workers = solution.workers;
            }
            if has(Control::ShuffleFraction) {
                reached.shuffle_fraction = solution.shuffle_fraction;
            }
            if has(Control::Skew) {
                reached.skew = solution.skew;
            }
            if has(Control::Query) {
                reached.query = solution.query;
            }
            if has(Control::Action) {
                reached.action = solution.action;
            }
            if has(Control::Partitions) {
                reached.map_partitions = solution.map_partitions;
                reached.reduce_partitions = solution.reduce_partitions;
            }
            assert_eq!(reached, solution, "{}: the solution needs a control that is not there", chapter.file);
        }
    }
}

#[test]
fn the_pages_hold_all_chapters_and_no_script_of_their_own() {
    let to = std::env::temp_dir().join(format!("shuffle-lesson-{}", std::process::id()));
    let count =
        shuffle_lesson::build(&folder(), "lesson/chapters", &to).unwrap_or_else(|error| panic!("{error}"));
    assert!(count >= 5);
    let index = fs::read_to_string(to.join("index.html")).expect("the first page is written");
    for entry in fs::read_dir(folder()).expect("the chapters are there") {
        let name = entry.expect("an entry of a folder").path().with_extension("html");
        let name = name.file_name().expect("a file has a name").to_string_lossy().into_owned();
        assert!(index.contains(&format!("href=\"{name}\"")), "{name} is in the list of chapters");
        let page = fs::read_to_string(to.join(&name)).expect("the chapter's page is written");
        for part in [
            "<h1>",
            "class=\"bet\"",
            "class=\"task\"",
            "class=\"careful\"",
            "<shuffle-lab",
            "rel=\"stylesheet\"",
        ] {
            assert!(page.contains(part), "{name} has {part}");
        }
        assert!(
            !page.contains("<script>") && !page.contains(" style="),
            "{name}: a strict policy refuses both"
        );
        assert!(!page.contains("NaN") && !page.contains("no ratio"), "{name}: a number is none");
        let loads = page
            .split(" src=\"")
            .skip(1)
            .chain(page.split("<link ").skip(1).filter_map(|link| link.split("href=\"").nth(1)));
        for address in loads {
            assert!(
                !address.starts_with("http") && !address.starts_with('/'),
                "{name} loads only its own files"
            );
        }
    }
    fs::remove_dir_all(&to).expect("it is removed");
}

const GOOD: &str = r#"<chapter title="T" question="Q">
  <p>Words, <value figure="one" of="scenario.rows" as="count"/>.</p>
  <figure name="one" query="v=1&amp;rows=2000&amp;keys=50&amp;workers=2" controls="workers" views="load"/>
  <bet figure="one" asks="v=1&amp;rows=2000&amp;keys=50&amp;workers=4" views="load" of="stages.1.executors.rows.max" as="count" noun="rows" guess="load" min="0" max="2000" step="10" start="10">How many?</bet>
  <task figure="one" condition="messages > 50" hint="More." solution="v=1&amp;rows=2000&amp;keys=50&amp;workers=16">Do it.</task>
  <careful>So <source href="https://example.org/">they say</source>.</careful>
</chapter>
"#;

/// What a folder with this one chapter is told.
fn told(name: &str, text: &str) -> String {
    let folder = std::env::temp_dir().join(format!("shuffle-chapter-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder is made");
    fs::write(folder.join("1-one.xml"), text).expect("a chapter is written");
    let outcome = shuffle_lesson::chapters(&folder, "lesson/chapters", &mut Runs::default());
    fs::remove_dir_all(&folder).expect("it is removed");
    match outcome {
        Ok(_) => "good".to_owned(),
        Err(error @ (LessonError::Broken(_) | LessonError::Io { .. })) => error.to_string(),
    }
}

#[test]
fn a_broken_chapter_is_told_with_its_file_line_and_column() {
    assert_eq!(told("good", GOOD), "good");
    let cases = [
        ("</careful>", "</carefull>", "6:69: not well-formed XML: expected 'careful' tag, not 'carefull'"),
        ("<careful>", "<carful>", "6:68: not well-formed XML: expected 'carful' tag, not 'careful'"),
        ("Words,", "Words <b>bold</b>,", "2:12: <b> is none of value, source, em, strong, code, formula"),
        ("Words,", "In 2024 words,", "2:6: a number in a text is computed or has its source"),
        (
            "controls=\"workers\"",
            "controls=\"wrkers\"",
            "3:84: controls has \"wrkers\", which is none of workers, ",
        ),
        ("views=\"load\"/>", "views=\"lode\"/>", "3:100: views has \"lode\", which is none of verdict, "),
        (
            "name=\"one\"",
            "name=\"one\" colour=\"red\"",
            "3:22: <figure> knows no colour=; it takes name, query, controls, views",
        ),
        ("workers=2\"", "workers=99\"", "3:29: The query's workers is 99, "),
        (
            "<value figure=\"one\"",
            "<value figure=\"two\"",
            "2:37: there is no figure \"two\" in this chapter, but one",
        ),
        (
            "of=\"scenario.rows\"",
            "of=\"scenario.rose\"",
            "2:37: \"scenario.rose\" names nothing in the report of a run; there are scenario.workers, ",
        ),
        ("as=\"count\"/>", "as=\"counts\"/>", "2:56: \"counts\" is none of count, bytes, "),
        (
            "of=\"scenario.rows\"",
            "of=\"fetched.rows\"",
            "2:37: fetched.rows has no number in the report of this figure's run",
        ),
        ("messages > 50", "messages > fifty", "5:44: here a number is missing"),
        (
            "messages > 50",
            "mesages > 50",
            "5:33: \"mesages\" names nothing in the report of a run; names begin with wall_micros, ",
        ),
        (
            "messages > 50",
            "fetched.bytes > 50",
            "5:33: fetched.bytes has no number in the report of this figure's run",
        ),
        ("task figure=\"one\"", "task figure=\"two\"", "there is no figure \"two\" in this chapter, but one"),
        ("max=\"2000\"", "max=\"200\"", "4:3: the answer is "),
        (
            "guess=\"load\"",
            "guess=\"plan\"",
            "\"plan\" is no chart that takes a bet: wall_clock, load, exchange, traffic",
        ),
        (" question=\"Q\"", "", "1:1: <chapter> needs question=\"…\""),
        (
            "<source href=\"https://example.org/\">they say</source>",
            "they say",
            "6:3: a <careful> says where it has it from",
        ),
        ("<bet ", "<!-- ", "not well-formed XML"),
    ];
    let mut untold = Vec::new();
    for (index, (part, other, expected)) in cases.into_iter().enumerate() {
        assert!(GOOD.contains(part), "{part}");
        let told = told(&index.to_string(), &GOOD.replacen(part, other, 1));
        let is_placed = told.starts_with("lesson/chapters/1-one.xml:");
        if !is_placed || !told.contains(expected) {
            untold.push(format!("{other}\n  told {told}\n  not {expected}"));
        }
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn a_chapter_without_one_of_its_parts_is_told_which() {
    for (part, name) in [("<bet ", "<bet>"), ("<task ", "<task>"), ("<careful>", "<careful>"), ("<p>", "<p>")]
    {
        let without: Vec<&str> = GOOD.lines().filter(|line| !line.trim_start().starts_with(part)).collect();
        let told = told(part.trim_matches(['<', '>', ' ']), &without.join("\n"));
        assert_eq!(told, format!("lesson/chapters/1-one.xml:1:1: the chapter has no {name}"));
    }
}
