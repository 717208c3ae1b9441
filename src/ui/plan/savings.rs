//! What each rule saves: the plan run as written, then with one more rule each time, and the differences.

use leptos::prelude::*;
use shuffle_engine::explain::{Cost, Explanation};

use super::super::lab::{Lab, memo};
use shuffle_view::charts::units;
use shuffle_view::state::{Activity, Failure, RunState, Savings};
use shuffle_view::words;

/// What is counted or measured of each plan.
const COLUMNS: [(&str, Column); 5] = [
    (words::savings::ROWS_SCANNED, Column { of: |cost| cost.scanned_rows, written: units::count_short }),
    (words::savings::BYTES_SCANNED, Column { of: |cost| cost.scanned_bytes, written: units::bytes }),
    (words::savings::ROWS_SHUFFLED, Column { of: |cost| cost.shuffled_rows, written: units::count_short }),
    (words::savings::BYTES_SHUFFLED, Column { of: |cost| cost.shuffled_bytes, written: units::bytes }),
    (words::savings::BYTES_MOVED, Column { of: |cost| cost.moved_bytes, written: units::bytes }),
];

struct Column {
    of: fn(&Cost) -> u64,
    written: fn(u64) -> String,
}

/// A plan that was run.
#[derive(Clone, PartialEq)]
struct Row {
    name: String,
    /// Whether it compares the last plan with the first.
    is_total: bool,
    /// Each value, and how it changed.
    cells: Vec<(String, String)>,
}

/// How the measuring stands.
#[derive(Clone, PartialEq)]
enum Stand {
    NotAsked,
    Measuring { done: u32, total: u32 },
    Failed(String),
    Done { rows: Vec<Row>, caption: String, notes: Vec<String> },
}

pub(super) fn savings(lab: Lab) -> impl IntoView {
    let known = lab.slice(stand);
    let stand = memo(move || match lab.activity.get() {
        Activity::Explaining { done, total } => Stand::Measuring { done, total },
        _ => known.get(),
    });
    let is_measuring = memo(move || stand.with(|stand| matches!(stand, Stand::Measuring { .. })));
    view! {
        <div class="savings">
            <h3>{words::savings::QUESTION}</h3>
            <div class="savings-buttons">
                <button
                    type="button"
                    id=lab.id("measure-savings")
                    disabled=is_measuring
                    on:click=move |_| lab.session.explain_again()
                >
                    {words::savings::MEASURE}
                </button>
                <Show when=move || is_measuring.get()>
                    <button type="button" id=lab.id("cancel-savings") on:click=move |_| lab.session.cancel()>
                        {words::control::CANCEL}
                    </button>
                </Show>
            </div>
            <div id=lab.id("savings") aria-live="polite">{move || shown(stand.get())}</div>
        </div>
    }
}

fn shown(stand: Stand) -> AnyView {
    match stand {
        Stand::NotAsked => view! {
            <p class="caption">
                {words::savings::SAYS}
            </p>
        }
        .into_any(),
        Stand::Measuring { done, total } => view! {
            <p class="savings-progress">
                <progress aria-label=words::savings::RUNS_MADE max=total value=done></progress>
                <span aria-hidden="true">{words::savings::progress(&done, &total)}</span>
            </p>
        }
        .into_any(),
        Stand::Failed(text) => view! { <p class="failure" role="alert">{text}</p> }.into_any(),
        Stand::Done { rows, caption, notes } => {
            let notes = notes.into_iter().map(|note| view! { <p class="caption">{note}</p> }).collect_view();
            view! {
                {table(rows)}
                <p class="caption">{caption}</p>
                {notes}
            }
            .into_any()
        }
    }
}

fn table(rows: Vec<Row>) -> impl IntoView {
    let head = COLUMNS.iter().map(|(name, _)| view! { <th scope="col">{*name}</th> }).collect_view();
    let body = rows
        .into_iter()
        .map(|Row { name, is_total, cells }| {
            let cells = cells
                .into_iter()
                .map(|(value, change)| view! { <td>{value}" "<small>{change}</small></td> })
                .collect_view();
            view! { <tr class:total=is_total><th scope="row">{name}</th>{cells}</tr> }
        })
        .collect_view();
    // A region that scrolls has to be reachable by keyboard.
    view! {
        <div class="numbers-scroll" tabindex="0" role="group" aria-label=words::savings::TABLE>
            <table class="savings-table">
                <thead><tr><th scope="col">{words::savings::PLAN}</th>{head}<th scope="col">{words::savings::WALL_CLOCK}</th></tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

fn stand(state: &RunState) -> Stand {
    match &state.savings {
        None => Stand::NotAsked,
        Some(Err(Failure::DoesNotFit { needed_bytes, limit_bytes })) => {
            Stand::Failed(words::savings::no_room(&units::bytes(*needed_bytes), &units::bytes(*limit_bytes)))
        }
        Some(Err(Failure::Ended(reason))) => Stand::Failed(words::savings::failed(&reason)),
        Some(Ok(Savings { explanation, notes })) => Stand::Done {
            rows: rows(explanation),
            caption: caption(explanation, state.cores),
            notes: notes.clone(),
        },
    }
}

fn rows(explanation: &Explanation) -> Vec<Row> {
    let first = Row {
        name: words::savings::WRITTEN.to_owned(),
        is_total: false,
        cells: cells(&explanation.cost, None, wall(&explanation.all_wall_micros, None)),
    };
    let mut before = (&explanation.cost, explanation.all_wall_micros.as_slice());
    let rules = explanation.rules.iter().map(|rule| {
        let walls = rule.all_wall_micros.as_slice();
        let cells = cells(&rule.cost, Some(before.0), wall(walls, Some(before.1)));
        before = (&rule.cost, walls);
        Row { name: format!("+ {}", rule.rule), is_total: false, cells }
    });
    let mut rows: Vec<Row> = std::iter::once(first).chain(rules).collect();
    if let [_, .., last] = explanation.rules.as_slice() {
        let walls = wall(&last.all_wall_micros, Some(&explanation.all_wall_micros));
        let cells = cells(&last.cost, Some(&explanation.cost), walls);
        rows.push(Row { name: words::savings::TOTAL.to_owned(), is_total: true, cells });
    }
    rows
}

fn cells(cost: &Cost, before: Option<&Cost>, wall: (String, String)) -> Vec<(String, String)> {
    let cell = |(_, column): &(&str, Column)| {
        let value = (column.of)(cost);
        let change = before.map_or_else(String::new, |before| change((column.of)(before), value));
        ((column.written)(value), change)
    };
    COLUMNS.iter().map(cell).chain(std::iter::once(wall)).collect()
}

/// The median with the fastest and the slowest, and the change, if it is more than the spread.
fn wall(walls: &[u64], before: Option<&[u64]>) -> (String, String) {
    let ends = |walls: &[u64]| walls.first().copied().zip(walls.last().copied()).unwrap_or_default();
    let median = |walls: &[u64]| walls.get(walls.len() / 2).copied().unwrap_or_default();
    let (fastest, slowest) = ends(walls);
    let value =
        words::savings::wall(&units::micros(median(walls)), &units::micros(fastest), &units::micros(slowest));
    let change = before.map_or_else(String::new, |before| {
        let (fastest_before, slowest_before) = ends(before);
        if fastest <= slowest_before && fastest_before <= slowest {
            words::savings::WITHIN.to_owned()
        } else {
            change(median(before), median(walls))
        }
    });
    (value, change)
}

/// `−65 %`, `+12 %`, `3.2×`; nothing where nothing changed.
fn change(before: u64, after: u64) -> String {
    let ratio = after as f64 / before as f64;
    match before {
        _ if before == after => String::new(),
        0 => words::savings::FROM_NONE.to_owned(),
        _ if after < before => format!("−{}", units::share(1.0 - ratio)),
        _ if ratio < 2.0 => format!("+{}", units::share(ratio - 1.0)),
        _ => units::ratio(ratio),
    }
}

fn caption(explanation: &Explanation, cores: u32) -> String {
    let answer = match &explanation.digest {
        Some(digest) => {
            let digest: String = digest.chars().take(8).collect();
            words::savings::same_answer(&digest)
        }
        None => words::savings::NOT_COMPARED.to_owned(),
    };
    let measured = words::savings::caption(
        &units::plural(explanation.workers.into(), words::noun::WORKER, words::noun::WORKERS),
        &units::plural(cores.into(), words::noun::CORE, words::noun::CORES),
        &explanation.runs,
    );
    format!("{measured} {answer}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_said_as_people_say_it_and_noise_is_called_the_spread() {
        assert_eq!(change(100, 35), "−65 %");
        assert_eq!(change(100, 112), "+12 %");
        assert_eq!(change(100, 320), "3.2×");
        assert_eq!((change(7, 7), change(0, 7)), (String::new(), "from none".to_owned()));
        let (value, words) = wall(&[10_000, 12_000, 30_000], Some(&[9_000, 10_000, 11_000]));
        assert_eq!(value, "12 ms (10 ms to 30 ms)");
        assert_eq!(words, "within the spread");
        assert_eq!(wall(&[10_000, 12_000, 13_000], Some(&[20_000, 24_000, 25_000])).1, "−50 %");
    }
}
