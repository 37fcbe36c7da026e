//! A lake read back: which accounts it has, and all rows of one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::commit::{self, Commit, Commits, CommittedFile};
use super::deduplicate::identity_of;
use super::fingerprint::{ByFingerprint, Fingerprinter};
use super::schema::{
    ConditionRow, CredentialRow, EvaluationRow, FileRow, FindingRow, ItemRow, ListingRow, RuleRow, SnapshotRow,
};
use super::table::Row;
use super::{LakeError, known, storage};

/// A lake as its commits name it at one moment. Every file is checked against its commit before any
/// of its rows is used.
#[derive(Clone, Debug)]
pub struct Lake {
    root: PathBuf,
    commits: Commits,
    /// The files of each account, as places of commits and of files in them; those of no account under "".
    of_account: BTreeMap<String, Vec<(usize, usize)>>,
}

/// All rows of one account.
#[derive(Clone, Debug, Default)]
pub struct AccountRows {
    /// Configuration items.
    pub items: Vec<ItemRow>,
    /// Rule evaluations.
    pub evaluations: Vec<EvaluationRow>,
    /// Findings.
    pub findings: Vec<FindingRow>,
    /// Deployed rules.
    pub rules: Vec<RuleRow>,
    /// Lines of credential reports.
    pub credentials: Vec<CredentialRow>,
    /// What APIs state of the account, its trails and recorders.
    pub conditions: Vec<ConditionRow>,
    /// Snapshots.
    pub snapshots: Vec<SnapshotRow>,
    /// What they list.
    pub listings: Vec<ListingRow>,
}

/// What ties a resource's id to its name (ARN).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TieRow {
    /// Account of the recorder.
    pub recorder_account: String,
    /// Region of the recorder.
    pub recorder_region: String,
    /// Type.
    pub resource_type: String,
    /// Id.
    pub resource_id: String,
    /// Resource name (ARN).
    pub resource_arn: String,
}

impl Lake {
    /// Opens a lake as it is now.
    ///
    /// # Errors
    /// When the folder is no lake of this schema, or a commit record is damaged.
    pub fn open(root: &Path) -> Result<Self, LakeError> {
        commit::check_marker(root)?;
        Ok(Self::with(root, commit::all(root)?))
    }

    fn with(root: &Path, commits: Commits) -> Self {
        let mut lake = Self { root: root.to_owned(), commits, of_account: BTreeMap::new() };
        for place in 0..lake.commits.records.len() {
            lake.index(place);
        }
        lake
    }

    /// The lake's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its commits, in order.
    #[must_use]
    pub fn commits(&self) -> &[Commit] {
        &self.commits.records
    }

    /// SHA-256 of the record of the last commit, which covers all before it, in lower-case hexadecimal; empty
    /// where there is none.
    #[must_use]
    pub fn latest_commit_sha256(&self) -> &str {
        &self.commits.latest_sha256
    }

    /// The lake as it was behind the commit whose record has this SHA-256, by its number, from 1; the number 0
    /// and an empty SHA-256 stand for the lake before its first. `None` where it never had that commit.
    #[must_use]
    pub fn as_of(&self, commit: u64, sha256: &str) -> Option<Self> {
        let count = usize::try_from(commit).ok()?;
        let records = self.commits.records.get(..count)?.to_vec();
        let commits = Commits { records, latest_sha256: sha256.to_owned() };
        (self.commit_sha256(commit)? == sha256).then(|| Self::with(&self.root, commits))
    }

    /// The number that the next commit takes.
    pub(super) fn next_commit(&self) -> u64 {
        self.commits.records.len() as u64 + 1
    }

    /// The ledger: all evidence files ever offered, by path, bundle and content. A file of which more could
    /// be used at a later ingest stands there as it was read then.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says.
    pub fn ledger(&self) -> Result<Vec<FileRow>, LakeError> {
        let mut rows: Vec<FileRow> = Vec::new();
        for file in self.files(FileRow::TABLE, "") {
            let mut later: Vec<FileRow> = Vec::new();
            self.append(file, &mut later)?;
            known::replace(&mut rows, &mut later);
            rows.append(&mut later);
        }
        known::forget_failures(&mut rows);
        rows.sort_by(|left, right| {
            (&left.path, &left.bundle, &left.sha256).cmp(&(&right.path, &right.bundle, &right.sha256))
        });
        Ok(rows)
    }

    /// The files of a table that commits name, in the order of accounts and commits, each found to be what its commit
    /// says.
    ///
    /// # Errors
    /// When one cannot be read, or is not what its commit says.
    pub fn checked_files(&self, table: &str) -> Result<Vec<PathBuf>, LakeError> {
        let named = self.commits.records.iter().flat_map(|commit| &commit.files);
        let mut files: Vec<&CommittedFile> = named.filter(|file| file.table == table).collect();
        files.sort_by(|left, right| (&left.account, &left.path).cmp(&(&right.account, &right.path)));
        files.par_iter().try_for_each(|file| storage::check(&self.root, file))?;
        Ok(files.into_iter().map(|file| self.root.join(&file.path)).collect())
    }

    /// The accounts that have rows, in order.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        self.of_account.keys().filter(|account| !account.is_empty()).cloned().collect()
    }

    /// All rows of an account, table by table in the order at rest.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says.
    pub fn account(&self, account: &str) -> Result<AccountRows, LakeError> {
        Ok(AccountRows {
            items: self.items(account)?,
            evaluations: self.rows(account)?,
            findings: self.rows(account)?,
            rules: self.rows(account)?,
            credentials: self.rows(account)?,
            conditions: self.rows(account)?,
            snapshots: self.rows(account)?,
            listings: self.rows(account)?,
        })
    }

    /// Every distinct pair of id and name (ARN) among an account's items; reads only those columns.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says.
    pub fn ties(&self, account: &str) -> Result<BTreeSet<TieRow>, LakeError> {
        const COLUMNS: [&str; 4] = ["recorder_region", "resource_type", "resource_id", "resource_arn"];
        let mut ties = BTreeSet::new();
        for file in self.files(ItemRow::TABLE, account) {
            for batch in storage::batches(&self.root, file, Some(&COLUMNS))? {
                collect_ties(&batch?, account, &mut ties)?;
            }
        }
        Ok(ties)
    }

    /// Takes in a commit that was just published.
    pub(super) fn extend(&mut self, commit: Commit, sha256: String) {
        self.commits.records.push(commit);
        self.commits.latest_sha256 = sha256;
        self.index(self.commits.records.len() - 1);
    }

    fn index(&mut self, commit: usize) {
        let files = self.commits.records.get(commit).map(|commit| commit.files.as_slice()).unwrap_or_default();
        for (place, file) in files.iter().enumerate() {
            match self.of_account.get_mut(&file.account) {
                Some(places) => places.push((commit, place)),
                None => {
                    self.of_account.insert(file.account.clone(), vec![(commit, place)]);
                }
            }
        }
    }

    /// SHA-256 of the record of a commit; that of commit 0 is empty.
    pub(super) fn commit_sha256(&self, commit: u64) -> Option<&str> {
        let commit = usize::try_from(commit).ok()?;
        match self.commits.records.get(commit) {
            Some(next) => Some(&next.previous),
            None if commit == self.commits.records.len() => Some(&self.commits.latest_sha256),
            None => None,
        }
    }

    /// Gives all rows of the ledger as its commits have them, without holding more than a batch.
    pub(super) fn each_ledger_row(&self, mut take: impl FnMut(FileRow)) -> Result<(), LakeError> {
        for file in self.files(FileRow::TABLE, "") {
            self.each_row_in(file, &mut take)?;
        }
        Ok(())
    }

    /// Gives all rows of a file without holding more than a batch.
    pub(super) fn each_row_in<R: Row>(&self, file: &CommittedFile, take: impl FnMut(R)) -> Result<(), LakeError> {
        self.each_row_of(file, None, take)
    }

    /// Gives all rows of a file, with what some of its columns hold or with all, without holding more than a batch.
    pub(super) fn each_row_of<R: Row>(
        &self,
        file: &CommittedFile,
        columns: Option<&[&str]>,
        mut take: impl FnMut(R),
    ) -> Result<(), LakeError> {
        let mut rows: Vec<R> = Vec::new();
        for batch in storage::batches(&self.root, file, columns)? {
            let batch = batch?;
            if columns.is_some() {
                R::from_some_columns(&batch, &mut rows)?;
            } else {
                R::from_batch(&batch, &mut rows)?;
            }
            rows.drain(..).for_each(&mut take);
        }
        Ok(())
    }

    /// Items of an account, of each state the copy that states most: one that came with a later commit stands in the
    /// lake beside the one that it is fuller than.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says.
    pub fn items(&self, account: &str) -> Result<Vec<ItemRow>, LakeError> {
        let mut items: Vec<ItemRow> = self.rows(account)?;
        if self.files(ItemRow::TABLE, account).nth(1).is_none() {
            return Ok(items);
        }
        let fingerprinter = Fingerprinter::new();
        let state = |item: &ItemRow| fingerprinter.of(&identity_of(item));
        let mut most: ByFingerprint<u64> = ByFingerprint::default();
        for item in &items {
            let of_state = most.entry(state(item)).or_default();
            *of_state = item.completeness.max(*of_state);
        }
        items.retain(|item| most.get(&state(item)).is_none_or(|most| item.completeness >= *most));
        Ok(items)
    }

    fn rows<R: Row>(&self, account: &str) -> Result<Vec<R>, LakeError> {
        let mut rows = Vec::new();
        for file in self.files(R::TABLE, account) {
            self.append(file, &mut rows)?;
        }
        Ok(rows)
    }

    fn append<R: Row>(&self, file: &CommittedFile, rows: &mut Vec<R>) -> Result<(), LakeError> {
        for batch in storage::batches(&self.root, file, None)? {
            R::from_batch(&batch?, rows)?;
        }
        Ok(())
    }

    pub(super) fn files<'a>(&'a self, table: &'a str, account: &'a str) -> impl Iterator<Item = &'a CommittedFile> {
        let places = self.of_account.get(account).map(Vec::as_slice).unwrap_or_default();
        let files = places.iter().filter_map(|(commit, place)| self.commits.records.get(*commit)?.files.get(*place));
        files.filter(move |file| file.table == table)
    }
}

fn collect_ties(
    batch: &arrow::array::RecordBatch,
    account: &str,
    ties: &mut BTreeSet<TieRow>,
) -> Result<(), LakeError> {
    let text = |column: &'static str| {
        let array =
            batch.column_by_name(column).and_then(|array| array.as_any().downcast_ref::<arrow::array::StringArray>());
        array.ok_or(LakeError::Column { table: ItemRow::TABLE, column })
    };
    let (region, resource_type) = (text("recorder_region")?, text("resource_type")?);
    let (id, arn) = (text("resource_id")?, text("resource_arn")?);
    for at in 0..batch.num_rows() {
        if arn.value(at).is_empty() {
            continue;
        }
        ties.insert(TieRow {
            recorder_account: account.to_owned(),
            recorder_region: region.value(at).to_owned(),
            resource_type: resource_type.value(at).to_owned(),
            resource_id: id.value(at).to_owned(),
            resource_arn: arn.value(at).to_owned(),
        });
    }
    Ok(())
}
