//! Checks on the users of credential reports: each report states every user anew (spec section 3.6).

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Reads, UserCase};
use super::parameters::Parameters;
use super::resources::DatedVerdict;
use crate::lake::CredentialRow;
use crate::model::{EvidenceId, EvidenceReference, Instant};

/// How a credential report names the root user.
const ROOT: &str = "<root_account>";

/// The reports of one account, by the time they were generated.
#[derive(Debug, Default)]
pub(in crate::engine) struct Reports<'a> {
    reports: BTreeMap<Instant, Report<'a>>,
}

/// One report; several files of one moment are one.
#[derive(Debug, Default)]
struct Report<'a> {
    /// By name (ARN); more than one line where files of one moment differ.
    users: BTreeMap<&'a str, Vec<&'a CredentialRow>>,
    root: Vec<&'a CredentialRow>,
    /// Whether some file of the moment was read whole.
    is_whole: bool,
}

impl<'a> Reports<'a> {
    /// Sorts the lines of an account's reports.
    pub(in crate::engine) fn new(rows: &'a [CredentialRow]) -> Self {
        let mut reports: BTreeMap<Instant, Report<'a>> = BTreeMap::new();
        for row in rows {
            let report = reports.entry(row.generated_at).or_default();
            report.is_whole |= row.report_whole;
            if is_root(row) {
                report.root.push(row);
            } else {
                report.users.entry(row.user_arn.as_str()).or_default().push(row);
            }
        }
        Self { reports }
    }

    /// When the reports were generated, in order.
    pub(in crate::engine) fn times(&self) -> impl DoubleEndedIterator<Item = Instant> {
        self.reports.keys().copied()
    }

    /// The names (ARNs) of all users that some report lists.
    pub(in crate::engine) fn users(&self) -> BTreeSet<&'a str> {
        self.reports.values().flat_map(|report| report.users.keys().copied()).collect()
    }

    /// The root user's lines in the latest report up to a moment; none where that report has none.
    pub(super) fn root_at(&self, at: Instant) -> &[&'a CredentialRow] {
        self.reports.range(..=at).next_back().map(|(_, report)| report.root.as_slice()).unwrap_or_default()
    }

    /// A line of the latest report up to a moment, for reference.
    pub(super) fn reference_at(&self, at: Instant) -> Option<EvidenceReference> {
        let (_, report) = self.reports.range(..=at).next_back()?;
        report.root.iter().chain(report.users.values().flatten()).map(|row| reference(row)).min()
    }

    /// What a check says of one user over time: at each report that lists it, and that it has nothing more
    /// to say from the first whole report on that does not.
    pub(in crate::engine) fn judge_over_time(
        &self,
        check: &Check,
        user: &str,
        parameters: &Parameters,
    ) -> Vec<DatedVerdict> {
        let Reads::User { judge } = &check.reads else { return Vec::new() };
        let mut verdicts: Vec<DatedVerdict> = Vec::new();
        for (at, report) in &self.reports {
            let lines = report.users.get(user).map(Vec::as_slice).unwrap_or_default();
            let judged = lines.iter().map(|row| (judge(&UserCase { user: row, parameters }), reference(row)));
            let worst = judged.min_by(|(left, left_reference), (right, right_reference)| {
                (left.status, left_reference).cmp(&(right.status, right_reference))
            });
            match worst {
                Some((verdict, reference)) => {
                    verdicts.push(DatedVerdict { at: *at, verdict: Some(verdict), reference });
                }
                None if report.is_whole && verdicts.last().is_some_and(|last| last.verdict.is_some()) => {
                    let Some(reference) = self.reference_at(*at) else { continue };
                    let reference = EvidenceReference { record: 0, ..reference };
                    verdicts.push(DatedVerdict { at: *at, verdict: None, reference });
                }
                None => {}
            }
        }
        verdicts
    }
}

fn is_root(row: &CredentialRow) -> bool {
    row.user == ROOT || row.user_arn.ends_with(":root") || row.user_arn.ends_with(":<root_account>")
}

pub(super) fn reference(row: &CredentialRow) -> EvidenceReference {
    EvidenceReference { evidence: EvidenceId::of_sha256(&row.evidence_id), record: row.record_number }
}
