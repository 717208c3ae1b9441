//! Serves a folder under a sub-path, as a page that is embedded somewhere is served.
//!
//! A browser also talks to others of its own accord (updates, search suggestions), so watching its
//! traffic cannot tell what the *page* asked for. The site therefore sends a content security policy
//! that forbids nothing but reports every request to another origin, from the page and from its
//! workers, back to the site.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::http::{Incoming, Listener, read_request};
use crate::{Outcome, places};

/// The strictest content security policy under which the page must work, for pages that embed it.
pub const STRICT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
     base-uri 'none'; form-action 'none'";

/// Reports what is not of the page's own origin.
const WATCHING_POLICY: &str = "default-src 'self' blob: data: 'unsafe-inline' 'unsafe-eval'";

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
    seen: Arc<Mutex<Seen>>,
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
        Self::serve(&places::dist()?, "/some/sub/path/", None)
    }

    /// Serves the built page with a script before all others, that keeps errors, rejections, console errors and warnings
    /// in `window.heardProblems`.
    ///
    /// # Errors
    /// If there is no built page or no free port.
    pub fn of_the_page_with_hooks() -> Outcome<Self> {
        Self::start(&places::dist()?, "/some/sub/path/", None, Some(HOOKS))
    }

    /// Serves a page of somebody else, `tests/e2e/hosts/frame.html`, that frames the figure at an address.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn of_a_host() -> Outcome<Self> {
        Self::start(
            &places::hosts(),
            "/",
            Some("default-src 'self' 'unsafe-inline'; img-src data:; frame-src *"),
            None,
        )
    }

    /// Serves the built page under [`STRICT_POLICY`].
    ///
    /// # Errors
    /// If there is no built page or no free port.
    pub fn of_the_page_strictly() -> Outcome<Self> {
        Self::serve(&places::dist()?, "/some/sub/path/", Some(STRICT_POLICY))
    }

    /// Serves a folder under a base path, which begins and ends with `/`; with a policy, the browser
    /// enforces it.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn serve(folder: &Path, base: &str, policy: Option<&str>) -> Outcome<Self> {
        Self::start(folder, base, policy, None)
    }

    fn start(
        folder: &Path,
        base: &str,
        policy: Option<&str>,
        first_script: Option<&'static str>,
    ) -> Outcome<Self> {
        let report = format!("report-uri {base}{REPORTS}");
        let policy_header = match policy {
            Some(policy) => format!("content-security-policy: {policy}; {report}\r\n"),
            None => {
                format!("content-security-policy-report-only: {WATCHING_POLICY}; {report}\r\n")
            }
        };
        let folder =
            Folder { path: folder.to_path_buf(), base: base.to_owned(), policy_header, first_script };
        let seen = Arc::new(Mutex::new(Seen::default()));
        let to_fill = Arc::clone(&seen);
        let listener = Listener::start(move |stream| folder.answer(stream, &to_fill))?;
        Ok(Self { listener, base: base.to_owned(), seen })
    }

    /// The page's address with this appended, such as `?w=8`.
    #[must_use]
    pub fn address(&self, rest: &str) -> String {
        format!("http://{}{}{rest}", self.listener.address(), self.base)
    }

    /// All that was asked of this site until now.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.requests.clone()
    }

    /// What the policy did not allow: requests of the page or of its workers to another origin and,
    /// under a strict policy, all else that it forbids. As `directive: what`.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.violations.clone()
    }
}

/// What the server's threads share.
struct Folder {
    path: PathBuf,
    base: String,
    policy_header: String,
    first_script: Option<&'static str>,
}

impl Folder {
    fn answer(&self, mut stream: TcpStream, seen: &Mutex<Seen>) {
        let Some(request) = read_request(&stream) else {
            return;
        };
        let (status, body, media_type) = if request.target == format!("{}{REPORTS}", self.base) {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.violations.push(violation(&request));
            (204, Vec::new(), "text/plain")
        } else {
            let answer = self.file(&request.target);
            // Kept before it is answered: a test that saw the page must find the request.
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.requests.push(Request { target: request.target, status: answer.0 });
            answer
        };
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n{}connection: close\r\n\r\n",
            body.len(),
            self.policy_header
        );
        // A browser that went away needs no answer.
        let _ = stream.write_all(head.as_bytes());
        if request.method != "HEAD" {
            let _ = stream.write_all(&body);
        }
    }

    fn file(&self, target: &str) -> (u16, Vec<u8>, &'static str) {
        let found = self.find(target).and_then(|file| {
            Some((200, self.with_first_script(&file, fs::read(&file).ok()?), media_type(&file)))
        });
        found.unwrap_or_else(|| (404, b"not here".to_vec(), "text/plain"))
    }

    fn with_first_script(&self, file: &Path, body: Vec<u8>) -> Vec<u8> {
        match self.first_script {
            Some(script) if file.extension().is_some_and(|end| end == "html") => {
                // What stands before a document's type would change its mode; after it, it opens the head.
                let text = String::from_utf8_lossy(&body);
                let (kind, rest) = text.split_at(text.find('>').map_or(0, |end| end + 1));
                format!("{kind}<script>{script}</script>{rest}").into_bytes()
            }
            Some(_) | None => body,
        }
    }

    /// The file behind a request's target; only plain names below the base, so nothing else of this
    /// machine can be read.
    fn find(&self, target: &str) -> Option<PathBuf> {
        let path = target.split(['?', '#']).next()?;
        let inside = path.strip_prefix(&self.base)?;
        let inside = if inside.is_empty() { "index.html" } else { inside };
        let plain = inside.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        plain.then(|| self.path.join(inside))
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

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Folder {
        Folder {
            path: PathBuf::from("/x"),
            base: "/some/sub/path/".into(),
            policy_header: String::new(),
            first_script: None,
        }
    }

    #[test]
    fn the_base_is_the_page_and_nothing_outside_is_served() {
        let find = |target| folder().find(target);
        assert_eq!(find("/some/sub/path/?w=8"), Some(PathBuf::from("/x/index.html")));
        assert_eq!(find("/some/sub/path/a/b.js"), Some(PathBuf::from("/x/a/b.js")));
        for outside in ["/", "/index.html", "/some/sub/path/../secret", "/some/sub/path//etc/passwd"] {
            assert_eq!(find(outside), None, "{outside}");
        }
    }
}
