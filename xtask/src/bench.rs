//! The benchmarks: the built page's engine beside others, in one browser, driven by Node.

use crate::error::{Error, Outcome};
use crate::page;
use crate::project::Project;
use crate::setup;

/// Builds the page, brings the benchmark's packages, runs `tests/bench/run.mjs`.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome {
    let source = project.root.join("tests").join("bench");
    let script = source.join("run.mjs");
    if !script.exists() {
        return Err(Error::Project(format!("{} is not there yet.", script.display())));
    }
    let browser = setup::browser(project)?;
    let modules = setup::npm_packages(
        project,
        &source,
        &project.target.join("bench"),
        "compare with others in benchmarks",
    )?;
    page::build(project)?;
    let page = project.target.join("bench").join("page");
    page::build_with_hooks(project, &page)?;
    project
        .run("node")
        .arg(&script)
        .arg("--require-ours")
        .arg("--dist")
        .arg(&page)
        .arg("--published")
        .arg(&project.dist)
        .args(arguments)
        .env("SHUFFLE_LAB_BENCH_MODULES", modules)
        .env("CHROMIUM", browser.chromium)
        .env("CHROMEDRIVER", browser.chromedriver)
        .shown()
}
