//! What an assessment was made from, as rows for whoever wants to make it again.

use std::collections::{BTreeMap, BTreeSet};

use super::control::{Ground, Tested, candidates, is_inventory};
use super::identity::{ACCOUNT_TYPE, SubjectKey};
use super::known_differences::explain;
use super::observed::Observed;
use super::results::ControlStatus;
use super::results::tables::{
    AgreedWordsRow, AttestationRow, CandidateRow, ControlTestRow, DayRow, ExistenceRow, InterruptionRow, PlaceRow,
    ResourceRow, SettingsRow, Tables,
};
use super::settings::Settings;
use crate::model::{AccountId, EvidenceReference, Instant, Period, Region, Source};

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// All tables but those that are kept while accounts are read: observations and rules.
pub(super) fn of(tested: &[Tested<'_>], ground: &Ground<'_>, places: &[PlaceRow]) -> Tables {
    let candidates: Vec<(&Tested<'_>, BTreeSet<SubjectKey>)> =
        tested.iter().map(|tested| (tested, candidates(tested, ground))).collect();
    let evidence = ground.evidence;
    let mut subjects: BTreeSet<&SubjectKey> = evidence.streams.keys().chain(evidence.present.keys()).collect();
    subjects.extend(ground.absences.keys());
    subjects.extend(candidates.iter().flat_map(|(_, subjects)| subjects));
    let numbers: BTreeMap<&SubjectKey, u64> = subjects.into_iter().zip(1_u64..).collect();
    let number = |subject: &SubjectKey| numbers.get(subject).copied().unwrap_or(0);
    let candidate = |tested: &Tested<'_>, subject: &SubjectKey| CandidateRow {
        control: tested.control.id.clone(),
        resource: number(subject),
        is_account: &*subject.resource_type == ACCOUNT_TYPE,
        in_inventory: is_inventory(tested.control.population.inventory, ground, subject)
            && tested.types.contains(&*subject.resource_type),
    };
    let of_control = |(tested, subjects): &(&Tested<'_>, BTreeSet<SubjectKey>)| -> Vec<CandidateRow> {
        subjects.iter().map(|subject| candidate(tested, subject)).collect()
    };
    Tables {
        resources: numbers.iter().map(|(subject, number)| resource(ground, subject, *number)).collect(),
        candidates: candidates.iter().flat_map(of_control).collect(),
        existence: existence(ground, &numbers),
        control_tests: tested.iter().flat_map(|tested| control_tests(tested)).collect(),
        agreed_words: agreed_words(tested, ground),
        rule_tests: Vec::new(),
        places: places.to_vec(),
        attestations: attestations(ground),
        interruptions: interruptions(ground),
        days: days(ground.settings.window),
        settings: settings(ground.settings),
        observed: Observed::default(),
        identifiers: ground.identifiers.to_vec(),
    }
}

fn resource(ground: &Ground<'_>, subject: &SubjectKey, number: u64) -> ResourceRow {
    let name = ground.evidence.registry.name(subject);
    ResourceRow {
        resource: number,
        account: name.account.to_string(),
        region: name.region.to_string(),
        resource_type: name.resource_type,
        resource_key: name.key,
        resource_id: name.resource_id,
        resource_arn: name.resource_arn,
    }
}

fn existence(ground: &Ground<'_>, numbers: &BTreeMap<&SubjectKey, u64>) -> Vec<ExistenceRow> {
    let row = |resource: u64, period: Period, absent_by: Option<&EvidenceReference>| ExistenceRow {
        resource,
        is_absent: absent_by.is_some(),
        starts_at: period.from,
        starts_epoch: period.from.microseconds(),
        ends_at: period.until,
        ends_epoch: period.until.microseconds(),
        evidence: absent_by.map(ToString::to_string).unwrap_or_default(),
    };
    let mut rows = Vec::new();
    for (subject, number) in numbers {
        let mut present = ground.evidence.present.get(*subject).cloned().unwrap_or_default();
        present.sort_unstable();
        rows.extend(present.into_iter().map(|period| row(*number, period, None)));
        rows.extend(
            ground.absences_of(subject).iter().map(|(period, reference)| row(*number, *period, Some(reference))),
        );
    }
    rows
}

fn control_tests(tested: &Tested<'_>) -> Vec<ControlTestRow> {
    let row = |test: &String| ControlTestRow { control: tested.control.id.clone(), test: test.clone() };
    tested.control.tests.iter().map(row).collect()
}

/// Every two words that count as agreement, tried out.
fn agreed_words(tested: &[Tested<'_>], ground: &Ground<'_>) -> Vec<AgreedWordsRow> {
    let tests: BTreeSet<&String> = tested.iter().flat_map(|tested| &tested.control.tests).collect();
    let words = [ControlStatus::Fail, ControlStatus::Pass, ControlStatus::NotApplicable];
    let mut rows = Vec::new();
    for test in tests {
        for (place, first_source) in Source::ALL.into_iter().enumerate() {
            for second_source in Source::ALL.into_iter().skip(place + 1) {
                for (first, second) in words.into_iter().flat_map(|first| words.map(|second| (first, second))) {
                    let said = [(first_source, first), (second_source, second)];
                    if first != second && explain(test, said, ground.settings.window).is_same {
                        rows.push(AgreedWordsRow {
                            test: test.clone(),
                            first_source: first_source.name().to_owned(),
                            first_status: first.name().to_owned(),
                            second_source: second_source.name().to_owned(),
                            second_status: second.name().to_owned(),
                        });
                    }
                }
            }
        }
    }
    rows
}

fn attestations(ground: &Ground<'_>) -> Vec<AttestationRow> {
    let stretches = ground.evidence.attestations.stretches(ground.settings.max_gap_microseconds());
    let mut rows = Vec::new();
    for (account, region, source, periods) in stretches {
        rows.extend(periods.into_iter().map(|period| AttestationRow {
            account: account.to_string(),
            region: region.to_string(),
            source: source.name().to_owned(),
            starts_at: period.from,
            starts_epoch: period.from.microseconds(),
            ends_at: period.until,
            ends_epoch: period.until.microseconds(),
        }));
    }
    rows
}

fn interruptions(ground: &Ground<'_>) -> Vec<InterruptionRow> {
    let row = |(account, region, period): (&AccountId, &Region, Period)| InterruptionRow {
        account: account.to_string(),
        region: region.to_string(),
        starts_at: period.from,
        starts_epoch: period.from.microseconds(),
        ends_at: period.until,
        ends_epoch: period.until.microseconds(),
    };
    ground.evidence.attestations.interruptions().map(row).collect()
}

fn days(window: Period) -> Vec<DayRow> {
    let first = window.from.microseconds().div_euclid(DAY) * DAY;
    let starts = (0..).map(|place: i64| first + place * DAY).take_while(|start| *start < window.until.microseconds());
    let day = |start: i64| {
        let (starts_at, ends_at) = (Instant::from_microseconds(start), Instant::from_microseconds(start + DAY));
        let day = starts_at.date();
        let month = day.get(..7).unwrap_or_default().to_owned();
        DayRow {
            day,
            month,
            starts_at,
            starts_epoch: starts_at.microseconds(),
            ends_at,
            ends_epoch: ends_at.microseconds(),
        }
    };
    starts.map(day).collect()
}

fn settings(settings: &Settings) -> SettingsRow {
    let Period { from, until } = settings.window;
    SettingsRow {
        window_from: from,
        window_from_epoch: from.microseconds(),
        window_until: until,
        window_until_epoch: until.microseconds(),
        max_gap_microseconds: settings.max_gap_microseconds().unsigned_abs(),
        lag_tolerance_microseconds: settings.lag_tolerance_microseconds().unsigned_abs(),
    }
}
