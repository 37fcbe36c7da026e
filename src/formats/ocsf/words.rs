//! OCSF's words for results, workflow and severity, brought to those of ASFF.

use std::borrow::Cow;

use crate::formats::json_values::bad_record;
use crate::formats::records::RecordError;

/// `Compliance.Status` of a finding with a `compliance` member: its number, else its word in either
/// vocabulary; a status that says neither pass, fail nor warning is `NOT_AVAILABLE`, no status empty.
///
/// # Errors
/// `BadRecord` where number and word contradict each other: which one holds is not known.
pub(super) fn compliance_status(number: Option<i64>, word: &str) -> Result<&'static str, RecordError> {
    let by_number = number.and_then(status_of_number);
    let by_word = status_of_word(word);
    match (by_number, by_word) {
        (Some(first), Some(second)) if first != second => {
            let what = format!("`compliance.status_id` says {first} and `compliance.status` says {second}");
            Err(bad_record(what))
        }
        (Some(status), _) | (None, Some(status)) => Ok(status),
        (None, None) if number.is_none() && word.is_empty() => Ok(""),
        (None, None) => Ok("NOT_AVAILABLE"),
    }
}

fn status_of_number(number: i64) -> Option<&'static str> {
    match number {
        1 => Some("PASSED"),
        2 => Some("WARNING"),
        3 => Some("FAILED"),
        _ => None,
    }
}

fn status_of_word(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "passed" | "pass" => Some("PASSED"),
        "warning" => Some("WARNING"),
        "failed" | "fail" => Some("FAILED"),
        _ => None,
    }
}

/// The result in a detection finding's `status_code`, as Prowler writes it; nobody has looked at what
/// it calls `MANUAL`. Other codes are no result.
pub(super) fn detection_status(code: &str) -> Option<&'static str> {
    match code.to_ascii_lowercase().as_str() {
        "pass" => Some("PASSED"),
        "fail" => Some("FAILED"),
        "manual" => Some("NOT_AVAILABLE"),
        _ => None,
    }
}

/// `Workflow.Status`: by number, else by word; a word of neither vocabulary stays as written.
pub(super) fn workflow_status(number: Option<i64>, word: Cow<'_, str>) -> String {
    let by_number = match number {
        Some(1) => Some("NEW"),
        Some(2) => Some("NOTIFIED"),
        Some(3) => Some("SUPPRESSED"),
        Some(4) => Some("RESOLVED"),
        _ => None,
    };
    let by_word = || match word.to_ascii_lowercase().as_str() {
        "new" => Some("NEW"),
        "in progress" | "notified" => Some("NOTIFIED"),
        "suppressed" => Some("SUPPRESSED"),
        "resolved" => Some("RESOLVED"),
        _ => None,
    };
    by_number.or_else(by_word).map_or_else(|| word.into_owned(), str::to_owned)
}

/// Why a finding of another class is no evidence for a control.
pub(super) fn other_class(class: i64) -> &'static str {
    match class {
        2002 => "not a compliance finding (class 2002, vulnerability)",
        2005 => "not a compliance finding (class 2005, incident)",
        2006 => "not a compliance finding (class 2006, data security)",
        2007 => "not a compliance finding (class 2007, application security)",
        _ => "not a compliance finding (an OCSF class other than 2001, 2003 and 2004)",
    }
}
