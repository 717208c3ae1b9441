//! The numbers of a run by their names, as conditions and texts write them: `stages.1.partitions.rows.max`.
//!
//! ```text
//!  "stages.1.partitions.rows.max" -> Quantity -> read from (Scenario, JobReport) -> 387,245
//!       '-- a name of the report's JSON --' '-- what is taken of a list --'
//! ```
//!
//! The names are those of the report's JSON, of the scenario below `scenario.`, and a few sums over all stages
//! ([`SUMS`]). A name that is in no report is an error when it is read; one that this run has no number for (a narrow run
//! has no exchange) is absent.

use shuffle_engine::Scenario;
use shuffle_engine::metrics::{ExchangeReport, JobReport, StageReport, skew};
use shuffle_engine::scenario::Skew;

use crate::charts::units;
use crate::words;

/// What a number is read from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The scenario that was run.
    pub scenario: &'a Scenario,
    /// What came of it.
    pub report: &'a JobReport,
}

/// One number of a run, by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    name: String,
    source: Source,
    of_list: Option<OfList>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    /// The row of [`RUN`].
    Run(usize),
    /// The row of [`STAGE`], of the stage with this index.
    Stage(usize, usize),
    /// The row of [`LISTS`].
    List(usize),
    /// The row of [`STAGE_LISTS`], of the stage with this index.
    StageList(usize, usize),
}

/// What is taken of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
enum OfList {
    Max,
    Min,
    Sum,
    Median,
    Length,
    At(usize),
}

/// A name that is in no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", words::condition::names_nothing(name, known))]
pub struct UnknownQuantity {
    name: String,
    /// Which names there are nearby, as the rest of the sentence.
    known: String,
}

type Run = (&'static str, fn(Evidence<'_>) -> Option<f64>);
type Stage = (&'static str, fn(&StageReport) -> Option<f64>);
type List = (&'static str, fn(&JobReport) -> &[u64]);
type StageList = (&'static str, fn(&StageReport) -> &[u64]);

/// Sums over all stages, which the report's JSON does not have.
pub const SUMS: [&str; 7] = [
    "scanned_rows",
    "scanned_bytes",
    "shuffle_rows",
    "shuffle_bytes",
    "shuffle_blocks",
    "moved_bytes",
    "messages",
];

#[expect(clippy::cast_precision_loss, reason = "no count of a run comes near 2^53")]
fn number(count: u64) -> Option<f64> {
    Some(count as f64)
}

const RUN: [Run; 28] = [
    ("wall_micros", |of| number(of.report.wall_micros)),
    ("result.rows", |of| number(of.report.result.rows)),
    ("stages.length", |of| number(of.report.stages.len() as u64)),
    (SUMS[0], |of| number(of.report.scanned_rows())),
    (SUMS[1], |of| number(of.report.scanned_bytes())),
    (SUMS[2], |of| number(of.report.shuffle_rows())),
    (SUMS[3], |of| number(of.report.shuffle_bytes())),
    (SUMS[4], |of| number(of.report.shuffle_blocks())),
    (SUMS[5], |of| number(of.report.moved_bytes())),
    (SUMS[6], |of| number(exchanges(of.report).map(|exchange| exchange.links).sum())),
    ("skew.max_over_median", |of| of.report.skew.max_over_median),
    ("skew.max_over_mean", |of| of.report.skew.max_over_mean),
    ("skew.hot_key.value", |of| of.report.skew.hot_key.map(|key| key.value as f64)),
    ("skew.hot_key.rows", |of| of.report.skew.hot_key.and_then(|key| number(key.rows))),
    ("skew.hot_key.share", |of| of.report.skew.hot_key.map(|key| key.share)),
    ("skew.hot_key.partition", |of| of.report.skew.hot_key?.partition.map(f64::from)),
    ("fetched.rows", |of| number(of.report.fetched?.rows)),
    ("fetched.bytes", |of| number(of.report.fetched?.bytes)),
    ("fetched.tasks_run", |of| Some(f64::from(of.report.fetched?.tasks_run))),
    ("fetched.task_count", |of| Some(f64::from(of.report.fetched?.task_count))),
    ("scenario.workers", |of| Some(f64::from(of.scenario.workers))),
    ("scenario.rows", |of| number(of.scenario.rows)),
    ("scenario.keys", |of| number(of.scenario.keys)),
    ("scenario.shuffle_fraction", |of| Some(of.scenario.shuffle_fraction)),
    ("scenario.map_partitions", |of| Some(f64::from(of.scenario.map_partitions))),
    ("scenario.reduce_partitions", |of| Some(f64::from(of.scenario.reduce_partitions))),
    ("scenario.skew.share", |of| match of.scenario.skew {
        Skew::HotKey { share } => Some(share),
        Skew::Uniform {} | Skew::Zipf { .. } => None,
    }),
    ("scenario.tactics.combine", |of| Some(f64::from(u8::from(of.scenario.tactics.combine)))),
];

const STAGE: [Stage; 11] = [
    ("tasks", |stage| Some(f64::from(stage.tasks))),
    ("rows_in", |stage| number(stage.rows_in)),
    ("rows_out", |stage| number(stage.rows_out)),
    ("scanned_rows", |stage| number(stage.scanned_rows)),
    ("scanned_bytes", |stage| number(stage.scanned_bytes)),
    ("shuffle.rows", |stage| number(stage.shuffle.rows)),
    ("shuffle.bytes", |stage| number(stage.shuffle.bytes)),
    ("shuffle.blocks", |stage| number(stage.shuffle.blocks)),
    ("exchange.micros", |stage| number(stage.exchange.as_ref()?.micros)),
    ("exchange.links", |stage| number(stage.exchange.as_ref()?.links)),
    ("exchange.moved_bytes", |stage| number(stage.exchange.as_ref()?.moved_bytes())),
];

const LISTS: [List; 2] = [
    ("executors.busy_micros", |report| &report.executors.busy_micros),
    ("executors.waiting_micros", |report| &report.executors.waiting_micros),
];

const STAGE_LISTS: [StageList; 5] = [
    ("partitions.rows", |stage| &stage.partitions.rows),
    ("partitions.bytes", |stage| &stage.partitions.bytes),
    ("partitions.busy_micros", |stage| &stage.partitions.busy_micros),
    ("executors.rows", |stage| &stage.executors.rows),
    ("executors.busy_micros", |stage| &stage.executors.busy_micros),
];

/// What a list is asked for.
const OF_LISTS: [(&str, OfList); 5] = [
    ("max", OfList::Max),
    ("min", OfList::Min),
    ("sum", OfList::Sum),
    ("median", OfList::Median),
    ("length", OfList::Length),
];

/// The first words of all names but those of [`SUMS`].
const BEGINNINGS: [&str; 7] = ["wall_micros", "result", "stages", "executors", "skew", "fetched", "scenario"];

fn exchanges(report: &JobReport) -> impl Iterator<Item = &ExchangeReport> {
    report.stages.iter().filter_map(|stage| stage.exchange.as_ref())
}

impl Quantity {
    /// The number of this name.
    ///
    /// # Errors
    /// No report has a number of this name; the error says which names there are nearby.
    pub fn new(name: &str) -> Result<Self, UnknownQuantity> {
        let name = name.trim();
        let found = source(name).or_else(|| {
            let (list, of_list) = name.rsplit_once('.')?;
            let named = OF_LISTS.iter().find(|(known, _)| *known == of_list).map(|(_, of_list)| *of_list);
            let of_list = named.or_else(|| of_list.parse().ok().map(OfList::At))?;
            Some((list_source(list)?, Some(of_list)))
        });
        match found {
            Some((source, of_list)) => Ok(Quantity { name: name.to_owned(), source, of_list }),
            None => Err(UnknownQuantity { name: shortened(name), known: known_near(name) }),
        }
    }

    /// The name that it was read from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a time, which differs from run to run; all other numbers are counted or set.
    pub fn is_timed(&self) -> bool {
        self.name.contains("micros")
    }

    /// The number in this run; `None` where the run has none.
    pub fn read(&self, of: Evidence<'_>) -> Option<f64> {
        match self.source {
            Source::Run(row) => RUN[row].1(of),
            Source::Stage(row, stage) => STAGE[row].1(of.report.stages.get(stage)?),
            Source::List(row) => self.of_list?.take(LISTS[row].1(of.report)),
            Source::StageList(row, stage) => {
                self.of_list?.take(STAGE_LISTS[row].1(of.report.stages.get(stage)?))
            }
        }
    }
}

impl OfList {
    fn take(self, list: &[u64]) -> Option<f64> {
        match self {
            OfList::Max => list.iter().max().and_then(|max| number(*max)),
            OfList::Min => list.iter().min().and_then(|min| number(*min)),
            OfList::Sum => number(list.iter().sum()),
            OfList::Median => skew::median(list),
            OfList::Length => number(list.len() as u64),
            OfList::At(index) => list.get(index).and_then(|value| number(*value)),
        }
    }
}

/// A plain number: of the run or of a stage.
fn source(name: &str) -> Option<(Source, Option<OfList>)> {
    if let Some(row) = RUN.iter().position(|(known, _)| *known == name) {
        return Some((Source::Run(row), None));
    }
    let (stage, rest) = of_stage(name)?;
    let row = STAGE.iter().position(|(known, _)| *known == rest)?;
    Some((Source::Stage(row, stage), None))
}

fn list_source(name: &str) -> Option<Source> {
    if let Some(row) = LISTS.iter().position(|(known, _)| *known == name) {
        return Some(Source::List(row));
    }
    let (stage, rest) = of_stage(name)?;
    let row = STAGE_LISTS.iter().position(|(known, _)| *known == rest)?;
    Some(Source::StageList(row, stage))
}

fn of_stage(name: &str) -> Option<(usize, &str)> {
    let (stage, rest) = name.strip_prefix("stages.")?.split_once('.')?;
    Some((stage.parse().ok()?, rest))
}

fn shortened(name: &str) -> String {
    if name.is_empty() {
        words::condition::EMPTY_NAME.to_owned()
    } else {
        format!("\"{}\"", name.chars().take(40).collect::<String>())
    }
}

/// The names that begin as the unknown one does; where none does, the first words of all names.
fn known_near(name: &str) -> String {
    let first = name.split('.').next().unwrap_or_default();
    let mut near = Vec::new();
    let mut add = |before: &str, name: &str, after: &str| near.push([before, name, after].concat());
    if first == "stages" {
        STAGE.iter().for_each(|(name, _)| add("stages.N.", name, ""));
        STAGE_LISTS.iter().for_each(|(name, _)| add("stages.N.", name, words::condition::OF_A_LIST));
    } else if first == "executors" {
        LISTS.iter().for_each(|(name, _)| add("", name, words::condition::OF_A_LIST));
    } else {
        RUN.iter()
            .filter(|(name, _)| name.split('.').next() == Some(first))
            .for_each(|(name, _)| add("", name, ""));
    }
    if near.is_empty() {
        words::condition::names_begin(&[&BEGINNINGS[..], &SUMS].concat().join(", "))
    } else {
        words::condition::there_are(&near.join(", "))
    }
}

/// How a number is written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A full count: "1,000,000".
    Count,
    /// Bytes in powers of 1,000: "8.1 MB".
    Bytes,
    /// A duration from microseconds: "212 ms".
    Time,
    /// A share from 0 to 1: "31 %".
    Share,
    /// A ratio is written with a cross: "3.2×".
    Ratio,
    /// One over a share, which is the most that a stage can gain: "3.2×".
    Cap,
}

impl Unit {
    /// Every unit, by the word that texts name it with.
    pub const ALL: [(&str, Unit); 6] = [
        ("count", Unit::Count),
        ("bytes", Unit::Bytes),
        ("time", Unit::Time),
        ("share", Unit::Share),
        ("ratio", Unit::Ratio),
        ("cap", Unit::Cap),
    ];

    /// The unit behind a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit)
    }

    /// A number in this unit.
    pub fn words(self, value: f64) -> String {
        let whole = value.max(0.0).round() as u64;
        match self {
            Unit::Count => units::count(whole),
            Unit::Bytes => units::bytes(whole),
            Unit::Time => units::micros(whole),
            Unit::Share => units::share(value),
            Unit::Ratio => units::ratio(value),
            Unit::Cap => units::ratio(1.0 / value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_told_to_those_who_miss_it() {
        for (name, _) in RUN {
            assert!(Quantity::new(name).is_ok(), "{name}");
            let first = name.split('.').next().unwrap_or_default();
            assert!(BEGINNINGS.contains(&first) || SUMS.contains(&first), "{first} is among the first words");
        }
        let told = Quantity::new("stages.1.nonsense").expect_err("it is no name").to_string();
        for name in STAGE.iter().map(|(name, _)| name).chain(STAGE_LISTS.iter().map(|(name, _)| name)) {
            assert!(told.contains(name), "{name} in {told}");
        }
        for (of_list, _) in OF_LISTS {
            assert!(Quantity::new(&format!("stages.0.partitions.rows.{of_list}")).is_ok());
            assert!(words::condition::OF_A_LIST.contains(of_list), "{of_list} is told");
        }
    }

    #[test]
    fn a_number_is_written_in_its_unit() {
        for (unit, value, words) in [
            ("count", 1_000_000.0, "1,000,000"),
            ("bytes", 8_100_000.0, "8.1 MB"),
            ("time", 212_000.0, "212 ms"),
            ("share", 0.31, "31 %"),
            ("ratio", 3.2, "3.2×"),
            ("cap", 0.25, "4×"),
        ] {
            assert_eq!(Unit::from_word(unit).map(|unit| unit.words(value)).as_deref(), Some(words));
        }
        assert_eq!(Unit::from_word("metres"), None);
    }
}
