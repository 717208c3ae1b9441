//! Which test targets run inside a browser: those whose source is in `tests/web`.

use std::fs;

use crate::error::{Error, Outcome};
use crate::project::Project;

/// The names of the targets, as the root Cargo.toml declares them.
pub(crate) fn list(project: &Project) -> Outcome<Vec<String>> {
    let path = project.root.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).map_err(Error::io("reading", &path))?;
    let declared = declared(&manifest);
    let folder = project.root.join("tests").join("web");
    let sources = fs::read_dir(&folder).map_or(0, |entries| {
        entries.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "rs")).count()
    });
    // A forgotten declaration would silently leave tests out: `autotests` is off.
    if sources > 0 && declared.is_empty() {
        return Err(Error::Project(format!(
            "{} has tests, but Cargo.toml declares no [[test]] with a path there.",
            folder.display()
        )));
    }
    Ok(declared)
}

fn declared(manifest: &str) -> Vec<String> {
    manifest
        .split("\n[")
        .filter_map(|section| section.strip_prefix("[test]]"))
        .filter(|section| value(section, "path").is_some_and(|path| path.starts_with("tests/web/")))
        .filter_map(|section| value(section, "name"))
        .map(str::to_owned)
        .collect()
}

/// The text value of a key in a section of a manifest.
fn value<'a>(section: &'a str, key: &str) -> Option<&'a str> {
    section.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::declared;

    #[test]
    fn only_targets_of_the_folder_are_listed() {
        let manifest = "[lib]\nname = \"x\"\n\n[[test]]\nname = \"native\"\npath = \"tests/native/main.rs\"\n\
                        \n[[test]]\nname = \"pool\"\npath = \"tests/web/pool.rs\"\n\n[lints]\nworkspace = true\n";
        assert_eq!(declared(manifest), ["pool"]);
    }
}
