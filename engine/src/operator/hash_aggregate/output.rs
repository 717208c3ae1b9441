//! When the input has ended, the words of each group become results, or states that another task goes on with.

use super::find_part;
use super::part::{Part, PartKind, exact_int_sum, sum_at};
use crate::columnar::order::{float_of_bits, int_of_bits};
use crate::columnar::{Bitmap, Column, DataType, Primitive, Utf8Column};
use crate::error::Result;
use crate::plan::AggregateStep;
use crate::room::collect;

/// An aggregate, by the numbers of the parts it is made of.
#[derive(Debug)]
pub(super) enum Outcome {
    Count(usize),
    CountDistinct(usize),
    Sum(usize),
    Avg {
        sum: usize,
        /// Of integers: what makes the sum exact.
        upper: Option<usize>,
        count: usize,
    },
    /// Of numbers.
    Extreme(usize, DataType),
    /// Of texts.
    Text(usize),
}

impl Outcome {
    /// Appends the columns for the groups whose words begin at `positions`.
    pub(super) fn columns(
        &self,
        parts: &[Part],
        words: &[u64],
        positions: &[u32],
        step: AggregateStep,
        columns: &mut Vec<Column>,
    ) -> Result<()> {
        let is_state = matches!(step, AggregateStep::Partial | AggregateStep::Merge);
        let word = |part: &Part, offset: usize| {
            let at = part.at + offset;
            positions.iter().map(move |&position| words[position as usize + at])
        };
        let ints = |part: &Part, offset: usize| collect(word(part, offset).map(|word| word as i64));
        // NULL where no value was seen; where none was ever NULL, every group has one.
        let seen = |part: &Part| {
            let seen = find_part(parts, &PartKind::Seen, part.column).map(|seen| {
                let at = parts[seen].at;
                Bitmap::from_fn(positions.len(), |row| words[positions[row] as usize + at] != 0)
            });
            seen.transpose()
        };
        match *self {
            Outcome::Count(part) => columns.push(Column::Int64(Primitive::new(ints(&parts[part], 0)?))),
            Outcome::CountDistinct(part) => {
                columns.push(Column::Int64(Primitive::new(ints(&parts[part], 1)?)));
            }
            Outcome::Sum(part) => {
                let part = &parts[part];
                columns.push(sums(part, words, positions, seen(part)?, is_state)?);
            }
            Outcome::Avg { sum, upper, count } => {
                let (sum, count) = (&parts[sum], &parts[count]);
                let uppers: Option<Vec<i64>> = upper.map(|upper| ints(&parts[upper], 0)).transpose()?;
                let counted: Vec<i64> = ints(count, 0)?;
                let validity = || Bitmap::from_fn(counted.len(), |row| counted[row] != 0).map(Some);
                let sums = sums(sum, words, positions, validity()?, is_state)?;
                if is_state {
                    columns.push(sums);
                    columns.extend(uppers.map(|uppers| Column::Int64(Primitive::new(uppers))));
                    columns.push(Column::Int64(Primitive::new(counted)));
                    return Ok(());
                }
                let quotients = match (&sums, &uppers) {
                    (Column::Int64(sums), Some(uppers)) => {
                        let exact =
                            sums.values().iter().zip(uppers).map(|(&sum, &upper)| exact_int_sum(sum, upper));
                        collect(exact.zip(&counted).map(|(sum, &count)| mean(sum, count)))
                    }
                    (Column::Float64(sums), _) => {
                        let quotient =
                            |(sum, &count): (&f64, &i64)| if count == 0 { 0.0 } else { sum / count as f64 };
                        collect(sums.values().iter().zip(&counted).map(quotient))
                    }
                    (Column::Int64(_) | Column::Utf8(_), _) => {
                        unreachable!("integers have their upper halves; a text is a sum only between tasks")
                    }
                }?;
                columns.push(Column::Float64(Primitive::with_validity(quotients, validity()?)));
            }
            Outcome::Extreme(part, data_type) => {
                let part = &parts[part];
                let validity = seen(part)?;
                let is_valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.get(row));
                let bits = word(part, 0).enumerate().map(|(row, bits)| is_valid(row).then_some(bits));
                columns.push(match data_type {
                    DataType::Int64 => {
                        let values = collect(bits.map(|bits| bits.map_or(0, int_of_bits)))?;
                        Column::Int64(Primitive::with_validity(values, validity))
                    }
                    DataType::Float64 => {
                        let values = collect(bits.map(|bits| bits.map_or(0.0, float_of_bits)))?;
                        Column::Float64(Primitive::with_validity(values, validity))
                    }
                    DataType::Utf8 => unreachable!("texts have an outcome of their own"),
                });
            }
            Outcome::Text(part) => {
                let part = &parts[part];
                let (PartKind::MinText(best) | PartKind::MaxText(best)) = &part.kind else {
                    unreachable!("the outcome was planned with its part")
                };
                columns.push(Column::Utf8(Utf8Column::of(word(part, 0).map(|number| {
                    let text = best.get((number as usize).checked_sub(1)?)?;
                    Some(str::from_utf8(text).expect("a column's text is UTF-8"))
                }))?));
            }
        }
        Ok(())
    }
}

fn sums(
    part: &Part,
    words: &[u64],
    positions: &[u32],
    validity: Option<Bitmap>,
    is_state: bool,
) -> Result<Column> {
    let places = positions.iter().map(|&position| position as usize + part.at);
    Ok(match &part.kind {
        PartKind::SumFloat(rests) | PartKind::SumText(rests) => {
            let sums = places.map(|place| sum_at(&words[place..place + 3], rests));
            if !is_state {
                let values = collect(sums.map(|sum| sum.value()))?;
                return Ok(Column::Float64(Primitive::with_validity(values, validity)));
            }
            let mut states = Utf8Column::with_room(positions.len(), 32 * positions.len() as u64)?;
            for (row, sum) in sums.enumerate() {
                match validity.as_ref().is_none_or(|validity| validity.get(row)) {
                    true => states.push(&sum.to_text()),
                    false => states.push_null(),
                }?;
            }
            Column::Utf8(states)
        }
        _ => {
            let values = collect(places.map(|place| words[place] as i64))?;
            Column::Int64(Primitive::with_validity(values, validity))
        }
    })
}

/// Integers that a double holds exactly.
const EXACT: i128 = 1 << 53;

/// The mean of so many integers with this sum, rounded once: to nearest, ties to even. 0 of none.
fn mean(sum: i128, count: i64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    if (-EXACT..=EXACT).contains(&sum) && i128::from(count) <= EXACT {
        return sum as f64 / count as f64;
    }
    // 65 bits of the quotient or more, and one that says whether anything is left: enough to round.
    let magnitude = sum.unsigned_abs();
    let shift = magnitude.leading_zeros();
    let (scaled, count) = (magnitude << shift, u128::from(count.unsigned_abs()));
    let quotient = (scaled / count) | u128::from(scaled % count != 0);
    let mean = libm::scalbn(quotient as f64, -(shift as i32));
    if sum < 0 { -mean } else { mean }
}
