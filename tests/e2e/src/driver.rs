//! One chromedriver process on a free port, with one browser at a time and a fresh profile.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::{Error, Outcome, places};

const START_LIMIT: Duration = Duration::from_secs(30);
const END_LIMIT: Duration = Duration::from_secs(10);

/// A running driver. Dropping it ends its browser, whatever became of the test.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
    profile: PathBuf,
}

impl Driver {
    pub(crate) fn start() -> Outcome<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let program = places::chromedriver();
        let mut process = Command::new(&program)
            // The driver chooses a free port and says which.
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| {
                let name = program.display();
                Error::Missing(format!(
                    "{name} cannot be started: run `cargo xtask test e2e` once, or set CHROMEDRIVER."
                ))
            })?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let profile = std::env::temp_dir().join(format!("shuffle-lab-{}-{number}", std::process::id()));
        match announced_port(&mut process) {
            Some(port) => Ok(Self { process, port, profile }),
            None => {
                let _ = process.kill();
                let _ = process.wait();
                Err(Error::Missing("chromedriver started but named no port.".into()))
            }
        }
    }

    /// Opens the browser.
    pub(crate) async fn open(&self) -> Outcome<WebDriver> {
        self.open_with(&[]).await
    }

    /// Opens the browser with further switches.
    pub(crate) async fn open_with(&self, switches: &[&str]) -> Outcome<WebDriver> {
        let mut capabilities = self.capabilities()?;
        for switch in switches {
            capabilities.add_arg(switch)?;
        }
        let address = format!("http://127.0.0.1:{}", self.port);
        Ok(WebDriver::new(&address, capabilities).await?)
    }

    fn capabilities(&self) -> Outcome<ChromeCapabilities> {
        let mut wanted = DesiredCapabilities::chrome();
        if let Some(browser) = places::chromium() {
            wanted.set_binary(&browser.to_string_lossy())?;
        }
        let flags = [
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
            // The browser's own wishes, such as updates, are no part of a test.
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-domain-reliability",
            "--disable-sync",
            "--disable-default-apps",
            "--disable-search-engine-choice-screen",
            "--disable-features=OptimizationHints,MediaRouter,Translate",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ];
        for flag in flags {
            wanted.add_arg(flag)?;
        }
        // Chromium refuses its sandbox to root, and containers often have no other user.
        if cfg!(target_os = "linux") {
            wanted.add_arg("--no-sandbox")?;
            wanted.add_arg("--disable-dev-shm-usage")?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", self.profile.display()))?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        Ok(wanted)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to shut down, the driver ends its browser; killed, it would leave it behind.
        let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).and_then(|mut stream| {
            stream.set_read_timeout(Some(END_LIMIT))?;
            stream.write_all(b"GET /shutdown HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
            stream.read_to_end(&mut Vec::new())
        });
        let start = Instant::now();
        while asked.is_ok() && start.elapsed() < END_LIMIT {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// Reads the driver's first lines until it names its port, and keeps its output flowing after.
fn announced_port(process: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(process.stdout.take()?).lines();
    let start = Instant::now();
    let port = loop {
        let line = lines.next()?.ok()?;
        let named = line
            .split_once("started successfully on port ")
            .and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok());
        if named.is_some() || start.elapsed() > START_LIMIT {
            break named;
        }
    };
    // Unread output would fill the pipe and stop the driver.
    thread::spawn(move || lines.for_each(drop));
    port
}
