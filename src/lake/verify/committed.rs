//! The files of a lake against its commit records.

use std::collections::BTreeSet;
use std::fs::{self, TryLockError};
use std::io::ErrorKind;
use std::path::{Component, Path};
use std::sync::atomic::Ordering;

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::{Difference, DifferenceKind, bytes_in_words};
use crate::lake::commit::{self, Commit, CommittedFile};
use crate::lake::progress::{Phase, Progress};
use crate::lake::{Lake, LakeError, OriginRow, Row, layout, origins, storage};

const RESTORE: &str = "restore it from a copy of the lake, or ingest the evidence again into a new lake";
const STOPPED: &str = "left by an ingest that was stopped, or by a commit record that was removed; it does not count";
const STAGED: &str = "left by an ingest that was stopped; it does not count, and the next ingest removes it";
const AT_WORK: &str = "an ingest is at work on the lake: what it has not committed yet does not count";
const STRANGE: &str = "no part of a lake; it does not count";

/// What became of the files of a lake; the parts add up to the whole.
#[derive(Clone, Debug, Default)]
pub struct CommittedCheck {
    /// Commit records found.
    pub commits: u64,
    /// SHA-256 of the record of the last one; empty where there is none.
    pub latest_sha256: String,
    /// Files that commits name: same + changed + missing + unreadable.
    pub files: u64,
    /// Of these: with the size, SHA-256 and rows that their commit says.
    pub same: u64,
    /// Of these: not so.
    pub changed: u64,
    /// Of these: not there.
    pub missing: u64,
    /// Of these: there, and not to be read.
    pub unreadable: u64,
    /// What is not as recorded: commit records first, then files in the order of the commits.
    pub differences: Vec<Difference>,
    /// What stands in the lake's folder and does not count, by path.
    pub leftovers: Vec<Leftover>,
    /// The lake, where its commit records are a whole chain.
    pub lake: Option<Lake>,
}

/// Something in a lake's folder that does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leftover {
    /// Its path below the lake; empty for the lake as a whole.
    pub path: String,
    /// What it is.
    pub what: &'static str,
}

/// Holds every file of the lake at `root` against the commit that names it, and the commits against each other.
///
/// # Errors
/// When the folder is no lake of this schema or cannot be listed, and [`LakeError::Stopped`] when `progress` asks
/// for an end. Whatever of a lake is not as recorded is no error.
pub fn committed(root: &Path, progress: &Progress) -> Result<CommittedCheck, LakeError> {
    commit::check_marker(root)?;
    progress.enter(Phase::Reading);
    let mut check = CommittedCheck::default();
    let commits = check.read_commits(root)?;
    let lists = check.read_lists(root)?;
    let files: Vec<&CommittedFile> = commits.iter().flat_map(|commit| &commit.files).chain(&lists).collect();
    check.find_leftovers(root, &files)?;
    progress.files.fetch_add(files.len() as u64, Ordering::Relaxed);
    let bytes = files.iter().map(|file| file.bytes).fold(0, u64::saturating_add);
    progress.bytes.fetch_add(bytes, Ordering::Relaxed);
    let found: Vec<Option<Difference>> = files
        .par_iter()
        .map(|file| {
            progress.begin_file(file.path.clone())?;
            let difference = difference(root, file);
            progress.files_done.fetch_add(1, Ordering::Relaxed);
            progress.bytes_done.fetch_add(file.bytes, Ordering::Relaxed);
            Ok(difference)
        })
        .collect::<Result<_, LakeError>>()?;
    let mut seen = BTreeSet::new();
    for (file, difference) in files.into_iter().zip(found) {
        // Its rows would count twice.
        let is_repeated = !seen.insert(&file.path);
        let repeated = || changed(file, "a file that one commit names", "it is named by two");
        check.add(difference.or_else(|| is_repeated.then(repeated)));
    }
    Ok(check)
}

impl CommittedCheck {
    fn add(&mut self, difference: Option<Difference>) {
        self.files += 1;
        match difference.as_ref().map(|difference| difference.kind) {
            None => self.same += 1,
            Some(DifferenceKind::Missing) => self.missing += 1,
            Some(DifferenceKind::Unreadable) => self.unreadable += 1,
            Some(_) => self.changed += 1,
        }
        self.differences.extend(difference);
    }

    /// The commit records that can be read, with what breaks their chain.
    fn read_commits(&mut self, root: &Path) -> Result<Vec<Commit>, LakeError> {
        let (numbers, strangers) = numbers(root)?;
        for name in strangers {
            self.differences.push(Difference {
                kind: DifferenceKind::Additional,
                file: format!("commits/{name}"),
                bundle: String::new(),
                expected: "commit records alone".to_owned(),
                found: "a file that is none".to_owned(),
                to_do: "take it away, if it is no part of the lake",
            });
        }
        let mut commits = Vec::new();
        // `None` where the record before cannot be read: then nothing can be said of what follows from it.
        let mut previous = Some(String::new());
        for number in 1..=numbers.last().copied().unwrap_or(0) {
            let file = format!("commits/{}", layout::commit_name(number));
            let path = layout::commit(root, number);
            let broken = |kind, found: String| Difference {
                kind,
                file: file.clone(),
                bundle: String::new(),
                expected: format!("the record of commit {number}, chained to the one before it"),
                found,
                to_do: RESTORE,
            };
            let text = match fs::read(&path) {
                Ok(text) => text,
                Err(error) => {
                    let is_gone = error.kind() == ErrorKind::NotFound;
                    let kind = if is_gone { DifferenceKind::Missing } else { DifferenceKind::Unreadable };
                    self.differences.push(broken(kind, error.to_string()));
                    previous = None;
                    continue;
                }
            };
            let sha256 = hex::encode(Sha256::digest(&text));
            self.commits += 1;
            self.latest_sha256.clone_from(&sha256);
            match commit::parse(&path, &text) {
                Ok(commit) => {
                    let follows = previous.as_ref().unwrap_or(&commit.previous);
                    if let Err(error) = commit::check_record(&path, &commit, number, follows) {
                        self.differences.push(broken(DifferenceKind::Changed, why(error)));
                    }
                    commits.push(commit);
                    previous = Some(sha256);
                }
                Err(error) => {
                    self.differences.push(broken(DifferenceKind::Changed, why(error)));
                    previous = None;
                }
            }
        }
        if self.differences.is_empty() {
            // An ingest may have added to it meanwhile.
            self.lake = Lake::open(root)?.as_of(self.commits, &self.latest_sha256);
        }
        Ok(commits)
    }

    /// The files of the lists of objects that were read. A list that cannot be read is told; an ingest takes no
    /// notice of it.
    fn read_lists(&mut self, root: &Path) -> Result<Vec<CommittedFile>, LakeError> {
        let mut files = Vec::new();
        for (name, list) in origins::lists(root)? {
            match list {
                Ok(file) => files.push(file),
                Err(error) => self.differences.push(Difference {
                    kind: DifferenceKind::Changed,
                    file: name,
                    bundle: String::new(),
                    expected: "a list of objects that were read".to_owned(),
                    found: why(error),
                    to_do: "take it away: its objects are read again at the next ingest",
                }),
            }
        }
        Ok(files)
    }

    /// What is there and no commit names.
    fn find_leftovers(&mut self, root: &Path, files: &[&CommittedFile]) -> Result<(), LakeError> {
        let named: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let mut found = BTreeSet::new();
        for entry in WalkDir::new(root).min_depth(1).sort_by_file_name() {
            let entry = entry.map_err(|error| LakeError::io(root, error.into()))?;
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            let path = parts.join("/");
            if entry.file_type().is_dir() || named.contains(path.as_str()) {
                continue;
            }
            let what = match parts.first().map_or("", |first| first.as_ref()) {
                "staging" => STAGED,
                "commits" | "origins" if path.ends_with(".json.new") => STAGED,
                // What stands there as a list was looked at with them.
                "origins" if commit::number_of(parts.last().map_or("", |last| last.as_ref())).is_some() => continue,
                "tables" | "origins" => STOPPED,
                // What stands among the records was looked at with them.
                "commits" => continue,
                _ if path == "lake.json.new" => STAGED,
                _ if layout::STANDING.contains(&path.as_str()) => continue,
                _ => STRANGE,
            };
            found.insert(Leftover { path, what });
        }
        if is_at_work(root) {
            found.insert(Leftover { path: String::new(), what: AT_WORK });
        }
        self.leftovers = found.into_iter().collect();
        Ok(())
    }
}

/// The numbers that have a commit record, in order, and the names of files that are none.
fn numbers(root: &Path) -> Result<(Vec<u64>, BTreeSet<String>), LakeError> {
    let folder = layout::commits(root);
    let io = |error| LakeError::io(&folder, error);
    let (mut numbers, mut strangers) = (Vec::new(), BTreeSet::new());
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((numbers, strangers)),
        Err(error) => return Err(io(error)),
    };
    for entry in entries {
        let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        match commit::number_of(&name) {
            Some(number) => numbers.push(number),
            None if name.ends_with(".json.new") => {}
            None => {
                strangers.insert(name);
            }
        }
    }
    numbers.sort_unstable();
    Ok((numbers, strangers))
}

/// How a file differs from what its commit says.
fn difference(root: &Path, file: &CommittedFile) -> Option<Difference> {
    let mut parts = Path::new(&file.path).components();
    let folder = if file.table == OriginRow::TABLE { "origins" } else { "tables" };
    let is_below = parts.next() == Some(Component::Normal(folder.as_ref()))
        && parts.all(|part| matches!(part, Component::Normal(_)));
    if !is_below {
        let expected = format!("a path below `{folder}`");
        return Some(changed(file, &expected, "the commit names a file elsewhere, which was not read"));
    }
    let recorded = bytes_in_words(file.bytes, &file.sha256);
    let (bytes, sha256) = match storage::custody(&root.join(&file.path)) {
        Ok(found) => found,
        Err(LakeError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Some(Difference { kind: DifferenceKind::Missing, ..changed(file, &recorded, "no such file") });
        }
        Err(error) => {
            let kind = DifferenceKind::Unreadable;
            return Some(Difference { kind, ..changed(file, &recorded, &why(error)) });
        }
    };
    if (bytes, &sha256) != (file.bytes, &file.sha256) {
        return Some(changed(file, &recorded, &bytes_in_words(bytes, &sha256)));
    }
    match storage::row_count(&root.join(&file.path)) {
        Ok(rows) if rows == file.rows => None,
        Ok(rows) => Some(changed(file, &format!("{} rows", file.rows), &format!("{rows} rows"))),
        Err(error) => Some(changed(file, "a table", &why(error))),
    }
}

fn changed(file: &CommittedFile, expected: &str, found: &str) -> Difference {
    Difference {
        kind: DifferenceKind::Changed,
        file: file.path.clone(),
        bundle: String::new(),
        expected: expected.to_owned(),
        found: found.to_owned(),
        to_do: RESTORE,
    }
}

/// What an error says, without the path that stands beside it.
fn why(error: LakeError) -> String {
    match error {
        LakeError::Io { source, .. } => source.to_string(),
        LakeError::Damaged { what, .. } => what,
        other => other.to_string(),
    }
}

/// Whether an ingest holds the lake's lock now.
fn is_at_work(root: &Path) -> bool {
    let lock = fs::File::open(layout::lock(root));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
