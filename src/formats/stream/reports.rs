//! Credential reports: every line a record, and what can only be said of all of them.

use super::Parser;
use crate::formats::credential_lines::{
    Entry, HEADER_BYTES, Header, LINES_MAX, Line, decode_line, is_report, latest_time, split,
};
use crate::formats::kind::Kind;
use crate::formats::records::{CredentialRecord, Decoded, Record, RecordError};
use crate::formats::scan::Scanner;
use crate::formats::text::Missing;
use crate::model::{Instant, Problem, ProblemCode, account_of_arn};

/// A report that is larger is refused: an account has at most 5,000 users, whose lines take some 4 MB.
const REPORT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How much later than the report itself a time in it may lie, in microseconds: a path often states
/// only the day.
const AHEAD_MAX: i64 = 24 * 3_600_000_000;
const NOTHING_KEPT: &str = "none of its lines are in the lake";

impl Parser<'_> {
    /// Takes a file that is a report as CSV; whether it is one.
    pub(super) fn report_file(&mut self, scanner: &mut Scanner<'_>) -> bool {
        if !is_report(scanner.preview(HEADER_BYTES)) {
            return false;
        }
        self.report.kind = Some(Kind::IamCredentialReport);
        let from = scanner.offset();
        let Some(text) = scanner.rest(REPORT_BYTES_MAX) else {
            self.tell_over_limit(&format!("is larger than {} MiB", REPORT_BYTES_MAX / (1024 * 1024)));
            scanner.skip_rest();
            return true;
        };
        self.report.whole = true;
        self.credential_report(scanner.text(text), Some(from), true, None);
        true
    }

    /// Takes a report's lines. `from` is where its text begins in the file, if it stands there as it is;
    /// `whole` is whether what held the text was closed.
    pub(super) fn credential_report(
        &mut self,
        text: &[u8],
        from: Option<u64>,
        whole: bool,
        generated_at: Option<Instant>,
    ) {
        let Some((header, lines)) = split(text) else { return };
        if lines.len() > LINES_MAX {
            return self.tell_over_limit(&format!("has more than {LINES_MAX} lines"));
        }
        if lines.is_empty() {
            let what = "the credential report holds no lines";
            self.problem(Problem::of_file(ProblemCode::Empty, what, "nothing of it is in the lake"));
            return;
        }
        match self.time_of_report(&header, generated_at) {
            Ok(time) => self.credential_lines(&header, &lines, from, whole, time),
            Err(error) => {
                self.report.read += lines.len() as u64;
                self.tally.rejected += lines.len() as u64;
                self.problem(Problem::of_file(error.code, error.what, NOTHING_KEPT));
            }
        }
    }

    /// When a report was generated.
    ///
    /// # Errors
    /// What makes all of its lines useless: no time, or a column of which there are two.
    fn time_of_report(&self, header: &Header, generated_at: Option<Instant>) -> Result<Instant, RecordError> {
        if let Some(column) = header.repeated {
            return Err(crate::formats::text::bad(format!("the credential report has two columns `{column}`")));
        }
        let time = generated_at.or(self.path_time).or(self.supplied.taken_at);
        time.ok_or_else(|| Missing { time: true, ..Missing::default() }.error())
    }

    fn credential_lines(
        &mut self,
        header: &Header,
        lines: &[Line<'_>],
        from: Option<u64>,
        whole: bool,
        generated_at: Instant,
    ) {
        let mut latest = None;
        let mut decoded = Vec::with_capacity(lines.len());
        for line in lines {
            let entry = decode_line(header, *line);
            latest = latest.max(entry.as_ref().ok().and_then(latest_time));
            decoded.push(entry.and_then(|entry| self.credential(entry, generated_at)));
        }
        // Because of one line that is lost nobody may be taken for gone.
        let report_whole = whole && decoded.iter().all(Result::is_ok);
        for (line, record) in lines.iter().zip(decoded) {
            self.at = from.map_or(self.at, |from| from + line.offset as u64);
            self.record(line.text, |_| {
                let record = CredentialRecord { report_whole, ..record? };
                Ok(Decoded::Kept(Record::Credential(Box::new(record))))
            });
        }
        if let Some(latest) = latest.filter(|latest| *latest > generated_at.plus_microseconds(AHEAD_MAX)) {
            self.tell_ahead(latest, generated_at);
        }
    }

    fn credential(&self, entry: Entry, generated_at: Instant) -> Result<CredentialRecord, RecordError> {
        let known = || self.context.account.clone().or_else(|| self.supplied.account.clone());
        let account = account_of_arn(&entry.user_arn).or_else(known);
        let account = account.ok_or_else(|| Missing { account: true, ..Missing::default() }.error())?;
        let Entry { user, user_arn, values } = entry;
        Ok(CredentialRecord { account, generated_at, report_whole: false, user, user_arn, values })
    }

    fn tell_over_limit(&mut self, how: &str) {
        let what = format!("the credential report {how}");
        self.problem(Problem::of_file(ProblemCode::OverLimit, what, NOTHING_KEPT));
    }

    fn tell_ahead(&mut self, latest: Instant, generated_at: Instant) {
        let what = format!(
            "the credential report names {latest}, more than 24 hours after {generated_at}, the time it is taken for"
        );
        let effect = "its lines are used; the ages they give are too small, or the date of its path is wrong";
        self.problem(Problem::of_file(ProblemCode::NameDisagrees, what, effect));
    }
}
