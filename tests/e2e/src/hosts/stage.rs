//! A host's page and the lab on two origins, and the questions that are asked of such a page.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::Host;
use super::window::Window;
use crate::{Error, Offer, Outcome, Site, places};

/// Keeps what the questions are about.
pub(super) const WATCH: &str = include_str!("../../../hosts/watch.js");
/// Scripts of a host go on for a moment after its page has loaded.
const SETTLE: Duration = Duration::from_millis(700);
/// How long a figure may take to its first result.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// The site of the lab and the site of its host, on two origins.
pub(super) struct Stage {
    pub(super) lab: Site,
    pub(super) host: Site,
}

/// A host's page while the lab is not there.
pub(super) struct Before {
    facts: Value,
    /// Workers of the host itself.
    pub(super) workers: u64,
}

impl Stage {
    /// The pages of `tests/hosts/plain`.
    pub(super) fn plain() -> Outcome<Self> {
        Self::of(&places::plain_hosts())
    }

    /// A site that `cargo xtask hosts` has built.
    pub(super) fn built(host: Host) -> Outcome<Self> {
        Self::of(&places::host(host.name(), "site")?)
    }

    fn of(folder: &Path) -> Outcome<Self> {
        let lab = Site::of(Offer::new(&places::dist()?, "/some/sub/path/").shared().first(WATCH))?;
        let host = Site::of(Offer::new(folder, "/course/").with_lab(&lab.address("")).first(WATCH))?;
        Ok(Self { lab, host })
    }

    /// Opens a page of the host twice: while the lab answers nothing, then as it is. Answers with what the page was like
    /// the first time. `ready` matches when the host's own scripts have done their work.
    pub(super) async fn open(&self, page: &Window<'_>, rest: &str, ready: &str) -> Outcome<Before> {
        let address = self.host.address(rest);
        self.lab.silence(true);
        page.open(&address).await?;
        page.wait_for(ready, LIMIT).await?;
        tokio::time::sleep(SETTLE).await;
        let before = Before { facts: watch(page, "facts()").await?, workers: workers(page).await? };
        page.open("about:blank").await?;
        self.lab.silence(false);
        page.console().await?;
        page.open(&address).await?;
        Ok(before)
    }

    /// Wants the page as it was without the lab, a quiet console, and nothing asked of a third origin.
    pub(super) async fn is_left_alone(&self, page: &Window<'_>, before: &Before) -> Outcome {
        let after = watch(page, "facts()").await?;
        for name in before.facts.as_object().into_iter().flatten().map(|(name, _)| name) {
            ensure(before.facts[name] == after[name], || {
                format!("{name} of the host was {}, with the lab it is {}", before.facts[name], after[name])
            })?;
        }
        self.is_quiet(page).await
    }

    /// Wants a quiet console, and nothing asked of a third origin.
    pub(super) async fn is_quiet(&self, page: &Window<'_>) -> Outcome {
        let console = page.console().await?;
        ensure(console.is_empty(), || format!("the console is not empty: {console:?}"))?;
        let complaints = watch(page, "complaints").await?;
        ensure(complaints.as_array().is_some_and(Vec::is_empty), || {
            format!("the page complains: {complaints}")
        })?;
        let foreign = [self.lab.violations(), self.host.violations()].concat();
        ensure(foreign.is_empty(), || format!("asked of a third origin: {foreign:?}"))
    }
}

/// An error with these words if it is not so.
pub(super) fn ensure(is_so: bool, words: impl FnOnce() -> String) -> Outcome {
    if is_so { Ok(()) } else { Err(Error::Broken(words())) }
}

/// Asks `tests/hosts/watch.js`.
pub(super) async fn watch(page: &Window<'_>, question: &str) -> Outcome<Value> {
    page.evaluate(&format!("window[Symbol.for('watch')].{question}")).await
}

/// A count that `watch.js` answers with.
pub(super) async fn count(page: &Window<'_>, question: &str) -> Outcome<u64> {
    let answer = watch(page, question).await?;
    answer.as_u64().ok_or_else(|| Error::Broken(format!("{question} is {answer}")))
}

/// How many results figures have had since the page was loaded.
pub(super) async fn results(page: &Window<'_>) -> Outcome<u64> {
    count(page, "events.filter((event) => event.type === 'result').length").await
}

/// How many workers the page has.
pub(super) async fn workers(page: &Window<'_>) -> Outcome<u64> {
    count(page, "workers().alive").await
}

/// Brings each figure into view until it has had its first result. Answers with the milliseconds from the page's
/// start to the last of these.
pub(super) async fn all_have_results(page: &Window<'_>, figures: u64) -> Outcome<u64> {
    for figure in 0..figures {
        page.evaluate(&format!(
            "document.querySelectorAll('shuffle-lab')[{figure}]?.scrollIntoView({{ block: 'center' }})"
        ))
        .await?;
        let question = format!("events.some((e) => e.type === 'result' && e.figure === {figure})");
        let what = format!("the result of figure {figure}");
        let had = page.until(&what, LIMIT, async || Ok(watch(page, &question).await? == true));
        if let Err(error) = had.await {
            let events = watch(page, "events.map((event) => [event.type, event.figure])").await?;
            let complaints = watch(page, "complaints").await?;
            return Err(Error::Broken(format!("{error}; events: {events}; complaints: {complaints}")));
        }
    }
    let errors =
        watch(page, "events.filter((event) => event.type === 'error').map((event) => event.detail)").await?;
    ensure(errors.as_array().is_some_and(Vec::is_empty), || format!("figures raised errors: {errors}"))?;
    let seen = page.evaluate(
        "[...document.querySelectorAll('shuffle-lab')].map((f) => f.getBoundingClientRect().height)",
    );
    let heights = seen.await?;
    let visible =
        heights.as_array().is_some_and(|all| all.iter().all(|height| height.as_f64() > Some(100.0)));
    ensure(visible, || format!("the figures' heights are {heights}"))?;
    count(page, "events.filter((event) => event.type === 'result').at(-1).at").await
}
