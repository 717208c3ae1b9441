//! A browser and its driver, of the same major version.

use std::env;
use std::path::{Path, PathBuf};

use super::apt;
use crate::error::{Error, Outcome};
use crate::project::{Project, is_program};
use crate::say;

/// Where the browser and its driver are.
pub(crate) struct Browser {
    /// Chromium or Chrome.
    pub(crate) chromium: PathBuf,
    /// The WebDriver server of the same version.
    pub(crate) chromedriver: PathBuf,
}

const CHROMIUM_NAMES: [&str; 5] =
    ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome"];

/// Where installers put Chrome without adding it to PATH.
const CHROMIUM_PLACES: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
];

/// Finds or installs the browser and its driver.
pub(crate) fn bring(project: &Project) -> Outcome<Browser> {
    if let Some(browser) = find(project) {
        return same_version(project, browser);
    }
    if apt::is_here() {
        apt::install(
            project,
            // Without a font Chromium draws no text.
            &["chromium", "chromium-driver", "fonts-liberation"],
            "test the page in a real browser",
        )?;
        if let Some(browser) = find(project) {
            return same_version(project, browser);
        }
    }
    Err(Error::missing(
        "The page is tested in Chromium through chromedriver, and they are not both here.",
        "install both in the same version (Debian: `apt-get install chromium chromium-driver`; macOS: \
         `brew install --cask google-chrome chromedriver`; Windows: `winget install Google.Chrome \
         Chromium.ChromeDriver`), or name them in CHROMIUM and CHROMEDRIVER.",
    ))
}

fn find(project: &Project) -> Option<Browser> {
    let chromium = named("CHROMIUM")
        .or_else(|| CHROMIUM_NAMES.iter().find_map(|name| project.program(name)))
        .or_else(|| CHROMIUM_PLACES.iter().map(PathBuf::from).find(|file| is_program(file)))?;
    let chromedriver = named("CHROMEDRIVER").or_else(|| project.program("chromedriver"))?;
    Some(Browser { chromium, chromedriver })
}

/// A program that the user names in an environment variable.
pub(super) fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|file| is_program(file))
}

/// chromedriver refuses a browser of another major version, in words that do not help.
fn same_version(project: &Project, browser: Browser) -> Outcome<Browser> {
    let chromium = major(project, &browser.chromium);
    let driver = major(project, &browser.chromedriver);
    if let (Some(chromium), Some(driver)) = (chromium, driver)
        && chromium != driver
    {
        return Err(Error::missing(
            format!(
                "{} is version {chromium} but {} is version {driver}; they must be equal.",
                browser.chromium.display(),
                browser.chromedriver.display()
            ),
            "install a chromedriver of the browser's version, or name another pair in CHROMIUM and \
             CHROMEDRIVER.",
        ));
    }
    if driver.is_none() {
        say::setup("browser", "chromedriver does not tell its version; going on");
    }
    Ok(browser)
}

/// The first number before a dot in `Chromium 156.0.8078.79 ...`. Chrome on Windows tells none.
fn major(project: &Project, program: &Path) -> Option<u32> {
    let text = project.run(program).arg("--version").text()?;
    major_in(&text)
}

fn major_in(text: &str) -> Option<u32> {
    text.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::major_in;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        let chromium = "Chromium 156.0.8078.79 built on Debian GNU/Linux 12\n";
        assert_eq!(major_in(chromium), Some(156));
        assert_eq!(major_in("ChromeDriver 156.0.8078.79 (abc-refs@{#1})"), Some(156));
        assert_eq!(major_in(""), None);
    }
}
