//! One worker of an ingest: evidence files in, staged rows and an account of each file out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::account_rows::{condition_row, credential_row};
use super::deduplicate::{Fingerprint, Fingerprinter};
use super::known::KnownFiles;
use super::listing::{ListedResource, Listings};
use super::outcome;
use super::schema::{EvaluationRow, FindingRow, ItemRow, RuleRow};
use super::staging::Batch;
use crate::evidence::{Custody, LeafName, Refusal, Visitor};
use crate::formats::records::{
    ConditionRecord, CredentialRecord, EvaluationOrigin, EvaluationRecord, FindingRecord, ItemRecord, Record,
    RuleRecord,
};
use crate::formats::{self, DeliveredName, FileName, FileReport, Kind, RecordSink, Supplied};
use crate::model::{Instant, Problem, Recorder};

/// A file as it was read.
#[derive(Debug)]
pub(super) struct ReadFile {
    /// Its number in this ingest.
    pub(super) number: u32,
    pub(super) path: String,
    pub(super) bundle: String,
    pub(super) custody: Option<Custody>,
    pub(super) report: FileReport,
    /// What broke reading, if anything, or why it was refused.
    pub(super) fault: Option<Problem>,
    /// Whether it is a bundle whose members are files of their own.
    pub(super) is_bundle: bool,
}

/// The order of delivery: by the time in the name, then the name; files without one come last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DeliveryOrder {
    is_undated: bool,
    time: Option<Instant>,
    name: String,
}

impl DeliveryOrder {
    fn of(path: &str) -> Self {
        let time = DeliveredName::parse(path).map(|name| name.time);
        Self { is_undated: time.is_none(), time, name: path.rsplit('/').next().unwrap_or(path).to_owned() }
    }
}

impl ReadFile {
    /// The order of delivery among all files; ties are broken by content and place.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let sha256 = self.custody.as_ref().map(|custody| custody.sha256.as_str());
        (DeliveryOrder::of(&self.path), sha256, self.path.as_str(), self.bundle.as_str(), self.number)
    }
}

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) fingerprinter: Fingerprinter,
    pub(super) next_file: AtomicU32,
    /// Every file in the lake's ledger.
    pub(super) known_files: KnownFiles,
    /// What whoever offers the files says of them.
    pub(super) supplied: Supplied,
}

/// An item whose text was read before.
#[derive(Debug)]
struct KnownItem {
    resource: u32,
    file: u32,
}

/// What a worker remembers of one recorder.
#[derive(Debug, Default)]
struct RecorderMemory {
    known: HashMap<Fingerprint, KnownItem>,
    listings: Listings,
}

/// One worker, from its first file to its last.
pub(super) struct Worker<'a> {
    shared: &'a Shared,
    segment: String,
    buffer: Vec<u8>,
    sink: Sink<'a>,
    report: Option<FileReport>,
    pub(super) files: Vec<ReadFile>,
}

/// The part of a worker that takes records.
struct Sink<'a> {
    shared: &'a Shared,
    recorders: Vec<(Recorder, RecorderMemory)>,
    by_recorder: HashMap<Recorder, usize>,
    /// The recorder asked for last, with its place.
    latest: Option<(Recorder, usize)>,
    /// The file at hand.
    file: u32,
    /// The order of delivery of all files read, by number.
    orders: HashMap<u32, DeliveryOrder>,
    /// What the file at hand lists, as places of recorders and numbers of resources.
    listed: Vec<(usize, u32)>,
    rows: Batch,
    weight: usize,
    /// Texts of findings: each is kept once, however often the finding is refreshed.
    texts: HashSet<Arc<str>>,
}

impl<'a> Worker<'a> {
    /// A worker that has read nothing. Snapshots and what they list are told apart by `segment`.
    pub(super) fn new(shared: &'a Shared, segment: String) -> Self {
        let sink = Sink {
            shared,
            recorders: Vec::new(),
            by_recorder: HashMap::new(),
            latest: None,
            file: 0,
            orders: HashMap::new(),
            listed: Vec::new(),
            rows: BTreeMap::new(),
            weight: 0,
            texts: HashSet::new(),
        };
        Self { shared, segment, buffer: Vec::new(), sink, report: None, files: Vec::new() }
    }

    /// Rows staged since the last call, if they are worth handing on.
    pub(super) fn rows_over(&mut self, weight: usize) -> Option<Batch> {
        (self.sink.weight > weight).then(|| self.take_rows())
    }

    fn take_rows(&mut self) -> Batch {
        self.sink.weight = 0;
        std::mem::take(&mut self.sink.rows)
    }

    /// The last rows, among them what the snapshots listed.
    pub(super) fn finish(mut self) -> (Batch, Vec<ReadFile>) {
        let mut rows = self.take_rows();
        for (recorder, memory) in &self.sink.recorders {
            let (mut snapshots, mut listings) = memory.listings.rows(recorder, &self.segment);
            if snapshots.is_empty() {
                continue;
            }
            let tables = rows.entry(recorder.account.to_string()).or_default();
            tables.snapshots.append(&mut snapshots);
            tables.listings.append(&mut listings);
        }
        (rows, self.files)
    }

    /// Takes in what a snapshot listed, once it is known whether it was read whole.
    fn list_snapshot(&mut self, report: &FileReport, number: u32, whole: bool) {
        let mut listed = std::mem::take(&mut self.sink.listed);
        if report.kind != Some(Kind::ConfigSnapshot) {
            return;
        }
        let Some(time) = report.time else { return };
        listed.sort_unstable();
        for of_recorder in listed.chunk_by(|left, right| left.0 == right.0) {
            let place = of_recorder.first().map(|(place, _)| *place);
            let numbers: Vec<u32> = of_recorder.iter().map(|(_, number)| *number).collect();
            if let Some((_, memory)) = place.and_then(|place| self.sink.recorders.get_mut(place)) {
                memory.listings.add_snapshot(time, number, whole, &numbers);
            }
        }
    }
}

impl Visitor for Worker<'_> {
    fn leaf(&mut self, name: &LeafName, content: &mut dyn Read) {
        self.sink.file = self.shared.next_file.fetch_add(1, Ordering::Relaxed);
        self.sink.orders.insert(self.sink.file, DeliveryOrder::of(&name.path));
        self.sink.listed.clear();
        let file_name = FileName { path: &name.path, hint_path: &name.hint_path };
        self.report = Some(formats::parse(file_name, &self.shared.supplied, content, &mut self.buffer, &mut self.sink));
    }

    fn finished(&mut self, name: &LeafName, custody: &Custody, fault: Option<&Problem>) {
        let number = self.sink.file;
        let report = self.report.take().unwrap_or_default();
        // A cut export, or one whose name and content disagree, does not list all there is either.
        let whole = report.whole && report.rejected == 0 && report.problem_count == 0 && fault.is_none();
        if fault.is_some() {
            self.sink.distrust_reports();
        }
        let file = ReadFile {
            number,
            path: name.path.clone(),
            bundle: name.bundle.clone(),
            custody: Some(custody.clone()),
            report,
            fault: fault.cloned(),
            is_bundle: false,
        };
        let outcome = outcome::of_file(&file);
        if self.shared.known_files.has_better(&file, outcome) {
            self.sink.forget_rows();
        }
        if self.shared.known_files.has(&file, outcome) {
            self.sink.listed.clear();
        } else {
            self.list_snapshot(&file.report, number, whole);
        }
        self.files.push(file);
    }

    fn bundle(&mut self, path: &str, outer: &str, custody: &Custody, _members: u64, fault: Option<&Problem>) {
        self.files.push(ReadFile {
            number: self.shared.next_file.fetch_add(1, Ordering::Relaxed),
            path: path.to_owned(),
            bundle: outer.to_owned(),
            custody: Some(custody.clone()),
            report: FileReport::default(),
            fault: fault.cloned(),
            is_bundle: true,
        });
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.files.push(refused(self.shared, refusal));
    }
}

/// A file that was refused unread.
pub(super) fn refused(shared: &Shared, refusal: &Refusal) -> ReadFile {
    ReadFile {
        number: shared.next_file.fetch_add(1, Ordering::Relaxed),
        path: refusal.path.clone(),
        bundle: refusal.bundle.clone(),
        custody: None,
        report: FileReport::default(),
        fault: Some(refusal.problem.clone()),
        is_bundle: false,
    }
}

/// A text as it is kept: the same text is the same memory.
fn shared(texts: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = Arc::from(text);
    texts.insert(Arc::clone(&new));
    new
}

impl Sink<'_> {
    /// The place of a recorder's memory.
    fn place(&mut self, recorder: &Recorder) -> usize {
        if let Some((latest, place)) = &self.latest
            && latest == recorder
        {
            return *place;
        }
        let place = if let Some(place) = self.by_recorder.get(recorder) {
            *place
        } else {
            self.recorders.push((recorder.clone(), RecorderMemory::default()));
            self.by_recorder.insert(recorder.clone(), self.recorders.len() - 1);
            self.recorders.len() - 1
        };
        self.latest = Some((recorder.clone(), place));
        place
    }

    fn remember(&mut self, recorder: &Recorder, raw: &[u8], resource: ListedResource) {
        let place = self.place(recorder);
        let fingerprint = self.shared.fingerprinter.of(raw);
        let file = self.file;
        let Some((_, memory)) = self.recorders.get_mut(place) else { return };
        let resource = memory.listings.number(resource);
        memory.known.insert(fingerprint, KnownItem { resource, file });
        self.listed.push((place, resource));
    }

    /// Whether the file at hand was delivered before another one.
    fn is_earlier_than(&self, file: u32) -> bool {
        file != self.file && self.orders.get(&self.file) < self.orders.get(&file)
    }

    fn item(&mut self, number: u64, raw: &[u8], item: ItemRecord) {
        let resource = ListedResource {
            resource_type: item.resource_type.clone(),
            resource_id: item.resource_id.clone(),
            compliance_item: false,
        };
        self.remember(&item.recorder, raw, resource);
        let row = ItemRow {
            recorder_account: item.recorder.account.to_string(),
            recorder_region: item.recorder.region.to_string(),
            resource_type: item.resource_type,
            resource_id: item.resource_id,
            captured_at: item.captured_at,
            account: item.account.to_string(),
            region: item.region.to_string(),
            resource_name: item.resource_name,
            resource_arn: item.resource_arn,
            status: item.status,
            created_at: item.created_at,
            tags: item.tags,
            relationships: item.relationships,
            configuration: item.configuration,
            supplementary_configuration: item.supplementary_configuration,
            evidence_id: self.file.to_string(),
            record_number: number,
        };
        self.weight += super::schema::Row::weight(&row);
        self.rows.entry(row.recorder_account.clone()).or_default().items.push(row);
    }

    fn evaluation(&mut self, number: u64, raw: &[u8], evaluation: EvaluationRecord) {
        if evaluation.origin == EvaluationOrigin::ComplianceItem {
            let resource = ListedResource {
                resource_type: evaluation.resource_type.clone(),
                resource_id: evaluation.resource_id.clone(),
                compliance_item: true,
            };
            self.remember(&evaluation.recorder, raw, resource);
        }
        let origin = match evaluation.origin {
            EvaluationOrigin::ComplianceItem => "compliance_item",
            EvaluationOrigin::Details => "details",
            EvaluationOrigin::Notification => "notification",
        };
        let without_rules = EvaluationRow {
            recorder_account: evaluation.recorder.account.to_string(),
            recorder_region: evaluation.recorder.region.to_string(),
            resource_type: evaluation.resource_type,
            resource_id: evaluation.resource_id,
            observed_at: evaluation.observed_at,
            origin: origin.to_owned(),
            item_status: evaluation.status,
            rule_name: String::new(),
            rule_arn: String::new(),
            compliance: String::new(),
            evidence_id: self.file.to_string(),
            record_number: number,
        };
        let of_rules = evaluation.rules.into_iter().map(|rule| EvaluationRow {
            rule_name: rule.rule_name,
            rule_arn: rule.rule_arn,
            compliance: rule.compliance,
            ..without_rules.clone()
        });
        let mut rows: Vec<EvaluationRow> = of_rules.collect();
        if rows.is_empty() {
            rows.push(without_rules.clone());
        }
        self.weight += rows.iter().map(super::schema::Row::weight).sum::<usize>();
        self.rows.entry(without_rules.recorder_account).or_default().evaluations.append(&mut rows);
    }

    fn finding(&mut self, number: u64, finding: &FindingRecord) {
        let mut shared = |text: &str| shared(&mut self.texts, text);
        let statement = FindingRow {
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
            evidence_id: self.file.to_string(),
            record_number: number,
        };
        let tables = self.rows.entry(finding.account.to_string()).or_default();
        for (index, resource) in finding.resources.iter().enumerate() {
            let row = FindingRow {
                resource_index: index as u64,
                resource_type: shared(&resource.resource_type),
                resource_id: shared(&resource.resource_id),
                resource_region: shared(&resource.region),
                ..statement.clone()
            };
            self.weight += super::schema::Row::weight(&row);
            tables.findings.push(row);
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
            evidence_id: self.file.to_string(),
            record_number: number,
        };
        self.weight += super::schema::Row::weight(&row);
        self.rows.entry(row.recorder_account.clone()).or_default().rules.push(row);
    }
}

impl Sink<'_> {
    fn credential(&mut self, number: u64, line: CredentialRecord) {
        let row = credential_row(number, self.file.to_string(), line);
        self.weight += super::schema::Row::weight(&row);
        self.rows.entry(row.account.clone()).or_default().credentials.push(row);
    }

    fn condition(&mut self, number: u64, condition: ConditionRecord) {
        let row = condition_row(number, self.file.to_string(), condition);
        self.weight += super::schema::Row::weight(&row);
        self.rows.entry(row.account.clone()).or_default().conditions.push(row);
    }

    /// The lake has more of the file at hand already.
    fn forget_rows(&mut self) {
        let file = self.file.to_string();
        for tables in self.rows.values_mut() {
            tables.items.retain(|row| row.evidence_id != file);
            tables.evaluations.retain(|row| row.evidence_id != file);
            tables.findings.retain(|row| row.evidence_id != file);
            tables.rules.retain(|row| row.evidence_id != file);
            tables.credentials.retain(|row| row.evidence_id != file);
            tables.conditions.retain(|row| row.evidence_id != file);
        }
    }

    /// The bytes of the file at hand turned out to be damaged: its credential reports may lack lines.
    fn distrust_reports(&mut self) {
        let file = self.file.to_string();
        for tables in self.rows.values_mut() {
            for row in tables.credentials.iter_mut().rev().take_while(|row| row.evidence_id == file) {
                row.report_whole = false;
            }
        }
    }
}

impl RecordSink for Sink<'_> {
    fn is_known(&mut self, recorder: &Recorder, raw: &[u8]) -> bool {
        let place = self.place(recorder);
        let fingerprint = self.shared.fingerprinter.of(raw);
        let known = self.recorders.get(place).and_then(|(_, memory)| memory.known.get(&fingerprint));
        let Some((resource, file)) = known.map(|known| (known.resource, known.file)) else { return false };
        // The copy delivered first is the one to cite, so it is read even where it comes later.
        if self.is_earlier_than(file) {
            return false;
        }
        self.listed.push((place, resource));
        true
    }

    fn keep(&mut self, number: u64, raw: &[u8], record: Record) {
        match record {
            Record::Item(item) => self.item(number, raw, *item),
            Record::Evaluation(evaluation) => self.evaluation(number, raw, *evaluation),
            Record::Finding(finding) => self.finding(number, &finding),
            Record::Rule(rule) => self.rule(number, *rule),
            Record::Credential(line) => self.credential(number, *line),
            Record::Condition(condition) => self.condition(number, *condition),
        }
    }
}
