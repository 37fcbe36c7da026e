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
            let bytes = Bytes { path: row.path, bundle: row.bundle, sha256: row.sha256 };
            if let Usable::AllBut(lost) = usable {
                let best = known.best.entry(bytes.clone()).or_insert(lost);
                *best = lost.min(*best);
            }
            let (account, region, time) = (row.account, row.region, row.evidence_time);
            known.readings.insert(Reading { bytes, account, region, time, usable });
        }
        known
    }

    /// Whether the ledger has this reading of the file, or one of which more could be used.
    pub(super) fn has(&self, file: &ReadFile, outcome: &str) -> bool {
        let report = &file.report;
        let sha256 = file.custody.as_ref().map(|custody| custody.sha256.clone()).unwrap_or_default();
        let bytes = Bytes { path: file.path.clone(), bundle: file.bundle.clone(), sha256 };
        let usable = Usable::of(outcome, report.rejected);
        if self.best.get(&bytes).is_some_and(|lost| usable.is_less_than(*lost)) {
            return true;
        }
        self.readings.contains(&Reading {
            bytes,
            account: report.account.as_ref().map(ToString::to_string).unwrap_or_default(),
            region: report.region.as_ref().map(ToString::to_string).unwrap_or_default(),
            time: report.time,
            usable,
        })
    }
}
