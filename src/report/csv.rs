//! The tables: `controls.csv`, `exceptions.csv`, `coverage.csv`, `subjects.csv`, `disagreements.csv`,
//! `remarks.csv`, `ledger.csv`.
//!
//! Comma, LF, UTF-8, quotes where needed; times RFC 3339 UTC; booleans `true` and `false`; an unknown
//! value is an empty cell; several values in one cell are joined by `;`. Values from evidence are
//! guarded as [`super::escape`] says; numbers and times stand as they are. One row type a table, so
//! that columns and cells cannot fall out of step.

use std::borrow::Cow;

use crate::engine::results::{
    Assessment, ControlResult, ControlStatus, CoverageRow, Disagreement, Exception, LedgerRow, Remark, SubjectName,
    SubjectResult,
};
use crate::model::EvidenceReference;

use super::ReportError;
use super::escape::{cell, sentence};
use super::figures::{fraction, instant, interval, list, optional_fraction, optional_instant, seconds, sources};

/// Columns of `controls.csv`.
pub const CONTROL_COLUMNS: [&str; 19] = [
    "control",
    "title",
    "criteria",
    "tests",
    "conclusion",
    "population",
    "tested",
    "not_applicable",
    "not_tested",
    "failed",
    "passed",
    "pass_rate",
    "passing_at_end",
    "failing_at_end",
    "pass_rate_at_end",
    "time_weighted_pass_rate",
    "exceptions",
    "uncovered_account_regions",
    "notes",
];

/// Columns of `exceptions.csv` (spec section 6).
pub const EXCEPTION_COLUMNS: [&str; 18] = [
    "control",
    "account",
    "region",
    "resource_type",
    "resource_id",
    "resource_arn",
    "start",
    "end",
    "began_before_window",
    "ongoing",
    "duration_seconds",
    "tests",
    "sources",
    "suppressed",
    "opened_by",
    "closed_by",
    "id",
    "reason",
];

/// Columns of `coverage.csv` (spec section 7).
pub const COVERAGE_COLUMNS: [&str; 9] =
    ["account", "region", "source", "covered_fraction", "first", "last", "gaps", "recorder_off", "not_recorded"];

/// Columns of `disagreements.csv` (spec section 9): `first` and `second` in the order of sources.
pub const DISAGREEMENT_COLUMNS: [&str; 19] = [
    "control",
    "test",
    "account",
    "region",
    "resource_type",
    "resource_id",
    "resource_arn",
    "start",
    "end",
    "duration_seconds",
    "first_source",
    "first_status",
    "first_reason",
    "first_evidence",
    "second_source",
    "second_status",
    "second_reason",
    "second_evidence",
    "known_reasons",
];

/// Columns of `remarks.csv`: what checks saw beyond their rules.
pub const REMARK_COLUMNS: [&str; 12] = [
    "control",
    "test",
    "account",
    "region",
    "resource_type",
    "resource_id",
    "resource_arn",
    "start",
    "end",
    "kind",
    "remark",
    "evidence",
];

/// Columns of `subjects.csv`; the five lengths of time add up to the window.
pub const SUBJECT_COLUMNS: [&str; 16] = [
    "control",
    "account",
    "region",
    "resource_type",
    "resource_id",
    "resource_arn",
    "result",
    "status_at_end",
    "pass_seconds",
    "fail_seconds",
    "not_applicable_seconds",
    "no_evidence_seconds",
    "absent_seconds",
    "exceptions",
    "sources",
    "inventory_only",
];

/// Columns of `ledger.csv`.
pub const LEDGER_COLUMNS: [&str; 16] = [
    "evidence_id",
    "path",
    "bundle",
    "size",
    "sha256",
    "kind",
    "outcome",
    "account",
    "region",
    "evidence_time",
    "records_read",
    "records_kept",
    "records_duplicate",
    "records_set_aside",
    "records_rejected",
    "reason",
];

/// The bytes of `controls.csv`: one row a control.
///
/// # Errors
/// [`ReportError::Table`], which only a fault of tickmark can bring about.
pub fn controls(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(CONTROL_COLUMNS, &assessment.controls, control_row)
}

/// The bytes of `exceptions.csv`: one row an exception.
///
/// # Errors
/// As [`controls`].
pub fn exceptions(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(EXCEPTION_COLUMNS, &assessment.exceptions, exception_row)
}

/// The bytes of `coverage.csv`: one row an account, region and source.
///
/// # Errors
/// As [`controls`].
pub fn coverage(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(COVERAGE_COLUMNS, &assessment.coverage, coverage_row)
}

/// The bytes of `disagreements.csv`: one row a disagreement longer than the tolerance.
///
/// # Errors
/// As [`controls`].
pub fn disagreements(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(DISAGREEMENT_COLUMNS, &assessment.disagreements, disagreement_row)
}

/// The bytes of `remarks.csv`: one row a thing seen beyond a rule, for as long as it was seen.
///
/// # Errors
/// As [`controls`].
pub fn remarks(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(REMARK_COLUMNS, &assessment.remarks, remark_row)
}

/// The bytes of `subjects.csv`: one row a control and subject.
///
/// # Errors
/// As [`controls`].
pub fn subjects(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(SUBJECT_COLUMNS, &assessment.subjects, subject_row)
}

/// The bytes of `ledger.csv`: one row an evidence file.
///
/// # Errors
/// As [`controls`].
pub fn ledger(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    table(LEDGER_COLUMNS, &assessment.ledger, ledger_row)
}

fn table<'a, Row, const WIDTH: usize>(
    columns: [&str; WIDTH],
    rows: &'a [Row],
    cells: impl Fn(&'a Row) -> [Cow<'a, str>; WIDTH],
) -> Result<Vec<u8>, ReportError> {
    let terminator = ::csv::Terminator::Any(b'\n');
    let mut writer = ::csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(cells(row).iter().map(|value| value.as_bytes()))?;
    }
    writer.into_inner().map_err(|error| ReportError::Table(error.into_error().into()))
}

fn control_row(control: &ControlResult) -> [Cow<'_, str>; CONTROL_COLUMNS.len()] {
    let figures = &control.figures;
    [
        cell(&control.control),
        sentence(&control.title),
        list(&control.criteria).into(),
        list(&control.tests).into(),
        control.conclusion.name().into(),
        number(figures.population),
        number(figures.tested),
        number(figures.not_applicable),
        number(figures.not_tested),
        number(figures.failed),
        number(figures.passed),
        optional_fraction(figures.pass_rate()).into(),
        number(figures.passing_at_end),
        number(figures.failing_at_end),
        optional_fraction(figures.pass_rate_at_end()).into(),
        optional_fraction(figures.time_weighted_pass_rate()).into(),
        number(figures.exceptions),
        number(control.uncovered),
        sentence(&control.notes.join(" ")).into_owned().into(),
    ]
}

fn exception_row(exception: &Exception) -> [Cow<'_, str>; EXCEPTION_COLUMNS.len()] {
    let [account, region, resource_type, resource_id, resource_arn] = subject_cells(&exception.subject);
    [
        cell(&exception.control),
        account,
        region,
        resource_type,
        resource_id,
        resource_arn,
        instant(exception.period.from).into(),
        instant(exception.period.until).into(),
        truth(exception.began_before_window),
        truth(exception.ongoing),
        exception.duration_seconds.to_string().into(),
        list(&exception.tests).into(),
        sources(&exception.sources).into(),
        truth(exception.suppressed),
        reference(exception.opened_by.as_ref()),
        reference(exception.closed_by.as_ref()),
        cell(&exception.id),
        sentence(&exception.reason),
    ]
}

fn disagreement_row(disagreement: &Disagreement) -> [Cow<'_, str>; DISAGREEMENT_COLUMNS.len()] {
    let [account, region, resource_type, resource_id, resource_arn] = subject_cells(&disagreement.subject);
    let [first, second] = &disagreement.said;
    [
        cell(&disagreement.control),
        cell(&disagreement.test),
        account,
        region,
        resource_type,
        resource_id,
        resource_arn,
        instant(disagreement.period.from).into(),
        instant(disagreement.period.until).into(),
        disagreement.period.microseconds().div_euclid(1_000_000).to_string().into(),
        first.source.name().into(),
        first.status.name().into(),
        sentence(&first.reason),
        reference(first.reference.as_ref()),
        second.source.name().into(),
        second.status.name().into(),
        sentence(&second.reason),
        reference(second.reference.as_ref()),
        list(&disagreement.known_reasons).into(),
    ]
}

fn remark_row(remark: &Remark) -> [Cow<'_, str>; REMARK_COLUMNS.len()] {
    let [account, region, resource_type, resource_id, resource_arn] = subject_cells(&remark.subject);
    [
        cell(&remark.control),
        cell(&remark.test),
        account,
        region,
        resource_type,
        resource_id,
        resource_arn,
        instant(remark.period.from).into(),
        instant(remark.period.until).into(),
        cell(&remark.kind),
        sentence(&remark.words),
        reference(Some(&remark.reference)),
    ]
}

fn coverage_row(row: &CoverageRow) -> [Cow<'_, str>; COVERAGE_COLUMNS.len()] {
    let gaps: Vec<String> = row.gaps.iter().copied().map(interval).collect();
    let off: Vec<String> = row.recorder_off.iter().copied().map(interval).collect();
    let not_recorded = row.not_recorded.iter().map(|(name, period)| format!("{name} {}", interval(*period)));
    let not_recorded: Vec<String> = not_recorded.collect();
    [
        row.account.as_str().into(),
        row.region.as_str().into(),
        row.source.name().into(),
        fraction(row.covered_fraction()).into(),
        optional_instant(row.first).into(),
        optional_instant(row.last).into(),
        list(&gaps).into(),
        list(&off).into(),
        list(&not_recorded).into(),
    ]
}

fn subject_row(result: &SubjectResult) -> [Cow<'_, str>; SUBJECT_COLUMNS.len()] {
    let [account, region, resource_type, resource_id, resource_arn] = subject_cells(&result.subject);
    let time = |status| seconds(i128::from(result.microseconds.get(&status).copied().unwrap_or(0))).into();
    [
        cell(&result.control),
        account,
        region,
        resource_type,
        resource_id,
        resource_arn,
        result.outcome.name().into(),
        result.status_at_end.name().into(),
        time(ControlStatus::Pass),
        time(ControlStatus::Fail),
        time(ControlStatus::NotApplicable),
        time(ControlStatus::NoEvidence),
        time(ControlStatus::Absent),
        number(result.exceptions),
        sources(&result.sources).into(),
        truth(result.inventory_only),
    ]
}

fn ledger_row(row: &LedgerRow) -> [Cow<'_, str>; LEDGER_COLUMNS.len()] {
    [
        row.evidence_id.as_str().into(),
        cell(&row.path),
        cell(&row.bundle),
        number(row.size),
        row.sha256.as_str().into(),
        row.kind.as_str().into(),
        row.outcome.as_str().into(),
        cell(&row.account),
        cell(&row.region),
        optional_instant(row.evidence_time).into(),
        number(row.records.read),
        number(row.records.kept),
        number(row.records.duplicate),
        number(row.records.set_aside),
        number(row.records.rejected),
        sentence(&row.reason),
    ]
}

/// Account, region, type, id and resource name: how every table names a subject.
fn subject_cells(subject: &SubjectName) -> [Cow<'_, str>; 5] {
    [
        subject.account.as_str().into(),
        subject.region.as_str().into(),
        cell(&subject.resource_type),
        cell(&subject.resource_id),
        cell(&subject.resource_arn),
    ]
}

fn number(value: u64) -> Cow<'static, str> {
    value.to_string().into()
}

fn truth(value: bool) -> Cow<'static, str> {
    if value { "true".into() } else { "false".into() }
}

fn reference(reference: Option<&EvidenceReference>) -> Cow<'static, str> {
    reference.map(ToString::to_string).unwrap_or_default().into()
}
