//! What the lake has of a table and account, group by group, beside rows that come in the same order.
//!
//! Reads only the columns on which identity rests, a batch at a time.

use std::vec::IntoIter;

use super::LakeError;
use super::deduplicate::{KnownFact, Staged, identity_of};
use super::reader::Lake;
use super::sort_key::SortKey;
use super::storage::{self, Batches};

/// The facts of one table and account that earlier commits hold.
pub(super) struct KnownRows<R> {
    cursors: Vec<Cursor<R>>,
}

/// One committed file, whose rows lie in the order of their groups.
struct Cursor<R> {
    batches: Batches,
    rows: IntoIter<R>,
    key: SortKey,
    current: Option<R>,
}

impl<R: Staged> KnownRows<R> {
    /// Begins before the first group.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says.
    pub(super) fn of(lake: &Lake, account: &str) -> Result<Self, LakeError> {
        let mut cursors = Vec::new();
        if R::IS_FACT {
            let columns = Some(R::IDENTITY_COLUMNS).filter(|columns| !columns.is_empty());
            for file in lake.files(R::TABLE, account) {
                let batches = storage::batches(lake.root(), file, columns)?;
                let mut cursor =
                    Cursor { batches, rows: Vec::new().into_iter(), key: SortKey::default(), current: None };
                cursor.advance()?;
                cursors.push(cursor);
            }
        }
        Ok(Self { cursors })
    }

    /// Puts what the lake has of the group of this key into `known`. Keys must be asked for in order.
    ///
    /// # Errors
    /// When a file of the lake cannot be read.
    pub(super) fn group(&mut self, key: &[u8], known: &mut Vec<KnownFact>) -> Result<(), LakeError> {
        known.clear();
        for cursor in &mut self.cursors {
            while let Some(row) = cursor.current.as_ref().filter(|_| cursor.key.bytes() <= key) {
                if cursor.key.bytes() == key {
                    known.push(KnownFact { identity: identity_of(row), fullness: row.fullness() });
                }
                cursor.advance()?;
            }
        }
        Ok(())
    }
}

impl<R: Staged> Cursor<R> {
    fn advance(&mut self) -> Result<(), LakeError> {
        loop {
            self.current = self.rows.next();
            if let Some(row) = &self.current {
                self.key.clear();
                row.group(&mut self.key);
                return Ok(());
            }
            let Some(batch) = self.batches.next() else { return Ok(()) };
            let mut rows = Vec::new();
            R::from_some_columns(&batch?, &mut rows)?;
            self.rows = rows.into_iter();
        }
    }
}
