//! `CLOUD_TRAIL_ENCRYPTION_ENABLED`: a trail's log files are encrypted with a KMS key.
//!
//! Any key counts, by ARN, alias or id, of any account; whether it can still be used is not in the
//! evidence. How the bucket encrypts by itself makes no difference.

use serde_json::Value;

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::trail::Trail;
use crate::engine::reperformance::verdict::Verdict;
use crate::engine::reperformance::words::short;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "CLOUD_TRAIL_ENCRYPTION_ENABLED",
    reads: Reads::Resource { resource_type: "AWS::CloudTrail::Trail", joins: &[], judge },
}];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let trail = Trail(case.resource);
    match trail.member("kmsKeyId") {
        Some(Value::String(key)) if is_key(key) => {
            Verdict::pass(format!("log files are encrypted with KMS key {}", short(key.trim())))
        }
        Some(Value::String(_) | Value::Null) => Verdict::fail("no KMS key is set"),
        None if trail.is_complete() => Verdict::fail("no KMS key is set"),
        None => Verdict::unknown("the trail's configuration is not in the evidence, or not as a whole"),
        Some(_) => Verdict::unknown("what stands for the KMS key is not text"),
    }
}

/// Some tools write the absence of a key as a word.
fn is_key(text: &str) -> bool {
    let key = text.trim();
    !key.is_empty() && !["none", "null"].iter().any(|word| key.eq_ignore_ascii_case(word))
}
