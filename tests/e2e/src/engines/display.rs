//! An X display that nobody sees, for an engine that has no headless mode.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::ending::end;
use crate::{Error, Outcome, places};

/// A running Xvfb on a free display. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Display {
    process: Child,
    name: String,
}

impl Display {
    pub(super) fn start() -> Outcome<Self> {
        let program = places::found("Xvfb", "XVFB", places::xvfb())?;
        let process = Command::new(&program)
            // It chooses a free display and writes its number to standard output.
            .args(["-displayfd", "1", "-screen", "0", "1600x1400x24", "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::io(format!("starting {}", program.display())))?;
        // From here on, whatever goes wrong ends it.
        let mut display = Self { process, name: String::new() };
        let mut number = String::new();
        if let Some(output) = display.process.stdout.take() {
            BufReader::new(output)
                .read_line(&mut number)
                .map_err(Error::io("asking Xvfb for its display"))?;
        }
        if number.trim().is_empty() {
            return Err(Error::Missing("Xvfb started but named no display.".into()));
        }
        display.name = format!(":{}", number.trim());
        Ok(display)
    }

    /// Its name for `DISPLAY`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}
