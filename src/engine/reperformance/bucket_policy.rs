//! A bucket's policy as its configuration items hold it.

use serde_json::Value;

use super::policy_document::PolicyDocument;
use super::resource::ResourceState;

/// The policy of a bucket; `None` where it has none.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn bucket_policy(bucket: &ResourceState) -> Result<Option<PolicyDocument>, String> {
    let document = match bucket.supplementary("BucketPolicy") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) if members.contains_key("Statement") => Value::Object(members.clone()),
        Some(Value::Object(members)) => members.get("policyText").cloned().unwrap_or_default(),
        Some(_) => return Err("the bucket policy cannot be read".to_owned()),
    };
    match document {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        document => PolicyDocument::read(&document).map(Some).map_err(|why| format!("the bucket policy {why}")),
    }
}
