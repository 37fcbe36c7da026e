//! Which subject an id, an ARN or a finding's resource names.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, Item};

/// A subject: account, resource type and key (the ARN, else the id).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    /// Account.
    pub(crate) account: String,
    /// Resource type.
    pub(crate) resource_type: String,
    /// ARN, else id.
    pub(crate) key: String,
}

/// The ties between ids and ARNs.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    in_region: BTreeMap<(String, String, String, String), BTreeSet<String>>,
    in_account: BTreeMap<(String, String, String), BTreeSet<String>>,
    regions: BTreeMap<(String, String), String>,
}

/// The only member of a set.
fn only(set: Option<&BTreeSet<String>>) -> Option<String> {
    set.filter(|set| set.len() == 1).and_then(|set| set.first().cloned())
}

/// Whether this type belongs to the whole account.
pub(crate) fn is_global(resource_type: &str) -> bool {
    resource_type == "AWS::::Account" || resource_type.starts_with("AWS::IAM::")
}

/// The partition of a region.
fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else {
        "aws"
    }
}

/// The ARN that follows from type, account, region and id.
fn derived(resource_type: &str, account: &str, region: &str, id: &str) -> Option<String> {
    let p = partition(region);
    Some(match resource_type {
        "AWS::EC2::SecurityGroup" => format!("arn:{p}:ec2:{region}:{account}:security-group/{id}"),
        "AWS::EC2::VPC" => format!("arn:{p}:ec2:{region}:{account}:vpc/{id}"),
        "AWS::S3::Bucket" => format!("arn:{p}:s3:::{id}"),
        "AWS::CloudTrail::Trail" => format!("arn:{p}:cloudtrail:{region}:{account}:trail/{id}"),
        _ => return None,
    })
}

/// The account of an account-level resource's id, in any of its spellings.
fn account_of(id: &str) -> String {
    if let Some(account) = id.strip_prefix("AWS::::Account:") {
        return account.to_owned();
    }
    if id.starts_with("arn:") { id.split(':').nth(4).unwrap_or_default().to_owned() } else { id.to_owned() }
}

impl Ties {
    /// Reads all items once.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let mut ties = Ties::default();
        for item in evidence.items.values() {
            ties.add(item);
        }
        ties
    }

    fn add(&mut self, item: &Item) {
        let (kind, id) = (item.resource_type.clone(), item.id.clone());
        if kind == "AWS::S3::Bucket" && !item.region.is_empty() {
            self.regions.insert((kind.clone(), id.clone()), item.region.clone());
        }
        let Some(arn) = item.arn.clone() else { return };
        for account in [item.account.clone(), item.recorder.0.clone()] {
            for region in [item.region.clone(), item.recorder.1.clone()] {
                self.in_region
                    .entry((kind.clone(), account.clone(), region, id.clone()))
                    .or_default()
                    .insert(arn.clone());
            }
            self.in_account.entry((kind.clone(), account, id.clone())).or_default().insert(arn.clone());
        }
    }

    /// The subject that this id names where it was said.
    pub(crate) fn subject(&self, resource_type: &str, account: &str, region: &str, id: &str) -> Subject {
        let kind = resource_type.to_owned();
        if kind == "AWS::::Account" {
            let account = account_of(id);
            return Subject { account: account.clone(), resource_type: kind, key: account };
        }
        let key = if id.starts_with("arn:") {
            id.to_owned()
        } else {
            only(self.in_region.get(&(kind.clone(), account.to_owned(), region.to_owned(), id.to_owned())))
                .or_else(|| only(self.in_account.get(&(kind.clone(), account.to_owned(), id.to_owned()))))
                .or_else(|| derived(resource_type, account, region, id))
                .unwrap_or_else(|| id.to_owned())
        };
        let named = if key.starts_with("arn:") { key.split(':').nth(4).unwrap_or_default() } else { "" };
        let named = if named.len() == 12 && named.chars().all(|c| c.is_ascii_digit()) { named } else { account };
        Subject { account: named.to_owned(), resource_type: kind, key }
    }

    /// The subject of a configuration item.
    pub(crate) fn subject_of(&self, item: &Item) -> Subject {
        let id = item.arn.as_deref().unwrap_or(&item.id);
        let region = if item.region.is_empty() { &item.recorder.1 } else { &item.region };
        self.subject(&item.resource_type, &item.account, region, id)
    }

    /// The region of a subject; `said` is where somebody spoke of it.
    pub(crate) fn region(&self, subject: &Subject, said: &str) -> String {
        if is_global(&subject.resource_type) {
            return "global".to_owned();
        }
        if subject.resource_type == "AWS::S3::Bucket" {
            let name = subject.key.rsplit(':').next().unwrap_or_default().to_owned();
            return self
                .regions
                .get(&(subject.resource_type.clone(), name))
                .cloned()
                .unwrap_or_else(|| said.to_owned());
        }
        subject.key.split(':').nth(3).filter(|r| !r.is_empty()).map_or_else(|| said.to_owned(), str::to_owned)
    }
}
