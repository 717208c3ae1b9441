//! What a [`Site`](crate::Site) serves, and with which headers.
//!
//! A page of somebody else's is served as a teacher would publish it; it names the lab by [`LAB`] and itself by [`COURSE`].
//! The site writes the true addresses in their place as it answers, because ports of this machine change from run to run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::http::Incoming;

/// The address of the lab as pages under `tests/hosts` have it.
pub const LAB: &str = "https://lab.example/shuffle-lab/";

/// The origin of a host's site as the site itself has it, in links of its own and in its list of pages.
pub const COURSE: &str = "https://course.example";

/// The first script of a page, below the base: a file, because a strict policy refuses inline scripts.
const FIRST: &str = "first.js";

/// Folders under a base path, and how they are served.
#[derive(Debug)]
pub struct Offer {
    folders: Vec<PathBuf>,
    pub(crate) base: String,
    policy: Option<String>,
    allowed: Vec<String>,
    shared: bool,
    first: Option<&'static str>,
    lab: Option<String>,
}

/// An answer without its headers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) media_type: &'static str,
}

impl Answer {
    pub(crate) fn not_here() -> Self {
        Self { status: 404, body: b"not here".to_vec(), media_type: "text/plain" }
    }
}

impl Offer {
    /// A folder under a base path, which begins and ends with `/`.
    #[must_use]
    pub fn new(folder: &Path, base: &str) -> Self {
        Self {
            folders: vec![folder.to_path_buf()],
            base: base.to_owned(),
            policy: None,
            allowed: Vec::new(),
            shared: false,
            first: None,
            lab: None,
        }
    }

    /// A further folder: what the folders before it do not have is looked for there.
    #[must_use]
    pub fn and(mut self, folder: &Path) -> Self {
        self.folders.push(folder.to_path_buf());
        self
    }

    /// With this content security policy, which the browser enforces.
    #[must_use]
    pub fn under(mut self, policy: &str) -> Self {
        self.policy = Some(policy.to_owned());
        self
    }

    /// Pages of every origin may load from here.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// With [`LAB`] in pages and scripts standing for this address, whose origin may be asked for things.
    #[must_use]
    pub fn with_lab(mut self, address: &str) -> Self {
        self.allowed.push(origin(address));
        self.lab = Some(address.to_owned());
        self
    }

    /// With this script before all others in every page.
    #[must_use]
    pub fn first(mut self, script: &'static str) -> Self {
        self.first = Some(script);
        self
    }

    /// All headers but those about the body. `reports` is where the browser is to report what the policy does not allow.
    pub(crate) fn headers(&self, reports: &str, host: &str) -> String {
        let sharing = if self.shared { "access-control-allow-origin: *\r\n" } else { "" };
        let policy = match &self.policy {
            Some(policy) => format!("content-security-policy: {policy}; report-uri {reports}\r\n"),
            // Forbids nothing; reports what is of another origin. In a sandboxed frame `'self'` is nobody to WebKit, so
            // the site is named, too.
            None => format!(
                "content-security-policy-report-only: default-src 'self' http://{host} {} blob: data: 'unsafe-inline' \
                 'unsafe-eval'; report-uri {reports}\r\n",
                self.allowed.join(" ")
            ),
        };
        format!("{sharing}{policy}")
    }

    pub(crate) fn answer(&self, request: &Incoming) -> Answer {
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        if let Some(script) = self.first.filter(|_| path.strip_prefix(&self.base) == Some(FIRST)) {
            return Answer { status: 200, body: script.into(), media_type: "text/javascript; charset=utf-8" };
        }
        let found = self.find(path).and_then(|file| Some((fs::read(&file).ok()?, media_type(&file))));
        found.map_or_else(Answer::not_here, |(body, media_type)| Answer {
            status: 200,
            body: self.rewritten(body, media_type, &request.host),
            media_type,
        })
    }

    /// With the true addresses, and with the first script.
    fn rewritten(&self, body: Vec<u8>, media_type: &str, host: &str) -> Vec<u8> {
        if self.lab.is_none() && self.first.is_none() {
            return body;
        }
        let is_text = ["text/html", "text/javascript", "application/json", "application/xml"]
            .iter()
            .any(|kind| media_type.starts_with(kind));
        let text = if is_text { String::from_utf8(body) } else { return body };
        let mut text = match text {
            Ok(text) => text,
            Err(error) => return error.into_bytes(),
        };
        if let Some(lab) = &self.lab {
            text = text.replace(LAB, lab).replace(COURSE, &format!("http://{host}"));
        }
        if self.first.is_some() && media_type.starts_with("text/html") {
            // What stands before a document's type would change its mode.
            let start = text.find("<head").unwrap_or(0);
            let end = text[start..].find('>').map_or(start, |length| start + length + 1);
            text.insert_str(end, &format!("<script src=\"{}{FIRST}\"></script>", self.base));
        }
        text.into_bytes()
    }

    /// The file behind a path; only plain names below the base, so nothing else of this machine can be read.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let inside = path.strip_prefix(&self.base)?;
        // A folder stands for its page.
        let inside = if inside.is_empty() || inside.ends_with('/') {
            format!("{inside}index.html")
        } else {
            inside.into()
        };
        let plain = inside.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        let mut places = self.folders.iter().map(|folder| folder.join(&inside));
        let first = places.next().filter(|_| plain)?;
        Some(if first.is_file() { first } else { places.find(|file| file.is_file()).unwrap_or(first) })
    }
}

/// `http://127.0.0.1:1234` of an address there.
fn origin(address: &str) -> String {
    address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        Offer::new(Path::new("/x"), "/some/sub/path/")
    }

    #[test]
    fn the_base_is_the_page_and_nothing_outside_is_served() {
        let find = |target| offer().find(target);
        assert_eq!(find("/some/sub/path/"), Some(PathBuf::from("/x/index.html")));
        assert_eq!(find("/some/sub/path/a/b.js"), Some(PathBuf::from("/x/a/b.js")));
        assert_eq!(find("/some/sub/path/a/"), Some(PathBuf::from("/x/a/index.html")));
        for outside in ["/", "/index.html", "/some/sub/path/../secret", "/some/sub/path//etc/passwd"] {
            assert_eq!(find(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_host_s_page_gets_the_true_address_of_the_lab_and_the_first_script() {
        let offer = offer().with_lab("http://127.0.0.1:99/lab/").first("");
        let page = format!("<html><head lang=\"en\"><script src=\"{LAB}embed.js\">");
        let served = offer.rewritten(page.into_bytes(), "text/html; charset=utf-8", "127.0.0.1:7");
        assert_eq!(
            String::from_utf8_lossy(&served),
            "<html><head lang=\"en\"><script src=\"/some/sub/path/first.js\"></script>\
             <script src=\"http://127.0.0.1:99/lab/embed.js\">"
        );
        let headers = offer.headers("reports", "127.0.0.1:7");
        assert!(headers.contains("'self' http://127.0.0.1:7 http://127.0.0.1:99 blob:"), "{headers}");
    }
}
