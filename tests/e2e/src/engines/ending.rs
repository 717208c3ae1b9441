//! How a process is ended: asked first, so that it can end what it has started and take its files away.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the process to end, and kills it if it does not.
pub(super) fn end(process: &mut Child) {
    // The standard library can only kill. Where there is no such program, that must do.
    let asked = Command::new("kill")
        .args(["-TERM", &process.id().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let start = Instant::now();
    while asked && start.elapsed() < PATIENCE && matches!(process.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    let _ = process.wait();
}
