//! Configuration items: both vocabularies, every encoding of their parts, one record out.
//!
//! An `AWS::Config::ResourceCompliance` item becomes an [`EvaluationRecord`]; every other type an
//! [`ItemRecord`]. Source of the shapes: AWS Config developer guide and service model.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::records::{Decoded, EvaluationOrigin, EvaluationRecord, ItemRecord, Record, RecordError, RuleVerdict};
use super::text::{
    Missing, Text, bad, not_as_expected, or_empty, quoted, required, required_time, unwrapped, unwrapped_text,
};
use crate::model::{AccountId, Instant, Recorder, Region, account_of_arn};

/// The type under which rule evaluations are recorded as items.
pub const COMPLIANCE_TYPE: &str = "AWS::Config::ResourceCompliance";

/// What a file's name and path say that an item may leave out.
#[derive(Clone, Debug, Default)]
pub(super) struct ItemContext {
    /// The recorder the delivered name states.
    pub(super) recorder: Option<Recorder>,
    /// The account found in the path, else the one supplied.
    pub(super) account: Option<AccountId>,
    /// The region found in the path.
    pub(super) region: Option<Region>,
    /// The time found in the path, else the one supplied; only for forms that carry none.
    pub(super) time: Option<Instant>,
}

#[derive(Deserialize)]
struct RawItem<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Option<Text<'a>>,
    #[serde(borrow, rename = "resourceId")]
    resource_id: Option<Text<'a>>,
    #[serde(borrow, rename = "resourceName")]
    resource_name: Option<Text<'a>>,
    #[serde(borrow, rename = "ARN", alias = "arn")]
    arn: Option<Text<'a>>,
    #[serde(borrow, rename = "awsAccountId", alias = "accountId")]
    account: Option<Text<'a>>,
    #[serde(borrow, rename = "awsRegion")]
    region: Option<Text<'a>>,
    #[serde(borrow, rename = "configurationItemCaptureTime")]
    captured_at: Option<&'a RawValue>,
    #[serde(borrow, rename = "configurationItemStatus")]
    status: Option<Text<'a>>,
    #[serde(borrow, rename = "resourceCreationTime")]
    created_at: Option<&'a RawValue>,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    #[serde(borrow)]
    relationships: Option<&'a RawValue>,
    #[serde(borrow)]
    configuration: Option<&'a RawValue>,
    #[serde(borrow, rename = "supplementaryConfiguration")]
    supplementary_configuration: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawCompliance<'a> {
    #[serde(borrow, rename = "configRuleList")]
    rules: Option<Vec<RawRule<'a>>>,
}

#[derive(Deserialize)]
struct RawRule<'a> {
    #[serde(borrow, rename = "configRuleName")]
    name: Option<Text<'a>>,
    #[serde(borrow, rename = "configRuleArn")]
    arn: Option<Text<'a>>,
    #[serde(borrow, rename = "complianceType")]
    compliance: Option<Text<'a>>,
}

/// Decodes one configuration item.
///
/// An item without a status, as `select-resource-config` gives it, is there: it counts as `OK`.
///
/// # Errors
/// When a member that identity rests on is missing or is not what it must be.
pub(super) fn decode_item(raw: &[u8], context: &ItemContext) -> Result<Decoded, RecordError> {
    item_record(serde_json::from_slice(raw), context)
}

/// Decodes one configuration item, as [`decode_item`] does, of which it is known that it is UTF-8.
///
/// # Errors
/// As of [`decode_item`].
pub(super) fn decode_item_text(text: &str, context: &ItemContext) -> Result<Decoded, RecordError> {
    item_record(serde_json::from_str(text), context)
}

fn item_record(item: serde_json::Result<RawItem<'_>>, context: &ItemContext) -> Result<Decoded, RecordError> {
    let item = item.map_err(|error| not_as_expected("the configuration item", &error))?;
    let resource_type = required("resourceType", item.resource_type.as_ref())?;
    let resource_id = required("resourceId", item.resource_id.as_ref())?;
    let (account, region, recorder) = owner(&item, context)?;
    let captured_at = match (item.captured_at, context.time) {
        (None, Some(time)) => time,
        (raw, _) => required_time("configurationItemCaptureTime", raw)?,
    };
    let status = item.status.as_ref().map_or("OK", Text::as_str);
    if !is_status(status) {
        return Err(bad(format!("`configurationItemStatus` is not one of AWS Config's: `{}`", quoted(status))));
    }
    if resource_type == COMPLIANCE_TYPE {
        return evaluation(&item, &resource_id, recorder, captured_at, status);
    }
    Ok(Decoded::Kept(Record::Item(Box::new(ItemRecord {
        recorder,
        account,
        region,
        resource_name: or_empty(item.resource_name.as_ref()),
        resource_arn: or_empty(item.arn.as_ref()),
        captured_at,
        status: status.to_owned(),
        created_at: item.created_at.and_then(|raw| super::timestamps::instant_of_json(raw.get()).ok()),
        tags: unwrapped(item.tags),
        relationships: unwrapped(item.relationships),
        configuration: unwrapped(item.configuration),
        supplementary_configuration: unwrapped(item.supplementary_configuration),
        resource_type,
        resource_id,
    }))))
}

fn is_status(status: &str) -> bool {
    matches!(
        status,
        "OK" | "ResourceDiscovered" | "ResourceNotRecorded" | "ResourceDeleted" | "ResourceDeletedNotRecorded"
    )
}

/// Whether an item's status says that the resource is gone.
#[must_use]
pub fn is_deletion(status: &str) -> bool {
    matches!(status, "ResourceDeleted" | "ResourceDeletedNotRecorded")
}

/// The item's own account and region, and its recorder: what the file's name states comes first
/// for the recorder, the item's own members first for the rest.
fn owner<'t>(item: &'t RawItem<'t>, context: &ItemContext) -> Result<(AccountId, Region, Recorder), RecordError> {
    let stated = |text: &'t Option<Text<'t>>| text.as_ref().map(Text::as_str).filter(|text| !text.is_empty());
    // Most items are of the account and region that their file's name states.
    let named = context.recorder.as_ref();
    let account = match (stated(&item.account), named) {
        (Some(text), Some(named)) if text == named.account.as_str() => named.account.clone(),
        (Some(text), _) => AccountId::parse(text)
            .ok_or_else(|| bad(format!("`awsAccountId` is not twelve digits: `{}`", quoted(text))))?,
        (None, _) => named
            .map(|recorder| recorder.account.clone())
            .or_else(|| item.arn.as_ref().and_then(|arn| account_of_arn(arn.as_str())))
            .or_else(|| context.account.clone())
            .ok_or_else(|| Missing { account: true, ..Missing::default() }.error())?,
    };
    let region = match (stated(&item.region), named) {
        (Some(text), Some(named)) if text == named.region.as_str() => named.region.clone(),
        (Some(text), _) => {
            Region::parse(text).ok_or_else(|| bad(format!("`awsRegion` is not a region: `{}`", quoted(text))))?
        }
        (None, _) => own_region(item, context).ok_or_else(|| Missing { region: true, ..Missing::default() }.error())?,
    };
    let recorder =
        context.recorder.clone().unwrap_or_else(|| Recorder { account: account.clone(), region: region.clone() });
    Ok((account, region, recorder))
}

fn own_region(item: &RawItem<'_>, context: &ItemContext) -> Option<Region> {
    let is_iam = item.resource_type.as_ref().is_some_and(|text| text.as_str().starts_with("AWS::IAM::"));
    let of_arn =
        || item.arn.as_ref().and_then(|arn| crate::model::Arn::parse(arn.as_str()).map(|arn| arn.region.to_owned()));
    if is_iam {
        return Some(Region::global());
    }
    context
        .recorder
        .as_ref()
        .map(|recorder| recorder.region.clone())
        .or_else(|| of_arn().and_then(|region| Region::parse(&region)))
        .or_else(|| context.region.clone())
}

fn evaluation(
    item: &RawItem<'_>,
    resource_id: &str,
    recorder: Recorder,
    observed_at: Instant,
    status: &str,
) -> Result<Decoded, RecordError> {
    // The id may hold further slashes; only the first one separates.
    let (resource_type, resource_id) = resource_id.split_once('/').ok_or_else(|| {
        bad(format!("`resourceId` of a compliance item names no resource: `{}`", quoted(resource_id)))
    })?;
    let configuration = item.configuration.map(|raw| unwrapped_text(raw.get())).unwrap_or_default();
    let rules = if is_deletion(status) || configuration.is_empty() {
        Vec::new()
    } else {
        let compliance: RawCompliance<'_> = serde_json::from_str(&configuration)
            .map_err(|error| not_as_expected("`configuration` of the compliance item", &error))?;
        compliance.rules.unwrap_or_default().iter().map(verdict).collect::<Result<_, _>>()?
    };
    Ok(Decoded::Kept(Record::Evaluation(Box::new(EvaluationRecord {
        origin: EvaluationOrigin::ComplianceItem,
        recorder,
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        observed_at,
        status: status.to_owned(),
        rules,
    }))))
}

fn verdict(rule: &RawRule<'_>) -> Result<RuleVerdict, RecordError> {
    Ok(RuleVerdict {
        rule_name: required("configRuleName", rule.name.as_ref())?,
        rule_arn: or_empty(rule.arn.as_ref()),
        compliance: compliance_word(&required("complianceType", rule.compliance.as_ref())?)?,
    })
}

/// One of AWS Config's four words.
pub(super) fn compliance_word(text: &str) -> Result<String, RecordError> {
    match text {
        "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE" | "INSUFFICIENT_DATA" => Ok(text.to_owned()),
        other => Err(bad(format!("`complianceType` is not one of AWS Config's: `{}`", quoted(other)))),
    }
}
