//! [`Source`] and [`Status`]: who says what of a subject.

use std::fmt;

/// Who makes a statement (spec section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// AWS Config rule evaluations.
    Config,
    /// Security Hub findings in ASFF or OCSF, of any product.
    SecurityHub,
    /// tickmark's own evaluation of the raw configuration.
    Reperformed,
}

impl Source {
    /// All sources in the order of outputs.
    pub const ALL: [Self; 3] = [Self::Config, Self::SecurityHub, Self::Reperformed];

    /// Its name in options and outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::SecurityHub => "securityhub",
            Self::Reperformed => "reperformed",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one observation says of a subject (spec section 1).
///
/// The order is that of section 3.8: of several statuses in one stream at one instant the smallest
/// counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The test is failed.
    Fail,
    /// The test is passed.
    Pass,
    /// The test does not apply to the subject.
    NotApplicable,
    /// The source could not tell.
    Unknown,
    /// The source stopped speaking about it.
    Ended,
}

impl Status {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Pass => "PASS",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::Unknown => "UNKNOWN",
            Self::Ended => "ENDED",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
