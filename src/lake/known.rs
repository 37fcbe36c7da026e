//! Which files of an ingest the lake's ledger has already.
//!
//! The same bytes in the same place are not always the same evidence: in another account's folder, or
//! with an account or a time supplied, they say something else, or something at last. So what is known
//! is a reading of a file: what it was taken for, and how much of it could be used.

use std::collections::{HashMap, HashSet};

use super::fingerprint::{ByFingerprint, Fingerprint, Fingerprinter, Fingerprints};
use super::intake::ReadFile;
use super::outcome;
use super::schema::FileRow;
use crate::model::Instant;

/// Where a file lay, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bytes {
    path: String,
    bundle: String,
    sha256: String,
}

impl Bytes {
    fn of_row(row: &FileRow) -> Self {
        Self { path: row.path.clone(), bundle: row.bundle.clone(), sha256: row.sha256.clone() }
    }
}

/// How much of a file could be used.
#[derive(Clone, Copy, Debug)]
enum Usable {
    Nothing,
    /// All but so many records.
    AllBut(u64),
}

impl Usable {
    fn of(outcome: &str, rejected: u64) -> Self {
        if outcome::is_unused(outcome) { Self::Nothing } else { Self::AllBut(rejected) }
    }

    fn is_less_than(self, rejected: u64) -> bool {
        match self {
            Self::Nothing => true,
            Self::AllBut(lost) => lost > rejected,
        }
    }
}

/// Takes out the `rows` that readings of a later commit replace. A record that such a reading found again
/// was kept once, and counts as kept where the file now stands.
pub(super) fn replace(rows: &mut Vec<FileRow>, later: &mut [FileRow]) {
    let mut places: HashMap<Bytes, Vec<usize>> = HashMap::new();
    for (at, row) in later.iter().enumerate() {
        places.entry(Bytes::of_row(row)).or_default().push(at);
    }
    rows.retain(|row| {
        let mut again = places.get(&Bytes::of_row(row)).into_iter().flatten();
        let Some(at) = again.find(|at| later.get(**at).is_some_and(|later| is_replaced(row, later))) else {
            return true;
        };
        if let Some(later) = later.get_mut(*at) {
            let found_again = row.records_kept.min(later.records_duplicate);
            later.records_kept += found_again;
            later.records_duplicate -= found_again;
        }
        false
    });
}

/// Takes out the `rows` of files that could not be read at all where another reading of the same place could: what
/// stood in the way then, says nothing of the evidence.
pub(super) fn forget_failures(rows: &mut Vec<FileRow>) {
    let place = |row: &FileRow| (row.path.clone(), row.bundle.clone());
    let mut failed: HashSet<_> = rows.iter().filter(|row| row.sha256.is_empty()).map(place).collect();
    if failed.is_empty() {
        return;
    }
    let read: HashSet<_> = rows.iter().filter(|row| !row.sha256.is_empty()).map(place).collect();
    failed.retain(|place| read.contains(place));
    rows.retain(|row| !row.sha256.is_empty() || !failed.contains(&place(row)));
}

/// Whether a row of the same bytes in the same place makes up for an earlier one: because nothing could
/// be used then, or because more can be used now and what was said of the file then still holds.
fn is_replaced(row: &FileRow, later: &FileRow) -> bool {
    if outcome::is_rejected(&later.outcome) {
        return false;
    }
    let holds = |then: &str, now: &str| then.is_empty() || then == now;
    let is_same_place = holds(&row.account, &later.account)
        && holds(&row.region, &later.region)
        && (row.evidence_time.is_none() || row.evidence_time == later.evidence_time);
    outcome::is_unused(&row.outcome) || (is_same_place && later.records_rejected < row.records_rejected)
}

/// The files in a lake's ledger, as fingerprints: there may be millions.
#[derive(Debug)]
pub(super) struct KnownFiles {
    fingerprinter: Fingerprinter,
    readings: Fingerprints,
    /// Files of which some reading lost nothing.
    whole: Fingerprints,
    /// The fewest records that any reading lost of the other files of which something was used.
    lost: ByFingerprint<u64>,
}

impl KnownFiles {
    /// No files.
    pub(super) fn new(fingerprinter: Fingerprinter) -> Self {
        Self {
            fingerprinter,
            readings: Fingerprints::default(),
            whole: Fingerprints::default(),
            lost: ByFingerprint::default(),
        }
    }

    /// Takes in a row of the ledger.
    pub(super) fn add(&mut self, row: &FileRow) {
        let usable = Usable::of(&row.outcome, row.records_rejected);
        let bytes = self.bytes(&row.path, &row.bundle, &row.sha256);
        match usable {
            Usable::Nothing => {}
            Usable::AllBut(0) => {
                self.whole.insert(bytes);
            }
            Usable::AllBut(lost) => {
                let best = self.lost.entry(bytes).or_insert(lost);
                *best = lost.min(*best);
            }
        }
        let reading = self.reading(bytes, &row.account, &row.region, row.evidence_time, usable);
        self.readings.insert(reading);
    }

    /// Whether the ledger has this reading of the file, or a better one.
    pub(super) fn has(&self, file: &ReadFile, outcome: &str) -> bool {
        if self.readings.is_empty() {
            return false;
        }
        let report = &file.report;
        let account = report.account.as_ref().map(ToString::to_string).unwrap_or_default();
        let region = report.region.as_ref().map(ToString::to_string).unwrap_or_default();
        let usable = Usable::of(outcome, report.rejected);
        let reading = self.reading(self.bytes_of(file), &account, &region, report.time, usable);
        self.has_better(file, outcome) || self.readings.contains(&reading)
    }

    /// Whether the ledger has a reading of the file of which more could be used: then this one, made
    /// without what was supplied at that time, adds nothing.
    pub(super) fn has_better(&self, file: &ReadFile, outcome: &str) -> bool {
        if self.readings.is_empty() {
            return false;
        }
        let usable = Usable::of(outcome, file.report.rejected);
        let bytes = self.bytes_of(file);
        let lost = if self.whole.contains(&bytes) { Some(0) } else { self.lost.get(&bytes).copied() };
        lost.is_some_and(|lost| usable.is_less_than(lost))
    }

    fn bytes_of(&self, file: &ReadFile) -> Fingerprint {
        let sha256 = file.custody.as_ref().map(|custody| custody.sha256.as_str()).unwrap_or_default();
        self.bytes(&file.path, &file.bundle, sha256)
    }

    /// Where a file lay, and its bytes.
    fn bytes(&self, path: &str, bundle: &str, sha256: &str) -> Fingerprint {
        self.fingerprinter.of_all(&[path.as_bytes(), bundle.as_bytes(), sha256.as_bytes()])
    }

    /// What a file was taken for, and what of it could be used.
    fn reading(
        &self,
        bytes: Fingerprint,
        account: &str,
        region: &str,
        time: Option<Instant>,
        usable: Usable,
    ) -> Fingerprint {
        let time = time.map_or(i64::MIN, Instant::microseconds).to_le_bytes();
        let (used, lost) = match usable {
            Usable::Nothing => (0, 0),
            Usable::AllBut(lost) => (1, lost),
        };
        let (bytes, lost): ([u8; 16], [u8; 8]) = (bytes.to_le_bytes(), lost.to_le_bytes());
        self.fingerprinter.of_all(&[&bytes, account.as_bytes(), region.as_bytes(), &time, &[used], &lost])
    }
}
