//! Items that are UTC days: of a resource, of an account, of an account and region.

use crate::engine::results::{ControlStatus, SubjectResult};
use crate::model::{Instant, Period};
use crate::report::figures::interval;

use super::items::last_instant;
use super::{Ground, PopulationItem, owned_by};

const DAY: i64 = 86_400 * 1_000_000;

/// The UTC days of a window, each cut to it.
fn days(window: Period) -> impl Iterator<Item = Period> {
    let first = window.from.microseconds().div_euclid(DAY);
    let all = (first..).map(|day| Period::new(instant(day * DAY), instant((day + 1) * DAY)));
    all.map_while(move |day| day.intersect(window)).filter(|day| !day.is_empty())
}

const fn instant(microseconds: i64) -> Instant {
    Instant::from_microseconds(microseconds)
}

/// What a day shows of one subject or of several.
#[derive(Clone, Debug, Default)]
struct Day {
    passing: i64,
    failing: i64,
    not_applicable: bool,
    no_evidence: bool,
    /// Whether anything but absence is there.
    exists: bool,
    /// Status as the day begins and as it ends; of several subjects the first of FAIL, PASS, NOT_APPLICABLE.
    at_start: Option<ControlStatus>,
    at_end: Option<ControlStatus>,
}

impl Day {
    fn add(&mut self, day: Period, part: Period, status: ControlStatus) {
        match status {
            ControlStatus::Fail => self.failing += part.microseconds(),
            ControlStatus::Pass => self.passing += part.microseconds(),
            ControlStatus::NotApplicable => self.not_applicable = true,
            ControlStatus::NoEvidence => self.no_evidence = true,
            ControlStatus::Absent => {}
        }
        self.exists |= status != ControlStatus::Absent;
        if part.from == day.from {
            self.at_start = Some(first_of(self.at_start, status));
        }
        if part.until == day.until {
            self.at_end = Some(first_of(self.at_end, status));
        }
    }

    /// The day's verdict: a failure however short is one.
    const fn status(&self) -> ControlStatus {
        if self.failing > 0 {
            ControlStatus::Fail
        } else if self.passing > 0 {
            ControlStatus::Pass
        } else if self.not_applicable {
            ControlStatus::NotApplicable
        } else {
            ControlStatus::NoEvidence
        }
    }

    fn onto(&self, item: PopulationItem) -> PopulationItem {
        let name = |status: Option<ControlStatus>| status.unwrap_or(ControlStatus::NoEvidence).name().to_owned();
        PopulationItem {
            verdict: self.status().name().to_owned(),
            status_at_start: name(self.at_start),
            status_at_end: name(self.at_end),
            tested_seconds: (self.passing + self.failing).unsigned_abs() / 1_000_000,
            failed_seconds: self.failing.unsigned_abs() / 1_000_000,
            ..item
        }
    }
}

/// Of two statuses the one that decides for both.
fn first_of(known: Option<ControlStatus>, status: ControlStatus) -> ControlStatus {
    // An absent subject says nothing of the others.
    let rank = |status: ControlStatus| match status {
        ControlStatus::Fail => 0,
        ControlStatus::Pass => 1,
        ControlStatus::NotApplicable => 2,
        ControlStatus::NoEvidence => 3,
        ControlStatus::Absent => 4,
    };
    known.map_or(status, |known| if rank(known) <= rank(status) { known } else { status })
}

/// Runs through a subject's timeline and the days together; what the timeline says on each day.
struct Parts<'a> {
    timeline: &'a [(Period, ControlStatus)],
}

impl Parts<'_> {
    /// The stretches of a day, which comes after the days asked for before.
    fn of(&mut self, day: Period) -> impl Iterator<Item = (Period, ControlStatus)> + '_ {
        while self.timeline.first().is_some_and(|(period, _)| period.until <= day.from) {
            self.timeline = self.timeline.get(1..).unwrap_or_default();
        }
        let within = self.timeline.iter().take_while(move |(period, _)| period.from < day.until);
        within.filter_map(move |(period, status)| period.intersect(day).map(|part| (part, *status)))
    }
}

impl Ground<'_> {
    /// Every day on which a subject may have existed: from when it is first known on, but for days on which it is absent
    /// all day long. An account exists on every day.
    pub(super) fn resource_days<E>(
        &self,
        result: &SubjectResult,
        take: &mut impl FnMut(PopulationItem) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_account = result.subject.resource_type == "AWS::::Account";
        let known_from = if is_account { Some(self.window.from) } else { self.statements.known_from(result) };
        let Some(known_from) = known_from else { return Ok(()) };
        let about = PopulationItem::about(result);
        let mut parts = Parts { timeline: &result.timeline };
        for period in days(self.window).filter(|day| day.until > known_from) {
            let mut day = Day::default();
            let mut failing = Vec::new();
            let (mut failed_at, mut last) = (None, None);
            for (part, status) in parts.of(period) {
                day.add(period, part, status);
                if status == ControlStatus::Fail {
                    failing.push(interval(part));
                    failed_at = failed_at.or(Some(part.from));
                }
                last = Some((part, status)).filter(|_| status != ControlStatus::Absent).or(last);
            }
            if !day.exists {
                continue;
            }
            let status = day.status();
            let deciding = match status {
                ControlStatus::Fail => failed_at,
                _ => last_of(&mut Parts { timeline: &result.timeline }, period, status),
            };
            let evidence = deciding.map(|at| self.statements.reference(result, status, at)).unwrap_or_default();
            let item = PopulationItem { moment: period.from.date(), evidence, ..about.clone() };
            let item = PopulationItem {
                exceptions: self.exceptions_on(result, period).join(";"),
                description: if failing.is_empty() { String::new() } else { format!("failing {}", failing.join(", ")) },
                ..item
            };
            take(day.onto(item))?;
        }
        Ok(())
    }

    /// Ids of the exceptions of a subject that reach into a day.
    fn exceptions_on(&self, result: &SubjectResult, day: Period) -> Vec<&str> {
        let reaching = self.exceptions_of(result).iter().filter(|exception| exception.period.intersect(day).is_some());
        reaching.map(|exception| exception.id.as_str()).collect()
    }

    /// Every account in scope on every day: the subjects that it owns, together.
    pub(super) fn account_days<E>(&self, take: &mut impl FnMut(PopulationItem) -> Result<(), E>) -> Result<(), E> {
        self.places.keys().try_for_each(|account| {
            let own = owned_by(&self.subjects, account).to_vec();
            self.days_of(&PopulationItem::in_account(account.as_str()), own, take)
        })
    }

    /// Every account and region in scope on every day: the subjects there, together. Where all subjects are global, as
    /// for IAM, the only region is `global`.
    pub(super) fn account_region_days<E>(
        &self,
        take: &mut impl FnMut(PopulationItem) -> Result<(), E>,
    ) -> Result<(), E> {
        for (account, regions) in &self.places {
            let own = owned_by(&self.subjects, account);
            for region in regions {
                let there: Vec<&SubjectResult> =
                    own.iter().copied().filter(|result| result.subject.region.as_str() == *region).collect();
                let item = PopulationItem::in_account(account.as_str());
                self.days_of(&PopulationItem { region: (*region).to_owned(), ..item }, there, take)?;
            }
        }
        Ok(())
    }

    fn days_of<E>(
        &self,
        about: &PopulationItem,
        subjects: Vec<&SubjectResult>,
        take: &mut impl FnMut(PopulationItem) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut subjects: Vec<(&SubjectResult, Parts<'_>)> =
            subjects.into_iter().map(|result| (result, Parts { timeline: &result.timeline })).collect();
        for period in days(self.window) {
            let (mut day, mut failing, mut exceptions) = (Day::default(), 0_u64, Vec::new());
            // The subject that decides, with the moment at which it does: the first that fails, else the first that has
            // the day's status.
            let mut deciding: Option<(&SubjectResult, ControlStatus)> = None;
            for (result, parts) in &mut subjects {
                let mut own = Day::default();
                for (part, status) in parts.of(period) {
                    own.add(period, part, status);
                    day.add(period, part, status);
                }
                if own.failing > 0 {
                    failing += 1;
                    exceptions.extend(self.exceptions_on(result, period));
                }
                let status = own.status();
                let decides_more = |(_, known): &(_, ControlStatus)| first_of(Some(*known), status) != *known;
                if own.exists && deciding.as_ref().is_none_or(decides_more) {
                    deciding = Some((*result, status));
                }
            }
            let evidence = deciding.map(|(result, status)| {
                let mut parts = Parts { timeline: &result.timeline };
                let at = match status {
                    ControlStatus::Fail => parts.of(period).find(|(_, at)| *at == status).map(|(part, _)| part.from),
                    _ => last_of(&mut parts, period, status),
                };
                at.map(|at| self.statements.reference(result, status, at)).unwrap_or_default()
            });
            let description = if failing == 0 { String::new() } else { format!("{failing} failing") };
            let item = PopulationItem {
                moment: period.from.date(),
                exceptions: exceptions.join(";"),
                description,
                evidence: evidence.unwrap_or_default(),
                ..about.clone()
            };
            take(day.onto(item))?;
        }
        Ok(())
    }
}

/// The last moment of a day at which a timeline has a status.
fn last_of(parts: &mut Parts<'_>, day: Period, status: ControlStatus) -> Option<Instant> {
    parts.of(day).filter(|(_, at)| *at == status).last().map(|(part, _)| last_instant(part))
}
