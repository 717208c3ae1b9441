//! The benchmarks: the built page's engine beside others, in one browser, driven by Node.

use std::fs;
use std::path::Path;

use crate::error::{Error, Outcome};
use crate::page;
use crate::project::Project;
use crate::say;
use crate::setup;

/// Builds the page, brings the benchmark's packages, runs `tests/bench/run.mjs`.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome {
    let (Some(node), Some(npm)) = (project.program("node"), project.program("npm")) else {
        return Err(Error::missing(
            "The benchmarks compare with packages from npm, and there is no Node here.",
            "install Node 20 or newer (Debian: `apt-get install nodejs npm`; macOS: `brew install node`; \
             Windows: `winget install OpenJS.NodeJS`).",
        ));
    };
    let source = project.root.join("tests").join("bench");
    let script = source.join("run.mjs");
    if !script.exists() {
        return Err(Error::Project(format!("{} is not there yet.", script.display())));
    }
    let browser = setup::browser(project)?;
    page::build(project)?;
    let modules = packages(project, &source, &npm)?;
    project
        .run(node)
        .arg(&script)
        .arg("--require-ours")
        .args(arguments)
        .env("SHUFFLE_LAB_DIST", &project.dist)
        .env("SHUFFLE_LAB_BENCH_MODULES", modules)
        .env("CHROMIUM", browser.chromium)
        .env("CHROMEDRIVER", browser.chromedriver)
        .shown()
}

/// Installs what tests/bench/package.json names into target/bench, if it changed since.
fn packages(project: &Project, source: &Path, npm: &Path) -> Outcome<std::path::PathBuf> {
    let folder = project.target.join("bench");
    let modules = folder.join("node_modules");
    fs::create_dir_all(&folder).map_err(Error::io("making", &folder))?;
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
    say::setup("benchmark packages", "installing with npm into target/bench, to compare with");
    project
        .run(npm)
        .arg(if has_lock { "ci" } else { "install" })
        .args(["--no-audit", "--no-fund"])
        .folder(&folder)
        .quiet_or_fail()?;
    fs::write(&stamp, wanted).map_err(Error::io("writing", &stamp))?;
    Ok(modules)
}
