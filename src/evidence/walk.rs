//! The files below an argument on disk, in no particular order. Opens none of them.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rayon::Scope;

use super::discover::{EvidenceFile, Found, Origin, Place, Stamp, joined, named, slashed, text_of};
use super::fault::{Refusal, refused};
use crate::model::{Instant, ProblemCode};

/// An argument on disk, resolved.
pub(super) struct Root<'a> {
    argument: &'a Path,
    canonical: PathBuf,
    origin: Arc<Origin>,
}

/// What stands in a folder: a file, or why something is none.
type Entry = Result<EvidenceFile, Box<(PathBuf, Refusal)>>;

impl<'a> Root<'a> {
    /// The root of an argument.
    ///
    /// # Errors
    /// When it is not there, or cannot be looked at.
    pub(super) fn of(argument: &'a Path) -> io::Result<Self> {
        let canonical = fs::canonicalize(argument)?;
        let name = canonical.file_name().map(text_of).unwrap_or_default();
        let hint = slashed(&canonical).trim_end_matches('/').to_owned();
        let place = Place::Disk { argument: argument.to_owned(), canonical: canonical.clone() };
        Ok(Self { argument, canonical, origin: Arc::new(Origin { place, name, hint }) })
    }

    /// Adds all files at or below the root, and what is there and no file.
    pub(super) fn walk(&self, found: &mut Found) {
        match fs::metadata(self.argument) {
            Ok(meta) if meta.is_dir() => self.walk_folder(found),
            Ok(meta) if meta.is_file() => found.files.push(self.file(Path::new(""), &meta)),
            Ok(_) => {
                found.refusals.push(self.refusal(Path::new(""), ProblemCode::NotARegularFile, SPECIAL.to_owned()));
            }
            Err(error) => found.refusals.push(self.unreadable(Path::new(""), &error)),
        }
    }

    /// Each folder is a task of its own, and none waits for another: how deep folders are nested costs no stack.
    fn walk_folder(&self, found: &mut Found) {
        let entries = Mutex::new(Vec::new());
        rayon::in_place_scope(|scope| self.folder(Path::new(""), scope, &entries));
        for entry in entries.into_inner().unwrap_or_else(PoisonError::into_inner) {
            match entry {
                Ok(file) => found.files.push(file),
                Err(refusal) => found.refusals.push(*refusal),
            }
        }
    }

    fn folder<'scope>(&'scope self, below: &Path, scope: &Scope<'scope>, found: &'scope Mutex<Vec<Entry>>) {
        let mut entries = Vec::new();
        match fs::read_dir(self.argument.join(below)) {
            Ok(listed) => {
                for entry in listed {
                    match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                        Ok((kind, entry)) if kind.is_dir() => {
                            let folder = below.join(entry.file_name());
                            scope.spawn(move |scope| self.folder(&folder, scope, found));
                        }
                        Ok((kind, entry)) => entries.push(self.entry(below, &entry, kind)),
                        Err(error) => entries.push(Err(Box::new(self.unreadable(below, &error)))),
                    }
                }
            }
            Err(error) => entries.push(Err(Box::new(self.unreadable(below, &error)))),
        }
        found.lock().unwrap_or_else(PoisonError::into_inner).append(&mut entries);
    }

    fn entry(&self, folder: &Path, entry: &DirEntry, kind: fs::FileType) -> Entry {
        let below = folder.join(entry.file_name());
        if kind.is_symlink() {
            let what = "is a symbolic link, which is not followed".to_owned();
            return Err(Box::new(self.refusal(&below, ProblemCode::NotARegularFile, what)));
        }
        if !kind.is_file() {
            return Err(Box::new(self.refusal(&below, ProblemCode::NotARegularFile, SPECIAL.to_owned())));
        }
        match entry.metadata() {
            Ok(meta) => Ok(self.file(&below, &meta)),
            Err(error) => Err(Box::new(self.unreadable(&below, &error))),
        }
    }

    fn file(&self, below: &Path, meta: &Metadata) -> EvidenceFile {
        let modified = meta.modified().ok().map(instant_of);
        EvidenceFile::new(&self.origin, below, Stamp { size: meta.len(), modified, ..Stamp::default() })
    }

    fn unreadable(&self, below: &Path, error: &io::Error) -> (PathBuf, Refusal) {
        self.refusal(below, ProblemCode::Unreadable, format!("cannot be read: {error}"))
    }

    fn refusal(&self, below: &Path, code: ProblemCode, what: String) -> (PathBuf, Refusal) {
        let path = named(&self.origin.name, below);
        (joined(&self.canonical, below), Refusal { path, bundle: String::new(), problem: refused(code, what) })
    }
}

/// A moment of the file system's clock, to the microsecond.
fn instant_of(time: SystemTime) -> Instant {
    let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    Instant::from_microseconds(match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => micros(after),
        Err(before) => micros(before.duration()).saturating_neg(),
    })
}

const SPECIAL: &str = "is neither a file nor a folder";
