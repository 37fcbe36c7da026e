//! Security Hub findings in the AWS Security Finding Format (ASFF), one at a time.
//!
//! Takes the bytes of one finding, never an envelope around it. Names are matched with case: findings
//! of 2019 carry a stray `updatedAt` beside `UpdatedAt`. Words are kept as written; `WorkflowState`,
//! which is retired and frozen, is not read.

use serde::Deserialize;

use super::finding_parts::{ProductMembers, account, region, resource};
use super::json_values::{
    List, Member, Object, bad_record, parse_object, quoted, required_text, scalar_text, text, unquoted,
};
use super::records::{Decoded, FindingRecord, FindingResource, Record, RecordError};
use super::timestamps::instant_member;
use crate::model::{Instant, ProblemCode};

/// One finding from the bytes of its object; `delivered_at` is the time of the event that carried it.
///
/// A finding marked as a sample is set aside. A finding without `Compliance` is kept with an empty
/// status: it is no control finding.
///
/// # Errors
/// `Encoding`, `BrokenJson` for bytes that are no JSON object; `BadTimestamp` where `UpdatedAt` or
/// `ProcessedAt` is no moment; `MissingContext` where nothing names a region; `BadRecord`, naming the
/// member, for whatever else is missing or of the wrong kind (spec section 3.5).
pub fn decode_finding(raw: &[u8], delivered_at: Option<Instant>) -> Result<Decoded, RecordError> {
    let form: FindingForm<'_> = parse_object(raw)?;
    if is_sample(form.sample)? {
        return Ok(Decoded::SetAside("sample finding"));
    }
    let record = into_record(form, delivered_at)?;
    Ok(Decoded::Kept(Record::Finding(Box::new(record))))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FindingForm<'a> {
    #[serde(borrow)]
    id: Member<'a>,
    #[serde(borrow)]
    product_arn: Member<'a>,
    #[serde(borrow)]
    aws_account_id: Member<'a>,
    #[serde(borrow)]
    region: Member<'a>,
    #[serde(borrow)]
    updated_at: Member<'a>,
    #[serde(borrow)]
    processed_at: Member<'a>,
    #[serde(borrow)]
    generator_id: Member<'a>,
    #[serde(borrow)]
    title: Member<'a>,
    #[serde(borrow)]
    record_state: Member<'a>,
    #[serde(borrow)]
    sample: Member<'a>,
    #[serde(borrow, default)]
    severity: Object<SeverityForm<'a>>,
    #[serde(borrow, default)]
    workflow: Object<WorkflowForm<'a>>,
    #[serde(borrow, default)]
    compliance: Object<ComplianceForm<'a>>,
    #[serde(borrow, default)]
    product_fields: Object<ProductMembers<'a>>,
    #[serde(borrow, default)]
    resources: List<Object<ResourceForm<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ComplianceForm<'a> {
    #[serde(borrow)]
    status: Member<'a>,
    #[serde(borrow)]
    security_control_id: Member<'a>,
    #[serde(borrow, default)]
    status_reasons: List<Object<ReasonForm<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReasonForm<'a> {
    #[serde(borrow)]
    reason_code: Member<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WorkflowForm<'a> {
    #[serde(borrow)]
    status: Member<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SeverityForm<'a> {
    #[serde(borrow)]
    label: Member<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceForm<'a> {
    #[serde(borrow, rename = "Type")]
    kind: Member<'a>,
    #[serde(borrow)]
    id: Member<'a>,
    #[serde(borrow)]
    region: Member<'a>,
}

fn into_record(form: FindingForm<'_>, delivered_at: Option<Instant>) -> Result<FindingRecord, RecordError> {
    let finding_id = required_text("Id", form.id)?.into_owned();
    let product_arn = required_text("ProductArn", form.product_arn)?.into_owned();
    let account = account("AwsAccountId", form.aws_account_id)?;
    let updated_at = instant_member("UpdatedAt", form.updated_at)?.ok_or_else(no_time)?;
    let resources = resources(form.resources)?;
    let region = region("Region", form.region, &resources, [&product_arn, &finding_id])?;
    let compliance = form.compliance.members("Compliance")?.unwrap_or_default();
    let product = form.product_fields.members("ProductFields")?.unwrap_or_default();
    let workflow = form.workflow.members("Workflow")?.unwrap_or_default();
    Ok(FindingRecord {
        account,
        region,
        updated_at,
        processed_at: instant_member("ProcessedAt", form.processed_at)?,
        delivered_at,
        generator_id: text("GeneratorId", form.generator_id)?.into_owned(),
        security_control_id: text("Compliance.SecurityControlId", compliance.security_control_id)?.into_owned(),
        standard_control_id: product.standard_control_id()?,
        standards_arn: product.standards_arn()?,
        config_rule_name: product.config_rule_name()?,
        compliance_status: text("Compliance.Status", compliance.status)?.into_owned(),
        reason_codes: reason_codes(compliance.status_reasons)?,
        record_state: record_state(form.record_state)?,
        workflow_status: text("Workflow.Status", workflow.status)?.into_owned(),
        severity: severity(form.severity)?,
        title: text("Title", form.title)?.into_owned(),
        resources,
        product_arn,
        finding_id,
    })
}

fn no_time() -> RecordError {
    RecordError { code: ProblemCode::BadTimestamp, what: "`UpdatedAt` is missing".into() }
}

fn is_sample(member: Member<'_>) -> Result<bool, RecordError> {
    match member.map_or("false", |raw| raw.get()) {
        "true" => Ok(true),
        "false" => Ok(false),
        other => {
            let shown = unquoted(other).and_then(Result::ok).unwrap_or(other.into());
            Err(bad_record(format!("`Sample` is neither true nor false: {}", quoted(&shown))))
        }
    }
}

fn resources(forms: List<Object<ResourceForm<'_>>>) -> Result<Vec<FindingResource>, RecordError> {
    let forms = forms.entries("Resources")?;
    if forms.is_empty() {
        return Err(bad_record("`Resources` names nothing that the finding is about".into()));
    }
    forms.into_iter().map(finding_resource).collect()
}

fn finding_resource(form: Object<ResourceForm<'_>>) -> Result<FindingResource, RecordError> {
    let Some(form) = form.members("Resources[]")? else {
        return Err(bad_record("`Resources[]` is not an object".into()));
    };
    let kind = required_text("Resources[].Type", form.kind)?;
    let id = required_text("Resources[].Id", form.id)?;
    resource(&kind, &id, &text("Resources[].Region", form.region)?)
}

fn reason_codes(forms: List<Object<ReasonForm<'_>>>) -> Result<Vec<String>, RecordError> {
    let mut codes = Vec::new();
    for form in forms.entries("Compliance.StatusReasons")? {
        let Some(form) = form.members("Compliance.StatusReasons[]")? else { continue };
        let code = text("Compliance.StatusReasons[].ReasonCode", form.reason_code)?;
        if !code.is_empty() {
            codes.push(code.into_owned());
        }
    }
    Ok(codes)
}

fn record_state(member: Member<'_>) -> Result<String, RecordError> {
    let stated = text("RecordState", member)?;
    Ok(if stated.is_empty() { "ACTIVE".into() } else { stated.into_owned() })
}

/// Severity decides nothing, so a label that is a number does not cost the finding.
fn severity(form: Object<SeverityForm<'_>>) -> Result<String, RecordError> {
    match form {
        Object::Members(form) => Ok(scalar_text(form.label)?.into_owned()),
        Object::Absent | Object::Other => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests;
