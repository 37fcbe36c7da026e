//! [`Instant`]: a UTC moment; [`Period`]: a half-open stretch of time.
//!
//! Written and read without a clock, a zone database or floating point.

use std::fmt;

/// Microseconds in one second.
const MICROSECONDS: i64 = 1_000_000;
/// Seconds in one day.
const DAY_SECONDS: i64 = 86_400;

/// A moment in UTC, counted in microseconds since 1970-01-01T00:00:00Z.
///
/// Leap seconds do not exist, as in every export that tickmark reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Why a text is not an [`Instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstantError {
    /// The text is not a date and time in any form that exports use.
    Malformed,
    /// Date and time are there, but no offset from UTC: the moment is not known.
    NoOffset,
    /// A field is outside its range, such as month 13.
    OutOfRange,
}

impl fmt::Display for InstantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "is not a timestamp",
            Self::NoOffset => "has no offset from UTC",
            Self::OutOfRange => "is not a date that exists",
        })
    }
}

impl Instant {
    /// The moment `microseconds` after (or, negative, before) 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn microseconds(self) -> i64 {
        self.0
    }

    /// This moment moved by `microseconds`; stops at the ends of the range.
    #[must_use]
    pub const fn plus_microseconds(self, microseconds: i64) -> Self {
        Self(self.0.saturating_add(microseconds))
    }

    /// The start of a UTC day; `None` for a date that does not exist.
    #[must_use]
    pub fn from_date(year: i64, month: u32, day: u32) -> Option<Self> {
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) || !(0..=9999).contains(&year) {
            return None;
        }
        Some(Self(days_from_civil(year, month, day) * DAY_SECONDS * MICROSECONDS))
    }

    /// A UTC day written `YYYY-MM-DD`, as its first moment.
    ///
    /// # Errors
    /// [`InstantError::Malformed`] or [`InstantError::OutOfRange`].
    pub fn parse_date(text: &str) -> Result<Self, InstantError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return Err(InstantError::Malformed);
        }
        let year = digits(bytes, 0, 4).ok_or(InstantError::Malformed)?;
        let month = digits(bytes, 5, 2).ok_or(InstantError::Malformed)?;
        let day = digits(bytes, 8, 2).ok_or(InstantError::Malformed)?;
        Self::from_date(year, small(month), small(day)).ok_or(InstantError::OutOfRange)
    }

    /// A timestamp with its offset: `T` or a blank between date and time, any number of fraction
    /// digits (beyond microseconds they are cut off), `Z`, `+hh:mm`, `+hhmm` or `+hh`.
    ///
    /// # Errors
    /// [`InstantError`] says which of the three things is wrong.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        let bytes = text.trim().as_bytes();
        let date = text.trim().get(..10).ok_or(InstantError::Malformed)?;
        let midnight = Self::parse_date(date)?;
        if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
            return Err(InstantError::Malformed);
        }
        let pair = |at: usize| digits(bytes, at, 2).ok_or(InstantError::Malformed);
        let (hour, minute) = (pair(11)?, pair(14)?);
        if bytes.get(13) != Some(&b':') {
            return Err(InstantError::Malformed);
        }
        let (second, mut at) = if bytes.get(16) == Some(&b':') { (pair(17)?, 19) } else { (0, 16) };
        if hour > 23 || minute > 59 || second > 60 {
            return Err(InstantError::OutOfRange);
        }
        let mut fraction = 0;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            at += 1;
            let mut unit = MICROSECONDS / 10;
            let first = at;
            while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
                fraction += i64::from(digit - b'0') * unit;
                unit /= 10;
                at += 1;
            }
            if at == first {
                return Err(InstantError::Malformed);
            }
        }
        let offset_seconds = parse_offset(bytes.get(at..).unwrap_or_default())?;
        let seconds = hour * 3600 + minute * 60 + second - offset_seconds;
        Ok(Self(midnight.0 + seconds * MICROSECONDS + fraction))
    }

    /// A stamp as AWS Config writes it in file names: `YYYYMMDDTHHMMSSZ`.
    #[must_use]
    pub fn parse_compact(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 16 || bytes.get(8) != Some(&b'T') || bytes.get(15) != Some(&b'Z') {
            return None;
        }
        let midnight = Self::from_date(digits(bytes, 0, 4)?, small(digits(bytes, 4, 2)?), small(digits(bytes, 6, 2)?))?;
        let (hour, minute, second) = (digits(bytes, 9, 2)?, digits(bytes, 11, 2)?, digits(bytes, 13, 2)?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(Self(midnight.0 + (hour * 3600 + minute * 60 + second) * MICROSECONDS))
    }

    /// The date part, `YYYY-MM-DD`.
    #[must_use]
    pub fn date(self) -> String {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_SECONDS * MICROSECONDS));
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// RFC 3339 in UTC; no fraction when it is zero, else three digits, else six.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.0.rem_euclid(DAY_SECONDS * MICROSECONDS);
        let seconds = of_day.div_euclid(MICROSECONDS);
        let fraction = of_day.rem_euclid(MICROSECONDS);
        let (hour, minute, second) = (seconds.div_euclid(3600), seconds.div_euclid(60) % 60, seconds % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.date())?;
        if fraction % 1000 != 0 {
            write!(f, ".{fraction:06}")?;
        } else if fraction != 0 {
            write!(f, ".{:03}", fraction.div_euclid(1000))?;
        }
        f.write_str("Z")
    }
}

/// A half-open stretch of time `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first moment inside.
    pub from: Instant,
    /// The first moment after it.
    pub until: Instant,
}

impl Period {
    /// The stretch from `from` up to, and without, `until`; empty when `until` is not later.
    #[must_use]
    pub const fn new(from: Instant, until: Instant) -> Self {
        Self { from, until }
    }

    /// Its length in microseconds, 0 when it is empty.
    #[must_use]
    pub fn microseconds(self) -> i64 {
        self.until.0.saturating_sub(self.from.0).max(0)
    }

    /// Whether there is no moment in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.until <= self.from
    }

    /// What both stretches share, if anything.
    #[must_use]
    pub fn intersect(self, other: Self) -> Option<Self> {
        let shared = Self::new(self.from.max(other.from), self.until.min(other.until));
        (!shared.is_empty()).then_some(shared)
    }

    /// Whether `instant` is inside.
    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.from <= instant && instant < self.until
    }
}

/// The last `YYYYMMDDTHHMMSSZ` or `YYYY-MM-DD` in a path (spec section 3.7); a day counts from its
/// first moment.
#[must_use]
pub fn find_instant(path: &str) -> Option<Instant> {
    let boundary = |at: usize, width: usize| {
        let digit = |i: Option<usize>| i.and_then(|i| path.as_bytes().get(i)).is_some_and(u8::is_ascii_digit);
        !digit(at.checked_sub(1)) && !digit(Some(at + width))
    };
    (0..path.len()).rev().find_map(|at| {
        let text = |width: usize| path.get(at..at + width);
        text(16)
            .and_then(Instant::parse_compact)
            .filter(|_| boundary(at, 16))
            .or_else(|| text(10).and_then(|day| Instant::parse_date(day).ok()).filter(|_| boundary(at, 10)))
    })
}

fn parse_offset(bytes: &[u8]) -> Result<i64, InstantError> {
    let sign = match bytes {
        [b'Z' | b'z'] => return Ok(0),
        [] => return Err(InstantError::NoOffset),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return Err(InstantError::Malformed),
    };
    let hours = digits(bytes, 1, 2).ok_or(InstantError::Malformed)?;
    let minutes = match (bytes.len(), bytes.get(3)) {
        (3, None) => 0,
        (5, Some(_)) => digits(bytes, 3, 2).ok_or(InstantError::Malformed)?,
        (6, Some(b':')) => digits(bytes, 4, 2).ok_or(InstantError::Malformed)?,
        _ => return Err(InstantError::Malformed),
    };
    if hours > 23 || minutes > 59 {
        return Err(InstantError::OutOfRange);
    }
    Ok(sign * (hours * 3600 + minutes * 60))
}

fn digits(bytes: &[u8], at: usize, width: usize) -> Option<i64> {
    bytes
        .get(at..at + width)?
        .iter()
        .try_fold(0_i64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// A number of at most four digits as `u32`.
fn small(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// The year is counted from March, so that the leap day is its last.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2).div_euclid(5) + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era.div_euclid(4) - year_of_era.div_euclid(100) + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era.div_euclid(1460) + day_of_era.div_euclid(36_524)
        - day_of_era.div_euclid(146_096))
    .div_euclid(365);
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era.div_euclid(4) - year_of_era.div_euclid(100));
    let month_from_march = (5 * day_of_year + 2).div_euclid(153);
    let day = day_of_year - (153 * month_from_march + 2).div_euclid(5) + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}
