//! Commit records: the lake is what they name, and nothing else in the folder counts.
//!
//! INVARIANT: a commit record is written last, under another name, and renamed into place; an ingest
//! that stops anywhere before leaves a lake as it was.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::progress::{Phase, Progress};
use super::{LakeError, layout, schema::SCHEMA_VERSION};

/// What makes a folder a lake.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    format: String,
    schema: u32,
}

const FORMAT: &str = "tickmark lake";
/// How often a lock that somebody else holds is tried.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// What one ingest added.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Commit {
    /// Its number, from 1.
    pub commit: u64,
    /// Schema version it was written with.
    pub schema: u32,
    /// Version of tickmark that wrote it.
    pub tool: String,
    /// SHA-256 of the record of the commit before it, in lower-case hexadecimal; empty for the first.
    pub previous: String,
    /// Every file it added.
    pub files: Vec<CommittedFile>,
}

/// A file of the lake.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CommittedFile {
    /// Its table.
    pub table: String,
    /// Its account; empty for the ledger.
    pub account: String,
    /// Path below the lake's root.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes in lower-case hexadecimal.
    pub sha256: String,
}

/// Makes sure that `root` is a lake of this schema, creating an empty one in a folder that is new or
/// empty, and keeps other ingests out while the answer is open: another one is waited for.
///
/// # Errors
/// When the folder holds something else, or a lake of another schema version; when it cannot be
/// written or locked; when `progress` asks for an end while another one is waited for.
pub(super) fn lock_lake(root: &Path, progress: &Progress) -> Result<File, LakeError> {
    fs::create_dir_all(root).map_err(|error| LakeError::io(root, error))?;
    // Whoever makes a lake locks first, so what stands there without a lock is no lake to be; nothing
    // is put into a folder of something else.
    if holds_something_else(root)? && !layout::lock(root).exists() && !layout::marker(root).exists() {
        return Err(LakeError::NotEmpty { path: root.to_owned() });
    }
    if layout::marker(root).exists() {
        check_marker(root)?;
    }
    let lock = lock(root, progress)?;
    if layout::marker(root).exists() {
        check_marker(root)?;
    } else if holds_something_else(root)? {
        return Err(LakeError::NotEmpty { path: root.to_owned() });
    } else {
        let marker = Marker { format: FORMAT.to_owned(), schema: SCHEMA_VERSION };
        write_json(&layout::marker(root), &marker)?;
    }
    Ok(lock)
}

/// Whether the folder holds more than what stands in a lake before it is one.
fn holds_something_else(root: &Path) -> Result<bool, LakeError> {
    for entry in fs::read_dir(root).map_err(|error| LakeError::io(root, error))? {
        let name = entry.map_err(|error| LakeError::io(root, error))?.file_name();
        if !layout::BEFORE_A_LAKE.iter().any(|before| name == *before) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Checks that `root` is a lake that this version can read.
///
/// # Errors
/// When it is not, or is not there.
pub(super) fn check_marker(root: &Path) -> Result<(), LakeError> {
    let not_a_lake = |why| LakeError::NotALake { path: root.to_owned(), why };
    let path = layout::marker(root);
    if !root.exists() {
        return Err(LakeError::Missing { path: root.to_owned() });
    }
    if !path.exists() {
        return Err(not_a_lake("it has no `lake.json`"));
    }
    let marker: Marker = read_json(&path)?;
    if marker.format != FORMAT {
        return Err(not_a_lake("its `lake.json` is of something else"));
    }
    if marker.schema != SCHEMA_VERSION {
        return Err(LakeError::Schema { path: root.to_owned(), found: marker.schema });
    }
    Ok(())
}

fn lock(root: &Path, progress: &Progress) -> Result<File, LakeError> {
    let path = layout::lock(root);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| LakeError::io(&path, error))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(LakeError::io(&path, error)),
            Err(TryLockError::WouldBlock) => {
                progress.enter(Phase::Waiting);
                progress.check()?;
                std::thread::sleep(LOCK_INTERVAL);
            }
        }
    }
}

/// The commits of a lake, each chained to the one before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Commits {
    /// All of them in order.
    pub(super) records: Vec<Commit>,
    /// SHA-256 of the record of the last one; empty where there is none.
    pub(super) latest_sha256: String,
}

/// All commits in order.
///
/// # Errors
/// When a record cannot be read, is not one, does not follow from the one before it, or is missing
/// between others. Whether the last ones were taken away cannot be seen.
pub(super) fn all(root: &Path) -> Result<Commits, LakeError> {
    let mut commits = Commits::default();
    for (expected, found) in (1..).zip(numbers(root)?) {
        if found != expected {
            let what = format!("commit {expected} is missing between others: the lake is damaged");
            return Err(damaged(&layout::commits(root), what));
        }
        let path = layout::commit(root, expected);
        let text = fs::read(&path).map_err(|error| LakeError::io(&path, error))?;
        let commit = parse(&path, &text)?;
        check_record(&path, &commit, expected, &commits.latest_sha256)?;
        commits.records.push(commit);
        commits.latest_sha256 = hex::encode(Sha256::digest(&text));
    }
    Ok(commits)
}

/// Checks that a record is the one of its number, in this schema, and follows from the one before.
///
/// # Errors
/// When it does not.
pub(super) fn check_record(path: &Path, commit: &Commit, number: u64, previous: &str) -> Result<(), LakeError> {
    if commit.schema != SCHEMA_VERSION {
        return Err(LakeError::Schema { path: path.to_owned(), found: commit.schema });
    }
    if commit.commit != number {
        return Err(damaged(path, format!("it says that it is commit {}", commit.commit)));
    }
    if commit.previous != previous {
        let what = "it does not follow from the commit before it: one of the two was changed".to_owned();
        return Err(damaged(path, what));
    }
    Ok(())
}

/// The numbers that have a commit record, in order. A record that is still being written has another
/// name and does not count.
fn numbers(root: &Path) -> Result<Vec<u64>, LakeError> {
    let folder = layout::commits(root);
    let io = |error| LakeError::io(&folder, error);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(io)?.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".json.new") {
            continue;
        }
        numbers.push(number_of(&name).ok_or_else(|| damaged(&folder, format!("`{name}` in it is no commit")))?);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The number of the commit whose record has this name.
pub(super) fn number_of(name: &str) -> Option<u64> {
    let number = name.strip_suffix(".json").and_then(|number| number.parse().ok());
    number.filter(|number| *number > 0 && layout::commit_name(*number) == name)
}

/// A commit record's text as what it says.
///
/// # Errors
/// When it is none.
pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Commit, LakeError> {
    parse_json(path, text)
}

/// Puts a commit into force; the SHA-256 of its record.
///
/// # Errors
/// When it cannot be written.
pub(super) fn publish(root: &Path, commit: &Commit) -> Result<String, LakeError> {
    let folder = layout::commits(root);
    fs::create_dir_all(&folder).map_err(|error| LakeError::io(&folder, error))?;
    write_json(&layout::commit(root, commit.commit), commit)
}

/// Reads a value back.
pub(super) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, LakeError> {
    parse_json(path, &fs::read(path).map_err(|error| LakeError::io(path, error))?)
}

fn parse_json<T: for<'de> Deserialize<'de>>(path: &Path, text: &[u8]) -> Result<T, LakeError> {
    serde_json::from_slice(text).map_err(|error| damaged(path, error.to_string()))
}

fn damaged(path: &Path, what: String) -> LakeError {
    LakeError::Damaged { path: path.to_owned(), what }
}

/// Writes a value whole or not at all; the SHA-256 of its text.
pub(super) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<String, LakeError> {
    let temporary = path.with_extension("json.new");
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| damaged(path, error.to_string()))?;
    text.push(b'\n');
    let write = |path: &Path| {
        let mut file = File::create(path)?;
        file.write_all(&text)?;
        file.sync_all()
    };
    write(&temporary).map_err(|error| LakeError::io(&temporary, error))?;
    fs::rename(&temporary, path).map_err(|error| LakeError::io(path, error))?;
    sync_folder(path);
    Ok(hex::encode(Sha256::digest(&text)))
}

/// Makes a rename durable where the system lets folders be synced; where it does not, the rename is
/// still whole or not at all.
fn sync_folder(path: &Path) {
    let folder = path.parent().and_then(|folder| File::open(folder).ok());
    let _synced = folder.map(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests;
