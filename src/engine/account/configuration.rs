//! The few facts that populations need from a resource's raw configuration (spec section 5).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::engine::settings::TagFilter;
use crate::lake::ItemRow;

#[derive(Deserialize)]
struct SecurityGroup<'a> {
    #[serde(borrow, rename = "groupName")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "vpcId")]
    vpc: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Trail<'a> {
    #[serde(borrow, rename = "s3BucketName", alias = "S3BucketName")]
    bucket: Option<Cow<'a, str>>,
}

/// The VPC of an item's group, where the group is named `default` and has one.
pub(super) fn vpc_of_default_group(item: &ItemRow) -> Option<String> {
    let group: SecurityGroup<'_> = serde_json::from_str(&item.configuration).ok()?;
    let is_default = group.name.is_some_and(|name| name == "default");
    group.vpc.filter(|vpc| is_default && !vpc.is_empty()).map(Cow::into_owned)
}

/// The bucket that an item's trail delivers to.
pub(super) fn trail_bucket(item: &ItemRow) -> Option<String> {
    let trail: Option<Trail<'_>> = serde_json::from_str(&item.configuration).ok();
    trail.and_then(|trail| trail.bucket).filter(|bucket| !bucket.is_empty()).map(Cow::into_owned)
}

/// Whether an item carries a tag: in its tags, or where S3 keeps them. Tags that cannot be read count
/// as carrying it: what is not understood leaves nobody out.
pub(super) fn has_tag(item: &ItemRow, filter: &TagFilter) -> bool {
    let supplementary = json(&item.supplementary_configuration).unwrap_or_default();
    let tagging = supplementary.get("BucketTaggingConfiguration").cloned().map(decoded).unwrap_or_default();
    let sets = tagging.get("tagSets").and_then(Value::as_array).cloned().unwrap_or_default();
    let of_sets = sets.iter().filter_map(|set| set.get("tags")).cloned().map(decoded);
    let Some(own) = json(&item.tags) else { return !item.tags.is_empty() };
    std::iter::once(own).chain(of_sets).any(|tags| carries(&tags, filter).unwrap_or(true))
}

/// Text as JSON; `None` where it is none.
fn json(text: &str) -> Option<Value> {
    if text.is_empty() { Some(Value::Null) } else { serde_json::from_str(text).ok().map(decoded) }
}

/// A value out of the string that API output puts it in.
fn decoded(value: Value) -> Value {
    match &value {
        Value::String(text) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

/// Whether tags, as a map or as a list of keys and values, hold what is asked for; `None` where they
/// are in no form that is known.
fn carries(tags: &Value, filter: &TagFilter) -> Option<bool> {
    let is_wanted = |value: Option<&Value>| {
        let value = value.and_then(Value::as_str).unwrap_or_default();
        filter.values.is_empty() || filter.values.iter().any(|wanted| wanted == value)
    };
    match tags {
        Value::Null => Some(false),
        Value::Object(tags) => Some(tags.get(&filter.key).is_some_and(|value| is_wanted(Some(value)))),
        Value::Array(tags) => {
            let of = |tag: &Value, names: [&str; 3]| names.iter().find_map(|name| tag.get(name)).cloned();
            let mut pairs =
                tags.iter().map(|tag| (of(tag, ["key", "tagKey", "Key"]), of(tag, ["value", "tagValue", "Value"])));
            let is_tag = |(key, value): (Option<Value>, Option<Value>)| {
                key.as_ref().and_then(Value::as_str) == Some(filter.key.as_str()) && is_wanted(value.as_ref())
            };
            if tags.iter().any(|tag| of(tag, ["key", "tagKey", "Key"]).is_none()) {
                None
            } else {
                Some(pairs.any(is_tag))
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
