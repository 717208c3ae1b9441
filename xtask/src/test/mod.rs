//! All checks and tests, from the quickest to the slowest; the first failure ends the run.

mod ahead;
mod steps;
mod web_targets;

use std::time::{Duration, Instant};

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;
pub(crate) use crate::setup::{Browsers, Engine};
use steps::Steps;

/// A part that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Formatting and Clippy.
    Lint,
    /// Documentation without warnings.
    Docs,
    /// Tests of this machine's own code.
    Native,
    /// Tests inside a browser.
    Web,
    /// Tests of the built page.
    EndToEnd,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [Self::Lint, Self::Docs, Self::Native, Self::Web, Self::EndToEnd];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Docs => "docs",
            Self::Native => "native",
            Self::Web => "web",
            Self::EndToEnd => "e2e",
        }
    }
}

/// Times and names of what ran, for the summary.
pub(crate) struct Report {
    start: Instant,
    lines: Vec<(String, Duration, bool)>,
}

impl Report {
    /// Runs one step under its headline and keeps its time.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
        say::headline(name);
        let start = Instant::now();
        let end = work();
        self.lines.push((name.to_owned(), start.elapsed(), end.is_ok()));
        end
    }

    fn summary(&self, end: &Outcome) {
        say::headline("summary");
        for (name, time, passed) in &self.lines {
            let mark = if *passed { "ok    " } else { "FAILED" };
            say::line(&format!("{mark}  {:>12}  {name}", say::seconds(*time)));
        }
        let total = say::seconds(self.start.elapsed());
        match end {
            Ok(()) => say::line(&format!("all passed in {total}")),
            Err(error) => say::line(&format!("failed after {total}: {error}")),
        }
    }
}

/// Runs the parts in order, the end-to-end tests in these browsers.
pub(crate) fn run(project: &Project, parts: &[Part], browsers: Browsers) -> Outcome {
    let mut report = Report { start: Instant::now(), lines: Vec::new() };
    let end = run_parts(project, parts, browsers, &mut report);
    report.summary(&end);
    end
}

fn run_parts(project: &Project, parts: &[Part], browsers: Browsers, report: &mut Report) -> Outcome {
    let mut steps = None;
    report.step("set-up", || {
        steps = Some(Steps::set_up(project, parts, browsers)?);
        Ok(())
    })?;
    let mut steps = steps.ok_or_else(|| Error::Project("the set-up left nothing behind.".into()))?;
    for part in parts {
        if !matches!(part, Part::Lint | Part::Docs) {
            steps.page_ahead()?;
        }
        match part {
            Part::Lint => steps.lint(report)?,
            Part::Docs => steps.docs(report)?,
            Part::Native => steps.native(report)?,
            Part::Web => steps.web(report)?,
            Part::EndToEnd => steps.end_to_end(report)?,
        }
    }
    Ok(())
}
