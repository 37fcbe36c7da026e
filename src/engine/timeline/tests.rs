//! Whoever asks why gets the same timeline as whoever only counts.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Detail, Observation, Segment, Stream, control_timeline, segments};
use crate::model::{EvidenceId, EvidenceReference, Instant, Period, Source, Status};

const HORIZON: Instant = Instant::from_microseconds(60);

fn observation(at: i64, status: Status, suppressed: bool, reason: &str, record: u64) -> Observation {
    let reference = EvidenceReference { evidence: EvidenceId::of_sha256("00"), record };
    let reason = Some(Arc::from(reason));
    Observation { at: Instant::from_microseconds(at), status, suppressed, reference, reason }
}

fn stream(observations: &[Observation], detail: Detail) -> Stream {
    let segments = segments(observations.to_vec(), HORIZON, detail);
    Stream { source: Source::Config, test: 0, segments, told: None }
}

fn shown(segments: &[Segment]) -> Vec<String> {
    let show = |segment: &Segment| {
        let (from, until) = (segment.period.from.microseconds(), segment.period.until.microseconds());
        let reason = segment.reason.as_deref().unwrap_or_default();
        format!("{from}..{until} {} {reason} +{} ({})", segment.status, segment.restated, segment.reference)
    };
    segments.iter().map(show).collect()
}

#[test]
fn a_failure_that_goes_on_for_another_reason_is_told_apart_only_where_reasons_are_asked_for() {
    let said = [
        observation(10, Status::Fail, false, "port 22", 1),
        observation(20, Status::Fail, false, "port 22", 2),
        observation(30, Status::Fail, false, "port 3389", 3),
        observation(30, Status::Pass, false, "of one moment the worst counts", 4),
        observation(40, Status::Pass, false, "shut", 5),
    ];
    assert_eq!(
        shown(&segments(said.to_vec(), HORIZON, Detail::Changes)),
        ["10..40 FAIL port 22 +2 (00:1)", "40..60 PASS shut +0 (00:5)"]
    );
    assert_eq!(
        shown(&segments(said.to_vec(), HORIZON, Detail::Reasons)),
        ["10..30 FAIL port 22 +1 (00:1)", "30..40 FAIL port 3389 +0 (00:3)", "40..60 PASS shut +0 (00:5)"]
    );
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let statuses = [Status::Fail, Status::Pass, Status::NotApplicable, Status::Unknown, Status::Ended];
    let parts = (0..50_i64, proptest::sample::select(statuses.to_vec()), any::<bool>(), 0..3_u8, 0..100_u64);
    parts.prop_map(|(at, status, suppressed, reason, record)| {
        observation(at, status, suppressed && status == Status::Fail, &reason.to_string(), record)
    })
}

proptest! {
    #[test]
    fn the_status_of_a_control_does_not_depend_on_the_detail(
        streams in proptest::collection::vec(proptest::collection::vec(any_observation(), 0..12), 0..4),
        absent in (0..50_i64, 0..20_i64),
    ) {
        let from = Instant::from_microseconds(absent.0);
        let gone = EvidenceReference { evidence: EvidenceId::of_sha256("ff"), record: 0 };
        let absences = [(Period::new(from, from.plus_microseconds(absent.1)), gone)];
        let window = Period::new(Instant::from_microseconds(0), Instant::from_microseconds(70));
        let timeline = |detail: Detail| {
            let of: Vec<Stream> = streams.iter().map(|observations| stream(observations, detail)).collect();
            control_timeline(&of.iter().collect::<Vec<_>>(), &absences, window)
        };
        prop_assert_eq!(timeline(Detail::Changes), timeline(Detail::Reasons));
    }

    #[test]
    fn every_moment_at_which_something_was_said_is_counted(said in proptest::collection::vec(any_observation(), 0..20)) {
        let moments: std::collections::BTreeSet<Instant> = said.iter().map(|one| one.at).collect();
        for detail in [Detail::Changes, Detail::Reasons] {
            let counted: u64 = stream(&said, detail).segments.iter().map(|one| 1 + u64::from(one.restated)).sum();
            prop_assert_eq!(counted, moments.len() as u64);
        }
    }
}
