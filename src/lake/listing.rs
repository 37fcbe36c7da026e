//! What each snapshot listed, kept as runs of consecutive snapshots.
//!
//! A resource costs one bit a snapshot while files are read, and one row a run at rest.

use std::ops::Range;
use std::sync::Arc;

use super::fingerprint::{ByFingerprint, Fingerprinter};
use super::schema::{ListingRow, SnapshotRow};
use crate::model::{Instant, Recorder};

/// A resource as snapshots list it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListedResource<'a> {
    pub(super) resource_type: &'a str,
    pub(super) resource_id: &'a str,
    pub(super) compliance_item: bool,
}

#[derive(Debug)]
struct ReadSnapshot {
    taken_at: Instant,
    file: u32,
    whole: bool,
    listed: u64,
}

/// Where a resource's id ends in the text of all ids, and what it is.
#[derive(Clone, Copy, Debug)]
struct Resource {
    id_end: usize,
    kind: u32,
    compliance_item: bool,
}

/// The snapshots of one recorder that one worker read.
#[derive(Debug, Default)]
pub(super) struct Listings {
    numbers: ByFingerprint<u32>,
    resources: Vec<Resource>,
    /// All ids, one behind the other.
    ids: String,
    /// The types met.
    kinds: Vec<String>,
    /// For 64 snapshots in the order of reading each: a bit for each of them, resource by resource.
    bits: Vec<Vec<u64>>,
    snapshots: Vec<ReadSnapshot>,
}

impl Listings {
    /// The number by which a resource is listed.
    pub(super) fn number(&mut self, fingerprinter: &Fingerprinter, resource: ListedResource<'_>) -> u32 {
        let fingerprint = fingerprinter.of_all(&[
            &[u8::from(resource.compliance_item)],
            resource.resource_type.as_bytes(),
            resource.resource_id.as_bytes(),
        ]);
        let next = u32::try_from(self.resources.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(fingerprint).or_insert(next);
        if number == next {
            self.ids.push_str(resource.resource_id);
            let kind = self.kind(resource.resource_type);
            let compliance_item = resource.compliance_item;
            self.resources.push(Resource { id_end: self.ids.len(), kind, compliance_item });
        }
        number
    }

    /// The number of a type; there are few of them.
    fn kind(&mut self, resource_type: &str) -> u32 {
        let known = self.kinds.iter().rposition(|kind| kind == resource_type);
        let at = known.unwrap_or_else(|| {
            self.kinds.push(resource_type.to_owned());
            self.kinds.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Roughly how much memory all this takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let words: usize = self.bits.iter().map(Vec::capacity).sum();
        self.numbers.capacity() * 40 + self.resources.capacity() * 16 + self.ids.capacity() + words * 8
    }

    /// Takes in a snapshot that lists `numbers`. One that lists nothing infers nothing (spec section
    /// 3.2) and is not kept.
    pub(super) fn add_snapshot(&mut self, taken_at: Instant, file: u32, whole: bool, numbers: &[u32]) {
        if numbers.is_empty() {
            return;
        }
        let ordinal = self.snapshots.len();
        let (word, bit) = (ordinal >> 6, 1_u64 << (ordinal & 63));
        if self.bits.len() <= word {
            self.bits.resize(word + 1, Vec::new());
        }
        let Some(words) = self.bits.get_mut(word) else { return };
        words.resize(self.resources.len(), 0);
        let mut listed = 0;
        for number in numbers {
            if let Some(bits) = words.get_mut(*number as usize) {
                listed += u64::from(*bits & bit == 0);
                *bits |= bit;
            }
        }
        self.snapshots.push(ReadSnapshot { taken_at, file, whole, listed });
    }

    /// How many resources any snapshot lists.
    pub(super) fn len(&self) -> usize {
        self.resources.len()
    }

    /// Gives the rows of snapshots at rest, each with the number of its file.
    pub(super) fn snapshot_rows(&self, recorder: &Recorder, segment: &str, mut take: impl FnMut(u32, &SnapshotRow)) {
        for snapshot in self.order().iter().filter_map(|at| self.snapshots.get(*at)) {
            let row = SnapshotRow {
                recorder_account: recorder.account.shared(),
                recorder_region: recorder.region.shared(),
                segment: Arc::from(segment),
                taken_at: snapshot.taken_at,
                listed: snapshot.listed,
                whole: snapshot.whole,
                evidence_id: String::new(),
            };
            take(snapshot.file, &row);
        }
    }

    /// Gives the rows of listed resources at rest, of those with these numbers. Snapshots of one moment are one:
    /// they list what any of them lists.
    pub(super) fn listing_rows(
        &self,
        recorder: &Recorder,
        segment: &str,
        numbers: Range<usize>,
        mut take: impl FnMut(&ListingRow),
    ) {
        let moments = self.moments(&self.order());
        let segment: Arc<str> = Arc::from(segment);
        let before = numbers.start.checked_sub(1).and_then(|before| self.resources.get(before));
        let mut id_start = before.map_or(0, |before| before.id_end);
        for (number, resource) in self.resources.iter().enumerate().take(numbers.end).skip(numbers.start) {
            let id = self.ids.get(id_start..resource.id_end).unwrap_or_default();
            id_start = resource.id_end;
            let kind = self.kinds.get(resource.kind as usize).map(String::as_str).unwrap_or_default();
            let is_set = |snapshot: &usize| {
                let word = self.bits.get(snapshot >> 6).and_then(|words| words.get(number));
                word.is_some_and(|word| word >> (snapshot & 63) & 1 == 1)
            };
            for (first_listed, last_listed) in runs(&moments, is_set) {
                take(&ListingRow {
                    recorder_account: recorder.account.shared(),
                    recorder_region: recorder.region.shared(),
                    segment: Arc::clone(&segment),
                    resource_type: kind.to_owned(),
                    resource_id: id.to_owned(),
                    compliance_item: resource.compliance_item,
                    first_listed,
                    last_listed,
                });
            }
        }
    }

    /// The snapshots in the order of their times.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.snapshots.len()).collect();
        order.sort_by_key(|at| self.snapshots.get(*at).map(|snapshot| (snapshot.taken_at, snapshot.file)));
        order
    }

    /// The distinct moments in order, each with the snapshots taken at it.
    fn moments(&self, order: &[usize]) -> Vec<(Instant, Vec<usize>)> {
        let mut moments: Vec<(Instant, Vec<usize>)> = Vec::new();
        for at in order {
            let Some(snapshot) = self.snapshots.get(*at) else { continue };
            match moments.last_mut() {
                Some((moment, snapshots)) if *moment == snapshot.taken_at => snapshots.push(*at),
                _ => moments.push((snapshot.taken_at, vec![*at])),
            }
        }
        moments
    }
}

/// The runs of consecutive moments whose bit is set: first and last moment of each.
fn runs(moments: &[(Instant, Vec<usize>)], is_set: impl Fn(&usize) -> bool) -> Vec<(Instant, Instant)> {
    let mut runs: Vec<(Instant, Instant)> = Vec::new();
    let mut open = false;
    for (moment, snapshots) in moments {
        let listed = snapshots.iter().any(&is_set);
        match runs.last_mut() {
            Some(run) if open && listed => run.1 = *moment,
            _ if listed => runs.push((*moment, *moment)),
            _ => {}
        }
        open = listed;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::{Fingerprinter, ListedResource, Listings};
    use crate::model::{AccountId, Instant, Recorder, Region};

    fn resource(id: &str) -> ListedResource<'_> {
        ListedResource { resource_type: "AWS::EC2::VPC", resource_id: id, compliance_item: false }
    }

    #[test]
    fn a_resource_that_stays_takes_one_row_however_many_snapshots_there_are() {
        let recorder = Recorder {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
        };
        let mut listings = Listings::default();
        let fingerprinter = Fingerprinter::new();
        let stays = listings.number(&fingerprinter, resource("stays"));
        let pauses = listings.number(&fingerprinter, resource("pauses"));
        assert_eq!(listings.number(&fingerprinter, resource("stays")), stays);
        // Read in an order that is not that of time.
        for day in [3_i64, 1, 2, 0].into_iter().chain(4..200) {
            let numbers = if (50..60).contains(&day) { vec![stays] } else { vec![stays, pauses] };
            listings.add_snapshot(Instant::from_microseconds(day), 7, true, &numbers);
        }
        listings.add_snapshot(Instant::from_microseconds(500), 8, true, &[]);
        let (mut snapshots, mut rows) = (Vec::new(), Vec::new());
        listings.snapshot_rows(&recorder, "1-0", |_, row| snapshots.push(row.clone()));
        for numbers in [0..1, 1..listings.len()] {
            listings.listing_rows(&recorder, "1-0", numbers, |row| rows.push(row.clone()));
        }
        assert_eq!(snapshots.len(), 200);
        let runs: Vec<(&str, i64, i64)> = rows
            .iter()
            .map(|row| (row.resource_id.as_str(), row.first_listed.microseconds(), row.last_listed.microseconds()))
            .collect();
        assert_eq!(runs, [("stays", 0, 199), ("pauses", 0, 49), ("pauses", 60, 199)]);
    }
}
