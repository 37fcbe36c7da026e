//! Config rule evaluations to observations (spec sections 3.3 and 3.4).

use std::collections::{BTreeMap, HashMap};

use super::{AccountEvidence, Horizon, NOT_RECORDED, Reading, Streams, reference, subject_of};
use crate::engine::catalog::rule_names::RuleMatch;
use crate::engine::identity::{Place, RegionBasis, SubjectKey};
use crate::engine::presence::{Captured, Event, RecorderSnapshots};
use crate::engine::reperformance::measures::SECURITY_HUB_PREFIX;
use crate::engine::results::explanation::Origin;
use crate::engine::results::tables::RuleTestRow;
use crate::engine::timeline::Observation;
use crate::formats::is_deletion;
use crate::lake::{EvaluationRow, RuleRow};
use crate::model::{AccountId, EvidenceReference, Instant, Region, Source, Status};

/// One compliance item: all that rules said of a resource at one capture.
struct ComplianceItem<'a> {
    at: Instant,
    is_deletion: bool,
    rules: Vec<&'a EvaluationRow>,
    reference: EvidenceReference,
}

impl Captured for ComplianceItem<'_> {
    fn at(&self) -> Instant {
        self.at
    }

    fn is_deletion(&self) -> bool {
        self.is_deletion
    }
}

/// How a rule ceases to speak of a resource that the compliance item still stands for.
const NO_LONGER_LISTED: &str = "no longer among the rules of its compliance item";

/// The resource resolved last, with the subject it is: several rules speak of one resource in a row.
type LastSubject<'a> = Option<((&'a str, (&'a str, &'a str)), SubjectKey)>;

/// One word of one rule on one resource, before it is known which test the rule belongs to.
struct Statement<'a> {
    region: &'a str,
    resource: (&'a str, &'a str),
    rule: &'a str,
    at: Instant,
    status: Status,
    /// The rule's word, or how it ceased to speak.
    said: &'a str,
    reference: EvidenceReference,
}

/// What is known of rules by region and name.
struct Rules<'a> {
    /// Owner and source identifier, where a rule is described.
    descriptions: BTreeMap<(&'a str, &'a str), (&'a str, &'a str)>,
    /// Which test each rule stands for: asked once a rule, not once an evaluation.
    matches: HashMap<(&'a str, &'a str), RuleMatch>,
}

impl<'a> Rules<'a> {
    fn new(rows: &'a [EvaluationRow], rules: &'a [RuleRow], reading: &Reading<'_>) -> Self {
        // Of several descriptions of one rule the one taken last counts.
        let mut rules: Vec<&RuleRow> = rules.iter().collect();
        rules.sort_by_key(|rule| rule.described_at);
        let described = rules.into_iter().map(|rule| {
            let place = (rule.recorder_region.as_str(), rule.rule_name.as_str());
            (place, (rule.owner.as_str(), rule.source_identifier.as_str()))
        });
        let descriptions: BTreeMap<_, _> = described.collect();
        let mut matches = HashMap::new();
        for row in rows {
            let place = (&*row.recorder_region, row.rule_name.as_str());
            matches
                .entry(place)
                .or_insert_with(|| reading.matcher.test_for(&row.rule_name, descriptions.get(&place).copied()));
        }
        Self { descriptions, matches }
    }

    /// Every rule that spoke, in the order of region and name, with the test that it stands for.
    fn rows(&self, account: &AccountId, reading: &Reading<'_>) -> Vec<RuleTestRow> {
        let mut matches: Vec<_> = self.matches.iter().filter(|((_, name), _)| !name.is_empty()).collect();
        matches.sort_by_key(|(place, _)| **place);
        let row = |(place, found): (&(&str, &str), &RuleMatch)| {
            let (test, matched_by) = match found {
                RuleMatch::Test(test, how) => {
                    (reading.catalog.tests.get(*test).map(|test| test.identifier.clone()), how.name())
                }
                RuleMatch::Unmapped => (None, ""),
            };
            RuleTestRow {
                recorder_account: account.to_string(),
                recorder_region: place.0.to_owned(),
                rule_name: place.1.to_owned(),
                source_identifier: self.descriptions.get(place).map(|(_, id)| (*id).to_owned()).unwrap_or_default(),
                test: test.unwrap_or_default(),
                matched_by: matched_by.to_owned(),
            }
        };
        matches.into_iter().map(row).collect()
    }

    fn test_for(&self, region: &str, rule: &str) -> RuleMatch {
        self.matches.get(&(region, rule)).copied().unwrap_or(RuleMatch::Unmapped)
    }
}

/// Reads an account's evaluations.
pub(super) fn read(
    account: &AccountId,
    rows: &[EvaluationRow],
    rules: &[RuleRow],
    snapshots: &HashMap<String, RecorderSnapshots>,
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
) {
    let rules = Rules::new(rows, rules, reading);
    let no_snapshots = RecorderSnapshots::default();
    let mut last: LastSubject<'_> = None;
    for ((region, resource_type, id), items) in compliance_items(rows) {
        let recorder = snapshots.get(region).unwrap_or(&no_snapshots);
        let events = recorder.events(&(true, resource_type.to_owned(), id.to_owned()), &items);
        for statement in statements_of(region, (resource_type, id), &events) {
            observe(account, &statement, &rules, reading, streams, evidence, &mut last);
        }
    }
    for row in rows.iter().filter(|row| row.origin != "compliance_item") {
        let statement = Statement {
            region: &row.recorder_region,
            resource: (&row.resource_type, &row.resource_id),
            rule: &row.rule_name,
            at: row.observed_at,
            status: status_of(&row.compliance),
            said: &row.compliance,
            reference: reference(&row.evidence_id, row.record_number),
        };
        observe(account, &statement, &rules, reading, streams, evidence, &mut last);
    }
    count_unmapped(account, rows, &rules, evidence);
    if reading.keeps_observations && reading.settings.sources.contains(&Source::Config) {
        evidence.rule_tests = rules.rows(account, reading);
    }
}

/// What a word of AWS Config means (spec section 3.3).
fn status_of(compliance: &str) -> Status {
    match compliance {
        "COMPLIANT" => Status::Pass,
        "NON_COMPLIANT" => Status::Fail,
        "NOT_APPLICABLE" => Status::NotApplicable,
        _ => Status::Unknown,
    }
}

type Resource<'a> = (&'a str, &'a str, &'a str);

/// Compliance items by recorder's region and resource, in order of capture. Rows of one capture are
/// one item; a capture that both lists rules and is a deletion counts as listing them.
fn compliance_items(rows: &[EvaluationRow]) -> BTreeMap<Resource<'_>, Vec<ComplianceItem<'_>>> {
    let mut captures: BTreeMap<Resource<'_>, BTreeMap<Instant, Vec<&EvaluationRow>>> = BTreeMap::new();
    let is_evidence = |row: &&EvaluationRow| row.origin == "compliance_item" && row.item_status != NOT_RECORDED;
    for row in rows.iter().filter(is_evidence) {
        let resource = (&*row.recorder_region, row.resource_type.as_str(), row.resource_id.as_str());
        captures.entry(resource).or_default().entry(row.observed_at).or_default().push(row);
    }
    captures
        .into_iter()
        .map(|(resource, captures)| (resource, captures.into_iter().filter_map(item).collect()))
        .collect()
}

/// The item that the rows of one capture are.
fn item((at, rows): (Instant, Vec<&EvaluationRow>)) -> Option<ComplianceItem<'_>> {
    let reference = rows.iter().map(|row| reference(&row.evidence_id, row.record_number)).min()?;
    let is_deletion = rows.iter().all(|row| is_deletion(&row.item_status));
    let rules = rows.into_iter().filter(|row| !row.rule_name.is_empty()).collect();
    Some(ComplianceItem { at, is_deletion, rules, reference })
}

/// What the rules said of one resource over time: each item restates all rules; one that the item
/// before listed and this one does not has ended, and all end with a deleted or absent item.
fn statements_of<'a>(
    region: &'a str,
    resource: (&'a str, &'a str),
    events: &[(Instant, Event<'_, ComplianceItem<'a>>)],
) -> Vec<Statement<'a>> {
    let mut statements = Vec::new();
    let mut listed: Vec<&'a str> = Vec::new();
    for (at, event) in events {
        let (rules, ended_by, how): (&[&'a EvaluationRow], &EvidenceReference, &'static str) = match event {
            Event::Captured(item) => (&item.rules, &item.reference, NO_LONGER_LISTED),
            Event::Relisted(item, reference) => (&item.rules, reference, NO_LONGER_LISTED),
            Event::Deleted(item) => (&[], &item.reference, "its compliance item was deleted"),
            Event::Dropped(reference) => (&[], reference, "a snapshot no longer lists its compliance item"),
        };
        let now: Vec<&'a str> = rules.iter().map(|row| row.rule_name.as_str()).collect();
        for rule in listed.iter().filter(|rule| !now.contains(rule)) {
            let reference = ended_by.clone();
            statements.push(Statement { region, resource, rule, at: *at, status: Status::Ended, said: how, reference });
        }
        for row in rules {
            let reference = reference(&row.evidence_id, row.record_number);
            let (rule, said, status) = (&row.rule_name, &row.compliance, status_of(&row.compliance));
            statements.push(Statement { region, resource, rule, at: *at, status, said, reference });
        }
        listed = now;
    }
    statements
}

/// Adds a statement to its stream, if a test answers for its rule.
fn observe<'a>(
    account: &AccountId,
    statement: &Statement<'a>,
    rules: &Rules<'_>,
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
    last: &mut LastSubject<'a>,
) {
    let RuleMatch::Test(test, _) = rules.test_for(statement.region, statement.rule) else { return };
    if !reading.catalog.tests.get(test).is_some_and(|known| known.is_about(statement.resource.0)) {
        return evidence.count_off_type(Source::Config, test, statement.status);
    }
    let counted = evidence.evaluations.entry(test).or_default();
    counted.all += 1;
    counted.of_security_hub += u64::from(statement.rule.starts_with(SECURITY_HUB_PREFIX));
    let Some(region) = Region::parse(statement.region) else { return };
    let place = Place { account, region: statement.region };
    let basis = (RegionBasis::Rule, statement.region);
    let resource = (statement.region, statement.resource);
    let subject = match last {
        Some((known, subject)) if *known == resource => subject.clone(),
        _ => subject_of(evidence, reading, place, statement.resource, basis),
    };
    *last = Some((resource, subject.clone()));
    let origin = Origin::Rule { account: account.clone(), region: region.clone(), name: statement.rule.to_owned() };
    let reason = || format!("rule {}: {}", statement.rule, statement.said).into();
    let observation = Observation {
        at: statement.at,
        status: statement.status,
        suppressed: false,
        reference: statement.reference.clone(),
        reason: reading.is_watched(test).then(reason),
    };
    streams.add((Source::Config, test, subject, origin), &Horizon::Corner(region), observation);
}

/// Counts the evaluations of rules that no test answers for.
fn count_unmapped(account: &AccountId, rows: &[EvaluationRow], rules: &Rules<'_>, evidence: &mut AccountEvidence) {
    for row in rows.iter().filter(|row| !row.rule_name.is_empty()) {
        if rules.test_for(&row.recorder_region, &row.rule_name) != RuleMatch::Unmapped {
            continue;
        }
        let place = (&*row.recorder_region, row.rule_name.as_str());
        let described = rules.descriptions.get(&place);
        let unmapped = evidence.unmapped_rules.entry(row.rule_name.clone()).or_default();
        let identifier = described.map(|(_, identifier)| (*identifier).to_owned()).unwrap_or_default();
        unmapped.identifier = unmapped.identifier.clone().max(identifier);
        unmapped.observations += 1;
        unmapped.resources.insert((row.resource_type.clone(), row.resource_id.clone()));
        unmapped.accounts.insert(account.clone());
    }
}
