//! The screen of `tickmark explain`: who, what became of it, the drawing, and every statement with the
//! evidence it rests on.

mod drawing;
mod statements;

use crate::engine::results::explanation::{Explanation, OriginalText};
use crate::engine::results::{ControlStatus, Exception, SubjectOutcome};
use crate::report::figures::{duration, instant, window};
use crate::report::records::pretty;

use super::page::{Page, Tint, columns, padded, wrapped};
use super::{Style, WIDTHS};
use drawing::Mark;

/// Columns before the text of each line.
const INDENT: usize = 13;
/// The order in which lengths of time are told.
const STATUSES: [ControlStatus; 5] = [
    ControlStatus::Fail,
    ControlStatus::Pass,
    ControlStatus::NotApplicable,
    ControlStatus::Absent,
    ControlStatus::NoEvidence,
];

/// The screen for a terminal of `width` columns, laid out as [`super::screen`] is; `records` are those of the
/// original evidence to print behind it.
#[must_use]
pub fn explanation(story: &Explanation, records: &[OriginalText], width: usize, style: Style<'_>) -> String {
    let mut page = Page::new(width.clamp(WIDTHS.0, WIDTHS.1), style.color);
    opening(&mut page, story);
    exceptions(&mut page, story);
    if story.at.is_none() {
        draw(&mut page, story);
    }
    statements::render(&mut page, story);
    originals(&mut page, records);
    page.finish()
}

fn opening(page: &mut Page, story: &Explanation) {
    let subject = &story.result.subject;
    if let Some(engagement) = &story.engagement {
        page.paragraph("Engagement", INDENT, engagement);
    }
    let criteria = story.criteria.join(", ");
    page.paragraph("Control", INDENT, &format!("{} {} ({criteria})", story.control, story.title));
    page.paragraph("Tests", INDENT, &story.tests.join(", "));
    page.paragraph(
        "Subject",
        INDENT,
        &format!("{} {}", subject.resource_type, named(&subject.resource_id, &subject.key)),
    );
    if !subject.resource_arn.is_empty() {
        page.paragraph("", INDENT, &subject.resource_arn);
    }
    page.paragraph("", INDENT, &format!("account {}, region {}", subject.account, subject.region));
    page.paragraph("Period", INDENT, &window(story.window));
    let result = &story.result;
    let bad = if result.outcome == SubjectOutcome::Failed { Tint::Bad } else { Tint::Plain };
    page.tinted_paragraph("Result", INDENT, bad, &result_words(story));
    let sources: Vec<&str> = result.sources.iter().map(|source| source.name()).collect();
    if result.inventory_only {
        page.paragraph("", INDENT, "only configuration items show it; nobody tests it");
    } else if !sources.is_empty() {
        page.paragraph("", INDENT, &format!("tested by {}", sources.join(", ")));
    }
    if let Some(at) = story.at {
        page.blank();
        page.paragraph("At", INDENT, &format!("{}: what follows holds at this moment", instant(at)));
    }
}

fn named<'a>(id: &'a str, key: &'a str) -> &'a str {
    if id.is_empty() { key } else { id }
}

fn result_words(story: &Explanation) -> String {
    let result = &story.result;
    let spent = STATUSES.iter().filter_map(|status| {
        let time = result.microseconds.get(status).copied().filter(|time| *time > 0)?;
        Some(format!("{} {}", status.name(), duration(time)))
    });
    let spent = spent.collect::<Vec<_>>().join(", ");
    format!("{}: {spent}; {} at the end", result.outcome.name(), result.status_at_end.name())
}

fn exceptions(page: &mut Page, story: &Explanation) {
    if story.exceptions.is_empty() {
        return;
    }
    page.heading("Exceptions");
    for exception in &story.exceptions {
        let is_asked = story.asked.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&exception.id));
        let mark = if is_asked { "> " } else { "  " };
        page.line(&[(Tint::Bad, mark), (Tint::Bad, &exception.id), (Tint::Plain, &format!("  {}", when(exception)))]);
        for words in [marks_of(exception).as_str(), exception.reason.as_str()] {
            if !words.is_empty() {
                page.paragraph("", 6, words);
            }
        }
    }
}

fn when(exception: &Exception) -> String {
    let period = exception.period;
    format!("{} .. {}  {}", instant(period.from), instant(period.until), duration(period.microseconds()))
}

fn marks_of(exception: &Exception) -> String {
    let marks = [
        ("began before the period", exception.began_before_window),
        ("ongoing", exception.ongoing),
        ("suppressed", exception.suppressed),
    ];
    marks.into_iter().filter(|(_, is_so)| *is_so).map(|(mark, _)| mark).collect::<Vec<_>>().join(", ")
}

/// The drawing, its axis and its legend.
fn draw(page: &mut Page, story: &Explanation) {
    let own = story.statuses.iter().map(|stretch| (stretch.period, Mark::of_control(stretch.status)));
    let mut lines = vec![(story.control.clone(), own.collect::<Vec<_>>())];
    for (number, stream) in (1..).zip(&story.streams) {
        let said = stream.segments.iter().map(|segment| (segment.period, Mark::of_segment(segment)));
        lines.push((format!("{number} {}", stream.source), said.collect()));
    }
    let margin = 2 + lines.iter().map(|(label, _)| columns(label)).max().unwrap_or_default() + 2;
    let width = page.width().saturating_sub(margin);
    let column = duration(drawing::column_microseconds(story.window, width));
    page.heading("Timeline");
    let mut used: Vec<Mark> = Vec::new();
    for (label, stretches) in &lines {
        let marks = drawing::marks(stretches, story.window, width);
        used.extend(&marks);
        draw_line(page, &padded(&format!("  {label}"), margin), &marks);
    }
    let (strokes, dates) = drawing::axis(story.window, width);
    let blank = " ".repeat(margin);
    page.line(&[(Tint::Faint, &blank), (Tint::Faint, &strokes)]);
    page.line(&[(Tint::Faint, &blank), (Tint::Faint, &dates)]);
    let legend = Mark::ALL.into_iter().filter(|mark| used.contains(mark));
    let legend: Vec<String> = legend.map(|mark| format!("{} {}", mark.character(), mark.words())).collect();
    page.paragraph("", 2, &legend.join("; "));
    let law = format!(
        "A column is {column}. A failure in it shows however short it is; else the column shows what held longest."
    );
    page.tinted_paragraph("", 2, Tint::Faint, &law);
}

fn draw_line(page: &mut Page, label: &str, marks: &[Mark]) {
    let runs: Vec<(Tint, String)> = marks
        .chunk_by(|left, right| left == right)
        .filter_map(|run| Some((run.first()?.tint(), run.iter().map(|mark| mark.character()).collect())))
        .collect();
    let mut pieces = vec![(Tint::Strong, label)];
    pieces.extend(runs.iter().map(|(tint, text)| (*tint, text.as_str())));
    page.line(&pieces);
}

/// The records that everything rests on, as they stand in the evidence.
fn originals(page: &mut Page, records: &[OriginalText]) {
    if records.is_empty() {
        return;
    }
    page.heading("Records of the original evidence");
    for record in records {
        page.blank();
        page.line(&[(Tint::Strong, &record.reference.to_string())]);
        if let Some(header) = &record.header {
            page.line(&[(Tint::Faint, header)]);
        }
        match pretty(&record.text) {
            Some(text) => text.lines().for_each(|line| page.line(&[(Tint::Plain, line)])),
            None => record.text.lines().for_each(|line| page.line(&[(Tint::Plain, line)])),
        }
    }
}

/// A text in lines that begin at a column.
fn lines_below(page: &mut Page, indent: usize, tint: Tint, text: &str) {
    let margin = " ".repeat(indent);
    for line in wrapped(text, page.width().saturating_sub(indent)) {
        page.line(&[(Tint::Plain, &margin), (tint, &line)]);
    }
}
