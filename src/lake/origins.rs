//! Which objects were read before, so that they need not be opened again.
//!
//! An object is known by where it is and by what that place says of it: size and time of modification of a
//! file; ETag, size and time of an object in a bucket. INVARIANT: an object that could not be read to
//! its end, or that changed while it was read, is never known.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::commit::{self, CommittedFile};
use super::fingerprint::{ByFingerprint, Fingerprint, Fingerprinter};
use super::intake::ReadFile;
use super::outcome::{self, Judged};
use super::reader::Lake;
use super::schema::OriginRow;
use super::storage::TableWriter;
use super::{LakeError, layout, storage};
use crate::evidence::EvidenceFile;
use crate::formats::Supplied;
use crate::model::Instant;

/// A list of objects that were read.
#[derive(Debug, Serialize, Deserialize)]
struct List {
    /// Its number, from 1.
    number: u64,
    /// The commit that the lake stood at when the objects were read; 0 where it had none.
    commit: u64,
    /// SHA-256 of the record of that commit, or empty.
    commit_sha256: String,
    /// Version of tickmark that read them.
    tool: String,
    /// The objects.
    file: CommittedFile,
}

/// What became of the files in an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) files: u32,
    pub(super) rejected: u32,
    pub(super) partial: u32,
}

/// The objects that a lake knows.
#[derive(Debug)]
pub(super) struct KnownOrigins {
    fingerprinter: Fingerprinter,
    known: ByFingerprint<Counts>,
}

/// The columns of a list that say which object is known and what became of it.
const LOOKED_UP: &[&str] = &[
    "path",
    "place",
    "size",
    "modified_at",
    "etag",
    "supplied_account",
    "supplied_taken_at",
    "files",
    "files_rejected",
    "files_partial",
    "exhausted",
];

impl KnownOrigins {
    /// The objects that need not be read again by this version of tickmark.
    ///
    /// # Errors
    /// When the folder of lists cannot be read. A list that is damaged, or of a lake that stood otherwise, is
    /// no error: its objects are read again.
    pub(super) fn of(lake: &Lake, fingerprinter: Fingerprinter) -> Result<Self, LakeError> {
        let mut known = Self { fingerprinter, known: ByFingerprint::default() };
        for number in numbers(lake.root())? {
            let _unreadable = known.add_list(lake, number);
        }
        Ok(known)
    }

    fn add_list(&mut self, lake: &Lake, number: u64) -> Result<(), LakeError> {
        let list = list(lake.root(), number)?;
        if lake.commit_sha256(list.commit) != Some(&list.commit_sha256) {
            return Ok(());
        }
        let mut rows = Vec::new();
        lake.each_row_of::<OriginRow>(&list.file, Some(LOOKED_UP), |row| rows.push((self.fingerprint(&row), row)))?;
        for (fingerprint, row) in rows {
            // Another version may understand more of what was left over.
            if row.exhausted || list.tool == env!("CARGO_PKG_VERSION") {
                let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
                let (files, rejected) = (count(row.files), count(row.files_rejected));
                let counts = Counts { files, rejected, partial: count(row.files_partial) };
                self.known.insert(fingerprint, counts);
            }
        }
        Ok(())
    }

    /// What is known of an object, if the very same was read with the same supplied.
    pub(super) fn get(&self, file: &EvidenceFile, supplied: &Supplied) -> Option<Counts> {
        if self.known.is_empty() {
            return None;
        }
        self.known.get(&self.fingerprint(&origin(file, supplied))).copied()
    }

    fn fingerprint(&self, row: &OriginRow) -> Fingerprint {
        let time = |instant: Option<Instant>| instant.map_or(i64::MIN, Instant::microseconds).to_le_bytes();
        self.fingerprinter.of_all(&[
            row.path.as_bytes(),
            row.place.as_bytes(),
            &row.size.to_le_bytes(),
            &time(row.modified_at),
            row.etag.as_bytes(),
            row.supplied_account.as_bytes(),
            &time(row.supplied_taken_at),
        ])
    }
}

/// An object as it was found, before it is read.
fn origin(file: &EvidenceFile, supplied: &Supplied) -> OriginRow {
    let stamp = file.stamp();
    OriginRow {
        path: file.path(),
        place: file.place(),
        size: stamp.size,
        modified_at: stamp.modified,
        etag: stamp.etag.to_string(),
        version: stamp.version.to_string(),
        sha256: String::new(),
        supplied_account: supplied.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        supplied_taken_at: supplied.taken_at,
        files: 0,
        files_rejected: 0,
        files_partial: 0,
        exhausted: false,
    }
}

/// The row of an object that was read into `files`, or `None` where it must be read again: because it could
/// not be read, changed meanwhile, or its place does not say when it was modified.
pub(super) fn origin_row(file: &EvidenceFile, supplied: &Supplied, files: &[Judged]) -> Option<OriginRow> {
    let row = origin(file, supplied);
    let own = files.iter().map(|judged| &judged.file).find(|read| read.bundle.is_empty())?;
    let custody = own.custody.as_ref()?;
    let is_unread = |read: &ReadFile| read.fault.as_ref().is_some_and(|fault| fault.code.is_unread());
    if custody.size != row.size || row.modified_at.is_none() || files.iter().any(|judged| is_unread(&judged.file)) {
        return None;
    }
    let count = |holds: fn(&Judged) -> bool| files.iter().filter(|judged| holds(judged)).count() as u64;
    Some(OriginRow {
        sha256: custody.sha256.clone(),
        version: file.version_read().unwrap_or(row.version),
        files: files.len() as u64,
        files_rejected: count(Judged::is_rejected),
        files_partial: count(Judged::is_partial),
        exhausted: files.iter().all(outcome::is_exhausted),
        ..row
    })
}

/// The number that the next list takes.
fn next_list(lake: &Lake) -> Result<u64, LakeError> {
    Ok(numbers(lake.root())?.last().map_or(1, |last| last.saturating_add(1)))
}

/// The numbers of all lists, in order.
fn numbers(root: &Path) -> Result<Vec<u64>, LakeError> {
    let folder = layout::origins(root);
    let io = |error| LakeError::io(&folder, error);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.extend(commit::number_of(&entry.map_err(io)?.file_name().to_string_lossy()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn list(root: &Path, number: u64) -> Result<List, LakeError> {
    commit::read_json(&root.join(format!("{}.json", layout::origin_list(number))))
}

/// A list by its name, with the file of its objects.
pub(super) type NamedList = (String, Result<CommittedFile, LakeError>);

/// The names of all lists, each with the file of its objects.
///
/// # Errors
/// When the folder of lists cannot be read; each list may fail by itself.
pub(super) fn lists(root: &Path) -> Result<Vec<NamedList>, LakeError> {
    let named = |number| (format!("{}.json", layout::origin_list(number)), list(root, number).map(|list| list.file));
    Ok(numbers(root)?.into_iter().map(named).collect())
}

/// Adds a list of objects that were read; it counts once its record is in place.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_list(lake: &Lake, mut rows: Vec<OriginRow>) -> Result<(), LakeError> {
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort_by(|left, right| (&left.path, &left.place).cmp(&(&right.path, &right.place)));
    let number = next_list(lake)?;
    let name = layout::origin_list(number);
    let path = format!("{name}.parquet");
    let mut writer = TableWriter::create(lake.root().join(&path))?;
    for row in &rows {
        writer.push(row)?;
    }
    let file = writer.finish("", path)?;
    storage::sync(lake.root(), std::slice::from_ref(&file))?;
    let commit = lake.commits().len() as u64;
    let commit_sha256 = lake.commit_sha256(commit).unwrap_or_default().to_owned();
    let tool = env!("CARGO_PKG_VERSION").to_owned();
    let record = List { number, commit, commit_sha256, tool, file };
    commit::write_json(&lake.root().join(format!("{name}.json")), &record).map(|_| ())
}
