//! Findings in the Open Cybersecurity Schema Framework (OCSF), one at a time, in ASFF's words.
//!
//! Three classes are read: 2003 Compliance Finding (Security Lake 1.1.0 and the new Security Hub),
//! 2001 Security Finding (Security Lake 1.0.0-rc.2) and 2004 Detection Finding (Prowler). A Security
//! Hub finding gets the product and id of its ASFF twin, so that both are one finding. Takes the
//! bytes of one finding, never an envelope around it.

mod forms;
mod words;

use std::borrow::Cow;

use self::forms::{
    AnalyticForm, CloudForm, ComplianceForm, FindingForm, FindingInfoForm, MetadataForm, ProductForm, ResourceForm,
    UnmappedForm,
};
use super::finding_parts::{account, account_number, is_config_rule, region, resource};
use super::json_values::{
    List, Member, Object, bad_record, parse_object, required_text, scalar_text, text, whole_number,
};
use super::records::{Decoded, FindingRecord, FindingResource, Record, RecordError};
use super::resource_types::config_type;
use super::timestamps::{instant_member, instant_of_json};
use crate::model::{AccountId, Instant, InstantError, ProblemCode};

/// The class of 1.0.0-rc.2, which names some members differently.
const SECURITY_FINDING: i64 = 2001;
const COMPLIANCE_FINDING: i64 = 2003;
const DETECTION_FINDING: i64 = 2004;
/// `activity_id` of a finding that its product has closed.
const CLOSE: i64 = 3;

/// One finding from the bytes of its object; `delivered_at` is the time of the event that carried it.
///
/// Set aside, with the reason: findings of other classes, samples, and what is about another cloud.
///
/// # Errors
/// `Encoding`, `BrokenJson` for bytes that are no JSON object; `BadTimestamp` where the finding's time
/// is missing or no moment; `MissingContext` where nothing names a region; `BadRecord`, naming the
/// member, for whatever else is missing, contradicts itself or is of the wrong kind (spec section 3.5).
pub fn decode_ocsf(raw: &[u8], delivered_at: Option<Instant>) -> Result<Decoded, RecordError> {
    let form: FindingForm<'_> = parse_object(raw)?;
    let Some(class) = whole_number("class_uid", form.class_uid)? else {
        return Err(bad_record("`class_uid` is missing".into()));
    };
    if !matches!(class, SECURITY_FINDING | COMPLIANCE_FINDING | DETECTION_FINDING) {
        return Ok(Decoded::SetAside(words::other_class(class)));
    }
    let parts = Parts::of(form, class)?;
    if let Some(reason) = parts.set_aside()? {
        return Ok(Decoded::SetAside(reason));
    }
    let record = parts.into_record(delivered_at)?;
    Ok(Decoded::Kept(Record::Finding(Box::new(record))))
}

/// A finding's parts, each known to be there and of its kind.
struct Parts<'a> {
    class: i64,
    activity: Member<'a>,
    time: [Member<'a>; 2],
    severity: Member<'a>,
    status_code: Member<'a>,
    workflow: (Member<'a>, Member<'a>),
    cloud: CloudForm<'a>,
    compliance: ComplianceForm<'a>,
    /// The name of `info` in this class.
    info_name: &'static str,
    info: FindingInfoForm<'a>,
    analytic: AnalyticForm<'a>,
    metadata: MetadataForm<'a>,
    product: ProductForm<'a>,
    unmapped: UnmappedForm<'a>,
    resources: Vec<Object<ResourceForm<'a>>>,
}

impl<'a> Parts<'a> {
    fn of(form: FindingForm<'a>, class: i64) -> Result<Self, RecordError> {
        let old = class == SECURITY_FINDING;
        let (info_name, info) = if old { ("finding", form.finding) } else { ("finding_info", form.finding_info) };
        let mut info = info.members(info_name)?.unwrap_or_default();
        let mut metadata = form.metadata.members("metadata")?.unwrap_or_default();
        Ok(Self {
            class,
            activity: form.activity_id,
            time: [form.time, form.time_dt],
            severity: form.severity,
            status_code: form.status_code,
            workflow: if old { (form.state_id, form.state) } else { (form.status_id, form.status) },
            cloud: form.cloud.members("cloud")?.unwrap_or_default(),
            compliance: form.compliance.members("compliance")?.unwrap_or_default(),
            info_name,
            analytic: std::mem::take(&mut info.analytic).members("finding_info.analytic")?.unwrap_or_default(),
            info,
            product: std::mem::take(&mut metadata.product).members("metadata.product")?.unwrap_or_default(),
            metadata,
            unmapped: form.unmapped.members("unmapped")?.unwrap_or_default(),
            resources: listed_resources(form.resources, form.resource)?,
        })
    }

    fn set_aside(&self) -> Result<Option<&'static str>, RecordError> {
        let provider = text("cloud.provider", self.cloud.provider)?;
        if !provider.is_empty() && !provider.eq_ignore_ascii_case("aws") {
            return Ok(Some("about another cloud than AWS"));
        }
        let sample = scalar_text(self.unmapped.sample)?.eq_ignore_ascii_case("true");
        Ok(sample.then_some("sample finding"))
    }

    fn into_record(mut self, delivered_at: Option<Instant>) -> Result<FindingRecord, RecordError> {
        let finding_id = required_text(&format!("{}.uid", self.info_name), self.info.uid)?.into_owned();
        let product_arn = self.product_arn()?;
        let account = self.account()?;
        let updated_at = self.updated_at()?;
        let resources = self.take_resources()?;
        let region = region("cloud.region", self.cloud.region, &resources, [&product_arn, &finding_id])?;
        let product = self.unmapped.product_members();
        Ok(FindingRecord {
            account,
            region,
            updated_at,
            processed_at: self.processed_at()?,
            delivered_at,
            generator_id: self.generator_id()?,
            security_control_id: text("compliance.control", self.compliance.control)?.into_owned(),
            standard_control_id: product.standard_control_id()?,
            standards_arn: product.standards_arn()?,
            config_rule_name: self.config_rule_name()?,
            compliance_status: self.compliance_status()?.to_owned(),
            reason_codes: self.reason_codes()?,
            record_state: self.record_state()?,
            workflow_status: self.workflow_status()?,
            severity: scalar_text(self.severity)?.to_ascii_uppercase(),
            title: text("finding_info.title", self.info.title)?.into_owned(),
            resources,
            product_arn,
            finding_id,
        })
    }

    /// The product's name as a resource name where it has one, else a text made of its name alone,
    /// so that it is the same in every export.
    fn product_arn(&self) -> Result<String, RecordError> {
        let uid = text("metadata.product.uid", self.product.uid)?;
        if uid.starts_with("arn:") {
            return Ok(uid.into_owned());
        }
        let name = text("metadata.product.name", self.product.name)?;
        let stated = if name.is_empty() { uid } else { name };
        if stated.is_empty() {
            return Err(bad_record("`metadata.product` has neither `uid` nor `name`".into()));
        }
        Ok(format!("ocsf:product/{}", stated.to_ascii_lowercase()))
    }

    fn account(&mut self) -> Result<AccountId, RecordError> {
        let nested = std::mem::take(&mut self.cloud.account).members("cloud.account")?.and_then(|form| form.uid);
        account("cloud.account.uid", nested.or(self.cloud.account_uid))
    }

    /// The first of `time`, `time_dt`, `modified_time`, `modified_time_dt` that states a moment; those
    /// ending in `_dt` are often local times without an offset, which state none.
    fn updated_at(&self) -> Result<Instant, RecordError> {
        let [time, time_dt] = self.time;
        let stated = first_moment([
            ("time", time),
            ("time_dt", time_dt),
            ("finding_info.modified_time", self.info.modified_time),
            ("finding_info.modified_time_dt", self.info.modified_time_dt),
        ])?;
        stated.ok_or_else(|| RecordError {
            code: ProblemCode::BadTimestamp,
            what: "`time` is missing, and no other time of the finding has an offset from UTC".into(),
        })
    }

    fn processed_at(&self) -> Result<Option<Instant>, RecordError> {
        first_moment([
            ("metadata.processed_time", self.metadata.processed_time),
            ("metadata.processed_time_dt", self.metadata.processed_time_dt),
        ])
    }

    /// ASFF's `GeneratorId` where the product passes it on, else what stands for it: the analytic's
    /// id, the product's code of the check, the analytic's name.
    fn generator_id(&mut self) -> Result<String, RecordError> {
        let feature = std::mem::take(&mut self.product.feature).members("metadata.product.feature")?;
        let named = [
            ("metadata.product.feature.uid", feature.and_then(|form| form.uid)),
            ("finding_info.analytic.uid", self.analytic.uid),
            ("metadata.event_code", self.metadata.event_code),
            ("finding_info.analytic.name", self.analytic.name),
        ];
        for (name, member) in named {
            let stated = text(name, member)?;
            if !stated.is_empty() {
                return Ok(stated.into_owned());
            }
        }
        Ok(String::new())
    }

    fn config_rule_name(&self) -> Result<String, RecordError> {
        let by_product = self.unmapped.product_members().config_rule_name()?;
        let category = text("finding_info.analytic.category", self.analytic.category)?;
        if by_product.is_empty() && is_config_rule(&category) {
            return text("finding_info.analytic.name", self.analytic.name).map(Cow::into_owned);
        }
        Ok(by_product)
    }

    fn compliance_status(&self) -> Result<&'static str, RecordError> {
        let number = whole_number("compliance.status_id", self.compliance.status_id)?;
        let word = text("compliance.status", self.compliance.status)?;
        let status = words::compliance_status(number, &word)?;
        if status.is_empty() && self.class == DETECTION_FINDING {
            return Ok(words::detection_status(&scalar_text(self.status_code)?).unwrap_or_default());
        }
        Ok(status)
    }

    /// The first code stands in `compliance.status_code`; the older form keeps all of them, divided by
    /// commas, in `unmapped`.
    fn reason_codes(&self) -> Result<Vec<String>, RecordError> {
        let first = text("compliance.status_code", self.compliance.status_code)?;
        let others = scalar_text(self.unmapped.reason_codes)?;
        let mut codes: Vec<String> = Vec::new();
        for code in std::iter::once(first.as_ref()).chain(others.split(',').map(str::trim)) {
            if !code.is_empty() && !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
        }
        Ok(codes)
    }

    fn record_state(&self) -> Result<String, RecordError> {
        let stated = text("unmapped.RecordState", self.unmapped.record_state)?;
        if whole_number("activity_id", self.activity)? == Some(CLOSE) {
            return Ok("ARCHIVED".into());
        }
        Ok(if stated.is_empty() { "ACTIVE".into() } else { stated.into_owned() })
    }

    fn workflow_status(&self) -> Result<String, RecordError> {
        let (number, word) = self.workflow;
        let (number_name, word_name) =
            if self.class == SECURITY_FINDING { ("state_id", "state") } else { ("status_id", "status") };
        Ok(words::workflow_status(whole_number(number_name, number)?, text(word_name, word)?))
    }

    fn take_resources(&mut self) -> Result<Vec<FindingResource>, RecordError> {
        std::mem::take(&mut self.resources).into_iter().map(finding_resource).collect()
    }
}

/// `resources`, else the single `resource` of the 1.1.0 form.
fn listed_resources<'a>(
    several: List<Object<ResourceForm<'a>>>,
    single: Object<ResourceForm<'a>>,
) -> Result<Vec<Object<ResourceForm<'a>>>, RecordError> {
    let listed = several.entries("resources")?;
    match (listed.is_empty(), single) {
        (false, _) => Ok(listed),
        (true, Object::Absent) => Err(bad_record("`resources` names nothing that the finding is about".into())),
        (true, single) => Ok(vec![single]),
    }
}

fn finding_resource(form: Object<ResourceForm<'_>>) -> Result<FindingResource, RecordError> {
    let Some(form) = form.members("resources[]")? else {
        return Err(bad_record("`resources[]` is not an object".into()));
    };
    let kind = required_text("resources[].type", form.kind)?;
    let uid = text("resources[].uid", form.uid)?;
    let other = text("resources[].uid_alt", form.uid_alt)?;
    let id = resource_id(config_type(&kind), &uid, &other);
    if id.is_empty() {
        return Err(bad_record("`resources[].uid` is missing".into()));
    }
    resource(&kind, id, &text("resources[].region", form.region)?)
}

/// An account by its number wherever that stands, even beside the name of some part of it; else the
/// resource name; else the id.
fn resource_id<'a>(config_type: &str, uid: &'a str, other: &'a str) -> &'a str {
    let number = account_number(config_type, uid).or_else(|| account_number(config_type, other));
    number.unwrap_or(if other.starts_with("arn:") || uid.is_empty() { other } else { uid })
}

/// The first of several members that states a moment; a `_dt` member without an offset states none.
fn first_moment<const N: usize>(members: [(&str, Member<'_>); N]) -> Result<Option<Instant>, RecordError> {
    for (name, member) in members {
        if name.ends_with("_dt") && is_local_time(member) {
            continue;
        }
        if let Some(instant) = instant_member(name, member)? {
            return Ok(Some(instant));
        }
    }
    Ok(None)
}

fn is_local_time(member: Member<'_>) -> bool {
    member.is_some_and(|raw| instant_of_json(raw.get()) == Err(InstantError::NoOffset))
}

#[cfg(test)]
mod tests;
