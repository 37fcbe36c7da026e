//! [`RootUser`]: what credential report and account summary say of an account's root user, brought
//! together. Judges nothing.
//!
//! IAM makes a credential report anew only after four hours, so a report may show what was true up to
//! four hours before its time. The summary is always of its moment. So:
//!
//! | which | counts |
//! |---|---|
//! | one of the two only | that one |
//! | the report is more than four hours newer | the report alone |
//! | the summary is more than four hours newer | the summary; the report for what the summary does not state |
//! | within four hours | both: the summary for keys; for MFA they have to agree |

use serde_json::Value;

use super::check::{AccountCase, Stated};
use super::resource::{any_case, flag, whole_number};
use crate::lake::CredentialRow;
use crate::model::Instant;

/// How old the content of a fresh credential report may be, in microseconds.
const REPORT_LAG_MICROSECONDS: i64 = 4 * 3600 * 1_000_000;

/// What counts of the evidence on a root user.
pub(super) struct RootUser<'a> {
    /// The report's line; `None` where there is none.
    pub(super) report: Option<Report<'a>>,
    /// The account summary; `None` where there is none, or it is outdated by the report.
    pub(super) summary: Option<Summary<'a>>,
    /// Whether the summary is so much newer that the report says nothing on what the summary states.
    pub(super) is_report_outdated: bool,
}

impl<'a> RootUser<'a> {
    pub(super) fn of(case: &AccountCase<'a>) -> Self {
        let report = case.root.map(Report);
        let is_outdated = |older: Instant, newer: Instant| newer > older.plus_microseconds(REPORT_LAG_MICROSECONDS);
        let generated_at = case.root.map(|root| root.generated_at);
        let is_current = |summary: &Stated<'_>| generated_at.is_none_or(|report| !is_outdated(summary.at, report));
        let summary = case.summary.filter(is_current).map(Summary);
        let is_report_outdated =
            generated_at.zip(summary.as_ref()).is_some_and(|(report, summary)| is_outdated(report, summary.0.at));
        Self { report, summary, is_report_outdated }
    }
}

/// The root user's line in a credential report.
pub(super) struct Report<'a>(&'a CredentialRow);

/// An access key as the credential report shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Active,
    /// Not active, but there: it has a date.
    Inactive,
    /// Neither active nor dated.
    Missing,
    /// Its columns are empty or hold something else.
    Unreadable,
}

impl Report<'_> {
    /// Which report it is.
    pub(super) fn words(&self) -> String {
        format!("the credential report of {}", self.0.generated_at)
    }

    pub(super) fn mfa(&self) -> Option<bool> {
        word(&self.0.mfa_active)
    }

    /// Older reports say of the root user's password that the question is not supported: there is one.
    pub(super) fn password(&self) -> Option<bool> {
        let stated = self.0.password_enabled.trim();
        if stated.eq_ignore_ascii_case("not_supported") { Some(true) } else { word(stated) }
    }

    /// Both keys, in order.
    pub(super) fn keys(&self) -> [Key; 2] {
        let row = self.0;
        [
            Key::of(&row.access_key_1_active, &row.access_key_1_last_rotated),
            Key::of(&row.access_key_2_active, &row.access_key_2_last_rotated),
        ]
    }

    /// Whether there are more credentials than the columns show.
    pub(super) fn has_more_credentials(&self) -> bool {
        let stated = self.0.additional_credentials_info.trim();
        !["", "n/a", "false", "no_information"].contains(&stated.to_ascii_lowercase().as_str())
    }
}

impl Key {
    fn of(active: &str, rotated: &str) -> Self {
        match (word(active), rotated.trim()) {
            (Some(true), _) => Self::Active,
            (_, rotated) if Instant::parse(rotated).is_ok() => Self::Inactive,
            (Some(false), rotated) if rotated.eq_ignore_ascii_case("N/A") => Self::Missing,
            _ => Self::Unreadable,
        }
    }

    /// Whether it can sign requests; `None` where that cannot be read.
    pub(super) fn is_active(self) -> Option<bool> {
        match self {
            Self::Active => Some(true),
            Self::Inactive | Self::Missing => Some(false),
            Self::Unreadable => None,
        }
    }
}

/// An answer of `get-account-summary`.
pub(super) struct Summary<'a>(Stated<'a>);

impl Summary<'_> {
    /// Which summary it is.
    pub(super) fn words(&self) -> String {
        format!("the account summary of {}", self.0.at)
    }

    pub(super) fn mfa(&self) -> Option<bool> {
        self.number("AccountMFAEnabled").map(|number| number != 0)
    }

    pub(super) fn password(&self) -> Option<bool> {
        self.number("AccountPasswordPresent").map(|number| number != 0)
    }

    /// Whether the root user has an access key, active or not.
    pub(super) fn keys(&self) -> Option<bool> {
        self.number("AccountAccessKeysPresent").map(|number| number != 0)
    }

    fn number(&self, name: &str) -> Option<i64> {
        let map = any_case(self.0.content, "SummaryMap").unwrap_or(self.0.content);
        let stated: &Value = any_case(map, name)?;
        whole_number(stated).or_else(|| flag(stated).map(i64::from))
    }
}

fn word(text: &str) -> Option<bool> {
    match text.trim() {
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
