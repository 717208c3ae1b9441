//! Serves an [`Offer`] under a sub-path, as a page that is embedded somewhere is served.
//!
//! A browser also talks to others of its own accord (updates, search suggestions), so watching its
//! traffic cannot tell what the *page* asked for. The site therefore sends a content security policy
//! that forbids nothing but reports every request to another origin, from the page and from its
//! workers, back to the site.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::http::{Incoming, Listener, read_request};
use crate::offer::{Answer, Offer};
use crate::{Outcome, places};

/// The strictest content security policy under which the page must work, for pages that embed it.
pub const STRICT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
     base-uri 'none'; form-action 'none'";

/// Where the browser sends its reports, below the base.
const REPORTS: &str = "reports";

/// Keeps what goes wrong in a page for the test.
const HOOKS: &str = include_str!("hooks.js");

/// Something the browser asked the site for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The path as asked for, with its query.
    pub target: String,
    /// The status it was answered with.
    pub status: u16,
}

/// A server of static files on 127.0.0.1, until it is dropped.
#[derive(Debug)]
pub struct Site {
    listener: Listener,
    base: String,
    record: Arc<Record>,
}

/// What the server's threads share with the test.
#[derive(Debug, Default)]
struct Record {
    silent: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Request>,
    violations: Vec<String>,
}

impl Site {
    /// Serves the built page under `/some/sub/path/`.
    ///
    /// # Errors
    /// If there is no built page or no free port.
    pub fn of_the_page() -> Outcome<Self> {
        Self::of(Offer::new(&places::dist()?, "/some/sub/path/"))
    }

    /// Serves the built page with a script before all others, that keeps errors, rejections, console errors and warnings
    /// in `window.heardProblems`.
    ///
    /// # Errors
    /// If there is no built page or no free port.
    pub fn of_the_page_with_hooks() -> Outcome<Self> {
        Self::of(Offer::new(&places::dist()?, "/some/sub/path/").first(HOOKS))
    }

    /// Serves a page of somebody else, `tests/e2e/hosts/frame.html`, that frames the figure at an address.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn of_a_host() -> Outcome<Self> {
        let policy = "default-src 'self' 'unsafe-inline'; img-src data:; frame-src *";
        Self::of(Offer::new(&places::hosts(), "/").under(policy))
    }

    /// Serves the built page under [`STRICT_POLICY`].
    ///
    /// # Errors
    /// If there is no built page or no free port.
    pub fn of_the_page_strictly() -> Outcome<Self> {
        Self::of(Offer::new(&places::dist()?, "/some/sub/path/").under(STRICT_POLICY))
    }

    /// Serves what is offered.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn of(offer: Offer) -> Outcome<Self> {
        let record = Arc::new(Record::default());
        let base = offer.base.clone();
        let to_fill = Arc::clone(&record);
        let listener = Listener::start(move |stream| answer(&offer, stream, &to_fill))?;
        Ok(Self { listener, base, record })
    }

    /// The page's address with this appended, such as `?w=8`.
    #[must_use]
    pub fn address(&self, rest: &str) -> String {
        format!("http://{}{}{rest}", self.listener.address(), self.base)
    }

    /// From now on nothing is here (404), or all is here again.
    pub fn silence(&self, silent: bool) {
        self.record.silent.store(silent, Ordering::Relaxed);
    }

    /// All that was asked of this site until now.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.record.seen().requests.clone()
    }

    /// What the policy did not allow: requests of the page or of its workers to another origin and,
    /// under a strict policy, all else that it forbids. As `directive: what`.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.record.seen().violations.clone()
    }
}

impl Record {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(offer: &Offer, mut stream: TcpStream, record: &Record) {
    let Some(request) = read_request(&stream) else {
        return;
    };
    let host = request.host.clone();
    let reports = format!("{}{REPORTS}", offer.base);
    let answer = if request.target == reports {
        record.seen().violations.push(violation(&request));
        Answer { status: 204, body: Vec::new(), media_type: "text/plain" }
    } else {
        let silent = record.silent.load(Ordering::Relaxed);
        let answer = if silent { Answer::not_here() } else { offer.answer(&request) };
        // Kept before it is answered: a test that saw the page must find the request.
        let kept = Request { target: request.target, status: answer.status };
        record.seen().requests.push(kept);
        answer
    };
    let head = format!(
        "HTTP/1.1 {} -\r\ncontent-type: {}\r\ncontent-length: {}\r\n{}connection: close\r\n\r\n",
        answer.status,
        answer.media_type,
        answer.body.len(),
        offer.headers(&reports, &host)
    );
    // A browser that went away needs no answer.
    let _ = stream.write_all(head.as_bytes());
    if request.method != "HEAD" {
        let _ = stream.write_all(&answer.body);
    }
}

/// A browser's report, in short.
fn violation(request: &Incoming) -> String {
    let report: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let field = |name: &str| {
        let value = report.pointer(&format!("/csp-report/{name}"));
        value.and_then(Value::as_str).unwrap_or("?").to_owned()
    };
    format!("{}: {}", field("effective-directive"), field("blocked-uri"))
}
