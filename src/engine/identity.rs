//! Who a statement is about: one subject, whatever name the statement uses (spec section 2).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::results::SubjectName;
use crate::lake::TieRow;
use crate::model::{AccountId, Arn, Region, account_of_arn, derive_arn};

/// The type of account-level subjects.
pub(super) const ACCOUNT_TYPE: &str = "AWS::::Account";

/// Whether subjects of a type belong to no region (spec section 1).
pub(super) fn is_global_type(resource_type: &str) -> bool {
    resource_type == ACCOUNT_TYPE || resource_type.starts_with("AWS::IAM::")
}

/// What a subject is known by: owner, type, and its ARN or else its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SubjectKey {
    pub(super) account: AccountId,
    pub(super) resource_type: Arc<str>,
    pub(super) key: Arc<str>,
}

/// A name that a statement uses, resolved.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) subject: SubjectKey,
    pub(super) resource_id: String,
    pub(super) resource_arn: String,
}

/// Where a statement was made, which decides names that do not say it themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) account: &'a AccountId,
    pub(super) region: &'a str,
}

type Names = BTreeSet<Arc<str>>;

/// A resource's type and id, or type and name.
type TypedName = (Arc<str>, Arc<str>);

/// What ties ids to names (ARNs), from every configuration item in the evidence.
#[derive(Debug, Default)]
pub(super) struct Ties {
    /// By account and region.
    by_region: HashMap<(TypedName, TypedName), Names>,
    by_account: HashMap<(Arc<str>, TypedName), Names>,
    /// IAM ids are unique in all of AWS.
    by_id: HashMap<TypedName, Names>,
    ids: HashMap<TypedName, Names>,
}

impl Ties {
    /// Takes in the pairs of one account.
    pub(super) fn add(&mut self, rows: BTreeSet<TieRow>) {
        for row in rows {
            let account: Arc<str> = row.recorder_account.into();
            let region: Arc<str> = row.recorder_region.into();
            let resource_type: Arc<str> = row.resource_type.into();
            let id: Arc<str> = row.resource_id.into();
            let arn: Arc<str> = row.resource_arn.into();
            let typed_id = (resource_type.clone(), id.clone());
            let in_region = ((account.clone(), region), typed_id.clone());
            self.by_region.entry(in_region).or_default().insert(arn.clone());
            self.by_account.entry((account, typed_id.clone())).or_default().insert(arn.clone());
            if resource_type.starts_with("AWS::IAM::") {
                self.by_id.entry(typed_id).or_default().insert(arn.clone());
            }
            self.ids.entry((resource_type, arn)).or_default().insert(id);
        }
    }

    /// The name (ARN) of an id: the item of the same account and region decides, else an only one of
    /// the account, else, for IAM, an only one anywhere.
    fn arn_of(&self, place: Place<'_>, resource_type: &str, id: &str) -> Option<Arc<str>> {
        let (account, resource_type, id): (Arc<str>, Arc<str>, Arc<str>) =
            (place.account.as_str().into(), resource_type.into(), id.into());
        let typed_id: TypedName = (resource_type, id);
        let in_region = ((account.clone(), Arc::from(place.region)), typed_id.clone());
        only(self.by_region.get(&in_region))
            .or_else(|| only(self.by_account.get(&(account, typed_id.clone()))))
            .or_else(|| only(self.by_id.get(&typed_id)))
    }

    /// The id that goes with a name (ARN); of several the last in order, as of a resource made again.
    fn id_of(&self, resource_type: &str, arn: &str) -> Option<Arc<str>> {
        let names = self.ids.get(&(Arc::from(resource_type), Arc::from(arn)))?;
        names.last().cloned()
    }

    /// Resolves the name that a statement made at `place` uses for a resource.
    pub(super) fn resolve(&self, place: Place<'_>, resource_type: &str, given: &str) -> Resolved {
        if resource_type == ACCOUNT_TYPE {
            return account_level(place, given);
        }
        let arn = if given.starts_with("arn:") {
            Some(Arc::from(given))
        } else {
            self.arn_of(place, resource_type, given)
                .or_else(|| derive_arn(resource_type, place.account.as_str(), place.region, given).map(Arc::from))
        };
        let resource_id = match &arn {
            Some(arn) if given.starts_with("arn:") => self
                .id_of(resource_type, arn)
                .map(|id| id.to_string())
                .or_else(|| id_in_arn(resource_type, arn))
                .unwrap_or_default(),
            _ => given.to_owned(),
        };
        let account = arn.as_deref().and_then(account_of_arn).unwrap_or_else(|| place.account.clone());
        let key = arn.clone().unwrap_or_else(|| Arc::from(given));
        Resolved {
            subject: SubjectKey { account, resource_type: resource_type.into(), key },
            resource_id,
            resource_arn: arn.map(|arn| arn.to_string()).unwrap_or_default(),
        }
    }
}

fn only(names: Option<&Names>) -> Option<Arc<str>> {
    names.filter(|names| names.len() == 1).and_then(|names| names.first().cloned())
}

/// An account is known by its number, whatever form of it a statement uses.
fn account_level(place: Place<'_>, given: &str) -> Resolved {
    let account = AccountId::parse(given)
        .or_else(|| account_of_arn(given))
        .or_else(|| given.rsplit(':').next().and_then(AccountId::parse))
        .unwrap_or_else(|| place.account.clone());
    Resolved { resource_id: account.to_string(), resource_arn: String::new(), subject: account_subject(&account) }
}

/// The subject that an account itself is.
pub(super) fn account_subject(account: &AccountId) -> SubjectKey {
    SubjectKey { account: account.clone(), resource_type: ACCOUNT_TYPE.into(), key: account.as_str().into() }
}

/// The id that a name (ARN) holds, for the types whose ids stand in their names.
fn id_in_arn(resource_type: &str, arn: &str) -> Option<String> {
    let derivable = matches!(
        resource_type,
        "AWS::EC2::SecurityGroup" | "AWS::EC2::VPC" | "AWS::S3::Bucket" | "AWS::CloudTrail::Trail"
    );
    derivable.then(|| Arn::parse(arn).map(|arn| arn.last_part().to_owned())).flatten()
}

/// How much a statement about a subject's region counts; the smallest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RegionBasis {
    /// Its own name (ARN) says so, or its type belongs to no region.
    Name,
    /// Its configuration item says so.
    Item,
    /// A finding says so.
    Finding,
    /// A rule ran there.
    Rule,
}

/// What is known of a subject beside its key.
#[derive(Clone, Debug, Default)]
struct Attributes {
    region: Option<(RegionBasis, Region)>,
    resource_id: String,
    resource_arn: String,
}

/// All subjects and how outputs name them.
#[derive(Debug, Default)]
pub(super) struct Registry {
    subjects: BTreeMap<SubjectKey, Attributes>,
}

impl Registry {
    /// Notes what a statement said of a subject's names and region. What is noted does not depend on
    /// the order of statements.
    pub(super) fn note(&mut self, resolved: &Resolved, basis: RegionBasis, region: &str) {
        let attributes = self.subjects.entry(resolved.subject.clone()).or_default();
        let statement = stated_region(resolved).or_else(|| Some((basis, Region::parse(region)?)));
        if let Some(statement) = statement
            && attributes.region.as_ref().is_none_or(|known| statement < *known)
        {
            attributes.region = Some(statement);
        }
        if resolved.resource_id > attributes.resource_id {
            attributes.resource_id.clone_from(&resolved.resource_id);
        }
        if attributes.resource_arn.is_empty() {
            attributes.resource_arn.clone_from(&resolved.resource_arn);
        }
    }

    /// Takes in another registry.
    pub(super) fn merge(&mut self, other: Self) {
        for (subject, attributes) in other.subjects {
            let Attributes { region, resource_id, resource_arn } = attributes;
            let resolved = Resolved { subject, resource_id, resource_arn };
            let (basis, region) = match &region {
                Some((basis, region)) => (*basis, region.as_str()),
                None => (RegionBasis::Rule, ""),
            };
            self.note(&resolved, basis, region);
        }
    }

    /// A subject's region.
    pub(super) fn region(&self, subject: &SubjectKey) -> Region {
        let stated = self.subjects.get(subject).and_then(|attributes| attributes.region.as_ref());
        stated.map_or_else(Region::global, |(_, region)| region.clone())
    }

    /// How outputs name a subject.
    pub(super) fn name(&self, subject: &SubjectKey) -> SubjectName {
        let attributes = self.subjects.get(subject).cloned().unwrap_or_default();
        let is_account = &*subject.resource_type == ACCOUNT_TYPE;
        SubjectName {
            account: subject.account.clone(),
            resource_type: subject.resource_type.to_string(),
            key: subject.key.to_string(),
            region: self.region(subject),
            resource_id: if is_account { subject.key.to_string() } else { attributes.resource_id },
            resource_arn: attributes.resource_arn,
        }
    }
}

fn stated_region(resolved: &Resolved) -> Option<(RegionBasis, Region)> {
    if is_global_type(&resolved.subject.resource_type) {
        return Some((RegionBasis::Name, Region::global()));
    }
    let region = Region::parse(Arn::parse(&resolved.resource_arn)?.region)?;
    Some((RegionBasis::Name, region))
}
