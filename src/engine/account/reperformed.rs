//! tickmark's own checks on one account's rows (spec section 3.6).
//!
//! Trails are the exception: recorders of several accounts may show one of them, so their histories are
//! handed on and judged when all accounts are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::inventory::ResourceHistory;
use super::{AccountEvidence, Horizon, Reading, Streams, close_streams, subject_of};
use crate::engine::attestation::Attestations;
use crate::engine::identity::{Place, RegionBasis, SubjectKey, account_subject, is_global_type};
use crate::engine::reperformance::accounts::{AccountEvidence as Accounts, Conditions};
use crate::engine::reperformance::check::{Check, Need, Reads};
use crate::engine::reperformance::checks;
use crate::engine::reperformance::history::{History, StateChange};
use crate::engine::reperformance::measures::Measures;
use crate::engine::reperformance::parameters::Parameters;
use crate::engine::reperformance::recording::Recording;
use crate::engine::reperformance::resource::ResourceState;
use crate::engine::reperformance::resources::{
    DatedVerdict, Surroundings, all_joins, judge_over_time, look_over_time, status_of,
};
use crate::engine::reperformance::trails::{AllTrails, Memberships, TRAIL_TYPE, TrailGround, TrailHistory, TrailView};
use crate::engine::reperformance::users::Reports;
use crate::engine::results::explanation::Origin;
use crate::engine::timeline::Observation;
use crate::lake::{AccountRows, LakeError};
use crate::model::{AccountId, Region, Source};

const USER_TYPE: &str = "AWS::IAM::User";

/// Types that some check reads as its subject, or looks at beyond its rule.
pub(in crate::engine) fn types_read() -> BTreeSet<&'static str> {
    let own = checks::all().filter_map(|check| match &check.reads {
        Reads::Resource { resource_type, .. } | Reads::Beyond { resource_type, .. } => Some(*resource_type),
        Reads::User { .. } | Reads::Account { .. } => None,
    });
    own.chain(all_joins().into_iter().map(|join| join.resource_type)).collect()
}

/// A check with the place of its test in the catalog.
type PlacedCheck = (usize, &'static Check);

/// The checks whose test the catalog has.
pub(in crate::engine) fn placed_checks(reading: &Reading<'_>) -> Vec<PlacedCheck> {
    checks::all().filter_map(|check| Some((reading.catalog.test_index(check.test)?, check))).collect()
}

/// Performs every check on an account's own resources, users and conditions.
pub(super) fn read(
    account: &AccountId,
    rows: &AccountRows,
    histories: &[ResourceHistory<'_>],
    recording: &BTreeMap<String, Recording>,
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
) {
    let measures = Measures::new(&rows.rules, reading.catalog, reading.matcher, reading.settings);
    let checks = placed_checks(reading);
    let mut run = Run { account, reading, measures: &measures, checks: &checks, streams, evidence };
    let joined_types: BTreeSet<&str> = all_joins().into_iter().map(|join| join.resource_type).collect();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut joined: BTreeMap<String, Vec<History>> = BTreeMap::new();
    let mut subjects: BTreeMap<SubjectKey, Vec<&ResourceHistory<'_>>> = BTreeMap::new();
    for history in histories {
        seen.entry(history.recorder_region.to_owned()).or_default().insert(history.resource_type.to_owned());
        if joined_types.contains(history.resource_type) {
            joined.entry(history.resource_type.to_owned()).or_default().push(states(history, None));
        }
        for subject in history.subjects() {
            subjects.entry(subject).or_default().push(history);
        }
    }
    let surroundings = Surroundings::new(joined, recording.clone(), seen);
    for (subject, histories) in subjects {
        run.subject(&subject, &histories, &surroundings);
    }
    let reports = Reports::new(&rows.credentials);
    let conditions = Conditions::new(&rows.conditions);
    run.users(&reports);
    run.account(&reports, &conditions);
    evidence.all_trails.conditions.insert(account.clone(), conditions);
    evidence.measures.insert(account.clone(), measures);
}

/// A history's states as one subject, or as whatever it was.
fn states(history: &ResourceHistory<'_>, subject: Option<&SubjectKey>) -> History {
    let mut last: Option<(*const crate::lake::ItemRow, Arc<ResourceState>)> = None;
    let changes = history.changes.iter().map(|change| {
        let is_own = |of: &SubjectKey| subject.is_none_or(|subject| subject == of);
        let item = change.item.as_ref().filter(|(_, of)| is_own(of)).map(|(item, _)| *item);
        let state = item.map(|item| match &last {
            // A snapshot that lists an item again brings back the very state.
            Some((known, state)) if std::ptr::eq(*known, item) => Arc::clone(state),
            _ => {
                let state = Arc::new(ResourceState::of_item(item));
                last = Some((std::ptr::from_ref(item), Arc::clone(&state)));
                state
            }
        });
        StateChange { at: change.at, state, reference: change.reference.clone() }
    });
    History { recorder_region: history.recorder_region.to_owned(), changes: changes.collect() }
}

/// One account's checks on their way.
struct Run<'a, 'b> {
    account: &'a AccountId,
    reading: &'a Reading<'a>,
    measures: &'a Measures,
    checks: &'a [PlacedCheck],
    streams: &'b mut Streams,
    evidence: &'b mut AccountEvidence,
}

impl Run<'_, '_> {
    /// Every check on one resource.
    fn subject(&mut self, subject: &SubjectKey, of_recorders: &[&ResourceHistory<'_>], surroundings: &Surroundings) {
        let is_about = |check: &Check| match &check.reads {
            Reads::Resource { resource_type, .. } | Reads::Beyond { resource_type, .. } => {
                **resource_type == *subject.resource_type
            }
            Reads::User { .. } | Reads::Account { .. } => false,
        };
        let checks: Vec<PlacedCheck> = self.checks.iter().filter(|(_, check)| is_about(check)).copied().collect();
        if checks.is_empty() {
            return;
        }
        let histories: Vec<History> = of_recorders.iter().map(|history| states(history, Some(subject))).collect();
        if &*subject.resource_type == TRAIL_TYPE {
            let of_account =
                histories.into_iter().map(|history| TrailHistory { recorder: self.account.clone(), history });
            self.evidence.all_trails.trails.entry(subject.key.clone()).or_default().extend(of_account);
            self.evidence.trail_subjects.insert(subject.key.clone(), subject.clone());
            return;
        }
        let histories: Vec<&History> = histories.iter().collect();
        let region = of_recorders.first().map(|history| history.recorder_region).unwrap_or_default();
        let place = if is_global_type(&subject.resource_type) { None } else { Some(region) };
        for (test, check) in checks {
            if let Reads::Beyond { look, .. } = &check.reads {
                let seen = look_over_time(*look, &histories);
                self.streams.remark(test, subject, &Horizon::Corner(corner(region)), seen);
                continue;
            }
            for parameters in self.measures.of(test, place) {
                let verdicts = judge_over_time(check, &histories, surroundings, &parameters);
                self.streams.add_verdicts(test, subject, &parameters, &Horizon::Corner(corner(region)), verdicts);
            }
        }
    }

    /// Every check on the users of credential reports.
    fn users(&mut self, reports: &Reports<'_>) {
        let Some(horizon) = reports.times().next_back() else { return };
        for user in reports.users() {
            let place = Place { account: self.account, region: "global" };
            let subject =
                subject_of(self.evidence, self.reading, place, (USER_TYPE, user), (RegionBasis::Item, "global"));
            for (test, check) in self.checks {
                if !matches!(check.reads, Reads::User { .. }) {
                    continue;
                }
                for parameters in self.measures.of(*test, None) {
                    let verdicts = reports.judge_over_time(check, user, &parameters);
                    self.streams.add_verdicts(*test, &subject, &parameters, &Horizon::At(horizon), verdicts);
                }
            }
        }
    }

    /// Every check on the account itself that needs no trails.
    fn account(&mut self, reports: &Reports<'_>, conditions: &Conditions) {
        let (none, nobody) = (AllTrails::default(), Memberships::default());
        let (silence, max_gap) = (Attestations::default(), self.reading.settings.max_gap_microseconds());
        let ground = TrailGround::new(&none, &nobody, &silence, max_gap);
        let trails = TrailView::new(self.account, &ground);
        let account = Accounts { reports, conditions, trails: &trails };
        let subject = account_subject(self.account);
        for (test, check) in self.checks {
            let Reads::Account { needs, .. } = &check.reads else { continue };
            if needs.contains(&Need::Trails) {
                continue;
            }
            let Some(horizon) = account.moments(needs).last().copied() else { continue };
            for parameters in self.measures.of(*test, None) {
                let verdicts = account.judge_over_time(check, &parameters);
                self.streams.add_verdicts(*test, &subject, &parameters, &Horizon::At(horizon), verdicts);
            }
        }
    }
}

fn corner(region: &str) -> Region {
    Region::parse(region).unwrap_or_else(Region::global)
}

impl Streams {
    /// Adds what a check said over time, with what it saw beyond its rule.
    pub(in crate::engine) fn add_verdicts(
        &mut self,
        test: usize,
        subject: &SubjectKey,
        parameters: &Parameters,
        horizon: &Horizon,
        verdicts: Vec<DatedVerdict>,
    ) {
        let origin = Origin::Check { parameters: parameters.words() };
        let key = (Source::Reperformed, test, subject.clone(), origin);
        let mut beyond = Vec::new();
        for DatedVerdict { at, verdict, reference } in verdicts {
            let status = status_of(verdict.as_ref());
            let reason = verdict.as_ref().map(|verdict| Arc::from(with_measure(&verdict.reason, parameters)));
            let observation = Observation { at, status, suppressed: false, reference: reference.clone(), reason };
            self.add(key.clone(), horizon, observation);
            beyond.push((at, verdict.map(|verdict| verdict.beyond).unwrap_or_default(), reference));
        }
        self.remark(test, subject, horizon, beyond);
    }
}

/// A reason with the deployed rule whose parameters it was measured against.
fn with_measure(reason: &str, parameters: &Parameters) -> String {
    match parameters.rule() {
        Some(rule) => format!("{reason} (measured as rule {rule} states: {})", parameters.words()),
        None => reason.to_owned(),
    }
}

/// The checks on trails, and on accounts by their trails, once every account is read.
///
/// # Errors
/// Only where observations cannot be packed: a fault of tickmark.
pub(in crate::engine) fn read_trails(
    accounts: &BTreeSet<AccountId>,
    attestations: &Attestations,
    reading: &Reading<'_>,
    evidence: &mut AccountEvidence,
) -> Result<(), LakeError> {
    let trails = std::mem::take(&mut evidence.all_trails);
    let checks = placed_checks(reading);
    let no_surroundings = Surroundings::new(BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let no_measures = Measures::new(&[], reading.catalog, reading.matcher, reading.settings);
    let measures = std::mem::take(&mut evidence.measures);
    for (key, histories) in &trails.trails {
        let Some(subject) = evidence.trail_subjects.get(key).cloned() else { continue };
        let of_recorders: Vec<&History> = histories.iter().map(|trail| &trail.history).collect();
        let horizon = histories.iter().filter_map(|trail| {
            attestations.horizon(&trail.recorder, &corner(&trail.history.recorder_region), Source::Config, false)
        });
        let Some(horizon) = horizon.max() else { continue };
        let mut streams = Streams::default();
        for (test, check) in &checks {
            if !matches!(check.reads, Reads::Resource { resource_type: TRAIL_TYPE, .. }) {
                continue;
            }
            let of_owner = measures.get(&subject.account).unwrap_or(&no_measures);
            for parameters in of_owner.of(*test, None) {
                let verdicts = judge_over_time(check, &of_recorders, &no_surroundings, &parameters);
                streams.add_verdicts(*test, &subject, &parameters, &Horizon::At(horizon), verdicts);
            }
        }
        close_streams(&subject.account.clone(), streams, attestations, reading, evidence)?;
    }
    let memberships = Memberships { organizations: reading.settings.organizations.clone() };
    let max_gap = reading.settings.max_gap_microseconds();
    let ground = TrailGround::new(&trails, &memberships, attestations, max_gap);
    for account in accounts {
        let mut streams = Streams::default();
        let view = TrailView::new(account, &ground);
        let Some(end) = view.end() else { continue };
        let (reports, conditions) = (Reports::default(), Conditions::default());
        let of_account = Accounts { reports: &reports, conditions: &conditions, trails: &view };
        for (test, check) in &checks {
            let Reads::Account { needs, .. } = &check.reads else { continue };
            if !needs.contains(&Need::Trails) {
                continue;
            }
            for parameters in measures.get(account).unwrap_or(&no_measures).of(*test, None) {
                let verdicts = of_account.judge_over_time(check, &parameters);
                streams.add_verdicts(*test, &account_subject(account), &parameters, &Horizon::Until(end), verdicts);
            }
        }
        close_streams(account, streams, attestations, reading, evidence)?;
    }
    evidence.all_trails = trails;
    Ok(())
}
