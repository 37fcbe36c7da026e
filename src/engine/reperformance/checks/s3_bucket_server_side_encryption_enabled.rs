//! `S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED`: what is put into the bucket is encrypted by default, or the
//! bucket policy refuses what is not.

use serde_json::Value;

use crate::engine::reperformance::bucket_policy::bucket_policy;
use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::policy_document::{Effect, PolicyDocument, Statement, fits};
use crate::engine::reperformance::public_policy::named_principals;
use crate::engine::reperformance::resource::{ResourceState, flag};
use crate::engine::reperformance::verdict::Verdict;
use crate::model::{Instant, partition_of_region};

pub(super) const CHECKS: &[Check] = &[Check {
    test: "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
    reads: Reads::Resource { resource_type: "AWS::S3::Bucket", joins: &[], judge },
}];

/// All three of them encrypt with AES-256.
const ACCEPTED: [&str; 3] = ["AES256", "aws:kms", "aws:kms:dsse"];

/// 2023-01-05T00:00:00Z: from this day on S3 encrypts in every bucket, and an item without the setting is
/// no longer one of a bucket without it.
const ALWAYS_ENCRYPTED: Instant = Instant::from_microseconds(1_672_876_800_000_000);

/// The header by which a request asks for encryption, as a condition key.
const HEADER: &str = "s3:x-amz-server-side-encryption";

/// What an item says of default encryption.
enum DefaultEncryption {
    /// By an accepted algorithm.
    Accepted(String),
    /// By others only.
    Others(String),
    NotShown,
    Unreadable,
}

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let bucket = case.resource;
    if !bucket.supplementary.is_object() {
        return Verdict::unknown("the item does not show how the bucket encrypts");
    }
    let default = default_encryption(bucket);
    if let DefaultEncryption::Accepted(algorithm) = default {
        return Verdict::pass(format!("the bucket encrypts by default with {algorithm}"));
    }
    let policy = match bucket_policy(bucket) {
        Ok(policy) => policy,
        Err(why) => return Verdict::unknown(format!("no accepted default encryption is shown, and {why}")),
    };
    let refusal = policy.into_iter().flat_map(PolicyDocument::statements).find(|statement| refuses(statement, bucket));
    if let Some(statement) = refusal {
        return Verdict::pass(format!("{} of the bucket policy refuses what is not encrypted", statement.words()));
    }
    if let Some(flaw) = policy.and_then(PolicyDocument::flaw) {
        return Verdict::unknown(format!("no accepted default encryption is shown, and in the bucket policy, {flaw}"));
    }
    match default {
        DefaultEncryption::Others(algorithms) => Verdict::fail(format!(
            "the bucket encrypts by default with {algorithms}, which is none of {}",
            ACCEPTED.join(", ")
        )),
        DefaultEncryption::NotShown if bucket.captured_at < ALWAYS_ENCRYPTED => {
            Verdict::fail("the bucket has no default encryption, and its policy does not refuse what is not encrypted")
        }
        DefaultEncryption::NotShown => Verdict::unknown(
            "the item shows no default encryption, although S3 set one for every bucket on 2023-01-05",
        ),
        DefaultEncryption::Accepted(_) | DefaultEncryption::Unreadable => {
            Verdict::unknown("the item's setting of default encryption cannot be read")
        }
    }
}

fn default_encryption(bucket: &ResourceState) -> DefaultEncryption {
    let rules = match bucket.supplementary("ServerSideEncryptionConfiguration") {
        None | Some(Value::Null) => return DefaultEncryption::NotShown,
        Some(Value::Object(members)) => members.get("rules").unwrap_or(&Value::Null),
        Some(_) => return DefaultEncryption::Unreadable,
    };
    let rules = match rules {
        Value::Null => return DefaultEncryption::NotShown,
        Value::Array(rules) => rules.iter().map(algorithm).collect::<Vec<_>>(),
        _ => return DefaultEncryption::Unreadable,
    };
    let names: Vec<&str> = rules.iter().filter_map(|rule| rule.ok().flatten()).collect();
    match names.iter().find(|name| ACCEPTED.contains(name)) {
        Some(accepted) => DefaultEncryption::Accepted((*accepted).to_owned()),
        None if rules.iter().any(Result::is_err) => DefaultEncryption::Unreadable,
        None if names.is_empty() => DefaultEncryption::NotShown,
        None => DefaultEncryption::Others(names.join(", ")),
    }
}

/// The algorithm of a rule; `None` where it sets none.
///
/// # Errors
/// Nothing to say but that the rule has another form than S3's.
fn algorithm(rule: &Value) -> Result<Option<&str>, ()> {
    let default = rule.as_object().ok_or(())?.get("applyServerSideEncryptionByDefault");
    let Some(default) = default.filter(|default| !default.is_null()) else { return Ok(None) };
    match default.as_object().ok_or(())?.get("sseAlgorithm") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.trim()).filter(|name| !name.is_empty())),
        Some(_) => Err(()),
    }
}

/// Whether a statement refuses from everyone whatever is put anywhere into the bucket without encryption.
fn refuses(statement: &Statement<'_>, bucket: &ResourceState) -> bool {
    let everyone = named_principals(statement).is_some_and(|named| named.contains(&("AWS", Some("*"))));
    let fits_one = |element: &str, text: &str, all: bool| {
        let patterns = statement.texts(element).map(|texts| texts.values).unwrap_or_default();
        patterns.iter().any(|pattern| fits(pattern, text) && (!all || pattern.ends_with('*')))
    };
    statement.effect() == Effect::Deny
        && everyone
        && fits_one("Action", "s3:PutObject", false)
        && fits_one("Resource", &objects(bucket), true)
        && is_about_encryption(statement)
}

/// What the names of all objects of a bucket begin with: a pattern that fits this and ends in a star
/// takes in all of them.
fn objects(bucket: &ResourceState) -> String {
    match bucket.resource_arn.as_str() {
        "" => format!("arn:{}:s3:::{}/", partition_of_region(&bucket.region), bucket.resource_id),
        arn => format!("{arn}/"),
    }
}

/// Whether a statement's conditions ask for nothing but that the request names no accepted encryption:
/// any further condition would let some through.
fn is_about_encryption(statement: &Statement<'_>) -> bool {
    let conditions = statement.conditions();
    !conditions.is_empty()
        && conditions.iter().all(|(operator, key, values)| {
            let asks = match operator.to_ascii_lowercase().as_str() {
                // Met as well by a request without the header.
                "stringnotequals" | "stringnotequalsifexists" => {
                    |value: &&Value| value.as_str().is_some_and(|name| ACCEPTED.contains(&name))
                }
                "null" => |value: &&Value| flag(value) == Some(true),
                _ => |_: &&Value| false,
            };
            key.eq_ignore_ascii_case(HEADER) && !values.is_empty() && values.iter().all(asks)
        })
}
