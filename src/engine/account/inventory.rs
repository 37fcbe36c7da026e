//! What configuration items show to exist, and when (spec sections 3.1, 3.2 and 5).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::configuration::{has_tag, trail_bucket, vpc_of_default_group};
use super::reperformed::types_read;
use super::{AccountEvidence, NOT_RECORDED, Reading, RecorderAbsences, reference, subject_of};
use crate::engine::catalog::SubjectFilter;
use crate::engine::identity::{Place, RegionBasis, SubjectKey};
use crate::engine::presence::{Captured, Event, RecorderSnapshots};
use crate::formats::is_deletion;
use crate::lake::ItemRow;
use crate::model::{AccountId, Arn, EvidenceReference, Instant, Period, Source};

const TRAIL_TYPE: &str = "AWS::CloudTrail::Trail";
const GROUP_TYPE: &str = "AWS::EC2::SecurityGroup";
const POLICY_TYPE: &str = "AWS::IAM::Policy";
/// Where a state that nothing ended ends.
const FOREVER: Instant = Instant::from_microseconds(i64::MAX);

impl Captured for &ItemRow {
    fn at(&self) -> Instant {
        self.captured_at
    }

    fn is_deletion(&self) -> bool {
        is_deletion(&self.status)
    }
}

/// What happened to a resource, in order.
type Events<'a> = [(Instant, Event<'a, &'a ItemRow>)];

/// What one recorder shows of one resource, in order, for the checks that read it.
#[derive(Debug)]
pub(super) struct ResourceHistory<'a> {
    pub(super) recorder_region: &'a str,
    pub(super) resource_type: &'a str,
    pub(super) changes: Vec<ResourceChange<'a>>,
}

/// A moment at which a resource changed, came or went.
#[derive(Debug)]
pub(super) struct ResourceChange<'a> {
    pub(super) at: Instant,
    /// The item that holds from then on, and whose it is; `None` where the resource does not exist.
    pub(super) item: Option<(&'a ItemRow, SubjectKey)>,
    pub(super) reference: EvidenceReference,
}

impl ResourceHistory<'_> {
    /// The subjects that the resource was: one, unless its name changed.
    pub(super) fn subjects(&self) -> BTreeSet<SubjectKey> {
        self.changes.iter().filter_map(|change| change.item.as_ref()).map(|(_, subject)| subject.clone()).collect()
    }
}

/// A subject's existence as one recorder shows it under one id, with what began each stretch.
#[derive(Debug, Default)]
struct Existence {
    present: Vec<Period>,
    absent: Vec<(Period, EvidenceReference)>,
}

/// Reads an account's items of the types that are tested, and gives the histories of those that checks
/// read.
pub(super) fn read<'a>(
    account: &AccountId,
    items: &'a [ItemRow],
    snapshots: &HashMap<String, RecorderSnapshots>,
    reading: &Reading<'_>,
    evidence: &mut AccountEvidence,
) -> Vec<ResourceHistory<'a>> {
    let tested: BTreeSet<&str> =
        reading.catalog.tests.iter().flat_map(|test| test.resource_types.iter().map(String::as_str)).collect();
    let no_snapshots = RecorderSnapshots::default();
    let mut existences: BTreeMap<(SubjectKey, String), Vec<Existence>> = BTreeMap::new();
    let read_by_checks =
        if reading.settings.sources.contains(&Source::Reperformed) { types_read() } else { BTreeSet::new() };
    let of_interest = |item: &&ItemRow| {
        let resource_type = item.resource_type.as_str();
        let is_read = read_by_checks.contains(resource_type) || tested.contains(resource_type);
        item.status != NOT_RECORDED && (resource_type == TRAIL_TYPE || is_read)
    };
    let mut histories = Vec::new();
    for ((region, resource_type, id), captures) in by_resource(items.iter().filter(of_interest)) {
        let is_trail = resource_type == TRAIL_TYPE;
        evidence.has_trails |= is_trail;
        let recorder = snapshots.get(region).unwrap_or(&no_snapshots);
        let events = recorder.events(&(false, resource_type.to_owned(), id.to_owned()), &captures);
        if is_trail {
            note_buckets(&events, reading.settings.window, evidence);
        }
        let subjects = note_subjects(account, &captures, reading, evidence);
        if tested.contains(resource_type) {
            for subject in subjects.iter().collect::<BTreeSet<_>>() {
                existences.entry((subject.clone(), region.to_owned())).or_default().push(existence(&events));
            }
        }
        if read_by_checks.contains(resource_type) {
            histories.push(ResourceHistory {
                recorder_region: region,
                resource_type,
                changes: changes(&events, subjects),
            });
        }
    }
    for ((subject, _), of_ids) in existences {
        let (present, absent) = join_ids(of_ids);
        evidence.present.entry(subject.clone()).or_default().extend(present);
        let of_recorders: &mut RecorderAbsences = evidence.absences.entry(subject).or_default();
        of_recorders.push(absent);
    }
    histories
}

/// What happened to a resource as changes of its state. `subjects` are those of its captures, in order.
fn changes<'a>(events: &[(Instant, Event<'_, &'a ItemRow>)], subjects: Vec<SubjectKey>) -> Vec<ResourceChange<'a>> {
    let mut subjects = subjects.into_iter();
    let mut last: Option<SubjectKey> = None;
    let mut changes = Vec::new();
    for (at, event) in events {
        let (item, reference) = match event {
            Event::Captured(item) => {
                last = subjects.next().or(last);
                (Some(*item), reference(&item.evidence_id, item.record_number))
            }
            Event::Deleted(item) => {
                last = subjects.next().or(last);
                (None, reference(&item.evidence_id, item.record_number))
            }
            Event::Dropped(reference) => (None, reference.clone()),
            Event::Relisted(item, reference) => (Some(*item), reference.clone()),
        };
        let item = item.copied().zip(last.clone());
        changes.push(ResourceChange { at: *at, item, reference });
    }
    changes
}

type Resource<'a> = (&'a str, &'a str, &'a str);

/// Items by recorder's region, type and id, each list in order of capture.
fn by_resource<'a>(items: impl Iterator<Item = &'a ItemRow>) -> BTreeMap<Resource<'a>, Vec<&'a ItemRow>> {
    let mut resources: BTreeMap<Resource<'a>, Vec<&'a ItemRow>> = BTreeMap::new();
    for item in items {
        let resource = (&*item.recorder_region, item.resource_type.as_str(), item.resource_id.as_str());
        resources.entry(resource).or_default().push(item);
    }
    for captures in resources.values_mut() {
        captures.sort_by(|left, right| {
            let key = |item: &ItemRow| (item.captured_at, is_deletion(&item.status));
            key(left).cmp(&key(right)).then_with(|| left.evidence_id.cmp(&right.evidence_id))
        });
    }
    resources
}

/// The subject of each of a resource's items (one and the same, unless its name changed); notes the facts
/// that populations ask for.
fn note_subjects(
    recorder: &AccountId,
    captures: &[&ItemRow],
    reading: &Reading<'_>,
    evidence: &mut AccountEvidence,
) -> Vec<SubjectKey> {
    let mut subjects = Vec::with_capacity(captures.len());
    let mut last: Option<(&str, SubjectKey)> = None;
    for item in captures {
        let subject = match &last {
            Some((arn, subject)) if *arn == item.resource_arn => subject.clone(),
            _ => {
                let given = if item.resource_arn.is_empty() { &item.resource_id } else { &item.resource_arn };
                let account = AccountId::parse(&item.account).unwrap_or_else(|| recorder.clone());
                let place = Place { account: &account, region: &item.region };
                let basis = (RegionBasis::Item, &*item.region);
                subject_of(evidence, reading, place, (&item.resource_type, given), basis)
            }
        };
        note_facts(item, &subject, reading, evidence);
        last = Some((item.resource_arn.as_str(), subject.clone()));
        subjects.push(subject);
    }
    subjects
}

fn note_facts(item: &ItemRow, subject: &SubjectKey, reading: &Reading<'_>, evidence: &mut AccountEvidence) {
    if item.resource_type == GROUP_TYPE
        && !evidence.default_groups.contains(subject)
        && let Some(vpc) = vpc_of_default_group(item)
    {
        evidence.default_groups.insert(subject.clone());
        evidence.vpcs_with_default_group.insert((subject.account.clone(), vpc));
    }
    if item.resource_type == POLICY_TYPE && Arn::parse(&item.resource_arn).is_some_and(|arn| arn.account == "aws") {
        evidence.managed_by_aws.insert(subject.clone());
    }
    let by_tag = reading.catalog.controls.iter().filter(|control| {
        control.population.subjects == SubjectFilter::TaggedResources
            && reading.catalog.tests_of(control).iter().any(|test| test.is_about(&item.resource_type))
    });
    for control in by_tag {
        let Some(filter) = reading.settings.tags.get(&control.id) else { continue };
        if has_tag(item, filter) {
            evidence.tagged.entry(control.id.clone()).or_default().insert(subject.clone());
        }
    }
}

/// Turns what happened to a resource into when it existed.
fn existence(events: &Events<'_>) -> Existence {
    let mut existence = Existence::default();
    let ends = events.iter().skip(1).map(|(at, _)| *at).chain([FOREVER]);
    for ((at, event), end) in events.iter().zip(ends) {
        let period = Period::new(*at, end);
        if period.is_empty() {
            continue;
        }
        match event {
            Event::Captured(_) | Event::Relisted(..) => existence.present.push(period),
            Event::Deleted(item) => existence.absent.push((period, reference(&item.evidence_id, item.record_number))),
            Event::Dropped(reference) => existence.absent.push((period, reference.clone())),
        }
    }
    existence
}

/// One recorder's word on a subject that it shows under several ids, as of a user made again: present
/// while any of them is, absent while some are absent and none is present.
fn join_ids(mut of_ids: Vec<Existence>) -> (Vec<Period>, Vec<(Period, EvidenceReference)>) {
    if of_ids.len() == 1 {
        return of_ids.pop().map(|only| (only.present, only.absent)).unwrap_or_default();
    }
    let present: Vec<Period> = of_ids.iter().flat_map(|existence| existence.present.iter().copied()).collect();
    let mut absent: Vec<(Period, EvidenceReference)> =
        of_ids.into_iter().flat_map(|existence| existence.absent).collect();
    for period in &present {
        absent = absent.into_iter().flat_map(|(absence, reference)| without(absence, *period, &reference)).collect();
    }
    absent.sort();
    (present, union(absent))
}

/// What `taken` leaves of `absence`.
fn without(absence: Period, taken: Period, reference: &EvidenceReference) -> Vec<(Period, EvidenceReference)> {
    let before = Period::new(absence.from, absence.until.min(taken.from));
    let after = Period::new(absence.from.max(taken.until), absence.until);
    [before, after].into_iter().filter(|rest| !rest.is_empty()).map(|rest| (rest, reference.clone())).collect()
}

/// Joins stretches, in order, that touch or overlap.
fn union(stretches: Vec<(Period, EvidenceReference)>) -> Vec<(Period, EvidenceReference)> {
    let mut joined: Vec<(Period, EvidenceReference)> = Vec::new();
    for (period, reference) in stretches {
        match joined.last_mut() {
            Some((last, _)) if last.until >= period.from => last.until = last.until.max(period.until),
            _ => joined.push((period, reference)),
        }
    }
    joined
}

/// Notes the buckets that a trail delivers to at some time in the window, and whether it leaves open
/// which.
fn note_buckets(events: &Events<'_>, window: Period, evidence: &mut AccountEvidence) {
    let ends = events.iter().skip(1).map(|(at, _)| *at).chain([FOREVER]);
    for ((at, event), end) in events.iter().zip(ends) {
        let (Event::Captured(item) | Event::Relisted(item, _)) = event else { continue };
        if Period::new(*at, end).intersect(window).is_some() {
            match trail_bucket(item) {
                Some(bucket) => evidence.trail_buckets.insert(bucket),
                None => evidence.trails_without_bucket.insert(item.resource_id.clone()),
            };
        }
    }
}
