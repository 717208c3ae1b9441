//! Work that goes on beside the steps: at the end of a build one core links or shrinks, and the other would have nothing to do.

use std::env;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::run::{Logged, Run};
use crate::say;

/// One of this program's own commands at work in a process of its own, its output in a log.
pub(super) struct Ahead {
    run: Option<Logged>,
}

impl Ahead {
    /// Starts one of this program's commands and does not wait for it.
    pub(super) fn begin(project: &Project, command: &str) -> Outcome<Self> {
        let this = env::current_exe().map_err(Error::io("finding", Path::new("this program")))?;
        let run = Run::new(this, &project.root, &project.tools).arg(command).logged()?;
        Ok(Self { run: Some(run) })
    }

    /// Waits for its end. If it failed, its whole output is shown.
    pub(super) fn end(mut self) -> Outcome {
        let Some(mut run) = self.run.take() else { return Ok(()) };
        while is_running(&mut run.child) {
            thread::sleep(Duration::from_millis(100));
        }
        let end = run.end()?;
        if end.success {
            // What was missing and how it was brought.
            end.output.lines().filter(|line| line.starts_with("set-up")).for_each(say::line);
            return Ok(());
        }
        say::line(end.output.trim_end());
        Err(Error::Failed { command: end.line, how: end.how })
    }
}

impl Drop for Ahead {
    /// A step has failed: nobody needs this any more.
    fn drop(&mut self) {
        if let Some(run) = &mut self.run {
            let _ = run.child.kill();
            let _ = run.child.wait();
        }
    }
}

fn is_running(child: &mut Child) -> bool {
    matches!(child.try_wait(), Ok(None))
}
