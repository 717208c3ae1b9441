//! Building the page with trunk: a release into `dist/`, with relative addresses.

use std::env;
use std::time::Instant;

use crate::error::Outcome;
use crate::project::Project;
use crate::run::Run;
use crate::say;
use crate::setup::{self, PageTools, Purpose};

/// Sets up what is missing and leaves the page in `dist/`.
pub(crate) fn build(project: &Project) -> Outcome {
    let tools = setup::page_tools(project, Purpose::Publishing)?;
    let start = Instant::now();
    trunk(project, &tools, "build").arg("--dist").arg(&project.dist).shown()?;
    say::line(&format!(
        "The page is in {} (built in {}).",
        project.dist.display(),
        say::seconds(start.elapsed())
    ));
    Ok(())
}

/// A trunk command for an optimised page, the same for building and serving.
pub(crate) fn trunk(project: &Project, tools: &PageTools, subcommand: &str) -> Run {
    let mut run = tools
        .compiler
        .apply(project.run("trunk"))
        // A failing build is explained by its own words, not by trunk's call stack.
        .env("RUST_BACKTRACE", "0")
        .arg(subcommand)
        .arg("--offline");
    if env::var_os("NO_COLOR").is_some() {
        // By custom any value counts; trunk's parser refuses all but true and false.
        run.set("NO_COLOR", "true");
    }
    if tools.wasm_opt {
        run.arg("--release")
    } else {
        // Trunk calls wasm-opt in every `--release`; this is a release in all else.
        run.args(["--cargo-profile", "release"])
    }
}
