//! [`Trail`]: a trail's configuration as its item states it, in whichever spelling. Judges nothing.

use serde_json::Value;

use super::resource::{ResourceState, any_case, flag, text};
use super::words::short;

/// A trail as one item states it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trail<'a>(pub(super) &'a ResourceState);

impl<'a> Trail<'a> {
    /// A member of the configuration; `None` where the key is not there at all.
    pub(super) fn member(self, name: &str) -> Option<&'a Value> {
        any_case(&self.0.configuration, name)
    }

    /// A member's text without blanks around it; empty where there is none.
    pub(super) fn text(self, name: &str) -> &'a str {
        self.member(name).map(text).unwrap_or_default().trim()
    }

    /// A member's yes or no; `None` where there is none that can be read.
    pub(super) fn flag(self, name: &str) -> Option<bool> {
        self.member(name).and_then(flag)
    }

    /// Whether the configuration is there as a whole: then a key that is missing was not set. Every trail
    /// has a bucket and an ARN.
    pub(super) fn is_complete(self) -> bool {
        !self.text("s3BucketName").is_empty() || !self.text("trailARN").is_empty()
    }

    /// What people call it.
    pub(super) fn name(self) -> String {
        let names = [self.text("name"), &self.0.resource_name, &self.0.resource_id];
        short(names.into_iter().find(|name| !name.is_empty()).unwrap_or_default())
    }

    /// The account that its ARN names, else the item's.
    pub(super) fn owner(self) -> &'a str {
        let arns = [self.0.resource_arn.as_str(), self.text("trailARN")];
        let named = arns.into_iter().filter_map(|arn| arn.split(':').nth(4)).find(|account| !account.is_empty());
        named.unwrap_or(&self.0.account)
    }
}
