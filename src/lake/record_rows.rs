//! Records as rows, handed on to the staging area as they come. Gives no meaning to them.

use std::collections::HashSet;
use std::sync::Arc;

use super::LakeError;
use super::account_rows::{condition_row, credential_row};
use super::deduplicate::{Found, Staged};
use super::schema::{EvaluationRow, FindingRow, ItemRow, RuleRow};
use super::staged_rows::StagedRows;
use super::staging::Staging;
use crate::formats::records::{
    ConditionRecord, CredentialRecord, EvaluationOrigin, EvaluationRecord, FindingRecord, ItemRecord, Record,
    RuleRecord,
};

/// Bytes of texts of findings that are remembered, to keep each once.
const TEXTS_BYTES: usize = 8 * 1024 * 1024;

/// Makes rows of records and hands them on.
#[derive(Debug)]
pub(super) struct RecordRows<'a> {
    staging: &'a Staging,
    /// The file at hand.
    pub(super) file: u32,
    rows: StagedRows,
    /// Bytes of rows that are held before they are handed on.
    held_bytes: usize,
    /// Why rows could not be handed on, if so.
    failure: Option<LakeError>,
    /// Texts of findings: each is kept once, however often the finding is refreshed.
    texts: HashSet<Arc<str>>,
    texts_bytes: usize,
}

impl<'a> RecordRows<'a> {
    /// No rows, of a file.
    pub(super) fn new(staging: &'a Staging, file: u32) -> Self {
        let (rows, texts) = (StagedRows::default(), HashSet::new());
        Self { staging, file, rows, held_bytes: staging.held_bytes(), failure: None, texts, texts_bytes: 0 }
    }

    /// Where rows are handed on to.
    pub(super) fn staging(&self) -> &'a Staging {
        self.staging
    }

    /// Whether all rows so far could be handed on.
    ///
    /// # Errors
    /// When they could not.
    pub(super) fn check(&mut self) -> Result<(), LakeError> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Notes that rows could not be handed on elsewhere.
    pub(super) fn fail(&mut self, error: LakeError) {
        self.failure.get_or_insert(error);
    }

    /// Takes in a record and its number in the file.
    pub(super) fn record(&mut self, number: u64, record: Record) {
        match record {
            Record::Item(item) => self.item(number, *item),
            Record::Evaluation(evaluation) => self.evaluation(number, *evaluation),
            Record::Finding(finding) => self.finding(number, &finding),
            Record::Rule(rule) => self.rule(number, *rule),
            Record::Credential(line) => self.credential(number, *line),
            Record::Condition(condition) => self.condition(number, *condition),
        }
    }

    /// Takes in a row, and hands all on where they are many.
    pub(super) fn stage<R: Staged>(&mut self, account: &str, found: Found, row: &R) {
        if self.failure.is_some() {
            return;
        }
        self.rows.push(account, found, row);
        if self.rows.bytes() >= self.held_bytes {
            self.hand_on();
        }
    }

    /// Hands on what is held.
    pub(super) fn hand_on(&mut self) {
        if let Err(error) = self.staging.add(&mut self.rows) {
            self.failure.get_or_insert(error);
        }
    }

    /// Where a row of the file at hand was found.
    fn found(&self, record: u64, part: usize) -> Found {
        Found { file: self.file, record, part: u32::try_from(part).unwrap_or(u32::MAX) }
    }

    /// A text as it is kept: the same text is the same memory.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        if self.texts_bytes > TEXTS_BYTES {
            self.texts.clear();
            self.texts_bytes = 0;
        }
        self.texts_bytes += text.len() + 48;
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(Arc::clone(&new));
        new
    }

    fn item(&mut self, number: u64, item: ItemRecord) {
        let completeness = completeness(&item);
        let row = ItemRow {
            recorder_account: item.recorder.account.shared(),
            recorder_region: item.recorder.region.shared(),
            resource_type: item.resource_type,
            resource_id: item.resource_id,
            captured_at: item.captured_at,
            account: item.account.shared(),
            region: item.region.shared(),
            resource_name: item.resource_name,
            resource_arn: item.resource_arn,
            status: item.status,
            created_at: item.created_at,
            tags: item.tags,
            relationships: item.relationships,
            configuration: item.configuration,
            supplementary_configuration: item.supplementary_configuration,
            completeness,
            evidence_id: String::new(),
            record_number: number,
        };
        self.stage(item.recorder.account.as_str(), self.found(number, 0), &row);
    }

    fn evaluation(&mut self, number: u64, evaluation: EvaluationRecord) {
        let origin = match evaluation.origin {
            EvaluationOrigin::ComplianceItem => "compliance_item",
            EvaluationOrigin::Details => "details",
            EvaluationOrigin::Notification => "notification",
        };
        let without_rules = EvaluationRow {
            recorder_account: evaluation.recorder.account.shared(),
            recorder_region: evaluation.recorder.region.shared(),
            resource_type: evaluation.resource_type,
            resource_id: evaluation.resource_id,
            observed_at: evaluation.observed_at,
            origin: origin.to_owned(),
            item_status: evaluation.status,
            rule_name: String::new(),
            rule_arn: String::new(),
            compliance: String::new(),
            evidence_id: String::new(),
            record_number: number,
        };
        if evaluation.rules.is_empty() {
            self.stage(&without_rules.recorder_account, self.found(number, 0), &without_rules);
        }
        let mut row = without_rules;
        for (part, rule) in evaluation.rules.into_iter().enumerate() {
            (row.rule_name, row.rule_arn, row.compliance) = (rule.rule_name, rule.rule_arn, rule.compliance);
            self.stage(&row.recorder_account, self.found(number, part), &row);
        }
    }

    fn finding(&mut self, number: u64, finding: &FindingRecord) {
        let mut shared = |text: &str| self.text(text);
        let mut row = FindingRow {
            account: shared(finding.account.as_str()),
            region: shared(finding.region.as_str()),
            product_arn: shared(&finding.product_arn),
            finding_id: shared(&finding.finding_id),
            updated_at: finding.updated_at,
            processed_at: finding.processed_at,
            delivered_at: finding.delivered_at,
            generator_id: shared(&finding.generator_id),
            security_control_id: shared(&finding.security_control_id),
            standard_control_id: shared(&finding.standard_control_id),
            standards_arn: shared(&finding.standards_arn),
            config_rule_name: shared(&finding.config_rule_name),
            compliance_status: shared(&finding.compliance_status),
            reason_codes: shared(&finding.reason_codes.join(" ")),
            record_state: shared(&finding.record_state),
            workflow_status: shared(&finding.workflow_status),
            severity: shared(&finding.severity),
            title: shared(&finding.title),
            resource_index: 0,
            resource_type: shared(""),
            resource_id: shared(""),
            resource_region: shared(""),
            evidence_id: String::new(),
            record_number: number,
        };
        for (index, resource) in finding.resources.iter().enumerate() {
            row.resource_index = index as u64;
            row.resource_type = self.text(&resource.resource_type);
            row.resource_id = self.text(&resource.resource_id);
            row.resource_region = self.text(&resource.region);
            self.stage(finding.account.as_str(), self.found(number, index), &row);
        }
    }

    fn rule(&mut self, number: u64, rule: RuleRecord) {
        let row = RuleRow {
            recorder_account: rule.recorder.account.to_string(),
            recorder_region: rule.recorder.region.to_string(),
            rule_name: rule.rule_name,
            rule_arn: rule.rule_arn,
            owner: rule.owner,
            source_identifier: rule.source_identifier,
            input_parameters: rule.input_parameters,
            state: rule.state,
            described_at: rule.described_at,
            evidence_id: String::new(),
            record_number: number,
        };
        self.stage(&row.recorder_account, self.found(number, 0), &row);
    }

    fn credential(&mut self, number: u64, line: CredentialRecord) {
        let row = credential_row(number, line);
        self.stage(&row.account, self.found(number, 0), &row);
    }

    fn condition(&mut self, number: u64, condition: ConditionRecord) {
        let row = condition_row(number, condition);
        self.stage(&row.account, self.found(number, 0), &row);
    }
}

/// How much an item states. A configuration says most; of two deletions or two full items the one with more
/// parts counts.
fn completeness(item: &ItemRecord) -> u64 {
    let parts = [&item.supplementary_configuration, &item.tags, &item.relationships, &item.resource_arn];
    let is_full = |text: &&&String| !text.is_empty() && !matches!(text.as_str(), "{}" | "[]");
    let further = parts.iter().filter(is_full).count() as u64;
    further + 8 * u64::from(!item.configuration.is_empty())
}
