//! Who the rows are: the share of the rows that each key has, and the words of their texts.
//!
//! The heaviest keys are known one by one. The others are put into crowds of neighbouring ranks, whose keys have nearly the same share.

use std::ops::Range;
use std::sync::Arc;

use super::places::Amounts;
use crate::dataset::population::Weights;
use crate::dataset::{DataSpec, TextSource, rotated, rotation};
use crate::random::Streams;

/// Keys that are known one by one.
pub(super) const HEAVY_KEYS: u64 = 1_024;
/// The last rank of a crowd is this much larger than its first.
const CROWD_RATIO: f64 = 1.25;

/// The ranks of each crowd.
pub(super) fn crowd_ranges(keys: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut start = HEAVY_KEYS;
    while start < keys {
        let end = ((start as f64 * CROWD_RATIO) as u64).min(keys);
        ranges.push(start..end);
        start = end;
    }
    ranges
}

/// The shares of the rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeyShares {
    /// Of each heavy key.
    pub(super) heavy: Vec<f64>,
    /// Of a key of each crowd, and how many keys it has.
    pub(super) crowd: Vec<(f64, f64)>,
}

impl KeyShares {
    pub(super) fn of(data: &DataSpec) -> Self {
        let weights = Weights::new(data.keys, data.skew);
        let heavy = (0..data.keys.min(HEAVY_KEYS)).map(|rank| weights.of_rank(rank)).collect();
        let crowd = crowd_ranges(data.keys)
            .into_iter()
            .map(|range| {
                let count = (range.end - range.start) as f64;
                (weights.of_ranks(&range) / count, count)
            })
            .collect();
        KeyShares { heavy, crowd }
    }

    /// Something of each key's share.
    pub(super) fn map(&self, of: impl Fn(f64) -> f64) -> Amounts {
        Amounts {
            heavy: self.heavy.iter().map(|&share| of(share)).collect(),
            crowd: self.crowd.iter().map(|&(share, _)| of(share)).collect(),
        }
    }

    /// The sum over all keys.
    pub(super) fn total(&self, amounts: &Amounts) -> f64 {
        let crowds = self.crowd.iter().zip(&amounts.crowd).map(|((_, count), amount)| count * amount);
        amounts.heavy.iter().sum::<f64>() + crowds.sum::<f64>()
    }

    /// The keys of the crowds that are seen among so many rows.
    fn crowd_seen(&self, rows: f64) -> f64 {
        self.crowd.iter().map(|&(share, count)| count * seen(rows * share)).sum()
    }

    fn crowd_weight(&self) -> f64 {
        self.crowd.iter().map(|(share, count)| share * count).sum()
    }
}

/// How likely it is that something is seen at all which is expected so often.
pub(super) fn seen(expected: f64) -> f64 {
    -libm::expm1(-expected)
}

/// The texts of the heavy keys, and the vocabulary. They follow from the seed and the number of keys.
#[derive(Debug)]
pub(super) struct Texts {
    seed: u64,
    keys: u64,
    source: TextSource,
    /// The words of each heavy key's text, by their place in the vocabulary.
    words: Vec<Vec<u16>>,
    /// The language of each heavy key.
    languages: Vec<&'static str>,
}

impl Texts {
    pub(super) fn of(data: &DataSpec) -> Self {
        let source = TextSource::new(Streams::new(data.seed));
        let first = rotation(data.keys, &Streams::new(data.seed));
        let keys = || (0..data.keys.min(HEAVY_KEYS)).map(|rank| rotated(rank, first, data.keys));
        let words = keys().map(|key| source.word_ranks(key).map(|rank| rank as u16).collect()).collect();
        let languages = keys().map(|key| source.language(key)).collect();
        Texts { seed: data.seed, keys: data.keys, source, words, languages }
    }

    pub(super) fn is_of(&self, data: &DataSpec) -> bool {
        (self.seed, self.keys) == (data.seed, data.keys)
    }

    /// The words of the vocabulary.
    pub(super) fn vocabulary(&self) -> impl Iterator<Item = &str> {
        self.source.word_shares().map(|(word, _)| word)
    }

    /// The share of the rows whose key has this language.
    pub(super) fn share_of_language(&self, shares: &KeyShares, language: &str) -> f64 {
        let heavy = shares.heavy.iter().zip(&self.languages);
        let heavy: f64 = heavy.filter(|(_, other)| **other == language).map(|(share, _)| share).sum();
        heavy + shares.crowd_weight() * TextSource::share_of_language(language)
    }

    /// Words of a row's text, on average, of the rows of a language or of all.
    pub(super) fn words_a_row(&self, shares: &KeyShares, language: Option<&str>) -> f64 {
        let (mut words, mut rows) = (0.0, 0.0);
        for ((share, text), own) in shares.heavy.iter().zip(&self.words).zip(&self.languages) {
            if language.is_none_or(|language| language == *own) {
                words += share * text.len() as f64;
                rows += share;
            }
        }
        let crowd = shares.crowd_weight() * language.map_or(1.0, TextSource::share_of_language);
        (words + crowd * TextSource::mean_word_count()) / f64::max(rows + crowd, f64::MIN_POSITIVE)
    }
}

/// The words of the rows, as far as they are known one by one.
#[derive(Debug)]
pub(super) struct WordShares {
    texts: Arc<Texts>,
    keys: KeyShares,
    /// Occurrences of each word a row, in the texts of the heavy keys.
    drawn: Vec<f64>,
    /// The share of the vocabulary's words that each has.
    vocabulary: Vec<f64>,
}

impl WordShares {
    pub(super) fn of(texts: Arc<Texts>, keys: &KeyShares) -> Self {
        let vocabulary: Vec<f64> = texts.source.word_shares().map(|(_, share)| share).collect();
        let mut drawn = vec![0.0; vocabulary.len()];
        for (share, text) in keys.heavy.iter().zip(&texts.words) {
            text.iter().for_each(|&word| drawn[usize::from(word)] += share);
        }
        WordShares { texts, keys: keys.clone(), drawn, vocabulary }
    }

    /// Something of how often each word is expected among so many rows. A text of the crowd brings its words as often as its key
    /// is seen: `rows` counts them all, or, where it matters whether a word is seen at all, each text once.
    pub(super) fn map(&self, rows: f64, each_text_once: bool, of: impl Fn(f64) -> f64) -> Amounts {
        let texts = if each_text_once { self.keys.crowd_seen(rows) } else { rows * self.keys.crowd_weight() };
        let crowd = texts * TextSource::mean_word_count();
        let words = self.drawn.iter().zip(&self.vocabulary);
        let heavy = words.map(|(drawn, share)| of(rows * drawn + crowd * share)).collect();
        Amounts { heavy, crowd: Vec::new() }
    }

    /// The amounts times the bytes of each word.
    pub(super) fn bytes(&self, amounts: &Amounts) -> Amounts {
        let words = amounts.heavy.iter().zip(self.texts.vocabulary());
        Amounts { heavy: words.map(|(amount, word)| amount * word.len() as f64).collect(), crowd: Vec::new() }
    }
}
