//! The verdict: one sentence, the figures of the run, and the sentences that explain it.

use leptos::prelude::*;

use super::lab::{Lab, Room, memo};
use super::{arrival, status};
use shuffle_view::charts::units;
use shuffle_view::parts::Shown;
use shuffle_view::questions::asked;
use shuffle_view::state::RunState;
use shuffle_view::verdict;
use shuffle_view::words;

pub(super) fn verdict_section(lab: Lab) -> impl IntoView {
    let is_current = lab.slice(RunState::is_current);
    // Before the first run, the page is busy with it.
    let foreseen = lab.slice(|state| verdict::foreseen(state).filter(|_| state.run.is_some()));
    let is_foreseen = memo(move || foreseen.with(Option::is_some));
    let foreseen_answer =
        memo(move || foreseen.with(|said| said.as_ref().and_then(|said| said.answer.clone())));
    let foreseen_rest =
        memo(move || foreseen.with(|said| said.as_ref().map(|said| said.rest.clone()).unwrap_or_default()));
    let has_failed = lab.slice(|state| state.failure.is_some());
    let answer = memo(move || lab.verdict.with(|said| said.as_ref().and_then(|said| said.answer.clone())));
    let headline = memo(move || {
        lab.verdict.with(|said| match said {
            Some(said) => said.headline.clone(),
            // Why there is none stands above.
            None if has_failed.get() => String::new(),
            None => words::verdict::STARTING.to_owned(),
        })
    });
    view! {
        <section class="verdict" id=lab.id("verdict") aria-labelledby=lab.in_page(|| lab.id("wall-clock-name"))>
            {question(lab)}
            {arrival::failure(lab)}
            {move || is_foreseen.get().then(|| view! { <p class="verdict-foreseen">{sentences(foreseen_answer, foreseen_rest)}</p> })}
            <div class:stale=move || !is_current.get()>
                // Spoken when a run is over: what follows the hand is seen, and not heard at every step.
                <p
                    class="verdict-headline"
                    class:only-heard=is_foreseen
                    aria-live="polite"
                >
                    // Only what has changed is spoken: the answer, when the model has one.
                    {sentences(answer, headline)}
                </p>
                {(lab.room == Room::Page).then(|| cause(lab))}
            </div>
            {arrival::shown_rows(lab)}
            {match lab.room {
                Room::Page => status::status(lab).into_any(),
                Room::Figure => why(lab),
            }}
        </section>
    }
}

/// The answer to the question, in large letters, and what else there is to say.
fn sentences(answer: Memo<Option<String>>, rest: Memo<String>) -> AnyView {
    view! {
        <span class="verdict-answer">{answer}</span>
        " "
        <span>{rest}</span>
    }
    .into_any()
}

/// What the verdict answers: on the page in large letters, since it is what a newcomer reads first.
fn question(lab: Lab) -> AnyView {
    match lab.room {
        Room::Page => view! {
            <h2 class="verdict-question" id=lab.id("wall-clock-name")>{asked(Shown::WallClock)}</h2>
        }
        .into_any(),
        Room::Figure => {
            view! { <h2 class="only-heard" id=lab.id("verdict-name")>{words::verdict::NAME}</h2> }.into_any()
        }
    }
}

/// The page says the cause, or what the fixes did, without a click.
fn cause(lab: Lab) -> AnyView {
    let first = move || lab.verdict.with(|said| said.as_ref().and_then(|said| said.details.first().cloned()));
    view! { <p class="verdict-cause">{first}</p> }.into_any()
}

/// The figures of the run and the sentences that explain it, folded away.
pub(super) fn why(lab: Lab) -> AnyView {
    let is_current = lab.slice(RunState::is_current);
    let said_above = usize::from(lab.room == Room::Page);
    let details = move || {
        let details = lab.verdict.with(|said| said.as_ref().map(|said| said.details.clone()));
        details.unwrap_or_default().into_iter().skip(said_above).map(detail).collect_view()
    };
    view! {
        <details class="verdict-more">
            <summary>{words::question::WHY}</summary>
            <div class:stale=move || !is_current.get()>
                {facts(lab).into_any()}
                <ul class="verdict-details" role="list">{details}</ul>
            </div>
        </details>
    }
    .into_any()
}

/// What ended a run is said where no verdict is shown, too.
pub(super) fn failure_alone(lab: Lab) -> impl IntoView {
    view! { <div>{arrival::failure(lab)}</div> }
}

/// Sentences of the model are told from measured ones, here as in the charts.
fn detail(sentence: String) -> impl IntoView {
    let is_modelled = sentence.starts_with(words::verdict::BEGINS_MODELLED);
    view! { <li class:modelled=is_modelled>{sentence}</li> }
}

/// One figure: what it is, the figure, and where it came from.
#[derive(Clone, PartialEq)]
struct Fact {
    name: &'static str,
    value: String,
    origin: String,
}

fn facts(lab: Lab) -> impl IntoView {
    let facts = lab.slice(facts_of);
    let list = move || {
        facts
            .get()
            .into_iter()
            .map(|Fact { name, value, origin }| {
                view! {
                    <div class="fact">
                        <dt>{name}</dt>
                        <dd>{value}<small>{origin}</small></dd>
                    </div>
                }
            })
            .collect_view()
    };
    view! { <dl class="facts">{list}</dl> }
}

fn facts_of(state: &RunState) -> Vec<Fact> {
    let Some(run) = &state.run else { return Vec::new() };
    let report = &run.report;
    let exchanges = || report.stages.iter().filter_map(|stage| stage.exchange.as_ref());
    let links: u64 = exchanges().map(|exchange| exchange.links).sum();
    let formula = match exchanges().count() {
        0 => words::verdict::NO_EXCHANGE.to_owned(),
        1 => "W(W−1)".to_owned(),
        count => words::verdict::exchange_links(&count),
    };
    let fact = |name, value, origin: String| Fact { name, value, origin };
    let largest = report.skew.max_over_median.map_or("–".to_owned(), units::ratio);
    let digest: String = report.result.digest.chars().take(8).collect();
    let answer = fact(
        words::verdict::ANSWER,
        words::verdict::rows(&units::count_short(report.result.rows)),
        words::verdict::digest(&digest),
    );
    if let Some(fetched) = report.fetched {
        let [run, all] = [fetched.tasks_run, fetched.task_count].map(|count| units::count(count.into()));
        return vec![
            fact(
                words::verdict::FACT_WALL_CLOCK,
                units::micros(report.wall_micros),
                words::verdict::FACT_MEASURED.to_owned(),
            ),
            fact(
                words::verdict::PARTITIONS_RUN,
                words::verdict::run_of(&run, &all),
                words::verdict::FACT_COUNTED.to_owned(),
            ),
            fact(
                words::verdict::SHUFFLED,
                units::bytes(report.shuffle_bytes()),
                words::verdict::FACT_COUNTED.to_owned(),
            ),
            fact(
                words::verdict::TO_DRIVER,
                units::bytes(fetched.bytes),
                words::verdict::FACT_COUNTED.to_owned(),
            ),
            answer,
        ];
    }
    vec![
        fact(
            words::verdict::FACT_WALL_CLOCK,
            units::micros(report.wall_micros),
            words::verdict::FACT_MEASURED.to_owned(),
        ),
        fact(
            words::verdict::SHUFFLED,
            units::bytes(report.shuffle_bytes()),
            words::verdict::FACT_COUNTED.to_owned(),
        ),
        fact(
            words::verdict::BLOCKS,
            units::count(report.shuffle_blocks()),
            words::verdict::FACT_COUNTED.to_owned(),
        ),
        fact(words::verdict::MESSAGES, units::count(links), formula),
        fact(words::verdict::MAX_OVER_MEDIAN, largest, words::verdict::BY_ROWS.to_owned()),
        answer,
    ]
}
