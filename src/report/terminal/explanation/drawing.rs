//! The timeline as a drawing: one character a column and stream, told apart by shape and not by colour.
//!
//! A column stands for an equal share of the window. It shows a failure wherever there is one in it, however
//! short; else what held for most of it, and of two that held equally long the one that stands first in
//! [`Mark`].

use crate::engine::results::ControlStatus;
use crate::engine::results::explanation::ExplainedSegment;
use crate::model::{Instant, Period, Status};
use crate::report::terminal::page::Tint;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Columns that a date and the blanks behind it take.
const DATE_COLUMNS: i64 = 12;
/// Days between two dates of the axis; the first that leaves room is taken.
const STEPS: [i64; 12] = [1, 2, 5, 7, 10, 14, 30, 60, 91, 182, 365, 1826];

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Fail,
    SuppressedFail,
    Pass,
    NotApplicable,
    Unknown,
    Ended,
    Absent,
    Silent,
}

impl Mark {
    pub(super) const ALL: [Self; 8] = [
        Self::Fail,
        Self::SuppressedFail,
        Self::Pass,
        Self::NotApplicable,
        Self::Unknown,
        Self::Ended,
        Self::Absent,
        Self::Silent,
    ];

    /// How it is drawn.
    pub(super) const fn character(self) -> char {
        match self {
            Self::Fail => '#',
            Self::SuppressedFail => '%',
            Self::Pass => '=',
            Self::NotApplicable => 'o',
            Self::Unknown => '?',
            Self::Ended => '-',
            Self::Absent => 'x',
            Self::Silent => '.',
        }
    }

    /// What it means.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::SuppressedFail => "FAIL, suppressed",
            Self::Pass => "PASS",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::Unknown => "UNKNOWN",
            Self::Ended => "ENDED",
            Self::Absent => "ABSENT",
            Self::Silent => "nothing is said",
        }
    }

    pub(super) const fn tint(self) -> Tint {
        match self {
            Self::Fail | Self::SuppressedFail => Tint::Bad,
            Self::Pass => Tint::Good,
            Self::NotApplicable | Self::Ended | Self::Absent | Self::Silent => Tint::Faint,
            Self::Unknown => Tint::Doubtful,
        }
    }

    pub(super) const fn of_control(status: ControlStatus) -> Self {
        match status {
            ControlStatus::Absent => Self::Absent,
            ControlStatus::Fail => Self::Fail,
            ControlStatus::Pass => Self::Pass,
            ControlStatus::NotApplicable => Self::NotApplicable,
            ControlStatus::NoEvidence => Self::Silent,
        }
    }

    pub(super) const fn of_segment(segment: &ExplainedSegment) -> Self {
        match segment.status {
            Status::Fail if segment.suppressed => Self::SuppressedFail,
            Status::Fail => Self::Fail,
            Status::Pass => Self::Pass,
            Status::NotApplicable => Self::NotApplicable,
            Status::Unknown => Self::Unknown,
            Status::Ended => Self::Ended,
        }
    }

    const fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::SuppressedFail)
    }
}

/// The marks of one line, a column each; `stretches` do not overlap, and where none is, nothing is said.
pub(super) fn marks(stretches: &[(Period, Mark)], window: Period, columns: usize) -> Vec<Mark> {
    spans(window, columns).map(|column| mark_of(stretches, column)).collect()
}

/// How long one column is, in microseconds.
pub(super) fn column_microseconds(window: Period, columns: usize) -> i64 {
    window.microseconds() / i64::try_from(columns.max(1)).unwrap_or(i64::MAX)
}

/// The window's share of each column.
fn spans(window: Period, columns: usize) -> impl Iterator<Item = Period> {
    let edge = move |column: usize| {
        let share = i128::from(window.microseconds()) * column as i128 / columns.max(1) as i128;
        window.from.plus_microseconds(i64::try_from(share).unwrap_or(i64::MAX))
    };
    (0..columns).map(move |column| Period::new(edge(column), edge(column + 1)))
}

fn mark_of(stretches: &[(Period, Mark)], column: Period) -> Mark {
    let mut lengths = [0_i64; Mark::ALL.len()];
    let mut failure: Option<Mark> = None;
    let mut rest = column.microseconds();
    for (inside, mark) in stretches.iter().filter_map(|(period, mark)| Some((period.intersect(column)?, *mark))) {
        rest -= inside.microseconds();
        if mark.is_failure() {
            failure = Some(failure.map_or(mark, |known| known.min(mark)));
        }
        if let Some(length) = lengths.get_mut(mark as usize) {
            *length += inside.microseconds();
        }
    }
    if let Some(failure) = failure {
        return failure;
    }
    if let Some(silence) = lengths.get_mut(Mark::Silent as usize) {
        *silence += rest;
    }
    let longest = Mark::ALL.into_iter().zip(lengths).rev().max_by_key(|(_, length)| *length);
    longest.map_or(Mark::Silent, |(mark, _)| mark)
}

/// The axis below the lines: a stroke at the column in which a day begins, and the day's date under it.
pub(super) fn axis(window: Period, columns: usize) -> (String, String) {
    let (mut strokes, mut dates) = (String::new(), String::new());
    let days = window.microseconds().max(1);
    let width = i64::try_from(columns).unwrap_or(i64::MAX);
    let fits =
        |step: &&i64| i128::from(**step * DAY) * i128::from(width) >= i128::from(DATE_COLUMNS) * i128::from(days);
    let step = STEPS.iter().find(fits).copied().unwrap_or(i64::MAX / DAY) * DAY;
    let mut at = window.from;
    while at < window.until {
        let column = column_of(at, window, columns);
        if column + 10 > columns {
            break;
        }
        strokes.extend(std::iter::repeat_n(' ', column.saturating_sub(strokes.len())));
        strokes.push('|');
        dates.extend(std::iter::repeat_n(' ', column.saturating_sub(dates.len())));
        dates.push_str(&at.date());
        at = at.plus_microseconds(step);
    }
    (strokes, dates)
}

/// The column in which a moment of the window lies.
fn column_of(at: Instant, window: Period, columns: usize) -> usize {
    spans(window, columns).position(|column| column.contains(at)).unwrap_or(columns)
}

#[cfg(test)]
mod tests;
