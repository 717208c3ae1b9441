//! One browser showing one page.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::Driver;
use crate::{Error, Outcome, wait};

/// How the page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Width of the page's area in CSS pixels.
    pub width: u32,
    /// Height of the page's area in CSS pixels.
    pub height: u32,
    /// Whether the reader's system prefers dark colours.
    pub dark: bool,
    /// Whether the reader's system prefers less motion.
    pub reduced_motion: bool,
    /// Whether the reader's system forces its own colours.
    pub forced_colours: bool,
}

impl View {
    /// A laptop's window, light.
    pub const WIDE: Self =
        Self { width: 1280, height: 900, dark: false, reduced_motion: false, forced_colours: false };
    /// A laptop's window, dark.
    pub const DARK: Self = Self { dark: true, ..Self::WIDE };
    /// The narrowest phone that counts.
    pub const NARROW: Self = Self { width: 360, height: 740, ..Self::WIDE };
}

/// A line of the browser's console.
pub type ConsoleLine = thirtyfour::BrowserLogEntry;

/// A browser on a page. `visit` borrows one from [`crate::browsers`]; `start` opens another.
#[derive(Debug)]
pub struct Page {
    /// The WebDriver session, for finding elements and sending keys.
    pub driver: WebDriver,
    process: Driver,
}

impl AsRef<WebDriver> for Page {
    fn as_ref(&self) -> &WebDriver {
        &self.driver
    }
}

impl Page {
    /// Starts a browser with this view, on an empty page.
    ///
    /// # Errors
    /// If the browser or its driver does not start.
    pub async fn start(view: View) -> Outcome<Self> {
        Self::start_with(view, &[]).await
    }

    /// The same with further switches of the browser's.
    ///
    /// # Errors
    /// If the browser or its driver does not start.
    pub async fn start_with(view: View, switches: &[&str]) -> Outcome<Self> {
        let process = Driver::start()?;
        let driver = process.open_with(switches).await?;
        let page = Self { driver, process };
        page.look(view).await?;
        Ok(page)
    }

    /// Shows an empty page in a tab of its own, and closes the tab that was there. With the old tab end its workers, its
    /// storage (each site is an origin of its own) and what it emulated; lines of its console are forgotten.
    ///
    /// # Errors
    /// If the browser refuses, as one does that has died.
    pub(crate) async fn renew(&self, view: View) -> Outcome {
        let before = self.driver.windows().await?;
        let fresh = self.driver.new_tab().await?;
        for tab in before {
            self.driver.switch_to_window(tab).await?;
            self.driver.close_window().await?;
        }
        self.driver.switch_to_window(fresh).await?;
        self.console().await?;
        self.look(view).await
    }

    /// Changes the view, also of a page that is open.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn look(&self, view: View) -> Outcome {
        let metrics = json!({
            "width": view.width,
            "height": view.height,
            "deviceScaleFactor": 1,
            "mobile": false,
        });
        self.send("Emulation.setDeviceMetricsOverride", metrics).await?;
        let scheme = if view.dark { "dark" } else { "light" };
        let motion = if view.reduced_motion { "reduce" } else { "no-preference" };
        let forced = if view.forced_colours { "active" } else { "none" };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
            { "name": "forced-colors", "value": forced },
        ] });
        self.send("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Lets the pages that are opened from now on keep their workers in `keptWorkers`, in the order in which they were
    /// started, and count those that were not ended in `liveWorkers()`.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn keep_workers(&self) -> Outcome {
        let source = "globalThis.keptWorkers = []; \
            globalThis.Worker = class extends Worker { \
                constructor(...given) { super(...given); keptWorkers.push(this); } \
                terminate() { this.isEnded = true; super.terminate(); } }; \
            globalThis.liveWorkers = () => keptWorkers.filter((worker) => !worker.isEnded).length;";
        self.send("Page.enable", json!({})).await?;
        self.send("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
        Ok(())
    }

    /// Goes to an address and waits until its resources are there.
    ///
    /// # Errors
    /// If the browser cannot load it.
    pub async fn open(&self, address: &str) -> Outcome {
        Ok(self.driver.goto(address).await?)
    }

    /// Waits for the first element that matches.
    ///
    /// # Errors
    /// If none has come after that time.
    pub async fn wait_for(&self, css: &str, limit: Duration) -> Outcome<WebElement> {
        wait::wait_for(&self.driver, css, limit).await
    }

    /// Asks again and again until the answer is yes.
    ///
    /// # Errors
    /// If it is still no after that time, or the question's own.
    pub async fn until(&self, what: &str, limit: Duration, ask: impl AsyncFn() -> Outcome<bool>) -> Outcome {
        wait::until(what, limit, ask).await
    }

    /// Runs an expression of JavaScript in the page; a promise is awaited.
    ///
    /// # Errors
    /// If the browser refuses. An exception of the page is a value: `{"exception": "..."}`.
    pub async fn evaluate(&self, expression: &str) -> Outcome<Value> {
        let command = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
        });
        let mut answer = self.send("Runtime.evaluate", command).await?;
        if let Some(thrown) = answer.pointer("/exceptionDetails/exception/description") {
            return Ok(json!({ "exception": thrown }));
        }
        Ok(answer.pointer_mut("/result/value").map(Value::take).unwrap_or_default())
    }

    /// The console's lines since the last call.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn console(&self) -> Outcome<Vec<ConsoleLine>> {
        Ok(self.driver.browser_log().await?)
    }

    /// Saves a picture, of the view or of the whole page.
    ///
    /// # Errors
    /// If the browser refuses or the file cannot be written.
    pub async fn picture(&self, file: &Path, whole_page: bool) -> Outcome {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(Error::io(format!("making {}", folder.display())))?;
        let bytes =
            if whole_page { self.whole_page().await? } else { self.driver.screenshot_as_png().await? };
        fs::write(file, bytes).map_err(Error::io(format!("writing {}", file.display())))
    }

    /// Ends the browser and its driver.
    ///
    /// # Errors
    /// If the browser refuses; it is ended all the same.
    pub async fn close(self) -> Outcome {
        let end = self.driver.quit().await;
        drop(self.process);
        Ok(end?)
    }

    /// Makes the view as high as the page for the time of a picture.
    async fn whole_page(&self) -> Outcome<Vec<u8>> {
        let layout = self.send("Page.getLayoutMetrics", json!({})).await?;
        let size = |name: &str| layout.pointer(&format!("/cssContentSize/{name}")).and_then(Value::as_f64);
        let visible = |name: &str| {
            layout.pointer(&format!("/cssLayoutViewport/{name}")).and_then(Value::as_f64).unwrap_or(0.0)
        };
        let (width, height) = (visible("clientWidth"), visible("clientHeight"));
        let metrics = |height: f64| json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let full = size("height").unwrap_or(height).max(height).ceil();
        self.send("Emulation.setDeviceMetricsOverride", metrics(full)).await?;
        let bytes = self.driver.screenshot_as_png().await?;
        self.send("Emulation.setDeviceMetricsOverride", metrics(height)).await?;
        Ok(bytes)
    }

    /// Sends a command of the `DevTools` protocol.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn send(&self, method: &str, parameters: Value) -> Outcome<Value> {
        Ok(self.driver.cdp().send_raw(method, parameters).await?)
    }
}
