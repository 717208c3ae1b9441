//! Packages from PyPI, in a virtual environment of their own below `target/`.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;

/// Installs what `source/requirements.txt` names into `folder/venv`, if it changed since. Answers with the folder of the
/// environment's programs. `purpose` completes "to ...".
pub(crate) fn bring(project: &Project, source: &Path, folder: &Path, purpose: &str) -> Outcome<PathBuf> {
    let requirements = source.join("requirements.txt");
    let wanted = fs::read(&requirements).map_err(Error::io("reading", &requirements))?;
    let venv = folder.join("venv");
    let programs = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    // Written last of all, so that it tells a finished installation from an interrupted one.
    let stamp = folder.join("installed.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) && programs.exists() {
        return Ok(programs);
    }
    let python = with_environments(project, purpose)?;
    let place = venv.strip_prefix(&project.root).unwrap_or(&venv).display();
    say::setup("PyPI packages", &format!("installing into {place}, to {purpose}"));
    fs::create_dir_all(folder).map_err(Error::io("making", folder))?;
    project.run(python).args(["-m", "venv", "--clear"]).arg(&venv).quiet_or_fail()?;
    project
        .run(programs.join("python"))
        .args(["-m", "pip", "install", "--disable-pip-version-check", "--requirement"])
        .arg(&requirements)
        .quiet_or_fail()?;
    fs::write(&stamp, wanted).map_err(Error::io("writing", &stamp))?;
    Ok(programs)
}

/// A Python that can make environments.
fn with_environments(project: &Project, purpose: &str) -> Outcome<PathBuf> {
    if let Some(python) = find(project) {
        return Ok(python);
    }
    if apt::is_here() {
        apt::install(project, &["python3", "python3-venv"], purpose)?;
        if let Some(python) = find(project) {
            return Ok(python);
        }
    }
    Err(Error::missing(
        format!(
            "Packages from PyPI are needed to {purpose}, and there is no Python with `venv` and `pip` here."
        ),
        "install Python 3.10 or newer (Debian: `apt-get install python3 python3-venv`; macOS: `brew install \
         python`; Windows: `winget install Python.Python.3.12`).",
    ))
}

fn find(project: &Project) -> Option<PathBuf> {
    ["python3", "python"].iter().find_map(|name| {
        let python = project.program(name)?;
        // Debian's Python without python3-venv has `venv` but nothing to put `pip` into it.
        project.run(&python).args(["-c", "import venv, ensurepip"]).text()?;
        Some(python)
    })
}
