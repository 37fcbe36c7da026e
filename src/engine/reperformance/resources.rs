//! Checks on resources brought through time: judged once for each change of what they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::{Check, Join, Joined, Reads, ResourceCase, Within};
use super::history::{History, JoinIndex, newest};
use super::parameters::Parameters;
use super::recording::Recording;
use super::resource::ResourceState;
use super::verdict::{Beyond, Verdict};
use crate::model::{EvidenceReference, Instant, Status};

/// A verdict, from when on it holds, and what brought it about.
#[derive(Clone, Debug)]
pub(in crate::engine) struct DatedVerdict {
    pub(in crate::engine) at: Instant,
    /// `None` where the check stopped speaking: the subject is gone, or nothing can be said any more.
    pub(in crate::engine) verdict: Option<Verdict>,
    pub(in crate::engine) reference: EvidenceReference,
}

/// What an account's evidence has beside the subjects of a check.
pub(in crate::engine) struct Surroundings {
    pub(super) joined: JoinIndex,
    /// By region of the recorder.
    pub(super) recording: BTreeMap<String, Recording>,
    /// Types of which a recorder's evidence holds some item, by region of the recorder.
    pub(super) seen: BTreeMap<String, BTreeSet<String>>,
}

impl Surroundings {
    /// Gathers what the declared joins need. `resources` are the histories of the joined types.
    pub(in crate::engine) fn new(
        resources: BTreeMap<String, Vec<History>>,
        recording: BTreeMap<String, Recording>,
        seen: BTreeMap<String, BTreeSet<String>>,
    ) -> Self {
        Self { joined: JoinIndex::new(&all_joins(), resources), recording, seen }
    }

    /// Whether a type was demonstrably recorded at a moment (spec section 3.6): what the recorder says of
    /// itself decides, else whether its evidence holds some item of the type.
    fn is_recorded(&self, join: &Join, recorder: &str, at: Instant) -> bool {
        let has_items = |region: &str| self.seen.get(region).is_some_and(|types| types.contains(join.resource_type));
        let says =
            |region: &str| self.recording.get(region).and_then(|recording| recording.records(join.resource_type, at));
        match join.within {
            Within::Recorder => says(recorder).unwrap_or_else(|| has_items(recorder)),
            Within::Account => self.seen.keys().any(|region| says(region).unwrap_or_else(|| has_items(region))),
        }
    }
}

/// Every join that some check declares, one a type.
pub(in crate::engine) fn all_joins() -> Vec<&'static Join> {
    let mut joins: Vec<&'static Join> = Vec::new();
    for check in super::checks::all() {
        let Reads::Resource { joins: declared, .. } = &check.reads else { continue };
        joins.extend(declared.iter());
    }
    joins.sort_by_key(|join| join.resource_type);
    joins.dedup_by_key(|join| join.resource_type);
    joins
}

/// What a check on resources says of one subject over time. `histories` are the subject's own, one a
/// recorder and id.
pub(in crate::engine) fn judge_over_time(
    check: &Check,
    histories: &[&History],
    surroundings: &Surroundings,
    parameters: &Parameters,
) -> Vec<DatedVerdict> {
    let Reads::Resource { joins, judge, .. } = &check.reads else { return Vec::new() };
    let around: Vec<Vec<&History>> = joins.iter().map(|join| around(join, histories, surroundings)).collect();
    let verdict_at = |at: Instant| {
        let cases = newest(histories, at).into_iter().map(|(state, recorder)| {
            let joined =
                joins.iter().zip(&around).map(|(join, found)| joined(join, found, state, recorder, surroundings, at));
            judge(&ResourceCase { resource: state, joined: joined.collect(), parameters })
        });
        // Items of one moment that say different things: the worst counts (spec section 3.8).
        cases.min_by_key(|verdict| verdict.status)
    };
    let mut verdicts: Vec<DatedVerdict> = Vec::new();
    for at in moments(histories, &around, joins, surroundings) {
        let Some(reference) = cause(at, histories, &around) else { continue };
        let verdict = verdict_at(at).filter(|verdict| !verdict.outside);
        if verdict.is_some() || !verdicts.is_empty() {
            verdicts.push(DatedVerdict { at, verdict, reference });
        }
    }
    verdicts
}

/// What a check that only looks beyond its rule sees of one resource over time.
pub(in crate::engine) fn look_over_time(
    look: fn(&ResourceState) -> Vec<Beyond>,
    histories: &[&History],
) -> Vec<(Instant, Vec<Beyond>, EvidenceReference)> {
    let none: Vec<Vec<&History>> = Vec::new();
    let moments: BTreeSet<Instant> =
        histories.iter().flat_map(|history| &history.changes).map(|change| change.at).collect();
    let seen = moments.into_iter().filter_map(|at| {
        let beyond = newest(histories, at).first().map(|(state, _)| look(state)).unwrap_or_default();
        Some((at, beyond, cause(at, histories, &none)?))
    });
    seen.collect()
}

/// The histories that a join may find at some time for some state of the subject.
fn around<'a>(join: &Join, histories: &[&History], surroundings: &'a Surroundings) -> Vec<&'a History> {
    let states = histories.iter().flat_map(|history| &history.changes).filter_map(|change| change.state.as_deref());
    let mut keys: Vec<String> = states.flat_map(|state| (join.wants)(state)).collect();
    keys.sort_unstable();
    keys.dedup();
    let recorders: Vec<&str> = histories.iter().map(|history| history.recorder_region.as_str()).collect();
    surroundings.joined.candidates(join, &keys, &recorders)
}

/// What a join finds for one state of the subject at a moment.
fn joined<'a>(
    join: &Join,
    around: &[&'a History],
    state: &ResourceState,
    recorder: &str,
    surroundings: &Surroundings,
    at: Instant,
) -> Joined<'a> {
    let wanted = (join.wants)(state);
    let is_near = |history: &&&History| join.within == Within::Account || history.recorder_region == recorder;
    let standing = around.iter().filter(is_near).filter_map(|history| history.state_at(at).map(Arc::as_ref));
    let is_wanted = |state: &&ResourceState| (join.key)(state).is_some_and(|key| wanted.contains(&key));
    let mut resources: Vec<&ResourceState> = standing.filter(is_wanted).collect();
    let key = |state: &&ResourceState| (state.resource_type.clone(), state.resource_id.clone());
    resources.sort_by_cached_key(key);
    Joined { resources, is_recorded: surroundings.is_recorded(join, recorder, at) }
}

/// Every moment at which something that the verdict depends on changed, from the subject's first on.
fn moments(
    histories: &[&History],
    around: &[Vec<&History>],
    joins: &[Join],
    surroundings: &Surroundings,
) -> BTreeSet<Instant> {
    let own = histories.iter().flat_map(|history| &history.changes).map(|change| change.at);
    let Some(first) = own.clone().min() else { return BTreeSet::new() };
    let of_others = around.iter().flatten().flat_map(|history| &history.changes).map(|change| change.at);
    let recorders = histories.iter().filter(|_| !joins.is_empty()).map(|history| &history.recorder_region);
    let of_recorders = recorders.filter_map(|region| surroundings.recording.get(region)).flat_map(Recording::changes);
    own.chain(of_others).chain(of_recorders).filter(|at| *at >= first).collect()
}

/// The evidence of what changed at a moment: the subject's own before that of what is joined to it. Where
/// only the recorder changed, that of the subject's state.
fn cause(at: Instant, histories: &[&History], around: &[Vec<&History>]) -> Option<EvidenceReference> {
    let own = histories.iter().filter_map(|history| history.began_at(at)).min();
    let of_others = || around.iter().flatten().filter_map(|history| history.began_at(at)).min();
    let standing = || {
        histories
            .iter()
            .filter_map(|history| history.changes.iter().rev().find(|change| change.at <= at))
            .map(|change| &change.reference)
            .min()
    };
    own.or_else(of_others).or_else(standing).cloned()
}

/// A status for a stream: what a check stops saying has ended.
pub(in crate::engine) fn status_of(verdict: Option<&Verdict>) -> Status {
    verdict.map_or(Status::Ended, |verdict| verdict.status)
}
