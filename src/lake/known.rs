//! Which files of an ingest the lake's ledger has already.
//!
//! The same bytes in the same place are not always the same evidence: in another account's folder, or
//! with an account or a time supplied, they say something else, or something at last. So what is known
//! is a reading of a file: what it was taken for, and how much of it could be used.

use std::collections::{HashMap, HashSet};

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

    fn of(file: &ReadFile) -> Self {
        let sha256 = file.custody.as_ref().map(|custody| custody.sha256.clone()).unwrap_or_default();
        Self { path: file.path.clone(), bundle: file.bundle.clone(), sha256 }
    }
}

/// What a file was taken for, and what of it could be used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Reading {
    bytes: Bytes,
    account: String,
    region: String,
    time: Option<Instant>,
    usable: Usable,
}

/// How much of a file could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// The files in a lake's ledger.
#[derive(Debug, Default)]
pub(super) struct KnownFiles {
    readings: HashSet<Reading>,
    /// The fewest records that any reading lost of a file of which something was used.
    best: HashMap<Bytes, u64>,
}

impl KnownFiles {
    /// The files of a ledger.
    pub(super) fn of(ledger: Vec<FileRow>) -> Self {
        let mut known = Self::default();
        for row in ledger {
            let usable = Usable::of(&row.outcome, row.records_rejected);
            let bytes = Bytes::of_row(&row);
            if let Usable::AllBut(lost) = usable {
                let best = known.best.entry(bytes.clone()).or_insert(lost);
                *best = lost.min(*best);
            }
            let (account, region, time) = (row.account, row.region, row.evidence_time);
            known.readings.insert(Reading { bytes, account, region, time, usable });
        }
        known
    }

    /// Whether the ledger has this reading of the file, or a better one.
    pub(super) fn has(&self, file: &ReadFile, outcome: &str) -> bool {
        let report = &file.report;
        self.has_better(file, outcome)
            || self.readings.contains(&Reading {
                bytes: Bytes::of(file),
                account: report.account.as_ref().map(ToString::to_string).unwrap_or_default(),
                region: report.region.as_ref().map(ToString::to_string).unwrap_or_default(),
                time: report.time,
                usable: Usable::of(outcome, report.rejected),
            })
    }

    /// Whether the ledger has a reading of the file of which more could be used: then this one, made
    /// without what was supplied at that time, adds nothing.
    pub(super) fn has_better(&self, file: &ReadFile, outcome: &str) -> bool {
        let usable = Usable::of(outcome, file.report.rejected);
        self.best.get(&Bytes::of(file)).is_some_and(|lost| usable.is_less_than(*lost))
    }
}
