//! Items that happen at a moment: changes, exceptions, remediations.

use crate::engine::results::{ControlStatus, Exception};
use crate::model::{Instant, Period};
use crate::report::figures::interval;

use super::items::last_instant;
use super::{Ground, PopulationItem, Unit, verdict};

/// A configuration item as a change of the resource that it is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Owner, type and key of the subject.
    pub subject: (String, String, String),
    /// When it was captured.
    pub at: Instant,
    /// Who recorded it, as account and region.
    pub recorder: String,
    /// What Config says became of the resource, such as `ResourceDeleted`.
    pub status: String,
    /// The record, as outputs write it.
    pub evidence: String,
}

impl Change {
    fn of(&self) -> (&str, &str, &str) {
        let (account, resource_type, key) = &self.subject;
        (account, resource_type, key)
    }
}

impl Ground<'_> {
    /// Changes of the control's subjects in the window. `changes` are ordered.
    pub(super) fn changes<E>(
        &self,
        changes: &[Change],
        take: &mut impl FnMut(PopulationItem) -> Result<(), E>,
    ) -> Result<(), E> {
        for result in &self.subjects {
            let name = &result.subject;
            let own = (name.account.as_str(), name.resource_type.as_str(), name.key.as_str());
            let begin = changes.partition_point(|change| change.of() < own);
            let its = changes.iter().skip(begin).take_while(|change| change.of() == own);
            for change in its.filter(|change| self.window.contains(change.at)) {
                let status_at = |at: Instant| {
                    let then = result.timeline.iter().find(|(period, _)| period.contains(at));
                    then.map_or(ControlStatus::NoEvidence, |(_, status)| *status)
                };
                let (before, after) = (status_at(change.at.plus_microseconds(-1)), status_at(change.at));
                let moment = Period::new(change.at, change.at.plus_microseconds(1));
                let on = self.exceptions_of(result).iter().filter(|found| found.period.intersect(moment).is_some());
                take(PopulationItem {
                    moment: change.at.to_string(),
                    recorder: change.recorder.clone(),
                    verdict: verdict(after).to_owned(),
                    status_at_start: before.name().to_owned(),
                    status_at_end: after.name().to_owned(),
                    exceptions: on.map(|found| found.id.as_str()).collect::<Vec<_>>().join(";"),
                    description: change.status.clone(),
                    evidence: change.evidence.clone(),
                    ..PopulationItem::about(result)
                })?;
            }
        }
        Ok(())
    }

    /// Exceptions that began, or ended, in the window, or all.
    pub(super) fn exceptions<E>(
        &self,
        unit: Unit,
        take: &mut impl FnMut(PopulationItem) -> Result<(), E>,
    ) -> Result<(), E> {
        for result in &self.subjects {
            let belongs = |exception: &&&Exception| match unit {
                Unit::NewExceptions => !exception.began_before_window,
                // Where the evidence ran out, nothing shows an end.
                Unit::Remediations => !exception.ongoing && exception.closed_by.is_some(),
                _ => true,
            };
            for exception in self.exceptions_of(result).iter().filter(belongs) {
                let status_at = |at: Instant| {
                    let then = result.timeline.iter().find(|(period, _)| period.contains(at));
                    then.map_or(ControlStatus::NoEvidence, |(_, status)| *status)
                };
                let Period { from, until } = exception.period;
                let is_end = unit == Unit::Remediations;
                let after = if exception.ongoing { ControlStatus::Fail } else { status_at(until) };
                let reference = if is_end { exception.closed_by.as_ref() } else { exception.opened_by.as_ref() };
                take(PopulationItem {
                    moment: if is_end { until } else { from }.to_string(),
                    verdict: if is_end { verdict(after) } else { ControlStatus::Fail.name() }.to_owned(),
                    status_at_start: status_at(from).name().to_owned(),
                    status_at_end: if is_end { after } else { status_at(last_instant(exception.period)) }
                        .name()
                        .to_owned(),
                    tested_seconds: exception.duration_seconds.unsigned_abs(),
                    failed_seconds: exception.duration_seconds.unsigned_abs(),
                    exceptions: exception.id.clone(),
                    description: described(exception),
                    evidence: reference.map(ToString::to_string).unwrap_or_default(),
                    ..PopulationItem::about(result)
                })?;
            }
        }
        Ok(())
    }
}

/// An exception in one line.
fn described(exception: &Exception) -> String {
    let began = if exception.began_before_window { ", failing before" } else { "" };
    let end = if exception.ongoing { ", not ended" } else { "" };
    let reason = if exception.reason.is_empty() { String::new() } else { format!(": {}", exception.reason) };
    format!("failing {}{began}{end}{reason}", interval(exception.period))
}
