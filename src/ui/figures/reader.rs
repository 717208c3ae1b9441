//! What a chart says about the mark under the pointer, or under the arrow keys.
//!
//! The reader lies over the drawing as one element with the role of a slider, whose values are the marks: that role
//! gives the arrow keys to the page in every screen reader, and `aria-valuetext` is spoken with each step.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use super::super::lab::memo;
use shuffle_view::charts::{Chart, Hit, MIN_SIZE_PX};
use shuffle_view::words;

/// Which mark is asked about, and how.
#[derive(Clone, Copy, PartialEq)]
struct Asked {
    index: usize,
    by_keys: bool,
}

pub(super) fn reader(
    id: String,
    name: &'static str,
    width: ReadSignal<u32>,
    chart: Memo<Option<Chart>>,
) -> impl IntoView {
    let asked = RwSignal::new(None::<Asked>);
    let count = memo(move || chart.with(|chart| chart.as_ref().map_or(0, |chart| chart.hits.hits.len())));
    let hit = memo(move || {
        let asked = asked.get()?;
        chart.with(|chart| chart.as_ref()?.hits.hits.get(asked.index).cloned())
    });
    let point = move |event: MouseEvent| {
        let scale = scale_of(width.get_untracked());
        let (x, y) = (f64::from(event.offset_x()) / scale, f64::from(event.offset_y()) / scale);
        let found = chart.with_untracked(|chart| chart.as_ref().and_then(|chart| chart.hits.at(x, y)));
        asked.set(found.map(|index| Asked { index, by_keys: false }));
    };
    let step = move |event: KeyboardEvent| {
        let at = asked.get_untracked().map(|asked| asked.index);
        let led =
            chart.with_untracked(|chart| chart.as_ref().and_then(|chart| chart.hits.next(at, &event.key())));
        let Some(next) = led else { return };
        event.prevent_default();
        asked.set(next.map(|index| Asked { index, by_keys: true }));
    };
    let enter = move |_| {
        if asked.get_untracked().is_none() && count.get_untracked() > 0 {
            asked.set(Some(Asked { index: 0, by_keys: true }));
        }
    };
    let leave = move |_| {
        // The pointer's leaving does not take away what the keyboard asked for.
        if asked.get_untracked().is_some_and(|asked| !asked.by_keys) {
            asked.set(None);
        }
    };
    view! {
        <div
            class="reader"
            id=format!("{id}-reader")
            tabindex="0"
            role="slider"
            aria-label=words::figure::steps(&name)
            aria-valuemin="0"
            aria-valuemax=move || count.get().saturating_sub(1)
            aria-valuenow=move || asked.get().map_or(0, |asked| asked.index)
            aria-valuetext=move || hit.get().map_or(String::new(), |hit| hit.label)
            on:mousemove=point
            on:click=point
            on:mouseleave=leave
            on:keydown=step
            on:focus=enter
            on:blur=move |_| asked.set(None)
        ></div>
        {move || hit.get().map(|hit| balloon(&hit, width.get()))}
    }
}

/// How much smaller a chart is shown than it was drawn: where there is less room than a legible chart needs.
fn scale_of(width_px: u32) -> f64 {
    f64::from(width_px.clamp(1, MIN_SIZE_PX.0)) / f64::from(MIN_SIZE_PX.0)
}

/// The outline of the mark, and its words above or below it, always inside the chart.
fn balloon(hit: &Hit, width_px: u32) -> impl IntoView + use<> {
    let scale = scale_of(width_px);
    // As far to the left of its anchor, in its own width, as the anchor is from the left in the chart's: never outside.
    let across = (100.0 * (hit.x + hit.w / 2.0) * scale / f64::from(width_px.max(1))).clamp(0.0, 100.0);
    let is_above = hit.y > 44.0;
    let (top, up) = if is_above { (hit.y - 6.0, 100) } else { (hit.y + hit.h + 6.0, 0) };
    let px = |length: f64| format!("{:.1}px", length * scale);
    // Set property by property: a strict content security policy refuses a whole style attribute.
    view! {
        <div
            class="mark"
            aria-hidden="true"
            style:left=px(hit.x)
            style:top=px(hit.y)
            style:width=px(hit.w)
            style:height=px(hit.h)
        ></div>
        <div
            class="balloon"
            aria-hidden="true"
            style:left=format!("{across:.1}%")
            style:top=px(top)
            style:transform=format!("translate(-{across:.1}%,-{up}%)")
        >
            {hit.label.clone()}
        </div>
    }
}
