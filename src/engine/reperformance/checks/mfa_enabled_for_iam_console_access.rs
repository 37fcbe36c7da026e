//! `MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS`: who can sign in to the console with a password has a second factor.

use crate::engine::reperformance::check::{Check, Reads, UserCase};
use crate::engine::reperformance::credentials::{Answer, content};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] =
    &[Check { test: "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", reads: Reads::User { judge } }];

/// What AWS's rule says of users without a password is not documented: the test does not apply to them.
fn judge(case: &UserCase<'_>) -> Verdict {
    let user = case.user;
    match (Answer::of(&user.password_enabled), Answer::of(&user.mfa_active)) {
        (Answer::No, _) => Verdict::not_applicable("the user has no console password"),
        (Answer::Unclear(column), _) => {
            Verdict::unknown(format!("whether the user has a console password {}", content(column)))
        }
        (Answer::Yes, Answer::Yes) => Verdict::pass("the user has a console password and an MFA device"),
        (Answer::Yes, Answer::No) => Verdict::fail("the user has a console password and no MFA device"),
        (Answer::Yes, Answer::Unclear(column)) => Verdict::unknown(format!(
            "the user has a console password, and whether there is an MFA device {}",
            content(column)
        )),
    }
}
