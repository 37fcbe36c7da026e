//! Evidence as plain structs, after the envelopes are gone and before anything is concluded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Micros;
use super::account::{Policy, Report};

/// Who recorded an item: account and region.
pub(crate) type Recorder = (String, String);

/// One configuration item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The recorder of the delivered file, else the item's own account and region.
    pub(crate) recorder: Recorder,
    /// `AWS::Service::Type`.
    pub(crate) resource_type: String,
    /// The id as AWS Config writes it.
    pub(crate) id: String,
    /// When the change was captured.
    pub(crate) capture: Micros,
    /// `configurationItemStatus`.
    pub(crate) status: String,
    /// The ARN, if the item carries one.
    pub(crate) arn: Option<String>,
    /// The item's own account.
    pub(crate) account: String,
    /// The item's own region (`global` for IAM).
    pub(crate) region: String,
    /// Tags of the resource.
    pub(crate) tags: BTreeMap<String, String>,
    /// `resourceName`, or empty.
    pub(crate) name: String,
    /// `configuration.groupName` of a security group.
    pub(crate) group_name: String,
    /// `configuration.vpcId` of a security group.
    pub(crate) vpc: String,
    /// `configuration.s3BucketName` of a trail.
    pub(crate) trail_bucket: Option<String>,
    /// `configuration`, opened.
    pub(crate) configuration: Value,
    /// `supplementaryConfiguration`, each member opened.
    pub(crate) supplementary: Value,
    /// Rule name and compliance type, for a compliance item.
    pub(crate) rules: Vec<(String, String)>,
}

impl Item {
    /// Whether the item says that the resource is gone.
    pub(crate) fn is_deletion(&self) -> bool {
        matches!(self.status.as_str(), "ResourceDeleted" | "ResourceDeletedNotRecorded")
    }

    /// Whether this is the compliance record of another resource.
    pub(crate) fn is_compliance(&self) -> bool {
        self.resource_type == "AWS::Config::ResourceCompliance"
    }
}

/// One snapshot: when it was taken, and what it lists.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Whose snapshot.
    pub(crate) recorder: Recorder,
    /// The time in its file name, else its latest capture time.
    pub(crate) time: Micros,
    /// Type and id of everything in it.
    pub(crate) listed: BTreeSet<(String, String)>,
}

/// One line of a `get-compliance-details…` output.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    /// Where the rule ran.
    pub(crate) place: Recorder,
    /// The rule's name.
    pub(crate) rule: String,
    /// The type of the evaluated resource.
    pub(crate) resource_type: String,
    /// Its id.
    pub(crate) id: String,
    /// `ComplianceType`.
    pub(crate) compliance: String,
    /// `ResultRecordedTime`.
    pub(crate) time: Micros,
}

/// One record of one finding.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// `ProductArn`.
    pub(crate) product: String,
    /// `Id`.
    pub(crate) id: String,
    /// `AwsAccountId`.
    pub(crate) account: String,
    /// `Region`, else the region of the product's ARN.
    pub(crate) region: String,
    /// `UpdatedAt`.
    pub(crate) updated: Micros,
    /// `ProcessedAt`.
    pub(crate) processed: Option<Micros>,
    /// The Security Hub control it is about, in today's ids.
    pub(crate) control: Option<String>,
    /// `Compliance.Status`.
    pub(crate) status: String,
    /// The reason codes.
    pub(crate) reasons: Vec<String>,
    /// `RecordState` is `ARCHIVED`.
    pub(crate) archived: bool,
    /// `Workflow.Status` is `SUPPRESSED`.
    pub(crate) suppressed: bool,
    /// Type, id and region of the resources.
    pub(crate) resources: Vec<(String, String, Option<String>)>,
}

/// A rule as `describe-config-rules` has it.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    /// `Source.SourceIdentifier`.
    pub(crate) identifier: String,
    /// `Source.Owner` is AWS, or is not said.
    pub(crate) managed: bool,
    /// `InputParameters`, opened.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// Items by recorder, type, id and capture time; copies count once.
    pub(crate) items: BTreeMap<(Recorder, String, String, Micros), Item>,
    /// All snapshots that list anything.
    pub(crate) snapshots: Vec<Snapshot>,
    /// When a snapshot or history file of an account and region was made.
    pub(crate) deliveries: Vec<(Recorder, Micros)>,
    /// Command-line evaluation results.
    pub(crate) details: Vec<Detail>,
    /// Findings.
    pub(crate) findings: Vec<Finding>,
    /// Described rules by account, region and rule name.
    pub(crate) described: BTreeMap<(String, String, String), Described>,
    /// Credential reports.
    pub(crate) reports: Vec<Report>,
    /// Answers about password policies.
    pub(crate) policies: Vec<Policy>,
}
