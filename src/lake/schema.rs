//! Every table of the lake: its columns, their types, units and meaning.
//!
//! A column is one of five kinds, so that any reader of Parquet understands it: text (UTF-8, empty
//! where nothing is known), time (microseconds, UTC), optional time (null where there is none), count
//! (signed 64-bit, never negative) and flag. A change of meaning changes [`SCHEMA_VERSION`].

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};

use super::LakeError;
use super::columns::{Column, ColumnBuilder, column};
use crate::model::Instant;

/// The version of the tables' meaning; a lake says which it was written with.
pub const SCHEMA_VERSION: u32 = 3;

/// A row of a table, and how it lies in columns.
pub trait Row: Sized + Send {
    /// The table's name, which is also its folder's.
    const TABLE: &'static str;
    /// Columns whose values hardly ever repeat: stored without a dictionary.
    const WIDE: &'static [&'static str];
    /// The columns.
    fn schema() -> SchemaRef;
    /// One empty column each, in the order of the schema.
    #[doc(hidden)]
    fn builders() -> Vec<Box<dyn ColumnBuilder>>;
    /// Columns as rows.
    ///
    /// # Errors
    /// When a column is missing or of another type: the file is not one of this table.
    fn from_batch(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError>;
    /// Some of the columns as rows; what the others hold is left empty.
    ///
    /// # Errors
    /// When a column is of another type.
    fn from_some_columns(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError>;
    /// Puts the row behind `bytes`, so that [`Row::decode`] finds it again in the same run of the program.
    fn encode(&self, bytes: &mut Vec<u8>);
    /// Takes a row off the front of `bytes`; `None` where there is none.
    fn decode(bytes: &mut &[u8]) -> Option<Self>;
}

/// Defines a row and its columns in one place.
macro_rules! table {
    ($(#[$doc:meta])* $row:ident = $table:literal, wide $wide:expr, { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $row {
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl Row for $row {
            const TABLE: &'static str = $table;
            const WIDE: &'static [&'static str] = &$wide;

            fn schema() -> SchemaRef {
                Arc::new(Schema::new(vec![
                    $(Field::new(stringify!($field), <$kind as Column>::data_type(), <$kind as Column>::is_nullable()),)*
                ]))
            }

            fn builders() -> Vec<Box<dyn ColumnBuilder>> {
                vec![$(<$kind as Column>::builder(),)*]
            }

            fn from_batch(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError> {
                $(let $field = column::<$kind>(batch, $table, stringify!($field))?;)*
                rows.reserve(batch.num_rows());
                for at in 0..batch.num_rows() {
                    rows.push(Self { $($field: <$kind as Column>::read(&$field, at),)* });
                }
                Ok(())
            }

            fn from_some_columns(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError> {
                $(
                    let $field = match batch.column_by_name(stringify!($field)) {
                        Some(_) => Some(column::<$kind>(batch, $table, stringify!($field))?),
                        None => None,
                    };
                )*
                rows.reserve(batch.num_rows());
                for at in 0..batch.num_rows() {
                    rows.push(Self {
                        $($field: $field.as_ref().map_or_else(
                            <$kind as Column>::unread,
                            |reader| <$kind as Column>::read(reader, at),
                        ),)*
                    });
                }
                Ok(())
            }

            fn encode(&self, bytes: &mut Vec<u8>) {
                $(Column::encode(&self.$field, bytes);)*
            }

            fn decode(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: <$kind as Column>::decode(bytes)?,)* })
            }
        }
    };
}

table! {
    /// A configuration item: one state of one resource, as one recorder captured it.
    ItemRow = "items", wide ["tags", "relationships", "configuration", "supplementary_configuration"], {
        /// Account of the recorder: the partition.
        recorder_account: Arc<str>,
        /// Region of the recorder.
        recorder_region: Arc<str>,
        /// Type, such as `AWS::EC2::SecurityGroup`.
        resource_type: String,
        /// Id as AWS Config writes it.
        resource_id: String,
        /// When the change was captured.
        captured_at: Instant,
        /// The item's own account.
        account: Arc<str>,
        /// The item's own region; `global` for IAM.
        region: Arc<str>,
        /// Name, or empty.
        resource_name: String,
        /// Resource name (ARN), or empty.
        resource_arn: String,
        /// `configurationItemStatus`.
        status: String,
        /// When the resource was created, if stated.
        created_at: Option<Instant>,
        /// Tags as a JSON object, or empty.
        tags: String,
        /// Relationships as a JSON array, or empty.
        relationships: String,
        /// `configuration` as JSON, or empty.
        configuration: String,
        /// `supplementaryConfiguration` as JSON, or empty.
        supplementary_configuration: String,
        /// How much it states: 8 for a configuration, and 1 each for supplementary configuration, tags,
        /// relationships and ARN. Of two copies of one state the one that states most stands.
        completeness: u64,
        /// Ledger id of the file it was first found in.
        evidence_id: String,
        /// Its number in that file, from 1.
        record_number: u64,
    }
}

table! {
    /// One rule's word on one resource at one moment; a row without a rule says that the resource's
    /// compliance item was deleted or lists none.
    EvaluationRow = "evaluations", wide [], {
        /// Account in which the rule ran: the partition.
        recorder_account: Arc<str>,
        /// Region in which it ran.
        recorder_region: Arc<str>,
        /// Type of the resource evaluated.
        resource_type: String,
        /// Its id as the rule reports it.
        resource_id: String,
        /// Capture time of the compliance item, else `ResultRecordedTime`.
        observed_at: Instant,
        /// `compliance_item`, `details` or `notification`.
        origin: String,
        /// Status of the compliance item, else empty.
        item_status: String,
        /// The rule's name, or empty.
        rule_name: String,
        /// The rule's resource name, or empty.
        rule_arn: String,
        /// `COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE`, `INSUFFICIENT_DATA`, or empty.
        compliance: String,
        /// Ledger id of the file it was first found in.
        evidence_id: String,
        /// Its number in that file, from 1.
        record_number: u64,
    }
}

table! {
    /// One state of one finding, a row for each resource it is about.
    FindingRow = "findings", wide [], {
        /// Account that the finding is about: the partition.
        account: Arc<str>,
        /// Region of the finding.
        region: Arc<str>,
        /// `ProductArn`; with `finding_id` it identifies the finding.
        product_arn: Arc<str>,
        /// `Id`.
        finding_id: Arc<str>,
        /// `UpdatedAt`.
        updated_at: Instant,
        /// `ProcessedAt`, if stated.
        processed_at: Option<Instant>,
        /// `time` of the event that carried it, if there was one.
        delivered_at: Option<Instant>,
        /// `GeneratorId`.
        generator_id: Arc<str>,
        /// `Compliance.SecurityControlId`, or empty.
        security_control_id: Arc<str>,
        /// `ControlId` or `RuleId` of its standard, or empty.
        standard_control_id: Arc<str>,
        /// ARN of its standard, or empty.
        standards_arn: Arc<str>,
        /// Config rule behind it, or empty.
        config_rule_name: Arc<str>,
        /// `PASSED`, `FAILED`, `WARNING`, `NOT_AVAILABLE`, or empty.
        compliance_status: Arc<str>,
        /// Reason codes joined by blanks, or empty.
        reason_codes: Arc<str>,
        /// `ACTIVE` or `ARCHIVED`.
        record_state: Arc<str>,
        /// `Workflow.Status`, or empty.
        workflow_status: Arc<str>,
        /// `Severity.Label`, or empty.
        severity: Arc<str>,
        /// `Title`.
        title: Arc<str>,
        /// Place of the resource in the finding, from 0.
        resource_index: u64,
        /// Config's type name where known.
        resource_type: Arc<str>,
        /// Id as written: mostly an ARN.
        resource_id: Arc<str>,
        /// The resource's region, or empty.
        resource_region: Arc<str>,
        /// Ledger id of the file it was first found in.
        evidence_id: String,
        /// Its number in that file, from 1.
        record_number: u64,
    }
}

table! {
    /// A deployed Config rule as described.
    RuleRow = "rules", wide [], {
        /// Account it is deployed in: the partition.
        recorder_account: String,
        /// Region it is deployed in.
        recorder_region: String,
        /// Its name.
        rule_name: String,
        /// Its resource name, or empty.
        rule_arn: String,
        /// `AWS`, `CUSTOM_LAMBDA`, `CUSTOM_POLICY`, or empty.
        owner: String,
        /// Managed rule's identifier or Lambda ARN, or empty.
        source_identifier: String,
        /// Parameters as JSON, or empty.
        input_parameters: String,
        /// `ConfigRuleState`, or empty.
        state: String,
        /// When it was described, if the path says so.
        described_at: Option<Instant>,
        /// Ledger id of the file it was first found in.
        evidence_id: String,
        /// Its number in that file, from 1.
        record_number: u64,
    }
}

table! {
    /// A snapshot of one recorder.
    SnapshotRow = "snapshots", wide [], {
        /// Account of the recorder: the partition.
        recorder_account: Arc<str>,
        /// Region of the recorder.
        recorder_region: Arc<str>,
        /// The part of the ingest that read it; listings refer to snapshots of their own segment.
        segment: Arc<str>,
        /// The snapshot's time.
        taken_at: Instant,
        /// How many resources it lists.
        listed: u64,
        /// Whether it was read whole: only then does its silence mean anything.
        whole: bool,
        /// Ledger id of its file.
        evidence_id: String,
    }
}

table! {
    /// A run of consecutive snapshots of one segment and recorder that list a resource: what a hundred
    /// snapshots listed takes one row as long as nothing changes.
    ListingRow = "listings", wide [], {
        /// Account of the recorder: the partition.
        recorder_account: Arc<str>,
        /// Region of the recorder.
        recorder_region: Arc<str>,
        /// The segment whose snapshots are meant.
        segment: Arc<str>,
        /// Type of the resource; that of the resource evaluated for compliance items.
        resource_type: String,
        /// Its id.
        resource_id: String,
        /// Whether a compliance item is listed, not the resource itself.
        compliance_item: bool,
        /// First snapshot of the run.
        first_listed: Instant,
        /// Last snapshot of the run.
        last_listed: Instant,
    }
}

table! {
    /// A line of an IAM credential report: one user's credentials when the report was generated. Values
    /// stay as the report writes them: `true`, `N/A`, `no_information`, `not_supported`, or a time.
    CredentialRow = "credentials", wide [], {
        /// Account that the report is about: the partition.
        account: String,
        /// When the report was generated.
        generated_at: Instant,
        /// Whether the report was read whole: only then does it mean something that it lists no such user.
        report_whole: bool,
        /// The user's name; `<root_account>` for the root user.
        user: String,
        /// Its resource name (ARN).
        user_arn: String,
        /// As the report writes it, or empty where it has no such column.
        user_creation_time: String,
        /// As the report writes it, or empty where it has no such column.
        password_enabled: String,
        /// As the report writes it, or empty where it has no such column.
        password_last_used: String,
        /// As the report writes it, or empty where it has no such column.
        password_last_changed: String,
        /// As the report writes it, or empty where it has no such column.
        password_next_rotation: String,
        /// As the report writes it, or empty where it has no such column.
        mfa_active: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_1_active: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_rotated: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_used_date: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_used_region: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_1_last_used_service: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_2_active: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_rotated: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_used_date: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_used_region: String,
        /// As the report writes it, or empty where it has no such column.
        access_key_2_last_used_service: String,
        /// As the report writes it, or empty where it has no such column.
        cert_1_active: String,
        /// As the report writes it, or empty where it has no such column.
        cert_1_last_rotated: String,
        /// As the report writes it, or empty where it has no such column.
        cert_2_active: String,
        /// As the report writes it, or empty where it has no such column.
        cert_2_last_rotated: String,
        /// As the report writes it, or empty where it has no such column.
        additional_credentials_info: String,
        /// Ledger id of the file it was first found in.
        evidence_id: String,
        /// Its number in that file, from 1; the header is not counted.
        record_number: u64,
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
    /// An answer of an API that states a condition of an account, a trail or a recorder.
    ConditionRow = "conditions", wide ["content"], {
        /// Account that it is about: the partition.
        account: String,
        /// Region that it is about; `global` for IAM.
        region: String,
        /// `password_policy`, `account_summary`, `event_selectors`, `trail_status`, `recorder` or
        /// `recorder_status`.
        kind: String,
        /// Name or ARN of the trail or recorder, where the answer or the file's name states it; or empty.
        name: String,
        /// When the answer was given.
        stated_at: Instant,
        /// The answer as JSON; empty for the answer that there is none (`NoSuchEntity`).
        content: String,
        /// Ledger id of the file it was first found in.
        evidence_id: String,
        /// Its number in that file, from 1.
        record_number: u64,
    }
}

table! {
    /// An evidence file.
    FileRow = "ledger", wide [], {
        /// Ledger id, or empty where the bytes could not be read.
        evidence_id: String,
        /// Path under the name of the argument it was given by.
        path: String,
        /// Bundle it is a member of, or empty.
        bundle: String,
        /// Bytes as handed over.
        size: u64,
        /// SHA-256 in lower-case hexadecimal, or empty.
        sha256: String,
        /// Kind of export, or empty.
        kind: String,
        /// `accepted`, `partial`, `set_aside`, `rejected` or `bundle`.
        outcome: String,
        /// Account its name, else its path states; of credential reports and conditions the one that all its
        /// records are about; where it was needed and stated nowhere, the one supplied; or empty.
        account: String,
        /// Region its name, else its path states; of credential reports and conditions that of all its
        /// records; or empty.
        region: String,
        /// The time it speaks for, if it has one.
        evidence_time: Option<Instant>,
        /// Whether it was read to its end: only then does a snapshot or history file attest its time.
        read_to_end: bool,
        /// Records found.
        records_read: u64,
        /// Records new to the lake.
        records_kept: u64,
        /// Records known from another place.
        records_duplicate: u64,
        /// Records that are no evidence.
        records_set_aside: u64,
        /// Records that could not be decoded.
        records_rejected: u64,
        /// Why something of it was not used, or empty.
        reason: String,
    }
}

table! {
    /// An object that was read: a file on disk, or an object of a bucket. The only table whose bytes depend
    /// on where the evidence lay and when it was put there.
    OriginRow = "origins", wide ["etag", "version"], {
        /// Path under the name of the argument it was given by, as in the ledger.
        path: String,
        /// Where it was: an absolute path, or an address that begins with `s3://`.
        place: String,
        /// Bytes, as the place it was in says.
        size: u64,
        /// When it was last modified, as the place it was in says.
        modified_at: Option<Instant>,
        /// ETag of an object of a bucket, or empty.
        etag: String,
        /// Version of an object of a bucket that keeps versions, or empty.
        version: String,
        /// SHA-256 of its bytes in lower-case hexadecimal.
        sha256: String,
        /// Account that was supplied with it, or empty.
        supplied_account: String,
        /// Time that was supplied with it.
        supplied_taken_at: Option<Instant>,
        /// Files in it that the ledger lists: one, or the members of a bundle.
        files: u64,
        /// Those of them of which nothing could be used.
        files_rejected: u64,
        /// Those of them that could be used only in part.
        files_partial: u64,
        /// Whether all in it was recognised and used: another version of tickmark would find no more.
        exhausted: bool,
    }
}
