//! One chart on the page: drawn to the width it has, redrawn only when its data or its width change.

use leptos::html;
use leptos::prelude::*;

use super::super::dom;
use super::super::lab::{Lab, Room, memo};
use super::{picture, reader};
use shuffle_view::charts::{Chart, ChartError, Frame, MAX_SIZE_PX, MIN_SIZE_PX};

/// Room for the words that stand where there is no chart.
const ABSENT_HEIGHT_PX: u32 = 96;

/// How a kind of chart is drawn.
pub(super) struct Drawing<D: 'static> {
    /// Unique in the document.
    pub(super) id: &'static str,
    /// What its keyboard reader is called.
    pub(super) name: &'static str,
    pub(super) draw: fn(&D, &Frame) -> Result<Chart, ChartError>,
    /// The height for a width, both in CSS pixels.
    pub(super) height_px: fn(u32) -> u32,
    /// The same in a figure: the whole of it, with its controls, is to fit into a frame of 640 pixels.
    pub(super) figure_height_px: fn(u32) -> u32,
}

/// The chart on the page, and as it was drawn last. `data` is `None` while there is nothing to show; `absent` then says why.
pub(super) fn plot<D: Clone + PartialEq + Send + Sync + 'static>(
    lab: Lab,
    drawing: &'static Drawing<D>,
    data: Memo<Option<D>>,
    absent: impl Fn() -> &'static str + Send + Sync + 'static,
) -> (impl IntoView, Memo<Option<Chart>>) {
    let height_px = match lab.room {
        Room::Page => drawing.height_px,
        Room::Figure => drawing.figure_height_px,
    };
    let place: NodeRef<html::Div> = NodeRef::new();
    let width = dom::width_of(place);
    let chart: Memo<Option<Chart>> = memo(move || {
        let width = width.get();
        if width == 0 {
            return None;
        }
        let width = width.clamp(MIN_SIZE_PX.0, MAX_SIZE_PX.0);
        let frame = Frame::new(&lab.id(drawing.id), width, height_px(width));
        // A chart that cannot be drawn leaves its place empty rather than the page broken; its tests know why.
        data.with(|data| data.as_ref().and_then(|data| (drawing.draw)(data, &frame).ok()))
    });
    let svg_place: NodeRef<html::Div> = NodeRef::new();
    Effect::new(move |before: Option<String>| {
        let Some(place) = svg_place.get() else { return String::new() };
        let now = chart.with(|chart| chart.as_ref().map(|chart| chart.svg.clone())).unwrap_or_default();
        picture::show(&place, before.as_deref().unwrap_or_default(), &now);
        now
    });
    let is_absent = memo(move || data.with(Option::is_none));
    let drawn_height = move || height_px(width.get().max(MIN_SIZE_PX.0));
    // The place is kept while the width is not known yet, so that nothing below it moves.
    let least_height = move || px(if is_absent.get() { ABSENT_HEIGHT_PX } else { drawn_height() });
    // A size of its own, so that a new picture is laid out alone, without the page around it.
    let height = move || px(if is_absent.get() { 0 } else { drawn_height() });
    let picture = view! {
        <div class="plot" node_ref=place style:min-height=least_height>
            <div class="plot-svg" node_ref=svg_place style:height=height></div>
            {reader::reader(lab.id(drawing.id), drawing.name, width, chart)}
            <p class="plot-absent" hidden=move || !is_absent.get()>{absent}</p>
        </div>
    };
    (picture, chart)
}

fn px(length: u32) -> String {
    format!("{length}px")
}
