//! The fixes: switches that change how the plan runs and must not change what it answers.

use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::scenario::Query;

use super::super::lab::Lab;
use super::{knob, knobs, proof};

/// How many ways the switch splits a key.
const SALT_BUCKETS: u32 = 8;

/// One switch.
struct Fix {
    id: &'static str,
    name: fn(&Scenario) -> String,
    says: &'static str,
    is_on: fn(&Scenario) -> bool,
    set: fn(&mut Scenario, bool),
    /// Why it cannot help.
    refusal: fn(&Scenario) -> Option<&'static str>,
}

static FIXES: [Fix; 2] = [
    Fix {
        id: "combine",
        name: |_| "Combine before the shuffle".to_owned(),
        says: "Each map task groups its own rows first and sends one row for each key.",
        is_on: |scenario| scenario.tactics.combine,
        set: |scenario, on| scenario.tactics.combine = on,
        refusal: no_combine,
    },
    Fix {
        id: "salt",
        name: |scenario| {
            let buckets = scenario.tactics.salt_buckets();
            format!("Salt the keys ×{}", if buckets > 1 { buckets } else { SALT_BUCKETS })
        },
        says: "The rows of each key are dealt to several partitions. A second shuffle brings the parts together.",
        is_on: |scenario| scenario.tactics.salt_buckets() > 1,
        set: |scenario, on| scenario.tactics.salt = if on { SALT_BUCKETS } else { 0 },
        refusal: no_salt,
    },
];

/// Why combining cannot help this scenario.
pub(super) fn no_combine(scenario: &Scenario) -> Option<&'static str> {
    match scenario.query {
        Query::CountByKey | Query::Distinct | Query::WordCount | Query::DedupBest => None,
        Query::Narrow => Some("Nothing is shuffled in this pipeline."),
        Query::Join => Some("A join needs every row on the other side: there is nothing to add up."),
        Query::Repartition => Some("Repartitioning keeps every row: there is nothing to add up."),
    }
}

/// Why salting cannot help this scenario.
pub(super) fn no_salt(scenario: &Scenario) -> Option<&'static str> {
    (!scenario.query.is_wide()).then_some("Nothing is shuffled in this pipeline.")
}

/// Why nothing can be broadcast in this scenario.
pub(super) fn no_broadcast(scenario: &Scenario) -> Option<&'static str> {
    (scenario.query != Query::Join).then_some("Only a join has a side that could be sent to every worker.")
}

pub(super) fn fixes(lab: Lab) -> impl IntoView {
    view! {
        <fieldset class="fixes">
            <legend class="knob-label">"Fixes"</legend>
            {FIXES.iter().map(|fix| switch(lab, fix)).collect_view()}
            {knob::knob(lab, &knobs::BROADCAST)}
            {proof::proof(lab)}
        </fieldset>
    }
}

fn switch(lab: Lab, fix: &'static Fix) -> impl IntoView {
    let is_on = Memo::new(move |_| lab.scenario.with(fix.is_on));
    let refusal = Memo::new(move |_| lab.scenario.with(fix.refusal));
    // One that a link has switched on can always be switched off.
    let is_disabled = move || refusal.get().is_some() && !is_on.get();
    let hint_id = format!("{}-hint", fix.id);
    view! {
        <div class="fix">
            <label class="fix-name">
                <input
                    type="checkbox"
                    role="switch"
                    id=fix.id
                    aria-describedby=hint_id.clone()
                    disabled=is_disabled
                    prop:checked=is_on
                    on:change:target=move |event| {
                        let on = event.target().checked();
                        lab.edit(|scenario| (fix.set)(scenario, on));
                    }
                />
                <span>{move || lab.scenario.with(fix.name)}</span>
            </label>
            <p class="knob-hint" id=hint_id>{move || refusal.get().unwrap_or(fix.says)}</p>
        </div>
    }
}
