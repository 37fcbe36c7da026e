//! The members of an OCSF finding that are read, as they come; every name that two versions of the
//! schema write differently stands in both forms.

use serde::Deserialize;

use crate::formats::finding_parts::ProductMembers;
use crate::formats::json_values::{List, Member, Object};

#[derive(Deserialize)]
pub(super) struct FindingForm<'a> {
    #[serde(borrow)]
    pub(super) class_uid: Member<'a>,
    #[serde(borrow)]
    pub(super) activity_id: Member<'a>,
    #[serde(borrow)]
    pub(super) time: Member<'a>,
    #[serde(borrow)]
    pub(super) time_dt: Member<'a>,
    #[serde(borrow)]
    pub(super) severity: Member<'a>,
    #[serde(borrow)]
    pub(super) status: Member<'a>,
    #[serde(borrow)]
    pub(super) status_id: Member<'a>,
    #[serde(borrow)]
    pub(super) status_code: Member<'a>,
    /// The workflow of class 2001, whose `status` is that of the event.
    #[serde(borrow)]
    pub(super) state: Member<'a>,
    #[serde(borrow)]
    pub(super) state_id: Member<'a>,
    #[serde(borrow, default)]
    pub(super) cloud: Object<CloudForm<'a>>,
    #[serde(borrow, default)]
    pub(super) compliance: Object<ComplianceForm<'a>>,
    #[serde(borrow, default)]
    pub(super) finding_info: Object<FindingInfoForm<'a>>,
    /// `finding_info` of class 2001.
    #[serde(borrow, default)]
    pub(super) finding: Object<FindingInfoForm<'a>>,
    #[serde(borrow, default)]
    pub(super) metadata: Object<MetadataForm<'a>>,
    #[serde(borrow, default)]
    pub(super) resources: List<Object<ResourceForm<'a>>>,
    #[serde(borrow, default)]
    pub(super) resource: Object<ResourceForm<'a>>,
    #[serde(borrow, default)]
    pub(super) unmapped: Object<UnmappedForm<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct CloudForm<'a> {
    #[serde(borrow)]
    pub(super) provider: Member<'a>,
    #[serde(borrow)]
    pub(super) region: Member<'a>,
    #[serde(borrow, default)]
    pub(super) account: Object<UidForm<'a>>,
    /// The account in 1.0.0-rc.2.
    #[serde(borrow)]
    pub(super) account_uid: Member<'a>,
}

#[derive(Default, Deserialize)]
pub(super) struct UidForm<'a> {
    #[serde(borrow)]
    pub(super) uid: Member<'a>,
}

#[derive(Default, Deserialize)]
pub(super) struct ComplianceForm<'a> {
    #[serde(borrow)]
    pub(super) control: Member<'a>,
    #[serde(borrow)]
    pub(super) status: Member<'a>,
    #[serde(borrow)]
    pub(super) status_id: Member<'a>,
    #[serde(borrow)]
    pub(super) status_code: Member<'a>,
}

#[derive(Default, Deserialize)]
pub(super) struct FindingInfoForm<'a> {
    #[serde(borrow)]
    pub(super) uid: Member<'a>,
    #[serde(borrow)]
    pub(super) title: Member<'a>,
    #[serde(borrow)]
    pub(super) modified_time: Member<'a>,
    #[serde(borrow)]
    pub(super) modified_time_dt: Member<'a>,
    #[serde(borrow, default)]
    pub(super) analytic: Object<AnalyticForm<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct AnalyticForm<'a> {
    #[serde(borrow)]
    pub(super) category: Member<'a>,
    #[serde(borrow)]
    pub(super) name: Member<'a>,
    #[serde(borrow)]
    pub(super) uid: Member<'a>,
}

#[derive(Default, Deserialize)]
pub(super) struct MetadataForm<'a> {
    #[serde(borrow)]
    pub(super) event_code: Member<'a>,
    #[serde(borrow)]
    pub(super) processed_time: Member<'a>,
    #[serde(borrow)]
    pub(super) processed_time_dt: Member<'a>,
    #[serde(borrow, default)]
    pub(super) product: Object<ProductForm<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct ProductForm<'a> {
    #[serde(borrow)]
    pub(super) uid: Member<'a>,
    #[serde(borrow)]
    pub(super) name: Member<'a>,
    #[serde(borrow, default)]
    pub(super) feature: Object<UidForm<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ResourceForm<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Member<'a>,
    #[serde(borrow)]
    pub(super) uid: Member<'a>,
    #[serde(borrow)]
    pub(super) uid_alt: Member<'a>,
    #[serde(borrow)]
    pub(super) region: Member<'a>,
}

/// What of ASFF has no place in OCSF, under flattened names.
#[derive(Default, Deserialize)]
pub(super) struct UnmappedForm<'a> {
    #[serde(borrow, rename = "RecordState")]
    pub(super) record_state: Member<'a>,
    #[serde(borrow, rename = "Sample")]
    pub(super) sample: Member<'a>,
    #[serde(borrow, rename = "Compliance.StatusReasons[].ReasonCode")]
    pub(super) reason_codes: Member<'a>,
    #[serde(borrow, rename = "ProductFields.ControlId")]
    control_id: Member<'a>,
    #[serde(borrow, rename = "ProductFields.RuleId")]
    rule_id: Member<'a>,
    #[serde(borrow, rename = "ProductFields.StandardsArn")]
    standards_arn: Member<'a>,
    #[serde(borrow, rename = "ProductFields.StandardsGuideArn")]
    standards_guide_arn: Member<'a>,
    #[serde(borrow, rename = "ProductFields.RelatedAWSResources:0/name")]
    related_name: Member<'a>,
    #[serde(borrow, rename = "ProductFields.RelatedAWSResources:0/type")]
    related_type: Member<'a>,
    #[serde(borrow, rename = "ProductFields.aws/config/ConfigRuleName")]
    config_rule_name: Member<'a>,
}

impl<'a> UnmappedForm<'a> {
    /// The product's own fields, under the names that ASFF gives them.
    pub(super) fn product_members(&self) -> ProductMembers<'a> {
        ProductMembers {
            control_id: self.control_id,
            rule_id: self.rule_id,
            standards_arn: self.standards_arn,
            standards_guide_arn: self.standards_guide_arn,
            related_name: self.related_name,
            related_type: self.related_type,
            config_rule_name: self.config_rule_name,
        }
    }
}
