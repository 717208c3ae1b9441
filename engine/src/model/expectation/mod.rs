//! What a run is expected to count, before it is made.
//!
//! ```text
//!  seed, keys, partitions ─> Places   where Spark's hash puts each key: O(keys), kept while the rest changes
//!  keys, skew             ─> shares   of the rows, by rank
//!  StageGraph             ─> each stage in turn: rows of each key x places ─> rows and bytes of each task
//! ```
//!
//! An expectation is the mean over all draws of the rows, for the keys of this seed. A run draws once: a task of n rows is off by
//! about the root of n, more where rows come in lumps (the words of a text). It is rounded to whole rows and put into the form of
//! [`Counters`], so that whatever takes counters takes it; it is called expected wherever it is shown.

mod places;
mod population;
mod stages;
mod written;

use std::sync::Arc;

use super::ModelError;
use super::counters::{Counters, check_modelled};
use crate::dataset::{DataSpec, rotated, rotation};
use crate::plan::{StageGraph, StageSpec};
use crate::random::Streams;
use places::{PlacedBy, Places, Values, kept};
use population::{KeyShares, Texts, WordShares};

/// What a run of some stages is expected to count.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What each task is expected to read and write, rounded to whole rows, bytes and blocks.
    pub counters: Arc<Counters>,
    /// The key with most rows; `None` where rows do not meet by key.
    pub hot_key: Option<ExpectedHotKey>,
    places: Vec<Arc<Places>>,
    texts: Option<Arc<Texts>>,
}

/// The key that is expected to have most rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedHotKey {
    /// The key that most of the rows are expected to have.
    pub value: i64,
    /// The rows that it is expected to have, of those that are shuffled.
    pub rows: u64,
    /// Its share of them.
    pub share: f64,
    /// The reduce partition in which all of its rows meet; `None` where they meet in several.
    pub partition: Option<u32>,
}

impl PartialEq for Expectation {
    fn eq(&self, other: &Self) -> bool {
        // What is kept for the next one is no part of what is expected.
        self.counters == other.counters && self.hot_key == other.hot_key
    }
}

impl Expectation {
    /// What a run of these stages is expected to count. What an earlier expectation has found out about the keys is taken from
    /// there: then it takes no time that grows with the keys.
    ///
    /// # Errors
    /// [`ModelError::NotModelled`] names what the stages do that the model does not describe.
    pub fn of(
        data: &DataSpec,
        graph: &StageGraph,
        earlier: Option<&Expectation>,
    ) -> Result<Self, ModelError> {
        check_modelled(graph)?;
        let shares = KeyShares::of(data);
        let known = earlier.map(|earlier| earlier.places.clone()).unwrap_or_default();
        let texts = earlier.and_then(|earlier| earlier.texts.clone()).filter(|texts| texts.is_of(data));
        let mut people = People { data: *data, shares, known, places: Vec::new(), texts, words: None };
        let stages = stages::counters(graph, &mut people)?;
        let hot_key = people.hot_key(graph);
        let People { places, texts, .. } = people;
        Ok(Expectation { counters: Arc::new(Counters { stages }), hot_key, places, texts })
    }
}

/// Who the rows are, and where an exchange puts them.
struct People {
    data: DataSpec,
    shares: KeyShares,
    /// Of an earlier expectation.
    known: Vec<Arc<Places>>,
    /// The partition of each key, for each exchange of this scenario.
    places: Vec<Arc<Places>>,
    texts: Option<Arc<Texts>>,
    words: Option<WordShares>,
}

impl People {
    fn texts(&mut self) -> Arc<Texts> {
        let data = self.data;
        self.texts.get_or_insert_with(|| Arc::new(Texts::of(&data))).clone()
    }

    fn words(&mut self) -> &WordShares {
        let texts = self.texts();
        self.words.get_or_insert_with(|| WordShares::of(texts, &self.shares))
    }

    /// The places of keys.
    fn keys(&self) -> Values {
        Values::Keys { seed: self.data.seed, count: self.data.keys }
    }

    fn places(&mut self, by: PlacedBy) -> Arc<Places> {
        if let Some(places) = kept(&self.places, &by) {
            return places;
        }
        let places = kept(&self.known, &by).unwrap_or_else(|| {
            Arc::new(match by.values {
                Values::Keys { seed, count } => Places::of_keys(by, seed, count),
                Values::Words => Places::of_words(by, self.texts().vocabulary()),
            })
        });
        self.places.push(places.clone());
        places
    }

    /// The heaviest key of the rows that take the wide branch, by the first exchange.
    fn hot_key(&self, graph: &StageGraph) -> Option<ExpectedHotKey> {
        let writes = |stage: &&StageSpec| stage.shuffle_written().is_some() && stages::scans_prompts(stage);
        let writer = graph.stages().iter().find(writes)?;
        let first = self.places.iter().find(|places| places.by.values == self.keys())?;
        let share = self.shares.heavy.first().copied()?;
        let wide = self.data.rows as f64 * stages::wide_share(writer);
        let value = rotated(0, rotation(self.data.keys, &Streams::new(self.data.seed)), self.data.keys);
        let rows = (wide * share).round() as u64;
        Some(ExpectedHotKey { value, rows, share, partition: first.of_heaviest() })
    }
}
