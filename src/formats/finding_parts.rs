//! What findings in ASFF and in OCSF share: account, region, resources, and the product's own fields.
//!
//! Both decoders go through here, so that one finding exported in both forms gives the same record.

use serde::Deserialize;

use super::json_values::{Member, bad_record, quoted, required_text, scalar_text, text};
use super::records::{FindingResource, RecordError};
use super::resource_types::{ACCOUNT_TYPE, config_type};
use crate::model::{AccountId, Arn, ProblemCode, Region};

/// How Security Hub writes an account as a resource.
const ACCOUNT_PREFIX: &str = "AWS::::Account:";

/// `ProductFields` of control findings: which standard's control, and which Config rule is behind it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ProductMembers<'a> {
    #[serde(borrow, rename = "ControlId")]
    pub(crate) control_id: Member<'a>,
    #[serde(borrow, rename = "RuleId")]
    pub(crate) rule_id: Member<'a>,
    #[serde(borrow, rename = "StandardsArn")]
    pub(crate) standards_arn: Member<'a>,
    #[serde(borrow, rename = "StandardsGuideArn")]
    pub(crate) standards_guide_arn: Member<'a>,
    #[serde(borrow, rename = "RelatedAWSResources:0/name")]
    pub(crate) related_name: Member<'a>,
    #[serde(borrow, rename = "RelatedAWSResources:0/type")]
    pub(crate) related_type: Member<'a>,
    #[serde(borrow, rename = "aws/config/ConfigRuleName")]
    pub(crate) config_rule_name: Member<'a>,
}

impl ProductMembers<'_> {
    /// `ControlId`, else `RuleId` (CIS 1.2.0), else empty.
    pub(crate) fn standard_control_id(&self) -> Result<String, RecordError> {
        first_stated([self.control_id, self.rule_id])
    }

    /// `StandardsArn`, else `StandardsGuideArn` (CIS 1.2.0), else empty.
    pub(crate) fn standards_arn(&self) -> Result<String, RecordError> {
        first_stated([self.standards_arn, self.standards_guide_arn])
    }

    /// The related resource's name where it is a Config rule, else `aws/config/ConfigRuleName`, else
    /// empty.
    pub(crate) fn config_rule_name(&self) -> Result<String, RecordError> {
        let related = is_config_rule(&scalar_text(self.related_type)?).then_some(self.related_name).flatten();
        first_stated([related, self.config_rule_name])
    }
}

/// Whether a type or category is that of Config's rules.
pub(crate) fn is_config_rule(written: &str) -> bool {
    written == "AWS::Config::ConfigRule"
}

/// The account of a finding.
///
/// # Errors
/// `BadRecord` for anything but twelve digits, such as an account that was masked.
pub(crate) fn account(name: &str, member: Member<'_>) -> Result<AccountId, RecordError> {
    let written = required_text(name, member)?;
    AccountId::parse(&written)
        .ok_or_else(|| bad_record(format!("`{name}` is not an account of twelve digits: {}", quoted(&written))))
}

/// The region of a finding: as stated, else that of its first resource, else the one that the
/// product's name or the finding's own id carries.
///
/// # Errors
/// `BadRecord` where what is stated is no region, `MissingContext` where nothing names one.
pub(crate) fn region(
    name: &str,
    stated: Member<'_>,
    resources: &[FindingResource],
    arns: [&str; 2],
) -> Result<Region, RecordError> {
    let stated = text(name, stated)?;
    if !stated.is_empty() {
        let refused = || bad_record(format!("`{name}` is not a region: {}", quoted(&stated)));
        return Region::parse(&stated).ok_or_else(refused);
    }
    let of_resource = resources.first().and_then(|resource| Region::parse(&resource.region));
    let of_arns = || arns.iter().find_map(|arn| Arn::parse(arn).and_then(|arn| Region::parse(arn.region)));
    of_resource.or_else(of_arns).ok_or_else(|| RecordError {
        code: ProblemCode::MissingContext,
        what: format!("`{name}` is missing, and neither resource nor product nor finding id names a region"),
    })
}

/// A resource under Config's type name, an account by its twelve digits.
///
/// # Errors
/// `BadRecord` for an account that was masked.
pub(crate) fn resource(written_type: &str, written_id: &str, region: &str) -> Result<FindingResource, RecordError> {
    let resource_type = config_type(written_type);
    let number = account_number(resource_type, written_id);
    if number.is_none() && written_id.starts_with(ACCOUNT_PREFIX) {
        return Err(bad_record(format!("a resource is not an account of twelve digits: {}", quoted(written_id))));
    }
    Ok(FindingResource {
        resource_type: resource_type.to_owned(),
        resource_id: number.unwrap_or(written_id).to_owned(),
        region: region.to_owned(),
    })
}

/// The twelve digits of an account written as a resource: `AWS::::Account:…`, and for a resource of
/// that type also its root's name or the digits alone.
pub(crate) fn account_number<'a>(config_type: &str, written_id: &'a str) -> Option<&'a str> {
    let digits = match written_id.strip_prefix(ACCOUNT_PREFIX) {
        Some(digits) => digits,
        None if config_type == ACCOUNT_TYPE => root_account(written_id).unwrap_or(written_id),
        None => return None,
    };
    AccountId::parse(digits).map(|_| digits)
}

fn root_account(written_id: &str) -> Option<&str> {
    Arn::parse(written_id).filter(|arn| arn.service == "iam" && arn.resource == "root").map(|arn| arn.account)
}

fn first_stated(members: [Member<'_>; 2]) -> Result<String, RecordError> {
    for member in members {
        let stated = scalar_text(member)?;
        if !stated.is_empty() {
            return Ok(stated.into_owned());
        }
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests;
