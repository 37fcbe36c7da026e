//! A lake read back: which accounts it has, and all rows of one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::commit::{self, Commit, Commits, CommittedFile};
use super::schema::{
    ConditionRow, CredentialRow, EvaluationRow, FileRow, FindingRow, ItemRow, ListingRow, Row, RuleRow, SnapshotRow,
};
use super::{LakeError, known, storage};

/// A lake as its commits name it at one moment. Every file is checked against its commit before any
/// of its rows is used.
#[derive(Clone, Debug)]
pub struct Lake {
    root: PathBuf,
    commits: Commits,
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
        Ok(Self { root: root.to_owned(), commits: commit::all(root)? })
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

    /// The number that the next commit takes.
    pub(super) fn next_commit(&self) -> u64 {
        self.commits.records.len() as u64 + 1
    }

    /// What the next commit names as the one before it.
    pub(super) fn latest_sha256(&self) -> &str {
        &self.commits.latest_sha256
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
        rows.sort_by(|left, right| {
            (&left.path, &left.bundle, &left.sha256).cmp(&(&right.path, &right.bundle, &right.sha256))
        });
        Ok(rows)
    }

    /// The accounts that have rows, in order.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        let files = self.commits.records.iter().flat_map(|commit| &commit.files);
        let accounts: BTreeSet<&String> =
            files.map(|file| &file.account).filter(|account| !account.is_empty()).collect();
        accounts.into_iter().cloned().collect()
    }

    /// All rows of an account, table by table in the order at rest.
    ///
    /// # Errors
    /// When a file of the lake cannot be read, or is not what its commit says.
    pub fn account(&self, account: &str) -> Result<AccountRows, LakeError> {
        Ok(AccountRows {
            items: self.rows(account)?,
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

    /// Folds over all rows of a table and account without holding more than a batch of them.
    pub(super) fn fold_rows<R: Row, T>(
        &self,
        account: &str,
        mut folded: T,
        mut step: impl FnMut(&mut T, &R),
    ) -> Result<T, LakeError> {
        for file in self.files(R::TABLE, account) {
            for batch in storage::batches(&self.root, file, None)? {
                let mut rows: Vec<R> = Vec::new();
                R::from_batch(&batch?, &mut rows)?;
                for row in &rows {
                    step(&mut folded, row);
                }
            }
        }
        Ok(folded)
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

    fn files<'a>(&'a self, table: &'a str, account: &'a str) -> impl Iterator<Item = &'a CommittedFile> {
        let files = self.commits.records.iter().flat_map(|commit| &commit.files);
        files.filter(move |file| file.table == table && file.account == account)
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
