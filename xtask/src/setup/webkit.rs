//! `WebKitGTK`: its small browser, its driver, and an X server without a screen, since it has no headless mode.

use std::env;
use std::path::{Path, PathBuf};

use super::apt;
use super::browser::named;
use super::engines::Programs;
use crate::error::{Error, Outcome};
use crate::project::{Project, is_program};

/// All three, if they are here.
pub(super) fn find(project: &Project) -> Option<Programs> {
    Some(vec![
        ("WEBKIT_MINIBROWSER", browser()?),
        ("WEBKIT_DRIVER", named("WEBKIT_DRIVER").or_else(|| project.program("WebKitWebDriver"))?),
        ("XVFB", named("XVFB").or_else(|| project.program("Xvfb"))?),
    ])
}

/// Finds or installs all three.
pub(super) fn bring(project: &Project) -> Outcome<Programs> {
    if find(project).is_none() && apt::is_here() {
        // Without a font it draws no text.
        let packages = ["webkit2gtk-driver", "xvfb", "fonts-liberation"];
        apt::install(project, &packages, "try the page in WebKit")?;
    }
    find(project).ok_or_else(|| {
        Error::missing(
            "WebKitGTK's MiniBrowser and WebKitWebDriver and Xvfb are not all here.",
            "install them (Debian from 12 on: `apt-get install webkit2gtk-driver xvfb`; there are none for macOS and \
             Windows), or name them in WEBKIT_MINIBROWSER, WEBKIT_DRIVER and XVFB.",
        )
    })
}

/// The browser is no command: distributions keep it beside the library.
fn browser() -> Option<PathBuf> {
    let folder = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    let places = [folder.as_str(), "/usr/libexec", "/usr/lib64", "/usr/lib"];
    let files = places.iter().map(|place| Path::new(place).join("webkit2gtk-4.1").join("MiniBrowser"));
    named("WEBKIT_MINIBROWSER").or_else(|| files.into_iter().find(|file| is_program(file)))
}
