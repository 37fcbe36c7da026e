//! The folder of result files: a set that is replaced whole, or is seen to be none.
//!
//! # How a set is replaced
//!
//! 1. Every file, the manifest too, is written beside its place as `NAME.new` and synced to disk. Whatever fails
//!    up to here, a full disk among it, leaves the earlier set as it was; the new files are removed again.
//! 2. The earlier `manifest.json` is removed, and the folder synced.
//! 3. A new lake is put in the place of an earlier one, where a run brings one, and every file but the manifest is
//!    renamed into its place.
//! 4. The manifest is renamed into its place, and the folder synced.
//!
//! So a program that is killed anywhere leaves the earlier set with its manifest, the new set with its own, or,
//! between 2 and 4, a set without a manifest, which a reader and `tickmark verify` take for none. Files whose set
//! is not whole are never found beside a manifest that names them. What a killed program leaves as `NAME.new` the
//! next one removes. Two programs do not replace the set of one folder at once: one waits.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use super::manifest::MANIFEST;
use super::printer;
use crate::report::{self, escape::visible};

/// How often a folder that another program works on is tried.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// A folder of result files that no other tickmark writes to while this is held.
#[derive(Debug)]
pub(super) struct ResultsFolder {
    path: PathBuf,
    /// Where the system locks no folders, there is none.
    _lock: Option<File>,
}

impl ResultsFolder {
    /// Makes the folder, waits until no other tickmark writes to it, and removes what one that was killed left.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        fs::create_dir_all(path).with_context(|| format!("the output folder `{shown}` cannot be made"))?;
        let folder = Self { path: path.to_owned(), _lock: locked(path) };
        folder.clear().with_context(|| format!("the output folder `{shown}` cannot be written to"))?;
        Ok(folder)
    }

    /// Replaces the set, as described above; `place_lake` puts a new lake in the place of an earlier one.
    ///
    /// # Errors
    /// When a file cannot be written or put in its place; the message says what became of the earlier set.
    pub(super) fn replace(
        &self,
        files: &[(&'static str, Vec<u8>)],
        manifest: &[u8],
        place_lake: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if let Err((path, error)) = self.prepare(files, manifest) {
            // What could not be written is told; what cannot be removed either, the next run removes.
            let _removed = self.clear();
            return Err(error).with_context(|| {
                format!("`{}` cannot be written, and the result files are left as they were", path.display())
            });
        }
        self.put_in_place(files, place_lake).with_context(|| {
            format!(
                "the result files in `{}` are not one set, and `{MANIFEST}` is not there to say that they are: run again",
                self.path.display()
            )
        })
    }

    /// Writes everything beside its place.
    fn prepare(&self, files: &[(&'static str, Vec<u8>)], manifest: &[u8]) -> Result<(), (PathBuf, io::Error)> {
        let files = files.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
        for (name, bytes) in files.chain([(MANIFEST, manifest)]) {
            let path = self.temporary(name);
            write_synced(&path, bytes).map_err(|error| (path, error))?;
        }
        Ok(())
    }

    fn put_in_place(
        &self,
        files: &[(&'static str, Vec<u8>)],
        place_lake: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        remove(&self.path.join(MANIFEST))?;
        sync_folder(&self.path);
        place_lake()?;
        for name in files.iter().map(|(name, _)| *name).chain([MANIFEST]) {
            if name == MANIFEST {
                // Not before the names of all others are on disk.
                sync_folder(&self.path);
            }
            let place = self.path.join(name);
            fs::rename(self.temporary(name), &place)
                .with_context(|| format!("`{}` cannot be replaced", place.display()))?;
        }
        sync_folder(&self.path);
        Ok(())
    }

    /// Removes files that were never put in their place.
    fn clear(&self) -> io::Result<()> {
        report::FILES.iter().chain([&MANIFEST]).try_for_each(|name| remove(&self.temporary(name)))
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.new"))
    }
}

/// The lock of a folder, once nobody else holds it.
fn locked(path: &Path) -> Option<File> {
    let folder = File::open(path).ok()?;
    let mut is_told = false;
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(TryLockError::Error(_)) => return None,
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut is_told, true) {
                    let shown = path.display().to_string();
                    printer::remark(&format!("waiting for another tickmark that writes to `{}`", visible(&shown)));
                }
                std::thread::sleep(LOCK_INTERVAL);
            }
        }
    }
}

/// Writes a file anew; whatever stood under its name, a link among it, is not written through.
fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    remove(path)?;
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes renames durable where the system lets folders be synced; where it does not, each is still whole or not
/// at all.
pub(super) fn sync_folder(path: &Path) {
    let _synced = File::open(path).map(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests;
