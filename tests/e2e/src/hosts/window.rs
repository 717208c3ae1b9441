//! A browser of any engine on a host's page.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use serde_json::Value;
use thirtyfour::WebDriver;
use thirtyfour::prelude::WebElement;

use super::Host;
use crate::engines::{Browser, Engine, browse};
use crate::{Outcome, Page, View, places, visit, wait};

/// What a window needs beside the page's height.
const FRAME_HEIGHT: u32 = 100;

/// A browser on a page.
pub(super) enum Window<'a> {
    Chromium(&'a Page),
    Other(&'a Browser, Engine),
}

/// Runs the test in a browser of that engine.
pub(super) async fn at<T>(
    host: Host,
    engine: Engine,
    view: View,
    test: impl AsyncFnOnce(&Window<'_>) -> Outcome<T>,
) -> Outcome<T> {
    if engine == Engine::Chromium {
        return visit(host.name(), view, async |page| test(&Window::Chromium(page)).await).await;
    }
    let answer = Mutex::new(None);
    browse(host.name(), engine, async |browser| {
        browser.driver.set_window_rect(0, 0, view.width, view.height + FRAME_HEIGHT).await?;
        let value = test(&Window::Other(browser, engine)).await?;
        answer.lock().unwrap_or_else(PoisonError::into_inner).replace(value);
        Ok(())
    })
    .await?;
    let answer = answer.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(answer.expect("a test that ended well has left its answer"))
}

impl Window<'_> {
    pub(super) const fn driver(&self) -> &WebDriver {
        match self {
            Self::Chromium(page) => &page.driver,
            Self::Other(browser, _) => &browser.driver,
        }
    }

    const fn engine(&self) -> Engine {
        match self {
            Self::Chromium(_) => Engine::Chromium,
            Self::Other(_, engine) => *engine,
        }
    }

    pub(super) async fn open(&self, address: &str) -> Outcome {
        Ok(self.driver().goto(address).await?)
    }

    pub(super) async fn evaluate(&self, expression: &str) -> Outcome<Value> {
        match self {
            Self::Chromium(page) => page.evaluate(expression).await,
            Self::Other(browser, _) => browser.evaluate(expression).await,
        }
    }

    pub(super) async fn wait_for(&self, css: &str, limit: Duration) -> Outcome<WebElement> {
        wait::wait_for(self.driver(), css, limit).await
    }

    pub(super) async fn until(
        &self,
        what: &str,
        limit: Duration,
        ask: impl AsyncFn() -> Outcome<bool>,
    ) -> Outcome {
        wait::until(what, limit, ask).await
    }

    /// The console's lines since the last call. Only Chromium's driver tells them; `watch.js` hears errors in all engines.
    pub(super) async fn console(&self) -> Outcome<Vec<String>> {
        let Self::Chromium(page) = self else { return Ok(Vec::new()) };
        let lines = page.console().await?;
        Ok(lines.into_iter().map(|line| format!("{} {}", line.level, line.message)).collect())
    }

    /// Leaves a picture: `target/screenshots/host-NAME-ENGINE.png`.
    pub(super) async fn save(&self, host: Host) -> Outcome {
        let file = places::picture(&format!("host-{}-{}", host.name(), self.engine().name()));
        match self {
            Self::Chromium(page) => page.picture(&file, false).await,
            Self::Other(browser, _) => browser.picture(&file).await,
        }
    }
}
