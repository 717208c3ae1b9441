//! Golden texts: plans and stages of every query and the rows of a report, as `lab explain` prints them.
//!
//! `UPDATE_GOLDEN=1 cargo test --test native golden` rewrites the files; a difference is then read in the commit.

use std::fmt::Write as _;
use std::path::PathBuf;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::{Query, Tactics};

use crate::samples::{Stopped, job};

/// Compares a text with a file of `tests/golden`.
pub(crate) fn check(file_name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(file_name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("tests/golden can be written");
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (golden, line)) in (1..).zip(golden.lines().zip(text.lines())) {
        assert_eq!(line, golden, "{file_name}, line {number}; UPDATE_GOLDEN=1 rewrites it");
    }
    assert_eq!(text, golden, "{file_name} has lines more or fewer; UPDATE_GOLDEN=1 rewrites it");
}

/// The ways in which a query is shown.
fn ways() -> [(&'static str, Scenario); 4] {
    let plain = Scenario::default();
    let none = Tactics::default();
    [
        ("plain", plain.clone()),
        ("half of the rows", Scenario { shuffle_fraction: 0.5, ..plain.clone() }),
        ("combine", Scenario { tactics: Tactics { combine: true, ..none }, ..plain.clone() }),
        ("salt of 4", Scenario { tactics: Tactics { salt: 4, ..none }, ..plain }),
    ]
}

fn each_way(query: Query, part: impl Fn(&Scenario) -> String) -> String {
    let mut text = String::new();
    let mut seen: Vec<(&str, String)> = Vec::new();
    for (way, scenario) in ways() {
        let shown = part(&Scenario { query, ..scenario });
        writeln!(text, "== {way}").expect("a String takes every write");
        match seen.iter().find(|(_, other)| *other == shown) {
            Some((other, _)) => writeln!(text, "as {other}\n").expect("a String takes every write"),
            None => writeln!(text, "{shown}").expect("a String takes every write"),
        }
        seen.push((way, shown));
    }
    text
}

#[test]
fn plans_of_every_query_read_as_in_the_golden_files() {
    for query in Query::ALL {
        let text = each_way(query, |scenario| {
            let planned = scenario.plan().expect("a valid scenario");
            let mut text = format!("-- as written\n{}", planned.logical);
            for step in &planned.optimized.trace {
                write!(text, "-- {}\n{}", step.rule, step.after).expect("a String takes every write");
            }
            write!(text, "-- with exchanges\n{}", planned.physical).expect("a String takes every write");
            text
        });
        check(&format!("plans-{}.txt", query.name()), &text);
    }
}

#[test]
fn stages_of_every_query_read_as_in_the_golden_files() {
    for query in Query::ALL {
        let text = each_way(query, |scenario| scenario.plan().expect("a valid scenario").stages.to_string());
        check(&format!("stages-{}.txt", query.name()), &text);
    }
}

#[test]
fn metrics_of_every_query_read_as_in_the_golden_file() {
    let mut text = String::new();
    for query in Query::ALL {
        for (way, scenario) in ways() {
            let scenario = Scenario {
                query,
                rows: 3_000,
                keys: 100,
                workers: 3,
                map_partitions: 4,
                reduce_partitions: 5,
                ..scenario
            };
            let outcome = LocalCluster::new(1).run(&job(&scenario), &Stopped);
            let report = JobReport::new(&outcome.expect("a valid scenario"));
            write_report(&mut text, &format!("{}, {way}", query.name()), &report).expect("a String");
        }
    }
    check("metrics-small.txt", &text);
}

fn write_report(text: &mut String, title: &str, report: &JobReport) -> std::fmt::Result {
    writeln!(text, "== {title}\nresult: {} rows {}", report.result.rows, report.result.digest)?;
    for stage in &report.stages {
        writeln!(text, "stage {} {}: {} in, {} out", stage.id, stage.name, stage.rows_in, stage.rows_out)?;
        let partitions = &stage.partitions;
        writeln!(text, "  rows {:?} on {:?}", partitions.rows, partitions.executor)?;
        if stage.shuffle.blocks > 0 {
            let shuffle = stage.shuffle;
            writeln!(
                text,
                "  wrote {} rows, {} bytes, {} blocks",
                shuffle.rows, shuffle.bytes, shuffle.blocks
            )?;
        }
        if let Some(exchange) = &stage.exchange {
            writeln!(text, "  {} links, bytes {:?}", exchange.links, exchange.link_bytes)?;
        }
    }
    let or_none = |ratio: Option<f64>| ratio.map_or("none".to_owned(), |ratio| format!("{ratio:.3}"));
    let (median, mean) = (or_none(report.skew.max_over_median), or_none(report.skew.max_over_mean));
    write!(text, "skew: max/median {median}, max/mean {mean}")?;
    if let Some(hot) = report.skew.hot_key {
        write!(text, ", key {} has {} rows, {:.4}", hot.value, hot.rows, hot.share)?;
        if let Some(partition) = hot.partition {
            write!(text, ", partition {partition}")?;
        }
    }
    writeln!(text, "\n")
}
