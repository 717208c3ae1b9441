//! One browser of any engine, on one page.

use std::fs;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::Value;
use thirtyfour::{Capabilities, WebDriver};

use super::service::Service;
use super::{Engine, Wall, firefox, webkit};
use crate::driver::Driver;
use crate::{Error, Outcome, places};

/// No test waits longer than this for its browser.
const LIMIT: Duration = Duration::from_secs(180);
/// No script waits longer than this for its promise.
const SCRIPT_LIMIT: Duration = Duration::from_secs(60);
/// How often a browser that does not start is started anew.
const TRIES: u32 = 4;
/// The outer size of the window.
const WINDOW: (u32, u32) = (1280, 1000);

/// A browser and what it needs to run.
#[derive(Debug)]
pub struct Browser {
    /// The WebDriver session, for finding elements and sending keys.
    pub driver: WebDriver,
    /// What stands between the browser and the world.
    pub wall: Wall,
    process: Process,
}

#[derive(Debug)]
#[expect(dead_code, reason = "a process is held until its browser is closed: dropped, it ends")]
enum Process {
    Chromium(Driver),
    Other(Service),
}

impl Browser {
    async fn start(engine: Engine) -> Outcome<Self> {
        let wall = Wall::start()?;
        let (process, driver) = match engine {
            Engine::Chromium => {
                let process = Driver::start()?;
                let driver = process.open().await?;
                (Process::Chromium(process), driver)
            }
            Engine::Firefox => {
                open(firefox::service, firefox::START_LIMIT, firefox::capabilities(&wall)?).await?
            }
            Engine::WebKit => {
                open(webkit::service, webkit::START_LIMIT, webkit::capabilities(&wall)?).await?
            }
        };
        driver.set_script_timeout(SCRIPT_LIMIT).await?;
        driver.set_window_rect(0, 0, WINDOW.0, WINDOW.1).await?;
        Ok(Self { driver, wall, process })
    }

    /// Runs an expression of JavaScript in the page or frame; a promise is awaited.
    ///
    /// # Errors
    /// If the browser refuses. An exception of the page is a value: `{"exception": "..."}`.
    pub async fn evaluate(&self, expression: &str) -> Outcome<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             (async () => ({expression}))().then(done, error => done({{ exception: String(error) }}));"
        );
        Ok(self.driver.execute_async(script, Vec::new()).await?.json().clone())
    }

    /// What went wrong in the page or frame, as the hooks of [`crate::Site::of_the_page_with_hooks`] heard it, and what the
    /// browser's own log says, where there is one.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn problems(&self) -> Outcome<Vec<String>> {
        let heard = self.evaluate("window.heardProblems ?? ['the hooks are not in this page']").await?;
        let mut problems: Vec<String> =
            heard.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        if matches!(self.process, Process::Chromium(_)) {
            let log = self.driver.browser_log().await?;
            problems.extend(log.iter().map(|line| format!("log: {} {}", line.level, line.message)));
        }
        Ok(problems)
    }

    /// Saves a picture of the window.
    ///
    /// # Errors
    /// If the browser refuses or the file cannot be written.
    pub async fn picture(&self, file: &Path) -> Outcome {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(Error::io(format!("making {}", folder.display())))?;
        let bytes = self.driver.screenshot_as_png().await?;
        fs::write(file, bytes).map_err(Error::io(format!("writing {}", file.display())))
    }

    async fn close(self) -> Outcome {
        let end = self.driver.quit().await;
        drop(self.process);
        Ok(end?)
    }
}

impl AsRef<WebDriver> for Browser {
    fn as_ref(&self) -> &WebDriver {
        &self.driver
    }
}

/// Starts a driver and has it open a browser. `WebKitGTK`'s browser crashes at its start once in some thirty times when the
/// machine is busy, and its driver waits for it for ever: then both are started anew.
async fn open(
    start: impl Fn() -> Outcome<Service>,
    limit: Duration,
    wanted: Capabilities,
) -> Outcome<(Process, WebDriver)> {
    for _ in 0..TRIES {
        let service = start()?;
        let session = WebDriver::new(service.address(), wanted.clone());
        match tokio::time::timeout(limit, session).await {
            Ok(driver) => return Ok((Process::Other(service), driver?)),
            Err(_) => eprintln!("a browser that did not start within {} s is started anew", limit.as_secs()),
        }
    }
    Err(Error::TimeOut { what: "the start of a browser".into(), seconds: u64::from(TRIES) * limit.as_secs() })
}

/// Starts a browser of that engine, runs the test on it, closes it.
///
/// If the test fails or panics, `target/screenshots/failed-NAME-ENGINE.png` shows the page and what went wrong in it is
/// printed.
///
/// # Errors
/// The test's own, or those of starting the browser, or [`Error::TimeOut`] after three minutes.
pub async fn browse(name: &str, engine: Engine, test: impl AsyncFnOnce(&Browser) -> Outcome) -> Outcome {
    let browser = Browser::start(engine).await?;
    let timed = tokio::time::timeout(LIMIT, test(&browser));
    let end = AssertUnwindSafe(timed).catch_unwind().await;
    let name = format!("{name}-{}", engine.name());
    if !matches!(end, Ok(Ok(Ok(())))) {
        explain(&name, &browser).await;
    }
    if let Err(error) = browser.close().await {
        eprintln!("{name}: the browser did not close by itself: {error}");
    }
    match end {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Error::TimeOut { what: format!("the end of `{name}`"), seconds: LIMIT.as_secs() }),
        Err(panic) => resume_unwind(panic),
    }
}

/// Tells what can be seen of a failure. Its own failures must not hide the test's.
async fn explain(name: &str, browser: &Browser) {
    let file = places::picture(&format!("failed-{name}"));
    match browser.picture(&file).await {
        Ok(()) => eprintln!("{name}: the page as it was: {}", file.display()),
        Err(error) => eprintln!("{name}: no picture could be taken: {error}"),
    }
    for problem in browser.problems().await.unwrap_or_default() {
        eprintln!("{name}: {problem}");
    }
}
