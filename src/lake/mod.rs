//! Records at rest: a folder of Parquet files that holds every distinct record once.
//!
//! [`ingest`] turns evidence into rows and owns the account of what became of each file; [`Lake`]
//! reads them back, account by account. No meaning is given here: what a row says of a control is
//! the engine's business.

mod commit;
mod layout;
mod columns;
mod table;
mod schema;
mod storage;
mod fingerprint;
mod sort_key;
mod staged_rows;
mod staging;
mod listing;
mod account_rows;
mod record_rows;
mod memory;
mod intake;
mod deduplicate;
mod outcome;
mod known;
mod known_rows;
mod kept;
mod origins;
mod plan;
mod progress;
mod account_writer;
mod ingest;
mod reader;
mod originals;
pub mod verify;

use std::path::{Path, PathBuf};

pub use commit::{Commit, CommittedFile};
pub use ingest::{IngestSettings, IngestSummary, ingest};
pub use layout::MADE_BY_RUN;
pub use originals::{Original, OriginalRecord, WantedFile, originals};
pub use progress::{Phase, Progress};
pub use reader::{AccountRows, Lake, TieRow};
pub use schema::{
    ConditionRow, CredentialRow, EvaluationRow, FileRow, FindingRow, ItemRow, ListingRow, OriginRow, RuleRow,
    SCHEMA_VERSION, SnapshotRow,
};
pub use storage::{parquet, write_parquet};
pub use table::{ColumnDescription, ColumnKind, Row, TableDescription};

/// What a table is defined with outside of this layer: see [`table!`](table::table).
pub(crate) mod table_parts {
    pub(crate) use super::LakeError;
    pub(crate) use super::columns::{Column, ColumnBuilder, column};
    pub(crate) use super::table::{ColumnDescription, Row, TableDescription, sentence, table};
}

/// What the tables of a lake and each of their columns mean, in the order in which evidence comes into them.
#[must_use]
pub fn descriptions() -> Vec<TableDescription> {
    vec![
        FileRow::description(),
        ItemRow::description(),
        EvaluationRow::description(),
        FindingRow::description(),
        RuleRow::description(),
        CredentialRow::description(),
        ConditionRow::description(),
        SnapshotRow::description(),
        ListingRow::description(),
        OriginRow::description(),
    ]
}

/// Why a lake cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A file of the lake cannot be read or written.
    #[error("`{}` cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no such folder.
    #[error("there is no lake `{}`: the folder does not exist; name one that `tickmark ingest` made", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The folder is not a lake.
    #[error("`{}` is not a tickmark lake: {why}; name a folder that `tickmark ingest` made", path.display())]
    NotALake {
        /// The folder.
        path: PathBuf,
        /// What shows it.
        why: &'static str,
    },
    /// The folder is not a lake, and none can be made in it.
    #[error("`{}` is not empty and not a tickmark lake: it has no `lake.json`; name a new folder, or a lake", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The lake was written by a version with another schema.
    #[error("`{}` was written with schema {found}, this tickmark reads {}; ingest again with this one, or use the other version", path.display(), SCHEMA_VERSION)]
    Schema {
        /// The lake or commit.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A file of the lake is not what its commit says.
    #[error("`{}` is damaged: {what}; ingest the evidence again into a new lake", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A table lacks a column, or has it in another type.
    #[error("table `{table}` has no column `{column}` of the expected type; ingest the evidence again into a new lake")]
    Column {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A row cannot be read back from the staging folder.
    #[error(
        "staged rows of table `{table}` cannot be read back: what lies in the lake's `staging` was changed; ingest again"
    )]
    Staged {
        /// The table.
        table: &'static str,
    },
    /// Rows and columns disagree.
    #[error("rows cannot be written as columns: {0}")]
    Arrow(arrow::error::ArrowError),
    /// The evidence cannot be found at all.
    #[error(transparent)]
    Discover(#[from] crate::evidence::DiscoverError),
    /// What holds the evidence can no longer be read from; what was committed before stays.
    #[error("{what}")]
    StoreLost {
        /// What was said, and what to do.
        what: String,
    },
    /// The work was asked to end early; what was committed before stays.
    #[error("stopped before its end")]
    Stopped,
    /// The account of records does not add up: a bug in tickmark.
    #[error("the account of `{path}` does not add up: {what}; this is a bug in tickmark, and nothing was kept")]
    Account {
        /// The evidence file.
        path: String,
        /// The figures.
        what: String,
    },
}

impl LakeError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    fn parquet(path: &Path, error: &parquet::errors::ParquetError) -> Self {
        // What the system says of a file is no word on what is in it.
        if let parquet::errors::ParquetError::External(cause) = error
            && let Some(cause) = cause.downcast_ref::<std::io::Error>()
        {
            return Self::io(path, std::io::Error::new(cause.kind(), cause.to_string()));
        }
        Self::Damaged { path: path.to_owned(), what: error.to_string() }
    }
}
