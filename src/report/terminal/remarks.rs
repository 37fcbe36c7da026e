//! Below the table: what must be known of the results, and what of the evidence was not used.

use crate::engine::results::{Assessment, ControlResult, Exception, LedgerRow, Unmapped};
use crate::report::figures::{count, counted, duration, length, part_of, percent};

use super::Style;
use super::opening::some_of;
use super::page::{Page, tail};

/// Files and rules that are named on the screen; the rest is counted.
const SHOWN: usize = 5;

pub(super) fn render(page: &mut Page, assessment: &Assessment, style: Style<'_>) {
    notes(page, assessment);
    unused_files(page, assessment, style);
    other(page, assessment);
}

/// Notes control by control, then those that several controls share, once, with their names.
fn notes(page: &mut Page, assessment: &Assessment) {
    let grouped = grouped_notes(assessment);
    if grouped.is_empty() {
        return;
    }
    page.heading("Notes");
    let mut latest = "";
    for (note, controls) in &grouped {
        if let [control] = controls.as_slice() {
            let label = if *control == latest { String::new() } else { format!("  {control}") };
            page.paragraph(&label, 7, note);
            latest = control;
        }
    }
    for (note, controls) in grouped.iter().filter(|(_, controls)| controls.len() > 1) {
        let all = controls.len() == assessment.controls.len();
        let names = if all { "all controls".to_owned() } else { controls.join(", ") };
        page.paragraph("", 2, &format!("{names}: {note}"));
    }
}

/// Each different note with the controls that carry it, in the order of its first.
fn grouped_notes(assessment: &Assessment) -> Vec<(String, Vec<&str>)> {
    let mut grouped: Vec<(String, Vec<&str>)> = Vec::new();
    for control in &assessment.controls {
        for note in of_control(assessment, control) {
            match grouped.iter_mut().find(|(known, _)| *known == note) {
                Some((_, controls)) if controls.last() == Some(&control.control.as_str()) => {}
                Some((_, controls)) => controls.push(&control.control),
                None => grouped.push((note, vec![&control.control])),
            }
        }
    }
    grouped
}

/// What the figures of a control say in words, then its own notes.
fn of_control(assessment: &Assessment, control: &ControlResult) -> Vec<String> {
    let figures = &control.figures;
    let mut notes = Vec::new();
    if figures.exceptions > 0 {
        notes.push(exceptions(assessment, control));
    }
    if figures.population == 0 {
        notes.push("no population: the evidence shows no subject of this control".to_owned());
    } else if figures.not_tested > 0 {
        let share = part_of(figures.not_tested, figures.population);
        notes.push(format!("{share} subjects not tested: no source that took part could judge them"));
    }
    if control.uncovered > 0 {
        let regions = counted(control.uncovered, "account-region");
        notes.push(format!("{regions} in scope not covered for the whole period"));
    }
    for agreement in control.agreement.iter().filter(|agreement| agreement.differ_microseconds > 0) {
        let (agree, differ) =
            (agreement.agree_microseconds.unsigned_abs(), agreement.differ_microseconds.unsigned_abs());
        let (one, other) = agreement.sources;
        notes.push(format!(
            "{one} and {other} agree on {} of the time in which both speak",
            percent(agree, agree + differ)
        ));
    }
    notes.extend(control.notes.iter().cloned());
    notes
}

/// How the exceptions of a control lie in the period.
fn exceptions(assessment: &Assessment, control: &ControlResult) -> String {
    let own: Vec<&Exception> =
        assessment.exceptions.iter().filter(|exception| exception.control == control.control).collect();
    let number = |holds: fn(&Exception) -> bool| length(&own.iter().filter(|one| holds(one)).collect::<Vec<_>>());
    let figures = &control.figures;
    let subjects = part_of(figures.failed, figures.tested);
    let text = format!("{} on {subjects} tested subjects", counted(figures.exceptions, "exception"));
    let kinds = [
        (number(|one| one.began_before_window), "began before the period"),
        (number(|one| one.ongoing), "ongoing at its end"),
        (number(|one| one.suppressed), "suppressed at the source"),
    ];
    let kinds =
        kinds.iter().filter(|(number, _)| *number > 0).map(|(number, kind)| format!("{} {kind}", count(*number)));
    let longest = own.iter().map(|one| one.period.microseconds()).max();
    let longest = longest.map(|longest| format!("longest {}", duration(longest)));
    let parts: Vec<String> = kinds.chain(longest).collect();
    if parts.is_empty() { text } else { format!("{text}: {}", parts.join(", ")) }
}

fn unused_files(page: &mut Page, assessment: &Assessment, style: Style<'_>) {
    for (outcome, heading) in [("rejected", "Files rejected"), ("partial", "Files read in part")] {
        let rows: Vec<&LedgerRow> = assessment.ledger.iter().filter(|row| row.outcome == outcome).collect();
        if rows.is_empty() {
            continue;
        }
        page.heading(&format!("{heading} ({})", count(length(&rows))));
        for row in rows.iter().take(SHOWN) {
            file(page, row);
        }
        let more = length(rows.get(SHOWN..).unwrap_or_default());
        if more > 0 {
            page.paragraph("", 2, &format!("… and {} more in {}", count(more), style.file("ledger.csv")));
        }
    }
}

/// A file and, below it, why it was not used.
fn file(page: &mut Page, row: &LedgerRow) {
    let inside = !row.bundle.is_empty() && !row.path.starts_with(&row.bundle);
    let path = if inside { format!("{} > {}", row.bundle, row.path) } else { row.path.clone() };
    let room = page.width().saturating_sub(2);
    page.paragraph("", 2, &tail(&path, room));
    if !row.reason.is_empty() {
        page.paragraph("", 4, &row.reason);
    }
}

fn other(page: &mut Page, assessment: &Assessment) {
    let rules = unmapped(&assessment.unmapped_rules, "Config rule", "evaluation");
    let findings = unmapped(&assessment.unmapped_findings, "finding generator", "finding");
    let differences = length(&assessment.disagreements);
    if rules.is_none() && findings.is_none() && differences == 0 {
        return;
    }
    page.heading("Left open");
    for text in [rules, findings].into_iter().flatten() {
        page.paragraph("", 2, &text);
    }
    if differences > 0 {
        let text = format!(
            "{} between sources longer than {} h",
            counted(differences, "disagreement"),
            assessment.lag_tolerance_hours
        );
        page.paragraph("", 2, &text);
    }
}

fn unmapped(unmapped: &[Unmapped], kind: &str, statement: &str) -> Option<String> {
    let names: Vec<&str> = unmapped.iter().map(|one| one.name.as_str()).collect();
    let statements = unmapped.iter().map(|one| one.observations).sum();
    (!unmapped.is_empty()).then(|| {
        format!(
            "{} that no test answers for ({}): {}",
            counted(length(unmapped), kind),
            counted(statements, statement),
            some_of(&names, SHOWN)
        )
    })
}
