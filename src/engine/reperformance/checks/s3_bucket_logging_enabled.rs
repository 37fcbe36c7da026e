//! `S3_BUCKET_LOGGING_ENABLED`: access to the bucket is logged by S3 itself.
//!
//! Data events of a trail log the same, and the rule does not credit them.

use serde_json::Value;

use crate::engine::reperformance::check::{Check, Join, Reads, ResourceCase, Within};
use crate::engine::reperformance::parameters::Parameters;
use crate::engine::reperformance::resource::{ResourceState, text};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "S3_BUCKET_LOGGING_ENABLED",
    reads: Reads::Resource { resource_type: BUCKET, joins: &[LOG_BUCKET], judge },
}];

const BUCKET: &str = "AWS::S3::Bucket";

/// The bucket that the logs go to, which S3 wants in the same account.
const LOG_BUCKET: Join = Join {
    resource_type: BUCKET,
    within: Within::Account,
    wants: |bucket| destination(bucket).ok().flatten().map(|(name, _)| name.to_owned()).into_iter().collect(),
    key: |bucket| Some(bucket.resource_id.clone()),
};

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let bucket = case.resource;
    let (destination, prefix) = match destination(bucket) {
        Err(why) => return Verdict::unknown(why),
        Ok(None) => return Verdict::fail("the bucket does not log access"),
        Ok(Some(found)) => found,
    };
    let logs = format!("the bucket logs access to {destination} under the prefix `{prefix}`");
    if let Some(wanted) = missed(case.parameters, destination, prefix) {
        return Verdict::fail(format!("{logs}, where {wanted} is wanted"));
    }
    let verdict = Verdict::pass(logs);
    if destination == bucket.resource_id {
        return verdict.and_beyond("logs_to_itself", "the bucket logs access to itself");
    }
    if case.joined.first().is_none_or(|joined| joined.resources.is_empty()) {
        let words = format!("the logs go to the bucket {destination}, which is not among those of the account");
        return verdict.and_beyond("log_bucket_not_in_account", words);
    }
    verdict
}

/// Where a bucket logs to, and the prefix there, which may be empty; `None` where it does not log.
fn destination(bucket: &ResourceState) -> Result<Option<(&str, &str)>, &'static str> {
    if !bucket.supplementary.is_object() {
        return Err("the item does not show whether the bucket logs access");
    }
    let unreadable = Err("the item's setting of access logging cannot be read");
    let logging = match bucket.supplementary("BucketLoggingConfiguration") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => return unreadable,
    };
    let prefix = logging.get("logFilePrefix").map(text).unwrap_or_default();
    match logging.get("destinationBucketName") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.trim().is_empty() => Ok(None),
        Some(Value::String(name)) => Ok(Some((name, prefix))),
        Some(_) => unreadable,
    }
}

/// The parameter that is not met, in words.
fn missed(parameters: &Parameters, destination: &str, prefix: &str) -> Option<String> {
    let unmet = |name: &str, found: &str| parameters.text(name).filter(|wanted| *wanted != found).map(str::to_owned);
    let bucket = unmet("targetBucket", destination).map(|wanted| format!("the bucket {wanted}"));
    bucket.or_else(|| unmet("targetPrefix", prefix).map(|wanted| format!("the prefix `{wanted}`")))
}
