//! A story cut to a moment keeps what holds then, and nothing else.

use std::collections::BTreeMap;

use super::{Absence, ExplainedSegment, ExplainedStream, Explanation, Origin, StatusStretch, deciding};
use crate::engine::results::{ControlStatus, LedgerRow, RecordAccount, SubjectName, SubjectOutcome, SubjectResult};
use crate::model::{AccountId, EvidenceId, EvidenceReference, Instant, Period, Region, Source, Status};

fn at(moment: i64) -> Instant {
    Instant::from_microseconds(moment)
}

fn between(from: i64, until: i64) -> Period {
    Period::new(at(from), at(until))
}

fn reference(file: &str, record: u64) -> EvidenceReference {
    EvidenceReference { evidence: EvidenceId::of_sha256(file), record }
}

fn segment(from: i64, until: i64, status: Status, file: &str) -> ExplainedSegment {
    let (period, reference) = (between(from, until), reference(file, 1));
    ExplainedSegment { period, status, suppressed: false, reason: String::new(), restated: 0, reference }
}

fn stream(source: Source, segments: Vec<ExplainedSegment>) -> ExplainedStream {
    let (first, vouched_until) = (segments[0].period.from, segments[segments.len() - 1].period.until);
    let origin = Origin::Check { parameters: String::new() };
    ExplainedStream { source, test: "TEST".to_owned(), origin, first, vouched_until, segments }
}

fn file(id: &str) -> LedgerRow {
    LedgerRow {
        evidence_id: id.to_owned(),
        path: format!("evidence/{id}"),
        bundle: String::new(),
        size: 1,
        sha256: id.to_owned(),
        kind: String::new(),
        outcome: "accepted".to_owned(),
        account: String::new(),
        region: String::new(),
        evidence_time: None,
        records: RecordAccount::default(),
        reason: String::new(),
    }
}

/// Config fails from 10 to 30 and passes until 60; the check fails from 20 on; gone from 70.
fn story() -> Explanation {
    let subject = SubjectName {
        account: AccountId::parse("011122223333").unwrap(),
        resource_type: "AWS::S3::Bucket".to_owned(),
        key: "b".to_owned(),
        region: Region::global(),
        resource_id: "b".to_owned(),
        resource_arn: String::new(),
    };
    let result = SubjectResult {
        control: "C14".to_owned(),
        subject,
        outcome: SubjectOutcome::Failed,
        status_at_end: ControlStatus::Absent,
        microseconds: BTreeMap::new(),
        exceptions: 1,
        sources: vec![Source::Config, Source::Reperformed],
        inventory_only: false,
        timeline: Vec::new(),
    };
    let streams = vec![
        stream(Source::Config, vec![segment(10, 30, Status::Fail, "a"), segment(30, 60, Status::Pass, "b")]),
        stream(Source::Reperformed, vec![segment(20, 90, Status::Fail, "c")]),
    ];
    let failing = StatusStretch { period: between(10, 70), status: ControlStatus::Fail, decided_by: vec![1] };
    let gone = StatusStretch { period: between(70, 100), status: ControlStatus::Absent, decided_by: Vec::new() };
    Explanation {
        engagement: None,
        window: between(0, 100),
        max_gap_hours: 36,
        sources: Source::ALL.to_vec(),
        control: "C14".to_owned(),
        title: String::new(),
        criteria: Vec::new(),
        tests: vec!["TEST".to_owned()],
        result,
        asked: None,
        at: None,
        exceptions: Vec::new(),
        statuses: vec![failing, gone],
        streams,
        absences: vec![Absence { period: between(70, 1000), reference: reference("d", 0) }],
        disagreements: Vec::new(),
        remarks: Vec::new(),
        files: ["a", "b", "c", "d"].map(file).to_vec(),
    }
}

fn shown(story: &Explanation) -> String {
    let statuses = story.statuses.iter().map(|one| format!("{} by {:?}", one.status.name(), one.decided_by));
    let said = (1..)
        .zip(&story.streams)
        .flat_map(|(number, stream)| stream.segments.iter().map(move |segment| format!("{number} {}", segment.status)));
    let gone = story.absences.iter().map(|_| "gone".to_owned());
    let files: String = story.files.iter().map(|file| file.evidence_id.as_str()).collect();
    statuses.chain(said).chain(gone).chain([files]).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_moment_shows_what_holds_at_it() {
    for (moment, expected) in [
        (10, "FAIL by [1], 1 FAIL, a"),
        (29, "FAIL by [1, 2], 1 FAIL, 2 FAIL, ac"),
        (30, "FAIL by [2], 1 PASS, 2 FAIL, bc"),
        (60, "FAIL by [2], 2 FAIL, c"),
        (70, "ABSENT by [], 2 FAIL, gone, cd"),
        (95, "ABSENT by [], gone, d"),
        (5, ""),
    ] {
        let cut = story().cut_to(at(moment));
        assert_eq!(shown(&cut), expected, "at {moment}");
        assert_eq!(cut.streams.len(), 2, "who speaks is named, whether it speaks then or not");
        assert_eq!(cut.result.outcome, SubjectOutcome::Failed, "the result stays that of the window");
    }
}

#[test]
fn each_reference_is_cited_once_and_in_order() {
    let mut story = story();
    story.streams[1].segments[0].reference = reference("a", 1);
    let cited: Vec<String> = story.references().iter().map(ToString::to_string).collect();
    assert_eq!(cited, ["a:1", "b:1", "d"]);
    assert_eq!(story.file(&reference("b", 7)).map(|file| file.path.as_str()), Some("evidence/b"));
}

#[test]
fn a_status_is_decided_by_those_who_say_it() {
    let streams = story().streams;
    assert_eq!(deciding(&streams, ControlStatus::Fail, at(25)), [1, 2]);
    assert_eq!(deciding(&streams, ControlStatus::Pass, at(40)), [1]);
    assert!(deciding(&streams, ControlStatus::NoEvidence, at(5)).is_empty());
}

#[test]
fn an_absence_ends_only_where_something_shows_the_resource_again() {
    let window = between(0, 100);
    let of = |until: i64| Absence { period: between(70, until), reference: reference("d", 0) };
    assert_eq!(of(80).ends(window), Some(at(80)));
    assert_eq!(of(1000).ends(window), None);
    assert!(!of(80).is_deletion());
}
