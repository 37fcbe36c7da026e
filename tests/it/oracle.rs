//! The definition of a result, written a second time and as naively as it can be said.
//!
//! It has no code in common with the program under test, which is the point: it reads the evidence with plain
//! JSON values, keeps everything in memory, and decides the status of every subject on every elementary interval
//! by looking at all observations again. The program's own checks are written again too (`checks`, `reperformed`), from
//! the control sheets and not from the program. Differences between its
//! answer and the program's are either a fault in one of the two or a sentence of the definition that can be read
//! in two ways; a comment says so where this file had to choose.

pub(crate) mod account;
mod account_checks;
pub(crate) mod answer;
mod checks;
pub(crate) mod compare;
mod conformance;
pub(crate) mod controls;
mod decide;
pub(crate) mod evidence;
mod identity;
mod presence;
mod reach;
mod read;
mod reperformed;
mod settings;
mod streams;

pub(crate) use answer::Answer;
pub(crate) use decide::answer;
pub(crate) use reach::places;
pub(crate) use read::read_folder;
pub(crate) use settings::{Control14Tag, ScopeAccount, Settings};

/// A point in time in microseconds since 1970, UTC.
pub(crate) type Micros = i64;

/// One hour.
pub(crate) const HOUR: Micros = 3_600_000_000;

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// AWS Config rule evaluations.
    Config,
    /// Security Hub findings.
    SecurityHub,
    /// The program's own checks of the raw configuration.
    Reperformed,
}

impl Source {
    /// The word the program uses.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Source::Config => "config",
            Source::SecurityHub => "securityhub",
            Source::Reperformed => "reperformed",
        }
    }
}

/// What an observation says; the order is the order of "the worst counts".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    /// Fails.
    Fail,
    /// Passes.
    Pass,
    /// Does not apply.
    NotApplicable,
    /// Could not be decided.
    Unknown,
    /// The source stopped speaking.
    Ended,
}

/// Reads a time as AWS writes it.
pub(crate) fn parse_time(text: &str) -> Option<Micros> {
    let text = text.trim().replacen(' ', "T", 1);
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

/// A part of a whole. What is divided here is far below the numbers that a float no longer tells apart.
#[expect(clippy::cast_precision_loss, reason = "counts and spans of weeks in microseconds are below 2^53")]
pub(crate) fn quotient(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// Reads `YYYYMMDDTHHMMSSZ`.
pub(crate) fn parse_stamp(text: &str) -> Option<Micros> {
    let digits: Vec<char> = text.chars().collect();
    if digits.len() != 16 || digits[8] != 'T' || digits[15] != 'Z' {
        return None;
    }
    let part = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    let spelled =
        format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(9, 11), part(11, 13), part(13, 15));
    parse_time(&spelled)
}
