//! One account's rows brought to observations and existence: everything that needs no other account.
//!
//! Streams leave this module as segments in which nothing repeats, so that what is held grows with
//! what changed and not with how often it was exported.

mod configuration;
mod evaluations;
mod findings;
mod inventory;
mod reperformed;

pub(super) use reperformed::read_trails;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::attestation::Attestations;
use super::catalog::Catalog;
use super::catalog::rule_names::RuleMatcher;
use super::identity::{Place, RegionBasis, Registry, SubjectKey, Ties, is_global_type};
use super::observed::{Observed, ObservedStream};
use super::presence::RecorderSnapshots;
use super::reperformance::measures::Measures;
use super::reperformance::recording::Recording;
use super::reperformance::trails::AllTrails;
use super::reperformance::verdict::Beyond;
use super::results::explanation::Origin;
use super::results::tables::RuleTestRow;
use super::settings::Settings;
use super::timeline::{Detail, Observation, Stream, Told, segments};
use crate::lake::{AccountRows, LakeError};
use crate::model::{AccountId, EvidenceId, EvidenceReference, Instant, Period, Region, Source, Status};

/// The status of an item whose resource the recorder leaves out.
const NOT_RECORDED: &str = "ResourceNotRecorded";

/// What every account is read with.
pub(super) struct Reading<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) matcher: &'a RuleMatcher,
    pub(super) ties: &'a Ties,
    pub(super) settings: &'a Settings,
    /// What delivered files attest, of all accounts.
    pub(super) delivered: &'a Attestations,
    /// Places of the tests of which origins and reasons are wanted, if somebody asks why.
    pub(super) watched: Option<&'a BTreeSet<usize>>,
    /// Whether observations are kept, to be written down.
    pub(super) keeps_observations: bool,
}

impl Reading<'_> {
    /// Whether somebody asks who says what of a test, and why.
    fn is_watched(&self, test: usize) -> bool {
        self.watched.is_some_and(|tests| tests.contains(&test))
    }
}

/// Something that a check saw beyond its rule, and for how long.
#[derive(Clone, Debug)]
pub(super) struct RemarkSpan {
    pub(super) subject: SubjectKey,
    pub(super) beyond: Beyond,
    pub(super) period: Period,
    pub(super) reference: EvidenceReference,
}

/// Until when a stream's last status is vouched for (spec section 4).
#[derive(Clone, Debug)]
pub(super) enum Horizon {
    /// As long as evidence of its source speaks for a region.
    Corner(Region),
    /// To a moment: the latest report or answer of the kind that it rests on.
    At(Instant),
    /// To a moment in which `max_gap` is counted already, whatever the stream's last word.
    Until(Instant),
}

/// Statements of a rule or finding generator that no test answers for.
#[derive(Clone, Debug, Default)]
pub(super) struct UnmappedStatements {
    pub(super) identifier: String,
    pub(super) observations: u64,
    pub(super) resources: BTreeSet<(String, String)>,
    pub(super) accounts: BTreeSet<AccountId>,
}

/// Statements that make no subject, because their resource is not of a type that the test is about
/// (spec sections 1 and 3.5).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OffType {
    pub(super) statements: u64,
    /// Of these: those that say FAIL.
    pub(super) failed: u64,
}

/// Rule evaluations of one test.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evaluations {
    pub(super) all: u64,
    /// Of these: by rules that Security Hub deployed for itself, which say what its findings say.
    pub(super) of_security_hub: u64,
}

/// Stretches of absence by recorder, each with the evidence that began it.
pub(super) type RecorderAbsences = Vec<Vec<(Period, EvidenceReference)>>;

/// What one account's evidence says.
#[derive(Debug, Default)]
pub(super) struct AccountEvidence {
    pub(super) registry: Registry,
    pub(super) streams: BTreeMap<SubjectKey, Vec<Stream>>,
    /// Of each subject that items show: absence as each of its recorders shows it.
    pub(super) absences: BTreeMap<SubjectKey, RecorderAbsences>,
    /// Time in which some recorder shows the subject.
    pub(super) present: BTreeMap<SubjectKey, Vec<Period>>,
    /// Groups named `default` that have a VPC.
    pub(super) default_groups: BTreeSet<SubjectKey>,
    /// Policies that AWS owns, not the account.
    pub(super) managed_by_aws: BTreeSet<SubjectKey>,
    /// Subjects that carried the tag a control asks for, by control.
    pub(super) tagged: BTreeMap<String, BTreeSet<SubjectKey>>,
    /// Names of the buckets that trails deliver to in the window.
    pub(super) trail_buckets: BTreeSet<String>,
    /// Whether there is any trail item.
    pub(super) has_trails: bool,
    pub(super) attestations: Attestations,
    pub(super) unmapped_rules: BTreeMap<String, UnmappedStatements>,
    pub(super) unmapped_findings: BTreeMap<String, UnmappedStatements>,
    /// Statements on resources of types that the test is not about, by source and test.
    pub(super) off_type: BTreeMap<(Source, usize), OffType>,
    /// Trails that exist in the window without saying where they deliver to.
    pub(super) trails_without_bucket: BTreeSet<String>,
    /// Rule evaluations by the place of their test in the catalog.
    pub(super) evaluations: BTreeMap<usize, Evaluations>,
    /// VPCs whose default group some item shows, by account and id.
    pub(super) vpcs_with_default_group: BTreeSet<(AccountId, String)>,
    /// What checks saw beyond their rules, by the place of their test in the catalog.
    pub(super) remarks: BTreeMap<usize, Vec<RemarkSpan>>,
    /// Trails as all recorders show them, with what is stated of them and of the recorders.
    pub(super) all_trails: AllTrails,
    /// The subject of each trail, by its key.
    pub(super) trail_subjects: BTreeMap<std::sync::Arc<str>, SubjectKey>,
    /// What each account's tests are measured against.
    pub(super) measures: BTreeMap<AccountId, Measures>,
    /// The observations behind the streams, where they are kept.
    pub(super) observed: Observed,
    /// Every Config rule, and the test that it stands for.
    pub(super) rule_tests: Vec<RuleTestRow>,
}

/// Where observations of one stream come from (spec section 1): source, test, subject and origin.
type StreamKey = (Source, usize, SubjectKey, Origin);

/// What was seen of a subject beyond a rule at each moment at which it changed.
type Sightings = Vec<(Instant, Vec<Beyond>, EvidenceReference)>;

/// Observations by stream, with the horizon that the stream has.
#[derive(Default)]
pub(super) struct Streams {
    observations: HashMap<StreamKey, (Horizon, Vec<Observation>)>,
    sightings: Vec<(usize, SubjectKey, Horizon, Sightings)>,
}

impl Streams {
    fn add(&mut self, key: StreamKey, horizon: &Horizon, observation: Observation) {
        self.observations.entry(key).or_insert_with(|| (horizon.clone(), Vec::new())).1.push(observation);
    }

    /// Adds what a check saw beyond its rule.
    fn remark(&mut self, test: usize, subject: &SubjectKey, horizon: &Horizon, sightings: Sightings) {
        if sightings.iter().any(|(_, beyond, _)| !beyond.is_empty()) {
            self.sightings.push((test, subject.clone(), horizon.clone(), sightings));
        }
    }
}

/// Reads all rows of one account.
///
/// # Errors
/// Only where observations cannot be packed: a fault of tickmark.
pub(super) fn read_account(
    account: &AccountId,
    mut rows: AccountRows,
    reading: &Reading<'_>,
) -> Result<AccountEvidence, LakeError> {
    let mut evidence = AccountEvidence::default();
    attest(account, &rows, &mut evidence.attestations);
    let recording = Recording::by_region(&rows.items, &rows.conditions);
    let (listed, listings) = (std::mem::take(&mut rows.snapshots), std::mem::take(&mut rows.listings));
    let snapshots = RecorderSnapshots::by_region(listed, listings, &recording);
    let mut streams = Streams::default();
    evaluations::read(account, &rows.evaluations, &rows.rules, &snapshots, reading, &mut streams, &mut evidence);
    findings::read(account, &rows.findings, reading, &mut streams, &mut evidence);
    let histories = inventory::read(account, &rows.items, &snapshots, reading, &mut evidence);
    if reading.settings.sources.contains(&Source::Reperformed) {
        reperformed::read(account, &rows, &histories, &recording, reading, &mut streams, &mut evidence);
    }
    let mut attestations = evidence.attestations.clone();
    attestations.merge(reading.delivered.only(account));
    close_streams(account, streams, &attestations, reading, &mut evidence)?;
    evidence.all_trails.recording.insert(account.clone(), recording);
    Ok(evidence)
}

/// Notes the times at which the account's own rows speak.
fn attest(account: &AccountId, rows: &AccountRows, attestations: &mut Attestations) {
    let mut speaks = |region: &str, at: Instant| {
        if let Some(region) = Region::parse(region) {
            attestations.speaks(account, &region, Source::Config, at);
        }
    };
    // An item of a resource that is not recorded is no evidence at all (spec section 3.1).
    let items = rows.items.iter().filter(|row| row.status != NOT_RECORDED);
    items.for_each(|row| speaks(&row.recorder_region, row.captured_at));
    let evaluations = rows.evaluations.iter().filter(|row| row.item_status != NOT_RECORDED);
    evaluations.for_each(|row| speaks(&row.recorder_region, row.observed_at));
    for row in rows.snapshots.iter().filter(|row| row.whole) {
        if let Some(region) = Region::parse(&row.recorder_region) {
            attestations.attest(account, &region, Source::Config, row.taken_at);
        }
    }
    for row in &rows.findings {
        if let Some(region) = Region::parse(&row.region) {
            attestations.attest(account, &region, Source::SecurityHub, row.updated_at);
        }
    }
}

/// Turns observations into segments, each stream up to its horizon and `max_gap`.
pub(super) fn close_streams(
    account: &AccountId,
    streams: Streams,
    attestations: &Attestations,
    reading: &Reading<'_>,
    evidence: &mut AccountEvidence,
) -> Result<(), LakeError> {
    let max_gap = reading.settings.max_gap_microseconds();
    let vouched_until = |source: Source, subject: &SubjectKey, horizon: &Horizon, last: Option<Instant>| {
        let horizon = match horizon {
            Horizon::Corner(region) => {
                let is_global = is_global_type(&subject.resource_type);
                attestations.horizon(account, region, attesting(source), is_global)
            }
            Horizon::At(at) => Some(*at),
            Horizon::Until(until) => return Some(*until),
        };
        Some(horizon.max(last)?.plus_microseconds(max_gap))
    };
    let mut open: Vec<_> = streams.observations.into_iter().collect();
    open.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut observed = Observed::default();
    for (key, (horizon, observations)) in open {
        let (source, test, subject, _) = &key;
        let last = observations.iter().map(|observation| observation.at).max();
        let Some(until) = vouched_until(*source, subject, &horizon, last) else { continue };
        let told = reading.is_watched(*test).then(|| {
            let segments = segments(observations.clone(), until, Detail::Reasons);
            Box::new(Told { origin: key.3.clone(), segments })
        });
        // A verdict of tickmark's own that stands for another reason is no repetition: whoever reads a
        // disagreement wants the reason that holds when it begins.
        let detail = if *source == Source::Reperformed { Detail::Reasons } else { Detail::Changes };
        let (source, test, subject, origin) = key;
        if reading.keeps_observations && reading.settings.sources.contains(&source) {
            let subject = subject.clone();
            let stream = ObservedStream { source, test, subject, origin, vouched_until: until, rows: 0 };
            observed.add(stream, &observations, detail)?;
        }
        let stream = Stream { source, test, segments: segments(observations, until, detail), told };
        evidence.streams.entry(subject).or_default().push(stream);
    }
    observed.pack()?;
    evidence.observed.append(observed);
    for (test, subject, horizon, sightings) in streams.sightings {
        let last = sightings.iter().map(|(at, _, _)| *at).max();
        let Some(until) = vouched_until(Source::Reperformed, &subject, &horizon, last) else { continue };
        evidence.remarks.entry(test).or_default().extend(remark_spans(&subject, sightings, until));
    }
    Ok(())
}

/// The source whose evidence vouches for a stream: tickmark's own checks rest on what AWS Config delivers.
fn attesting(source: Source) -> Source {
    match source {
        Source::Config | Source::Reperformed => Source::Config,
        Source::SecurityHub => Source::SecurityHub,
    }
}

/// For how long each thing was seen. What is seen again at the next change goes on.
fn remark_spans(subject: &SubjectKey, sightings: Sightings, until: Instant) -> Vec<RemarkSpan> {
    let mut spans: Vec<RemarkSpan> = Vec::new();
    let mut open: BTreeMap<Beyond, (Instant, EvidenceReference)> = BTreeMap::new();
    let mut close = |beyond: Beyond, (from, reference): (Instant, EvidenceReference), at: Instant| {
        let period = Period::new(from, at.max(from));
        if !period.is_empty() {
            spans.push(RemarkSpan { subject: subject.clone(), beyond, period, reference });
        }
    };
    for (at, beyond, reference) in sightings {
        let seen: BTreeSet<Beyond> = beyond.into_iter().collect();
        let gone: Vec<Beyond> = open.keys().filter(|known| !seen.contains(known)).cloned().collect();
        for known in gone {
            if let Some(began) = open.remove(&known) {
                close(known, began, at);
            }
        }
        for beyond in seen {
            open.entry(beyond).or_insert_with(|| (at, reference.clone()));
        }
    }
    for (beyond, began) in open {
        close(beyond, began, until);
    }
    spans.sort_by(|left, right| (left.period, &left.beyond).cmp(&(right.period, &right.beyond)));
    spans
}

impl AccountEvidence {
    /// Takes in what another account's evidence says; subjects may be shared.
    pub(super) fn merge(&mut self, mut other: Self) {
        self.registry.merge(other.registry);
        for (subject, mut streams) in other.streams {
            self.streams.entry(subject).or_default().append(&mut streams);
        }
        for (subject, mut absences) in other.absences {
            self.absences.entry(subject).or_default().append(&mut absences);
        }
        for (subject, mut present) in other.present {
            self.present.entry(subject).or_default().append(&mut present);
        }
        self.default_groups.append(&mut other.default_groups);
        self.managed_by_aws.append(&mut other.managed_by_aws);
        for (control, mut subjects) in other.tagged {
            self.tagged.entry(control).or_default().append(&mut subjects);
        }
        self.trail_buckets.append(&mut other.trail_buckets);
        self.has_trails |= other.has_trails;
        self.attestations.merge(other.attestations);
        merge_unmapped(&mut self.unmapped_rules, other.unmapped_rules);
        merge_unmapped(&mut self.unmapped_findings, other.unmapped_findings);
        for (place, count) in other.off_type {
            let known = self.off_type.entry(place).or_default();
            known.statements += count.statements;
            known.failed += count.failed;
        }
        self.trails_without_bucket.append(&mut other.trails_without_bucket);
        for (test, counted) in other.evaluations {
            let known = self.evaluations.entry(test).or_default();
            known.all += counted.all;
            known.of_security_hub += counted.of_security_hub;
        }
        self.vpcs_with_default_group.append(&mut other.vpcs_with_default_group);
        for (test, mut spans) in other.remarks {
            self.remarks.entry(test).or_default().append(&mut spans);
        }
        self.all_trails.merge(other.all_trails);
        self.trail_subjects.append(&mut other.trail_subjects);
        self.measures.append(&mut other.measures);
        self.observed.append(other.observed);
        self.rule_tests.append(&mut other.rule_tests);
    }
}

impl AccountEvidence {
    /// Counts a statement whose resource is not of a type that the test is about.
    fn count_off_type(&mut self, source: Source, test: usize, status: Status) {
        let off_type = self.off_type.entry((source, test)).or_default();
        off_type.statements += 1;
        off_type.failed += u64::from(status == Status::Fail);
    }
}

fn merge_unmapped(into: &mut BTreeMap<String, UnmappedStatements>, other: BTreeMap<String, UnmappedStatements>) {
    for (name, mut statements) in other {
        let known = into.entry(name).or_default();
        known.identifier = known.identifier.clone().max(statements.identifier);
        known.observations += statements.observations;
        known.resources.append(&mut statements.resources);
        known.accounts.append(&mut statements.accounts);
    }
}

/// The evidence a row rests on.
fn reference(evidence_id: &str, record: u64) -> EvidenceReference {
    EvidenceReference { evidence: EvidenceId::of_sha256(evidence_id), record }
}

/// Resolves a name and notes what it says of the subject.
fn subject_of(
    evidence: &mut AccountEvidence,
    reading: &Reading<'_>,
    place: Place<'_>,
    (resource_type, given): (&str, &str),
    (basis, region): (RegionBasis, &str),
) -> SubjectKey {
    let resolved = reading.ties.resolve(place, resource_type, given);
    evidence.registry.note(&resolved, basis, region);
    resolved.subject
}
