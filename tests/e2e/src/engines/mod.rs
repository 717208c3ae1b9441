//! The browser engines that the smoke tests run in, each by plain W3C WebDriver.
//!
//! ```text
//! firefox, webkit   what each engine's driver is and wants
//! service           a driver process on a free port
//! display           an X display that nobody sees, for an engine that has no headless mode
//! ending            how both are ended
//! wall              a proxy that lets nothing out
//! browser           one browser of any engine, on one page
//! ```
//!
//! The rest of the suite is about the page, not about the engine: it stays with Chromium and its own protocol.

mod browser;
mod display;
mod ending;
mod firefox;
mod service;
mod wall;
mod webkit;

pub use browser::{Browser, browse};
pub use wall::Wall;

use crate::{Error, Outcome, places};

/// An engine of browsers in which the page is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink and V8: Chromium, Chrome, Edge.
    Chromium,
    /// Gecko and SpiderMonkey.
    Firefox,
    /// WebKit and JavaScriptCore, in `WebKitGTK`'s small browser.
    WebKit,
}

impl Engine {
    /// All engines in which the smoke tests can run.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name in tests, pictures and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Whether its browser and driver are on this machine. Chromium is always wanted: without it the tests fail and say
    /// what is missing.
    fn is_here(self) -> bool {
        match self {
            Self::Chromium => true,
            Self::Firefox => places::firefox().is_some() && places::geckodriver().is_some(),
            Self::WebKit => {
                places::webkit_browser().is_some()
                    && places::webkit_driver().is_some()
                    && places::xvfb().is_some()
            }
        }
    }

    /// Those to be tested: what `SHUFFLE_LAB_BROWSERS` names, such as `chromium,webkit`; without it, those that are here.
    ///
    /// # Errors
    /// If the variable names one that is not known.
    pub fn wanted() -> Outcome<Vec<Self>> {
        let Ok(names) = std::env::var("SHUFFLE_LAB_BROWSERS") else {
            return Ok(Self::ALL.into_iter().filter(|engine| engine.is_here()).collect());
        };
        let of_name = |name: &str| {
            let known = Self::ALL.into_iter().find(|engine| engine.name() == name);
            known.ok_or_else(|| {
                Error::Missing(format!("SHUFFLE_LAB_BROWSERS names `{name}`, which is no browser here."))
            })
        };
        names.split(',').map(of_name).collect()
    }
}
