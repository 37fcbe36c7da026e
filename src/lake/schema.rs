//! Every table of the lake: its columns, their types, units and meaning.
//!
//! A change of meaning changes [`SCHEMA_VERSION`].

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::LakeError;
use super::columns::{Column, ColumnBuilder, column};
use super::table::{ColumnDescription, Row, TableDescription, sentence, table};
use crate::model::Instant;

/// The version of the tables' meaning; a lake says which it was written with.
pub const SCHEMA_VERSION: u32 = 4;

table! {
    /// A configuration item: one state of one resource, as one recorder captured it. In a file: ordered by type, id,
    /// recorder's region, capture time.
    ItemRow = "items", wide ["tags", "relationships", "configuration", "supplementary_configuration"], {
        /// Account of the recorder, which the delivered file's name states, else the item; the folder.
        recorder_account: Arc<str> = "111122223333",
        /// Region of the recorder.
        recorder_region: Arc<str> = "us-east-1",
        /// Such as `AWS::EC2::SecurityGroup`.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// Id as AWS Config writes it.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// When the state was captured.
        captured_at: Instant = "2026-01-31T09:30:00Z",
        /// The item's own account.
        account: Arc<str> = "111122223333",
        /// The item's own region; `global` for IAM.
        region: Arc<str> = "us-east-1",
        /// Name; empty where there is none.
        resource_name: String = "web",
        /// Resource name (ARN); empty where not stated.
        resource_arn: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
        /// `configurationItemStatus`; `OK` where an export has none.
        status: String = "OK",
        /// When the resource was created; null where not stated.
        created_at: Option<Instant> = "2025-11-02T08:00:00Z",
        /// JSON; empty where there is none.
        tags: String = r#"{"environment":"production"}"#,
        /// JSON; empty where there is none.
        relationships: String = r#"[{"resourceType":"AWS::EC2::VPC","resourceId":"vpc-0f1e2d3c"}]"#,
        /// JSON; empty where there is none, as of a deleted resource.
        configuration: String = r#"{"groupName":"web","ipPermissions":[]}"#,
        /// JSON; empty where there is none.
        supplementary_configuration: String = r#"{"ServerSideEncryptionConfiguration":{}}"#,
        /// How much it states: 8 for a configuration, and 1 each for supplementary configuration, tags,
        /// relationships and ARN; of two copies of one state the one that states most stands: where a later
        /// commit brought a fuller one, both are rows, and the lesser does not count.
        completeness: u64 = "11",
        /// File it was found in.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Its number in that file.
        record_number: u64 = "17",
    }
}

table! {
    /// One rule's word on one resource at one moment; a row without a rule says that the resource's
    /// compliance item was deleted or lists none. In a file: ordered by type, id, recorder's region, time, rule.
    EvaluationRow = "evaluations", wide [], {
        /// Account in which the rule ran; the folder.
        recorder_account: Arc<str> = "111122223333",
        /// Region in which it ran.
        recorder_region: Arc<str> = "us-east-1",
        /// Type of the resource evaluated.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// Its id as the rule reports it: an id, a name or an ARN.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// Capture time of the compliance item, else `ResultRecordedTime`.
        observed_at: Instant = "2026-01-31T09:31:12Z",
        /// `compliance_item`, `details` (API output) or `notification`.
        origin: String = "compliance_item",
        /// `configurationItemStatus` of a compliance item; else empty.
        item_status: String = "ResourceDiscovered",
        /// The rule's name, or empty, see above.
        rule_name: String = "restricted-ssh",
        /// Its resource name; empty where not stated.
        rule_arn: String = "arn:aws:config:us-east-1:111122223333:config-rule/config-rule-ab12cd",
        /// `COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE`, `INSUFFICIENT_DATA`; empty where `rule_name` is.
        compliance: String = "NON_COMPLIANT",
        /// File it was found in.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Its number in that file.
        record_number: u64 = "17",
    }
}

table! {
    /// One state of one finding, a row for each resource it is about. Findings in OCSF are brought to the
    /// words of ASFF; a Security Hub finding gets the product and id of its ASFF twin. In a file: ordered by product,
    /// finding, time.
    FindingRow = "findings", wide [], {
        /// `AwsAccountId`: whom the finding is about; the folder.
        account: Arc<str> = "111122223333",
        /// The finding's region; else its first resource's, else that in its names.
        region: Arc<str> = "us-east-1",
        /// `ProductArn`; with `finding_id` it identifies the finding.
        product_arn: Arc<str> = "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        /// `Id`.
        finding_id: Arc<str> = "arn:aws:securityhub:us-east-1:111122223333:security-control/EC2.13/finding/0e1f2a3b",
        /// `UpdatedAt`.
        updated_at: Instant = "2026-02-01T06:00:00Z",
        /// `ProcessedAt`; null where not stated.
        processed_at: Option<Instant> = "2026-02-01T06:00:05Z",
        /// `time` of the event that carried it; null where none did.
        delivered_at: Option<Instant> = "2026-02-01T06:00:09Z",
        /// `GeneratorId`.
        generator_id: Arc<str> = "security-control/EC2.13",
        /// `Compliance.SecurityControlId`, or empty.
        security_control_id: Arc<str> = "EC2.13",
        /// `ControlId` or `RuleId` of its standard, or empty.
        standard_control_id: Arc<str> = "4.1",
        /// ARN of its standard, or empty.
        standards_arn: Arc<str> = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
        /// Config rule behind it, or empty.
        config_rule_name: Arc<str> = "securityhub-restricted-ssh-1a2b3c4d",
        /// `PASSED`, `FAILED`, `WARNING`, `NOT_AVAILABLE`; empty where the finding judges nothing.
        compliance_status: Arc<str> = "FAILED",
        /// Codes of `Compliance.StatusReasons`, joined by blanks; or empty.
        reason_codes: Arc<str> = "CONFIG_EVALUATIONS_EMPTY",
        /// `ACTIVE` or `ARCHIVED`; `ACTIVE` where not stated.
        record_state: Arc<str> = "ACTIVE",
        /// `Workflow.Status`, or empty.
        workflow_status: Arc<str> = "SUPPRESSED",
        /// `Severity.Label`, or empty.
        severity: Arc<str> = "HIGH",
        /// `Title`, or empty.
        title: Arc<str> = "Security groups should not allow ingress from 0.0.0.0/0 to port 22",
        /// Place of the resource in the finding, from 0.
        resource_index: u64 = "0",
        /// AWS Config's name of the type where it is known, else as written.
        resource_type: Arc<str> = "AWS::EC2::SecurityGroup",
        /// Id as written, mostly an ARN; an account as its twelve digits.
        resource_id: Arc<str> = "sg-0a1b2c3d4e5f60718",
        /// The resource's region, or empty.
        resource_region: Arc<str> = "us-east-1",
        /// File it was found in.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Its number in that file.
        record_number: u64 = "17",
    }
}

table! {
    /// A deployed Config rule as described, a row for each different description. In a file: ordered by region,
    /// name, time.
    RuleRow = "rules", wide [], {
        /// Account it is deployed in: that of its ARN, else of the file's path; the folder.
        recorder_account: String = "111122223333",
        /// Region it is deployed in.
        recorder_region: String = "us-east-1",
        /// Its name.
        rule_name: String = "restricted-ssh",
        /// Its resource name, or empty.
        rule_arn: String = "arn:aws:config:us-east-1:111122223333:config-rule/config-rule-ab12cd",
        /// `AWS`, `CUSTOM_LAMBDA`, `CUSTOM_POLICY`, or empty.
        owner: String = "AWS",
        /// The managed rule's identifier or a Lambda function's ARN, or empty.
        source_identifier: String = "INCOMING_SSH_DISABLED",
        /// JSON, or empty.
        input_parameters: String = r#"{"maxAccessKeyAge":"90"}"#,
        /// `ConfigRuleState`, or empty.
        state: String = "ACTIVE",
        /// When it was described: the time in the file's path, else `--taken-at`; or null.
        described_at: Option<Instant> = "2026-01-05T00:00:00Z",
        /// File it was found in.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Its number in that file.
        record_number: u64 = "17",
    }
}

table! {
    /// A snapshot of one recorder. One that lists nothing infers nothing and has no row. The snapshots of one ingest
    /// and recorder that were read by one worker make up a segment.
    SnapshotRow = "snapshots", wide [], {
        /// Account of the recorder; the folder.
        recorder_account: Arc<str> = "111122223333",
        /// Region of the recorder.
        recorder_region: Arc<str> = "us-east-1",
        /// Number of the commit and of the part of the ingest.
        segment: Arc<str> = "1.3",
        /// Time in the file's name, else the latest capture time in it.
        taken_at: Instant = "2026-01-31T12:00:00Z",
        /// How many resources and compliance items it lists.
        listed: u64 = "412",
        /// Read to its end, and every record understood: only then does its silence mean anything.
        whole: bool = "true",
        /// Its file.
        evidence_id: String = "3f2a9c0d11e4b7a8",
    }
}

table! {
    /// A run of consecutive snapshots of one segment and recorder that list a resource: what a hundred
    /// snapshots listed takes one row as long as nothing changes. It refers to the snapshots of its own segment and
    /// recorder.
    ListingRow = "listings", wide [], {
        /// Account of the recorder; the folder.
        recorder_account: Arc<str> = "111122223333",
        /// Region of the recorder.
        recorder_region: Arc<str> = "us-east-1",
        /// The segment whose snapshots are meant.
        segment: Arc<str> = "1.3",
        /// Type of the resource; of a compliance item, that of the resource evaluated.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// Its id.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// Whether its compliance item is listed, not the resource itself.
        compliance_item: bool = "false",
        /// Time of the first snapshot of the run.
        first_listed: Instant = "2026-01-01T12:00:00Z",
        /// Time of the last one.
        last_listed: Instant = "2026-06-30T12:00:00Z",
    }
}

table! {
    /// A line of an IAM credential report: one user's credentials when the report was generated. Values
    /// stay as the report writes them: `true`, `N/A`, `no_information`, `not_supported`, or a time;
    /// empty where it has no such column. In a file: ordered by time and record.
    CredentialRow = "credentials", wide [], {
        /// Account of the user's ARN, else of the file's path, else of `--account`; the folder.
        account: String = "111122223333",
        /// `GeneratedTime`, else the time in the file's path, else `--taken-at`.
        generated_at: Instant = "2026-03-01T00:00:00Z",
        /// Every line was understood and none seems to be cut: only then does it mean something who is not
        /// listed.
        report_whole: bool = "true",
        /// The user's name; `<root_account>` for the root user.
        user: String = "alice",
        /// Its resource name.
        user_arn: String = "arn:aws:iam::111122223333:user/alice",
        /// As the report writes it, or empty where it has no such column.
        user_creation_time: String = "2024-05-06T07:08:09+00:00",
        /// As the report writes it, or empty where it has no such column.
        password_enabled: String = "true",
        /// As the report writes it, or empty where it has no such column.
        password_last_used: String = "2026-02-27T10:00:00+00:00",
        /// As the report writes it, or empty where it has no such column.
        password_last_changed: String = "2025-12-01T10:00:00+00:00",
        /// As the report writes it, or empty where it has no such column.
        password_next_rotation: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        mfa_active: String = "false",
        /// As the report writes it, or empty where it has no such column.
        access_key_1_active: String = "true",
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_rotated: String = "2025-10-01T00:00:00+00:00",
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_used_date: String = "2026-02-28T23:00:00+00:00",
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_used_region: String = "us-east-1",
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_used_service: String = "s3",
        /// As the report writes it, or empty where it has no such column.
        access_key_2_active: String = "false",
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_rotated: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_used_date: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_used_region: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_used_service: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        cert_1_active: String = "false",
        /// As the report writes it, or empty where it has no such column.
        cert_1_last_rotated: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        cert_2_active: String = "false",
        /// As the report writes it, or empty where it has no such column.
        cert_2_last_rotated: String = "N/A",
        /// As the report writes it, or empty where it has no such column.
        additional_credentials_info: String = "",
        /// File it was found in.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Its number in that file; the header is not counted.
        record_number: u64 = "17",
    }
}

impl CredentialRow {
    /// What the report says of the user beside its name, in the order of the columns.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        [
            &self.user_creation_time,
            &self.password_enabled,
            &self.password_last_used,
            &self.password_last_changed,
            &self.password_next_rotation,
            &self.mfa_active,
            &self.access_key_1_active,
            &self.access_key_1_last_rotated,
            &self.access_key_1_last_used_date,
            &self.access_key_1_last_used_region,
            &self.access_key_1_last_used_service,
            &self.access_key_2_active,
            &self.access_key_2_last_rotated,
            &self.access_key_2_last_used_date,
            &self.access_key_2_last_used_region,
            &self.access_key_2_last_used_service,
            &self.cert_1_active,
            &self.cert_1_last_rotated,
            &self.cert_2_active,
            &self.cert_2_last_rotated,
            &self.additional_credentials_info,
        ]
        .into_iter()
    }
}

table! {
    /// An answer of an API that states a condition of an account, a trail or a recorder; a row for each
    /// different answer. In a file: ordered by kind, region, name, time.
    ConditionRow = "conditions", wide ["content"], {
        /// Account of an ARN in the answer, else of the file's path, else of `--account`; the folder.
        account: String = "111122223333",
        /// Region of an ARN in the answer, else of the file's path; `global` for IAM.
        region: String = "global",
        /// `password_policy`, `account_summary`, `event_selectors`, `trail_status`, `recorder`,
        /// `recorder_status`.
        kind: String = "password_policy",
        /// The trail's ARN; the recorder's name; for `trail_status` the file's name without its endings; or
        /// empty.
        name: String = "org-trail",
        /// Time in the file's path, else `--taken-at`.
        stated_at: Instant = "2026-03-01T00:00:00Z",
        /// The whole answer as JSON, of a recorder its own entry, as written; empty for the answer that there
        /// is no password policy.
        content: String = r#"{"MinimumPasswordLength":14}"#,
        /// Of a password policy: the least length of a password, in characters.
        minimum_password_length: Option<u64> = "14",
        /// Of a password policy: whether a symbol is required.
        require_symbols: Option<bool> = "true",
        /// Of a password policy: whether a digit is required.
        require_numbers: Option<bool> = "true",
        /// Of a password policy: whether an upper-case letter is required.
        require_uppercase_characters: Option<bool> = "true",
        /// Of a password policy: whether a lower-case letter is required.
        require_lowercase_characters: Option<bool> = "true",
        /// Of a password policy: after how many days a password expires; null where it never does.
        max_password_age: Option<u64> = "90",
        /// Of a password policy: how many earlier passwords cannot be used again; null where all can.
        password_reuse_prevention: Option<u64> = "24",
        /// Of an account summary: how many MFA devices the root user has, 0 or 1.
        account_mfa_enabled: Option<u64> = "1",
        /// Of an account summary: how many access keys the root user has.
        account_access_keys_present: Option<u64> = "0",
        /// File it was found in.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Its number in that file.
        record_number: u64 = "17",
    }
}

table! {
    /// An evidence file that was offered, whatever became of it.
    FileRow = "ledger", wide [], {
        /// First sixteen digits of `sha256`; empty where the bytes were not looked at.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Last part of the argument and the path below it, `/` between; of an object in S3, the last part of
        /// the address and the key below it; of a member, the path it would be unpacked to.
        path: String = "exports/111122223333/snapshot.json.gz",
        /// The bundle it is a member of (`outer > inner` where that is one too); empty for a file on disk.
        bundle: String = "evidence.zip",
        /// Bytes as handed over: compressed, if the file is.
        size: u64 = "48213",
        /// Of these bytes, lower-case hexadecimal; empty where they were not looked at.
        sha256: String = "3f2a9c0d11e4b7a8…",
        /// What it was recognised as, see below; `bundle`; or empty.
        kind: String = "config_snapshot",
        /// `accepted`, `partial`, `set_aside`, `rejected` or `bundle`; the README says when.
        outcome: String = "accepted",
        /// Account that the name of a delivered AWS Config object, else the path states; of `credentials` and
        /// `conditions` the one that all records of the file are about; `--account` where it was needed; or
        /// empty.
        account: String = "111122223333",
        /// Region, likewise; `global` for IAM.
        region: String = "us-east-1",
        /// Time of a snapshot or history file; of `credentials` and `conditions` the latest; when rules were
        /// described; else null.
        evidence_time: Option<Instant> = "2026-01-31T12:00:00Z",
        /// Only then does a snapshot or history file attest its time.
        read_to_end: bool = "true",
        /// Records found: the sum of the next four.
        records_read: u64 = "412",
        /// New to the lake.
        records_kept: u64 = "9",
        /// Known from another place.
        records_duplicate: u64 = "403",
        /// Understood, and no evidence: sample findings, findings of other classes and clouds.
        records_set_aside: u64 = "0",
        /// Not understood.
        records_rejected: u64 = "0",
        /// Why something of it was not used: problems with their codes; empty where all was.
        reason: String = "F104 record 7: …",
    }
}

table! {
    /// An object that was read: a file on disk, or an object of a bucket. The only table whose bytes depend
    /// on where the evidence lay and when it was put there.
    OriginRow = "origins", wide ["etag", "version"], {
        /// As in the ledger.
        path: String = "exports/111122223333/snapshot.json.gz",
        /// Absolute path, or address (`s3://…`).
        place: String = "s3://evidence-bucket/exports/snapshot.json.gz",
        /// Bytes, as the place says.
        size: u64 = "48213",
        /// When it was last modified, as the place says.
        modified_at: Option<Instant> = "2026-02-01T00:10:00Z",
        /// ETag of an S3 object; else empty.
        etag: String = r#""9b2cf5…""#,
        /// Version of an S3 object that was read, in a bucket that keeps versions; else empty.
        version: String = "",
        /// Of its bytes.
        sha256: String = "3f2a9c0d11e4b7a8…",
        /// `--account`, or empty.
        supplied_account: String = "",
        /// `--taken-at`.
        supplied_taken_at: Option<Instant> = "",
        /// Rows of the ledger that it stands for: one, or a bundle with its members.
        files: u64 = "1",
        /// Those of them `rejected`.
        files_rejected: u64 = "0",
        /// Those of them `partial`.
        files_partial: u64 = "0",
        /// All in it was recognised and used.
        exhausted: bool = "true",
    }
}
