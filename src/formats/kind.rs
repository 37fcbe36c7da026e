//! [`Kind`]: what an export is recognised as.

/// A kind of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An AWS Config snapshot.
    ConfigSnapshot,
    /// An AWS Config history file.
    ConfigHistory,
    /// Configuration items from the API: history, batch or query.
    ConfigItems,
    /// Change notifications of AWS Config, in whatever envelope.
    ConfigNotification,
    /// `describe-config-rules`.
    ConfigRules,
    /// `get-compliance-details-…`, the aggregate form too.
    ConfigEvaluations,
    /// Security Hub findings in ASFF.
    SecurityHubFindings,
    /// Findings in OCSF.
    OcsfFindings,
    /// The empty object by which AWS Config tries whether it may write.
    ConfigWritabilityCheck,
    /// Notices that a snapshot or history file was delivered, and scheduled rule events.
    ConfigDeliveryNotice,
    /// `describe-configuration-recorders` and `describe-configuration-recorder-status`.
    ConfigRecorders,
    /// Channel, summary and rule status outputs of the AWS Config API.
    ConfigOther,
    /// Security Hub outputs that hold no findings: finding history, insights.
    SecurityHubOther,
    /// A CloudWatch Logs subscription message without events.
    LogsControl,
    /// An IAM credential report.
    IamCredentialReport,
    /// An IAM password policy, or the answer that there is none.
    IamPasswordPolicy,
    /// An IAM account summary.
    IamAccountSummary,
    /// What came of asking for a credential report to be made.
    IamOther,
    /// A trail's status or event selectors.
    CloudTrailOther,
}

impl Kind {
    /// Its name in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfigSnapshot => "config_snapshot",
            Self::ConfigHistory => "config_history",
            Self::ConfigItems => "config_items",
            Self::ConfigNotification => "config_notification",
            Self::ConfigRules => "config_rules",
            Self::ConfigEvaluations => "config_evaluations",
            Self::SecurityHubFindings => "securityhub_findings",
            Self::OcsfFindings => "ocsf_findings",
            Self::ConfigWritabilityCheck => "config_writability_check",
            Self::ConfigDeliveryNotice => "config_delivery_notice",
            Self::ConfigRecorders => "config_recorders",
            Self::ConfigOther => "config_other",
            Self::SecurityHubOther => "securityhub_other",
            Self::LogsControl => "logs_control",
            Self::IamCredentialReport => "iam_credential_report",
            Self::IamPasswordPolicy => "iam_password_policy",
            Self::IamAccountSummary => "iam_account_summary",
            Self::IamOther => "iam_other",
            Self::CloudTrailOther => "cloudtrail_other",
        }
    }

    /// Why a file of this kind is not drawn on, where it is not.
    #[must_use]
    pub const fn set_aside(self) -> Option<&'static str> {
        match self {
            Self::ConfigWritabilityCheck => Some("the empty object by which AWS Config tries whether it may write"),
            Self::ConfigDeliveryNotice => Some("a notice of a delivery, which holds no items"),
            Self::ConfigOther => Some("an AWS Config output that names no resource's state"),
            Self::SecurityHubOther => Some("a Security Hub output that holds no findings"),
            Self::LogsControl => Some("a log subscription's control message"),
            Self::IamOther => Some("the answer to asking for a credential report, which is not a report"),
            _ => None,
        }
    }
}
