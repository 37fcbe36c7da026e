//! `IAM_ROOT_ACCESS_KEY_CHECK`: the root user has no access key, not even an inactive one.
//!
//! Where the account summary counts (see [`root_user`](crate::engine::reperformance::root_user)), it
//! decides, unless a report of the same hours shows a key that it does not count. It counts inactive keys as
//! well. A credential report alone cannot exclude an inactive key,
//! for which IAM documents the same words as for none.

use crate::engine::reperformance::check::{AccountCase, Check, Need, Reads};
use crate::engine::reperformance::root_user::{Key, Report, RootUser};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "IAM_ROOT_ACCESS_KEY_CHECK",
    reads: Reads::Account { needs: &[Need::Root, Need::Summary], judge },
}];

fn judge(case: &AccountCase<'_>) -> Option<Verdict> {
    let root = RootUser::of(case);
    let counted = root.summary.as_ref().and_then(|summary| Some((summary.words(), summary.keys()?)));
    // A report that is outdated explains nothing of what a newer summary counts.
    let report = root.report.as_ref().filter(|_| counted.is_none() || !root.is_report_outdated);
    match (counted, report) {
        (Some((words, true)), report) => {
            let verdict = Verdict::fail(format!("{words} counts an access key of the root user"));
            Some(report.map_or(verdict.clone(), |report| with_inactive(verdict, report)))
        }
        (Some((words, false)), report) => {
            let pass = || Verdict::pass(format!("{words} counts no access key of the root user"));
            Some(report.and_then(|report| contradiction(&words, report)).unwrap_or_else(pass))
        }
        (None, Some(report)) => Some(by_report(report)),
        (None, None) => None,
    }
}

fn by_report(report: &Report<'_>) -> Verdict {
    let words = report.words();
    let keys = report.keys();
    if let Some(shown) = shown(report) {
        return with_inactive(Verdict::fail(format!("{words} shows {shown}")), report);
    }
    if keys.contains(&Key::Unreadable) {
        return Verdict::unknown(format!("{words} does not readably state the root user's access keys"));
    }
    if report.has_more_credentials() {
        return Verdict::unknown(format!("{words} says that the root user has more credentials than it shows"));
    }
    Verdict::pass(format!("{words} shows no access key of the root user")).and_beyond(
        "inactive_root_key_not_excluded",
        "a credential report does not fully exclude an inactive access key; an account summary would",
    )
}

/// The keys that the report shows, in words; `None` where it shows none.
fn shown(report: &Report<'_>) -> Option<String> {
    let [first, second] = report.keys();
    let named = [(1, first), (2, second)].into_iter().filter_map(|(number, key)| match key {
        Key::Active => Some(format!("root access key {number}, active")),
        Key::Inactive => Some(format!("root access key {number}, inactive")),
        Key::Missing | Key::Unreadable => None,
    });
    Some(named.collect::<Vec<_>>().join(" and ")).filter(|words| !words.is_empty())
}

fn with_inactive(verdict: Verdict, report: &Report<'_>) -> Verdict {
    if !report.keys().contains(&Key::Inactive) {
        return verdict;
    }
    let words = format!("{} shows a root access key that is inactive; it still exists", report.words());
    verdict.and_beyond("root_key_inactive", words)
}

/// What a report shows and a summary of the same hours does not: one of the two is not current, and nothing
/// tells which.
fn contradiction(words: &str, report: &Report<'_>) -> Option<Verdict> {
    let shown = shown(report)?;
    Some(Verdict::unknown(format!("{words} counts no access key of the root user, {} shows {shown}", report.words())))
}
