//! What a JSON value is, judged by the members it has.
//!
//! Names are tried from the most telling to the least; nothing is decided by a name inside a name.

use super::kind::Kind;
use super::records::ConditionKind;

/// The members that tell exports apart, and those of envelopes; each as JSON text, `null` as none.
#[derive(Clone, Debug, Default)]
pub(super) struct Members<'a> {
    pub(super) message: Option<&'a [u8]>,
    topic: Option<&'a [u8]>,
    detail_type: Option<&'a [u8]>,
    pub(super) detail: Option<&'a [u8]>,
    pub(super) time: Option<&'a [u8]>,
    message_type: Option<&'a [u8]>,
    pub(super) item: Option<&'a [u8]>,
    pub(super) item_summary: Option<&'a [u8]>,
    pub(super) invoking_event: Option<&'a [u8]>,
    captured_at: Option<&'a [u8]>,
    resource_type: Option<&'a [u8]>,
    resource_id: Option<&'a [u8]>,
    product_arn: Option<&'a [u8]>,
    aws_account: Option<&'a [u8]>,
    class_uid: Option<&'a [u8]>,
    pub(super) findings: Option<&'a [u8]>,
}

impl<'a> Members<'a> {
    /// Takes an object apart; `None` where the text is no object.
    pub(super) fn of(text: &'a [u8]) -> Option<Self> {
        let mut members = Self::default();
        for (name, value) in super::split::members(text)? {
            if let Some(member) = members.named(name) {
                *member = (value != b"null").then_some(value);
            }
        }
        Some(members)
    }

    fn named(&mut self, name: &[u8]) -> Option<&mut Option<&'a [u8]>> {
        Some(match name {
            b"Message" => &mut self.message,
            b"TopicArn" => &mut self.topic,
            b"detail-type" => &mut self.detail_type,
            b"detail" => &mut self.detail,
            b"time" => &mut self.time,
            b"messageType" => &mut self.message_type,
            b"configurationItem" => &mut self.item,
            b"configurationItemSummary" => &mut self.item_summary,
            b"invokingEvent" => &mut self.invoking_event,
            b"configurationItemCaptureTime" => &mut self.captured_at,
            b"resourceType" => &mut self.resource_type,
            b"resourceId" => &mut self.resource_id,
            b"ProductArn" => &mut self.product_arn,
            b"AwsAccountId" => &mut self.aws_account,
            b"class_uid" => &mut self.class_uid,
            b"findings" => &mut self.findings,
            _ => return None,
        })
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An SNS notification: the message is in `Message`.
    Notification,
    /// An EventBridge event: the message is in `detail`.
    Event,
    /// The input of a rule's Lambda function: the message is in `invokingEvent`.
    RuleEvent,
    /// The `detail` of a Security Hub event.
    EventFindings,
    /// A change notification with an item.
    ItemChange,
    /// A change notification whose item was too large: a summary.
    ItemSummary,
    /// A change of one rule's verdict on one resource.
    ComplianceChange,
    /// A configuration item by itself.
    Item,
    /// An ASFF finding by itself.
    Finding,
    /// An OCSF event by itself.
    Ocsf,
    /// An export that is recognised and holds no records for the lake.
    Other(Kind),
}

impl Members<'_> {
    /// What the value is; `None` where its members tell nothing.
    pub(super) fn shape(&self) -> Option<Shape> {
        if self.topic.is_some() && self.message.is_some() {
            return Some(Shape::Notification);
        }
        if self.detail_type.is_some() && self.detail.is_some() {
            return Some(Shape::Event);
        }
        if self.invoking_event.is_some() {
            return Some(Shape::RuleEvent);
        }
        if let Some(message_type) = self.message_type {
            return self.message_shape(message_type.trim_ascii());
        }
        if self.class_uid.is_some() {
            return Some(Shape::Ocsf);
        }
        if self.product_arn.is_some() && self.aws_account.is_some() {
            return Some(Shape::Finding);
        }
        if self.captured_at.is_some() && self.resource_type.is_some() && self.resource_id.is_some() {
            return Some(Shape::Item);
        }
        if self.findings.is_some() {
            return Some(Shape::EventFindings);
        }
        self.item.map(|_| Shape::ItemChange)
    }

    fn message_shape(&self, message_type: &[u8]) -> Option<Shape> {
        match message_type {
            br#""ConfigurationItemChangeNotification""# => self.item.map(|_| Shape::ItemChange),
            br#""OversizedConfigurationItemChangeNotification""# => self.item_summary.map(|_| Shape::ItemSummary),
            br#""ComplianceChangeNotification""# => Some(Shape::ComplianceChange),
            br#""CONTROL_MESSAGE""# => Some(Shape::Other(Kind::LogsControl)),
            br#""ScheduledNotification""#
            | br#""ConfigurationSnapshotDeliveryStarted""#
            | br#""ConfigurationSnapshotDeliveryCompleted""#
            | br#""ConfigurationSnapshotDeliveryFailed""#
            | br#""ConfigurationHistoryDeliveryCompleted""#
            | br#""ConfigRulesEvaluationStarted""# => Some(Shape::Other(Kind::ConfigDeliveryNotice)),
            _ => None,
        }
    }
}

/// An answer about an account, a trail or a recorder that is one value by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// `get-credential-report`.
    CredentialReport,
    /// `generate-credential-report`.
    CredentialReportRequest,
    /// What states a condition.
    Condition(ConditionKind),
}

/// The answer that has these members, if they belong to one.
pub(super) fn answer_of(members: &[(&[u8], &[u8])]) -> Option<Answer> {
    let has = |wanted: &[u8]| members.iter().any(|(name, _)| *name == wanted);
    let condition = |kind| Some(Answer::Condition(kind));
    if has(b"ReportFormat") || has(b"GeneratedTime") {
        return Some(Answer::CredentialReport);
    }
    if has(b"PasswordPolicy") {
        return condition(ConditionKind::PasswordPolicy);
    }
    if has(b"SummaryMap") {
        return condition(ConditionKind::AccountSummary);
    }
    if has(b"EventSelectors") || has(b"AdvancedEventSelectors") {
        return condition(ConditionKind::EventSelectors);
    }
    if has(b"IsLogging") || has(b"LatestDeliveryTime") {
        return condition(ConditionKind::TrailStatus);
    }
    is_report_request(members).then_some(Answer::CredentialReportRequest)
}

/// `State`, perhaps with a description, and nothing that another service would add.
fn is_report_request(members: &[(&[u8], &[u8])]) -> bool {
    let is_state = |value: &[u8]| matches!(value, br#""STARTED""# | br#""INPROGRESS""# | br#""COMPLETE""#);
    members.iter().any(|(name, value)| *name == b"State" && is_state(value))
        && members.iter().all(|(name, _)| matches!(*name, b"State" | b"Description" | b"ResponseMetadata"))
}

/// Exports that are recognised by one member's name alone and hold nothing for the lake.
pub(super) fn known_by_member(name: &str) -> Option<Kind> {
    match name {
        "DeliveryChannels"
        | "DeliveryChannelsStatus"
        | "ConfigRulesEvaluationStatus"
        | "ComplianceByConfigRules"
        | "ComplianceByResources"
        | "AggregateComplianceByConfigRules"
        | "resourceIdentifiers"
        | "ResourceIdentifiers" => Some(Kind::ConfigOther),
        "InsightResults" => Some(Kind::SecurityHubOther),
        _ => None,
    }
}

/// What a file that is not JSON seems to be, in words for a message.
pub(super) fn seems_to_be(start: &[u8]) -> &'static str {
    match start {
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        [0x89, b'P', b'N', b'G', ..] => "a PNG picture",
        [b'P', b'A', b'R', b'1', ..] => "a Parquet file",
        [b'B', b'Z', b'h', ..] => "bzip2 data",
        [0x37, 0x7a, 0xbc, 0xaf, ..] => "a 7z archive",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old Office document",
        [0xff, 0x06, 0x00, 0x00, b's', ..] => "snappy data",
        [b'<', ..] => "XML or HTML",
        _ if start.iter().any(|byte| *byte < 9) => "binary data",
        _ => "text that is not JSON",
    }
}
