//! `IAM_USER_NO_POLICIES_CHECK`: a user gets its permissions through groups and roles only.
//!
//! A permissions boundary grants nothing and is no policy of the user's; groups are not looked into.

use serde_json::Value;

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::resource::{decoded, text};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "IAM_USER_NO_POLICIES_CHECK",
    reads: Reads::Resource { resource_type: "AWS::IAM::User", joins: &[], judge },
}];

/// How many policies a reason names before it only counts.
const NAMED_MAX: usize = 5;

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let user = case.resource;
    if user.configuration.as_object().is_none_or(serde_json::Map::is_empty) {
        return Verdict::unknown("the item does not show how the user is configured");
    }
    let inline = policies(user.member("userPolicyList"), "inline policy");
    let attached = policies(user.member("attachedManagedPolicies"), "attached policy");
    let found = [inline.as_deref(), attached.as_deref()].into_iter().flatten().flatten().collect::<Vec<_>>();
    if !found.is_empty() {
        let named = found.iter().take(NAMED_MAX).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        let rest = found.len().saturating_sub(NAMED_MAX);
        let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        return Verdict::fail(format!("the user has {named}{more} of its own"));
    }
    if inline.is_none() || attached.is_none() {
        return Verdict::unknown("the item's list of policies is no list");
    }
    if user.member("userPolicyList").is_null() || user.member("attachedManagedPolicies").is_null() {
        return Verdict::pass("the item lists no policy of the user's own; one of its lists is left out");
    }
    Verdict::pass("the user has no policy of its own")
}

/// Each policy of a list in words: an element counts whatever its form. `None` where it is no list.
fn policies(list: &Value, kind: &str) -> Option<Vec<String>> {
    match decoded(list.clone()) {
        Value::Null => Some(Vec::new()),
        Value::Array(elements) => Some(elements.iter().map(|element| format!("{kind} {}", name(element))).collect()),
        _ => None,
    }
}

fn name(policy: &Value) -> &str {
    let member = |name: &str| policy.get(name).map(text).filter(|name| !name.is_empty());
    member("policyName").or_else(|| member("policyArn")).unwrap_or("without a name")
}
