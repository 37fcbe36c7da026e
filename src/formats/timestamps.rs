//! Times in JSON: text with an offset, or a number of seconds or milliseconds since 1970.
//!
//! Numbers are read digit by digit, so that `1539799966.921` is that millisecond and not its
//! neighbour. A time without an offset is refused: which moment it is, is not known.

use serde_json::value::RawValue;

use super::json_values::{Member, quoted, unquoted};
use super::records::RecordError;
use crate::model::{Instant, InstantError, ProblemCode};

/// From here on a number counts milliseconds: as seconds it would be the year 5138, as milliseconds
/// it is 1973.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;
/// Exponents beyond it belong to no time.
const LARGEST_EXPONENT: i32 = 30;

/// The moment that one JSON value states: text in a form that [`Instant::parse`] takes, or a number
/// of epoch seconds, by its size also of milliseconds.
///
/// Digits beyond the microsecond are cut off, as in text. A number in text is no time.
///
/// # Errors
/// [`InstantError::NoOffset`] for text without an offset; [`InstantError::OutOfRange`] outside the
/// years 0 to 9999; [`InstantError::Malformed`] for everything else, also for a number with an
/// exponent that is not a whole number of microseconds.
pub fn instant_of_json(raw: &str) -> Result<Instant, InstantError> {
    let token = raw.trim_matches([' ', '\t', '\r', '\n']);
    match unquoted(token) {
        Some(Ok(text)) => Instant::parse(&text),
        Some(Err(_)) => Err(InstantError::Malformed),
        None => instant_of_number(token),
    }
}

/// The moment a member states; `None` where it is missing or empty.
///
/// # Errors
/// `BadTimestamp` where it is no time, with its name.
pub(crate) fn instant_member(name: &str, member: Member<'_>) -> Result<Option<Instant>, RecordError> {
    let Some(raw) = member.map(RawValue::get).filter(|raw| *raw != "\"\"") else { return Ok(None) };
    instant_of_json(raw).map(Some).map_err(|error| {
        let shown = unquoted(raw).and_then(Result::ok).unwrap_or(raw.into());
        RecordError { code: ProblemCode::BadTimestamp, what: format!("`{name}` {error}: {}", quoted(&shown)) }
    })
}

fn instant_of_number(token: &str) -> Result<Instant, InstantError> {
    let number = Decimal::parse(token)?;
    let (seconds, _) = number.scaled(0)?;
    let places = if seconds >= FIRST_MILLISECONDS { 3 } else { 6 };
    let (size, exact) = number.scaled(places)?;
    if number.has_exponent && !exact {
        return Err(InstantError::Malformed);
    }
    // What is cut off is always the later part, before 1970 too.
    let microseconds = if number.negative { -size - i64::from(!exact) } else { size };
    within_calendar(Instant::from_microseconds(microseconds))
}

fn within_calendar(instant: Instant) -> Result<Instant, InstantError> {
    let first = Instant::from_date(0, 1, 1).ok_or(InstantError::OutOfRange)?;
    let last_day = Instant::from_date(9999, 12, 31).ok_or(InstantError::OutOfRange)?;
    if instant < first || instant >= last_day.plus_microseconds(86_400_000_000) {
        return Err(InstantError::OutOfRange);
    }
    Ok(instant)
}

/// A JSON number by its digits.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i32,
    has_exponent: bool,
}

impl<'a> Decimal<'a> {
    fn parse(token: &'a str) -> Result<Self, InstantError> {
        let (negative, size) = match token.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, token),
        };
        let (digits, exponent) = match size.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, Some(parse_exponent(exponent)?)),
            None => (size, None),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(InstantError::Malformed),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(InstantError::Malformed);
        }
        let (has_exponent, exponent) = (exponent.is_some(), exponent.unwrap_or(0));
        Ok(Self { negative, whole, fraction, exponent, has_exponent })
    }

    /// The size moved up by `places` decimal places, what is then behind the point cut off, and
    /// whether nothing but zeros was.
    fn scaled(&self, places: i32) -> Result<(i64, bool), InstantError> {
        let whole = i64::try_from(self.whole.len()).map_err(|_| InstantError::OutOfRange)?;
        let kept = usize::try_from(whole + i64::from(self.exponent) + i64::from(places)).unwrap_or(0);
        let mut digits = self.whole.bytes().chain(self.fraction.bytes());
        let mut size = 0_i64;
        for _ in 0..kept {
            let digit = i64::from(digits.next().unwrap_or(b'0') - b'0');
            size = size.checked_mul(10).and_then(|size| size.checked_add(digit)).ok_or(InstantError::OutOfRange)?;
        }
        Ok((size, digits.all(|digit| digit == b'0')))
    }
}

fn parse_exponent(text: &str) -> Result<i32, InstantError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InstantError::Malformed);
    }
    let exponent: i32 = text.parse().map_err(|_| InstantError::OutOfRange)?;
    if exponent.abs() > LARGEST_EXPONENT { Err(InstantError::OutOfRange) } else { Ok(exponent) }
}

#[cfg(test)]
mod tests;
