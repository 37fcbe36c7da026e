//! How counts, rates, times, durations and sizes are written, everywhere.
//!
//! Files for programs get plain digits; thousands separators, percent signs and units are for the
//! screen. Percentages are made from two whole numbers and cut off, never rounded up, so that one
//! failure in a million never reads as 100.00%.

use crate::model::{Instant, Period, Source};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What the screen shows for a rate of nothing.
pub const NOT_AVAILABLE: &str = "n/a";

/// A count for the screen: `1,284`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and what is counted, for the screen: `1 exception`, `1,284 exceptions`.
#[must_use]
pub fn counted(value: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

/// The length of a list as a count.
#[must_use]
pub fn length<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// Part of a whole for the screen: `1,281 of 1,284`.
#[must_use]
pub fn part_of(numerator: u64, denominator: u64) -> String {
    format!("{} of {}", count(numerator), count(denominator))
}

/// A rate for the screen, in percent with two decimals: `99.76%`; [`NOT_AVAILABLE`] where the
/// denominator is 0.
///
/// The numerator is the good side (passed, covered, agreeing). What is beyond two decimals is cut
/// off, so the shown rate is never better than the true one.
#[must_use]
pub fn percent(numerator: u128, denominator: u128) -> String {
    // Saturation would take 10^34 subject-microseconds: more than any estate has.
    let Some(hundredths) = numerator.saturating_mul(10_000).checked_div(denominator) else {
        return NOT_AVAILABLE.to_owned();
    };
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A rate for files: the shortest digits that read back as the same double, as in JSON.
#[must_use]
pub fn fraction(value: f64) -> String {
    format!("{value:?}")
}

/// A rate for tables; an empty cell where there is none.
#[must_use]
pub fn optional_fraction(value: Option<f64>) -> String {
    value.map(fraction).unwrap_or_default()
}

/// A moment, RFC 3339 in UTC.
#[must_use]
pub fn instant(value: Instant) -> String {
    value.to_string()
}

/// A moment for tables; an empty cell where there is none.
#[must_use]
pub fn optional_instant(value: Option<Instant>) -> String {
    value.map(instant).unwrap_or_default()
}

/// A stretch of time for tables: `from/until`, as ISO 8601 writes intervals; `until` is not in it.
#[must_use]
pub fn interval(period: Period) -> String {
    format!("{}/{}", period.from, period.until)
}

/// A window for the screen: `2026-01-01 .. 2026-06-30 UTC (181 days)`, both days included.
///
/// A window that is not made of whole days is shown by its two moments.
#[must_use]
pub fn window(period: Period) -> String {
    let midnight = |instant: Instant| instant.microseconds().rem_euclid(DAY) == 0;
    if period.is_empty() || !midnight(period.from) || !midnight(period.until) {
        return format!("{} until {} ({})", period.from, period.until, duration(period.microseconds()));
    }
    let days = u64::try_from(period.microseconds().div_euclid(DAY)).unwrap_or(0);
    let last = period.until.plus_microseconds(-1);
    format!("{} .. {} UTC ({})", period.from.date(), last.date(), counted(days, "day"))
}

/// A length of time for the screen, in its two largest units, the rest cut off: `12 d 4 h`.
#[must_use]
pub fn duration(microseconds: i64) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")];
    let mut rest = microseconds.max(0);
    let mut parts = Vec::new();
    for (unit, name) in units {
        let whole = rest.div_euclid(unit);
        rest = rest.rem_euclid(unit);
        if whole == 0 && !parts.is_empty() {
            break;
        }
        if whole > 0 {
            parts.push(format!("{whole} {name}"));
        }
        if parts.len() == 2 {
            break;
        }
    }
    match (parts.is_empty(), microseconds > 0) {
        (true, true) => "under 1 s".to_owned(),
        (true, false) => "0 s".to_owned(),
        _ => parts.join(" "),
    }
}

/// A length of time for files: seconds with every decimal that microseconds need, so that the
/// statuses of a subject still fill the window exactly.
#[must_use]
pub fn seconds(microseconds: i128) -> String {
    let sign = if microseconds < 0 { "-" } else { "" };
    let size = microseconds.unsigned_abs();
    let (whole, rest) = (size / 1_000_000, size % 1_000_000);
    match (rest, rest % 1000) {
        (0, _) => format!("{sign}{whole}"),
        (_, 0) => format!("{sign}{whole}.{:03}", rest / 1000),
        _ => format!("{sign}{whole}.{rest:06}"),
    }
}

/// A size for the screen, in binary units with one decimal, the rest cut off: `41.7 GiB`.
#[must_use]
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let fitting = UNITS.iter().zip(1_u32..).take_while(|(_, power)| value >> (10 * power) > 0).last();
    let Some((unit, power)) = fitting else { return format!("{value} B") };
    let tenths = (u128::from(value) * 10) >> (10 * power);
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// A list for one cell: parts joined by `;`.
#[must_use]
pub fn list<T: AsRef<str>>(parts: &[T]) -> String {
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(";")
}

/// Sources for one cell, joined by `;`.
#[must_use]
pub fn sources(sources: &[Source]) -> String {
    sources.iter().map(|source| source.name()).collect::<Vec<_>>().join(";")
}
