//! Firefox, and geckodriver, which drives it.

use std::path::PathBuf;

use super::browser::named;
use super::engines::Programs;
use super::{apt, cargo_tools};
use crate::error::{Error, Outcome};
use crate::project::{Project, is_program};
use crate::tools;

/// Where installers put Firefox without adding it to PATH.
const PLACES: [&str; 2] =
    ["/Applications/Firefox.app/Contents/MacOS/firefox", r"C:\Program Files\Mozilla Firefox\firefox.exe"];

/// Both, if they are here.
pub(super) fn find(project: &Project) -> Option<Programs> {
    Some(vec![("FIREFOX", browser(project)?), ("GECKODRIVER", driver(project)?)])
}

/// Finds or installs both.
pub(super) fn bring(project: &Project) -> Outcome<Programs> {
    if browser(project).is_none() && apt::is_here() {
        // Without a font it draws no text.
        apt::install(project, &["firefox-esr", "fonts-liberation"], "try the page in Firefox")?;
    }
    if browser(project).is_some() && driver(project).is_none() {
        cargo_tools::bring(project, &tools::GECKODRIVER)?;
    }
    find(project).ok_or_else(|| {
        Error::missing(
            "Firefox is not here, and there is no apt to install it with.",
            "install Firefox (macOS: `brew install --cask firefox`; Windows: `winget install Mozilla.Firefox`), or name it \
             in FIREFOX.",
        )
    })
}

fn browser(project: &Project) -> Option<PathBuf> {
    named("FIREFOX")
        .or_else(|| ["firefox-esr", "firefox"].iter().find_map(|name| project.program(name)))
        .or_else(|| PLACES.iter().map(PathBuf::from).find(|file| is_program(file)))
}

fn driver(project: &Project) -> Option<PathBuf> {
    named("GECKODRIVER").or_else(|| project.program("geckodriver"))
}
