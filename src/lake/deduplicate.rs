//! One fact delivered twice is one fact: which of its copies stands.
//!
//! Of several copies the one that holds most, else the one delivered first, is kept, whatever the
//! order in which files were read.

use std::cmp::Ordering;

use super::fingerprint::{ByFingerprint, Fingerprint, Fingerprinter};
use super::schema::{
    ConditionRow, CredentialRow, EvaluationRow, FindingRow, ItemRow, ListingRow, RuleRow, SnapshotRow,
};
use super::sort_key::SortKey;
use super::table::Row;
use crate::model::Instant;

/// A row that is staged and sorted on its way into the lake.
pub(super) trait Staged: Row {
    /// Its table among those of an account.
    const TABLE_NUMBER: usize;
    /// Whether two rows of one identity are one fact. Other rows stand as they are.
    const IS_FACT: bool;
    /// The columns on which group, identity and fullness rest.
    const IDENTITY_COLUMNS: &'static [&'static str];

    /// The leading part of the order at rest; copies of one fact agree in it.
    fn group(&self, key: &mut SortKey);
    /// Gives the parts of what identifies the fact, in order.
    fn identity(&self, part: &mut dyn FnMut(&[u8]));
    /// Of two copies, whether one holds more than the other.
    fn fullness(&self) -> u8 {
        0
    }
    /// The order at rest within a group.
    fn order(&self, other: &Self) -> Ordering;
    /// Where its ledger id stands, if it has one.
    fn evidence(&mut self) -> Option<&mut String>;
    /// The file that it comes from turned out to be damaged.
    fn distrust(&mut self) {}
}

/// Tables of an account.
pub(super) const TABLES: usize = 8;

fn time(instant: Instant) -> [u8; 8] {
    instant.microseconds().to_le_bytes()
}

fn optional_time(instant: Option<Instant>) -> [u8; 8] {
    instant.map_or([0xff; 8], time)
}

impl Staged for ItemRow {
    const TABLE_NUMBER: usize = 0;
    const IS_FACT: bool = true;
    const IDENTITY_COLUMNS: &'static [&'static str] =
        &["recorder_account", "recorder_region", "resource_type", "resource_id", "captured_at", "completeness"];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.resource_type);
        key.text(&self.resource_id);
        key.text(&self.recorder_region);
        key.instant(self.captured_at);
    }

    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        for text in [&self.recorder_account, &self.recorder_region] {
            part(text.as_bytes());
        }
        for text in [&self.resource_type, &self.resource_id] {
            part(text.as_bytes());
        }
        part(&time(self.captured_at));
    }

    fn fullness(&self) -> u8 {
        u8::try_from(self.completeness).unwrap_or(u8::MAX)
    }

    fn order(&self, other: &Self) -> Ordering {
        (self.record_number, &self.evidence_id).cmp(&(other.record_number, &other.evidence_id))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }
}

impl Staged for EvaluationRow {
    const TABLE_NUMBER: usize = 1;
    const IS_FACT: bool = true;
    const IDENTITY_COLUMNS: &'static [&'static str] = &[
        "recorder_account",
        "recorder_region",
        "resource_type",
        "resource_id",
        "observed_at",
        "origin",
        "item_status",
        "rule_name",
        "compliance",
    ];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.resource_type);
        key.text(&self.resource_id);
        key.text(&self.recorder_region);
        key.instant(self.observed_at);
        // All that identifies it: then most groups are of one row, which is not looked at again.
        for text in [&self.rule_name, &self.compliance, &self.item_status, &self.origin] {
            key.text(text);
        }
    }

    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        for text in [&self.recorder_account, &self.recorder_region] {
            part(text.as_bytes());
        }
        for text in
            [&self.resource_type, &self.resource_id, &self.origin, &self.item_status, &self.rule_name, &self.compliance]
        {
            part(text.as_bytes());
        }
        part(&time(self.observed_at));
    }

    fn order(&self, other: &Self) -> Ordering {
        (self.record_number, &self.evidence_id).cmp(&(other.record_number, &other.evidence_id))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }
}

impl Staged for FindingRow {
    const TABLE_NUMBER: usize = 2;
    const IS_FACT: bool = true;
    const IDENTITY_COLUMNS: &'static [&'static str] = &[
        "account",
        "region",
        "product_arn",
        "finding_id",
        "updated_at",
        "processed_at",
        "generator_id",
        "security_control_id",
        "standard_control_id",
        "compliance_status",
        "reason_codes",
        "record_state",
        "workflow_status",
        "resource_index",
        "resource_type",
        "resource_id",
    ];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.product_arn);
        key.text(&self.finding_id);
        key.instant(self.updated_at);
        key.optional_instant(self.processed_at);
        key.count(self.resource_index);
    }

    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        for text in [
            &self.account,
            &self.region,
            &self.product_arn,
            &self.finding_id,
            &self.compliance_status,
            &self.reason_codes,
            &self.record_state,
            &self.workflow_status,
            &self.generator_id,
            &self.security_control_id,
            &self.standard_control_id,
            &self.resource_type,
            &self.resource_id,
        ] {
            part(text.as_bytes());
        }
        part(&time(self.updated_at));
        part(&optional_time(self.processed_at));
        part(&self.resource_index.to_le_bytes());
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| row.record_number;
        key(self)
            .cmp(&key(other))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
            .then_with(|| self.compliance_status.cmp(&other.compliance_status))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }
}

impl Staged for RuleRow {
    const TABLE_NUMBER: usize = 3;
    const IS_FACT: bool = true;
    const IDENTITY_COLUMNS: &'static [&'static str] = &[
        "recorder_account",
        "recorder_region",
        "rule_name",
        "rule_arn",
        "owner",
        "source_identifier",
        "input_parameters",
        "state",
        "described_at",
    ];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.recorder_region);
        key.text(&self.rule_name);
        key.optional_instant(self.described_at);
    }

    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        for text in [
            &self.recorder_account,
            &self.recorder_region,
            &self.rule_name,
            &self.rule_arn,
            &self.owner,
            &self.source_identifier,
            &self.input_parameters,
            &self.state,
        ] {
            part(text.as_bytes());
        }
        part(&optional_time(self.described_at));
    }

    fn order(&self, other: &Self) -> Ordering {
        (self.record_number, &self.evidence_id).cmp(&(other.record_number, &other.evidence_id))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }
}

impl Staged for CredentialRow {
    const TABLE_NUMBER: usize = 4;
    const IS_FACT: bool = true;
    /// Every value of a line identifies it.
    const IDENTITY_COLUMNS: &'static [&'static str] = &[];

    fn group(&self, key: &mut SortKey) {
        key.instant(self.generated_at);
    }

    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        part(&time(self.generated_at));
        part(&[u8::from(self.report_whole)]);
        for text in [&self.account, &self.user, &self.user_arn].into_iter().chain(self.values()) {
            part(text.as_bytes());
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.record_number
            .cmp(&other.record_number)
            .then_with(|| self.user_arn.cmp(&other.user_arn))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
            .then_with(|| self.values().cmp(other.values()))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }

    /// It may lack lines, so that it means nothing that a user is not listed.
    fn distrust(&mut self) {
        self.report_whole = false;
    }
}

impl Staged for ConditionRow {
    const TABLE_NUMBER: usize = 5;
    const IS_FACT: bool = true;
    const IDENTITY_COLUMNS: &'static [&'static str] = &["account", "region", "kind", "name", "stated_at", "content"];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.kind);
        key.text(&self.region);
        key.text(&self.name);
        key.instant(self.stated_at);
    }

    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        part(&time(self.stated_at));
        for text in [&self.account, &self.region, &self.kind, &self.name, &self.content] {
            part(text.as_bytes());
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.record_number
            .cmp(&other.record_number)
            .then_with(|| self.content.cmp(&other.content))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }
}

impl Staged for SnapshotRow {
    const TABLE_NUMBER: usize = 6;
    const IS_FACT: bool = false;
    const IDENTITY_COLUMNS: &'static [&'static str] = &[];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.recorder_region);
        key.instant(self.taken_at);
        key.text(&self.segment);
    }

    fn identity(&self, _part: &mut dyn FnMut(&[u8])) {}

    fn order(&self, other: &Self) -> Ordering {
        (&self.evidence_id, self.listed, self.whole).cmp(&(&other.evidence_id, other.listed, other.whole))
    }

    fn evidence(&mut self) -> Option<&mut String> {
        Some(&mut self.evidence_id)
    }
}

impl Staged for ListingRow {
    const TABLE_NUMBER: usize = 7;
    const IS_FACT: bool = false;
    const IDENTITY_COLUMNS: &'static [&'static str] = &[];

    fn group(&self, key: &mut SortKey) {
        key.text(&self.recorder_region);
        key.flag(self.compliance_item);
        key.text(&self.resource_type);
        key.text(&self.resource_id);
        key.text(&self.segment);
        key.instant(self.first_listed);
    }

    fn identity(&self, _part: &mut dyn FnMut(&[u8])) {}

    fn order(&self, other: &Self) -> Ordering {
        self.last_listed.cmp(&other.last_listed)
    }

    fn evidence(&mut self) -> Option<&mut String> {
        None
    }
}

/// The files of an ingest as rows refer to them.
#[derive(Debug, Default)]
pub(super) struct FileRanks {
    /// Place of each file in the order of delivery.
    pub(super) ranks: Vec<u32>,
    /// Ledger id of each file.
    pub(super) ids: Vec<String>,
}

impl FileRanks {
    /// The ledger id of a file.
    pub(super) fn id(&self, file: u32) -> &str {
        self.ids.get(file as usize).map(String::as_str).unwrap_or_default()
    }

    fn rank(&self, file: u32) -> u32 {
        self.ranks.get(file as usize).copied().unwrap_or(u32::MAX)
    }
}

/// Where a staged row was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Number of its file in this ingest.
    pub(super) file: u32,
    /// Number of its record in that file.
    pub(super) record: u64,
    /// Its place among the rows of that record.
    pub(super) part: u32,
}

/// A fact that the lake has already.
#[derive(Debug)]
pub(super) struct KnownFact {
    /// Fingerprint of what identifies it.
    pub(super) identity: Fingerprint,
    pub(super) fullness: u8,
}

/// What identifies a row as one text; each part with its length, so that no two lists of parts read the
/// same.
pub(super) fn identity_of<R: Staged>(row: &R) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    row.identity(&mut |part| {
        text.extend_from_slice(&part.len().to_le_bytes());
        text.extend_from_slice(part);
    });
    text
}

/// Leaves of the rows of one group one copy of each fact that is not `known`, or that is known by copies
/// that hold less, in the order at rest and with the ledger id of its file.
pub(super) fn deduplicate<R: Staged>(
    group: &mut Vec<(Found, R)>,
    files: &FileRanks,
    known: &[(Fingerprint, KnownFact)],
    fingerprinter: &Fingerprinter,
) {
    if R::IS_FACT && (group.len() > 1 || !known.is_empty()) {
        leave_the_best(group, files, known, fingerprinter);
    }
    for (found, row) in group.iter_mut() {
        if let Some(evidence) = row.evidence() {
            files.id(found.file).clone_into(evidence);
        }
    }
    group.sort_by(|(_, one), (_, other)| one.order(other));
}

fn leave_the_best<R: Staged>(
    group: &mut Vec<(Found, R)>,
    files: &FileRanks,
    known: &[(Fingerprint, KnownFact)],
    fingerprinter: &Fingerprinter,
) {
    let mut fullest: ByFingerprint<u8> = ByFingerprint::default();
    for (_, fact) in known {
        let fullness = fullest.entry(fact.identity).or_default();
        *fullness = fact.fullness.max(*fullness);
    }
    let rows = std::mem::take(group).into_iter();
    let mut copies: Vec<_> = rows
        .map(|(found, row)| {
            let standing = (u8::MAX - row.fullness(), files.rank(found.file), found.record, found.part);
            (identity_of(&row), standing, found, row)
        })
        .filter(|(identity, _, _, row)| {
            fullest.get(&fingerprinter.of(identity)).is_none_or(|known| *known < row.fullness())
        })
        .collect();
    copies.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    copies.dedup_by(|later, earlier| later.0 == earlier.0);
    group.extend(copies.into_iter().map(|(_, _, found, row)| (found, row)));
}
