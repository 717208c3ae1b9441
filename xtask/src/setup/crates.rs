//! The sources of all crates in Cargo.lock, so that the builds after it need no network.

use crate::error::Outcome;
use crate::project::Project;
use crate::say;

/// Downloads what cargo's own store lacks; quick and without network if it lacks nothing.
pub(crate) fn bring(project: &Project) -> Outcome {
    let end = project.run("cargo").arg("fetch").quiet(None)?;
    if !end.success {
        // A build that needs what is missing says so itself; others need not care.
        say::line(end.output.trim_end());
        say::setup("crates", "not all could be downloaded; going on with what is here");
    } else if end.output.contains("Downloaded") || end.output.contains("Downloading") {
        say::setup("crates", "downloaded what Cargo.lock names");
    }
    Ok(())
}
