//! Percentages as people write them, kept as whole numbers.
//!
//! 6 % of 100 items are 6 items. In binary floating point they are 6.000000000000001, which a ceiling makes 7: so no
//! rate that a person stated is ever a float here.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A share between 0 % and 100 %, in millionths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

/// Why a text is no percentage.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RateError {
    /// It is no number.
    #[error("{0:?} is no percentage; write 5, 5% or 0.25%")]
    NotANumber(String),
    /// It may be a share or a percentage.
    #[error("{0} may be a share or a percentage; write {0}% or {1}%")]
    Ambiguous(String, String),
    /// It is above 100 %.
    #[error("{0} is more than 100%")]
    AboveWhole(String),
    /// It has more than six digits behind the point.
    #[error("{0} has more than six digits behind the point")]
    TooFine(String),
}

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All: 100 %.
    pub const WHOLE: Self = Self(100_000_000);
    /// Digits behind the point that are kept.
    const DIGITS: usize = 6;
    const PERCENT: u64 = 1_000_000;

    /// A rate of whole tenths of a percent, at most 1,000 of them.
    #[must_use]
    pub fn tenths(tenths: u64) -> Self {
        Self((tenths.min(1000)) * (Self::PERCENT / 10))
    }

    /// A rate of whole percents, at most 100 of them.
    #[must_use]
    pub fn percent(percent: u64) -> Self {
        Self::tenths(percent.min(100) * 10)
    }

    /// In millionths of a percent: 0 to 100,000,000.
    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// What is missing to 100 %: the risk that goes with a confidence.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(Self::WHOLE.0 - self.0)
    }

    /// The smallest whole number that is at least this share of `count`.
    #[must_use]
    pub fn ceiling_of(self, count: u64) -> u64 {
        let product = u128::from(self.0) * u128::from(count);
        // At most `count`, as a rate is at most the whole.
        u64::try_from(product.div_ceil(u128::from(Self::WHOLE.0))).unwrap_or(count)
    }

    /// The largest `count` whose [ceiling](Self::ceiling_of) is at most `share`; `None` for 0 %, which has none.
    #[must_use]
    pub fn largest_with_ceiling(self, share: u64) -> Option<u64> {
        let counts = (u128::from(share) * u128::from(Self::WHOLE.0)).checked_div(u128::from(self.0))?;
        Some(u64::try_from(counts).unwrap_or(u64::MAX))
    }

    /// As a fraction of 1, to the nearest double.
    #[must_use]
    pub fn fraction(self) -> f64 {
        real(self.0) / real(Self::WHOLE.0)
    }
}

/// A count as a double.
#[expect(clippy::cast_precision_loss, reason = "counts of items and millionths are far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

impl fmt::Display for Rate {
    /// As it would be written: `5%`, `0.25%`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / Self::PERCENT, self.0 % Self::PERCENT);
        if part == 0 {
            return write!(formatter, "{whole}%");
        }
        let digits = format!("{part:06}");
        write!(formatter, "{whole}.{}%", digits.trim_end_matches('0'))
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let bare = text.trim();
        let (number, is_marked) = match bare.strip_suffix('%') {
            Some(number) => (number.trim_end(), true),
            None => (bare, false),
        };
        let not_a_number = || RateError::NotANumber(text.to_owned());
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) || whole.is_empty() || number.ends_with('.') {
            return Err(not_a_number());
        }
        let significant = part.trim_end_matches('0');
        if significant.len() > Self::DIGITS {
            return Err(RateError::TooFine(text.to_owned()));
        }
        let above = || RateError::AboveWhole(text.to_owned());
        let whole: u64 = whole.parse().map_err(|_| above())?;
        let millionths: u64 = format!("{significant:0<6}").parse().map_err(|_| not_a_number())?;
        let value =
            whole.checked_mul(Self::PERCENT).and_then(|value| value.checked_add(millionths)).ok_or_else(above)?;
        if value > Self::WHOLE.0 {
            return Err(above());
        }
        if !is_marked && value < Self::PERCENT && value != 0 {
            let as_share = Self((value * 100).min(Self::WHOLE.0)).to_string();
            return Err(RateError::Ambiguous(number.to_owned(), as_share.trim_end_matches('%').to_owned()));
        }
        Ok(Self(value))
    }
}
