//! What only a run can tell: whether a figure has the numbers that the text speaks of, and what is counted in them.
//!
//! The runs are of one thread and without a clock: rows, bytes and blocks are those of any run of the scenario, times are not
//! there. So only what is counted is written into a page; times are filled in where the page is read.

use std::collections::BTreeMap;

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Clock, WallMicros};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::{EngineError, Scenario};
use shuffle_view::quantities::{Evidence, Quantity};

use crate::broken::{Broken, Place};
use crate::chapter::{Bet, Chapter, Inline, Part, Task, Value};

/// The seed of the order in which messages arrive.
const ORDER_SEED: u64 = 7;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> WallMicros {
        WallMicros(0)
    }
}

/// Runs that were made, by their scenario.
#[derive(Default)]
pub struct Runs {
    made: BTreeMap<String, JobReport>,
}

impl Runs {
    /// The report of a scenario's run, which is made once.
    ///
    /// # Errors
    /// The run ends before its time, as a collect does that does not fit into the driver's memory.
    pub fn of(&mut self, scenario: &Scenario) -> Result<JobReport, EngineError> {
        let name = shuffle_engine::scenario::json::encode(scenario);
        if let Some(report) = self.made.get(&name) {
            return Ok(report.clone());
        }
        let report = JobReport::new(&LocalCluster::new(ORDER_SEED).run(&scenario.job()?, &Stopped)?);
        self.made.insert(name, report.clone());
        Ok(report)
    }

    /// A number of a scenario's run, where it is counted; a time is not.
    pub fn counted(&mut self, scenario: &Scenario, quantity: &Quantity) -> Option<f64> {
        if quantity.is_timed() {
            return None;
        }
        let report = self.of(scenario).ok()?;
        quantity.read(Evidence { scenario, report: &report })
    }

    fn has(&mut self, scenario: &Scenario, quantity: &Quantity) -> Result<bool, EngineError> {
        let report = self.of(scenario)?;
        Ok(quantity.read(Evidence { scenario, report: &report }).is_some())
    }
}

/// Checks a chapter against runs of its figures.
///
/// # Errors
/// Everything that is wrong with it.
pub fn examine(chapter: &Chapter, runs: &mut Runs) -> Result<(), Vec<Broken>> {
    let mut examiner = Examiner { chapter, runs, broken: Vec::new() };
    examiner.has_all_parts();
    examiner.figures();
    for part in &chapter.parts {
        match part {
            Part::Paragraph(inside) | Part::Careful(inside) => examiner.values(inside, None),
            Part::Figure(figure) => examiner.values(&figure.caption, None),
            Part::Bet(bet) => examiner.bet(bet),
            Part::Task(task) => examiner.task(task),
            Part::Heading(_) => {}
        }
    }
    if examiner.broken.is_empty() { Ok(()) } else { Err(examiner.broken) }
}

struct Examiner<'a> {
    chapter: &'a Chapter,
    runs: &'a mut Runs,
    broken: Vec<Broken>,
}

impl Examiner<'_> {
    fn wrong(&mut self, place: Place, reason: String) {
        self.broken.push(Broken { file: self.chapter.file.clone(), place, reason });
    }

    fn has_all_parts(&mut self) {
        let has = |wanted: fn(&Part) -> bool| self.chapter.parts.iter().any(wanted);
        let missing = [
            ("<p>", has(|part| matches!(part, Part::Paragraph(_)))),
            ("<figure>", has(|part| matches!(part, Part::Figure(_)))),
            ("<bet>", has(|part| matches!(part, Part::Bet(_)))),
            ("<task>", has(|part| matches!(part, Part::Task(_)))),
            ("<careful>", has(|part| matches!(part, Part::Careful(_)))),
        ];
        for (name, _) in missing.into_iter().filter(|(_, is_there)| !is_there) {
            self.wrong(self.chapter.place, format!("the chapter has no {name}"));
        }
    }

    fn figures(&mut self) {
        let figures: Vec<_> = self.chapter.figures().collect();
        for (index, figure) in figures.iter().enumerate() {
            let is_plain = figure.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !is_plain || figures[..index].iter().any(|other| other.name == figure.name) {
                let reason =
                    format!("\"{}\" is no name of its own, of letters, digits and hyphens", figure.name);
                self.wrong(figure.place, reason);
            }
            if let Err(error) = self.runs.of(&figure.scenario) {
                self.wrong(figure.place, format!("the figure's run ends before its time: {error}"));
            }
            if self.chapter.tasks().filter(|task| task.figure == figure.name).count() > 1 {
                self.wrong(
                    figure.place,
                    format!("two tasks speak of the figure {}; it takes one", figure.name),
                );
            }
        }
    }

    /// The scenario of a figure by its name; said where there is none.
    fn scenario_of(&mut self, figure: &str, place: Place) -> Option<Scenario> {
        let found = self.chapter.figure(figure).map(|figure| figure.scenario.clone());
        if found.is_none() {
            let names: Vec<&str> = self.chapter.figures().map(|figure| figure.name.as_str()).collect();
            self.wrong(
                place,
                format!("there is no figure \"{figure}\" in this chapter, but {}", names.join(", ")),
            );
        }
        found
    }

    fn values(&mut self, inside: &[Inline], asked: Option<&Scenario>) {
        for piece in inside {
            match piece {
                Inline::Text(_) => {}
                Inline::Value(value) => self.value(value, asked),
                Inline::Source { inside, .. } | Inline::Marked { inside, .. } => self.values(inside, asked),
            }
        }
    }

    fn value(&mut self, value: &Value, asked: Option<&Scenario>) {
        let scenario = match (&value.figure, asked) {
            (Some(figure), _) => self.scenario_of(figure, value.place),
            (None, asked) => asked.cloned(),
        };
        let Some(scenario) = scenario else { return };
        if value.figure.is_none() && value.quantity.is_timed() {
            self.wrong(
                value.place,
                "a bet's text has counted numbers only: a time would be its answer".to_owned(),
            );
        }
        self.must_have(&[scenario], &value.quantity, value.place);
    }

    /// Says so when none of the runs has the number.
    fn must_have(&mut self, scenarios: &[Scenario], quantity: &Quantity, place: Place) {
        let has = scenarios.iter().any(|scenario| self.runs.has(scenario, quantity).unwrap_or(false));
        if !has {
            let reason = format!("{} has no number in the report of this figure's run", quantity.name());
            self.wrong(place, reason);
        }
    }

    fn bet(&mut self, bet: &Bet) {
        self.scenario_of(&bet.figure, bet.place);
        if let Err(error) = self.runs.of(&bet.scenario) {
            return self
                .wrong(bet.place, format!("the run that answers the bet ends before its time: {error}"));
        }
        self.values(&bet.question, Some(&bet.scenario));
        self.must_have(std::slice::from_ref(&bet.scenario), &bet.quantity, bet.place);
        let [min, max, _, start] = bet.slider;
        if let Some(answer) = self.runs.counted(&bet.scenario, &bet.quantity) {
            if !(min as f64..=max as f64).contains(&answer) {
                self.wrong(bet.place, format!("the answer is {answer}, which the slider does not reach"));
            }
            if answer == start as f64 {
                self.wrong(bet.place, "the slider starts at the answer".to_owned());
            }
        }
    }

    fn task(&mut self, task: &Task) {
        let Some(start) = self.scenario_of(&task.figure, task.place) else { return };
        let scenarios = [start, task.solution.clone()];
        for quantity in task.condition.quantities() {
            self.must_have(&scenarios, quantity, task.place);
        }
    }
}
