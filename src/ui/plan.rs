//! The plan: as it was written, after the optimizer's rules, and cut into stages at every exchange.

use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::plan;

use super::lab::Lab;
use crate::charts::units;

#[derive(Clone, PartialEq, Default)]
struct Texts {
    summary: String,
    written: String,
    rules: String,
    optimized: String,
    stages: String,
}

pub(super) fn plan_section(lab: Lab) -> impl IntoView {
    let texts = Memo::new(move |_| lab.scenario.with(texts));
    let part = move |read: fn(&Texts) -> &String| move || texts.with(|texts| read(texts).clone());
    view! {
        <section class="plan" aria-labelledby="plan-name">
            <h2 id="plan-name">"What the workers are told to do"</h2>
            <details>
                <summary>{part(|texts| &texts.summary)}</summary>
                <div class="plan-texts">
                    {text("Stages, as they run", part(|texts| &texts.stages))}
                    {text("The query, as written", part(|texts| &texts.written))}
                    {text("After the optimizer", part(|texts| &texts.optimized))}
                </div>
                <p class="caption">{part(|texts| &texts.rules)}</p>
            </details>
        </section>
    }
}

fn text(name: &'static str, read: impl Fn() -> String + Send + 'static) -> impl IntoView {
    view! {
        <div class="plan-text">
            <h3>{name}</h3>
            <pre tabindex="0" role="region" aria-label=name>{read}</pre>
        </div>
    }
}

fn texts(scenario: &Scenario) -> Texts {
    // The controls hold only scenarios that can run, and each of those has a plan.
    let Ok(planned) = plan::plan(scenario) else { return Texts::default() };
    let stage_count = planned.stages.stages().len() as u64;
    let read_count = planned.stages.stages().iter().filter(|stage| stage.reads_shuffle()).count() as u64;
    let cuts = match read_count {
        0 => "no exchange, so nothing has to wait for anything else".to_owned(),
        count => format!("cut where rows have to meet ({})", units::plural(count, "exchange", "exchanges")),
    };
    let rules: Vec<&str> = planned.optimized.trace.iter().map(|trace| trace.rule.as_str()).collect();
    let rules = if rules.is_empty() {
        "No rule of the optimizer applies to this query.".to_owned()
    } else {
        format!("Rules that applied: {}.", rules.join(", "))
    };
    Texts {
        summary: format!("The plan: {}, {cuts}", units::plural(stage_count, "stage", "stages")),
        written: planned.logical.to_string(),
        rules,
        optimized: planned.optimized.plan.to_string(),
        stages: planned.stages.to_string(),
    }
}
