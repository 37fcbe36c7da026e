//! [`ResourceState`]: a resource as one configuration item states it, its encodings taken off.

use serde_json::Value;

use super::bucket_memory::BucketMemory;
use crate::lake::ItemRow;
use crate::model::Instant;

/// How often a value may stand encoded as a string inside a string.
const DECODINGS_MAX: usize = 3;

/// A resource as one configuration item states it.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ResourceState {
    /// The item's own account.
    pub(in crate::engine) account: String,
    /// The item's own region; `global` for IAM.
    pub(in crate::engine) region: String,
    pub(in crate::engine) resource_type: String,
    pub(in crate::engine) resource_id: String,
    /// Or empty.
    pub(in crate::engine) resource_name: String,
    /// Or empty.
    pub(in crate::engine) resource_arn: String,
    pub(in crate::engine) captured_at: Instant,
    /// `configuration`; null where the item has none.
    pub(in crate::engine) configuration: Value,
    /// `supplementaryConfiguration` with each value decoded; null where the item has none.
    pub(in crate::engine) supplementary: Value,
    /// `relationships`; null where the item has none.
    pub(in crate::engine) relationships: Value,
    /// What was worked out of it, if it is a bucket's.
    pub(super) memory: BucketMemory,
}

impl ResourceState {
    /// Reads an item; text that is no JSON is as if it were not there.
    pub(in crate::engine) fn of_item(item: &ItemRow) -> Self {
        let json = |text: &str| decoded(serde_json::from_str(text).unwrap_or_default());
        let mut supplementary = json(&item.supplementary_configuration);
        if let Value::Object(members) = &mut supplementary {
            members.values_mut().for_each(|value| *value = decoded(value.take()));
        }
        Self {
            account: item.account.to_string(),
            region: item.region.to_string(),
            resource_type: item.resource_type.clone(),
            resource_id: item.resource_id.clone(),
            resource_name: item.resource_name.clone(),
            resource_arn: item.resource_arn.clone(),
            captured_at: item.captured_at,
            configuration: json(&item.configuration),
            supplementary,
            relationships: json(&item.relationships),
            memory: BucketMemory::default(),
        }
    }

    /// A member of `configuration`; null where it is not there.
    pub(in crate::engine) fn member(&self, name: &str) -> &Value {
        self.configuration.get(name).unwrap_or(&Value::Null)
    }

    /// A member of `supplementaryConfiguration`; `None` where the key is not there at all.
    pub(in crate::engine) fn supplementary(&self, name: &str) -> Option<&Value> {
        self.supplementary.get(name)
    }

    /// Whether the item holds a configuration to judge.
    pub(in crate::engine) fn has_configuration(&self) -> bool {
        self.configuration.is_object()
    }
}

/// A value with encodings as a string taken off, at most three of them: configuration is an object in
/// delivered files and a string of JSON in API output, an access control list a string in both.
pub(in crate::engine) fn decoded(mut value: Value) -> Value {
    for _ in 0..DECODINGS_MAX {
        let Value::String(text) = &value else { break };
        let trimmed = text.trim();
        let is_json = trimmed.starts_with(['{', '[', '"']) || matches!(trimmed, "null" | "true" | "false");
        match serde_json::from_str(trimmed) {
            Ok(inner) if is_json => value = inner,
            _ => break,
        }
    }
    value
}

/// The text of a value; empty for anything else.
pub(in crate::engine) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A yes or no, as a boolean or as its word in any case.
pub(in crate::engine) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A whole number, as a number or as its digits.
pub(in crate::engine) fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

/// The elements of a list; none for anything else.
pub(in crate::engine) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A member of an object by its name in any case, the exact spelling first: a trail's key stands as
/// `kmsKeyId`, `KmsKeyId` and `KMSKeyId`, by whoever wrote it down.
pub(in crate::engine) fn any_case<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?;
    let in_other_case = || members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(in_other_case)
}

#[cfg(test)]
impl ResourceState {
    /// A state for tests: a type, an id, `configuration` and `supplementaryConfiguration`.
    pub(in crate::engine) fn example(
        resource_type: &str,
        id: &str,
        configuration: Value,
        supplementary: Value,
    ) -> Self {
        let (account, region) = ("123456789012", "eu-west-1");
        let mut supplementary = supplementary;
        if let Value::Object(members) = &mut supplementary {
            members.values_mut().for_each(|value| *value = decoded(value.take()));
        }
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            resource_type: resource_type.to_owned(),
            resource_id: id.to_owned(),
            resource_name: String::new(),
            resource_arn: crate::model::derive_arn(resource_type, account, region, id).unwrap_or_default(),
            captured_at: Instant::parse_date("2026-01-15").unwrap(),
            configuration: decoded(configuration),
            supplementary,
            relationships: Value::Null,
            memory: BucketMemory::default(),
        }
    }
}
