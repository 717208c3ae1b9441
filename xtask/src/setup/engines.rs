//! Which browser engines the end-to-end tests run in, and where their programs are.

use std::path::PathBuf;

use super::{firefox, webkit};
use crate::error::Outcome;
use crate::project::Project;
use crate::say;

/// An engine of browsers in which the page is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox.
    Firefox,
    /// `WebKitGTK`.
    WebKit,
}

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name on the command line and for the tests.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Its programs, if all are on this machine. Chromium has a set-up of its own, which other tests need, too.
    fn find(self, project: &Project) -> Option<Programs> {
        match self {
            Self::Chromium => Some(Programs::new()),
            Self::Firefox => firefox::find(project),
            Self::WebKit => webkit::find(project),
        }
    }

    /// Its programs; what is missing is installed.
    fn bring(self, project: &Project) -> Outcome<Programs> {
        match self {
            Self::Chromium => Ok(Programs::new()),
            Self::Firefox => firefox::bring(project),
            Self::WebKit => webkit::bring(project),
        }
    }
}

/// The browsers that the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browsers {
    /// Chromium, and those of the others that are on this machine.
    Here,
    /// All that can be installed.
    All,
    /// This engine alone, which must be here or be brought.
    Only(Engine),
}

impl Browsers {
    /// Whether this engine may be among them.
    pub(crate) fn have(self, engine: Engine) -> bool {
        match self {
            Self::Here | Self::All => true,
            Self::Only(only) => only == engine,
        }
    }
}

/// Programs by the variable that tells the tests where they are.
pub(super) type Programs = Vec<(&'static str, PathBuf)>;

/// The engines that are ready.
#[derive(Default)]
pub(crate) struct Engines {
    /// The names of the engines that were found, as the tests take them.
    pub(crate) names: Vec<&'static str>,
    /// Where their programs are.
    pub(crate) programs: Programs,
}

/// Finds or brings what was asked for. An engine that was not asked for by its name may be missing: a line says why.
pub(super) fn bring(project: &Project, browsers: Browsers) -> Outcome<Engines> {
    let mut ready = Engines::default();
    for engine in Engine::ALL.into_iter().filter(|engine| browsers.have(*engine)) {
        let found = match (engine.find(project), browsers) {
            (Some(programs), _) => Ok(programs),
            (None, Browsers::Here) => {
                let way = "not here, so its smoke tests are left out (`--browser all` installs it)";
                say::setup(engine.name(), way);
                continue;
            }
            (None, Browsers::All | Browsers::Only(_)) => engine.bring(project),
        };
        match (found, browsers) {
            (Ok(programs), _) => {
                ready.names.push(engine.name());
                ready.programs.extend(programs);
            }
            (Err(error), Browsers::Only(_)) => return Err(error),
            (Err(error), Browsers::Here | Browsers::All) => {
                say::setup(engine.name(), &format!("its smoke tests are left out: {error}"));
            }
        }
    }
    Ok(ready)
}
