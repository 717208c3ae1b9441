//! The page's address and what its visitor prefers.

use web_sys::window;

/// The query string of the address, with its `?`; empty when there is none.
pub fn query_string() -> String {
    window().and_then(|window| window.location().search().ok()).unwrap_or_default()
}

/// Replaces the query string without a new entry in the history. Refused in some frames: then the link just stays.
pub fn replace_query_string(query: &str) {
    let Some(window) = window() else { return };
    let Ok(path) = window.location().pathname() else { return };
    let hash = window.location().hash().unwrap_or_default();
    if let Ok(history) = window.history() {
        let address = format!("{path}{query}{hash}");
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

/// The whole address.
pub fn address() -> String {
    window().and_then(|window| window.location().href().ok()).unwrap_or_default()
}

/// Whether the page came from a server, so that others can have it from there.
pub fn is_hosted() -> bool {
    address().starts_with("http")
}

/// The address of the folder that this page is in, with its `/` at the end; a stand-in where the page is no host's.
pub fn base() -> String {
    let address = address();
    let plain = address.split(['?', '#']).next().unwrap_or_default();
    match plain.rsplit_once('/') {
        Some((folder, _)) if plain.starts_with("http") => format!("{folder}/"),
        _ => "https://YOUR-HOST/shuffle-lab/".to_owned(),
    }
}

/// Cores that the browser says the machine has; 1 when it does not say.
pub fn core_count() -> u32 {
    window().map_or(1, |window| window.navigator().hardware_concurrency().max(1.0) as u32)
}
