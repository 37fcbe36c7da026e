//! Every statement in words: the control's status, each stream, absences, disagreements, remarks, and the
//! files that all of it rests on.

use crate::engine::results::explanation::{ExplainedSegment, ExplainedStream, Explanation, Origin, StatusStretch};
use crate::engine::results::{ControlStatus, Disagreement, LedgerRow};
use crate::model::{EvidenceReference, Period, Status};
use crate::report::figures::{counted, instant};

use super::super::page::{Page, Tint, columns, padded, tail, wrapped};
use super::lines_below;

/// Columns of a time to the millisecond, and two blanks; one to the microsecond takes more.
const TIME_WIDTH: usize = 26;
/// Columns before what is said of a stretch.
const INDENT: usize = 6;

pub(super) fn render(page: &mut Page, story: &Explanation) {
    statuses(page, story);
    for (number, stream) in (1..).zip(&story.streams) {
        self::stream(page, story, number, stream);
    }
    absences(page, story);
    disagreements(page, story);
    remarks(page, story);
    files(page, &story.files);
}

/// From when to when, and what; the rest is broken behind the status.
fn stretch(page: &mut Page, period: Period, status: &str, tint: Tint, rest: &str) {
    let [from, until] = [period.from, period.until].map(|at| padded(&format!("{}  ", instant(at)), TIME_WIDTH));
    let times = format!("  {from}{until}");
    let margin = columns(&times) + columns(status) + 2;
    let lines = wrapped(rest, page.width().saturating_sub(margin));
    let (first, more) = lines.split_first().map_or(("", [].as_slice()), |(first, more)| (first.as_str(), more));
    page.line(&[(Tint::Plain, &times), (tint, status), (Tint::Plain, "  "), (Tint::Plain, first)]);
    for line in more {
        page.line(&[(Tint::Plain, &" ".repeat(margin)), (Tint::Plain, line)]);
    }
}

fn columns_named(page: &mut Page, last: &str) {
    let (from, until) = (padded("from", TIME_WIDTH), padded("until", TIME_WIDTH));
    page.line(&[(Tint::Faint, "  "), (Tint::Faint, &from), (Tint::Faint, &until), (Tint::Faint, last)]);
}

fn statuses(page: &mut Page, story: &Explanation) {
    page.heading(&format!("Status of {}", story.control));
    columns_named(page, "status, and who says so as it begins");
    for one in &story.statuses {
        let before = if one.period.from < story.window.from { ", since before the period" } else { "" };
        let rest = format!("{}{before}", because(one));
        stretch(page, one.period, one.status.name(), tint_of(one.status), &rest);
    }
}

fn because(stretch: &StatusStretch) -> String {
    let numbers: Vec<String> = stretch.decided_by.iter().map(ToString::to_string).collect();
    match (stretch.status, numbers.as_slice()) {
        (ControlStatus::Absent, _) => "it does not exist".to_owned(),
        (ControlStatus::NoEvidence, _) => "nobody says anything that counts".to_owned(),
        (_, []) => String::new(),
        (_, numbers) => format!("said by {}", numbers.join(", ")),
    }
}

const fn tint_of(status: ControlStatus) -> Tint {
    match status {
        ControlStatus::Fail => Tint::Bad,
        ControlStatus::Pass => Tint::Good,
        ControlStatus::NoEvidence => Tint::Doubtful,
        ControlStatus::Absent | ControlStatus::NotApplicable => Tint::Faint,
    }
}

fn stream(page: &mut Page, story: &Explanation, number: usize, stream: &ExplainedStream) {
    page.heading(&format!("{number}  {}, {}", stream.source, stream.test));
    origin(page, &stream.origin);
    if stream.segments.is_empty() {
        page.paragraph("", 2, &silence(story, stream));
        return;
    }
    for one in &stream.segments {
        segment(page, story, one);
    }
    if story.at.is_none() && stream.vouched_until < story.window.until {
        page.paragraph("", 2, &format!("{}: {}", instant(stream.vouched_until), last_word(story, stream)));
    }
}

fn origin(page: &mut Page, origin: &Origin) {
    match origin {
        Origin::Rule { account, region, name } => {
            lines_below(page, 3, Tint::Plain, &format!("AWS Config rule {name} in {account} {region}"));
        }
        Origin::Finding { product, id } => {
            lines_below(page, 3, Tint::Plain, &format!("finding of {product}"));
            whole_line(page, 3, id);
        }
        Origin::Check { parameters } if parameters.is_empty() => {
            lines_below(page, 3, Tint::Plain, "tickmark's own check");
        }
        Origin::Check { parameters } => {
            lines_below(page, 3, Tint::Plain, &format!("tickmark's own check, measured against {parameters}"));
        }
    }
}

/// Why a stream shows nothing.
fn silence(story: &Explanation, stream: &ExplainedStream) -> String {
    let at = story.at.unwrap_or(story.window.from);
    if stream.first > at {
        format!("says nothing yet: its first observation is of {}", instant(stream.first))
    } else {
        format!("says nothing any more since {}: {}", instant(stream.vouched_until), last_word(story, stream))
    }
}

fn last_word(story: &Explanation, stream: &ExplainedStream) -> String {
    let hours = story.max_gap_hours;
    let end = stream.vouched_until.plus_microseconds(-i64::from(hours) * 3_600_000_000);
    format!("what was said last is vouched for no longer; its evidence ends {}, and {hours} h", instant(end))
}

fn segment(page: &mut Page, story: &Explanation, segment: &ExplainedSegment) {
    let tint = match segment.status {
        Status::Fail => Tint::Bad,
        Status::Pass => Tint::Good,
        Status::Unknown => Tint::Doubtful,
        Status::NotApplicable | Status::Ended => Tint::Faint,
    };
    let restated = match segment.restated {
        0 => String::new(),
        times => format!("restated {}", counted(times, "time")),
    };
    let rest = format!("{} {restated}", if segment.suppressed { "suppressed" } else { "" });
    stretch(page, segment.period, segment.status.name(), tint, &rest);
    if !segment.reason.is_empty() {
        lines_below(page, INDENT, Tint::Plain, &segment.reason);
    }
    evidence(page, story, &segment.reference);
}

/// The evidence of a statement: its reference, and what the file is called.
fn evidence(page: &mut Page, story: &Explanation, reference: &EvidenceReference) {
    let name = story.file(reference).map_or("a file that the ledger does not name", |file| file.path.as_str());
    let name = name.rsplit('/').next().unwrap_or(name);
    let lead = format!("{}{reference}  ", " ".repeat(INDENT));
    let room = page.width().saturating_sub(lead.len());
    page.line(&[(Tint::Faint, &lead), (Tint::Faint, &tail(name, room))]);
}

fn absences(page: &mut Page, story: &Explanation) {
    if story.absences.is_empty() {
        return;
    }
    page.heading("Absence");
    for absence in &story.absences {
        let until = absence.ends(story.window).unwrap_or(story.window.until.max(absence.period.from));
        let shown = Period::new(absence.period.from, until);
        let why = if absence.is_deletion() { "its deletion was captured" } else { "a snapshot does not list it" };
        stretch(page, shown, "ABSENT", Tint::Faint, why);
        evidence(page, story, &absence.reference);
    }
}

fn disagreements(page: &mut Page, story: &Explanation) {
    if story.disagreements.is_empty() {
        return;
    }
    page.heading("Where sources disagree");
    for one in &story.disagreements {
        disagreement(page, one);
    }
}

fn disagreement(page: &mut Page, one: &Disagreement) {
    let said: Vec<String> = one.said.iter().map(|said| format!("{} {}", said.source, said.status.name())).collect();
    stretch(page, one.period, &said.join(", "), Tint::Doubtful, "");
    lines_below(page, INDENT, Tint::Plain, &one.test);
    if one.known_reasons.is_empty() {
        lines_below(page, INDENT, Tint::Plain, "no reason is known for which the two may rightly differ");
    }
    for reason in &one.known_reasons {
        lines_below(page, INDENT, Tint::Plain, reason);
    }
}

fn remarks(page: &mut Page, story: &Explanation) {
    if story.remarks.is_empty() {
        return;
    }
    page.heading("Seen beyond the rules");
    for remark in &story.remarks {
        stretch(page, remark.period, &remark.kind, Tint::Plain, "");
        lines_below(page, INDENT, Tint::Plain, &format!("{}: {}", remark.test, remark.words));
        evidence(page, story, &remark.reference);
    }
}

/// A line that is never broken, so that the name in it can be copied whole.
fn whole_line(page: &mut Page, indent: usize, text: &str) {
    page.line(&[(Tint::Plain, &" ".repeat(indent)), (Tint::Plain, text)]);
}

/// The files that all of it rests on, with the whole of their hashes.
fn files(page: &mut Page, files: &[LedgerRow]) {
    if files.is_empty() {
        return;
    }
    page.heading("Evidence");
    let law = "Statements above cite `id:record`: the first sixteen digits of a file's SHA-256, and the number of \
               the record in it; the id alone stands for the file as a whole.";
    lines_below(page, 2, Tint::Faint, law);
    for file in files {
        page.line(&[(Tint::Plain, "  SHA-256 "), (Tint::Plain, &file.sha256)]);
        whole_line(page, INDENT, &file.path);
        if !file.bundle.is_empty() {
            whole_line(page, INDENT, &format!("in the bundle {}", file.bundle));
        }
    }
}
