//! How well a bucket that holds logs is kept from change, beyond what is public: who else may write,
//! delete or replace the policy, and whether what was deleted can be brought back.

use serde_json::Value;

use super::bucket_policy::bucket_policy;
use super::policy_document::{Effect, Statement};
use super::public_policy::{allows, named_principals};
use super::resource::{ResourceState, flag, text};
use super::verdict::Beyond;

/// The service that delivers trail logs.
const CLOUDTRAIL: (&str, &str) = ("Service", "cloudtrail.amazonaws.com");
/// How many principals an observation names before it only counts.
const NAMED_MAX: usize = 5;
/// What the control keeps to administrators: how actions begin, or their whole names, and in words.
const KEPT: [(&[&str], &[&str], &str); 3] = [
    (&["s3:PutObject"], &[], "put objects"),
    (&["s3:DeleteObject"], &[], "delete objects"),
    (&[], &["s3:PutBucketPolicy"], "replace the bucket policy"),
];

/// All that was seen, ordered by kind of thing and by statement.
pub(super) fn observations(bucket: &ResourceState) -> Vec<Beyond> {
    let mut seen = Vec::new();
    if let Ok(Some(policy)) = bucket_policy(bucket) {
        seen.extend(policy.statements().filter_map(|statement| writers(&statement)));
    }
    let mut add = |kind, words: &str| seen.push(Beyond { kind, words: words.to_owned() });
    if let Some(versioning) = bucket.supplementary("BucketVersioningConfiguration").filter(|value| value.is_object()) {
        let member = |name: &str| versioning.get(name).unwrap_or(&Value::Null);
        if !is_on(member("status")) {
            add("versioning_off", "the bucket keeps no versions: what is overwritten or deleted is lost");
        }
        if !is_on(member("isMfaDeleteEnabled")) {
            add("mfa_delete_off", "deleting a version takes no second factor");
        }
    }
    if bucket.supplementary.is_object() && !is_locked(bucket) {
        add("no_object_lock", "no object lock keeps objects from being deleted");
    }
    seen
}

/// Whom a statement lets change what the bucket holds, beside CloudTrail itself.
fn writers(statement: &Statement<'_>) -> Option<Beyond> {
    let is_allowed =
        |(beginnings, names, _): &&(&[&str], &[&str], &str)| allows(statement, beginnings, names) == Some(true);
    let kept: Vec<&str> = KEPT.iter().filter(is_allowed).map(|(_, _, words)| *words).collect();
    if statement.effect() != Effect::Allow || kept.is_empty() {
        return None;
    }
    let who = other_principals(statement)?;
    let words = format!("{} of the bucket policy lets {who} {}", statement.words(), kept.join(", "));
    Some(Beyond { kind: "writers_beside_cloudtrail", words })
}

/// The principals of a statement but CloudTrail, in words; `None` where there are none.
fn other_principals(statement: &Statement<'_>) -> Option<String> {
    let Some(named) = named_principals(statement) else {
        return Some("everyone but those it names".to_owned());
    };
    let others: Vec<&str> = named
        .iter()
        .filter(|(kind, name)| (*kind, name.unwrap_or_default()) != CLOUDTRAIL)
        .map(|(_, name)| name.unwrap_or("somebody unnamed"))
        .collect();
    let first = others.iter().take(NAMED_MAX).map(|name| if *name == "*" { "everyone" } else { name });
    let first = first.collect::<Vec<_>>().join(", ");
    let rest = others.len().saturating_sub(NAMED_MAX);
    match others.len() {
        0 => None,
        _ if rest == 0 => Some(first),
        _ => Some(format!("{first} and {rest} more")),
    }
}

/// Whether an object lock is set; an item of a bucket without one holds no such setting.
fn is_locked(bucket: &ResourceState) -> bool {
    match bucket.supplementary("ObjectLockConfiguration") {
        Some(Value::Object(members)) => {
            let stated = members.get("objectLockEnabled").or_else(|| members.get("ObjectLockEnabled"));
            !members.is_empty() && stated.is_none_or(is_on)
        }
        _ => false,
    }
}

/// Whether a setting is on, be it written as a word or as a boolean.
fn is_on(setting: &Value) -> bool {
    flag(setting) == Some(true) || text(setting).eq_ignore_ascii_case("Enabled")
}
