//! From observations to what holds when (spec section 4). Pure: knows no rows, files or subjects.

use crate::model::{EvidenceReference, Instant, Period, Source, Status};

use super::results::ControlStatus;

/// One statement of one source about one subject for one test at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Observation {
    pub(super) at: Instant,
    pub(super) status: Status,
    /// A failure that the customer suppressed; it stays a failure.
    pub(super) suppressed: bool,
    pub(super) reference: EvidenceReference,
}

/// A stretch of time in which one stream says one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) period: Period,
    pub(super) status: Status,
    pub(super) suppressed: bool,
    /// The observation that began it.
    pub(super) reference: EvidenceReference,
}

/// A stream's segments, in order, without overlap; between the first and the last without a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) source: Source,
    /// Place of the test in the catalog.
    pub(super) test: usize,
    pub(super) segments: Vec<Segment>,
}

/// Turns one stream's observations, in any order, into segments. The last status holds until
/// `vouched_until`. Of several statuses at one instant the worst counts (spec section 3.8); of equal
/// ones the one that is not suppressed.
pub(super) fn segments(mut observations: Vec<Observation>, vouched_until: Instant) -> Vec<Segment> {
    observations.sort_by(|left, right| {
        let key = |observation: &Observation| (observation.at, observation.status, observation.suppressed);
        key(left).cmp(&key(right)).then_with(|| left.reference.cmp(&right.reference))
    });
    observations.dedup_by_key(|observation| observation.at);
    observations.dedup_by_key(|observation| (observation.status, observation.suppressed));
    let ends: Vec<Instant> = observations.iter().skip(1).map(|next| next.at).chain([vouched_until]).collect();
    observations
        .into_iter()
        .zip(ends)
        .map(|(observation, end)| Segment {
            period: Period::new(observation.at, end.max(observation.at)),
            status: observation.status,
            suppressed: observation.suppressed,
            reference: observation.reference,
        })
        .filter(|segment| !segment.period.is_empty())
        .collect()
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

/// A subject's status over `period`, which it fills without gap or overlap: at each instant the first
/// that applies of absent, fail, pass, not applicable, no evidence (spec section 4).
pub(super) fn control_timeline(streams: &[&Stream], absences: &Absences, period: Period) -> Vec<Stretch> {
    let mut boundaries: Vec<Instant> = vec![period.from, period.until];
    let periods = streams.iter().flat_map(|stream| stream.segments.iter().map(|segment| segment.period));
    for stretch in periods.chain(absences.iter().map(|(absence, _)| *absence)) {
        boundaries.extend([stretch.from, stretch.until].into_iter().filter(|at| period.contains(*at)));
    }
    boundaries.sort_unstable();
    boundaries.dedup();
    let mut cursors: Vec<std::slice::Iter<'_, Segment>> = streams.iter().map(|stream| stream.segments.iter()).collect();
    let mut absences = absences.iter();
    let mut stretches: Vec<Stretch> = Vec::new();
    for pair in boundaries.windows(2) {
        let &[from, until] = pair else { continue };
        let absent = skip_to(&mut absences, from, |(absence, _)| *absence).is_some();
        let spoken = cursors.iter_mut().filter_map(|cursor| skip_to(cursor, from, |segment| segment.period));
        let worst = spoken.map(|segment| segment.status).min();
        let status = if absent { ControlStatus::Absent } else { control_status(worst) };
        match stretches.last_mut() {
            Some(last) if last.status == status => last.period.until = until,
            _ => stretches.push(Stretch { period: Period::new(from, until), status }),
        }
    }
    stretches
}

/// What the worst of all streams' statuses means for the control.
fn control_status(worst: Option<Status>) -> ControlStatus {
    match worst {
        Some(Status::Fail) => ControlStatus::Fail,
        Some(Status::Pass) => ControlStatus::Pass,
        Some(Status::NotApplicable) => ControlStatus::NotApplicable,
        Some(Status::Unknown | Status::Ended) | None => ControlStatus::NoEvidence,
    }
}

/// Advances `rest` past all that ends at or before `at`; what then holds `at`, if anything.
fn skip_to<'a, T>(rest: &mut std::slice::Iter<'a, T>, at: Instant, period: impl Fn(&T) -> Period) -> Option<&'a T> {
    while let Some(next) = rest.as_slice().first() {
        if period(next).until > at {
            return (period(next).from <= at).then_some(next);
        }
        rest.next();
    }
    None
}

/// The stretches of time common to all of several lists, each in order and without overlap; each
/// stretch with what began it, which is the reference of the list that joined last.
pub(super) fn intersect_all(mut lists: Vec<Vec<(Period, EvidenceReference)>>) -> Vec<(Period, EvidenceReference)> {
    let Some(mut common) = lists.pop() else { return Vec::new() };
    for list in lists {
        let mut shared = Vec::new();
        for (left, left_reference) in &common {
            for (right, right_reference) in &list {
                if let Some(period) = left.intersect(*right) {
                    let reference = if left.from >= right.from { left_reference } else { right_reference };
                    shared.push((period, reference.clone()));
                }
            }
        }
        common = shared;
    }
    common
}
