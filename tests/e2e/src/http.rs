//! The little HTTP that a test's server needs: a listener with one thread a connection, and what a
//! request says.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::{Error, Outcome};

/// A browser that opens a connection and says nothing must not keep a thread for ever.
const READ_LIMIT: Duration = Duration::from_secs(30);
const REQUEST_BYTES_MAX: u64 = 64 * 1024;

/// A listener on a free port of this machine, until it is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Listener {
    /// Answers every connection with `answer`, each in its own thread.
    pub(crate) fn start(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Outcome<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("listening"))?;
        let address = listener.local_addr().map_err(Error::io("listening"))?;
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer(stream));
            }
        });
        Ok(Self { address, stopped })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection, so that it sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

/// A request as it came in.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Under which name and port the server was asked.
    pub(crate) host: String,
    pub(crate) body: Vec<u8>,
}

/// Reads a request; `None` if none came.
pub(crate) fn read_request(stream: &TcpStream) -> Option<Incoming> {
    stream.set_read_timeout(Some(READ_LIMIT)).ok()?;
    let mut reader = BufReader::new(stream.take(REQUEST_BYTES_MAX));
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut body_bytes = 0;
    let mut host = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(length) = line.strip_prefix("content-length:") {
            body_bytes = length.trim().parse().ok()?;
        }
        if let Some(name) = line.strip_prefix("host:") {
            name.trim().clone_into(&mut host);
        }
    }
    let mut body = Vec::new();
    reader.take(body_bytes).read_to_end(&mut body).ok()?;
    let mut words = first.split(' ');
    Some(Incoming { method: words.next()?.to_owned(), target: words.next()?.to_owned(), host, body })
}
