//! Answers about an account, a trail or a recorder, each a value by itself.

use super::Parser;
use super::context::Form;
use crate::formats::conditions::{
    TEXT_BYTES, decode_answer, decode_no_policy, decode_recorder, is_no_policy, is_no_policy_text, no_policy,
};
use crate::formats::credential_answer::{decode_report, holds_report};
use crate::formats::kind::Kind;
use crate::formats::records::ConditionKind;
use crate::formats::scan::Scanner;
use crate::formats::shape::{Answer, answer_of};

impl Parser<'_> {
    /// Takes an object whose members belong to such an answer; whether they do.
    pub(super) fn answer(&mut self, raw: &[u8], members: &[(&[u8], &[u8])]) -> bool {
        match answer_of(members) {
            Some(Answer::CredentialReport) => self.report_answer(raw),
            Some(Answer::CredentialReportRequest) => self.recognise(Kind::IamOther),
            Some(Answer::Condition(kind)) => self.condition(kind, raw),
            None if members.iter().any(|(name, value)| *name == b"Content" && holds_report(value)) => {
                self.report_answer(raw);
            }
            None if is_no_policy(raw, self.path) => {
                self.recognise(Kind::IamPasswordPolicy);
                self.record_in(Form::Undated, raw, decode_no_policy);
            }
            None => return false,
        }
        true
    }

    fn condition(&mut self, kind: ConditionKind, raw: &[u8]) {
        self.recognise(match kind {
            ConditionKind::PasswordPolicy => Kind::IamPasswordPolicy,
            ConditionKind::AccountSummary => Kind::IamAccountSummary,
            ConditionKind::EventSelectors | ConditionKind::TrailStatus => Kind::CloudTrailOther,
            ConditionKind::Recorder | ConditionKind::RecorderStatus => Kind::ConfigRecorders,
        });
        let stem = stem(self.path);
        self.record_in(Form::Undated, raw, |raw, context| decode_answer(kind, raw, stem, context));
    }

    /// Takes an entry of a list of recorders, or of what they are doing.
    pub(super) fn recorder(&mut self, kind: ConditionKind, raw: &[u8]) {
        self.record_in(Form::Undated, raw, |raw, context| decode_recorder(kind, raw, context));
    }

    fn report_answer(&mut self, raw: &[u8]) {
        self.recognise(Kind::IamCredentialReport);
        match decode_report(raw) {
            Ok(report) => self.credential_report(&report.csv, None, report.whole, report.generated_at),
            Err(error) => self.record(raw, |_| Err(error)),
        }
    }

    /// Takes a file that is the printed error for an account without a password policy; whether it is.
    pub(super) fn no_policy_file(&mut self, scanner: &mut Scanner<'_>) -> bool {
        let start = scanner.preview(TEXT_BYTES + 1);
        let text = match std::str::from_utf8(start) {
            Ok(text) if text.len() <= TEXT_BYTES && is_no_policy_text(text) => text.trim().to_owned(),
            _ => return false,
        };
        scanner.skip_rest();
        self.report.kind = Some(Kind::IamPasswordPolicy);
        self.report.whole = true;
        self.record_in(Form::Undated, text.as_bytes(), |_, context| no_policy(&text, context));
        true
    }
}

/// The last part of a path without the endings of its form and its compression.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let strip =
        |name: &'_ str, endings: &[&str]| endings.iter().find_map(|ending| name.strip_suffix(ending)).map(str::len);
    let mut length = name.len();
    for endings in [&[".gz", ".zst", ".xz"][..], &[".json", ".jsonl", ".txt"][..]] {
        length =
            name.get(..length).and_then(|name| strip(name, endings)).filter(|length| *length > 0).unwrap_or(length);
    }
    name.get(..length).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn a_stem_is_a_name_without_its_endings() {
        let rows = [
            ("a/b/get-trail-status-main.json.gz", "get-trail-status-main"),
            ("my.trail.json", "my.trail"),
            ("main", "main"),
            (".json", ".json"),
            ("b.zip/x.txt.zst", "x"),
        ];
        for (path, expected) in rows {
            assert_eq!(stem(path), expected, "{path}");
        }
    }
}
