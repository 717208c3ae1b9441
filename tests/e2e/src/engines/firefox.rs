//! Firefox through geckodriver.

use std::time::Duration;

use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::{Capabilities, DesiredCapabilities};

use super::Wall;
use super::service::Service;
use crate::{Outcome, places};

/// Its usual start takes 2 to 5 s.
pub(super) const START_LIMIT: Duration = Duration::from_secs(60);

/// Starts geckodriver, through which Firefox is driven.
pub(super) fn service() -> Outcome<Service> {
    let program = places::found("geckodriver", "GECKODRIVER", places::geckodriver())?;
    // Firefox asks its maker for settings at each start, unless it may be told of another place; geckodriver names none.
    Service::start(&program, &[("MOZ_REMOTE_SETTINGS_DEVTOOLS", "1")], None)
}

/// What geckodriver is asked for.
pub(super) fn capabilities(wall: &Wall) -> Outcome<Capabilities> {
    let mut wanted = DesiredCapabilities::firefox();
    wanted.add_arg("-headless")?;
    let mut preferences = FirefoxPreferences::new();
    // The browser's own wishes are no part of a test. Those that are left end at the wall.
    for wish in [
        "app.normandy.enabled",
        "messaging-system.rsexperimentloader.enabled",
        "network.connectivity-service.enabled",
        "network.captive-portal-service.enabled",
        "dom.push.connection.enabled",
        "extensions.systemAddon.update.enabled",
        "browser.region.update.enabled",
    ] {
        preferences.set(wish, false)?;
    }
    wanted.set_preferences(preferences)?;
    let mut wanted = Capabilities::from(wanted);
    if let (Some(browser), Some(options)) = (places::firefox(), wanted.get_mut("moz:firefoxOptions")) {
        options["binary"] = browser.to_string_lossy().into();
    }
    wanted.set("proxy", wall.as_proxy())?;
    Ok(wanted)
}
