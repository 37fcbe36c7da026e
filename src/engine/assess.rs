//! The whole assessment: lake, catalog and settings in, answer out.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::account::{AccountEvidence, Reading, UnmappedStatements, read_account, read_trails};
use super::agreement;
use super::attestation::Attestations;
use super::catalog::rule_names::{AliasError, RuleMatcher};
use super::catalog::{Catalog, SubjectFilter};
use super::control::{Ground, Outcome, Tested, evaluate};
use super::identity::{ACCOUNT_TYPE, SubjectKey, Ties, is_global_type};
use super::reperformance::recording::Recording;
use super::reperformance::types_read_for;
use super::results::tables::{PlaceRow, Tables};
use super::results::{Assessment, CoverageRow, Disagreement, EvidenceAccount, LedgerRow, RecordAccount, Unmapped};
use super::scope::Scope;
use super::settings::Settings;
use super::tables;
use super::timeline::intersect_all;
use crate::formats::DeliveredName;
use crate::lake::{FileRow, Lake, LakeError};
use crate::model::{AccountId, EvidenceReference, Period, Region, Source};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    /// The lake cannot be read.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A rule alias names no test.
    #[error("{0}; correct `[rules.aliases]` in the engagement file")]
    Alias(#[from] AliasError),
    /// A control was asked for that the catalog does not have.
    #[error("there is no control `{id}`{}; `tickmark controls` lists them", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    UnknownControl {
        /// What was asked for.
        id: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A tag is given for a control whose subjects are not chosen by tag.
    #[error(
        "the engagement file gives a tag for `{id}`, whose subjects are not chosen by tag; take it out, or name the control that is meant"
    )]
    NotChosenByTag {
        /// The control.
        id: String,
    },
    /// Parameters are stated for a test that the catalog does not have.
    #[error("the engagement file states parameters of `{test}`, which is no test of the catalog{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    UnknownTest {
        /// What was named.
        test: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A parameter is stated that its test does not have.
    #[error("the engagement file states `{parameter}` of `{test}`, which has {}", if known.is_empty() { "no parameters".to_owned() } else { format!("only {}", known.join(", ")) })]
    UnknownParameter {
        /// The test.
        test: String,
        /// What was named.
        parameter: String,
        /// What the test has.
        known: Vec<String>,
    },
    /// An account's folder in the lake is not named for an account.
    #[error("the lake has rows of `{0}`, which is no account id; ingest the evidence again into a new lake")]
    NotAnAccount(String),
}

impl AssessError {
    /// A control that the catalog does not have, with the nearest that it has.
    #[must_use]
    pub fn unknown_control(catalog: &Catalog, id: &str) -> Self {
        Self::UnknownControl { id: id.to_owned(), nearest: catalog.nearest_control(id).map(str::to_owned) }
    }
}

/// Answers every control asked for over the settings' window.
///
/// Accounts are worked in parallel; the answer does not depend on how many threads there are.
///
/// # Errors
/// When the lake cannot be read, or settings name what does not exist.
pub fn assess(lake: &Lake, catalog: &Catalog, settings: &Settings) -> Result<Assessment, AssessError> {
    let tested = chosen_controls(catalog, settings)?;
    let basis = Basis::read(lake, catalog, settings, None)?;
    let outcomes = answer_all(&tested, &basis.ground(settings));
    let tables = tables::of(&tested, &basis.ground(settings), &places(&basis, settings));
    let Basis { evidence, ledger, seen, scope, corners, in_scope, not_recorded, .. } = basis;
    let mut assessment = Assessment {
        engagement: settings.engagement.clone(),
        window: settings.window,
        sources: settings.sources.clone(),
        max_gap_hours: settings.max_gap_hours,
        lag_tolerance_hours: settings.lag_tolerance_hours,
        evidence: evidence_account(&ledger),
        scope: scope.describe(&corners, &seen),
        scope_is_listed: scope.is_listed(),
        accounts_out_of_scope: out_of_scope(&scope, &seen, &evidence),
        controls: Vec::new(),
        subjects: Vec::new(),
        exceptions: Vec::new(),
        remarks: Vec::new(),
        coverage: coverage(&evidence.attestations, &in_scope, &not_recorded, settings),
        unmapped_rules: unmapped(&evidence.unmapped_rules, settings, Source::Config),
        unmapped_findings: unmapped(&evidence.unmapped_findings, settings, Source::SecurityHub),
        disagreements: Vec::new(),
        ledger: ledger.into_iter().map(ledger_row).collect(),
        tables: Tables { observed: evidence.observed, rule_tests: evidence.rule_tests, ..tables },
    };
    for (outcome, disagreements) in outcomes {
        assessment.controls.push(outcome.result);
        assessment.subjects.extend(outcome.subjects);
        assessment.exceptions.extend(outcome.exceptions);
        assessment.remarks.extend(outcome.remarks);
        assessment.disagreements.extend(disagreements);
    }
    Ok(assessment)
}

/// All that controls are judged on, read and put in order.
pub(super) struct Basis {
    evidence: AccountEvidence,
    pub(super) ledger: Vec<FileRow>,
    /// Every account that evidence is from or about.
    seen: BTreeSet<AccountId>,
    scope: Scope,
    /// Every account and region that evidence speaks of.
    corners: BTreeSet<(AccountId, Region)>,
    /// Those whose coverage counts.
    in_scope: Vec<(AccountId, Region)>,
    absences: BTreeMap<SubjectKey, Vec<(Period, EvidenceReference)>>,
    by_test: Vec<Vec<SubjectKey>>,
    by_type: BTreeMap<String, Vec<SubjectKey>>,
    identifiers: Vec<String>,
    uncovered: BTreeSet<(AccountId, Region)>,
    without_region: u64,
    not_recorded: UnseenTypes,
    unseen: UnseenTypes,
}

impl Basis {
    /// Reads a lake. Of the tests that are watched, streams keep who speaks and why.
    pub(super) fn read(
        lake: &Lake,
        catalog: &Catalog,
        settings: &Settings,
        watched: Option<&BTreeSet<usize>>,
    ) -> Result<Self, AssessError> {
        let matcher = RuleMatcher::new(catalog, &settings.rule_aliases)?;
        let ledger = lake.ledger()?;
        let mut evidence = read_all(lake, catalog, &matcher, settings, &ledger, watched)?;
        let seen = seen_accounts(lake, &evidence, &ledger);
        let scope = Scope::new(settings.scope.as_deref(), &seen);
        note_recorders_off(&mut evidence, settings);
        let corners = evidence.attestations.corners();
        let in_scope = in_scope(&scope, &corners);
        let absences = evidence
            .absences
            .iter()
            .map(|(subject, of_recorders)| (subject.clone(), intersect_all(of_recorders.clone())))
            .collect();
        Ok(Self {
            absences,
            by_test: by_test(&evidence, catalog, settings),
            by_type: by_type(&evidence),
            identifiers: catalog.tests.iter().map(|test| test.identifier.clone()).collect(),
            uncovered: uncovered(&evidence.attestations, &in_scope, settings),
            without_region: without_region(&scope, &in_scope, &seen),
            not_recorded: unseen_types(&evidence, catalog, settings, &in_scope, left_out),
            unseen: unseen_types(&evidence, catalog, settings, &in_scope, left_out_or_off),
            evidence,
            ledger,
            seen,
            scope,
            corners,
            in_scope,
        })
    }

    /// What a control is evaluated on.
    pub(super) fn ground<'a>(&'a self, settings: &'a Settings) -> Ground<'a> {
        Ground {
            evidence: &self.evidence,
            absences: &self.absences,
            by_test: &self.by_test,
            by_type: &self.by_type,
            scope: &self.scope,
            settings,
            identifiers: &self.identifiers,
            uncovered: &self.uncovered,
            without_region: self.without_region,
            unseen: &self.unseen,
        }
    }
}

/// Evaluates every control, with where its sources agree.
fn answer_all(tested: &[Tested<'_>], ground: &Ground<'_>) -> Vec<(Outcome, Vec<Disagreement>)> {
    let answer = |tested: &Tested<'_>| {
        let mut outcome = evaluate(tested, ground);
        let subjects: Vec<SubjectKey> = outcome.subjects.iter().map(|result| key_of(&result.subject)).collect();
        let (agreement, disagreements) = agreement::compare(tested, ground, &subjects);
        outcome.result.agreement = agreement;
        (outcome, disagreements)
    };
    tested.par_iter().map(answer).collect()
}

/// Checks that settings name only what the catalog has, before any long work.
///
/// # Errors
/// The same as [`assess`] would give, but for those of the lake.
pub fn check(catalog: &Catalog, settings: &Settings) -> Result<(), AssessError> {
    RuleMatcher::new(catalog, &settings.rule_aliases)?;
    for id in settings.tags.keys() {
        let control = catalog.control(id).ok_or_else(|| AssessError::unknown_control(catalog, id))?;
        if control.population.subjects != SubjectFilter::TaggedResources {
            return Err(AssessError::NotChosenByTag { id: control.id.clone() });
        }
    }
    for (name, stated) in &settings.parameters {
        let unknown =
            || AssessError::UnknownTest { test: name.clone(), nearest: catalog.nearest_test(name).map(str::to_owned) };
        let test = catalog.test(name).ok_or_else(unknown)?;
        let known: Vec<String> = test.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        if let Some(parameter) = stated.keys().find(|parameter| !known.contains(parameter)) {
            let (test, parameter) = (test.identifier.clone(), parameter.clone());
            return Err(AssessError::UnknownParameter { test, parameter, known });
        }
    }
    chosen_controls(catalog, settings).map(drop)
}

/// The controls asked for, in the order of the catalog.
pub(super) fn chosen_controls<'a>(catalog: &'a Catalog, settings: &Settings) -> Result<Vec<Tested<'a>>, AssessError> {
    let asked: Option<BTreeSet<&str>> = match &settings.controls {
        None => None,
        Some(ids) => {
            let find = |id: &String| {
                let control = catalog.control(id).ok_or_else(|| AssessError::unknown_control(catalog, id))?;
                Ok::<_, AssessError>(control.id.as_str())
            };
            Some(ids.iter().map(find).collect::<Result<_, _>>()?)
        }
    };
    let is_asked = |id: &str| asked.as_ref().is_none_or(|asked| asked.contains(id));
    let controls = catalog.controls.iter().filter(|control| is_asked(&control.id));
    let reperforms = settings.sources.contains(&Source::Reperformed);
    let tested = controls.map(|control| {
        let tests = catalog.tests_of(control);
        let types: BTreeSet<&str> =
            tests.iter().flat_map(|test| test.resource_types.iter().map(String::as_str)).collect();
        let of_checks = tests.iter().filter(|_| reperforms).flat_map(|test| types_read_for(&test.identifier));
        Tested {
            control,
            tests: control.tests.iter().filter_map(|identifier| catalog.test_index(identifier)).collect(),
            deciding_types: types.iter().copied().chain(of_checks).collect(),
            types,
        }
    });
    Ok(tested.collect())
}

/// Reads every account: first what ties names together in all of them, then each by itself.
fn read_all(
    lake: &Lake,
    catalog: &Catalog,
    matcher: &RuleMatcher,
    settings: &Settings,
    ledger: &[FileRow],
    watched: Option<&BTreeSet<usize>>,
) -> Result<AccountEvidence, AssessError> {
    let accounts = lake.accounts();
    let mut ties = Ties::default();
    for rows in accounts.par_iter().map(|account| lake.ties(account)).collect::<Result<Vec<_>, _>>()? {
        ties.add(rows);
    }
    let delivered = delivered(ledger);
    let reading = Reading {
        catalog,
        matcher,
        ties: &ties,
        settings,
        delivered: &delivered,
        watched,
        keeps_observations: watched.is_none(),
    };
    let parts: Vec<AccountEvidence> = accounts
        .par_iter()
        .map(|name| {
            let account = AccountId::parse(name).ok_or_else(|| AssessError::NotAnAccount(name.clone()))?;
            Ok(read_account(&account, lake.account(name)?, &reading)?)
        })
        .collect::<Result<_, AssessError>>()?;
    let mut all = AccountEvidence::default();
    all.attestations.merge(delivered.clone());
    for part in parts {
        all.merge(part);
    }
    if settings.sources.contains(&Source::Reperformed) {
        // An organization's trail logs for accounts of which nothing else is known.
        let accounts = seen_accounts(lake, &all, ledger);
        let attestations = all.attestations.clone();
        read_trails(&accounts, &attestations, &reading, &mut all)?;
    }
    Ok(all)
}

/// What snapshots and history files attest by being delivered. One that could not be read whole cannot
/// vouch for its recorder.
fn delivered(ledger: &[FileRow]) -> Attestations {
    let mut attestations = Attestations::default();
    let attesting = ledger.iter().filter(|row| {
        matches!(row.kind.as_str(), "config_snapshot" | "config_history")
            && row.read_to_end
            && row.outcome == "accepted"
    });
    for row in attesting {
        if let (Some(name), Some(time)) = (DeliveredName::parse(&row.path), row.evidence_time) {
            attestations.attest(&name.recorder.account, &name.recorder.region, Source::Config, time);
        }
    }
    attestations
}

/// Every account that evidence is from or about.
fn seen_accounts(lake: &Lake, evidence: &AccountEvidence, ledger: &[FileRow]) -> BTreeSet<AccountId> {
    let mut seen = evidence.attestations.accounts();
    seen.extend(lake.accounts().iter().filter_map(|account| AccountId::parse(account)));
    seen.extend(ledger.iter().filter_map(|row| AccountId::parse(&row.account)));
    seen
}

/// The accounts and regions whose coverage counts: those in scope that the evidence shows, and those
/// that the scope list names.
fn in_scope(scope: &Scope, corners: &BTreeSet<(AccountId, Region)>) -> Vec<(AccountId, Region)> {
    let shown = corners.iter().filter(|(account, region)| scope.has(account, region)).cloned();
    shown.chain(scope.listed_corners()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// How many accounts in scope have evidence, and not of any region: whatever it is, it covers nothing.
fn without_region(scope: &Scope, in_scope: &[(AccountId, Region)], seen: &BTreeSet<AccountId>) -> u64 {
    let is_without =
        |account: &&AccountId| seen.contains(account) && !in_scope.iter().any(|(owner, _)| owner == *account);
    scope.accounts().filter(is_without).count() as u64
}

/// Accounts that the evidence shows, be it as owners of what others show, and the scope list leaves out.
fn out_of_scope(scope: &Scope, seen: &BTreeSet<AccountId>, evidence: &AccountEvidence) -> Vec<AccountId> {
    let subjects = evidence.streams.keys().chain(evidence.present.keys());
    let shown: BTreeSet<&AccountId> = seen.iter().chain(subjects.map(|subject| &subject.account)).collect();
    shown.into_iter().filter(|account| !scope.has_account(account)).cloned().collect()
}

/// The subjects of which a source that takes part speaks, for each test of the catalog.
fn by_test(evidence: &AccountEvidence, catalog: &Catalog, settings: &Settings) -> Vec<Vec<SubjectKey>> {
    let mut by_test: Vec<Vec<SubjectKey>> = vec![Vec::new(); catalog.tests.len()];
    for (subject, streams) in &evidence.streams {
        let speaking = streams.iter().filter(|stream| settings.sources.contains(&stream.source));
        for test in speaking.map(|stream| stream.test).collect::<BTreeSet<_>>() {
            if let Some(subjects) = by_test.get_mut(test) {
                subjects.push(subject.clone());
            }
        }
    }
    by_test
}

fn by_type(evidence: &AccountEvidence) -> BTreeMap<String, Vec<SubjectKey>> {
    let mut by_type: BTreeMap<String, Vec<SubjectKey>> = BTreeMap::new();
    for subject in evidence.present.keys() {
        by_type.entry(subject.resource_type.to_string()).or_default().push(subject.clone());
    }
    by_type
}

pub(super) fn key_of(name: &super::results::SubjectName) -> SubjectKey {
    SubjectKey {
        account: name.account.clone(),
        resource_type: name.resource_type.as_str().into(),
        key: name.key.as_str().into(),
    }
}

/// Sources that attest coverage: tickmark's own checks rest on what AWS Config delivers.
fn attesting_sources(settings: &Settings) -> Vec<Source> {
    let takes_part = |source: Source| settings.sources.contains(&source);
    let config = takes_part(Source::Config) || takes_part(Source::Reperformed);
    let sources = [(Source::Config, config), (Source::SecurityHub, takes_part(Source::SecurityHub))];
    sources.into_iter().filter(|(_, takes_part)| *takes_part).map(|(source, _)| source).collect()
}

fn coverage(
    attestations: &Attestations,
    in_scope: &[(AccountId, Region)],
    not_recorded: &UnseenTypes,
    settings: &Settings,
) -> Vec<CoverageRow> {
    let max_gap = settings.max_gap_microseconds();
    let sources = attesting_sources(settings);
    let mut rows: Vec<CoverageRow> = Vec::new();
    for source in &sources {
        for (account, region) in in_scope {
            // A place that the scope list names is shown with every source, be it with nothing.
            let is_silent = !sources.iter().any(|source| attestations.has(account, region, *source));
            if is_silent || attestations.has(account, region, *source) {
                let mut row = attestations.coverage(account, region, *source, settings.window, max_gap);
                if *source == Source::Config {
                    row.not_recorded =
                        not_recorded.get(&(account.clone(), region.clone())).cloned().unwrap_or_default();
                }
                rows.push(row);
            }
        }
    }
    rows
}

/// The places of which coverage has rows.
fn places(basis: &Basis, settings: &Settings) -> Vec<PlaceRow> {
    let rows = coverage(&basis.evidence.attestations, &basis.in_scope, &basis.not_recorded, settings);
    let place = |row: CoverageRow| PlaceRow {
        account: row.account.to_string(),
        region: row.region.to_string(),
        source: row.source.name().to_owned(),
    };
    rows.into_iter().map(place).collect()
}

/// Tells the coverage when recorders say that they were off.
fn note_recorders_off(evidence: &mut AccountEvidence, settings: &Settings) {
    let recorders = evidence.all_trails.recording.iter().flat_map(|(account, of_regions)| {
        of_regions.iter().filter_map(move |(region, recording)| Some((account, Region::parse(region)?, recording)))
    });
    for (account, region, recording) in recorders {
        let off = recording.off(settings.window);
        if !off.is_empty() {
            evidence.attestations.was_off(account, &region, off);
        }
    }
}

/// Types and time by account and region.
type UnseenTypes = BTreeMap<(AccountId, Region), Vec<(String, Period)>>;

/// What recorders in scope say of tested types in the window: those that they left out (`left_out`), or, with
/// `off`, also those that they could not see because they were off. A type that belongs to no region is
/// unseen only where that holds of every recorder of the account that says anything.
fn unseen_types(
    evidence: &AccountEvidence,
    catalog: &Catalog,
    settings: &Settings,
    in_scope: &[(AccountId, Region)],
    unseen: fn(&Recording, &str, Period) -> Vec<Period>,
) -> UnseenTypes {
    let reperforms = settings.sources.contains(&Source::Reperformed);
    let of_checks = catalog.tests.iter().filter(|_| reperforms).flat_map(|test| types_read_for(&test.identifier));
    let types = catalog.tests.iter().flat_map(|test| &test.resource_types).map(String::as_str);
    let types: BTreeSet<&str> = types.chain(of_checks).filter(|name| *name != ACCOUNT_TYPE).collect();
    let mut by_place = UnseenTypes::new();
    if !attesting_sources(settings).contains(&Source::Config) {
        return by_place;
    }
    for (account, region) in in_scope {
        let Some(of_account) = evidence.all_trails.recording.get(account) else { continue };
        let Some(recording) = of_account.get(region.as_str()) else { continue };
        for resource_type in &types {
            let mut periods = unseen(recording, resource_type, settings.window);
            if is_global_type(resource_type) {
                for other in of_account.values() {
                    periods = common(&periods, &unseen(other, resource_type, settings.window));
                }
            }
            let of_place = periods.into_iter().map(|period| ((*resource_type).to_owned(), period));
            by_place.entry((account.clone(), region.clone())).or_default().extend(of_place);
        }
    }
    by_place.retain(|_, of| !of.is_empty());
    by_place
}

/// What two lists of stretches have in common.
fn common(left: &[Period], right: &[Period]) -> Vec<Period> {
    left.iter().flat_map(|period| right.iter().filter_map(|other| period.intersect(*other))).collect()
}

/// Time in which a recorder left a type out.
fn left_out(recording: &Recording, resource_type: &str, window: Period) -> Vec<Period> {
    recording.without(resource_type, window)
}

/// Time in which a recorder left a type out, or was off.
fn left_out_or_off(recording: &Recording, resource_type: &str, window: Period) -> Vec<Period> {
    let mut periods = recording.without(resource_type, window);
    periods.extend(recording.off(window));
    periods.sort_unstable();
    periods
}

/// The accounts and regions in scope that have time that no source taking part attests.
fn uncovered(
    attestations: &Attestations,
    in_scope: &[(AccountId, Region)],
    settings: &Settings,
) -> BTreeSet<(AccountId, Region)> {
    let sources = attesting_sources(settings);
    let max_gap = settings.max_gap_microseconds();
    let is_uncovered = |(account, region): &&(AccountId, Region)| {
        !attestations.is_covered(account, region, &sources, settings.window, max_gap)
    };
    in_scope.iter().filter(is_uncovered).cloned().collect()
}

fn unmapped(statements: &BTreeMap<String, UnmappedStatements>, settings: &Settings, source: Source) -> Vec<Unmapped> {
    if !settings.sources.contains(&source) {
        return Vec::new();
    }
    let rows = statements.iter().map(|(name, statements)| Unmapped {
        name: name.clone(),
        identifier: statements.identifier.clone(),
        observations: statements.observations,
        resources: statements.resources.len() as u64,
        accounts: statements.accounts.iter().cloned().collect(),
    });
    rows.collect()
}

/// The account of all evidence: whole bundles are counted by their members.
fn evidence_account(ledger: &[FileRow]) -> EvidenceAccount {
    let mut sum = EvidenceAccount::default();
    let mut hashes: BTreeSet<&str> = BTreeSet::new();
    for row in ledger.iter().filter(|row| row.outcome != "bundle") {
        sum.files += 1;
        sum.accepted += u64::from(row.outcome != "rejected");
        sum.partial += u64::from(row.outcome == "partial");
        sum.set_aside += u64::from(row.outcome == "set_aside");
        sum.rejected += u64::from(row.outcome == "rejected");
        sum.bytes += row.size;
        sum.records.read += row.records_read;
        sum.records.kept += row.records_kept;
        sum.records.duplicate += row.records_duplicate;
        sum.records.set_aside += row.records_set_aside;
        sum.records.rejected += row.records_rejected;
        hashes.insert(&row.sha256);
    }
    let mut digest = Sha256::new();
    for hash in hashes {
        digest.update(hash.as_bytes());
        digest.update(b"\n");
    }
    sum.digest = hex::encode(digest.finalize());
    sum
}

pub(super) fn ledger_row(row: FileRow) -> LedgerRow {
    LedgerRow {
        evidence_id: row.evidence_id,
        path: row.path,
        bundle: row.bundle,
        size: row.size,
        sha256: row.sha256,
        kind: row.kind,
        outcome: row.outcome,
        account: row.account,
        region: row.region,
        evidence_time: row.evidence_time,
        records: RecordAccount {
            read: row.records_read,
            kept: row.records_kept,
            duplicate: row.records_duplicate,
            set_aside: row.records_set_aside,
            rejected: row.records_rejected,
        },
        reason: row.reason,
    }
}
