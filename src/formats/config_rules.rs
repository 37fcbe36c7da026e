//! What the AWS Config API says of rules: descriptions, and evaluations outside of items.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::config_items::{ItemContext, compliance_word};
use super::records::{Decoded, EvaluationOrigin, EvaluationRecord, Record, RecordError, RuleRecord, RuleVerdict};
use super::text::{Missing, Text, bad, not_as_expected, or_empty, quoted, required, required_time, unwrapped};
use crate::model::{AccountId, Arn, Recorder, Region};

#[derive(Deserialize)]
struct RawDescription<'a> {
    #[serde(borrow, rename = "ConfigRuleName")]
    name: Option<Text<'a>>,
    #[serde(borrow, rename = "ConfigRuleArn")]
    arn: Option<Text<'a>>,
    #[serde(borrow, rename = "Source")]
    source: Option<RawSource<'a>>,
    #[serde(borrow, rename = "InputParameters")]
    input_parameters: Option<&'a RawValue>,
    #[serde(borrow, rename = "ConfigRuleState")]
    state: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct RawSource<'a> {
    #[serde(borrow, rename = "Owner")]
    owner: Option<Text<'a>>,
    #[serde(borrow, rename = "SourceIdentifier")]
    identifier: Option<Text<'a>>,
}

/// An entry of `EvaluationResults` or `AggregateEvaluationResults`, or, in lower camel case, a
/// result inside a notification.
#[derive(Deserialize)]
struct RawResult<'a> {
    #[serde(borrow, rename = "EvaluationResultIdentifier", alias = "evaluationResultIdentifier")]
    identifier: Option<RawIdentifier<'a>>,
    #[serde(borrow, rename = "ComplianceType", alias = "complianceType")]
    compliance: Option<Text<'a>>,
    #[serde(borrow, rename = "ResultRecordedTime", alias = "resultRecordedTime")]
    recorded_at: Option<&'a RawValue>,
    #[serde(borrow, rename = "AccountId")]
    account: Option<Text<'a>>,
    #[serde(borrow, rename = "AwsRegion")]
    region: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct RawIdentifier<'a> {
    #[serde(borrow, rename = "EvaluationResultQualifier", alias = "evaluationResultQualifier")]
    qualifier: Option<RawQualifier<'a>>,
}

#[derive(Deserialize)]
struct RawQualifier<'a> {
    #[serde(borrow, rename = "ConfigRuleName", alias = "configRuleName")]
    rule: Option<Text<'a>>,
    #[serde(borrow, rename = "ResourceType", alias = "resourceType")]
    resource_type: Option<Text<'a>>,
    #[serde(borrow, rename = "ResourceId", alias = "resourceId")]
    resource_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct RawChange<'a> {
    #[serde(borrow, rename = "awsAccountId")]
    account: Option<Text<'a>>,
    #[serde(borrow, rename = "awsRegion")]
    region: Option<Text<'a>>,
    #[serde(borrow, rename = "configRuleARN", alias = "configRuleArn")]
    rule_arn: Option<Text<'a>>,
    #[serde(borrow, rename = "newEvaluationResult")]
    result: Option<RawResult<'a>>,
}

/// Decodes one entry of `describe-config-rules`. Its account and region are those of its ARN, else
/// those of the file's path.
pub(super) fn decode_rule(raw: &[u8], context: &ItemContext) -> Result<Decoded, RecordError> {
    let rule: RawDescription<'_> =
        serde_json::from_slice(raw).map_err(|error| not_as_expected("the rule description", &error))?;
    let rule_name = required("ConfigRuleName", rule.name.as_ref())?;
    let rule_arn = or_empty(rule.arn.as_ref());
    let of_arn = Arn::parse(&rule_arn);
    let account = of_arn.and_then(|arn| AccountId::parse(arn.account)).or_else(|| context.account.clone());
    let region = of_arn.and_then(|arn| Region::parse(arn.region)).or_else(|| context.region.clone());
    let source = rule.source.as_ref();
    Ok(Decoded::Kept(Record::Rule(Box::new(RuleRecord {
        recorder: place(account, region)?,
        rule_name,
        rule_arn,
        owner: or_empty(source.and_then(|source| source.owner.as_ref())),
        source_identifier: or_empty(source.and_then(|source| source.identifier.as_ref())),
        input_parameters: unwrapped(rule.input_parameters),
        state: or_empty(rule.state.as_ref()),
        described_at: context.time,
    }))))
}

/// Decodes one entry of `get-compliance-details-by-config-rule` or of its aggregate form; the first
/// takes account and region from the file's path (spec section 3.7).
pub(super) fn decode_result(raw: &[u8], context: &ItemContext) -> Result<Decoded, RecordError> {
    let result: RawResult<'_> =
        serde_json::from_slice(raw).map_err(|error| not_as_expected("the evaluation result", &error))?;
    let account = stated_account(result.account.as_ref(), "AccountId")?.or_else(|| context.account.clone());
    let region = stated_region(result.region.as_ref(), "AwsRegion")?.or_else(|| context.region.clone());
    let recorder = place(account, region)?;
    evaluation(EvaluationOrigin::Details, recorder, &result, String::new())
}

/// Decodes a `ComplianceChangeNotification`.
pub(super) fn decode_compliance_change(raw: &[u8]) -> Result<Decoded, RecordError> {
    let change: RawChange<'_> =
        serde_json::from_slice(raw).map_err(|error| not_as_expected("the compliance change", &error))?;
    let account = stated_account(change.account.as_ref(), "awsAccountId")?;
    let region = stated_region(change.region.as_ref(), "awsRegion")?;
    let recorder = place(account, region)?;
    let result = change.result.as_ref().ok_or_else(|| bad("`newEvaluationResult` is missing".to_owned()))?;
    evaluation(EvaluationOrigin::Notification, recorder, result, or_empty(change.rule_arn.as_ref()))
}

fn evaluation(
    origin: EvaluationOrigin,
    recorder: Recorder,
    result: &RawResult<'_>,
    rule_arn: String,
) -> Result<Decoded, RecordError> {
    let qualifier = result.identifier.as_ref().and_then(|identifier| identifier.qualifier.as_ref());
    let qualifier = qualifier.ok_or_else(|| bad("`EvaluationResultQualifier` is missing".to_owned()))?;
    let verdict = RuleVerdict {
        rule_name: required("ConfigRuleName", qualifier.rule.as_ref())?,
        rule_arn,
        compliance: compliance_word(&required("ComplianceType", result.compliance.as_ref())?)?,
    };
    Ok(Decoded::Kept(Record::Evaluation(Box::new(EvaluationRecord {
        origin,
        recorder,
        resource_type: required("ResourceType", qualifier.resource_type.as_ref())?,
        resource_id: required("ResourceId", qualifier.resource_id.as_ref())?,
        observed_at: required_time("ResultRecordedTime", result.recorded_at)?,
        status: String::new(),
        rules: vec![verdict],
    }))))
}

fn stated_account(text: Option<&Text<'_>>, name: &str) -> Result<Option<AccountId>, RecordError> {
    text.map(|text| {
        AccountId::parse(text.as_str())
            .ok_or_else(|| bad(format!("`{name}` is not twelve digits: `{}`", quoted(text.as_str()))))
    })
    .transpose()
}

fn stated_region(text: Option<&Text<'_>>, name: &str) -> Result<Option<Region>, RecordError> {
    text.map(|text| {
        Region::parse(text.as_str())
            .ok_or_else(|| bad(format!("`{name}` is not a region: `{}`", quoted(text.as_str()))))
    })
    .transpose()
}

/// Account and region together, or a problem that names what is missing and how to supply it (spec
/// section 3.7).
fn place(account: Option<AccountId>, region: Option<Region>) -> Result<Recorder, RecordError> {
    let missing = Missing { account: account.is_none(), region: region.is_none(), time: false };
    match account.zip(region) {
        Some((account, region)) => Ok(Recorder { account, region }),
        None => Err(missing.error()),
    }
}
