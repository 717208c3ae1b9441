//! How large the generated data is, without generating it: rows, keys, words, and the bytes of a row.

use std::collections::BTreeMap;

use super::population::{Item, ItemValue, Population};
use super::{DataSpec, Skew, Table, TextSource};
use crate::columnar::{DataType, Schema};
use crate::random::Streams;

/// How many rows there are at most, and what tells them apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    /// The number of rows.
    pub(crate) count: f64,
    /// What tells them apart.
    pub(crate) by: By,
    /// Whether a task has at most one row of each key.
    pub(crate) is_distinct: bool,
}

/// What tells rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The key of a row of `prompts`.
    Key,
    /// A key of which there is one row.
    EveryKey,
    /// A word of a text.
    Word,
    /// Nothing that is known: the rows of a user's own table.
    Row,
}

/// The sizes of the generated data.
#[derive(Debug)]
pub(crate) struct DataSizes {
    rows: f64,
    keys: f64,
    keys_of_rows: Population,
    every_key: Population,
    words: Population,
    own_rows: Population,
    /// Words of a text, on average.
    pub(crate) words_per_row: f64,
    text_bytes: f64,
    word_bytes: f64,
}

impl DataSizes {
    /// Reckons the sizes: a few milliseconds.
    pub(crate) fn new(data: &DataSpec) -> Self {
        let keys_of_rows = Population::of_keys(data, data.skew);
        let text = Texts::of(data, &keys_of_rows);
        DataSizes {
            rows: data.rows as f64,
            keys: data.keys as f64,
            every_key: Population::of_keys(data, Skew::Uniform {}),
            keys_of_rows,
            words: text.words,
            own_rows: Population::of_rows(),
            words_per_row: text.words_per_row,
            text_bytes: text.words_per_row * (text.word_bytes + 1.0),
            word_bytes: text.word_bytes,
        }
    }

    /// The values that tell rows apart, with the share of the rows that each has.
    pub(crate) fn population(&self, by: By) -> &Population {
        match by {
            By::Key => &self.keys_of_rows,
            By::EveryKey => &self.every_key,
            By::Word => &self.words,
            By::Row => &self.own_rows,
        }
    }

    /// The rows of a table.
    pub(crate) fn table_rows(&self, table: &Table) -> Rows {
        match table {
            Table::Prompts => Rows { count: self.rows, by: By::Key, is_distinct: false },
            Table::Rewards => Rows { count: self.keys, by: By::EveryKey, is_distinct: true },
            Table::Own(table) => Rows { count: table.row_count() as f64, by: By::Row, is_distinct: false },
        }
    }

    /// The values that rows are grouped by, when they are grouped by what tells them apart; `None` when there may be as many
    /// groups as rows.
    pub(crate) fn grouped_by(&self, by: By, columns: &[&str]) -> Option<&Population> {
        // Text and language belong to the key.
        let of_key = |column: &&str| ["prompt_hash", "language", "text"].contains(column);
        let of_row =
            |column: &str| Table::Prompts.schema().index_of(column).is_some_and(|_| column != "text");
        let is_known = match by {
            By::Key | By::EveryKey => columns.iter().all(of_key),
            By::Word => matches!(columns, [column] if !of_row(column)),
            By::Row => false,
        };
        is_known.then(|| self.population(by))
    }

    /// Bytes of a row: in a block, and nearly the same in a batch.
    pub(crate) fn row_bytes(&self, schema: &Schema) -> f64 {
        let column = |name: &str, data_type| match data_type {
            DataType::Int64 => 8.0,
            DataType::Float64 => 8.0 + 0.125,
            DataType::Utf8 => 4.0 + 0.125 + self.value_bytes(name),
        };
        schema.fields().iter().map(|field| column(&field.name, field.data_type)).sum()
    }

    fn value_bytes(&self, column: &str) -> f64 {
        match column {
            "language" => TextSource::language_bytes() as f64,
            "token" => self.word_bytes,
            // A text of which nothing is known may be as long as those of the table.
            _ => self.text_bytes,
        }
    }
}

/// What the generated texts are like.
struct Texts {
    words: Population,
    words_per_row: f64,
    word_bytes: f64,
}

impl Texts {
    /// The heaviest keys' texts as they are, the others' as the vocabulary has it on average.
    fn of(data: &DataSpec, keys: &Population) -> Self {
        let source = TextSource::new(Streams::new(data.seed));
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        let (mut words_per_row, mut drawn_weight) = (0.0, 0.0);
        for (key, weight) in keys.heaviest(Self::DRAWN) {
            let text: String = source.pieces(key).collect();
            for word in text.split(' ') {
                *shares.entry(word.to_owned()).or_default() += weight;
                words_per_row += weight;
            }
            drawn_weight += weight;
        }
        let rest = (1.0 - drawn_weight).max(0.0) * TextSource::mean_word_count();
        words_per_row += rest;
        for (word, share) in source.word_shares() {
            *shares.entry(word.to_owned()).or_default() += rest * share;
        }
        let word_bytes =
            shares.iter().map(|(word, share)| word.len() as f64 * share).sum::<f64>() / words_per_row;
        let items = shares.iter().map(|(word, share)| Item {
            value: ItemValue::Word(word.clone()),
            weight: share / words_per_row,
        });
        Texts { words: Population::of_items(items.collect()), words_per_row, word_bytes }
    }

    /// Keys whose text is drawn: each of the others has less than a hundredth of the rows, or all are alike.
    const DRAWN: usize = 100;
}
