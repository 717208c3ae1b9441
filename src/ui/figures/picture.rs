//! Brings a chart's picture into the document: what stays as it was is left alone.

use shuffle_view::charts::patch::{Step, patch};
use web_sys::Element;

/// Shows a picture in its place, in which the one before stands; both are empty where there is none.
pub(super) fn show(place: &Element, before: &str, now: &str) {
    if before == now {
        return;
    }
    let patched = patch(before, now).and_then(|steps| apply(place, &steps));
    if patched.is_none() {
        place.set_inner_html(now);
    }
}

/// `None` where the document does not hold what it was thought to.
fn apply(place: &Element, steps: &[Step<'_>]) -> Option<()> {
    let svg = place.first_element_child()?;
    let added: Vec<&str> = steps.iter().flat_map(|step| &step.added).copied().collect();
    let scratch = place.owner_document()?.create_element("div").ok()?;
    // Inside of the element, so that the browser reads it as a part of a picture.
    scratch.set_inner_html(&format!("<svg>{}</svg>", added.concat()));
    let new = scratch.first_element_child()?;
    let mut at = svg.first_element_child();
    for Step { kept, removed, added } in steps {
        for _ in 0..*kept {
            at = at?.next_element_sibling();
        }
        for _ in 0..*removed {
            let gone = at?;
            at = gone.next_element_sibling();
            gone.remove();
        }
        for _ in added {
            let child = new.first_element_child()?;
            svg.insert_before(&child, at.as_deref()).ok()?;
        }
    }
    Some(())
}
