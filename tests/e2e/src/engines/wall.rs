//! A proxy that lets nothing out and keeps what was wanted.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::Outcome;
use crate::http::{Listener, read_request};

/// The only way out of a browser: each request to another machine is kept and refused.
#[derive(Debug)]
pub struct Wall {
    listener: Listener,
    wanted: Arc<Mutex<Vec<String>>>,
}

impl Wall {
    pub(super) fn start() -> Outcome<Self> {
        let wanted = Arc::<Mutex<Vec<String>>>::default();
        let to_fill = Arc::clone(&wanted);
        let listener = Listener::start(move |mut stream| {
            if let Some(request) = read_request(&stream) {
                to_fill.lock().unwrap_or_else(PoisonError::into_inner).push(request.target);
            }
            // A browser that went away needs no answer.
            let _ = stream.write_all(b"HTTP/1.1 403 -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        })?;
        Ok(Self { listener, wanted })
    }

    /// What the browser wanted of other machines until now: the page's wishes and the browser's own.
    #[must_use]
    pub fn wanted(&self) -> Vec<String> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The capability `proxy`: everything but this machine goes through the wall.
    pub(super) fn as_proxy(&self) -> Value {
        let address = self.listener.address().to_string();
        json!({ "proxyType": "manual", "httpProxy": address, "sslProxy": address, "noProxy": ["127.0.0.1"] })
    }
}
