//! `WebKitGTK`'s small browser through `WebKitWebDriver`, on a display of its own.

use std::time::Duration;

use serde_json::json;
use thirtyfour::Capabilities;

use super::Wall;
use super::display::Display;
use super::service::Service;
use crate::{Outcome, places};

/// Its usual start takes less than a second.
pub(super) const START_LIMIT: Duration = Duration::from_secs(15);

/// Starts a display, and the driver whose browsers show themselves on it.
pub(super) fn service() -> Outcome<Service> {
    let program = places::found("WebKitWebDriver", "WEBKIT_DRIVER", places::webkit_driver())?;
    let display = Display::start()?;
    let name = display.name().to_owned();
    let environment = [
        ("DISPLAY", name.as_str()),
        ("GDK_BACKEND", "x11"),
        // Its sandbox wants rights that containers do not give. It shows our own page only.
        ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
        // It need not look for a service that reads the screen aloud.
        ("NO_AT_BRIDGE", "1"),
    ];
    Service::start(&program, &environment, Some(display))
}

/// What `WebKitWebDriver` is asked for.
pub(super) fn capabilities(wall: &Wall) -> Outcome<Capabilities> {
    let browser = places::found("WebKitGTK's MiniBrowser", "WEBKIT_MINIBROWSER", places::webkit_browser())?;
    let mut wanted = Capabilities::new();
    let options = json!({ "binary": browser.to_string_lossy(), "args": ["--automation"] });
    wanted.set("webkitgtk:browserOptions", options)?;
    wanted.set("proxy", wall.as_proxy())?;
    Ok(wanted)
}
