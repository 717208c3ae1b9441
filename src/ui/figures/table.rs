//! The numbers behind a chart, as a table that is built when somebody opens it, and the ways to save both.

use leptos::prelude::*;

use super::super::lab::{Lab, memo};
use super::super::tools;
use shuffle_view::charts::{Chart, Table};
use shuffle_view::words;

pub(super) fn table(lab: Lab, name: &'static str, chart: Memo<Option<Chart>>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let table = memo(move || chart.with(|chart| chart.as_ref().map(|chart| chart.table.clone())));
    view! {
        <details
            class="numbers"
            on:toggle:target=move |event| is_open.set(event.target().has_attribute("open"))
        >
            <summary>{words::figure::NUMBERS}<span class="only-heard">" " {words::figure::behind(&name)}</span></summary>
            {move || is_open.get().then(|| table.get().map(|table| rows(name, table)))}
        </details>
        {tools::save(lab, name, chart)}
    }
}

fn rows(name: &'static str, Table { header, rows }: Table) -> impl IntoView {
    let head = header.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view();
    let body = rows
        .into_iter()
        .map(|cells| {
            let mut cells = cells.into_iter();
            let first = cells.next();
            let rest = cells.map(|cell| view! { <td>{cell}</td> }).collect_view();
            view! { <tr><th scope="row">{first}</th>{rest}</tr> }
        })
        .collect_view();
    // A region that scrolls has to be reachable by keyboard.
    view! {
        <div class="numbers-scroll" tabindex="0" role="group" aria-label=words::figure::numbers_behind(&name)>
            <table>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}
