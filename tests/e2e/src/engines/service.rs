//! A driver process on a free port.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::display::Display;
use super::ending::end;
use crate::{Error, Outcome};

const START_LIMIT: Duration = Duration::from_secs(30);
/// Another process may take the free port before the driver does.
const TRIES: u32 = 3;

/// A running driver. Dropping it ends the driver and then its display; the browser is to be closed before.
#[derive(Debug)]
pub(super) struct Service {
    process: Child,
    port: u16,
    _display: Option<Display>,
}

impl Service {
    /// Starts a driver that takes `--port=N`, and waits until it listens.
    pub(super) fn start(
        program: &Path,
        environment: &[(&str, &str)],
        display: Option<Display>,
    ) -> Outcome<Self> {
        for _ in 0..TRIES {
            let port = free_port()?;
            let mut process = Command::new(program)
                .arg(format!("--port={port}"))
                .envs(environment.iter().copied())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(Error::io(format!("starting {}", program.display())))?;
            if listens(&mut process, port) {
                return Ok(Self { process, port, _display: display });
            }
            end(&mut process);
        }
        Err(Error::Missing(format!("{} started but did not listen.", program.display())))
    }

    /// The address at which the driver listens.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

fn free_port() -> Outcome<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("looking for a free port"))?;
    Ok(listener.local_addr().map_err(Error::io("looking for a free port"))?.port())
}

/// Whether the process listens there before it ends and before the time is over.
fn listens(process: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT && matches!(process.try_wait(), Ok(None)) {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}
