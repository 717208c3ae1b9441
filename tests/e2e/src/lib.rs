//! Opens the built page in a real browser, for tests and for eyes.
//!
//! ```text
//! Offer     which folders are served, and how: a sub-path, a policy, to other origins
//! Site      serves an offer, keeps what was asked of it and what the page wanted elsewhere
//! Driver    one chromedriver process
//! Page      one browser on one page: open, look, read the console
//! browsers  those that are open and free: a test takes one, the next test takes it again
//! lab       what most tests of the lab do
//! engines   browsers of three engines, for the smoke tests: the page is not for Chromium alone
//! hosts     pages of others with figures in them, and what is wanted of each
//! visit     all of these around a test, with a picture when it fails
//! ```
//!
//! Nothing leaves this machine: the site and the driver listen on 127.0.0.1, and the browser is told
//! that no other name exists.

pub mod browsers;
mod driver;
pub mod engines;
pub mod hosts;
mod http;
pub mod lab;
mod offer;
mod page;
pub mod places;
mod site;
mod visit;
mod wait;

pub use offer::{COURSE, LAB, Offer};
pub use page::{ConsoleLine, Page, View};
pub use site::{Request, STRICT_POLICY, Site};
pub use visit::visit;
pub use wait::{until, wait_for};

/// The WebDriver client, for its elements and keys.
pub use thirtyfour;

/// What can go wrong before or around a test's own assertions.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The browser or its driver refused a command.
    #[error("the browser refused: {0}")]
    Browser(#[from] thirtyfour::error::WebDriverError),
    /// A file, socket or process failed.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// The system's own words.
        source: std::io::Error,
    },
    /// A page of a host is not as it should be.
    #[error("{0}")]
    Broken(String),
    /// Something needed is not there; the text says how to get it.
    #[error("{0}")]
    Missing(String),
    /// A wait ended without what was waited for.
    #[error("waited {seconds} s in vain for {what}")]
    TimeOut {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
    },
}

impl Error {
    /// Wraps an I/O error together with what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}

/// The result of a test's step.
pub type Outcome<T = ()> = Result<T, Error>;
