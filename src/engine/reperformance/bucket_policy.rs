//! A bucket's policy as its configuration items hold it.

use serde_json::Value;

use super::bucket_memory::BucketPolicy;
use super::policy_document::PolicyDocument;
use super::resource::{ResourceState, any_case};

/// The policy of a bucket; `None` where it has none. Read once for each state.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn bucket_policy(bucket: &ResourceState) -> Result<Option<&PolicyDocument>, &str> {
    let policy = bucket.memory.policy.get_or_init(|| read(bucket.supplementary("BucketPolicy")));
    policy.as_ref().map(Option::as_ref).map_err(String::as_str)
}

/// Reads what stands in the place of a policy: the document under `policyText`, or the document itself. An
/// object with anything else is a policy in a form that nobody knows.
fn read(stated: Option<&Value>) -> BucketPolicy {
    let unreadable = || "the bucket policy cannot be read".to_owned();
    let stated = match stated {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) if members.is_empty() => return Ok(None),
        Some(stated) => stated,
    };
    let is_document = || any_case(stated, "Statement").map(|_| stated);
    match any_case(stated, "policyText").or_else(is_document).ok_or_else(unreadable)? {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        document => PolicyDocument::read(document).map(Some).map_err(|why| format!("the bucket policy {why}")),
    }
}
