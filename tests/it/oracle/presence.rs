//! Whether the inventory says that a resource exists.
//!
//! A unit is one resource id in one recorder. At any instant it has said nothing yet, or that the resource is
//! there, or that it is gone (deleted, or missing from a later snapshot).

use std::collections::BTreeMap;

use super::Micros;
use super::evidence::{Evidence, Item, Recorder};

/// What a unit says from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    /// The resource is there.
    Yes,
    /// It is gone.
    No,
}

/// One resource id in one recorder.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    /// Whose unit it is.
    pub(crate) recorder: &'a Recorder,
    /// Its items, by capture time; those that are no evidence are left out.
    pub(crate) items: Vec<&'a Item>,
    /// Changes, by time.
    pub(crate) changes: Vec<(Micros, There)>,
}

impl Unit<'_> {
    /// What it says at an instant.
    pub(crate) fn at(&self, instant: Micros) -> Option<There> {
        self.changes.iter().rev().find(|change| change.0 <= instant).map(|change| change.1)
    }
}

/// The recorder of a unit without items, which does not occur.
static NOBODY: Recorder = (String::new(), String::new());

/// All units, by recorder, type and id.
pub(crate) fn units(evidence: &Evidence) -> BTreeMap<(Recorder, String, String), Unit<'_>> {
    let mut by_unit: BTreeMap<(Recorder, String, String), Vec<&Item>> = BTreeMap::new();
    for ((recorder, kind, id, _), item) in &evidence.items {
        if item.status != "ResourceNotRecorded" {
            by_unit.entry((recorder.clone(), kind.clone(), id.clone())).or_default().push(item);
        }
    }
    by_unit
        .into_iter()
        .map(|(key, items)| {
            let changes = changes(evidence, &key, &items);
            (key, Unit { recorder: items.first().map_or(&NOBODY, |item| &item.recorder), items, changes })
        })
        .collect()
}

/// The instants at which a unit's word changes, from its items and from the snapshots of its recorder.
fn changes(evidence: &Evidence, key: &(Recorder, String, String), items: &[&Item]) -> Vec<(Micros, There)> {
    let mut snapshots: Vec<(Micros, bool)> = evidence
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.recorder == key.0 && !snapshot.listed.is_empty())
        .map(|snapshot| (snapshot.time, snapshot.listed.contains(&(key.1.clone(), key.2.clone()))))
        .collect();
    snapshots.sort_unstable();
    let mut changes: Vec<(Micros, There)> =
        items.iter().map(|item| (item.capture, if item.is_deletion() { There::No } else { There::Yes })).collect();
    for (time, lists) in snapshots {
        let Some(last) = items.iter().rev().find(|item| item.capture <= time) else { continue };
        if last.is_deletion() {
            continue;
        }
        changes.push((time, if lists { There::Yes } else { There::No }));
    }
    changes.sort_by_key(|change| change.0);
    changes
}
