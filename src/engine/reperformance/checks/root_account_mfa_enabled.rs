//! `ROOT_ACCOUNT_MFA_ENABLED`: the root user signs in with a second factor.
//!
//! Where the root user has neither password nor access keys, there is nothing to sign in with, and the
//! test does not apply. What counts of credential report and account summary says
//! [`root_user`](crate::engine::reperformance::root_user); where both count and contradict each other,
//! the verdict is unknown and shows both.

use crate::engine::reperformance::check::{AccountCase, Check, Need, Reads};
use crate::engine::reperformance::root_user::{Key, Report, RootUser, Summary};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "ROOT_ACCOUNT_MFA_ENABLED",
    reads: Reads::Account { needs: &[Need::Root, Need::Summary], judge },
}];

fn judge(case: &AccountCase<'_>) -> Option<Verdict> {
    let root = RootUser::of(case);
    match Said::on(&root, Report::mfa, Summary::mfa) {
        Said::Yes(who) => Some(Verdict::pass(format!("MFA of the root user is on by {who}"))),
        Said::No(who) => Some(without_mfa(&root, &who)),
        Said::Both { yes, no } => {
            Some(Verdict::unknown(format!("MFA of the root user is on by {yes}, and off by {no}")))
        }
        Said::Nothing => root.report.map(|report| {
            Verdict::unknown(format!("{} does not readably state MFA of the root user", report.words()))
        }),
    }
}

/// The verdict where MFA is off: does the root user have anything to sign in with?
fn without_mfa(root: &RootUser<'_>, who: &str) -> Verdict {
    let off = format!("MFA of the root user is off by {who}");
    let keys = root.summary.as_ref().and_then(Summary::keys);
    match keys.or_else(|| root.report.as_ref().and_then(has_active_key)) {
        Some(true) => Verdict::fail(format!("{off}, and there is an access key")),
        keys => match Said::on(root, Report::password, Summary::password) {
            Said::Yes(_) => Verdict::fail(format!("{off}, and there is a password")),
            Said::No(_) if keys.is_some() => {
                Verdict::not_applicable(format!("{off}; the root user has neither password nor access key"))
            }
            Said::Both { yes, no } => {
                Verdict::unknown(format!("{off}; there is a password by {yes}, and none by {no}"))
            }
            // What only a summary says is missing a fact that older summaries do not have.
            Said::No(_) | Said::Nothing if root.report.is_none() => {
                Verdict::fail(format!("{off}, and nothing shows that there is neither password nor access key"))
            }
            Said::No(_) | Said::Nothing => {
                Verdict::unknown(format!("{off}; whether there is a password or an access key cannot be read"))
            }
        },
    }
}

fn has_active_key(report: &Report<'_>) -> Option<bool> {
    let keys = report.keys().map(Key::is_active);
    if keys.contains(&Some(true)) {
        return Some(true);
    }
    (!keys.contains(&None)).then_some(false)
}

/// What the sources that count say to one question, and which of them say so.
enum Said {
    Yes(String),
    No(String),
    /// They contradict each other.
    Both {
        yes: String,
        no: String,
    },
    Nothing,
}

impl Said {
    fn on<'a>(
        root: &RootUser<'a>,
        ask_report: fn(&Report<'a>) -> Option<bool>,
        ask_summary: fn(&Summary<'a>) -> Option<bool>,
    ) -> Self {
        let by_summary = root.summary.as_ref().and_then(|summary| Some((ask_summary(summary)?, summary.words())));
        let is_outdated = by_summary.is_some() && root.is_report_outdated;
        let report = root.report.as_ref().filter(|_| !is_outdated);
        let by_report = report.and_then(|report| Some((ask_report(report)?, report.words())));
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for (answer, who) in by_report.into_iter().chain(by_summary) {
            if answer { &mut yes } else { &mut no }.push(who);
        }
        let (yes, no) = (yes.join(" and "), no.join(" and "));
        match (yes.is_empty(), no.is_empty()) {
            (true, true) => Self::Nothing,
            (false, true) => Self::Yes(yes),
            (true, false) => Self::No(no),
            (false, false) => Self::Both { yes, no },
        }
    }
}
