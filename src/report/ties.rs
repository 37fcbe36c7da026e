//! What must add up before anything is shown: the evidence account, its ledger, each control's
//! figures, and the rows that stand behind them.
//!
//! A report that contradicts itself is worse than none, so a sum that does not tie stops it.

use std::collections::BTreeMap;

use crate::engine::results::{
    Assessment, Conclusion, ControlResult, EvidenceAccount, Figures, LedgerRow, RecordAccount,
};

use super::ReportError;
use crate::engine::results::ControlStatus;
use crate::engine::results::explanation::Explanation;
use crate::model::Period;

/// Checks the evidence account against itself and the ledger, and every control against itself and
/// its rows.
///
/// # Errors
/// [`ReportError::DoesNotAddUp`] names the first contradiction and its numbers.
pub fn check(assessment: &Assessment) -> Result<(), ReportError> {
    account_adds_up(&assessment.evidence)?;
    ledger_ties(&assessment.evidence, &assessment.ledger)?;
    assessment.controls.iter().try_for_each(control_adds_up)?;
    rows_tie(assessment)
}

/// Checks that a story that was not cut to a moment fills the window as the subject's row in
/// `subjects.csv` says.
///
/// # Errors
/// [`ReportError::DoesNotAddUp`] names the status and the two lengths of time.
pub fn check_story(story: &Explanation) -> Result<(), ReportError> {
    if story.at.is_some() {
        return Ok(());
    }
    let mut told: BTreeMap<ControlStatus, i64> = BTreeMap::new();
    for stretch in &story.statuses {
        let inside = stretch.period.intersect(story.window).map_or(0, Period::microseconds);
        *told.entry(stretch.status).or_default() += inside;
    }
    let counted = &story.result.microseconds;
    truth(told == *counted, || format!("the story tells {told:?} microseconds, the subject's row has {counted:?}"))
}

/// Checks that files and records are accounted for without remainder.
///
/// # Errors
/// [`ReportError::DoesNotAddUp`], with the numbers, unless files = accepted + rejected, partial +
/// set aside ≤ accepted, and records read = kept + duplicate + set aside + rejected.
pub fn account_adds_up(account: &EvidenceAccount) -> Result<(), ReportError> {
    sum("evidence files", account.files, &[("accepted", account.accepted), ("rejected", account.rejected)])?;
    let records = account.records;
    sum(
        "evidence records read",
        records.read,
        &[
            ("kept", records.kept),
            ("duplicate", records.duplicate),
            ("set aside", records.set_aside),
            ("rejected", records.rejected),
        ],
    )?;
    let (partial, set_aside, accepted) = (account.partial, account.set_aside, account.accepted);
    truth(u128::from(partial) + u128::from(set_aside) <= u128::from(accepted), || {
        format!("of {accepted} accepted files, {partial} partial and {set_aside} set aside are more than there are")
    })
}

/// Checks that the ledger's rows give the evidence account. A whole bundle is counted by its members,
/// one with a fault as a file of its own too.
fn ledger_ties(account: &EvidenceAccount, ledger: &[LedgerRow]) -> Result<(), ReportError> {
    let files = || ledger.iter().filter(|row| row.outcome != "bundle");
    let with = |outcome: &str| files().filter(|row| row.outcome == outcome).map(|_| 1).sum::<u64>();
    let (partial, set_aside) = (with("partial"), with("set_aside"));
    let records = |of: fn(&RecordAccount) -> u64| files().map(|row| of(&row.records)).sum::<u64>();
    let shown = account.records;
    for (of, shown, listed) in [
        ("accepted files", account.accepted, with("accepted") + partial + set_aside),
        ("partial files", account.partial, partial),
        ("files set aside", account.set_aside, set_aside),
        ("rejected files", account.rejected, with("rejected")),
        ("records read", shown.read, records(|of| of.read)),
        ("records kept", shown.kept, records(|of| of.kept)),
        ("duplicate records", shown.duplicate, records(|of| of.duplicate)),
        ("records set aside", shown.set_aside, records(|of| of.set_aside)),
        ("records rejected", shown.rejected, records(|of| of.rejected)),
    ] {
        truth(shown == listed, || format!("{of}: {shown}, but the ledger's rows give {listed}"))?;
    }
    Ok(())
}

/// Checks that each control has as many rows of subjects and exceptions as its figures say.
fn rows_tie(assessment: &Assessment) -> Result<(), ReportError> {
    let subjects = tallied(assessment.subjects.iter().map(|row| row.control.as_str()));
    let exceptions = tallied(assessment.exceptions.iter().map(|row| row.control.as_str()));
    let remarks = tallied(assessment.remarks.iter().map(|row| row.control.as_str()));
    for control in &assessment.controls {
        let name = control.control.as_str();
        for (of, shown, rows) in [
            ("population", control.figures.population, &subjects),
            ("exceptions", control.figures.exceptions, &exceptions),
            ("remarks", control.remarks, &remarks),
        ] {
            let listed = rows.get(name).copied().unwrap_or(0);
            truth(shown == listed, || format!("{name}, {of}: {shown}, but {listed} are listed"))?;
        }
    }
    Ok(())
}

fn tallied<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u64> {
    names.fold(BTreeMap::new(), |mut tally, name| {
        *tally.entry(name).or_default() += 1;
        tally
    })
}

/// Checks a control's figures, those of its sources and accounts, and that its conclusion does not
/// claim more than they carry (spec sections 5 and 8).
fn control_adds_up(control: &ControlResult) -> Result<(), ReportError> {
    let name = &control.control;
    figures_add_up(name, &control.figures)?;
    for (source, figures) in &control.by_source {
        figures_add_up(&format!("{name} by {source}"), figures)?;
    }
    for (account, figures) in &control.by_account {
        figures_add_up(&format!("{name} in {account}"), figures)?;
    }
    truth(conclusion_is_carried(control), || {
        let figures = &control.figures;
        format!(
            "{name} concludes `{}` with {} tested, {} failed, {} exceptions, {} not tested, {} account-regions uncovered",
            control.conclusion.name(),
            figures.tested,
            figures.failed,
            figures.exceptions,
            figures.not_tested,
            control.uncovered
        )
    })
}

fn figures_add_up(of: &str, figures: &Figures) -> Result<(), ReportError> {
    sum(
        &format!("{of}, population"),
        figures.population,
        &[("tested", figures.tested), ("not applicable", figures.not_applicable), ("not tested", figures.not_tested)],
    )?;
    sum(&format!("{of}, tested"), figures.tested, &[("passed", figures.passed), ("failed", figures.failed)])
}

fn conclusion_is_carried(control: &ControlResult) -> bool {
    let figures = &control.figures;
    let clean = figures.exceptions == 0 && figures.failed == 0;
    match control.conclusion {
        Conclusion::NotTested => figures.tested == 0,
        Conclusion::ExceptionsNoted => figures.exceptions > 0,
        Conclusion::Incomplete => clean && figures.tested > 0,
        Conclusion::NoExceptionsNoted => {
            clean && figures.tested > 0 && figures.not_tested == 0 && control.uncovered == 0
        }
    }
}

fn sum(of: &str, whole: u64, parts: &[(&str, u64)]) -> Result<(), ReportError> {
    let total: u128 = parts.iter().map(|(_, part)| u128::from(*part)).sum();
    truth(total == u128::from(whole), || {
        let parts: Vec<String> = parts.iter().map(|(name, part)| format!("{part} {name}")).collect();
        format!("{of}: {whole} is not {} (which is {total})", parts.join(" + "))
    })
}

fn truth(holds: bool, say: impl FnOnce() -> String) -> Result<(), ReportError> {
    if holds { Ok(()) } else { Err(ReportError::DoesNotAddUp(say())) }
}
