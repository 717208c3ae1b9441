//! Packages from npm, in a folder of their own below `target/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;

/// Installs what `source/package.json` names into `folder`, if it changed since. Answers with `folder/node_modules`.
/// `purpose` completes "to ...".
pub(crate) fn bring(project: &Project, source: &Path, folder: &Path, purpose: &str) -> Outcome<PathBuf> {
    let (Some(_), Some(npm)) = (project.program("node"), project.program("npm")) else {
        return Err(Error::missing(
            format!("Packages from npm are needed to {purpose}, and there is no Node here."),
            "install Node 20 or newer (Debian: `apt-get install nodejs npm`; macOS: `brew install node`; \
             Windows: `winget install OpenJS.NodeJS`).",
        ));
    };
    let modules = folder.join("node_modules");
    fs::create_dir_all(folder).map_err(Error::io("making", folder))?;
    let has_lock = source.join("package-lock.json").exists();
    let names: &[&str] = if has_lock { &["package.json", "package-lock.json"] } else { &["package.json"] };
    // Copied last of all, so that it tells a finished installation from an interrupted one.
    let stamp = folder.join("installed.json");
    let mut wanted = Vec::new();
    for name in names {
        let from = source.join(name);
        let bytes = fs::read(&from).map_err(Error::io("reading", &from))?;
        let to = folder.join(name);
        fs::write(&to, &bytes).map_err(Error::io("writing", &to))?;
        wanted.extend(bytes);
    }
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) && modules.exists() {
        return Ok(modules);
    }
    let place = folder.strip_prefix(&project.root).unwrap_or(folder).display();
    say::setup("npm packages", &format!("installing into {place}, to {purpose}"));
    project
        .run(npm)
        .arg(if has_lock { "ci" } else { "install" })
        .args(["--no-audit", "--no-fund"])
        .folder(folder)
        .quiet_or_fail()?;
    fs::write(&stamp, wanted).map_err(Error::io("writing", &stamp))?;
    Ok(modules)
}
