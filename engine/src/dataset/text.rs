//! A prompt's words: a Zipfian vocabulary, so that tokenizing is real work on realistic repetition.

use rand::RngExt;
use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use crate::columnar::Utf8Column;
use crate::error::Result;
use crate::random::Streams;

/// Texts are made of so many distinct words.
const VOCABULARY: usize = 4_096;
/// The heaviest word's weight: 4,096 weights of a u32 table must stay below 2^32 / 4,096.
const HEAVIEST: u32 = 1_000_000;
/// Words in a prompt.
const WORDS: std::ops::RangeInclusive<u32> = 3..=18;
/// Languages and their weights out of 100: roughly the order of a public instruction data set, the point
/// being only that one of them dominates.
const LANGUAGES: [(&str, u32); 6] = [("en", 46), ("de", 12), ("fr", 12), ("es", 11), ("zh", 11), ("hi", 8)];
/// Syllables that words are spelt with.
const SYLLABLES: [&str; 16] =
    ["ka", "lo", "mi", "ru", "te", "sa", "no", "pi", "du", "he", "vo", "xi", "ba", "ne", "zu", "ly"];

/// Draws the text and the language of a key.
#[derive(Debug)]
pub(crate) struct TextSource {
    streams: Streams,
    /// All words, each behind a space, in one piece: memory that is nearly full has no room for thousands of small ones.
    words: String,
    /// Where the space before each word stands, and where the last word ends.
    starts: Vec<usize>,
    ranks: WeightedAliasIndex<u32>,
}

impl TextSource {
    /// What one holds, and holds while it is built, is less than this.
    pub(super) const BYTES: usize = 256 << 10;

    pub(crate) fn new(streams: Streams) -> Self {
        // Zipf's law with exponent 1, in whole numbers.
        let weights = (1..=VOCABULARY as u32).map(|rank| HEAVIEST / rank).collect();
        let (mut words, mut starts) =
            (String::with_capacity(8 * VOCABULARY), Vec::with_capacity(VOCABULARY + 1));
        for rank in 0..VOCABULARY {
            starts.push(words.len());
            words.push(' ');
            spell(rank, &mut words);
        }
        starts.push(words.len());
        TextSource {
            streams,
            words,
            starts,
            ranks: WeightedAliasIndex::new(weights).expect("weights are positive and bounded"),
        }
    }

    /// Every word and its share of the words of many texts.
    pub(crate) fn word_shares(&self) -> impl Iterator<Item = (&str, f64)> {
        let whole: f64 = (1..=VOCABULARY as u32).map(|rank| f64::from(HEAVIEST / rank)).sum();
        let shares = (1..=VOCABULARY as u32).map(move |rank| f64::from(HEAVIEST / rank) / whole);
        (0..VOCABULARY).map(|rank| &self.spaced_word(rank)[1..]).zip(shares)
    }

    /// A word and the space before it.
    #[inline]
    fn spaced_word(&self, rank: usize) -> &str {
        &self.words[self.starts[rank]..self.starts[rank + 1]]
    }

    /// Words of a text, on average.
    pub(crate) fn mean_word_count() -> f64 {
        f64::from(WORDS.start() + WORDS.end()) / 2.0
    }

    /// The share of the keys that have this language.
    pub(crate) fn share_of_language(language: &str) -> f64 {
        LANGUAGES
            .iter()
            .filter(|(name, _)| *name == language)
            .map(|(_, weight)| f64::from(*weight) / 100.0)
            .sum()
    }

    /// Bytes of the longest language.
    pub(crate) fn language_bytes() -> usize {
        LANGUAGES.iter().map(|(language, _)| language.len()).max().unwrap_or(0)
    }

    /// Appends the text of `key`.
    pub(super) fn push_text(&self, key: i64, column: &mut Utf8Column) -> Result<()> {
        column.push_pieces(self.pieces(key))
    }

    /// The text of `key`, in pieces.
    pub(super) fn pieces(&self, key: i64) -> impl Iterator<Item = &str> {
        self.word_ranks(key).enumerate().map(|(index, rank)| {
            let word = self.spaced_word(rank);
            if index == 0 { &word[1..] } else { word }
        })
    }

    /// The words of the text of `key`, by their place in the vocabulary.
    pub(crate) fn word_ranks(&self, key: i64) -> impl Iterator<Item = usize> {
        let mut rng = self.streams.stream("prompts.text", key as u64);
        let word_count = rng.random_range(WORDS);
        (0..word_count).map(move |_| self.ranks.sample(&mut rng))
    }

    /// The language of `key`.
    pub(crate) fn language(&self, key: i64) -> &'static str {
        let mut point = (self.streams.number("prompts.language", key as u64) % 100) as u32;
        for (language, weight) in LANGUAGES {
            if point < weight {
                return language;
            }
            point -= weight;
        }
        LANGUAGES[0].0
    }
}

/// Appends the word of a rank: its digits in base 16 as syllables, so frequent words are short and none repeats.
fn spell(rank: usize, words: &mut String) {
    words.push_str(SYLLABLES[rank % 16]);
    let mut rest = rank / 16;
    while rest > 0 {
        words.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
    }
}
