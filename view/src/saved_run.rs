//! A run as one JSON: what was run, what was measured, and where. It can be opened again, on any machine; what it says was
//! measured then and there.
//!
//! ```text
//!  {"version":1, "kind":"shuffle_lab_run", "scenario":{…}, "report":{…}, "walls_micros":[…], "notes":[…], "cores":8}
//! ```
//!
//! Reading checks that the report can be of its scenario (`belongs`): a chart of numbers that do not belong together would
//! be worse than none.

mod belongs;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use shuffle_engine::Scenario;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::{InvalidScenario, json};

use crate::scope::{check_runs_here, unmodelled};
use crate::state::Measurement;
use crate::words;

/// The version of the file. A reader of another version refuses.
pub const SAVED_RUN_VERSION: u32 = 1;
/// What the file says that it is.
pub const KIND: &str = "shuffle_lab_run";
/// The longest file that is read: the largest report, of 64 workers and 1,024 partitions, has about 1 MB.
pub const MAX_BYTES: usize = 8 << 20;
/// The most notes and walls, and the longest note in bytes.
const MAX_LIST: usize = 64;
const MAX_NOTE_BYTES: usize = 2_000;
/// The most letters of an error's two parts.
const MAX_FIELD: usize = 60;
const MAX_REASON: usize = 200;
/// The most cores that a machine may say it has.
const MAX_CORES: u32 = 65_536;

/// A run as it is kept and compared.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRun {
    /// What was run and measured.
    pub run: Measurement,
    /// Cores of the machine that ran it.
    pub cores: u32,
}

/// Why a text is no run that can be shown: the part that is wrong, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct NotASavedRun {
    /// The path to the part, with dots between the names; `file` for the whole.
    pub field: String,
    /// What is wrong with it, as the end of a sentence.
    pub reason: String,
}

impl NotASavedRun {
    fn new(field: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        NotASavedRun {
            field: on_a_line(field.as_ref(), MAX_FIELD),
            reason: on_a_line(reason.as_ref(), MAX_REASON),
        }
    }
}

/// As much of a text as a sentence on the page has room for: a stranger's file may have names of any length.
fn on_a_line(text: &str, most: usize) -> String {
    let shown = |letter: char| if letter.is_control() { '\u{FFFD}' } else { letter };
    let mut line: String = text.chars().take(most).map(shown).collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
    }
    line
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    kind: &'a str,
    scenario: &'a Scenario,
    report: &'a JobReport,
    walls_micros: &'a [u64],
    notes: &'a [String],
    cores: u32,
}

/// Writes a run. Rows that a show brought to the driver are not kept.
pub fn encode(run: &Measurement, cores: u32) -> String {
    let written = Written {
        version: SAVED_RUN_VERSION,
        kind: KIND,
        scenario: &run.scenario,
        report: &run.report,
        walls_micros: &run.walls_micros,
        notes: &run.notes,
        cores,
    };
    serde_json::to_string(&written).expect("a run holds numbers, words and lists of them")
}

/// What is looked at first: another version may have other fields.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(rename = "version")]
    _version: &'a RawValue,
    #[serde(rename = "kind")]
    _kind: &'a RawValue,
    #[serde(borrow)]
    scenario: Option<&'a RawValue>,
    #[serde(borrow)]
    report: Option<&'a RawValue>,
    #[serde(borrow)]
    walls_micros: Option<&'a RawValue>,
    #[serde(borrow)]
    notes: Option<&'a RawValue>,
    #[serde(borrow)]
    cores: Option<&'a RawValue>,
}

/// Reads a run from the text of its file.
///
/// # Errors
/// The error names the part that is missing, is not what it should be, cannot run in a tab, or does not belong to the rest.
pub fn decode(text: &str) -> Result<SavedRun, NotASavedRun> {
    if text.len() > MAX_BYTES {
        let reason = words::saved::too_long(&text.len(), &MAX_BYTES);
        return Err(NotASavedRun::new("file", reason));
    }
    let text = text.trim_start_matches('\u{FEFF}');
    let head: Head<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    check_head(&head)?;
    let parts: Parts<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let needed = |name: &str, part: Option<&RawValue>| match part {
        Some(part) => Ok(part.get().to_owned()),
        None => Err(NotASavedRun::new(name, words::saved::MISSING)),
    };
    let scenario = scenario(&needed("scenario", parts.scenario)?)?;
    let report = report(&needed("report", parts.report)?)?;
    let cores: u32 = part("cores", &needed("cores", parts.cores)?)?;
    if !(1..=MAX_CORES).contains(&cores) {
        return Err(NotASavedRun::new("cores", words::saved::cores(&cores, &MAX_CORES)));
    }
    let notes: Vec<String> = parts.notes.map_or(Ok(Vec::new()), |notes| part("notes", notes.get()))?;
    if notes.len() > MAX_LIST || notes.iter().any(|note| note.len() > MAX_NOTE_BYTES) {
        return Err(NotASavedRun::new("notes", words::saved::NOTES));
    }
    let walls_micros =
        parts.walls_micros.map_or(Ok(vec![report.wall_micros]), |walls| part("walls_micros", walls.get()))?;
    let planned =
        scenario.plan().map_err(|error| NotASavedRun::new("scenario", words::saved::no_plan(&error)))?;
    belongs::check(&scenario, &report, &planned)?;
    check_walls(&walls_micros, &report)?;
    let unmodelled = unmodelled(scenario.action, &planned.stages);
    let run = Measurement { scenario, report, walls_micros, notes, shown: None, unmodelled };
    Ok(SavedRun { run, cores })
}

fn not_json(error: &serde_json::Error) -> NotASavedRun {
    if error.is_data() {
        return NotASavedRun::new("file", words::saved::no_run(&sentence(error)));
    }
    NotASavedRun::new("file", words::saved::no_json(&error))
}

/// What a reader of JSON says, without the place in a part that nobody sees.
fn sentence(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.split(" at line ").next().unwrap_or_default().to_owned()
}

fn check_head(head: &Head<'_>) -> Result<(), NotASavedRun> {
    let kind: Option<String> = head.kind.and_then(|kind| serde_json::from_str(kind.get()).ok());
    if kind.as_deref() != Some(KIND) {
        let reason = words::saved::no_kind(&KIND);
        return Err(NotASavedRun::new("kind", reason));
    }
    let Some(version) = head.version else { return Err(NotASavedRun::new("version", words::saved::MISSING)) };
    match serde_json::from_str::<u32>(version.get()) {
        Ok(SAVED_RUN_VERSION) => Ok(()),
        Ok(other) => Err(NotASavedRun::new("version", words::saved::version(&other, &SAVED_RUN_VERSION))),
        Err(_) => Err(NotASavedRun::new("version", words::saved::WHOLE)),
    }
}

fn scenario(text: &str) -> Result<Scenario, NotASavedRun> {
    let named = |InvalidScenario { field, reason }| {
        let field = if field == "scenario" { field } else { format!("scenario.{field}") };
        NotASavedRun::new(field, reason)
    };
    let scenario = json::decode(text).map_err(named)?;
    check_runs_here(&scenario).map_err(named)?;
    Ok(scenario)
}

fn part<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, NotASavedRun> {
    serde_json::from_str(text)
        .map_err(|error| NotASavedRun::new(name, words::saved::unreadable(&sentence(&error))))
}

fn report(text: &str) -> Result<JobReport, NotASavedRun> {
    let value: Value = part("report", text)?;
    belongs::check_numbers("report", &value)?;
    let mut report: JobReport = serde_json::from_str(text).map_err(|error| locate(&value, &error))?;
    let JobReport { skew, .. } = &mut report;
    let ratios = [&mut skew.max_over_median, &mut skew.max_over_mean].into_iter().flatten();
    ratios
        .chain(skew.hot_key.as_mut().map(|hot| &mut hot.share))
        .for_each(|number| *number = shortened(*number));
    Ok(report)
}

/// A number to twelve digits: the reader of JSON may be off in the seventeenth, and what was opened and saved again is to be the
/// same.
fn shortened(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// The part of a report that cannot be read.
fn locate(report: &Value, error: &serde_json::Error) -> NotASavedRun {
    let broken = |name: &str, error: &serde_json::Error| {
        NotASavedRun::new(format!("report.{name}"), words::saved::unreadable(&sentence(error)))
    };
    let stages = report.get("stages").and_then(Value::as_array);
    for (index, stage) in stages.into_iter().flatten().enumerate() {
        if let Err(error) = shuffle_engine::metrics::StageReport::deserialize(stage) {
            return broken(&format!("stages[{index}]"), &error);
        }
    }
    NotASavedRun::new("report", words::saved::unreadable(&sentence(error)))
}

fn check_walls(walls: &[u64], report: &JobReport) -> Result<(), NotASavedRun> {
    let is_wrong = walls.is_empty()
        || walls.len() > MAX_LIST
        || !walls.is_sorted()
        || !walls.contains(&report.wall_micros);
    if is_wrong {
        return Err(NotASavedRun::new("walls_micros", words::saved::WALLS));
    }
    Ok(())
}
