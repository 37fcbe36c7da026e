//! Rows between reading and commit: in memory up to a budget, beyond it in the staging folder.
//!
//! While staged, a row's `evidence_id` holds the number of its file in this ingest: ids are known
//! only once the last byte of a file is hashed. No order is kept or promised here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::schema::{
    ConditionRow, CredentialRow, EvaluationRow, FindingRow, ItemRow, ListingRow, Row, RuleRow, SnapshotRow,
};
use super::{LakeError, layout, storage};

/// How much staged rows may take in memory before they go to disk, in bytes.
const MEMORY_BYTES: usize = 96 * 1024 * 1024;

/// The rows of one account.
#[derive(Debug, Default)]
pub(super) struct AccountTables {
    pub(super) items: Vec<ItemRow>,
    pub(super) evaluations: Vec<EvaluationRow>,
    pub(super) findings: Vec<FindingRow>,
    pub(super) rules: Vec<RuleRow>,
    pub(super) credentials: Vec<CredentialRow>,
    pub(super) conditions: Vec<ConditionRow>,
    pub(super) snapshots: Vec<SnapshotRow>,
    pub(super) listings: Vec<ListingRow>,
}

/// Does one thing with each table of an [`AccountTables`].
macro_rules! each_table {
    ($tables:expr, $rows:ident => $action:expr) => {{
        let $rows = &mut $tables.items;
        $action;
        let $rows = &mut $tables.evaluations;
        $action;
        let $rows = &mut $tables.findings;
        $action;
        let $rows = &mut $tables.rules;
        $action;
        let $rows = &mut $tables.credentials;
        $action;
        let $rows = &mut $tables.conditions;
        $action;
        let $rows = &mut $tables.snapshots;
        $action;
        let $rows = &mut $tables.listings;
        $action;
    }};
}

impl AccountTables {
    fn append(&mut self, mut other: Self) {
        self.items.append(&mut other.items);
        self.evaluations.append(&mut other.evaluations);
        self.findings.append(&mut other.findings);
        self.rules.append(&mut other.rules);
        self.credentials.append(&mut other.credentials);
        self.conditions.append(&mut other.conditions);
        self.snapshots.append(&mut other.snapshots);
        self.listings.append(&mut other.listings);
    }

    fn weight(&mut self) -> usize {
        let mut weight = 0;
        each_table!(self, rows => weight += rows.iter().map(Row::weight).sum::<usize>());
        weight
    }
}

/// Rows by account.
pub(super) type Batch = BTreeMap<String, AccountTables>;

#[derive(Debug, Default)]
struct Held {
    accounts: Batch,
    weight: usize,
    /// Spill files of each account.
    spilled: BTreeMap<String, Vec<PathBuf>>,
    spills: u64,
}

/// Where all workers of an ingest put their rows.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    held: Mutex<Held>,
}

impl Staging {
    /// An empty staging area; what an ingest that was stopped left behind is removed.
    ///
    /// # Errors
    /// When the folder cannot be emptied.
    pub(super) fn open(root: &Path) -> Result<Self, LakeError> {
        let staging = Self { folder: layout::staging(root), held: Mutex::default() };
        staging.clear()?;
        Ok(staging)
    }

    /// Removes the folder and all in it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(super) fn clear(&self) -> Result<(), LakeError> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|error| LakeError::io(&self.folder, error))?;
        }
        Ok(())
    }

    /// Takes in a worker's rows.
    ///
    /// # Errors
    /// When rows that go to disk cannot be written.
    pub(super) fn add(&self, mut batch: Batch) -> Result<(), LakeError> {
        let weight: usize = batch.values_mut().map(AccountTables::weight).sum();
        let full = {
            let mut held = self.lock();
            for (account, tables) in batch {
                held.accounts.entry(account).or_default().append(tables);
            }
            held.weight += weight;
            if held.weight <= MEMORY_BYTES {
                return Ok(());
            }
            held.weight = 0;
            held.spills += 1;
            (held.spills, std::mem::take(&mut held.accounts))
        };
        self.spill(full.0, full.1)
    }

    fn spill(&self, number: u64, accounts: Batch) -> Result<(), LakeError> {
        for (account, mut tables) in accounts {
            let folder = self.folder.join(format!("a{account}")).join(number.to_string());
            each_table!(tables, rows => spill_table(&folder, rows)?);
            self.lock().spilled.entry(account).or_default().push(folder);
        }
        Ok(())
    }

    /// The accounts that have rows.
    pub(super) fn accounts(&self) -> Vec<String> {
        let held = self.lock();
        let mut accounts: Vec<String> = held.accounts.keys().chain(held.spilled.keys()).cloned().collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// Takes all rows of an account out.
    ///
    /// # Errors
    /// When rows on disk cannot be read back.
    pub(super) fn take(&self, account: &str) -> Result<AccountTables, LakeError> {
        let (tables, spilled) = {
            let mut held = self.lock();
            (held.accounts.remove(account), held.spilled.remove(account))
        };
        let mut tables = tables.unwrap_or_default();
        for folder in spilled.unwrap_or_default() {
            each_table!(tables, rows => read_spill(&folder, rows)?);
            std::fs::remove_dir_all(&folder).map_err(|error| LakeError::io(&folder, error))?;
        }
        Ok(tables)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        // A poisoned lock means that another worker panicked; its panic is what ends the program.
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn spill_file<R: Row>(folder: &Path) -> PathBuf {
    folder.join(format!("{}.parquet", R::TABLE))
}

fn spill_table<R: Row>(folder: &Path, rows: &[R]) -> Result<(), LakeError> {
    if rows.is_empty() { Ok(()) } else { storage::write(&spill_file::<R>(folder), rows, false) }
}

fn read_spill<R: Row>(folder: &Path, rows: &mut Vec<R>) -> Result<(), LakeError> {
    let path = spill_file::<R>(folder);
    if path.exists() { storage::read(&path, rows) } else { Ok(()) }
}
