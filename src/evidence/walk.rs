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
        let all = Mutex::new(std::mem::take(found));
        rayon::in_place_scope(|scope| self.folder(Path::new(""), scope, &all));
        *found = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    }

    fn folder<'scope>(&'scope self, below: &Path, scope: &Scope<'scope>, all: &'scope Mutex<Found>) {
        let mut found = Found::default();
        match fs::read_dir(self.argument.join(below)) {
            Ok(listed) => {
                for entry in listed {
                    match entry {
                        Ok(entry) if entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
                            let folder = below.join(entry.file_name());
                            scope.spawn(move |scope| self.folder(&folder, scope, all));
                        }
                        Ok(entry) => self.entry(below, &entry, &mut found),
                        Err(error) => found.refusals.push(self.unreadable(below, &error)),
                    }
                }
            }
            Err(error) => found.refusals.push(self.unreadable(below, &error)),
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.files.append(&mut found.files);
        all.refusals.append(&mut found.refusals);
    }

    /// Adds what stands in a folder and is none itself.
    fn entry(&self, folder: &Path, entry: &DirEntry, found: &mut Found) {
        let below = folder.join(entry.file_name());
        let is_none = |what: &str| self.refusal(&below, ProblemCode::NotARegularFile, what.to_owned());
        match entry.file_type().and_then(|kind| Ok((kind, entry.metadata()?))) {
            Ok((kind, _)) if kind.is_symlink() => {
                found.refusals.push(is_none("is a symbolic link, which is not followed"));
            }
            Ok((kind, _)) if !kind.is_file() => found.refusals.push(is_none(SPECIAL)),
            Ok((_, meta)) => found.files.push(self.file(&below, &meta)),
            Err(error) => found.refusals.push(self.unreadable(&below, &error)),
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
