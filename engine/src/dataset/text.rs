//! A prompt's words: a Zipfian vocabulary, so that tokenizing is real work on realistic repetition.

use rand::RngExt;
use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use crate::columnar::Utf8Column;
use crate::random::Streams;

/// Distinct words.
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
    words: Vec<String>,
    ranks: WeightedAliasIndex<u32>,
}

impl TextSource {
    pub(crate) fn new(streams: Streams) -> Self {
        // Zipf's law with exponent 1, in whole numbers.
        let weights = (1..=VOCABULARY as u32).map(|rank| HEAVIEST / rank).collect();
        TextSource {
            streams,
            words: (0..VOCABULARY).map(spell).collect(),
            ranks: WeightedAliasIndex::new(weights).expect("weights are positive and bounded"),
        }
    }

    /// Every word and its share of the words of many texts.
    pub(crate) fn word_shares(&self) -> impl Iterator<Item = (&str, f64)> {
        let whole: f64 = (1..=VOCABULARY as u32).map(|rank| f64::from(HEAVIEST / rank)).sum();
        let shares = (1..=VOCABULARY as u32).map(move |rank| f64::from(HEAVIEST / rank) / whole);
        self.words.iter().map(String::as_str).zip(shares)
    }

    /// Words of a text, on average.
    pub(crate) fn mean_word_count() -> f64 {
        f64::from(WORDS.start() + WORDS.end()) / 2.0
    }

    /// Bytes of the longest language.
    pub(crate) fn language_bytes() -> usize {
        LANGUAGES.iter().map(|(language, _)| language.len()).max().unwrap_or(0)
    }

    /// Appends the text of `key`.
    pub(crate) fn push_text(&self, key: i64, column: &mut Utf8Column) {
        let mut rng = self.streams.stream("prompts.text", key as u64);
        let word_count = rng.random_range(WORDS);
        column.push_pieces((0..word_count).flat_map(|index| {
            let word = self.words[self.ranks.sample(&mut rng)].as_str();
            [if index == 0 { "" } else { " " }, word]
        }));
    }

    /// The language of `key`.
    pub(super) fn language(&self, key: i64) -> &'static str {
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

/// The word of a rank: its digits in base 16 as syllables, so frequent words are short and none repeats.
fn spell(rank: usize) -> String {
    let mut digits = vec![SYLLABLES[rank % 16]];
    let mut rest = rank / 16;
    while rest > 0 {
        digits.push(SYLLABLES[rest % 16]);
        rest /= 16;
    }
    digits.concat()
}
