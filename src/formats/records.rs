//! The records that exports are made of, after decoding and before any meaning is given to them.
//!
//! Words of the exports are kept as they are written (`NON_COMPLIANT`, `FAILED`): what they mean for
//! a control is the engine's business. Nothing here is derived from more than one record.

use crate::model::{AccountId, Instant, Recorder, Region};

/// One record of an export.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A configuration item of a resource.
    Item(Box<ItemRecord>),
    /// What Config rules say of one resource, as a compliance item or an API answer.
    Evaluation(Box<EvaluationRecord>),
    /// A Security Hub finding.
    Finding(Box<FindingRecord>),
    /// A deployed Config rule.
    Rule(Box<RuleRecord>),
    /// A line of an IAM credential report.
    Credential(Box<CredentialRecord>),
    /// What an API states of an account, a trail or a recorder.
    Condition(Box<ConditionRecord>),
}

/// A configuration item (spec section 3.1; both vocabularies and every encoding brought to one form).
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRecord {
    /// Who recorded it.
    pub recorder: Recorder,
    /// The item's own account.
    pub account: AccountId,
    /// The item's own region; `global` for IAM.
    pub region: Region,
    /// Such as `AWS::EC2::SecurityGroup`.
    pub resource_type: String,
    /// The id as AWS Config writes it.
    pub resource_id: String,
    /// The resource's name, or empty.
    pub resource_name: String,
    /// The resource name (ARN), or empty.
    pub resource_arn: String,
    /// When the change was captured.
    pub captured_at: Instant,
    /// `configurationItemStatus` as written.
    pub status: String,
    /// When the resource was created, where stated.
    pub created_at: Option<Instant>,
    /// Tags as a JSON object, or empty.
    pub tags: String,
    /// Relationships as a JSON array, or empty.
    pub relationships: String,
    /// `configuration` as JSON text, encodings as strings taken off; empty where there is none.
    pub configuration: String,
    /// `supplementaryConfiguration` as JSON text as written; empty where there is none.
    pub supplementary_configuration: String,
}

/// Where a rule evaluation was found; decides how it ends (spec section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvaluationOrigin {
    /// An `AWS::Config::ResourceCompliance` item: restates every rule of its resource.
    ComplianceItem,
    /// An entry of `get-compliance-details-by-config-rule`, or of its aggregate form.
    Details,
    /// A `ComplianceChangeNotification`.
    Notification,
}

/// What Config rules said of one resource at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationRecord {
    /// Where it was found.
    pub origin: EvaluationOrigin,
    /// Who recorded it: the account and region in which the rules ran.
    pub recorder: Recorder,
    /// Type of the resource evaluated.
    pub resource_type: String,
    /// Its id as the rule reports it: an id, a name or an ARN.
    pub resource_id: String,
    /// Capture time of the item, else `ResultRecordedTime`.
    pub observed_at: Instant,
    /// `configurationItemStatus` of a compliance item, else empty.
    pub status: String,
    /// The rules and what each said; empty for a deleted compliance item.
    pub rules: Vec<RuleVerdict>,
}

/// One rule's word on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleVerdict {
    /// The rule's name.
    pub rule_name: String,
    /// Its resource name, or empty.
    pub rule_arn: String,
    /// `COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE`, `INSUFFICIENT_DATA`, as written.
    pub compliance: String,
}

/// A Security Hub finding, from ASFF or OCSF, in ASFF's words.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRecord {
    /// `ProductArn`; with `finding_id` it identifies the finding.
    pub product_arn: String,
    /// `Id`.
    pub finding_id: String,
    /// `AwsAccountId`.
    pub account: AccountId,
    /// `Region`, else that of the first resource, else that of the product's ARN.
    pub region: Region,
    /// `UpdatedAt`: the instant of the observation.
    pub updated_at: Instant,
    /// `ProcessedAt`, where stated.
    pub processed_at: Option<Instant>,
    /// `time` of the event that carried it, where there was one.
    pub delivered_at: Option<Instant>,
    /// `GeneratorId`.
    pub generator_id: String,
    /// `Compliance.SecurityControlId`, or empty.
    pub security_control_id: String,
    /// `ProductFields` `ControlId` or `RuleId`, or empty.
    pub standard_control_id: String,
    /// `ProductFields` `StandardsArn` or `StandardsGuideArn`, or empty.
    pub standards_arn: String,
    /// Name of the Config rule behind it (`RelatedAWSResources`, `aws/config/ConfigRuleName`), or empty.
    pub config_rule_name: String,
    /// `Compliance.Status` in ASFF's words (`PASSED`, `FAILED`, `WARNING`, `NOT_AVAILABLE`), or empty.
    pub compliance_status: String,
    /// `Compliance.StatusReasons[].ReasonCode`, in order.
    pub reason_codes: Vec<String>,
    /// `ACTIVE` or `ARCHIVED`.
    pub record_state: String,
    /// `Workflow.Status`, or empty.
    pub workflow_status: String,
    /// `Severity.Label`, or empty.
    pub severity: String,
    /// `Title`.
    pub title: String,
    /// What it is about; at least one.
    pub resources: Vec<FindingResource>,
}

/// A resource that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingResource {
    /// Config's type name where the type is known (`AwsIamUser` is `AWS::IAM::User`), else as written.
    pub resource_type: String,
    /// Its id as written: an ARN, `AWS::::Account:…` brought to the account's twelve digits, or free text.
    pub resource_id: String,
    /// Its region, or empty.
    pub region: String,
}

/// A deployed Config rule, from `describe-config-rules`.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRecord {
    /// The account and region it is deployed in, from its ARN or the file's path.
    pub recorder: Recorder,
    /// Its name: what evaluations call it.
    pub rule_name: String,
    /// Its resource name, or empty.
    pub rule_arn: String,
    /// `Source.Owner`: `AWS`, `CUSTOM_LAMBDA`, `CUSTOM_POLICY`.
    pub owner: String,
    /// `Source.SourceIdentifier`: the managed rule, or a Lambda function's ARN; or empty.
    pub source_identifier: String,
    /// `InputParameters` as JSON text, or empty.
    pub input_parameters: String,
    /// `ConfigRuleState`, or empty.
    pub state: String,
    /// When the description was taken, where the path says so.
    pub described_at: Option<Instant>,
}

/// The columns of a credential report beside `user` and `arn`, in the order of
/// [`CredentialRecord::values`].
pub const CREDENTIAL_COLUMNS: [&str; 21] = [
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
    "additional_credentials_info",
];

/// One user's line of an IAM credential report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// The account that its ARN names, else that of the path, else the one supplied.
    pub account: AccountId,
    /// When the report was generated, or is taken to have been.
    pub generated_at: Instant,
    /// Whether every line of the report was understood and none seems to be cut: only then does it mean
    /// something that a user is not listed. Says nothing of bytes that could not be read.
    pub report_whole: bool,
    /// The user's name as written; `<root_account>` for the root user.
    pub user: String,
    /// Its resource name (ARN).
    pub user_arn: String,
    /// The values of [`CREDENTIAL_COLUMNS`] as written, empty for a column that the report has not.
    pub values: [String; 21],
}

/// What a [`ConditionRecord`] states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKind {
    /// `get-account-password-policy`, or its answer that there is none.
    PasswordPolicy,
    /// `get-account-summary`.
    AccountSummary,
    /// `get-event-selectors` of one trail.
    EventSelectors,
    /// `get-trail-status` of one trail.
    TrailStatus,
    /// An entry of `describe-configuration-recorders`.
    Recorder,
    /// An entry of `describe-configuration-recorder-status`.
    RecorderStatus,
}

impl ConditionKind {
    /// Its name in the lake.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordPolicy => "password_policy",
            Self::AccountSummary => "account_summary",
            Self::EventSelectors => "event_selectors",
            Self::TrailStatus => "trail_status",
            Self::Recorder => "recorder",
            Self::RecorderStatus => "recorder_status",
        }
    }

    /// Whether it is about IAM, which belongs to no region.
    #[must_use]
    pub const fn is_global(self) -> bool {
        matches!(self, Self::PasswordPolicy | Self::AccountSummary)
    }
}

/// What an API answered about an account, a trail or a recorder at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionRecord {
    /// What it states.
    pub kind: ConditionKind,
    /// The account it is about.
    pub account: AccountId,
    /// The region it is about; `global` for IAM.
    pub region: Region,
    /// The trail's ARN, the recorder's name, or, for a trail's status, the file's name without its endings;
    /// empty where there is none.
    pub name: String,
    /// When the answer was given.
    pub stated_at: Instant,
    /// The whole answer as JSON, of a recorder its own entry, as written; empty for the answer that there
    /// is none (`NoSuchEntity`).
    pub content: String,
}

/// Why one record is not one, without its place: the caller knows that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// The kind of problem.
    pub code: crate::model::ProblemCode,
    /// What is wrong, names from the input in backticks.
    pub what: String,
}

/// What came of decoding one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded {
    /// Evidence.
    Kept(Record),
    /// Understood, and no evidence: the reason in a few words.
    SetAside(&'static str),
}
