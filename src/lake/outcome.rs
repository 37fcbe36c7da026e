//! What became of each file and bundle that was offered, in one word. Opens and writes nothing.

use super::intake::ReadFile;

/// The outcome of a bundle that is whole: its members stand for it.
pub(super) const BUNDLE: &str = "bundle";
const ACCEPTED: &str = "accepted";
const PARTIAL: &str = "partial";
const SET_ASIDE: &str = "set_aside";
const REJECTED: &str = "rejected";

/// A file with what became of it.
pub(super) struct Judged {
    pub(super) file: ReadFile,
    pub(super) outcome: &'static str,
}

impl Judged {
    /// Whether nothing of it could be used.
    pub(super) fn is_rejected(&self) -> bool {
        self.outcome == REJECTED
    }

    /// Whether something of it could not be used.
    pub(super) fn is_partial(&self) -> bool {
        self.outcome == PARTIAL
    }
}

/// Judges files as they were read: each bundle behind its members, bundles in it among them.
pub(super) fn judged(files: Vec<ReadFile>) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(files.len());
    for file in files {
        let outcome = if file.is_bundle { of_bundle(&file, &judged) } else { of_file(&file) };
        judged.push(Judged { file, outcome });
    }
    judged
}

/// A file of which nothing at all could be used is rejected, whatever it was recognised as.
fn of_file(file: &ReadFile) -> &'static str {
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
