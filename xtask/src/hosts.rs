//! Pages of others with figures in them: sets up each generator, builds its site, opens all in browsers.
//!
//! What is in the sites, and the pinned versions of their generators, is in `tests/hosts`; what is wanted of them is in
//! `tests/e2e/src/hosts`. A host that cannot be set up is named with the reason, and the others go on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Outcome};
use crate::fingerprint::Fingerprint;
use crate::page;
use crate::project::Project;
use crate::say;
use crate::setup::{self, Browsers, Engine};

/// A host that needs something of its own.
struct Generator {
    name: &'static str,
    packages: Packages,
    /// The program that builds the site and its arguments; `SITE` stands for where to.
    build: &'static [&'static str],
}

/// Where a generator comes from.
#[derive(Clone, Copy)]
enum Packages {
    /// `requirements.txt`, from PyPI.
    Python,
    /// `package.json`, from npm.
    Node,
}

const SITE: &str = "SITE";

const GENERATORS: [Generator; 5] = [
    Generator {
        name: "mkdocs",
        packages: Packages::Python,
        build: &["mkdocs", "build", "--quiet", "--clean", "--site-dir", SITE],
    },
    Generator {
        name: "docusaurus",
        packages: Packages::Node,
        build: &["docusaurus", "build", "--out-dir", SITE],
    },
    // The package from PyPI holds mdBook's own program, which takes minutes to build from crates.io.
    Generator { name: "mdbook", packages: Packages::Python, build: &["mdbook", "build", "--dest-dir", SITE] },
    // Servers rather than sites.
    Generator { name: "jupyterlab", packages: Packages::Python, build: &[] },
    Generator { name: "marimo", packages: Packages::Python, build: &[] },
];

/// Builds the page, prepares these hosts (all of them if none is named) and opens them.
pub(crate) fn run(project: &Project, names: &[String], browsers: Browsers) -> Outcome {
    let chromium = browsers.have(Engine::Chromium).then(|| setup::browser(project)).transpose()?;
    let engines = setup::engines(project, browsers)?;
    page::build_if_changed(project)?;
    let chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    let mut left_out = Vec::new();
    for generator in GENERATORS.iter().filter(|generator| chosen(generator.name)) {
        if let Err(error) = generator.prepare(project) {
            say::setup(generator.name, &format!("cannot be set up: {error}"));
            left_out.push(generator.name);
        }
    }
    // A host that is not there says so in the table, too, and the table's program then fails.
    let mut run = project
        .run("cargo")
        .args(["run", "--quiet", "--package", "shuffle-lab-e2e", "--example", "hosts", "--"])
        .args(names)
        .env("SHUFFLE_LAB_DIST", &project.dist)
        .env("SHUFFLE_LAB_BROWSERS", engines.names.join(","));
    if let Some(browser) = chromium {
        run = run.env("CHROMIUM", browser.chromium).env("CHROMEDRIVER", browser.chromedriver);
    }
    for (variable, program) in engines.programs {
        run = run.env(variable, program);
    }
    run.shown()?;
    if left_out.is_empty() {
        return Ok(());
    }
    Err(Error::Project(format!("opened from an earlier set-up only: {}.", left_out.join(", "))))
}

impl Generator {
    /// Brings the generator and, if sources or versions changed since, lets it build the site.
    fn prepare(&self, project: &Project) -> Outcome {
        let from = project.root.join("tests").join("hosts").join(self.name);
        let folder = project.target.join("hosts").join(self.name);
        let purpose = format!("put a figure into a page of {}", self.name);
        let programs = match self.packages {
            Packages::Python => setup::python_packages(project, &from, &folder, &purpose)?,
            Packages::Node => setup::npm_packages(project, &from, &folder, &purpose)?.join(".bin"),
        };
        // Copied, because generators leave caches beside their sources.
        let source = folder.join("source");
        let mut fingerprint = Fingerprint::default();
        fingerprint.path(&from, &from)?;
        let stamp = folder.join("built.stamp");
        let site = folder.join("site");
        let is_built = self.build.is_empty() || site.exists();
        if is_built && fs::read_to_string(&stamp).is_ok_and(|kept| kept == fingerprint.text()) {
            return Ok(());
        }
        let _ = fs::remove_dir_all(&source);
        copy(&from, &source)?;
        if let [program, arguments @ ..] = self.build {
            say::setup(self.name, "building its site");
            let arguments =
                arguments.iter().map(|word| if *word == SITE { site.clone() } else { PathBuf::from(word) });
            project
                .run(program_in(&programs, program))
                .args(arguments)
                .folder(&source)
                // Material says at each build that it will end one day.
                .env("NO_MKDOCS_2_WARNING", "1")
                .quiet_or_fail()?;
        }
        fs::write(&stamp, fingerprint.text()).map_err(Error::io("writing", &stamp))
    }
}

fn program_in(folder: &Path, name: &str) -> PathBuf {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let mut places = endings.iter().map(|end| folder.join(format!("{name}{end}")));
    places.find(|file| file.exists()).unwrap_or_else(|| folder.join(name))
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to).map_err(Error::io("making", to))?;
    for entry in fs::read_dir(from).map_err(Error::io("reading", from))?.flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).map_err(Error::io("copying", &from))?;
        }
    }
    Ok(())
}
