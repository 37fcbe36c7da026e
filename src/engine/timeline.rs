//! From observations to what holds when (spec section 4). Pure: knows no rows, files or subjects.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::model::{EvidenceReference, Instant, Period, Source, Status};

use super::results::ControlStatus;
use super::results::explanation::Origin;

/// One statement of one source about one subject for one test at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Observation {
    pub(super) at: Instant,
    pub(super) status: Status,
    /// A failure that the customer suppressed; it stays a failure.
    pub(super) suppressed: bool,
    pub(super) reference: EvidenceReference,
    /// Why, in words, where the source says.
    pub(super) reason: Option<Arc<str>>,
}

/// A stretch of time in which one stream says one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) period: Period,
    pub(super) status: Status,
    pub(super) suppressed: bool,
    /// The observation that began it.
    pub(super) reference: EvidenceReference,
    /// Why, as of that observation.
    pub(super) reason: Option<Arc<str>>,
    /// How many later observations merely said the same again.
    pub(super) restated: u32,
}

/// When an observation merely restates what holds already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Detail {
    /// When it says the same status.
    #[default]
    Changes,
    /// When it gives the same reason too, for whoever asks why: a failure that goes on for another reason
    /// makes a segment of its own.
    Reasons,
}

impl Observation {
    /// By time; of one time the one that counts first: the worst (spec section 3.8), of equal ones the one that is
    /// not suppressed.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |observation: &Self| (observation.at, observation.status, observation.suppressed);
        key(self).cmp(&key(other)).then_with(|| self.reference.cmp(&other.reference))
    }
}

impl Detail {
    /// Whether the one says what the other says.
    pub(super) fn says_the_same(self, one: &Observation, other: &Observation) -> bool {
        let is_same_status = one.status == other.status && one.suppressed == other.suppressed;
        is_same_status && (self == Self::Changes || one.reason == other.reason)
    }

    fn is_restated(self, before: &Segment, next: &Observation) -> bool {
        let is_same_status = before.status == next.status && before.suppressed == next.suppressed;
        is_same_status && (self == Self::Changes || before.reason == next.reason)
    }
}

/// A stream's segments, in order, without overlap; between the first and the last without a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) source: Source,
    /// Place of the test in the catalog.
    pub(super) test: usize,
    pub(super) segments: Vec<Segment>,
    /// Who speaks and why; kept only of the tests that somebody asks about.
    pub(super) told: Option<Box<Told>>,
}

/// What whoever asks why wants of a stream, beside what is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) origin: Origin,
    /// The same observations with [`Detail::Reasons`].
    pub(super) segments: Vec<Segment>,
}

/// Turns one stream's observations, in any order, into segments. The last status holds until
/// `vouched_until`. Of several statuses at one instant the worst counts (spec section 3.8); of equal
/// ones the one that is not suppressed.
pub(super) fn segments(mut observations: Vec<Observation>, vouched_until: Instant, detail: Detail) -> Vec<Segment> {
    observations.sort_by(Observation::order);
    observations.dedup_by_key(|observation| observation.at);
    let mut segments: Vec<Segment> = Vec::new();
    for observation in observations {
        let at = observation.at;
        match segments.last_mut() {
            Some(last) if detail.is_restated(last, &observation) => {
                last.restated = last.restated.saturating_add(1);
                continue;
            }
            Some(last) => last.period.until = at,
            None => {}
        }
        segments.push(Segment {
            period: Period::new(at, vouched_until.max(at)),
            status: observation.status,
            suppressed: observation.suppressed,
            reference: observation.reference,
            reason: observation.reason,
            restated: 0,
        });
    }
    segments.retain(|segment| !segment.period.is_empty());
    segments
}

/// A stretch of time in which a subject has one status for a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) period: Period,
    pub(super) status: ControlStatus,
}

/// Time in which a subject is absent, and the evidence that began each stretch of it; in order,
/// without overlap.
pub(super) type Absences = [(Period, EvidenceReference)];

/// What begins or ends at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Absence(i64),
    Said(Status, i64),
}

/// A subject's status over `period`, which it fills without gap or overlap: at each instant the first
/// that applies of absent, fail, pass, not applicable, no evidence (spec section 4).
///
/// One sweep over all beginnings and ends, so that many streams cost no more than their segments.
pub(super) fn control_timeline(streams: &[&Stream], absences: &Absences, period: Period) -> Vec<Stretch> {
    let mut changes: Vec<(Instant, Change)> = Vec::new();
    let mut add = |stretch: Period, change: fn(Status, i64) -> Change, status: Status| {
        if let Some(inside) = stretch.intersect(period) {
            changes.push((inside.from, change(status, 1)));
            changes.push((inside.until, change(status, -1)));
        }
    };
    for segment in streams.iter().flat_map(|stream| &stream.segments) {
        add(segment.period, Change::Said, segment.status);
    }
    for (absence, _) in absences {
        add(*absence, |_, count| Change::Absence(count), Status::Ended);
    }
    changes.sort_unstable();
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut standing = Standing::default();
    let mut from = period.from;
    for at_once in changes.chunk_by(|left, right| left.0 == right.0) {
        let Some((at, _)) = at_once.first() else { continue };
        extend(&mut stretches, Period::new(from, *at), standing.status());
        for (_, change) in at_once {
            standing.apply(*change);
        }
        from = *at;
    }
    extend(&mut stretches, Period::new(from, period.until), standing.status());
    stretches
}

/// How many streams say what at a moment.
#[derive(Debug, Default)]
struct Standing {
    absent: i64,
    fail: i64,
    pass: i64,
    not_applicable: i64,
}

impl Standing {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Absence(count) => self.absent += count,
            Change::Said(Status::Fail, count) => self.fail += count,
            Change::Said(Status::Pass, count) => self.pass += count,
            Change::Said(Status::NotApplicable, count) => self.not_applicable += count,
            Change::Said(Status::Unknown | Status::Ended, _) => {}
        }
    }

    fn status(&self) -> ControlStatus {
        if self.absent > 0 {
            ControlStatus::Absent
        } else if self.fail > 0 {
            ControlStatus::Fail
        } else if self.pass > 0 {
            ControlStatus::Pass
        } else if self.not_applicable > 0 {
            ControlStatus::NotApplicable
        } else {
            ControlStatus::NoEvidence
        }
    }
}

/// Adds a stretch; one with the status of the last continues it.
fn extend(stretches: &mut Vec<Stretch>, period: Period, status: ControlStatus) {
    if period.is_empty() {
        return;
    }
    match stretches.last_mut() {
        Some(last) if last.status == status => last.period.until = period.until,
        _ => stretches.push(Stretch { period, status }),
    }
}

/// The stretches of time common to all of several lists, each in order and without overlap; each
/// stretch with what began it, which is the reference of the list that joined last.
pub(super) fn intersect_all(mut lists: Vec<Vec<(Period, EvidenceReference)>>) -> Vec<(Period, EvidenceReference)> {
    let Some(mut common) = lists.pop() else { return Vec::new() };
    for list in lists {
        let mut shared = Vec::new();
        let (mut left, mut right) = (common.iter().peekable(), list.iter().peekable());
        while let (Some((first, first_reference)), Some((second, second_reference))) = (left.peek(), right.peek()) {
            if let Some(period) = first.intersect(*second) {
                let reference = if first.from >= second.from { first_reference } else { second_reference };
                shared.push((period, reference.clone()));
            }
            if first.until <= second.until {
                left.next();
            } else {
                right.next();
            }
        }
        common = shared;
    }
    common
}

#[cfg(test)]
mod tests;
