//! Running other programs, in one of three manners:
//!
//! - [`Run::shown`]: the child's output goes straight through (tests, builds, servers);
//! - [`Run::quiet`]: into a log file, with a sign of life; shown in full if the child fails (set-up);
//! - [`Run::text`]: a short answer is read (versions).

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Outcome};
use crate::say::{self, Ticker};

/// A command line that has not been started yet.
pub(crate) struct Run {
    command: Command,
    logs: PathBuf,
}

/// A run whose output goes into a log.
pub(crate) struct Logged {
    pub(crate) child: Child,
    line: String,
    log: PathBuf,
}

impl Logged {
    /// Waits for the end.
    pub(crate) fn end(mut self) -> Outcome<Quiet> {
        let status = self.child.wait().map_err(cannot_start(&self.line))?;
        self.ended(Some(status))
    }

    /// How it ended, and what it said; without a status it was stopped.
    fn ended(self, status: Option<ExitStatus>) -> Outcome<Quiet> {
        let bytes = fs::read(&self.log).map_err(Error::io("reading", &self.log))?;
        Ok(Quiet {
            line: self.line,
            success: status.as_ref().is_some_and(ExitStatus::success),
            how: status.map_or_else(|| "was stopped: it took too long".into(), ending),
            output: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

/// How a quiet run ended, with all it said.
pub(crate) struct Quiet {
    /// The command line, as one could type it.
    pub(crate) line: String,
    /// Whether it reported success.
    pub(crate) success: bool,
    /// How it ended, for a sentence: `ended with exit status: 1`.
    pub(crate) how: String,
    /// Its output, both streams in order.
    pub(crate) output: String,
}

impl Run {
    pub(crate) fn new(program: impl Into<OsString>, folder: &Path, logs: &Path) -> Self {
        let mut command = Command::new(program.into());
        command.current_dir(folder);
        Self { command, logs: logs.to_path_buf() }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn set(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) {
        self.command.env(name, value);
    }

    pub(crate) fn unset(&mut self, name: impl AsRef<OsStr>) {
        self.command.env_remove(name);
    }

    /// The command line as one could type it.
    pub(crate) fn line(&self) -> String {
        let program = Path::new(self.command.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        let mut line = name.to_string_lossy().into_owned();
        for argument in self.command.get_args() {
            line.push(' ');
            line.push_str(&argument.to_string_lossy());
        }
        line
    }

    /// Runs with the child's output passing straight through.
    pub(crate) fn shown(mut self) -> Outcome {
        let line = self.line();
        let status = self.command.status().map_err(cannot_start(&line))?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed { command: line, how: ending(status) })
    }

    /// Gives this process away to the child: a signal sent to us reaches it. Returns only if the
    /// child could not be started; where the system has no such call, waits for the child instead.
    pub(crate) fn become_it(mut self) -> Error {
        let line = self.line();
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            let error = self.command.exec();
            cannot_start(&line)(error)
        }
        #[cfg(not(unix))]
        {
            match self.command.status() {
                Ok(status) => std::process::exit(status.code().unwrap_or(1)),
                Err(error) => cannot_start(&line)(error),
            }
        }
    }

    /// Starts the child and does not wait for it.
    pub(crate) fn start(mut self) -> Outcome<Child> {
        let line = self.line();
        self.command.spawn().map_err(cannot_start(&line))
    }

    /// Reads what the child prints on stdout; `None` if it cannot be started or fails.
    pub(crate) fn text(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// Starts the child with its output in a log, and does not wait for it.
    pub(crate) fn logged(mut self) -> Outcome<Logged> {
        let line = self.line();
        fs::create_dir_all(&self.logs).map_err(Error::io("making", &self.logs))?;
        let log_path = self.logs.join(log_name(&line));
        let log = File::create(&log_path).map_err(Error::io("writing", &log_path))?;
        let log_too = log.try_clone().map_err(Error::io("writing", &log_path))?;
        let child = self
            .command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too)
            .spawn()
            .map_err(cannot_start(&line))?;
        Ok(Logged { child, line, log: log_path })
    }

    /// Runs with the output in a log and a sign of life on the screen. The caller judges the end.
    pub(crate) fn quiet(self, time_out: Option<Duration>) -> Outcome<Quiet> {
        let mut run = self.logged()?;
        let status = wait(&mut run.child, time_out, &run.log).map_err(cannot_start(&run.line))?;
        run.ended(status)
    }

    /// Like [`Run::quiet`], but a failure is an error and shows the whole log.
    pub(crate) fn quiet_or_fail(self) -> Outcome {
        let end = self.quiet(None)?;
        if end.success {
            return Ok(());
        }
        say::line(end.output.trim_end());
        Err(Error::Failed { command: end.line, how: end.how })
    }
}

/// Waits for the child's end; `None` if the time ran out and the child was ended.
fn wait(child: &mut Child, time_out: Option<Duration>, log: &Path) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut ticker = Ticker::new();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let elapsed = start.elapsed();
        if time_out.is_some_and(|limit| elapsed > limit) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        ticker.tick(elapsed, || last_line(log));
        thread::sleep(Duration::from_millis(100));
    }
}

/// The last line of a growing file.
fn last_line(log: &Path) -> String {
    const TAIL_BYTES: u64 = 2_000;
    let mut bytes = Vec::new();
    // Only a sign of life: whatever cannot be read is left out.
    let _ = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        file.read_to_end(&mut bytes)
    });
    let text = String::from_utf8_lossy(&bytes);
    text.split(['\n', '\r']).rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}

/// A file name for the log of a command line.
fn log_name(line: &str) -> String {
    let words: String =
        line.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    format!("{words}.log")
}

fn ending(status: ExitStatus) -> String {
    format!("ended with {status}")
}

fn cannot_start(line: &str) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let doing = format!("starting `{line}`");
    move |source| Error::Io { doing, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    fn run(program: &str) -> Run {
        let folder = env::temp_dir();
        Run::new(program, &folder, &folder.join("xtask-test-logs"))
    }

    #[test]
    fn a_quiet_run_keeps_both_streams() {
        let end = run("cargo").arg("--version").quiet(None).expect("cargo starts");
        assert!(end.success);
        assert!(end.output.starts_with("cargo "), "{}", end.output);
    }

    #[cfg(unix)]
    #[test]
    fn a_run_that_hangs_is_ended() {
        let end = run("sleep").arg("30").quiet(Some(Duration::from_millis(200))).expect("sleep starts");
        assert!(!end.success);
        assert!(end.how.contains("too long"), "{}", end.how);
    }

    #[test]
    fn what_is_not_there_is_an_error_with_its_name() {
        let error = run("no-such-program").arg("-x").shown().expect_err("it is not there");
        assert!(error.to_string().contains("no-such-program -x"), "{error}");
    }
}
