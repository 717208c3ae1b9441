//! `cargo fmt` and `cargo clippy`, which a minimal rustup leaves out.

use super::apt;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;

/// Brings what is missing through rustup.
pub(crate) fn bring(project: &Project) -> Outcome {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if answers(project, subcommand) {
            continue;
        }
        say::setup(component, "needed to check the sources; asking rustup for it");
        if project.program("rustup").is_some() {
            project.run("rustup").args(["component", "add", component]).quiet_or_fail()?;
        }
        if !answers(project, subcommand) {
            let system = if apt::is_here() { " (Debian: `apt-get install rustfmt rust-clippy`)" } else { "" };
            return Err(Error::missing(
                format!("`cargo {subcommand}` is not here."),
                format!("run `rustup component add {component}` or install your system's package{system}."),
            ));
        }
    }
    Ok(())
}

fn answers(project: &Project, subcommand: &str) -> bool {
    project.run("cargo").args([subcommand, "--version"]).text().is_some()
}
