//! What is new of one account, from the staging area into its tables. Commits nothing.

use std::path::PathBuf;
use std::sync::Mutex;

use rayon::prelude::*;

use super::commit::CommittedFile;
use super::deduplicate::{FileRanks, Found, Staged, TABLES, deduplicate};
use super::fingerprint::Fingerprinter;
use super::kept::Kept;
use super::known_rows::KnownRows;
use super::reader::Lake;
use super::schema::{
    ConditionRow, CredentialRow, EvaluationRow, FindingRow, ItemRow, ListingRow, RuleRow, SnapshotRow,
};
use super::staging::Staging;
use super::storage::TableWriter;
use super::table::Row;
use super::{LakeError, layout};

/// Writes one table, if something of it is new.
type WriteTable<W> = fn(&W) -> Result<Option<CommittedFile>, LakeError>;

/// Writes what is new of one account.
pub(super) struct AccountWriter<'a> {
    pub(super) account: &'a str,
    /// The number of the commit that they are for.
    pub(super) commit: u64,
    pub(super) ranks: &'a FileRanks,
    pub(super) lake: &'a Lake,
    pub(super) staging: &'a Staging,
    pub(super) fingerprinter: Fingerprinter,
    /// Which records of which files are new.
    pub(super) kept: &'a Mutex<Kept>,
}

impl AccountWriter<'_> {
    /// Writes all tables, side by side; the files of those in which something is new.
    ///
    /// # Errors
    /// When staged rows or the lake cannot be read, or a file cannot be written.
    pub(super) fn write(&self) -> Result<Vec<CommittedFile>, LakeError> {
        let tables: [WriteTable<Self>; TABLES] = [
            Self::table::<ItemRow>,
            Self::table::<EvaluationRow>,
            Self::table::<FindingRow>,
            Self::table::<RuleRow>,
            Self::table::<CredentialRow>,
            Self::table::<ConditionRow>,
            Self::table::<SnapshotRow>,
            Self::table::<ListingRow>,
        ];
        let written: Vec<Option<CommittedFile>> =
            tables.par_iter().map(|table| table(self)).collect::<Result<_, LakeError>>()?;
        Ok(written.into_iter().flatten().collect())
    }

    fn table<R: Staged>(&self) -> Result<Option<CommittedFile>, LakeError> {
        let mut groups = self.staging.groups::<R>(self.account)?;
        let known_rows = KnownRows::of(self.lake, self.account, &groups, self.fingerprinter)?;
        let path = layout::account_file(R::TABLE, self.account, self.commit);
        let mut new = NewRows::<R> {
            location: self.lake.root().join(&path),
            ranks: self.ranks,
            kept: Kept::default(),
            writer: None,
        };
        let mut group = Vec::new();
        while let Some(key) = groups.next() {
            let known = known_rows.group(key);
            if known.is_empty() && groups.take_lone(|found, row| new.encoded(found, row))? {
                continue;
            }
            groups.take(&mut group)?;
            deduplicate(&mut group, self.ranks, known, &self.fingerprinter);
            for (found, row) in group.drain(..) {
                new.row(found, &row)?;
            }
        }
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(new.kept);
        new.writer.map(|writer| writer.finish(self.account, path)).transpose()
    }
}

/// The rows of a table that are new, on their way into its file, which is made for the first of them.
struct NewRows<'a, R: Row> {
    location: PathBuf,
    ranks: &'a FileRanks,
    kept: Kept,
    writer: Option<TableWriter<R>>,
}

impl<R: Staged> NewRows<'_, R> {
    /// A row as it was staged.
    fn encoded(&mut self, found: Found, row: &[u8]) -> Result<(), LakeError> {
        let id = self.ranks.id(found.file);
        self.writer(found)?.push_encoded(row, Some(id))
    }

    /// A row with its ledger id.
    fn row(&mut self, found: Found, row: &R) -> Result<(), LakeError> {
        self.writer(found)?.push(row)
    }

    fn writer(&mut self, found: Found) -> Result<&mut TableWriter<R>, LakeError> {
        if R::IS_FACT {
            self.kept.mark(found.file, found.record);
        }
        match &mut self.writer {
            Some(writer) => Ok(writer),
            empty @ None => Ok(empty.insert(TableWriter::create(self.location.clone())?)),
        }
    }
}
