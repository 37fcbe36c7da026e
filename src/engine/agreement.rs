//! Where two sources speak of one subject and test: do they agree? (Spec section 9.)

use std::collections::BTreeSet;

use super::control::{Ground, Tested};
use super::identity::SubjectKey;
use super::known_differences::explain;
use super::results::{Agreement, ControlStatus, Disagreement, Said};
use super::timeline::{Stream, Stretch, control_timeline};
use crate::model::{Period, Source, Status};

/// A stretch of time with what two sources say.
struct Pair {
    period: Period,
    said: [ControlStatus; 2],
}

/// Compares every two sources that take part on every subject of a control.
pub(super) fn compare(
    tested: &Tested<'_>,
    ground: &Ground<'_>,
    subjects: &[SubjectKey],
) -> (Vec<Agreement>, Vec<Disagreement>) {
    let sources = &ground.settings.sources;
    let mut agreements = Vec::new();
    let mut disagreements = Vec::new();
    for (place, left) in sources.iter().enumerate() {
        for right in sources.iter().skip(place + 1) {
            let mut agreement = Agreement { sources: (*left, *right), agree_microseconds: 0, differ_microseconds: 0 };
            for test in &tested.tests {
                for subject in subjects {
                    compare_subject(ground, tested, *test, subject, &mut agreement, &mut disagreements);
                }
            }
            if agreement.agree_microseconds + agreement.differ_microseconds > 0 {
                agreements.push(agreement);
            }
        }
    }
    disagreements.sort_by(|left, right| {
        let key = |found: &Disagreement| (found.test.clone(), found.subject.clone(), found.period);
        key(left).cmp(&key(right))
    });
    (agreements, disagreements)
}

fn compare_subject(
    ground: &Ground<'_>,
    tested: &Tested<'_>,
    test: usize,
    subject: &SubjectKey,
    agreement: &mut Agreement,
    disagreements: &mut Vec<Disagreement>,
) {
    let (left, right) = agreement.sources;
    let streams = ground.streams_of(subject, &BTreeSet::from([test]));
    let of =
        |source: Source| -> Vec<&Stream> { streams.iter().filter(|stream| stream.source == source).copied().collect() };
    let (of_left, of_right) = (of(left), of(right));
    if of_left.is_empty() || of_right.is_empty() {
        return;
    }
    let absences = ground.absences_of(subject);
    let window = ground.settings.window;
    let (said_left, said_right) =
        (control_timeline(&of_left, absences, window), control_timeline(&of_right, absences, window));
    let identifier = ground.identifiers.get(test).cloned().unwrap_or_default();
    let is_agreed = |pair: &Pair| {
        let [first, second] = pair.said;
        first == second || explain(&identifier, [(left, first), (right, second)], pair.period).is_same
    };
    let pairs = pairs(&said_left, &said_right);
    let spoken: Vec<&Pair> = pairs.iter().filter(|pair| pair.said.iter().all(|status| is_spoken(*status))).collect();
    for pair in &spoken {
        let length = i128::from(pair.period.microseconds());
        let sum = if is_agreed(pair) { &mut agreement.agree_microseconds } else { &mut agreement.differ_microseconds };
        *sum += length;
    }
    let differing: Vec<&Pair> = spoken.into_iter().filter(|pair| !is_agreed(pair)).collect();
    // Differences that touch are one, though a source changes its words on the way: each part is listed.
    for run in differing.chunk_by(|one, next| one.period.until == next.period.from) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let whole = Period::new(first.period.from, last.period.until);
        if whole.microseconds() <= ground.settings.lag_tolerance_microseconds() {
            continue;
        }
        disagreements.extend(run.iter().map(|pair| {
            let [first, second] = pair.said;
            Disagreement {
                control: tested.control.id.clone(),
                test: identifier.clone(),
                subject: ground.evidence.registry.name(subject),
                said: [said(left, first, &of_left, pair.period), said(right, second, &of_right, pair.period)],
                period: pair.period,
                known_reasons: reasons(&identifier, [(left, first), (right, second)], whole),
            }
        }));
    }
}

fn reasons(test: &str, said: [(Source, ControlStatus); 2], whole: Period) -> Vec<String> {
    explain(test, said, whole).reasons.into_iter().map(str::to_owned).collect()
}

/// What a source said at the beginning of a period, and on which evidence.
fn said(source: Source, status: ControlStatus, streams: &[&Stream], period: Period) -> Said {
    let means = |said: Status| match said {
        Status::Fail => status == ControlStatus::Fail,
        Status::Pass => status == ControlStatus::Pass,
        Status::NotApplicable => status == ControlStatus::NotApplicable,
        Status::Unknown | Status::Ended => false,
    };
    let standing = streams.iter().flat_map(|stream| &stream.segments);
    let standing = standing.filter(|segment| segment.period.contains(period.from) && means(segment.status));
    let spoken = standing.min_by(|left, right| left.reference.cmp(&right.reference));
    Said {
        source,
        status,
        reason: spoken.and_then(|segment| segment.reason.as_deref()).unwrap_or_default().to_owned(),
        reference: spoken.map(|segment| segment.reference.clone()),
    }
}

/// Both timelines, which fill the same period, side by side.
fn pairs(left: &[Stretch], right: &[Stretch]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        if let Some(period) = first.period.intersect(second.period) {
            pairs.push(Pair { period, said: [first.status, second.status] });
        }
        if first.period.until <= second.period.until {
            left.next();
        } else {
            right.next();
        }
    }
    pairs
}

/// Whether a status is something said of a test.
fn is_spoken(status: ControlStatus) -> bool {
    matches!(status, ControlStatus::Fail | ControlStatus::Pass | ControlStatus::NotApplicable)
}
