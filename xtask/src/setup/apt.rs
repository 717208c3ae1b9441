//! Debian's package manager: as root or through sudo, patient with its lock.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Outcome};
use crate::project::{Project, is_program};
use crate::run::Run;
use crate::say;

const APT: &str = "/usr/bin/apt-get";
const LOCK_TRIES: u32 = 30;
const LOCK_PAUSE: Duration = Duration::from_secs(10);

/// Whether this system has apt.
pub(crate) fn is_here() -> bool {
    is_program(Path::new(APT))
}

/// Installs packages. `purpose` completes "to ...".
pub(crate) fn install(project: &Project, packages: &[&str], purpose: &str) -> Outcome {
    let list = packages.join(" ");
    say::setup(&list, &format!("installing with apt-get, to {purpose}"));
    update_once(project)?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    if apt(project, &arguments)? {
        return Ok(());
    }
    // A set-up that was cut off leaves packages unpacked but not configured.
    say::setup(&list, "apt-get failed; finishing what an earlier run may have left undone, then again");
    as_root(project, "dpkg")?
        .args(["--configure", "-a"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .quiet_or_fail()?;
    if apt(project, &arguments)? {
        return Ok(());
    }
    Err(Error::missing(
        format!("apt-get could not install {list} (its output is above)."),
        format!("run `apt-get install {list}` by hand and start again."),
    ))
}

/// A command that runs as root: directly, or through sudo.
pub(crate) fn as_root(project: &Project, program: &str) -> Outcome<Run> {
    let is_root = project.run("id").arg("-u").text().is_some_and(|id| id.trim() == "0");
    if is_root {
        return Ok(project.run(program));
    }
    // Asked first and aloud: a quiet child could not ask for the password.
    if project.program("sudo").is_some() && project.run("sudo").arg("-v").shown().is_ok() {
        return Ok(project.run("sudo").arg("--preserve-env=DEBIAN_FRONTEND").arg(program));
    }
    Err(Error::missing(
        "Packages must be installed, but this user is not root and has no sudo.",
        "start once as root, or ask an administrator to install what the line above names.",
    ))
}

/// Fetches the package lists, at most once in this process.
fn update_once(project: &Project) -> Outcome {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    if !apt(project, &["update"])? {
        // Old lists may still do: let the installation decide.
        say::setup("package lists", "apt-get update failed; going on with the lists that are here");
    }
    Ok(())
}

/// Runs apt-get, waiting while another process holds its lock. Shows the output of a failure.
fn apt(project: &Project, arguments: &[&str]) -> Outcome<bool> {
    for attempt in 1..=LOCK_TRIES {
        let end =
            as_root(project, APT)?.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").quiet(None)?;
        if end.success {
            return Ok(true);
        }
        let locked = ["Could not get lock", "Unable to acquire the dpkg", "Unable to lock"]
            .iter()
            .any(|words| end.output.contains(words));
        if !locked || attempt == LOCK_TRIES {
            say::line(end.output.trim_end());
            return Ok(false);
        }
        say::setup("apt-get", "another process holds its lock; trying again in 10 s");
        thread::sleep(LOCK_PAUSE);
    }
    Ok(false)
}
