//! The observations behind streams, kept for whoever wants to count again: packed, because there are many of
//! them and nobody reads them while an assessment is made.

use std::sync::Arc;

use super::identity::SubjectKey;
use super::results::explanation::Origin;
use super::results::tables::ObservationRow;
use super::timeline::{Detail, Observation};
use crate::lake::{LakeError, Row};
use crate::model::{EvidenceReference, Instant, Source, Status};

/// Bytes of rows that are packed together.
const BLOCK_BYTES: usize = 1024 * 1024;

/// A stream whose observations were kept.
#[derive(Clone, Debug)]
pub(super) struct ObservedStream {
    pub(super) source: Source,
    /// Place of the test in the catalog.
    pub(super) test: usize,
    pub(super) subject: SubjectKey,
    pub(super) origin: Origin,
    pub(super) vouched_until: Instant,
    /// How many rows of the packed ones are its own.
    pub(super) rows: u64,
}

/// What was packed cannot be unpacked.
const UNREADABLE: LakeError = LakeError::Staged { table: "observations" };

/// Streams in order, and their rows one after the other.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    pub(super) streams: Vec<ObservedStream>,
    /// Rows in blocks, each compressed; rows do not go over from one block to the next.
    blocks: Vec<Vec<u8>>,
    open: Vec<u8>,
}

impl Observed {
    /// Keeps a stream's observations where they are new; those that repeat the one before are counted.
    pub(super) fn add(
        &mut self,
        stream: ObservedStream,
        observations: &[Observation],
        detail: Detail,
    ) -> Result<(), LakeError> {
        let rows = new_ones(observations, detail);
        for row in &rows {
            row.encode(&mut self.open);
            if self.open.len() >= BLOCK_BYTES {
                self.pack()?;
            }
        }
        self.streams.push(ObservedStream { rows: rows.len() as u64, ..stream });
        Ok(())
    }

    /// Packs what was added last.
    pub(super) fn pack(&mut self) -> Result<(), LakeError> {
        if !self.open.is_empty() {
            self.blocks.push(zstd::encode_all(self.open.as_slice(), 1).map_err(|_| UNREADABLE)?);
            self.open = Vec::new();
        }
        Ok(())
    }

    /// Takes in what comes after.
    pub(super) fn append(&mut self, mut other: Self) {
        self.streams.append(&mut other.streams);
        self.blocks.append(&mut other.blocks);
    }

    /// The rows of all streams, in order, each with the number of its stream, from 1.
    pub fn rows(&self) -> impl Iterator<Item = Result<ObservationRow, LakeError>> + '_ {
        let numbers =
            self.streams.iter().zip(1_u64..).flat_map(|(stream, number)| (0..stream.rows).map(move |_| number));
        let rows =
            self.blocks.iter().flat_map(|block| Unpacked { bytes: zstd::decode_all(block.as_slice()).ok(), at: 0 });
        numbers.zip(rows).map(|(number, row)| row.map(|row| ObservationRow { stream: number, ..row }))
    }
}

/// The rows of one block.
struct Unpacked {
    bytes: Option<Vec<u8>>,
    at: usize,
}

impl Iterator for Unpacked {
    type Item = Result<ObservationRow, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(bytes) = &self.bytes else {
            self.bytes = Some(Vec::new());
            return Some(Err(UNREADABLE));
        };
        let mut rest = bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let row = ObservationRow::decode(&mut rest);
        self.at = bytes.len() - rest.len();
        if row.is_none() {
            self.bytes = Some(Vec::new());
        }
        Some(row.ok_or(UNREADABLE))
    }
}

/// A stream's observations in order of time, the one that counts first at each instant. An instant at which nothing is
/// said but what counted last is counted as a repetition of it.
fn new_ones(observations: &[Observation], detail: Detail) -> Vec<ObservationRow> {
    let mut ordered: Vec<&Observation> = observations.iter().collect();
    ordered.sort_by(|left, right| left.order(right));
    let mut rows: Vec<ObservationRow> = Vec::new();
    // What counted last, and the place of its row.
    let mut last: Option<(&Observation, usize)> = None;
    for moment in ordered.chunk_by(|left, right| left.at == right.at) {
        let says_it_again = |said: &&Observation| last.is_some_and(|(known, _)| detail.says_the_same(known, said));
        if moment.iter().all(says_it_again) {
            if let Some(row) = last.and_then(|(_, place)| rows.get_mut(place)) {
                row.repeated += 1;
            }
            continue;
        }
        last = moment.first().map(|first| (*first, rows.len()));
        let mut told: Option<&Observation> = None;
        for said in moment {
            if !told.is_some_and(|told| detail.says_the_same(told, said)) {
                rows.push(row(said));
            }
            told = Some(said);
        }
    }
    rows
}

fn row(observation: &Observation) -> ObservationRow {
    let Observation { at, status, suppressed, reference, reason } = observation;
    let EvidenceReference { evidence, record } = reference;
    ObservationRow {
        stream: 0,
        observed_at: *at,
        observed_epoch: at.microseconds(),
        status: status.name().into(),
        severity_rank: rank(*status),
        suppressed: *suppressed,
        repeated: 0,
        reason: reason.clone().unwrap_or_else(|| Arc::from("")),
        evidence_id: evidence.as_str().into(),
        record_number: *record,
    }
}

/// Which status counts first of several at one instant (spec section 3.8).
const fn rank(status: Status) -> u64 {
    match status {
        Status::Fail => 0,
        Status::Pass => 1,
        Status::NotApplicable => 2,
        Status::Unknown => 3,
        Status::Ended => 4,
    }
}
