//! How rows spread over keys: which kind, and how much of it.

use leptos::prelude::*;
use shuffle_engine::scenario::Skew;

use super::super::choice::strip;
use super::super::lab::{Lab, memo};
use super::knob;
use shuffle_view::controls::knobs;
use shuffle_view::words;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Uniform,
    Zipf,
    HotKey,
}

pub(super) fn skew(lab: Lab) -> impl IntoView {
    // A kind comes back as strong as it was left.
    let zipf = StoredValue::new(Skew::Zipf { exponent: 1.1 });
    let hot = StoredValue::new(Skew::HotKey { share: 0.3 });
    let kind = memo(move || {
        lab.scenario.with(|scenario| match scenario.skew {
            Skew::Uniform {} => Kind::Uniform,
            Skew::Zipf { .. } => {
                zipf.set_value(scenario.skew);
                Kind::Zipf
            }
            Skew::HotKey { .. } => {
                hot.set_value(scenario.skew);
                Kind::HotKey
            }
        })
    });
    let choose = move |kind| {
        let skew = match kind {
            Kind::Uniform => Skew::Uniform {},
            Kind::Zipf => zipf.get_value(),
            Kind::HotKey => hot.get_value(),
        };
        lab.edit(|scenario| scenario.skew = skew);
    };
    let kinds = vec![
        (Kind::Uniform, words::control::UNIFORM),
        (Kind::Zipf, words::control::ZIPF),
        (Kind::HotKey, words::control::HOT_KEY),
    ];
    view! {
        <div class="group">
            <div class="group-head">
                <span class="knob-label" aria-hidden="true">{words::control::SKEW}</span>
                {strip(lab.id("skew"), words::control::SKEW_OF_KEYS, kinds, move || kind.get(), choose)}
            </div>
            {move || match kind.get() {
                Kind::Uniform => ().into_any(),
                Kind::Zipf => knob::knob(lab, &knobs::ZIPF_EXPONENT).into_any(),
                Kind::HotKey => knob::knob(lab, &knobs::HOT_SHARE).into_any(),
            }}
        </div>
    }
}
