//! Who worked when? A lane for each worker, and a player: the run again, slowly enough to be watched.
//!
//! ```text
//!  RunState ─ timeline::timeline ─> data ─ charts::timeline::draw ─> the picture, drawn once
//!  player: a moment ─ charts::timeline::moment ─> what lies over it, a few marks a frame
//! ```
//!
//! The picture does not move: a veil over what has not begun does, and dots for messages on their way. Frames are asked for only
//! while it plays and can be seen. A reader who wants less motion gets a still picture and a button that goes from one step of
//! the run to the next.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::leptos_dom::helpers::{AnimationFrameRequestHandle, request_animation_frame_with_handle};
use leptos::prelude::*;
use shuffle_engine::cluster::{Clock, WallMicros};
use shuffle_view::charts::timeline::{Lanes, Moment, TimelineData, draw, height_px, moment};
use shuffle_view::charts::{Chart, Frame, MAX_SIZE_PX, MIN_SIZE_PX};
use shuffle_view::parts::Shown as Part;
use shuffle_view::timeline::{self as data, SPEEDS, Window, usual_slowdown};

use super::super::dom;
use super::super::lab::{Lab, memo};
use super::super::questions::heading;
use super::{no_run, reader, table};
use crate::browser::clock::BrowserClock;
use shuffle_view::words;

const ID: &str = "timeline";
const NAME: &str = words::timeline::NAME;
const WINDOW: &str = words::timeline::ONLY_EXCHANGE;
const PLAY: &str = words::timeline::PLAY;
const PAUSE: &str = words::timeline::PAUSE;
const STEP: &str = words::timeline::STEP;
const MOMENT: &str = words::timeline::MOMENT;
const SPEED: &str = words::timeline::SPEED;

/// Steps of the slider: an arrow key moves by so small a part of the run.
const SLIDER_STEPS: u64 = 240;
/// Room for the words that stand where there is no chart.
const ABSENT_HEIGHT_PX: u32 = 96;
/// The moment at which all is seen, whatever the run.
const END: u64 = u64::MAX;

/// What the player does. A copy is the same player. Its signals are of few types: each type costs the page some kilobytes.
#[derive(Clone, Copy)]
struct Player {
    /// The chart as it was drawn last; everybody who looks at `shown` looks at this first.
    chart: Memo<Option<Chart>>,
    shown: StoredValue<Shown, LocalStorage>,
    place: NodeRef<html::Div>,
    /// The moment that is shown, in microseconds since the run's start, or [`END`].
    at: RwSignal<u64>,
    /// How many times as slow as the run the reader wants it; 0 while nothing was chosen.
    slowdown: RwSignal<u64>,
    is_playing: RwSignal<bool>,
    is_still: RwSignal<bool>,
}

/// What is drawn, and what is asked for next.
#[derive(Default)]
struct Shown {
    data: TimelineData,
    lanes: Lanes,
    height_px: u32,
    width_px: u32,
    /// The frame that was asked for, and when the last one was drawn.
    frame: Option<AnimationFrameRequestHandle>,
    drawn: WallMicros,
}

impl Player {
    fn new(lab: Lab, width: ReadSignal<u32>, window: RwSignal<bool>, place: NodeRef<html::Div>) -> Self {
        let shown = StoredValue::new_local(Shown::default());
        let run = lab.slice(data::fingerprint);
        let at = RwSignal::new(END);
        let chart = memo(move || {
            // Read, and not only tracked: a memo that nobody has read yet follows nothing itself.
            run.get();
            let (width, only_exchange) = (width.get(), window.get());
            if width == 0 {
                return None;
            }
            let width = width.clamp(MIN_SIZE_PX.0, MAX_SIZE_PX.0);
            let window = if only_exchange { Window::Exchange } else { Window::Run };
            let data = lab.state.with_untracked(|state| data::timeline(state, window))?;
            let frame = Frame::new(&lab.id(ID), width, height_px(data.workers, width));
            // A chart that cannot be drawn leaves its place empty rather than the page broken; its tests know why.
            let (chart, lanes) = draw(&data, &frame).ok()?;
            shown.update_value(|shown| {
                (shown.data, shown.lanes) = (data, lanes);
                (shown.width_px, shown.height_px) = (frame.width_px, frame.height_px);
            });
            Some(chart)
        });
        let player = Player {
            chart,
            shown,
            place,
            at,
            slowdown: RwSignal::new(0),
            is_playing: RwSignal::new(false),
            is_still: RwSignal::new(dom::wants_less_motion()),
        };
        on_cleanup(move || player.pause());
        player
    }

    fn window(self) -> (u64, u64) {
        self.shown.with_value(|shown| shown.data.window())
    }

    /// The moment that is shown, and the part of the run that it is of.
    fn moment(self) -> (u64, (u64, u64)) {
        self.chart.track();
        let (from, to) = self.window();
        (self.at.get().clamp(from, to), (from, to))
    }

    /// Something of what the picture is like at this moment.
    fn picture(self, part: fn(&Moment, &Shown) -> String) -> String {
        let (at, _) = self.moment();
        self.shown.with_value(|shown| {
            if shown.width_px == 0 {
                String::new()
            } else {
                part(&moment(&shown.data, &shown.lanes, at), shown)
            }
        })
    }

    fn slowdown(self) -> u64 {
        let (from, to) = self.window();
        match self.slowdown.get() {
            0 => usual_slowdown(to - from),
            chosen => chosen,
        }
    }

    /// What the button does.
    fn press(self) {
        self.is_still.set(dom::wants_less_motion());
        let (from, to) = self.window();
        let at = self.at.get_untracked().clamp(from, to);
        let was_playing = self.is_playing.get_untracked();
        self.pause();
        if self.is_still.get_untracked() {
            let next = self.shown.with_value(|shown| data::next_step(&shown.data, at));
            self.at.set(if next < to { next } else { END });
        } else if !was_playing {
            self.at.set(if at >= to { from } else { at });
            self.is_playing.set(true);
            self.ask_for_frame();
        }
    }

    fn pause(self) {
        // Where the figure is gone by now, nobody waits for the frame or looks at the button.
        if let Some(Some(frame)) = self.shown.try_update_value(|shown| shown.frame.take()) {
            frame.cancel();
        }
        let _ = self.is_playing.try_set(false);
    }

    fn ask_for_frame(self) {
        let frame = request_animation_frame_with_handle(move || self.draw_frame());
        self.shown.update_value(|shown| (shown.frame, shown.drawn) = (frame.ok(), BrowserClock.now()));
    }

    fn draw_frame(self) {
        let elapsed = self.shown.with_value(|shown| BrowserClock.now().since(shown.drawn));
        let (from, to) = self.window();
        let slowdown = untrack(|| self.slowdown());
        // Rounded up, so that it goes on however short a frame is.
        let at = self.at.get_untracked().max(from).saturating_add(elapsed.0.div_ceil(slowdown));
        let is_seen = self.place.get_untracked().is_some_and(|place| dom::is_in_view(&place));
        if at >= to || !is_seen {
            self.pause();
        }
        self.at.set(if at >= to { END } else { at });
        if at < to && is_seen {
            self.ask_for_frame();
        }
    }

    /// The reader moves the slider.
    fn scrub(self, position: u64) {
        self.pause();
        let (from, to) = self.window();
        let at = from + (to - from) * position / SLIDER_STEPS;
        self.at.set(if position >= SLIDER_STEPS { END } else { at });
    }

    fn position(self) -> u64 {
        let (at, (from, to)) = self.moment();
        (at - from) * SLIDER_STEPS / (to - from).max(1)
    }
}

pub(super) fn timeline(lab: Lab) -> impl IntoView {
    let window = RwSignal::new(false);
    let place: NodeRef<html::Div> = NodeRef::new();
    let width = dom::width_of(place);
    let player = Player::new(lab, width, window, place);
    let chart = player.chart;
    let is_absent = memo(move || chart.with(Option::is_none));
    let is_stale = lab.slice(|state| state.run.is_some() && !state.is_current());
    let cores = lab.slice(|state| state.cores);
    let has_failed = lab.slice(|state| state.failure.is_some());
    let caption = move || {
        chart.track();
        let cores = cores.get();
        player.shown.with_value(|shown| data::caption(&shown.data, cores))
    };
    let height = move || {
        chart.track();
        format!("{}px", player.shown.with_value(|shown| shown.height_px).max(ABSENT_HEIGHT_PX))
    };
    let svg_height = move || {
        chart.track();
        format!("{}px", player.shown.with_value(|shown| shown.height_px))
    };
    let svg = move || chart.with(|chart| chart.as_ref().map(|chart| chart.svg.clone()).unwrap_or_default());
    let over =
        move || player.picture(|moment, shown| moment.overlay(&shown.lanes, shown.width_px, shown.height_px));
    view! {
        <figure class="figure timeline-figure" aria-labelledby=lab.id("timeline-name")>
            <div class="figure-head">{heading(lab, Part::Timeline, "timeline-name")}</div>
            <div class:stale=is_stale>
                <div class="plot" node_ref=place style:min-height=height>
                    <div class="plot-svg" style:height=svg_height inner_html=svg></div>
                    <div class="timeline-over" inner_html=over></div>
                    {reader::reader(lab.id(ID), NAME, width, chart)}
                    <p class="plot-absent" hidden=move || !is_absent.get()>{move || no_run(has_failed.get())}</p>
                </div>
            </div>
            {controls(lab, player, window, is_absent)}
            <figcaption class="caption" hidden=is_absent>
                {caption}
                {table::table(lab, NAME, chart)}
            </figcaption>
        </figure>
    }
}

/// Play, the slider of moments, speed, the part of the run, and the words about the moment.
fn controls(lab: Lab, player: Player, window: RwSignal<bool>, is_absent: Memo<bool>) -> AnyView {
    let Player { is_playing, is_still, .. } = player;
    let press = move || match (is_still.get(), is_playing.get()) {
        (true, _) => STEP,
        (false, true) => PAUSE,
        (false, false) => PLAY,
    };
    let spoken = move || {
        let (at, (from, to)) = player.moment();
        data::spoken(at - from, to - from)
    };
    let filled = move || format!("{:.2}%", 100.0 * player.position() as f64 / SLIDER_STEPS as f64);
    let key = move |event: KeyboardEvent| {
        if event.key() == " " {
            event.prevent_default();
            player.press();
        }
    };
    let slowdown = move || {
        player.chart.track();
        player.slowdown().to_string()
    };
    let options =
        SPEEDS.map(|(slowdown, label)| view! { <option value=slowdown.to_string()>{label}</option> });
    view! {
        <div class="timeline-player" hidden=is_absent>
            <button type="button" id=lab.id("timeline-play") on:click=move |_| player.press()>{press}</button>
            <input
                class="knob-slider"
                id=lab.id("timeline-slider")
                type="range"
                min="0"
                max=SLIDER_STEPS.to_string()
                aria-label=MOMENT
                aria-valuetext=spoken
                style=("--filled", filled)
                prop:value=move || player.position().to_string()
                on:keydown=key
                on:input:target=move |event| player.scrub(event.target().value().parse().unwrap_or(SLIDER_STEPS))
            />
            <select
                id=lab.id("timeline-speed")
                aria-label=SPEED
                hidden=is_still
                prop:value=slowdown
                on:change:target=move |event| player.slowdown.set(event.target().value().parse().unwrap_or(0))
            >
                {options.into_iter().collect_view()}
            </select>
            <label class="timeline-window">
                <input
                    type="checkbox"
                    id=lab.id("timeline-window")
                    on:change=move |_| {
                        player.pause();
                        player.at.set(END);
                        window.update(|window| *window = !*window);
                    }
                />
                " "
                {WINDOW}
            </label>
            <p class="timeline-moment">{move || player.picture(|moment, _| moment.words.clone())}</p>
        </div>
    }
    .into_any()
}
