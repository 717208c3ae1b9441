//! Fuzzing: every target of `fuzz/`, one after the other, from the kept corpus on.

use std::fs;
use std::path::Path;

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::run::Run;
use crate::say;
use crate::setup;

/// Runs each target `runs` times; the first finding ends it, and its input is named.
pub(crate) fn run(project: &Project, runs: u64) -> Outcome {
    setup::fuzz_tools(project)?;
    setup::done();
    say::headline("building the fuzz targets");
    cargo_fuzz(project, "build").shown()?;
    for target in targets(&project.root)? {
        say::headline(&format!("fuzzing {target}, {runs} runs"));
        let kept = project.root.join("fuzz").join("corpus").join(&target);
        // What libFuzzer finds worth keeping goes into the first folder, so that git sees nothing of it.
        let grown = project.target.join("fuzz-corpus").join(&target);
        fs::create_dir_all(&grown).map_err(Error::io("making", &grown))?;
        let options = [format!("-runs={runs}"), "-verbosity=0".to_owned(), "-print_final_stats=1".to_owned()];
        cargo_fuzz(project, "run").arg(&target).arg(&grown).arg(&kept).arg("--").args(options).shown()?;
    }
    Ok(())
}

/// Without a sanitizer: the engine forbids unsafe code, and so this needs no nightly compiler.
fn cargo_fuzz(project: &Project, command: &str) -> Run {
    project.run("cargo").args(["fuzz", command, "--sanitizer", "none"])
}

/// The targets, by the names of their files.
fn targets(root: &Path) -> Outcome<Vec<String>> {
    let folder = root.join("fuzz").join("targets");
    let entries = fs::read_dir(&folder).map_err(Error::io("reading", &folder))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_declared_and_has_a_corpus() {
        let project = Project::find().expect("the workspace is around this package");
        let fuzz = project.root.join("fuzz");
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("fuzz has a manifest");
        let targets = targets(&project.root).expect("fuzz has targets");
        assert!(!targets.is_empty());
        for target in targets {
            assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target} is declared");
            assert!(fuzz.join("corpus").join(&target).is_dir(), "{target} has a corpus");
        }
    }
}
