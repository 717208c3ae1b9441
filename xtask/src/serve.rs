//! Serving the page while working on it.
//!
//! This process *becomes* trunk, so that a signal sent to it ends the server. Trunk prints its
//! address before the page is there; a small second process waits for the page and says so.

use std::env;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Outcome};
use crate::page;
use crate::project::Project;
use crate::run::Run;
use crate::say;
use crate::setup::{self, Purpose};

/// Nobody waits longer than this for a first build.
const ANNOUNCE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Builds and serves on this machine only, until it is ended.
pub(crate) fn serve(project: &Project, port: u16) -> Outcome {
    check_port(port)?;
    let tools = setup::page_tools(project, Purpose::Working)?;
    // Not dist/: a page for working on reloads itself, one for publishing must not.
    let dist = project.target.join("serve");
    let _ = std::fs::remove_dir_all(&dist);
    let this = env::current_exe().map_err(Error::io("finding", Path::new("this program")))?;
    Run::new(this, &project.root, &project.tools).arg("announce").arg(port.to_string()).arg(&dist).start()?;
    let error = page::trunk(project, &tools, "serve")
        .args(["--address", "127.0.0.1", "--port", &port.to_string()])
        .arg("--dist")
        .arg(&dist)
        .become_it();
    Err(error)
}

/// Waits until the page is built and the port answers, then prints the address.
pub(crate) fn announce(port: u16, dist: &Path) {
    let start = Instant::now();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while start.elapsed() < ANNOUNCE_LIMIT {
        thread::sleep(Duration::from_millis(250));
        if dist.join("index.html").exists()
            && TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
        {
            say::line(&format!(
                "\nShuffle Lab is at http://127.0.0.1:{port}/ (it is rebuilt on change; Ctrl-C ends it)\n"
            ));
            return;
        }
    }
}

/// Finds a taken port now rather than after a build of minutes.
fn check_port(port: u16) -> Outcome {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::missing(
            format!("Port {port} cannot be used on this machine ({source})."),
            "end what uses it, or choose another: `cargo xtask serve --port 8081`.",
        )),
    }
}
