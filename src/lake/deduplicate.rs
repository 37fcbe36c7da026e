//! One fact delivered twice is one fact: which rows of an account are new, and which copy stands.
//!
//! Of several copies the one that holds most, else the one delivered first, is kept, whatever the
//! order in which files were read.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::schema::{ConditionRow, CredentialRow, EvaluationRow, FindingRow, ItemRow, Row, RuleRow};
use crate::model::Instant;

/// A fingerprint of what identifies a row. Keyed anew in each run, so that evidence cannot be made to
/// collide on purpose.
pub(super) type Fingerprint = [u64; 2];

/// Makes fingerprints under one key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprinter {
    key: highway::Key,
}

impl Fingerprinter {
    /// A new secret key, taken from the randomness the standard library gives its hash maps. No
    /// fingerprint is ever stored, so no answer depends on it.
    pub(super) fn new() -> Self {
        use std::hash::BuildHasher;
        let random = || std::collections::hash_map::RandomState::new().hash_one(0_u8);
        Self { key: highway::Key([random(), random(), random(), random()]) }
    }

    /// The fingerprint of one text.
    pub(super) fn of(&self, text: &[u8]) -> Fingerprint {
        use highway::HighwayHash;
        highway::HighwayHasher::new(self.key).hash128(text)
    }

    /// The fingerprint of what identifies a row.
    pub(super) fn of_row<R: Identified>(&self, row: &R) -> Fingerprint {
        let mut text = Vec::with_capacity(256);
        row.identity(&mut |part| {
            // Each part with its length, so that no two lists of parts read the same.
            text.extend_from_slice(&part.len().to_le_bytes());
            text.extend_from_slice(part);
        });
        self.of(&text)
    }
}

/// A row that is a fact of its own.
pub(super) trait Identified: Row {
    /// Gives the parts of what identifies the fact, in order.
    fn identity(&self, part: &mut dyn FnMut(&[u8]));
    /// Of two copies, whether one holds more than the other.
    fn fullness(&self) -> u8 {
        0
    }
    /// The order at rest.
    fn order(&self, other: &Self) -> Ordering;
    /// Where it was found: while staged, the number of the file.
    fn reference(&mut self) -> (&mut String, u64);
}

fn time(instant: Instant) -> [u8; 8] {
    instant.microseconds().to_le_bytes()
}

fn optional_time(instant: Option<Instant>) -> [u8; 8] {
    instant.map_or([0xff; 8], time)
}

impl Identified for ItemRow {
    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        for text in [&self.recorder_account, &self.recorder_region, &self.resource_type, &self.resource_id] {
            part(text.as_bytes());
        }
        part(&time(self.captured_at));
    }

    fn fullness(&self) -> u8 {
        // A configuration says most; of two deletions or two full items the one with more parts counts.
        let parts = [&self.supplementary_configuration, &self.tags, &self.relationships, &self.resource_arn];
        let is_full = |text: &&&String| !text.is_empty() && !matches!(text.as_str(), "{}" | "[]");
        let further = parts.iter().filter(is_full).count();
        u8::try_from(further).unwrap_or(0) + 8 * u8::from(!self.configuration.is_empty())
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (row.captured_at, row.record_number);
        self.resource_type
            .cmp(&other.resource_type)
            .then_with(|| self.resource_id.cmp(&other.resource_id))
            .then_with(|| self.recorder_region.cmp(&other.recorder_region))
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
    }

    fn reference(&mut self) -> (&mut String, u64) {
        (&mut self.evidence_id, self.record_number)
    }
}

impl Identified for EvaluationRow {
    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        for text in [
            &self.recorder_account,
            &self.recorder_region,
            &self.resource_type,
            &self.resource_id,
            &self.origin,
            &self.item_status,
            &self.rule_name,
            &self.compliance,
        ] {
            part(text.as_bytes());
        }
        part(&time(self.observed_at));
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (row.observed_at, row.record_number);
        self.resource_type
            .cmp(&other.resource_type)
            .then_with(|| self.resource_id.cmp(&other.resource_id))
            .then_with(|| self.recorder_region.cmp(&other.recorder_region))
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.rule_name.cmp(&other.rule_name))
            .then_with(|| (&self.evidence_id, &self.compliance).cmp(&(&other.evidence_id, &other.compliance)))
    }

    fn reference(&mut self) -> (&mut String, u64) {
        (&mut self.evidence_id, self.record_number)
    }
}

impl Identified for FindingRow {
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
        let key = |row: &Self| (row.updated_at, row.processed_at, row.resource_index, row.record_number);
        self.product_arn
            .cmp(&other.product_arn)
            .then_with(|| self.finding_id.cmp(&other.finding_id))
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
            .then_with(|| self.compliance_status.cmp(&other.compliance_status))
    }

    fn reference(&mut self) -> (&mut String, u64) {
        (&mut self.evidence_id, self.record_number)
    }
}

impl Identified for RuleRow {
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
        let key = |row: &Self| (row.described_at, row.record_number);
        self.recorder_region
            .cmp(&other.recorder_region)
            .then_with(|| self.rule_name.cmp(&other.rule_name))
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
    }

    fn reference(&mut self) -> (&mut String, u64) {
        (&mut self.evidence_id, self.record_number)
    }
}

impl Identified for CredentialRow {
    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        part(&time(self.generated_at));
        part(&[u8::from(self.report_whole)]);
        for text in [&self.account, &self.user, &self.user_arn].into_iter().chain(self.values()) {
            part(text.as_bytes());
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (row.generated_at, row.record_number);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.user_arn.cmp(&other.user_arn))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
            .then_with(|| self.values().cmp(other.values()))
    }

    fn reference(&mut self) -> (&mut String, u64) {
        (&mut self.evidence_id, self.record_number)
    }
}

impl Identified for ConditionRow {
    fn identity(&self, part: &mut dyn FnMut(&[u8])) {
        part(&time(self.stated_at));
        for text in [&self.account, &self.region, &self.kind, &self.name, &self.content] {
            part(text.as_bytes());
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (row.stated_at, row.record_number);
        self.kind
            .cmp(&other.kind)
            .then_with(|| self.region.cmp(&other.region))
            .then_with(|| self.name.cmp(&other.name))
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.content.cmp(&other.content))
            .then_with(|| self.evidence_id.cmp(&other.evidence_id))
    }

    fn reference(&mut self) -> (&mut String, u64) {
        (&mut self.evidence_id, self.record_number)
    }
}

/// The files of an ingest as rows refer to them.
pub(super) struct FileRanks {
    /// Place of each file in the order of delivery.
    pub(super) ranks: Vec<u32>,
    /// Ledger id of each file.
    pub(super) ids: Vec<String>,
}

/// Leaves one copy of each fact that is not `known`, or that is known by copies that hold less, in the
/// order at rest, with the ledger id of its file; notes in `kept` the file and record of each.
pub(super) fn deduplicate<R: Identified>(
    rows: &mut Vec<R>,
    files: &FileRanks,
    known: &HashMap<Fingerprint, u8>,
    fingerprinter: &Fingerprinter,
    kept: &mut Vec<(u32, u64)>,
) {
    let mut best: HashMap<Fingerprint, (u8, u32, u64, usize)> = HashMap::with_capacity(rows.len());
    for (at, row) in rows.iter_mut().enumerate() {
        let fingerprint = fingerprinter.of_row(row);
        let fullness = row.fullness();
        if known.get(&fingerprint).is_some_and(|known| *known >= fullness) {
            continue;
        }
        let emptiness = u8::MAX - fullness;
        let (file, record) = row.reference();
        let rank = files.ranks.get(number_of(file)).copied().unwrap_or(u32::MAX);
        let candidate = (emptiness, rank, record, at);
        best.entry(fingerprint).and_modify(|standing| *standing = (*standing).min(candidate)).or_insert(candidate);
    }
    let mut standing = vec![false; rows.len()];
    let mut places: Vec<usize> = best.into_values().map(|(.., at)| at).collect();
    places.sort_unstable();
    for at in places {
        if let Some(stands) = standing.get_mut(at) {
            *stands = true;
        }
    }
    let mut stands = standing.into_iter();
    rows.retain(|_| stands.next().unwrap_or(false));
    for row in rows.iter_mut() {
        let (file, record) = row.reference();
        let number = number_of(file);
        kept.push((u32::try_from(number).unwrap_or(u32::MAX), record));
        *file = files.ids.get(number).cloned().unwrap_or_default();
    }
    rows.sort_by(R::order);
}

/// The number of a staged row's file.
pub(super) fn number_of(file: &str) -> usize {
    file.parse().unwrap_or(usize::MAX)
}
