//! Mounts the page.

fn main() {
    // The same module starts in every worker, where there is nothing to mount it on.
    if web_sys::window().is_none() {
        return;
    }
    shuffle_lab::ui::mount();
}
