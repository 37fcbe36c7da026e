//! Where the rows of each table lie: in the files that a lake's commits name, and beside the result files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::QueryError;
use crate::engine::results::tables as assessment;
use crate::lake::{self, Lake, LakeError, TableDescription};

/// The tables that a question can be put to.
#[derive(Debug, Default)]
pub struct Tables {
    lake: Option<Lake>,
    /// The folder of result files, where there is one.
    results: Option<PathBuf>,
}

/// A table with its files.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it is.
    pub description: TableDescription,
    /// Its files, in order; none where it has no rows.
    pub files: Vec<PathBuf>,
}

impl Tables {
    /// The tables of a lake, of an assessment, or of both. Whether the result files are those that their manifest
    /// names has to be known before.
    #[must_use]
    pub fn new(lake: Option<Lake>, results: Option<&Path>) -> Self {
        Self { lake, results: results.map(Path::to_owned) }
    }

    /// Every table by its name, with where it is from; none is looked at.
    #[must_use]
    pub fn descriptions() -> BTreeMap<&'static str, TableDescription> {
        let all = lake::descriptions().into_iter().filter(|table| table.name != "origins");
        all.chain(assessment::descriptions()).map(|table| (table.name, table)).collect()
    }

    /// Whether a table of this name is among them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.place_of(name).is_some()
    }

    fn place_of(&self, name: &str) -> Option<Place<'_>> {
        let is_among = |tables: Vec<TableDescription>| tables.iter().any(|table| table.name == name);
        if is_among(assessment::descriptions()) {
            return self.results.as_deref().map(Place::Results);
        }
        let is_of_lake = is_among(lake::descriptions()) && name != "origins";
        self.lake.as_ref().filter(|_| is_of_lake).map(Place::Lake)
    }

    /// A table, its files checked.
    ///
    /// # Errors
    /// When a file is not what its commit says, or there is no such table here.
    pub fn table(&self, name: &str) -> Result<Option<Table>, QueryError> {
        let Some(description) = Self::descriptions().remove(name) else { return Ok(None) };
        let files = match self.place_of(name) {
            None => return Ok(None),
            Some(Place::Lake(lake)) => lake.checked_files(name)?,
            Some(Place::Results(folder)) => vec![folder.join(format!("{name}.parquet"))],
        };
        // Another program resolves a path from where it stands; and no path may look like an address.
        let absolute = |path: PathBuf| {
            path.canonicalize().map_err(|source| QueryError::Lake(LakeError::Io { path: path.clone(), source }))
        };
        let files = files.into_iter().map(absolute).collect::<Result<_, _>>()?;
        Ok(Some(Table { description, files }))
    }

    /// First and last day of the window of the assessment, read from its `days`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn window(&self) -> Result<Option<(String, String)>, QueryError> {
        let Some(table) = self.table("days")? else { return Ok(None) };
        let frame = super::engine::scan(&table)?;
        super::engine::first_and_last(frame, "day").map(Some)
    }
}

/// Where a table lies.
enum Place<'a> {
    Lake(&'a Lake),
    Results(&'a Path),
}
