//! `IAM_USER_UNUSED_CREDENTIALS_CHECK`: no enabled password and no active access key lies idle too long.

use crate::engine::reperformance::check::{Check, Reads, UserCase};
use crate::engine::reperformance::credentials::{Credential, access_keys, has_more, password, sorted};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] =
    &[Check { test: "IAM_USER_UNUSED_CREDENTIALS_CHECK", reads: Reads::User { judge } }];

fn judge(case: &UserCase<'_>) -> Verdict {
    let limit = case.parameters.number("maxCredentialUsageAge").filter(|days| *days > 0);
    let [first, second] = access_keys(case.user);
    let ages = sorted(&[password(case.user), first, second], limit, Credential::idle);
    let allowed = limit.map(|days| format!("{days} days are allowed")).unwrap_or_default();
    if !ages.beyond.is_empty() {
        return Verdict::fail(format!("{}; {allowed}", ages.beyond.join(", ")));
    }
    let exactly = ages.exactly.join(", ");
    let verdict = if !ages.unclear.is_empty() {
        Verdict::unknown(ages.unclear.join(", "))
    } else if has_more(case.user) {
        Verdict::unknown("the user has more credentials than the report shows, and nothing says how long they lie idle")
    } else if ages.exactly.is_empty() && ages.within.is_empty() {
        return Verdict::not_applicable("the user has no enabled password and no active access key");
    } else {
        Verdict::pass(format!("{}; {allowed}", [ages.exactly, ages.within].concat().join(", ")))
    };
    if exactly.is_empty() { verdict } else { verdict.and_beyond("idle_exactly_limit", format!("{exactly}, the very day of the limit")) }
}
