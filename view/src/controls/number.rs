//! Numbers as people type and read them.

use crate::charts::units;
use crate::words;

/// How a knob's number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A whole number, with separated thousands.
    Whole,
    /// A number with at most four decimals.
    Real,
}

/// Why what somebody typed cannot be taken, as the end of a sentence that begins with the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

/// The largest whole number that every field can hold without loss.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// The number as the field shows it.
pub fn written(value: f64, form: Form) -> String {
    match form {
        Form::Whole => units::count(value as u64),
        Form::Real => {
            let text = format!("{value:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// Reads what somebody typed: `1,000,000`, `1 000 000`, `1e6`, `1.5M`, `30 %`.
///
/// # Errors
/// [`Unreadable`].
pub fn read(text: &str, form: Form) -> Result<f64, Unreadable> {
    let kept: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '_' | '\'' | '%')).collect();
    if kept.is_empty() {
        return Err(Unreadable(words::number::EMPTY.to_owned()));
    }
    let (digits, factor) = match kept.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => kept.strip_suffix(['m', 'M']).map_or((kept.as_str(), 1.0), |digits| (digits, 1e6)),
    };
    let value = digits.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value * factor);
    let Some(value) = value else {
        return Err(Unreadable(words::number::not_a_number(&shown(text))));
    };
    match form {
        Form::Whole if value.fract() != 0.0 || value < 0.0 => {
            Err(Unreadable(words::number::not_whole(&shown(text))))
        }
        Form::Whole if value > LARGEST => Err(Unreadable(words::number::too_large(&shown(text)))),
        Form::Whole | Form::Real => Ok(value),
    }
}

fn shown(text: &str) -> String {
    let text = text.trim();
    let short: String = text.chars().take(24).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in ["1000000", "1,000,000", " 1 000 000 ", "1e6", "1M", "1000k"] {
            assert_eq!(read(text, Form::Whole), Ok(1e6), "{text}");
        }
        assert_eq!(read("30 %", Form::Real), Ok(30.0));
        assert_eq!(read("-1", Form::Real), Ok(-1.0));
    }

    #[test]
    fn what_is_no_number_says_so() {
        for text in ["", "  ", "many", "NaN", "inf", "1.2.3"] {
            assert!(read(text, Form::Real).is_err(), "{text}");
        }
        for text in ["1.5", "-3", "1e300"] {
            assert!(read(text, Form::Whole).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        for (value, form) in
            [(20_000_000.0, Form::Whole), (0.0, Form::Whole), (1.1, Form::Real), (33.25, Form::Real)]
        {
            assert_eq!(read(&written(value, form), form), Ok(value));
        }
    }
}
