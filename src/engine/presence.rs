//! When a resource exists, as configuration items and snapshots show it (spec sections 3.1, 3.2).
//!
//! The same rules serve resources and rule-compliance items: both are items that a recorder captures,
//! lists in snapshots, deletes, or silently drops.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::reperformance::recording::Recording;
use crate::lake::{ListingRow, SnapshotRow};
use crate::model::{EvidenceId, EvidenceReference, Instant};

/// A snapshot that may infer absence: read whole, and not empty.
#[derive(Clone, Debug)]
struct UsableSnapshot {
    taken_at: Instant,
    segment: Arc<str>,
    reference: EvidenceReference,
}

/// Which resource a listing is of: whether it is a compliance item, type, id.
type Listed = (bool, String, String);

/// One recorder's snapshots, and what they list.
#[derive(Debug, Default)]
pub(super) struct RecorderSnapshots {
    snapshots: Vec<UsableSnapshot>,
    runs: HashMap<Listed, Vec<Run>>,
    /// What the recorder says that it records.
    recording: Recording,
}

#[derive(Debug)]
struct Run {
    segment: Arc<str>,
    first: Instant,
    last: Instant,
}

/// What happened to an item, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event<'a, T> {
    /// An item was captured.
    Captured(&'a T),
    /// A deletion was captured.
    Deleted(&'a T),
    /// A snapshot does not list it, though its last item is no deletion.
    Dropped(EvidenceReference),
    /// A later snapshot lists it again; its last item holds again.
    Relisted(&'a T, EvidenceReference),
}

/// One captured item as presence sees it.
pub(super) trait Captured {
    /// Its capture time.
    fn at(&self) -> Instant;
    /// Whether it says that the resource is gone.
    fn is_deletion(&self) -> bool;
}

impl RecorderSnapshots {
    /// Sorts an account's snapshots and listings by the region of their recorder.
    pub(super) fn by_region(
        snapshots: Vec<SnapshotRow>,
        listings: Vec<ListingRow>,
        recording: &BTreeMap<String, Recording>,
    ) -> HashMap<String, Self> {
        let mut of_regions: HashMap<String, Self> = HashMap::new();
        for (region, recording) in recording {
            of_regions.entry(region.clone()).or_default().recording = recording.clone();
        }
        for row in snapshots {
            if !row.whole || row.listed == 0 {
                continue;
            }
            let reference = EvidenceReference { evidence: EvidenceId::of_sha256(&row.evidence_id), record: 0 };
            let snapshot = UsableSnapshot { taken_at: row.taken_at, segment: row.segment, reference };
            of_regions.entry(row.recorder_region.to_string()).or_default().snapshots.push(snapshot);
        }
        for row in listings {
            let run = Run { segment: row.segment, first: row.first_listed, last: row.last_listed };
            let listed = (row.compliance_item, row.resource_type, row.resource_id);
            of_regions.entry(row.recorder_region.to_string()).or_default().runs.entry(listed).or_default().push(run);
        }
        of_regions.into_iter().map(|(region, recorder)| (region, recorder.in_order())).collect()
    }

    fn in_order(mut self) -> Self {
        self.snapshots.sort_by(|left, right| {
            (left.taken_at, &left.reference, &left.segment).cmp(&(right.taken_at, &right.reference, &right.segment))
        });
        self
    }

    /// All that happened to one item: its captures (in order of time, deletions last among equals)
    /// merged with what snapshots say of it.
    pub(super) fn events<'a, T: Captured>(&self, listed: &Listed, captures: &'a [T]) -> Vec<(Instant, Event<'a, T>)> {
        let runs = self.runs.get(listed).map(Vec::as_slice).unwrap_or_default();
        let mut events: Vec<(Instant, Event<'a, T>)> = Vec::new();
        let mut pending = captures.iter().peekable();
        let mut last: Option<&'a T> = None;
        let mut is_dropped = false;
        for moment in self.snapshots.chunk_by(|left, right| left.taken_at == right.taken_at) {
            let Some(first) = moment.first() else { continue };
            while let Some(capture) = pending.next_if(|capture| capture.at() <= first.taken_at) {
                events.push((capture.at(), captured(capture)));
                (last, is_dropped) = (Some(capture), false);
            }
            let Some(shown) = last.filter(|last| !last.is_deletion()) else { continue };
            let is_listed = moment.iter().any(|snapshot| {
                runs.iter().any(|run| {
                    run.segment == snapshot.segment && run.first <= snapshot.taken_at && snapshot.taken_at <= run.last
                })
            });
            // A recorder that leaves a type out is silent about its resources, whether they exist or not.
            let is_left_out = !listed.0 && self.recording.excludes(&listed.1, first.taken_at);
            match (is_listed, is_dropped) {
                (false, false) if is_left_out => continue,
                (false, false) => events.push((first.taken_at, Event::Dropped(first.reference.clone()))),
                (true, true) => events.push((first.taken_at, Event::Relisted(shown, first.reference.clone()))),
                _ => continue,
            }
            is_dropped = !is_listed;
        }
        events.extend(pending.map(|capture| (capture.at(), captured(capture))));
        events
    }
}

fn captured<T: Captured>(capture: &T) -> Event<'_, T> {
    if capture.is_deletion() { Event::Deleted(capture) } else { Event::Captured(capture) }
}
