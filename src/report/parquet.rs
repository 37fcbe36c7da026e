//! The tables as Parquet: what was found, as in the CSV files, and what it was found from.
//!
//! Values stand as they are, unguarded: no program that reads Parquet takes a text for a formula. Figures are
//! the integers that rates are made of.

use crate::engine::results::tables::{
    ControlRow, CoverageTableRow, DisagreementRow, EvidenceFileRow, ExceptionRow, StatusRow, SubjectRow, Tables,
};
use crate::engine::results::{
    Assessment, ControlResult, ControlStatus, CoverageRow, Disagreement, Exception, LedgerRow, SubjectResult,
};
use crate::lake::{LakeError, Row, parquet};
use crate::model::{EvidenceReference, Instant, Period};

use super::figures::{interval, list, sources};

/// The bytes of every table, in the order of [`super::FILES`].
///
/// # Errors
/// Only through a fault of tickmark.
pub(super) fn tables(assessment: &Assessment) -> Result<Vec<Vec<u8>>, LakeError> {
    let tables = &assessment.tables;
    Ok(vec![
        written(assessment.controls.iter().map(control_row))?,
        written(assessment.subjects.iter().map(|result| subject_row(result, tables)))?,
        written(assessment.subjects.iter().flat_map(|result| status_rows(result, tables)))?,
        written(assessment.exceptions.iter().map(|exception| exception_row(exception, tables)))?,
        written(assessment.coverage.iter().map(coverage_row))?,
        written(assessment.disagreements.iter().map(|found| disagreement_row(found, tables)))?,
        written(assessment.ledger.iter().map(file_row))?,
        written(tables.control_tests.iter().cloned())?,
        written(tables.agreed_words.iter().cloned())?,
        written(tables.resources.iter().cloned())?,
        written(tables.candidates.iter().cloned())?,
        written(tables.existence.iter().cloned())?,
        written(tables.streams())?,
        parquet(tables.observed.rows())?,
        written(tables.rule_tests.iter().cloned())?,
        written(tables.places.iter().cloned())?,
        written(tables.attestations.iter().cloned())?,
        written(tables.interruptions.iter().cloned())?,
        written(tables.days.iter().cloned())?,
        written([tables.settings.clone()])?,
    ])
}

fn written<R: Row>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, LakeError> {
    parquet(rows.into_iter().map(Ok))
}

fn control_row(control: &ControlResult) -> ControlRow {
    let figures = &control.figures;
    ControlRow {
        control: control.control.clone(),
        title: control.title.clone(),
        criteria: list(&control.criteria),
        conclusion: control.conclusion.name().to_owned(),
        population: figures.population,
        tested: figures.tested,
        not_applicable: figures.not_applicable,
        not_tested: figures.not_tested,
        failed: figures.failed,
        passed: figures.passed,
        passing_at_end: figures.passing_at_end,
        failing_at_end: figures.failing_at_end,
        pass_microseconds: u64::try_from(figures.pass_microseconds).unwrap_or(u64::MAX),
        fail_microseconds: u64::try_from(figures.fail_microseconds).unwrap_or(u64::MAX),
        exceptions: figures.exceptions,
        uncovered_account_regions: control.uncovered,
    }
}

fn subject_row(result: &SubjectResult, tables: &Tables) -> SubjectRow {
    let time = |status| result.microseconds.get(&status).copied().unwrap_or(0).unsigned_abs();
    SubjectRow {
        control: result.control.clone(),
        resource: tables.number(&result.subject),
        account: result.subject.account.to_string(),
        region: result.subject.region.to_string(),
        resource_type: result.subject.resource_type.clone(),
        resource_id: result.subject.resource_id.clone(),
        resource_arn: result.subject.resource_arn.clone(),
        result: result.outcome.name().to_owned(),
        status_at_end: result.status_at_end.name().to_owned(),
        pass_microseconds: time(ControlStatus::Pass),
        fail_microseconds: time(ControlStatus::Fail),
        not_applicable_microseconds: time(ControlStatus::NotApplicable),
        no_evidence_microseconds: time(ControlStatus::NoEvidence),
        absent_microseconds: time(ControlStatus::Absent),
        exceptions: result.exceptions,
        sources: sources(&result.sources),
        inventory_only: result.inventory_only,
    }
}

fn status_rows(result: &SubjectResult, tables: &Tables) -> impl Iterator<Item = StatusRow> {
    let resource = tables.number(&result.subject);
    result.timeline.iter().map(move |(period, status)| StatusRow {
        control: result.control.clone(),
        resource,
        status: status.name().to_owned(),
        starts_at: period.from,
        starts_epoch: period.from.microseconds(),
        ends_at: period.until,
        ends_epoch: period.until.microseconds(),
    })
}

fn exception_row(exception: &Exception, tables: &Tables) -> ExceptionRow {
    let Period { from, until } = exception.period;
    ExceptionRow {
        id: exception.id.clone(),
        control: exception.control.clone(),
        resource: tables.number(&exception.subject),
        account: exception.subject.account.to_string(),
        region: exception.subject.region.to_string(),
        resource_type: exception.subject.resource_type.clone(),
        resource_id: exception.subject.resource_id.clone(),
        resource_arn: exception.subject.resource_arn.clone(),
        starts_at: from,
        starts_epoch: from.microseconds(),
        ends_at: until,
        ends_epoch: until.microseconds(),
        began_before_window: exception.began_before_window,
        ongoing: exception.ongoing,
        duration_seconds: exception.duration_seconds.unsigned_abs(),
        tests: list(&exception.tests),
        sources: sources(&exception.sources),
        suppressed: exception.suppressed,
        opened_by: reference(exception.opened_by.as_ref()),
        closed_by: reference(exception.closed_by.as_ref()),
        reason: exception.reason.clone(),
    }
}

fn coverage_row(row: &CoverageRow) -> CoverageTableRow {
    CoverageTableRow {
        account: row.account.to_string(),
        region: row.region.to_string(),
        source: row.source.name().to_owned(),
        covered_microseconds: row.covered_microseconds.unsigned_abs(),
        window_microseconds: row.window_microseconds.unsigned_abs(),
        first_at: row.first,
        last_at: row.last,
        gaps: list(&row.gaps.iter().copied().map(interval).collect::<Vec<_>>()),
    }
}

fn disagreement_row(found: &Disagreement, tables: &Tables) -> DisagreementRow {
    let Period { from, until } = found.period;
    let [first, second] = &found.said;
    DisagreementRow {
        control: found.control.clone(),
        test: found.test.clone(),
        resource: tables.number(&found.subject),
        starts_at: from,
        starts_epoch: from.microseconds(),
        ends_at: until,
        ends_epoch: until.microseconds(),
        first_source: first.source.name().to_owned(),
        first_status: first.status.name().to_owned(),
        second_source: second.source.name().to_owned(),
        second_status: second.status.name().to_owned(),
        known_reasons: list(&found.known_reasons),
    }
}

fn file_row(row: &LedgerRow) -> EvidenceFileRow {
    let evidence_day = row.evidence_time.map(Instant::date).unwrap_or_default();
    let problem = row.reason.split([' ', ':']).next().unwrap_or_default();
    let is_code = problem.len() == 4 && problem.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    EvidenceFileRow {
        evidence_id: row.evidence_id.clone(),
        path: row.path.clone(),
        bundle: row.bundle.clone(),
        size: row.size,
        sha256: row.sha256.clone(),
        kind: row.kind.clone(),
        outcome: row.outcome.clone(),
        account: row.account.clone(),
        region: row.region.clone(),
        evidence_time: row.evidence_time,
        evidence_day,
        records_read: row.records.read,
        records_kept: row.records.kept,
        records_duplicate: row.records.duplicate,
        records_set_aside: row.records.set_aside,
        records_rejected: row.records.rejected,
        problem: if is_code { problem.to_owned() } else { String::new() },
        reason: row.reason.clone(),
    }
}

fn reference(reference: Option<&EvidenceReference>) -> String {
    reference.map(ToString::to_string).unwrap_or_default()
}
