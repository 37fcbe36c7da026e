//! The few facts that populations need from a resource's raw configuration (spec section 5).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

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

#[derive(Deserialize)]
struct BucketTags {
    #[serde(rename = "BucketTaggingConfiguration")]
    tagging: Option<Tagging>,
}

#[derive(Deserialize)]
struct Tagging {
    #[serde(rename = "tagSets", default)]
    sets: Vec<TagSet>,
}

#[derive(Deserialize)]
struct TagSet {
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// Whether an item is of a group named `default` that has a VPC.
pub(super) fn is_default_group(item: &ItemRow) -> bool {
    let group: Option<SecurityGroup<'_>> = serde_json::from_str(&item.configuration).ok();
    let is_named = |text: &Cow<'_, str>| *text == "default";
    group.is_some_and(|group| group.name.as_ref().is_some_and(is_named) && group.vpc.is_some_and(|vpc| !vpc.is_empty()))
}

/// The bucket that an item's trail delivers to.
pub(super) fn trail_bucket(item: &ItemRow) -> Option<String> {
    let trail: Option<Trail<'_>> = serde_json::from_str(&item.configuration).ok();
    trail.and_then(|trail| trail.bucket).filter(|bucket| !bucket.is_empty()).map(Cow::into_owned)
}

/// Whether an item carries a tag: in its tags, or where S3 keeps them.
pub(super) fn has_tag(item: &ItemRow, filter: &TagFilter) -> bool {
    let own: BTreeMap<String, String> = serde_json::from_str(&item.tags).unwrap_or_default();
    let of_bucket: Option<BucketTags> = serde_json::from_str(&item.supplementary_configuration).ok();
    let sets = of_bucket.and_then(|tags| tags.tagging).map(|tagging| tagging.sets).unwrap_or_default();
    let all = std::iter::once(&own).chain(sets.iter().map(|set| &set.tags));
    let mut values = all.filter_map(|tags| tags.get(&filter.key));
    values.any(|value| filter.values.is_empty() || filter.values.contains(value))
}
