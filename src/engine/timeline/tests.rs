//! Tests of segments.

use std::sync::Arc;

use super::{Detail, Observation, segments};
use crate::model::{EvidenceId, EvidenceReference, Instant, Status};

fn at(day: i64) -> Instant {
    Instant::parse("2026-01-01T00:00:00Z").unwrap().plus_microseconds(day * 86_400_000_000)
}

fn observation(day: i64, status: Status, reason: &str) -> Observation {
    let reference = EvidenceReference { evidence: EvidenceId::of_sha256("00"), record: day.unsigned_abs() };
    Observation { at: at(day), status, suppressed: false, reference, reason: Some(Arc::from(reason)) }
}

#[test]
fn a_reason_stands_only_as_long_as_it_is_given() {
    let observations = vec![
        observation(1, Status::Pass, "nothing is open"),
        observation(2, Status::Pass, "nothing is open"),
        observation(3, Status::Pass, "a block stands before it"),
        observation(4, Status::Fail, "it is open"),
    ];
    let found = segments(observations, at(5), Detail::Changes);
    let told: Vec<_> = found
        .iter()
        .map(|segment| (segment.period.from, segment.reason.as_deref().unwrap(), segment.reference.record))
        .collect();
    let expected = [(at(1), "nothing is open", 1), (at(3), "a block stands before it", 3), (at(4), "it is open", 4)];
    assert_eq!(told, expected);
}
