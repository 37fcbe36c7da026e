//! Evidence about whole accounts: credential reports, password policies, account summaries.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde_json::Value;

use super::evidence::Evidence;
use super::{Micros, parse_stamp, parse_time};

/// One credential report.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// Whose.
    pub(crate) account: String,
    /// When it was generated.
    pub(crate) time: Micros,
    /// Column to value, for each user.
    pub(crate) rows: Vec<BTreeMap<String, String>>,
}

/// One answer about the password policy; nothing where the account has none of its own.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Whose.
    pub(crate) account: String,
    /// When it was asked for.
    pub(crate) time: Micros,
    /// What it says.
    pub(crate) stated: Option<Value>,
}

/// The last twelve digits that stand alone in a path.
pub(crate) fn account_in(path: &str) -> Option<String> {
    path.split(|c: char| !c.is_ascii_alphanumeric())
        .rfind(|part| part.len() == 12 && part.chars().all(|c| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// The last time in a path, `20260301T000000Z` or `2026-03-01`.
fn time_in(path: &str) -> Option<Micros> {
    let characters: Vec<char> = path.chars().collect();
    let piece = |at: usize, length: usize| characters.get(at..at + length).map(|part| part.iter().collect::<String>());
    (0..characters.len()).rev().find_map(|at| {
        piece(at, 16)
            .and_then(|text| parse_stamp(&text))
            .or_else(|| piece(at, 10).and_then(|text| parse_time(&format!("{text}T00:00:00Z"))))
    })
}

/// Reads a file that is no JSON: a report as CSV, or the error text of an account without a password policy.
pub(crate) fn read_text(path: &str, text: &str, evidence: &mut Evidence) {
    if text.starts_with("user,arn,") {
        if let Some(time) = time_in(path) {
            keep_report(path, text, time, evidence);
        }
    } else if text.contains("NoSuchEntity") && text.contains("GetAccountPasswordPolicy") {
        keep_policy(path, None, evidence);
    }
}

/// Reads a JSON answer, if it is one about an account.
pub(crate) fn read_answer(path: &str, value: &Value, evidence: &mut Evidence) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let (Some(content), Some(time)) = (text("Content"), text("GeneratedTime").and_then(parse_time)) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(content).unwrap();
        keep_report(path, &String::from_utf8(bytes).unwrap(), time, evidence);
    } else if let Some(policy) = value.get("PasswordPolicy") {
        keep_policy(path, Some(policy.clone()), evidence);
    }
}

fn keep_report(path: &str, text: &str, time: Micros, evidence: &mut Evidence) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
    let named = rows.first().and_then(|row| row["arn"].split(':').nth(4)).map(str::to_owned);
    let Some(account) = named.or_else(|| account_in(path)) else { return };
    // A header alone tells of no account's state.
    if rows.is_empty() {
        return;
    }
    evidence.reports.push(Report { account, time, rows });
}

fn keep_policy(path: &str, policy: Option<Value>, evidence: &mut Evidence) {
    let (Some(account), Some(time)) = (account_in(path), time_in(path)) else { return };
    evidence.policies.push(Policy { account, time, stated: policy });
}
