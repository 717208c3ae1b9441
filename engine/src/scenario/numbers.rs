//! A number as JSON has it, which is how both written forms have it.

/// Why a text gives no number for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// The text is no number of this kind.
    Wrong,
    /// The field's type cannot hold it.
    TooLarge,
}

/// Reads a whole number: digits alone, and no leading zero.
pub(super) fn whole<T: TryFrom<u64>>(text: &str) -> Result<T, NoNumber> {
    if !is_whole(text) {
        return Err(NoNumber::Wrong);
    }
    text.parse().ok().and_then(|number: u64| T::try_from(number).ok()).ok_or(NoNumber::TooLarge)
}

/// Reads a number: no plus sign, no leading zero, nothing around it. It is the double nearest to the text, so what was written
/// and read again is the same to the last bit.
pub(super) fn real(text: &str) -> Result<f64, NoNumber> {
    if !is_real(text) {
        return Err(NoNumber::Wrong);
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or(NoNumber::TooLarge)
}

fn is_real(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    is_whole(whole.strip_prefix('-').unwrap_or(whole)) && is_digits(fraction) && is_digits(exponent)
}

fn is_whole(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
