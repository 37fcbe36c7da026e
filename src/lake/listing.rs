//! What each snapshot listed, kept as runs of consecutive snapshots.
//!
//! A resource costs one bit a snapshot while files are read, and one row a run at rest.

use std::collections::HashMap;

use super::schema::{ListingRow, SnapshotRow};
use crate::model::{Instant, Recorder};

/// A resource as snapshots list it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ListedResource {
    pub(super) resource_type: String,
    pub(super) resource_id: String,
    pub(super) compliance_item: bool,
}

#[derive(Debug)]
struct ReadSnapshot {
    taken_at: Instant,
    file: u32,
    whole: bool,
    listed: u64,
}

/// The snapshots of one recorder that one worker read.
#[derive(Debug, Default)]
pub(super) struct Listings {
    numbers: HashMap<ListedResource, u32>,
    resources: Vec<ListedResource>,
    /// For each resource, a bit for each snapshot in the order of reading.
    bits: Vec<Vec<u64>>,
    snapshots: Vec<ReadSnapshot>,
}

impl Listings {
    /// The number by which a resource is listed.
    pub(super) fn number(&mut self, resource: ListedResource) -> u32 {
        if let Some(number) = self.numbers.get(&resource) {
            return *number;
        }
        let number = u32::try_from(self.resources.len()).unwrap_or(u32::MAX);
        self.resources.push(resource.clone());
        self.bits.push(Vec::new());
        self.numbers.insert(resource, number);
        number
    }

    /// Takes in a snapshot that lists `numbers`. One that lists nothing infers nothing (spec section
    /// 3.2) and is not kept.
    pub(super) fn add_snapshot(&mut self, taken_at: Instant, file: u32, whole: bool, numbers: &[u32]) {
        if numbers.is_empty() {
            return;
        }
        let ordinal = self.snapshots.len();
        let mut listed = 0;
        for number in numbers {
            let Some(bits) = self.bits.get_mut(*number as usize) else { continue };
            let word = ordinal >> 6;
            if bits.len() <= word {
                bits.resize(word + 1, 0);
            }
            if let Some(bits) = bits.get_mut(word) {
                let bit = 1_u64 << (ordinal & 63);
                listed += u64::from(*bits & bit == 0);
                *bits |= bit;
            }
        }
        self.snapshots.push(ReadSnapshot { taken_at, file, whole, listed });
    }

    /// The rows at rest. Snapshots of one moment are one: they list what any of them lists.
    pub(super) fn rows(&self, recorder: &Recorder, segment: &str) -> (Vec<SnapshotRow>, Vec<ListingRow>) {
        let mut order: Vec<usize> = (0..self.snapshots.len()).collect();
        order.sort_by_key(|at| self.snapshots.get(*at).map(|snapshot| (snapshot.taken_at, snapshot.file)));
        let moments = self.moments(&order);
        let snapshots = order
            .iter()
            .filter_map(|at| self.snapshots.get(*at))
            .map(|snapshot| SnapshotRow {
                recorder_account: recorder.account.to_string(),
                recorder_region: recorder.region.to_string(),
                segment: segment.to_owned(),
                taken_at: snapshot.taken_at,
                listed: snapshot.listed,
                whole: snapshot.whole,
                evidence_id: snapshot.file.to_string(),
            })
            .collect();
        let mut listings = Vec::new();
        for (resource, bits) in self.resources.iter().zip(&self.bits) {
            for (first_listed, last_listed) in runs(&moments, bits) {
                listings.push(ListingRow {
                    recorder_account: recorder.account.to_string(),
                    recorder_region: recorder.region.to_string(),
                    segment: segment.to_owned(),
                    resource_type: resource.resource_type.clone(),
                    resource_id: resource.resource_id.clone(),
                    compliance_item: resource.compliance_item,
                    first_listed,
                    last_listed,
                });
            }
        }
        (snapshots, listings)
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
fn runs(moments: &[(Instant, Vec<usize>)], bits: &[u64]) -> Vec<(Instant, Instant)> {
    let is_set = |at: &usize| bits.get(at >> 6).is_some_and(|word| word >> (at & 63) & 1 == 1);
    let mut runs: Vec<(Instant, Instant)> = Vec::new();
    let mut open = false;
    for (moment, snapshots) in moments {
        let listed = snapshots.iter().any(is_set);
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
    use super::{ListedResource, Listings};
    use crate::model::{AccountId, Instant, Recorder, Region};

    fn resource(id: &str) -> ListedResource {
        ListedResource { resource_type: "AWS::EC2::VPC".into(), resource_id: id.into(), compliance_item: false }
    }

    #[test]
    fn a_resource_that_stays_takes_one_row_however_many_snapshots_there_are() {
        let recorder = Recorder {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
        };
        let mut listings = Listings::default();
        let (stays, pauses) = (listings.number(resource("stays")), listings.number(resource("pauses")));
        // Read in an order that is not that of time.
        for day in [3_i64, 1, 2, 0].into_iter().chain(4..200) {
            let numbers = if (50..60).contains(&day) { vec![stays] } else { vec![stays, pauses] };
            listings.add_snapshot(Instant::from_microseconds(day), 7, true, &numbers);
        }
        listings.add_snapshot(Instant::from_microseconds(500), 8, true, &[]);
        let (snapshots, rows) = listings.rows(&recorder, "1-0");
        assert_eq!(snapshots.len(), 200);
        let runs: Vec<(&str, i64, i64)> = rows
            .iter()
            .map(|row| (row.resource_id.as_str(), row.first_listed.microseconds(), row.last_listed.microseconds()))
            .collect();
        assert_eq!(runs, [("stays", 0, 199), ("pauses", 0, 49), ("pauses", 60, 199)]);
    }
}
