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

    /// From when on a type was demonstrably recorded (spec section 3.6): from ever where the evidence holds
    /// some item of it, else from when the recorder says so. What was recorded once stays known: a recorder
    /// that is switched off, or leaves the type out, takes nothing back.
    fn recorded_from(&self, join: &Join, recorder: &str) -> Option<Instant> {
        let of_region = |region: &str| {
            let has_items = self.seen.get(region).is_some_and(|types| types.contains(join.resource_type));
            let said = || self.recording.get(region)?.recorded_from(join.resource_type);
            if has_items { Some(EVER) } else { said() }
        };
        match join.within {
            Within::Recorder => of_region(recorder),
            Within::Account => self.seen.keys().filter_map(|region| of_region(region)).min(),
        }
    }
}

/// Before all evidence.
const EVER: Instant = Instant::from_microseconds(i64::MIN);

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
    let mut verdicts: Vec<DatedVerdict> = Vec::new();
    let mut before: Option<Vec<Standing<'_>>> = None;
    for at in moments(histories, &around, joins, surroundings) {
        let standing: Vec<Standing<'_>> = newest(histories, at)
            .into_iter()
            .map(|(state, recorder)| Standing::new(state, recorder, (joins, &around), surroundings, at))
            .collect();
        // The same states mean the same verdict: nothing that it depends on has changed.
        if before.as_ref().is_some_and(|before| same(before, &standing)) {
            continue;
        }
        // Items of one moment that say different things: the worst counts (spec section 3.8).
        let judged = standing.iter().map(|standing| judge(&standing.case(parameters)));
        let verdict = judged.min_by_key(|verdict| verdict.status).filter(|verdict| !verdict.outside);
        before = Some(standing);
        let is_new = verdicts.last().map_or(verdict.is_some(), |last| last.verdict != verdict);
        if is_new && let Some(reference) = cause(at, histories, &around) {
            verdicts.push(DatedVerdict { at, verdict, reference });
        }
    }
    verdicts
}

/// A subject's state at a moment with all that is joined to it.
struct Standing<'a> {
    state: &'a Arc<ResourceState>,
    joined: Vec<Joined<'a>>,
}

impl<'a> Standing<'a> {
    fn new(
        state: &'a Arc<ResourceState>,
        recorder: &str,
        (joins, around): (&[Join], &[Vec<&'a History>]),
        surroundings: &Surroundings,
        at: Instant,
    ) -> Self {
        let joined =
            joins.iter().zip(around).map(|(join, found)| joined(join, found, state, recorder, surroundings, at));
        Self { state, joined: joined.collect() }
    }

    fn case<'b>(&'b self, parameters: &'b Parameters) -> ResourceCase<'b> {
        ResourceCase { resource: self.state, joined: self.joined.clone(), parameters }
    }
}

/// Whether two moments show the very same states.
fn same(left: &[Standing<'_>], right: &[Standing<'_>]) -> bool {
    let is_same_join = |(left, right): (&Joined<'_>, &Joined<'_>)| {
        left.is_recorded == right.is_recorded
            && left.resources.len() == right.resources.len()
            && left.resources.iter().zip(&right.resources).all(|(left, right)| std::ptr::eq(*left, *right))
    };
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            Arc::ptr_eq(left.state, right.state) && left.joined.iter().zip(&right.joined).all(is_same_join)
        })
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
    let near: Vec<&'a History> = around.iter().filter(is_near).copied().collect();
    let standing = near.iter().filter_map(|history| history.state_at(at).map(Arc::as_ref));
    let is_wanted = |state: &&ResourceState| (join.key)(state).is_some_and(|key| wanted.contains(&key));
    // One recorder's word that a resource is gone outweighs older items of it that others show.
    let is_gone = |state: &ResourceState| {
        join.within == Within::Account
            && near.iter().any(|history| {
                let of_same = history.resource_id() == Some(state.resource_id.as_str());
                of_same && history.deleted_at(at).is_some_and(|deleted| deleted > state.captured_at)
            })
    };
    let mut resources: Vec<&ResourceState> = standing.filter(is_wanted).filter(|state| !is_gone(state)).collect();
    let key = |state: &&ResourceState| (state.resource_type.clone(), state.resource_id.clone());
    resources.sort_by_cached_key(key);
    let is_recorded = surroundings.recorded_from(join, recorder).is_some_and(|from| from <= at);
    Joined { resources, is_recorded }
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
    let recorders = histories.iter().map(|history| history.recorder_region.as_str());
    let of_recorders =
        recorders.flat_map(|recorder| joins.iter().filter_map(move |join| surroundings.recorded_from(join, recorder)));
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
