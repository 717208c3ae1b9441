//! Tools that cargo builds from crates.io into `target/tools`.
//!
//! They are built quickly rather than built fast: unoptimised, and with one shared target folder,
//! so that the second and third reuse what the first compiled.

use std::time::Instant;

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;
use crate::tools::CargoTool;

/// Builds the tool unless it is here in exactly the pinned version.
pub(crate) fn bring(project: &Project, tool: &CargoTool) -> Outcome {
    let found = version(project, tool);
    if found.as_deref() == Some(tool.version) {
        return Ok(());
    }
    let why = found.map_or_else(
        || format!("needed to {}", tool.purpose),
        |other| format!("needed to {}; found {other}", tool.purpose),
    );
    let what = format!("{} {}", tool.package, tool.version);
    say::setup(&what, &format!("{why}; building it from crates.io into target/tools (1 to 3 min)"));
    let start = Instant::now();
    project
        .run("cargo")
        .args(["install", "--locked", "--force", "--root"])
        .arg(&project.tools)
        .arg("--version")
        .arg(format!("={}", tool.version))
        .args(tool.arguments)
        .arg(tool.package)
        .env("CARGO_TARGET_DIR", project.tools.join("build"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .quiet_or_fail()?;
    if version(project, tool).as_deref() != Some(tool.version) {
        return Err(Error::missing(
            format!("{what} was built but does not answer with its version."),
            format!("delete {} and start again.", project.tools.display()),
        ));
    }
    say::setup(&what, &format!("built in {}", say::seconds(start.elapsed())));
    Ok(())
}

/// The version that the program answers with, wherever on PATH it is.
fn version(project: &Project, tool: &CargoTool) -> Option<String> {
    let program = project.program(tool.program)?;
    let text = project.run(program).arg("--version").text()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
