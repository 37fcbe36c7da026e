//! [`History`]: what one recorder shows of a resource over time, as states.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::check::{Join, Within};
use super::resource::ResourceState;
use crate::model::{EvidenceReference, Instant};

/// What one recorder shows of one resource, in order of time.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct History {
    /// Region of the recorder.
    pub(in crate::engine) recorder_region: String,
    pub(in crate::engine) changes: Vec<StateChange>,
}

/// A moment at which a resource changed, came or went.
#[derive(Clone, Debug)]
pub(in crate::engine) struct StateChange {
    pub(in crate::engine) at: Instant,
    /// The state from then on; `None` where the resource does not exist.
    pub(in crate::engine) state: Option<Arc<ResourceState>>,
    pub(in crate::engine) reference: EvidenceReference,
}

impl History {
    /// The id of the resource; `None` where no item of it has a state.
    pub(super) fn resource_id(&self) -> Option<&str> {
        self.changes.iter().find_map(|change| change.state.as_ref()).map(|state| state.resource_id.as_str())
    }

    /// The state that holds at a moment.
    pub(super) fn state_at(&self, at: Instant) -> Option<&Arc<ResourceState>> {
        let after = self.changes.partition_point(|change| change.at <= at);
        self.changes.get(after.checked_sub(1)?)?.state.as_ref()
    }

    /// The last state up to a moment, whether or not the resource was lost since.
    fn last_state(&self, at: Instant) -> Option<&Arc<ResourceState>> {
        let after = self.changes.partition_point(|change| change.at <= at);
        self.changes.get(..after)?.iter().rev().find_map(|change| change.state.as_ref())
    }

    /// When a captured item last said that the resource is gone, if that is the last word up to a moment. A
    /// snapshot that merely does not list it is no such word.
    pub(super) fn deleted_at(&self, at: Instant) -> Option<Instant> {
        let after = self.changes.partition_point(|change| change.at <= at);
        let last = self.changes.get(after.checked_sub(1)?)?;
        (last.state.is_none() && last.reference.record != 0).then_some(last.at)
    }

    /// What began the state that holds at a moment, if it began just then.
    pub(super) fn began_at(&self, at: Instant) -> Option<&EvidenceReference> {
        let after = self.changes.partition_point(|change| change.at <= at);
        self.changes.get(after.checked_sub(1)?).filter(|change| change.at == at).map(|change| &change.reference)
    }
}

/// Of several recorders' states of one resource the newest item: the state that was captured last. Where the
/// recorder that captured it does not show the resource any more while others do (spec section 3.1), also the
/// newest of those: an older item does not take over from a newer one, and takes nothing back. Where several
/// were captured at the same moment, all of them.
pub(super) fn newest<'a>(histories: &[&'a History], at: Instant) -> Vec<(&'a Arc<ResourceState>, &'a str)> {
    let shown = histories.iter().filter_map(|history| history.state_at(at)).map(|state| state.captured_at).max();
    let Some(newest_shown) = shown else { return Vec::new() };
    let known =
        histories.iter().filter_map(|history| Some((history.last_state(at)?, history.recorder_region.as_str())));
    let mut known: Vec<(&Arc<ResourceState>, &str)> = known.collect();
    let newest_known = known.iter().map(|(state, _)| state.captured_at).max();
    known.retain(|(state, _)| Some(state.captured_at) == newest_known || state.captured_at == newest_shown);
    known
}

/// Resources that checks join to their subjects, found by their keys.
#[derive(Debug, Default)]
pub(super) struct JoinIndex {
    histories: Vec<History>,
    by_key: HashMap<(&'static str, String), Vec<usize>>,
}

impl JoinIndex {
    /// Indexes histories, each with its type, by every key that they ever had.
    pub(super) fn new(joins: &[&'static Join], resources: BTreeMap<String, Vec<History>>) -> Self {
        let mut index = Self::default();
        for (resource_type, histories) in resources {
            let Some(join) = joins.iter().find(|join| join.resource_type == resource_type) else { continue };
            for history in histories {
                let place = index.histories.len();
                let states = history.changes.iter().filter_map(|change| change.state.as_deref());
                let mut keys: Vec<String> = states.filter_map(|state| (join.key)(state)).collect();
                keys.sort_unstable();
                keys.dedup();
                for key in keys {
                    index.by_key.entry((join.resource_type, key)).or_default().push(place);
                }
                index.histories.push(history);
            }
        }
        index
    }

    /// The histories that a join may find for some of `keys`, in the order they were given.
    pub(super) fn candidates(&self, join: &Join, keys: &[String], recorders: &[&str]) -> Vec<&History> {
        let places = keys.iter().filter_map(|key| self.by_key.get(&(join.resource_type, key.clone()))).flatten();
        let mut places: Vec<usize> = places.copied().collect();
        places.sort_unstable();
        places.dedup();
        let is_near = |history: &&History| {
            join.within == Within::Account || recorders.contains(&history.recorder_region.as_str())
        };
        places.into_iter().filter_map(|place| self.histories.get(place)).filter(is_near).collect()
    }
}
