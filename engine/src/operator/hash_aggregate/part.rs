//! Parts: what a group keeps for an aggregate. A mean keeps two, a sum and a count; aggregates that keep the same share it.
//!
//! A part is one word or a few at the same place of every group's words, and one loop: through the rows of a run, each
//! adding to the words of its group.

use super::distinct::DistinctPairs;
use crate::columnar::order::{bits_of_float, bits_of_int};
use crate::columnar::{Bitmap, Column};
use crate::error::Result;
use crate::operator::exact_sum::{ExactSum, Rest, add_to_window};
use crate::room::{copied, reserve_for};

/// A part and where it stands.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: PartKind,
    /// Of the input; 0, and not looked at, for a count of rows.
    pub(super) column: usize,
    /// Its first word, from where a group's words begin.
    pub(super) at: usize,
}

#[derive(Debug)]
pub(super) enum PartKind {
    /// Rows.
    Rows,
    /// Values that are not NULL.
    Values,
    /// Whether there was one.
    Seen,
    /// Integers, wrapping.
    SumInt,
    /// The upper halves of integers: with the wrapping sum beside it, the exact one.
    SumUpper,
    /// Doubles: two limbs of a window, and the number from 1 on of what it cannot hold.
    SumFloat(Vec<Rest>),
    /// Exact sums as text, in the same form.
    SumText(Vec<Rest>),
    /// The least of numbers, as bits that compare as they do.
    Min,
    /// The greatest.
    Max,
    /// The least of texts: the number, from 1 on, of the best so far.
    MinText(Vec<Vec<u8>>),
    /// The greatest.
    MaxText(Vec<Vec<u8>>),
    /// Distinct values: the group's number from 1 on, and how many.
    Distinct(Box<DistinctPairs>),
}

impl PartKind {
    /// A new group's words.
    pub(super) fn initial(&self) -> &'static [u64] {
        match self {
            PartKind::Rows | PartKind::Values | PartKind::Seen | PartKind::SumInt | PartKind::SumUpper => {
                &[0]
            }
            PartKind::SumFloat(_) | PartKind::SumText(_) => &[0, 0, 0],
            PartKind::Min => &[u64::MAX],
            PartKind::Max | PartKind::MinText(_) | PartKind::MaxText(_) => &[0],
            PartKind::Distinct(_) => &[0, 0],
        }
    }

    /// Whether a group without a value can be told from one with a value only by a [`PartKind::Seen`] beside it.
    pub(super) fn needs_seen(&self) -> bool {
        match self {
            PartKind::SumInt | PartKind::SumFloat(_) | PartKind::SumText(_) => true,
            PartKind::Min | PartKind::Max => true,
            // A mean has the number of values beside it.
            PartKind::Rows | PartKind::Values | PartKind::Seen | PartKind::SumUpper => false,
            PartKind::MinText(_) | PartKind::MaxText(_) | PartKind::Distinct(_) => false,
        }
    }

    /// Whether it has a way to add some rows of a batch where they are.
    pub(super) fn adds_selected(&self) -> bool {
        match self {
            PartKind::Rows | PartKind::Values | PartKind::Seen | PartKind::SumInt | PartKind::SumUpper => {
                true
            }
            PartKind::SumFloat(_) | PartKind::SumText(_) | PartKind::Distinct(_) => false,
            PartKind::Min | PartKind::Max | PartKind::MinText(_) | PartKind::MaxText(_) => false,
        }
    }

    /// Whether two parts of one column keep the same.
    pub(super) fn is_alike(&self, other: &PartKind) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Part {
    /// Adds the rows from `start` on, one for each position: where the words of the row's group begin.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`]; [`crate::EngineError::Protocol`] for a state that is none.
    pub(super) fn add(
        &mut self,
        words: &mut [u64],
        positions: &[u32],
        column: Option<&Column>,
        start: usize,
    ) -> Result<()> {
        let at = self.at;
        let rows = start..start + positions.len();
        let Some(column) = column else {
            positions.iter().for_each(|&position| words[position as usize + at] += 1);
            return Ok(());
        };
        let validity = column.validity();
        let places = positions.iter().map(|&position| position as usize + at);
        match (&mut self.kind, column) {
            (PartKind::Rows, _) => places.for_each(|place| words[place] += 1),
            (PartKind::Values, _) => match validity {
                None => places.for_each(|place| words[place] += 1),
                Some(validity) => {
                    places.zip(rows).for_each(|(place, row)| words[place] += u64::from(validity.get(row)));
                }
            },
            (PartKind::Seen, _) => match validity {
                None => places.for_each(|place| words[place] = 1),
                Some(validity) => {
                    places.zip(rows).for_each(|(place, row)| words[place] |= u64::from(validity.get(row)));
                }
            },
            (PartKind::SumInt, Column::Int64(ints)) => {
                // A NULL's value is 0, which adds nothing.
                for (place, &value) in places.zip(&ints.values()[rows]) {
                    words[place] = words[place].wrapping_add(value as u64);
                }
            }
            (PartKind::SumUpper, Column::Int64(ints)) => {
                for (place, &value) in places.zip(&ints.values()[rows]) {
                    words[place] = words[place].wrapping_add(upper_half(value) as u64);
                }
            }
            (PartKind::SumFloat(rests), Column::Float64(floats)) => {
                for (place, &value) in places.zip(&floats.values()[rows]) {
                    add_float(&mut words[place..place + 3], rests, value)?;
                }
            }
            (PartKind::SumText(rests), Column::Utf8(texts)) => {
                for (place, row) in places.zip(rows).filter(|(_, row)| texts.is_valid(*row)) {
                    add_text(&mut words[place..place + 3], rests, texts.value(row))?;
                }
            }
            (PartKind::Min, Column::Int64(ints)) => {
                let ranks = ints.values()[rows].iter().map(|&value| bits_of_int(value));
                extreme(words, places, ranks, validity, start, u64::min);
            }
            (PartKind::Max, Column::Int64(ints)) => {
                let ranks = ints.values()[rows].iter().map(|&value| bits_of_int(value));
                extreme(words, places, ranks, validity, start, u64::max);
            }
            (PartKind::Min, Column::Float64(floats)) => {
                let ranks = floats.values()[rows].iter().map(|&value| bits_of_float(value));
                extreme(words, places, ranks, validity, start, u64::min);
            }
            (PartKind::Max, Column::Float64(floats)) => {
                let ranks = floats.values()[rows].iter().map(|&value| bits_of_float(value));
                extreme(words, places, ranks, validity, start, u64::max);
            }
            (PartKind::MinText(best), Column::Utf8(texts)) => {
                for (place, row) in places.zip(rows).filter(|(_, row)| texts.is_valid(*row)) {
                    keep_text(&mut words[place], best, texts.bytes_at(row), |new, old| new < old)?;
                }
            }
            (PartKind::MaxText(best), Column::Utf8(texts)) => {
                for (place, row) in places.zip(rows).filter(|(_, row)| texts.is_valid(*row)) {
                    keep_text(&mut words[place], best, texts.bytes_at(row), |new, old| new > old)?;
                }
            }
            (PartKind::Distinct(pairs), column) => pairs.add(words, places, column, start)?,
            (kind, column) => {
                panic!("the planner promised another column for {kind:?}: {:?}", column.data_type())
            }
        }
        Ok(())
    }

    /// Adds all rows to the one group whose words these are, in registers where there is a way.
    ///
    /// # Errors
    /// As [`Part::add`].
    pub(super) fn add_all(
        &mut self,
        words: &mut [u64],
        column: Option<&Column>,
        row_count: usize,
        zeros: &mut Vec<u32>,
    ) -> Result<()> {
        let at = self.at;
        match (&mut self.kind, column) {
            (PartKind::Rows, _) => words[at] += row_count as u64,
            (PartKind::Values, Some(column)) => {
                words[at] += column.validity().map_or(row_count, Bitmap::count_ones) as u64;
            }
            (PartKind::SumInt, Some(Column::Int64(ints))) => {
                let sum = ints.values().iter().fold(0i64, |sum, &value| sum.wrapping_add(value));
                words[at] = words[at].wrapping_add(sum as u64);
            }
            (PartKind::SumUpper, Some(Column::Int64(ints))) => {
                let sum = ints.values().iter().fold(0i64, |sum, &value| sum.wrapping_add(upper_half(value)));
                words[at] = words[at].wrapping_add(sum as u64);
            }
            (PartKind::SumFloat(rests), Some(Column::Float64(floats))) => {
                let mut own = [words[at], words[at + 1], words[at + 2]];
                floats.values().iter().try_for_each(|&value| add_float(&mut own, rests, value))?;
                words[at..at + 3].copy_from_slice(&own);
            }
            (PartKind::Min, Some(Column::Int64(ints))) if ints.validity().is_none() => {
                let least = ints.values().iter().copied().min();
                words[at] = words[at].min(least.map_or(u64::MAX, bits_of_int));
            }
            (PartKind::Max, Some(Column::Int64(ints))) if ints.validity().is_none() => {
                let greatest = ints.values().iter().copied().max();
                words[at] = words[at].max(greatest.map_or(0, bits_of_int));
            }
            _ => {
                zeros.clear();
                reserve_for(zeros, row_count)?;
                zeros.resize(row_count, 0);
                self.add(words, zeros, column, 0)?;
            }
        }
        Ok(())
    }
}

impl Part {
    /// Adds the rows that have a bit to the one group whose words these are.
    ///
    /// # Panics
    /// When it has no way to: [`PartKind::adds_selected`].
    pub(super) fn add_selected(&self, words: &mut [u64], column: Option<&Column>, kept: &Bitmap) {
        let word = &mut words[self.at];
        let valid = || match column.and_then(Column::validity) {
            None => kept.count_ones(),
            Some(validity) => kept.count_both(validity),
        };
        match (&self.kind, column) {
            (PartKind::Rows, _) => *word += kept.count_ones() as u64,
            (PartKind::Values, _) => *word += valid() as u64,
            (PartKind::Seen, _) => *word |= u64::from(valid() > 0),
            // A NULL's value is 0, which adds nothing.
            (PartKind::SumInt, Some(Column::Int64(ints))) => {
                *word = word.wrapping_add(sum_selected(ints.values(), kept, |value| value) as u64);
            }
            (PartKind::SumUpper, Some(Column::Int64(ints))) => {
                *word = word.wrapping_add(sum_selected(ints.values(), kept, upper_half) as u64);
            }
            (kind, _) => panic!("the planner promised another column for {kind:?}"),
        }
    }
}

/// The part of an integer from bit 32 on: it is what is left when the lower 32 bits, read without a sign, are taken away.
#[inline]
fn upper_half(value: i64) -> i64 {
    value >> 32
}

/// The exact sum of integers from their wrapping sum and the sum of their upper halves. What is missing, the sum of the lower
/// halves, is less than 2^64 for up to 2^32 rows, so its wrapping sum is exact.
pub(super) fn exact_int_sum(wrapping: i64, upper: i64) -> i128 {
    let lower = (wrapping as u64).wrapping_sub((upper as u64) << 32);
    (i128::from(upper) << 32) + i128::from(lower)
}

/// Each bit of a word.
const BITS: [u64; 64] = {
    let mut bits = [0; 64];
    let mut at = 0;
    while at < 64 {
        bits[at] = 1 << at;
        at += 1;
    }
    bits
};

/// The wrapping sum of the values that have a bit: all are read and those without one count 0, so that nothing branches on
/// it. Testing against a table, in place of a shift a value, is what a compiler makes vectors of.
fn sum_selected(values: &[i64], kept: &Bitmap, of: impl Fn(i64) -> i64) -> i64 {
    let sum_of = |values: &[i64], word: u64| {
        let masked =
            values.iter().zip(&BITS).map(|(&value, bit)| if word & bit != 0 { of(value) } else { 0 });
        masked.fold(0, i64::wrapping_add)
    };
    let (chunks, rest) = values.as_chunks::<64>();
    let sums = chunks.iter().zip(kept.words()).map(|(chunk, &word)| sum_of(chunk, word));
    let last = kept.words().last().map_or(0, |&word| sum_of(rest, word));
    sums.fold(last, i64::wrapping_add)
}

/// Adds to the three words of an exact sum.
#[inline]
fn add_float(words: &mut [u64], rests: &mut Vec<Rest>, value: f64) -> Result<()> {
    let [low, high, rest] = words else { unreachable!("an exact sum has three words") };
    if !add_to_window(low, high, value) && value != 0.0 {
        let rest = rest_of(rest, rests)?;
        rest.add_limbs(std::mem::take(low), std::mem::take(high));
        rest.add(value);
    }
    Ok(())
}

#[cold]
fn rest_of<'a>(number: &mut u64, rests: &'a mut Vec<Rest>) -> Result<&'a mut Rest> {
    if *number == 0 {
        reserve_for(rests, 1)?;
        rests.push(Rest::default());
        *number = rests.len() as u64;
    }
    Ok(&mut rests[*number as usize - 1])
}

fn add_text(words: &mut [u64], rests: &mut Vec<Rest>, text: &str) -> Result<()> {
    let mut sum = ExactSum::parse(text)?;
    sum.merge(&sum_at(words, rests));
    let (low, high, rest) = sum.into_parts();
    (words[0], words[1]) = (low, high);
    if let Some(rest) = rest {
        *rest_of(&mut words[2], rests)? = rest;
    }
    Ok(())
}

/// The exact sum of three words.
pub(super) fn sum_at(words: &[u64], rests: &[Rest]) -> ExactSum {
    let rest = (words[2] as usize).checked_sub(1).map(|index| rests[index].clone());
    ExactSum::from_parts(words[0], words[1], rest)
}

#[inline]
fn extreme(
    words: &mut [u64],
    places: impl Iterator<Item = usize>,
    ranks: impl Iterator<Item = u64>,
    validity: Option<&Bitmap>,
    start: usize,
    better: fn(u64, u64) -> u64,
) {
    let ranked = places.zip(ranks);
    match validity {
        None => ranked.for_each(|(place, rank)| words[place] = better(words[place], rank)),
        Some(validity) => {
            let valid = ranked.zip(start..).filter(|(_, row)| validity.get(*row));
            valid.for_each(|((place, rank), _)| words[place] = better(words[place], rank));
        }
    }
}

fn keep_text(
    number: &mut u64,
    best: &mut Vec<Vec<u8>>,
    text: &[u8],
    is_better: fn(&[u8], &[u8]) -> bool,
) -> Result<()> {
    if *number == 0 {
        reserve_for(best, 1)?;
        best.push(copied(text)?);
        *number = best.len() as u64;
    } else {
        let best = &mut best[*number as usize - 1];
        if is_better(text, best) {
            best.clear();
            reserve_for(best, text.len())?;
            best.extend_from_slice(text);
        }
    }
    Ok(())
}
