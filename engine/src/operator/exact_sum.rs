//! Sums of doubles that do not depend on the order or the grouping of their additions, because they are exact.
//!
//! Every double is a whole number of 2^-1074, so a sum of doubles is one too, if there is room for its digits:
//!
//! ```text
//!  2^1024 ........ 2^27 ═════════ 2^-75 ........ 2^-1074
//!                        window
//!  └── rest: digits of 32 bits, only those in use ─────┘
//! ```
//!
//! Usual values fall into the **window**, 128 bits in units of 2^-75: one shift and one addition with carry. What does
//! not fit, and a window about to overflow, goes into the **rest**. Rounding happens once, at the end, to nearest
//! even. On its way between tasks a sum is text: the number's hexadecimal digits and the place of the lowest.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::error::{EngineError, Result};

/// The window's unit is two to the power of minus this.
const WINDOW_SCALE: i32 = 75;
/// A digit's unit is 2^(32 x place - this), which puts the window's unit at the place below.
const DIGIT_SCALE: i32 = 1099;
/// Where the window's lowest digit stands.
const WINDOW_PLACE: u32 = 32;
/// Places: up to 2^1024 and 100 bits of carries above.
const PLACES: usize = 70;
/// The window is emptied before it reaches two to this power.
const WINDOW_BITS: u32 = 126;
/// A digit hands on its upper part before it reaches two to this power.
const DIGIT_BITS: u32 = 120;

/// A double in units of the window, as two limbs of a two's complement number; `None` when it does not fit.
#[inline]
fn in_window(value: f64) -> Option<(u64, u64)> {
    let bits = value.to_bits();
    // A double is its 53-bit mantissa times 2^(exponent field - 1075).
    let shift = ((bits >> 52) as u32 & 0x7ff).wrapping_sub(1075 - WINDOW_SCALE as u32);
    if shift >= 50 {
        return None;
    }
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    // Limbs by hand: shifts of 128-bit numbers are calls in wasm.
    let (low, high) = (mantissa << shift, (mantissa >> 1) >> (63 - shift));
    let sign = (bits as i64 >> 63) as u64;
    let (low, borrow) = (low ^ sign).overflowing_add(sign & 1);
    Some((low, (high ^ sign).wrapping_add(u64::from(borrow))))
}

/// Adds to the window whose limbs these are; whether the value fitted and left room for the next.
#[inline]
pub(super) fn add_to_window(low: &mut u64, high: &mut u64, value: f64) -> bool {
    let Some((value_low, value_high)) = in_window(value) else { return false };
    let (sum_low, carry) = low.overflowing_add(value_low);
    let sum_high = high.wrapping_add(value_high).wrapping_add(u64::from(carry));
    let has_room = (sum_high.wrapping_add(1 << (WINDOW_BITS - 64)) >> (WINDOW_BITS - 63)) == 0;
    if has_room {
        (*low, *high) = (sum_low, sum_high);
    }
    has_room
}

/// The number that a window's limbs make.
fn window_of(low: u64, high: u64) -> i128 {
    i128::from(high as i64) << 64 | i128::from(low)
}

/// What a window cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rest {
    /// By place; each may exceed 32 bits, and be negative, until it is read.
    digits: BTreeMap<u32, i128>,
    has_nan: bool,
    has_infinity: bool,
    has_minus_infinity: bool,
}

impl Rest {
    /// Adds a value that [`add_to_window`] refused.
    pub(super) fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.has_nan = true;
        } else if value == f64::INFINITY {
            self.has_infinity = true;
        } else if value == f64::NEG_INFINITY {
            self.has_minus_infinity = true;
        } else if value != 0.0 {
            let bits = value.to_bits();
            let (field, fraction) = ((bits >> 52) as u32 & 0x7ff, bits & ((1 << 52) - 1));
            // A subnormal has the smallest exponent and no leading one.
            let mantissa = if field == 0 { fraction } else { fraction | 1 << 52 };
            let exponent = field.max(1) + (DIGIT_SCALE - 1075) as u32;
            let amount = i128::from(mantissa) << (exponent % 32);
            self.add_at(exponent / 32, if value < 0.0 { -amount } else { amount });
        }
    }

    fn add_at(&mut self, place: u32, amount: i128) {
        let digit = self.digits.entry(place).or_insert(0);
        *digit += amount;
        if digit.unsigned_abs() >> DIGIT_BITS != 0 {
            let carry = *digit >> 32;
            *digit &= 0xffff_ffff;
            self.add_at(place + 1, carry);
        }
    }

    /// Takes over a window's amount, given as its limbs.
    pub(super) fn add_limbs(&mut self, low: u64, high: u64) {
        self.add_window(window_of(low, high));
    }

    /// Takes over a window's amount.
    fn add_window(&mut self, window: i128) {
        self.add_at(WINDOW_PLACE, window & 0xffff_ffff);
        self.add_at(WINDOW_PLACE + 1, window >> 32);
    }
}

/// An exact sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExactSum {
    window: i128,
    rest: Option<Box<Rest>>,
}

impl ExactSum {
    /// From a window's limbs and what it could not hold.
    pub(super) fn from_parts(low: u64, high: u64, rest: Option<Rest>) -> Self {
        ExactSum { window: window_of(low, high), rest: rest.map(Box::new) }
    }

    /// The window's limbs and what it could not hold.
    pub(super) fn into_parts(self) -> (u64, u64, Option<Rest>) {
        (self.window as u64, (self.window >> 64) as u64, self.rest.map(|rest| *rest))
    }

    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        let (mut low, mut high) = (self.window as u64, (self.window >> 64) as u64);
        if add_to_window(&mut low, &mut high, value) {
            self.window = window_of(low, high);
        } else {
            let rest = self.rest.get_or_insert_default();
            rest.add_window(std::mem::take(&mut self.window));
            rest.add(value);
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &ExactSum) {
        // Neither window has reached 2^126: their sum fits 128 bits, and moves on when it has.
        self.window += other.window;
        if self.window.unsigned_abs() >> WINDOW_BITS != 0 {
            self.rest.get_or_insert_default().add_window(std::mem::take(&mut self.window));
        }
        if let Some(other) = &other.rest {
            let rest = self.rest.get_or_insert_default();
            other.digits.iter().for_each(|(&place, &digit)| rest.add_at(place, digit));
            rest.has_nan |= other.has_nan;
            rest.has_infinity |= other.has_infinity;
            rest.has_minus_infinity |= other.has_minus_infinity;
        }
    }

    /// The sum, rounded once: to nearest, ties to even. A NaN, or infinities of both signs, make it NaN.
    pub fn value(&self) -> f64 {
        let Some(rest) = &self.rest else {
            return self.window as f64 * 2f64.powi(-WINDOW_SCALE);
        };
        match (rest.has_nan, rest.has_infinity, rest.has_minus_infinity) {
            (true, _, _) | (_, true, true) => return f64::NAN,
            (_, true, _) => return f64::INFINITY,
            (_, _, true) => return f64::NEG_INFINITY,
            (false, false, false) => {}
        }
        let (is_negative, digits) = self.digits();
        let Some(top) = digits.iter().rposition(|&digit| digit != 0) else { return 0.0 };
        let digit = |place: usize| place.checked_sub(2).map_or(0, |place| u128::from(digits[place]));
        // 65 bits or more, and one that says whether there is anything below: enough to round. A subnormal sum has
        // no more than 52 bits, and is exact.
        let upper = digit(top + 2) << 64 | digit(top + 1) << 32 | digit(top);
        let has_lower = digits[..top.saturating_sub(2)].iter().any(|&digit| digit != 0);
        let rounded = (upper | u128::from(has_lower)) as f64;
        let magnitude = libm::scalbn(rounded, 32 * (top as i32 - 2) - DIGIT_SCALE);
        if is_negative { -magnitude } else { magnitude }
    }

    /// Sign and digits of the whole sum.
    fn digits(&self) -> (bool, [u32; PLACES]) {
        let mut rest = self.rest.as_deref().cloned().unwrap_or_default();
        rest.add_window(self.window);
        let normalize = |sign: i128| {
            let (mut digits, mut carry) = ([0; PLACES], 0);
            for (place, normal) in (0..).zip(&mut digits) {
                carry += rest.digits.get(&place).map_or(0, |digit| sign * digit);
                *normal = carry as u32;
                carry >>= 32;
            }
            (carry == 0).then_some(digits)
        };
        // A carry past the top is the sign: then the digits are those of a negative number.
        match normalize(1) {
            Some(digits) => (false, digits),
            None => (true, normalize(-1).unwrap_or([0; PLACES])),
        }
    }

    /// The text that carries the sum from task to task: `-1f3a@32`, and words for what is no number.
    pub fn to_text(&self) -> String {
        let (is_negative, digits) = self.digits();
        let lowest = digits.iter().position(|&digit| digit != 0).unwrap_or(0);
        let top = digits.iter().rposition(|&digit| digit != 0).unwrap_or(0);
        let mut text = String::from(if is_negative { "-" } else { "" });
        // Writing into a string cannot fail.
        let _ = write!(text, "{:x}", digits[top]);
        for digit in digits[lowest..top].iter().rev() {
            let _ = write!(text, "{digit:08x}");
        }
        let _ = write!(text, "@{lowest}");
        if let Some(rest) = &self.rest {
            let words =
                [(rest.has_nan, " nan"), (rest.has_infinity, " inf"), (rest.has_minus_infinity, " -inf")];
            words.iter().filter(|(has, _)| *has).for_each(|(_, word)| text.push_str(word));
        }
        text
    }

    /// Reads what [`ExactSum::to_text`] wrote.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when it is anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || EngineError::Protocol {
            expected: "an exact sum such as -1f3a@32".to_owned(),
            got: text.chars().take(80).collect(),
        };
        let mut words = text.split(' ');
        let mut sum = words.next().and_then(parse_number).ok_or_else(malformed)?;
        for word in words {
            let rest = sum.rest.get_or_insert_default();
            match word {
                "nan" => rest.has_nan = true,
                "inf" => rest.has_infinity = true,
                "-inf" => rest.has_minus_infinity = true,
                _ => return Err(malformed()),
            }
        }
        Ok(sum)
    }
}

/// The number of an exact sum's text.
fn parse_number(text: &str) -> Option<ExactSum> {
    let (number, place) = text.split_once('@')?;
    let (is_negative, hex) = number.strip_prefix('-').map_or((false, number), |hex| (true, hex));
    let place: u32 = place.parse().ok()?;
    let is_hex = !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex || place as usize + hex.len().div_ceil(8) > PLACES {
        return None;
    }
    let sign = |amount: i128| if is_negative { -amount } else { amount };
    // Nearly always the window's: no digit needs a place of its own.
    let shift = place.checked_sub(WINDOW_PLACE).map(|places| 4 * 8 * places);
    if let Some(shift) = shift.filter(|shift| *shift as usize + 4 * hex.len() < WINDOW_BITS as usize) {
        let window = sign(i128::from_str_radix(hex, 16).ok()? << shift);
        return Some(ExactSum { window, rest: None });
    }
    let mut rest = Rest::default();
    for (place, digits) in (place..).zip(hex.as_bytes().rchunks(8)) {
        let digits = std::str::from_utf8(digits).ok()?;
        rest.add_at(place, sign(i128::from(u32::from_str_radix(digits, 16).ok()?)));
    }
    Some(ExactSum { window: 0, rest: Some(Box::new(rest)) })
}
