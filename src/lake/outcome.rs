//! What became of each file and bundle that was offered, in one word. Opens and writes nothing.

use super::intake::ReadFile;
use super::known::KnownFiles;

/// The outcome of a bundle that is whole: its members stand for it.
pub(super) const BUNDLE: &str = "bundle";
const ACCEPTED: &str = "accepted";
const PARTIAL: &str = "partial";
const SET_ASIDE: &str = "set_aside";
const REJECTED: &str = "rejected";

/// Whether an outcome says that nothing of a file was used.
pub(super) fn is_unused(outcome: &str) -> bool {
    matches!(outcome, REJECTED | SET_ASIDE)
}

/// Whether an outcome says that something was offered and could not be used at all.
pub(super) fn is_rejected(outcome: &str) -> bool {
    outcome == REJECTED
}

/// Whether all of a file was recognised and used, so that nothing is left for another reading to find.
pub(super) fn is_exhausted(judged: &Judged) -> bool {
    matches!(judged.outcome, ACCEPTED | BUNDLE) && judged.file.report.set_aside == 0
}

/// A file with what became of it.
pub(super) struct Judged {
    pub(super) file: ReadFile,
    pub(super) outcome: &'static str,
    /// Whether the lake's ledger has it already.
    pub(super) is_known: bool,
}

impl Judged {
    /// Whether nothing of it could be used.
    pub(super) fn is_rejected(&self) -> bool {
        is_rejected(self.outcome)
    }

    /// Whether something of it could not be used.
    pub(super) fn is_partial(&self) -> bool {
        self.outcome == PARTIAL
    }
}

/// Judges files as they were read: each bundle behind its members, bundles in it among them.
pub(super) fn judged(files: Vec<ReadFile>, known: &KnownFiles) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(files.len());
    for file in files {
        let outcome = if file.is_bundle { of_bundle(&file, &judged) } else { of_file(&file) };
        let is_known = known.has(&file, outcome);
        judged.push(Judged { file, outcome, is_known });
    }
    judged
}

/// A file of which nothing at all could be used is rejected, whatever it was recognised as.
pub(super) fn of_file(file: &ReadFile) -> &'static str {
    let report = &file.report;
    let something_wrong = file.fault.is_some() || report.problem_count > 0;
    let something_used = report.handed_over + report.known + report.set_aside > 0;
    match (report.kind, something_wrong) {
        (Some(kind), false) if kind.set_aside().is_some() => SET_ASIDE,
        (Some(_), false) => ACCEPTED,
        (Some(_), true) if something_used => PARTIAL,
        _ => REJECTED,
    }
}

/// A bundle with a fault hides members that are listed nowhere, so it is a file of its own.
fn of_bundle(bundle: &ReadFile, before: &[Judged]) -> &'static str {
    if bundle.fault.is_none() {
        return BUNDLE;
    }
    let is_read = |member: &Judged| !member.file.is_bundle && !member.is_rejected();
    if members(bundle, before).any(is_read) { PARTIAL } else { REJECTED }
}

/// The members of a bundle, and those of bundles in it, among what was read before it: all that lies
/// deeper than the bundle itself, back to the first that does not.
fn members<'a>(bundle: &'a ReadFile, before: &'a [Judged]) -> impl Iterator<Item = &'a Judged> {
    before.iter().rev().take_while(|other| is_deeper(&other.file.bundle, &bundle.bundle))
}

/// Whether the bundle of one file lies inside the bundle of another; `outer > inner` lies in `outer`.
fn is_deeper(one: &str, other: &str) -> bool {
    if other.is_empty() {
        return !one.is_empty();
    }
    one.strip_prefix(other).is_some_and(|rest| rest.starts_with(" > "))
}
