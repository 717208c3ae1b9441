//! axe-core, with which the end-to-end tests look for what keeps people out, from npm.
//!
//! Without Node those tests are skipped, and a line says so.

use std::fs;
use std::path::Path;

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;
use crate::tools::AXE_VERSION;

const STEP: &str = "axe-core";

/// Puts it into target/tools/axe, where the tests look.
pub(crate) fn bring(project: &Project) -> Outcome {
    let folder = project.tools.join("axe");
    if is_installed(&folder) {
        return Ok(());
    }
    let Some(npm) = project.program("npm") else {
        say::setup(STEP, "no npm here, so its tests are skipped (install Node 20 or newer for them)");
        return Ok(());
    };
    say::setup(
        STEP,
        &format!("it finds what keeps people out of a page; installing npm's axe-core {AXE_VERSION}"),
    );
    fs::create_dir_all(&folder).map_err(Error::io("making", &folder))?;
    let end = project
        .run(npm)
        .args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"])
        .arg(&folder)
        .arg(format!("axe-core@{AXE_VERSION}"))
        .quiet(None)?;
    if !end.success || !is_installed(&folder) {
        say::line(end.output.trim_end());
        say::setup(STEP, "npm could not bring it, so its tests are skipped this time");
    }
    Ok(())
}

/// Whether it is there in the pinned version.
fn is_installed(folder: &Path) -> bool {
    let package = folder.join("node_modules").join("axe-core").join("package.json");
    let version = format!("\"version\": \"{AXE_VERSION}\"");
    fs::read_to_string(package).is_ok_and(|text| text.contains(&version))
}
