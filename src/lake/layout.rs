//! Where things lie inside a lake.
//!
//! ```text
//! lake.lock                               held by the ingest that works on the lake
//! made-by-run                             only where `tickmark run` may replace the lake
//! lake.json                               what this folder is, and its schema version
//! commits/00000001.json                   what an ingest added: the lake is what these name
//! tables/ledger/00000001.parquet          evidence files
//! tables/items/a111122223333/00000001.parquet
//! tables/evaluations|findings|rules|snapshots|listings/a…/…
//! origins/00000001.json, .parquet         the objects that were read, and how they stood there: not part of
//!                                         what commits name
//! staging/                                only while an ingest runs
//! ```
//!
//! An account's folder begins with a letter: a bare number, or `key=number`, is read back as an
//! integer by every data engine and loses its leading zeros. Files of one account are written without
//! regard to any other's.

use std::path::{Path, PathBuf};

/// The file in a lake that says that `tickmark run` made it for one run, and may replace it.
pub const MADE_BY_RUN: &str = "made-by-run";

/// What may stand in a folder that is going to be a lake.
pub(super) const BEFORE_A_LAKE: [&str; 3] = ["lake.lock", "lake.json.new", MADE_BY_RUN];

/// What stands at the root of a lake beside its folders.
pub(super) const STANDING: [&str; 3] = ["lake.json", "lake.lock", MADE_BY_RUN];

/// The folder of the lake that is the marker of one.
pub(super) fn marker(root: &Path) -> PathBuf {
    root.join("lake.json")
}

/// The file whose lock an ingest holds.
pub(super) fn lock(root: &Path) -> PathBuf {
    root.join("lake.lock")
}

/// The folder of commit records.
pub(super) fn commits(root: &Path) -> PathBuf {
    root.join("commits")
}

/// A commit's record.
pub(super) fn commit(root: &Path, number: u64) -> PathBuf {
    commits(root).join(commit_name(number))
}

/// The name of a commit's record.
pub(super) fn commit_name(number: u64) -> String {
    format!("{number:08}.json")
}

/// The folder of the lists of objects that were read.
pub(super) fn origins(root: &Path) -> PathBuf {
    root.join("origins")
}

/// A list of objects that were read, below the lake's root, without its ending.
pub(super) fn origin_list(number: u64) -> String {
    format!("origins/{number:08}")
}

/// Working space of an ingest.
pub(super) fn staging(root: &Path) -> PathBuf {
    root.join("staging")
}

/// A table's file for one account and commit, below the lake's root.
pub(super) fn account_file(table: &str, account: &str, commit: u64) -> String {
    format!("tables/{table}/a{account}/{commit:08}.parquet")
}

/// The ledger's file for one commit, below the lake's root.
pub(super) fn ledger_file(commit: u64) -> String {
    format!("tables/ledger/{commit:08}.parquet")
}
