//! What the lake has of those facts of a table and account of which copies are staged.
//!
//! Reads the committed files one after the other, a batch at a time and only the columns on which identity rests, so
//! that memory grows with what is new and not with how often something was added before.

use super::LakeError;
use super::deduplicate::{KnownFact, Staged, identity_of};
use super::fingerprint::{Fingerprint, Fingerprinter, Fingerprints};
use super::reader::Lake;
use super::sort_key::SortKey;
use super::staging::Groups;
use super::storage;

/// The facts of one table and account that earlier commits hold, as far as staged rows have the same keys.
#[derive(Debug)]
pub(super) struct KnownRows {
    fingerprinter: Fingerprinter,
    /// The keys of facts with what identifies them and their fullness, in the order of keys.
    facts: Vec<(Fingerprint, KnownFact)>,
}

impl KnownRows {
    /// What the lake has of the keys of `groups`, of which none was taken yet.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says; when staged rows cannot be read back.
    pub(super) fn of<R: Staged>(
        lake: &Lake,
        account: &str,
        groups: &Groups<R>,
        fingerprinter: Fingerprinter,
    ) -> Result<Self, LakeError> {
        let mut known = Self { fingerprinter, facts: Vec::new() };
        if !R::IS_FACT || lake.files(R::TABLE, account).next().is_none() {
            return Ok(known);
        }
        let mut keys = Fingerprints::default();
        groups.each_key(|key| {
            keys.insert(fingerprinter.of(key));
        })?;
        if keys.is_empty() {
            return Ok(known);
        }
        let columns = Some(R::IDENTITY_COLUMNS).filter(|columns| !columns.is_empty());
        let (mut rows, mut key): (Vec<R>, _) = (Vec::new(), SortKey::default());
        for file in lake.files(R::TABLE, account) {
            for batch in storage::batches(lake.root(), file, columns)? {
                R::from_some_columns(&batch?, &mut rows)?;
                for row in rows.drain(..) {
                    key.clear();
                    row.group(&mut key);
                    let of_key = fingerprinter.of(key.bytes());
                    if keys.contains(&of_key) {
                        let identity = fingerprinter.of(&identity_of(&row));
                        known.facts.push((of_key, KnownFact { identity, fullness: row.fullness() }));
                    }
                }
            }
        }
        known.facts.sort_unstable_by_key(|(key, _)| *key);
        Ok(known)
    }

    /// What the lake has of the group of this key.
    pub(super) fn group(&self, key: &[u8]) -> &[(Fingerprint, KnownFact)] {
        if self.facts.is_empty() {
            return &[];
        }
        let wanted = self.fingerprinter.of(key);
        let start = self.facts.partition_point(|(key, _)| *key < wanted);
        let behind = self.facts.get(start..).unwrap_or_default();
        let count = behind.partition_point(|(key, _)| *key == wanted);
        behind.get(..count).unwrap_or_default()
    }
}
