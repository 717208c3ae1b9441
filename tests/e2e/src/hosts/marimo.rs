//! A real marimo: its notebook as an application, with the same two anywidgets.

use super::Host;
use super::anywidget::{FIRST_LIMIT, two_verdicts};
use super::server::Work;
use super::window::at;
use crate::engines::Engine;
use crate::{Outcome, View};

pub(super) async fn check(host: Host, engine: Engine) -> Outcome<String> {
    let work = Work::prepare(host, "figure.py")?;
    let server = work.serve("marimo", |command, port| {
        command
            .args(["run", "figure.py", "--headless", "--no-token", "--host", "127.0.0.1", "--port"])
            .arg(port.to_string())
            .env("XDG_CONFIG_HOME", &work.folder)
            .env("XDG_STATE_HOME", &work.folder)
            .env("XDG_CACHE_HOME", &work.folder);
    });
    let server = server.await?;
    at(host, engine, View { height: 1900, ..View::WIDE }, async |page| {
        page.open(&format!("http://127.0.0.1:{}/", server.port)).await?;
        page.wait_for("h1", FIRST_LIMIT).await?;
        two_verdicts(host, page, &work).await
    })
    .await
}
