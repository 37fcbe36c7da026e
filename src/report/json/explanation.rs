//! `tickmark explain --format json`: the story of one subject, with exact values.
//!
//! | field | meaning |
//! |---|---|
//! | `control`, `title`, `criteria`, `tests` | what is tested |
//! | `window`, `at`, `max_gap_hours`, `sources` | the question; `at` is null for the whole window |
//! | `subject` | `account`, `region`, `resource_type`, `resource_id`, `resource_arn` |
//! | `result` | as in `subjects.csv`, for the whole window |
//! | `asked` | the exception's id that was asked for, else null |
//! | `exceptions` | as in `exceptions.csv`; reasons also in the words of rules and findings |
//! | `statuses` | the control's status: `from` (also before the window), `until`, `status`, and `decided_by`, the numbers of the streams that say so at its beginning in the window, or at `at` |
//! | `streams` | who speaks: `number`, `source`, `test`, `origin`, `first_observation`, `vouched_until`, and `segments` |
//! | `segments` | `from`, `until`, `status`, `suppressed`, `reason`, `restated` (later observations that say the same), `evidence` |
//! | `absences` | when it does not exist: `from`, `until` (null where nothing shows it again), `shown_by`, `evidence` |
//! | `disagreements`, `remarks` | those of this subject |
//! | `files` | each evidence file that is cited: `evidence_id`, `path`, `bundle`, `sha256`, `kind` |
//! | `records` | with `--raw`: `evidence`, `header` of a table's line, and `content`, JSON as it stands or text |
//!
//! References are `evidence id:record`, or the id alone for a file as a whole.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Difference, Seconds, SeenFormatter, Span};
use crate::engine::results::explanation::{
    Absence, ExplainedSegment, ExplainedStream, Explanation, Origin, OriginalText, StatusStretch,
};
use crate::engine::results::{ControlStatus, Exception, LedgerRow, Remark, SubjectName, SubjectResult};
use crate::report::{ReportError, figures, records};

/// The version of the layout.
const SCHEMA: u32 = 1;

/// The bytes: indented by two spaces, with a final newline.
///
/// # Errors
/// [`ReportError::Json`], which only a fault of tickmark can bring about.
pub fn explanation(story: &Explanation, originals: &[OriginalText]) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, SeenFormatter::default());
    Story::of(story, originals)?.serialize(&mut serializer)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Story<'a> {
    schema: u32,
    engagement: Option<&'a str>,
    control: &'a str,
    title: &'a str,
    criteria: &'a [String],
    tests: &'a [String],
    window: Span,
    at: Option<String>,
    max_gap_hours: u32,
    sources: Vec<&'static str>,
    subject: Subject<'a>,
    result: Outcome<'a>,
    asked: Option<&'a str>,
    exceptions: Vec<Failure<'a>>,
    statuses: Vec<Stretch<'a>>,
    streams: Vec<Stream<'a>>,
    absences: Vec<Gone>,
    disagreements: Vec<Difference<'a>>,
    remarks: Vec<Beyond<'a>>,
    files: Vec<File<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<Original<'a>>,
}

impl<'a> Story<'a> {
    fn of(story: &'a Explanation, originals: &'a [OriginalText]) -> Result<Self, ReportError> {
        Ok(Self {
            schema: SCHEMA,
            engagement: story.engagement.as_deref(),
            control: &story.control,
            title: &story.title,
            criteria: &story.criteria,
            tests: &story.tests,
            window: Span::of(story.window),
            at: story.at.map(figures::instant),
            max_gap_hours: story.max_gap_hours,
            sources: story.sources.iter().map(|source| source.name()).collect(),
            subject: Subject::of(&story.result.subject),
            result: Outcome::of(&story.result),
            asked: story.asked.as_deref(),
            exceptions: story.exceptions.iter().map(Failure::of).collect(),
            statuses: story.statuses.iter().map(Stretch::of).collect(),
            streams: (1..).zip(&story.streams).map(|(number, stream)| Stream::of(number, stream)).collect(),
            absences: story.absences.iter().map(|absence| Gone::of(absence, story)).collect(),
            disagreements: story.disagreements.iter().map(Difference::of).collect(),
            remarks: story.remarks.iter().map(Beyond::of).collect(),
            files: story.files.iter().map(File::of).collect(),
            records: originals.iter().map(Original::of).collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Serialize)]
struct Subject<'a> {
    account: &'a str,
    region: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    resource_arn: &'a str,
}

impl<'a> Subject<'a> {
    fn of(subject: &'a SubjectName) -> Self {
        Self {
            account: subject.account.as_str(),
            region: subject.region.as_str(),
            resource_type: &subject.resource_type,
            resource_id: &subject.resource_id,
            resource_arn: &subject.resource_arn,
        }
    }
}

/// What became of the subject.
#[derive(Serialize)]
struct Outcome<'a> {
    result: &'static str,
    status_at_end: &'static str,
    pass_seconds: Seconds,
    fail_seconds: Seconds,
    not_applicable_seconds: Seconds,
    no_evidence_seconds: Seconds,
    absent_seconds: Seconds,
    exceptions: u64,
    sources: Vec<&'a str>,
    inventory_only: bool,
}

impl Outcome<'_> {
    fn of(result: &SubjectResult) -> Self {
        let time = |status| Seconds(i128::from(result.microseconds.get(&status).copied().unwrap_or(0)));
        Self {
            result: result.outcome.name(),
            status_at_end: result.status_at_end.name(),
            pass_seconds: time(ControlStatus::Pass),
            fail_seconds: time(ControlStatus::Fail),
            not_applicable_seconds: time(ControlStatus::NotApplicable),
            no_evidence_seconds: time(ControlStatus::NoEvidence),
            absent_seconds: time(ControlStatus::Absent),
            exceptions: result.exceptions,
            sources: result.sources.iter().map(|source| source.name()).collect(),
            inventory_only: result.inventory_only,
        }
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    id: &'a str,
    from: String,
    until: String,
    duration_seconds: i64,
    began_before_window: bool,
    ongoing: bool,
    suppressed: bool,
    tests: &'a [String],
    sources: Vec<&'static str>,
    reason: &'a str,
    opened_by: Option<String>,
    closed_by: Option<String>,
}

impl<'a> Failure<'a> {
    fn of(exception: &'a Exception) -> Self {
        let Span { from, until } = Span::of(exception.period);
        Self {
            id: &exception.id,
            from,
            until,
            duration_seconds: exception.duration_seconds,
            began_before_window: exception.began_before_window,
            ongoing: exception.ongoing,
            suppressed: exception.suppressed,
            tests: &exception.tests,
            sources: exception.sources.iter().map(|source| source.name()).collect(),
            reason: &exception.reason,
            opened_by: exception.opened_by.as_ref().map(ToString::to_string),
            closed_by: exception.closed_by.as_ref().map(ToString::to_string),
        }
    }
}

#[derive(Serialize)]
struct Stretch<'a> {
    from: String,
    until: String,
    status: &'static str,
    decided_by: &'a [usize],
}

impl<'a> Stretch<'a> {
    fn of(stretch: &'a StatusStretch) -> Self {
        let Span { from, until } = Span::of(stretch.period);
        Self { from, until, status: stretch.status.name(), decided_by: &stretch.decided_by }
    }
}

#[derive(Serialize)]
struct Stream<'a> {
    number: usize,
    source: &'static str,
    test: &'a str,
    origin: Speaker<'a>,
    first_observation: String,
    vouched_until: String,
    segments: Vec<Segment<'a>>,
}

impl<'a> Stream<'a> {
    fn of(number: usize, stream: &'a ExplainedStream) -> Self {
        Self {
            number,
            source: stream.source.name(),
            test: &stream.test,
            origin: Speaker::of(&stream.origin),
            first_observation: figures::instant(stream.first),
            vouched_until: figures::instant(stream.vouched_until),
            segments: stream.segments.iter().map(Segment::of).collect(),
        }
    }
}

/// Who speaks, by kind.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Speaker<'a> {
    Rule { account: &'a str, region: &'a str, name: &'a str },
    Finding { product_arn: &'a str, finding_id: &'a str },
    Check { parameters: &'a str },
}

impl<'a> Speaker<'a> {
    fn of(origin: &'a Origin) -> Self {
        match origin {
            Origin::Rule { account, region, name } => {
                Self::Rule { account: account.as_str(), region: region.as_str(), name }
            }
            Origin::Finding { product, id } => Self::Finding { product_arn: product, finding_id: id },
            Origin::Check { parameters } => Self::Check { parameters },
        }
    }
}

#[derive(Serialize)]
struct Segment<'a> {
    from: String,
    until: String,
    status: &'static str,
    suppressed: bool,
    reason: &'a str,
    restated: u64,
    evidence: String,
}

impl<'a> Segment<'a> {
    fn of(segment: &'a ExplainedSegment) -> Self {
        let Span { from, until } = Span::of(segment.period);
        Self {
            from,
            until,
            status: segment.status.name(),
            suppressed: segment.suppressed,
            reason: &segment.reason,
            restated: segment.restated,
            evidence: segment.reference.to_string(),
        }
    }
}

#[derive(Serialize)]
struct Gone {
    from: String,
    until: Option<String>,
    shown_by: &'static str,
    evidence: String,
}

impl Gone {
    fn of(absence: &Absence, story: &Explanation) -> Self {
        let ends = absence.ends(story.window);
        Self {
            from: figures::instant(absence.period.from),
            until: ends.map(figures::instant),
            shown_by: if absence.is_deletion() { "deletion" } else { "snapshot_without_it" },
            evidence: absence.reference.to_string(),
        }
    }
}

#[derive(Serialize)]
struct Beyond<'a> {
    test: &'a str,
    from: String,
    until: String,
    kind: &'a str,
    remark: &'a str,
    evidence: String,
}

impl<'a> Beyond<'a> {
    fn of(remark: &'a Remark) -> Self {
        let Span { from, until } = Span::of(remark.period);
        Self {
            test: &remark.test,
            from,
            until,
            kind: &remark.kind,
            remark: &remark.words,
            evidence: remark.reference.to_string(),
        }
    }
}

#[derive(Serialize)]
struct File<'a> {
    evidence_id: &'a str,
    path: &'a str,
    bundle: &'a str,
    sha256: &'a str,
    kind: &'a str,
}

impl<'a> File<'a> {
    fn of(row: &'a LedgerRow) -> Self {
        let LedgerRow { evidence_id, path, bundle, sha256, kind, .. } = row;
        Self { evidence_id, path, bundle, sha256, kind }
    }
}

#[derive(Serialize)]
struct Original<'a> {
    evidence: String,
    header: Option<&'a str>,
    content: Box<RawValue>,
}

impl<'a> Original<'a> {
    fn of(original: &'a OriginalText) -> Result<Self, ReportError> {
        let content = match records::compact(&original.text) {
            Some(json) => json,
            None => quoted(&original.text)?,
        };
        Ok(Self {
            evidence: original.reference.to_string(),
            header: original.header.as_deref(),
            content: RawValue::from_string(content)?,
        })
    }
}

/// Text as a JSON string whose unseen characters are spelled out.
fn quoted(text: &str) -> Result<String, ReportError> {
    let plain = serde_json::to_string(text)?;
    Ok(records::compact(&plain).unwrap_or(plain))
}
