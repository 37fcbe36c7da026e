//! A zip's directory in sorted order, without holding all of it: what comes after a given member is
//! gathered in one pass, as much as may be held, and the next pass goes on from there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use zip::CompressionMethod;
use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::fault::{damaged, refused, retried};
use super::limits::{ZIP_MEMBERS_HELD_MAX, ZIP_NAMES_BYTES_MAX};
use super::names::{Escape, member_path};
use crate::model::{Problem, ProblemCode};

/// What orders members: the path as it is shown, then the place in the directory.
pub(super) type Key = (String, u64);

/// What the directory says of one member.
pub(super) struct Entry {
    /// The reason why its path is refused, if it is; the path stands in its key.
    pub(super) escape: Option<&'static str>,
    pub(super) kind: Kind,
    pub(super) header_at: u64,
    pub(super) packed_bytes: u64,
    pub(super) bytes: u64,
    pub(super) checksum: u32,
}

/// How a member is kept.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Stored,
    Deflated,
    Refused(ProblemCode, &'static str),
}

/// A zip opened at its directory.
pub(super) struct Directory<'f> {
    zip: ZipIterable<Window<'f>>,
}

impl<'f> Directory<'f> {
    pub(super) fn open(file: &'f File) -> Result<Self, Problem> {
        let zip = Window::open(file)
            .map_err(ZipError::from)
            .and_then(|window| ZipIterable::try_new(window, Config::default()));
        Ok(Self { zip: zip.map_err(|error| problem_of(&error))? })
    }

    /// Entries that the directory lists, folders among them.
    pub(super) fn entries(&self) -> u64 {
        self.zip.len() as u64
    }

    /// The members that come next after `after`, and what broke the directory, if anything.
    pub(super) fn stretch(&mut self, after: Option<&Key>) -> (BTreeMap<Key, Entry>, Option<Problem>) {
        let mut held = Held::default();
        let files = match self.zip.files() {
            Ok(files) => files,
            Err(error) => return (held.entries, Some(problem_of(&error))),
        };
        for (number, entry) in files.enumerate() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return (held.entries, Some(problem_of(&error))),
            };
            if let Some((key, entry)) = read_entry(&entry, number as u64)
                && after.is_none_or(|after| key > *after)
            {
                held.insert(key, entry);
            }
        }
        (held.entries, None)
    }
}

/// The first members in order, as many as may be held.
#[derive(Default)]
struct Held {
    entries: BTreeMap<Key, Entry>,
    name_bytes: usize,
}

impl Held {
    fn insert(&mut self, key: Key, entry: Entry) {
        self.name_bytes = self.name_bytes.saturating_add(key.0.len());
        self.entries.insert(key, entry);
        while self.entries.len() > 1
            && (self.name_bytes > ZIP_NAMES_BYTES_MAX || self.entries.len() > ZIP_MEMBERS_HELD_MAX)
        {
            if let Some((key, _)) = self.entries.pop_last() {
                self.name_bytes = self.name_bytes.saturating_sub(key.0.len());
            }
        }
    }
}

/// What an entry of the directory says; `None` for a folder.
fn read_entry(entry: &ZipFileEntry<'_>, number: u64) -> Option<(Key, Entry)> {
    let is_folder = entry.is_dir();
    if is_folder && entry.size() == 0 {
        return None;
    }
    let (path, escape) = match member_path(&name_of(entry)) {
        Ok(path) => (path, None),
        Err(Escape { path, reason }) => (path, Some(reason)),
    };
    let read = Entry {
        escape,
        kind: if is_folder { FOLDER_WITH_BYTES } else { kind_of(entry) },
        header_at: entry.header_start(),
        packed_bytes: entry.compressed_size(),
        bytes: entry.size(),
        checksum: entry.crc32(),
    };
    Some(((path, number), read))
}

const FOLDER_WITH_BYTES: Kind = Kind::Refused(ProblemCode::NotARegularFile, "is named as a folder but holds bytes");

/// The name's bytes as UTF-8: as it stands where it is UTF-8, flagged or not, else as the zip says.
fn name_of(entry: &ZipFileEntry<'_>) -> Vec<u8> {
    let raw = entry.name_raw();
    if std::str::from_utf8(raw).is_ok() {
        return raw.to_vec();
    }
    entry.name().map_or_else(|_| raw.to_vec(), |name| name.as_bytes().to_vec())
}

/// The bits of a Unix mode that tell what a file is, and those of a regular one.
const UNIX_KIND: u32 = 0o170_000;
const UNIX_REGULAR: u32 = 0o100_000;

fn kind_of(entry: &ZipFileEntry<'_>) -> Kind {
    if entry.is_symlink() {
        return Kind::Refused(ProblemCode::NotARegularFile, "is a symbolic link, which is not followed");
    }
    if entry.unix_mode().is_some_and(|mode| !matches!(mode & UNIX_KIND, 0 | UNIX_REGULAR)) {
        return Kind::Refused(ProblemCode::NotARegularFile, "is neither a file nor a folder");
    }
    if entry.encrypted() {
        return Kind::Refused(ProblemCode::NotRecognised, "is encrypted, and no password can be given");
    }
    match entry.compression() {
        CompressionMethod::Stored => Kind::Stored,
        CompressionMethod::Deflated => Kind::Deflated,
        _ => Kind::Refused(ProblemCode::NotRecognised, "is packed by a zip method other than store and deflate"),
    }
}

fn problem_of(error: &ZipError) -> Problem {
    match error {
        ZipError::UnsupportedArchive(_) => {
            refused(ProblemCode::NotRecognised, format!("a kind of zip that is not read: {error}"))
        }
        _ => damaged(format!("the zip's directory cannot be read: {error}")),
    }
}

const WINDOW_BYTES: usize = 64 * 1024;

/// A stretch of a file held in memory, so that the many small steps of a directory cost no calls.
struct Window<'f> {
    file: &'f File,
    length: u64,
    position: u64,
    held: Vec<u8>,
    held_from: u64,
}

impl<'f> Window<'f> {
    fn open(file: &'f File) -> io::Result<Self> {
        Ok(Self { file, length: file.metadata()?.len(), position: 0, held: Vec::new(), held_from: 0 })
    }

    /// What is held from the position on.
    fn ahead(&self) -> &[u8] {
        let skipped = self.position.checked_sub(self.held_from).and_then(|skipped| usize::try_from(skipped).ok());
        skipped.and_then(|skipped| self.held.get(skipped..)).unwrap_or_default()
    }

    fn refill(&mut self) -> io::Result<()> {
        self.held.resize(WINDOW_BYTES, 0);
        let read = read_at(self.file, self.position, &mut self.held);
        self.held.truncate(*read.as_ref().unwrap_or(&0));
        self.held_from = self.position;
        read.map(|_| ())
    }
}

/// Reads at a place of a file whose cursor others move too.
pub(super) fn read_at(mut file: &File, at: u64, into: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    retried(|| file.read(into))
}

impl Read for Window<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ahead().is_empty() {
            self.refill()?;
        }
        let read = self.ahead().read(into)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
