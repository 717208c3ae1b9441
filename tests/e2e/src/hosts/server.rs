//! A notebook's server of its own: on a free port of this machine, in a work folder that nobody else uses.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Host;
use crate::{Error, LAB, Offer, Outcome, Site, places};

const START_LIMIT: Duration = Duration::from_secs(60);
const END_LIMIT: Duration = Duration::from_secs(15);

/// A work folder with a notebook and the lab's module in it, and the lab's site.
pub(super) struct Work {
    pub(super) lab: Site,
    pub(super) folder: PathBuf,
    programs: PathBuf,
}

/// A running server. Dropping it ends it and its kernels.
pub(super) struct Server {
    process: Child,
    pub(super) port: u16,
}

impl Work {
    /// Makes it anew for a host whose notebook has this name, as `cargo xtask hosts` has prepared it.
    pub(super) fn prepare(host: Host, notebook: &str) -> Outcome<Self> {
        let venv = places::host(host.name(), "venv")?;
        let source = places::host(host.name(), "source")?.join(notebook);
        let dist = places::dist()?;
        let lab = Site::of(Offer::new(&dist, "/some/sub/path/").shared())?;
        let text = fs::read_to_string(&source).map_err(Error::io("reading a notebook"))?;
        let folder = venv.with_file_name("work");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(Error::io("making a work folder"))?;
        fs::write(folder.join(notebook), text.replace(LAB, &lab.address("")))
            .map_err(Error::io("writing a notebook"))?;
        fs::copy(dist.join("anywidget.mjs"), folder.join("anywidget.mjs"))
            .map_err(Error::io("copying anywidget.mjs"))?;
        let programs = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
        Ok(Self { lab, folder, programs })
    }

    /// Starts a program of the host on a free port, with what `order` adds to its command line.
    pub(super) async fn serve(
        &self,
        program: &str,
        order: impl FnOnce(&mut Command, u16),
    ) -> Outcome<Server> {
        let program = self.programs.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
        let log = self.folder.join("server.txt");
        let output = File::create(&log).map_err(Error::io("writing a log"))?;
        let port = free_port()?;
        let mut command = Command::new(&program);
        order(&mut command, port);
        let process = command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .map_err(Error::io(format!("starting {}", program.display())))?;
        let mut server = Server { process, port };
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = !matches!(server.process.try_wait(), Ok(None));
            if ended || start.elapsed() > START_LIMIT {
                let text = format!("{} does not answer; see {}", program.display(), log.display());
                return Err(Error::Missing(text));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to end, a server ends its kernels; killed, it would leave them behind.
        let asked = Command::new("kill").arg(self.process.id().to_string()).stderr(Stdio::null()).status();
        let start = Instant::now();
        while asked.is_ok() && start.elapsed() < END_LIMIT {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("listening"))?;
    Ok(listener.local_addr().map_err(Error::io("listening"))?.port())
}
