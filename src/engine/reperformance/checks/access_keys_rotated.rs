//! `ACCESS_KEYS_ROTATED`: no active access key is older than the limit.

use crate::engine::reperformance::check::{Check, Reads, UserCase};
use crate::engine::reperformance::credentials::{Credential, access_keys, has_more, sorted};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check { test: "ACCESS_KEYS_ROTATED", reads: Reads::User { judge } }];

fn judge(case: &UserCase<'_>) -> Verdict {
    let limit = case.parameters.number("maxAccessKeyAge").filter(|days| *days > 0);
    let ages = sorted(&access_keys(case.user), limit, Credential::age);
    let allowed = limit.map(|days| format!("{days} days are allowed")).unwrap_or_default();
    if !ages.beyond.is_empty() {
        return Verdict::fail(format!("{}; {allowed}", ages.beyond.join(", ")));
    }
    if !ages.unclear.is_empty() {
        return Verdict::unknown(ages.unclear.join(", "));
    }
    if has_more(case.user) {
        return Verdict::unknown("the user has more access keys than the report shows, and nothing says how old they are");
    }
    if ages.exactly.is_empty() && ages.within.is_empty() {
        return Verdict::not_applicable("the user has no active access key");
    }
    Verdict::pass(format!("{}; {allowed}", [ages.exactly, ages.within].concat().join(", ")))
}
