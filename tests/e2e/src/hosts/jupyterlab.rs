//! A real JupyterLab: a notebook with two anywidgets, one whose module is a file beside it and one whose module is an
//! address, run in the browser.

use std::fs;

use super::Host;
use super::anywidget::{FIRST_LIMIT, two_verdicts};
use super::server::Work;
use super::window::at;
use crate::engines::Engine;
use crate::{Error, Outcome, View};

/// Without questions: about news, which would also be requests to elsewhere, and about the kernel.
const OVERRIDES: &str = r#"{
    "@jupyterlab/apputils-extension:notification": { "fetchNews": "false", "checkForUpdates": false },
    "@jupyterlab/notebook-extension:tracker": { "autoStartDefaultKernel": true }
}"#;

/// The state of the notebook's kernel, when all of the application is there and the notebook is in front.
const IDLE: &str = "(async () => { \
    await jupyterapp.restored; \
    const { shell } = jupyterapp; \
    const notebook = [...shell.widgets('main')].find((widget) => widget.sessionContext); \
    if (!notebook) return 'no notebook'; \
    if (shell.currentWidget !== notebook) shell.activateById(notebook.id); \
    await notebook.sessionContext.ready; \
    return notebook.sessionContext.session?.kernel?.status; })()";

pub(super) async fn check(host: Host, engine: Engine) -> Outcome<String> {
    let work = Work::prepare(host, "figure.ipynb")?;
    let own = work.folder.join(".own");
    let settings = own.join("settings");
    fs::create_dir_all(&settings).map_err(Error::io("making the settings"))?;
    fs::write(settings.join("overrides.json"), OVERRIDES).map_err(Error::io("writing the settings"))?;
    // Whoever knows the port could run programs with it, so not without a token.
    let token = format!("t{}", std::process::id());
    let server = work.serve("jupyter", |command, port| {
        for variable in ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"] {
            command.env(variable, own.join(variable));
        }
        command
            .args(["lab", "--no-browser", "--ip=127.0.0.1", "--allow-root", "--ServerApp.port_retries=0"])
            // So that a test can run commands of the application by name.
            .arg("--LabApp.expose_app_in_browser=True")
            .arg(format!("--port={port}"))
            .arg(format!("--IdentityProvider.token={token}"))
            .arg(format!("--ServerApp.root_dir={}", work.folder.display()))
            .arg(format!("--LabApp.app_settings_dir={}", settings.display()));
    });
    let server = server.await?;
    at(host, engine, View { height: 1900, ..View::WIDE }, async |page| {
        let port = server.port;
        page.open(&format!("http://127.0.0.1:{port}/lab/tree/figure.ipynb?reset&token={token}")).await?;
        page.wait_for(".jp-Notebook .jp-CodeCell", FIRST_LIMIT).await?;
        page.until("an idle kernel", FIRST_LIMIT, async || Ok(page.evaluate(IDLE).await? == "idle")).await?;
        // What JupyterLab says about its own start.
        page.console().await?;
        // Not awaited: its end is that of the last cell.
        page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')").await?;
        two_verdicts(host, page, &work).await
    })
    .await
}
