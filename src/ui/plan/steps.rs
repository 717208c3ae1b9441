//! One step of the plan at a time: radio buttons, and two texts side by side.

use leptos::prelude::*;

use super::super::lab::{Lab, memo};

use shuffle_view::plan::diff::{Line, Mark};
use shuffle_view::plan::story::{Step, Story, Text};
use shuffle_view::words;

pub(super) fn steps(lab: Lab, story: Memo<Story>) -> impl IntoView {
    let names = memo(move || {
        story.with(|story| story.steps.iter().map(|step| step.name.clone()).collect::<Vec<_>>())
    });
    let chosen = RwSignal::new(0_usize);
    // Another plan has other steps: its story begins at the beginning.
    Effect::new(move |before: Option<()>| {
        names.track();
        if before.is_some() {
            chosen.set(0);
        }
    });
    let step = memo(move || {
        story.with(|story| story.steps.get(chosen.get()).or(story.steps.first()).cloned().unwrap_or_default())
    });
    let choices = move || {
        let choice = |(index, name): (usize, String)| {
            view! {
                <label class="plan-step">
                    <input
                        type="radio"
                        name=lab.id("plan-step")
                        prop:checked=move || chosen.get() == index
                        on:change=move |_| chosen.set(index)
                    />
                    <span>{name}</span>
                </label>
            }
        };
        names.get().into_iter().enumerate().map(choice).collect_view()
    };
    view! {
        <div class="plan-steps">
            <fieldset class="plan-list">
                <legend>{words::plan::STEP_BY_STEP}</legend>
                {choices}
            </fieldset>
            <div class="plan-shown">
                <p class="plan-says" role="status">{move || step.with(|step| step.says.clone())}</p>
                <div class="plan-texts">{move || texts(step.get())}</div>
            </div>
        </div>
    }
}

fn texts(step: Step) -> impl IntoView {
    let is_compared = step.texts.iter().flat_map(|text| &text.lines).any(|line| line.mark != Mark::Kept);
    let text = |Text { name, lines }: Text| {
        let lines = lines.into_iter().map(|text| line(text, is_compared)).collect_view();
        view! {
            <div class="plan-text">
                <h3>{name}</h3>
                <pre tabindex="0" role="group" aria-label=name>{lines}</pre>
            </div>
        }
    };
    step.texts.into_iter().map(text).collect_view()
}

/// A changed line has a sign for the eye, words for the ear and weight besides its colour.
fn line(Line { mark, text }: Line, is_compared: bool) -> impl IntoView {
    let (class, sign, words) = match mark {
        Mark::Kept => ("plan-line", " ", None),
        Mark::Removed => ("plan-line removed", "−", Some(words::plan::REMOVED)),
        Mark::Added => ("plan-line added", "+", Some(words::plan::ADDED)),
    };
    view! {
        <span class=class>
            {is_compared.then(|| view! { <span class="plan-sign" aria-hidden="true">{sign}</span> })}
            {words.map(|words| view! { <span class="only-heard">{words}" "</span> })}
            {text}
            "\n"
        </span>
    }
}
