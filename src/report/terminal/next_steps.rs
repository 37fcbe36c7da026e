//! The end of the screen: what the state of the results asks the auditor to do, and where.

use crate::engine::results::{Assessment, Conclusion, ControlResult};
use crate::model::{AccountId, Source};
use crate::report::FILES;
use crate::report::figures::{counted, length, part_of};

use super::Style;
use super::opening::some_of;
use super::page::Page;

pub(super) fn render(page: &mut Page, assessment: &Assessment, style: Style<'_>) {
    let steps: Vec<String> = [
        exceptions(assessment, style),
        unread_files(assessment, style),
        silent_accounts(assessment),
        accounts_out_of_scope(assessment),
        gaps(assessment, style),
        not_tested(assessment),
        partly_tested(assessment, style),
        unmapped(assessment, style),
        disagreements(assessment, style),
        remarks(assessment, style),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !steps.is_empty() {
        page.heading("What to do next");
    }
    for (number, step) in (1..).zip(&steps) {
        page.paragraph(&format!("{number:>3}."), 5, step);
    }
    if let Some(folder) = style.out_dir {
        page.blank();
        let (tables, files): (Vec<&str>, Vec<&str>) = FILES.iter().partition(|name| name.ends_with(".parquet"));
        let (files, tables) = (files.join(", "), tables.len());
        page.paragraph(
            "",
            0,
            &format!("Files in {folder}: {files}, and {tables} tables for `tickmark query` (.parquet)"),
        );
    }
}

fn exceptions(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    let number = assessment.controls.iter().map(|control| control.figures.exceptions).sum();
    (number > 0).then(|| {
        format!(
            "Evaluate {}: {} lists each with its times and its reason; `tickmark explain` with the id of one tells its story, \
             down to the evidence.",
            counted(number, "exception"),
            style.file("exceptions.csv")
        )
    })
}

fn unread_files(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    let (rejected, partial) = (assessment.evidence.rejected, assessment.evidence.partial);
    let rejected = (rejected > 0).then(|| format!("{} rejected", counted(rejected, "file")));
    let partial = (partial > 0).then(|| format!("{} read in part", counted(partial, "file")));
    let files: Vec<String> = [rejected, partial].into_iter().flatten().collect();
    (!files.is_empty()).then(|| {
        format!(
            "Clear up {}: the reasons are in {}; what could not be read was not tested.",
            files.join(" and "),
            style.file("ledger.csv")
        )
    })
}

fn silent_accounts(assessment: &Assessment) -> Option<String> {
    let silent = assessment.scope.iter().filter(|account| !account.has_evidence);
    let silent: Vec<&str> = silent.map(|account| account.account.as_str()).collect();
    (!silent.is_empty()).then(|| format!("Ask for evidence of {}, or correct the scope list.", some_of(&silent, 5)))
}

fn accounts_out_of_scope(assessment: &Assessment) -> Option<String> {
    let outside: Vec<&str> = assessment.accounts_out_of_scope.iter().map(AccountId::as_str).collect();
    (!outside.is_empty()).then(|| {
        let named = some_of(&outside, 5);
        format!("Confirm what the scope leaves out although the evidence shows it: {named}.")
    })
}

fn gaps(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    let number = assessment.coverage.iter().map(|row| length(&row.gaps)).sum();
    (number > 0).then(|| {
        format!(
            "Ask for the exports that fill {}: {} lists from when to when.",
            counted(number, "coverage gap"),
            style.file("coverage.csv")
        )
    })
}

/// Controls of which nothing was tested, one sentence for those with subjects and one for those without.
fn not_tested(assessment: &Assessment) -> Option<String> {
    let controls = || assessment.controls.iter().filter(|control| control.conclusion == Conclusion::NotTested);
    let empty = joined(controls().filter(|control| control.figures.population == 0));
    let missing: Vec<String> = controls().filter(|control| control.figures.population > 0).map(wanted).collect();
    let empty = empty.map(|names| format!("Confirm that there was nothing to test for {names}."));
    let missing = (!missing.is_empty())
        .then(|| format!("Ask for {} that answer for {}.", evidence_of(assessment), missing.join("; ")));
    let sentences: Vec<String> = [missing, empty].into_iter().flatten().collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What each source that takes part rests on.
fn evidence_of(assessment: &Assessment) -> String {
    let kinds = assessment.sources.iter().map(|source| match source {
        Source::Config => "Config rule evaluations",
        Source::SecurityHub => "Security Hub findings",
        Source::Reperformed => "configuration items, credential reports and password policies",
    });
    kinds.collect::<Vec<_>>().join(", or ")
}

/// A control and the tests that would answer for it.
fn wanted(control: &ControlResult) -> String {
    format!("{} ({})", control.control, control.tests.join(", "))
}

fn partly_tested(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    let controls = assessment.controls.iter();
    let partly = controls.filter(|control| control.figures.tested > 0 && control.figures.not_tested > 0);
    joined(partly).map(|names| {
        format!(
            "Explain the subjects of {names} that were not tested: rows with result not_tested in {}.",
            style.file("subjects.csv")
        )
    })
}

fn joined<'a>(controls: impl Iterator<Item = &'a ControlResult>) -> Option<String> {
    let names: Vec<&str> = controls.map(|control| control.control.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn unmapped(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    (!assessment.unmapped_rules.is_empty()).then(|| {
        format!(
            "Say which test each unmapped rule stands for, under [rules.aliases] in the engagement file, or leave it \
             out knowingly: unmapped_rules in {}.",
            style.file("results.json")
        )
    })
}

fn disagreements(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    let number = length(&assessment.disagreements);
    (number > 0).then(|| {
        let known = assessment.disagreements.iter().filter(|one| !one.known_reasons.is_empty()).collect::<Vec<_>>();
        let known = match length(&known) {
            0 => String::new(),
            known => format!(" ({} with a known reason beside it)", part_of(known, number)),
        };
        format!("Clear up {}{known}: {}.", counted(number, "disagreement"), style.file("disagreements.csv"))
    })
}

fn remarks(assessment: &Assessment, style: Style<'_>) -> Option<String> {
    let number = length(&assessment.remarks);
    (number > 0).then(|| {
        format!(
            "Read {} that tickmark's own checks made beyond what the rules ask: {}.",
            counted(number, "remark"),
            style.file("remarks.csv")
        )
    })
}
