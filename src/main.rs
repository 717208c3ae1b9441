//! Mounts the page.

use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <main><h1>"Shuffle Lab"</h1></main> });
}
