//! `wasm-opt`, which makes the module smaller, from npm's `binaryen`.
//!
//! It is a convenience: without Node the page is built a little larger, and a line says so.

use std::fs;

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;
use crate::tools::BINARYEN_VERSION;

const STEP: &str = "wasm-opt";

/// Says whether `wasm-opt` may be used.
pub(crate) fn bring(project: &Project) -> Outcome<bool> {
    let (Some(npm), Some(_)) = (project.program("npm"), project.program("node")) else {
        say::setup(STEP, "no Node and npm here, so the module is not shrunk (install Node for that)");
        return Ok(false);
    };
    let major = BINARYEN_VERSION.split('.').next().unwrap_or(BINARYEN_VERSION);
    if is_installed(project, major) {
        return Ok(true);
    }
    let folder = project.tools.join("npm");
    say::setup(STEP, &format!("it shrinks the module; installing npm's binaryen {BINARYEN_VERSION}"));
    fs::create_dir_all(&folder).map_err(Error::io("making", &folder))?;
    let end = project
        .run(npm)
        .args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"])
        .arg(&folder)
        .arg(format!("binaryen@{BINARYEN_VERSION}"))
        .quiet(None)?;
    if end.success && is_installed(project, major) {
        return Ok(true);
    }
    say::line(end.output.trim_end());
    say::setup(STEP, "npm could not bring it, so the module is not shrunk this time");
    Ok(false)
}

/// Whether the `wasm-opt` of this project answers with the pinned version.
fn is_installed(project: &Project, major: &str) -> bool {
    let name = if cfg!(windows) { "wasm-opt.cmd" } else { "wasm-opt" };
    let program = project.npm_bin().join(name);
    program.exists()
        && project
            .run(program)
            .arg("--version")
            .text()
            .is_some_and(|text| text.split_whitespace().any(|word| word == major))
}
