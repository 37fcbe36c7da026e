//! Zip: members in the order of their normalised paths, each inflated from its place in the file.
//!
//! The directory at the end of the zip is what counts; a member's own header is only passed over.

use std::fs::File;
use std::io::{self, Read, Write as _};

use super::ahead::{Ahead, Buffer};
use super::content::Content;
use super::custody::Meter;
use super::decode::Decoder;
use super::fault::{damaged, error_of, over_limit, refused};
use super::inflate::Inflate;
use super::limits::Limits;
use super::names::Escape;
use super::visit::{Place, Walk, Walked};
use super::zip_directory::{Directory, Entry, Key, Kind, read_at};
use crate::model::{Problem, ProblemCode};

impl Walk<'_> {
    /// Visits the members of a zip in a file; `meter` counts the bytes where it is the file on disk.
    pub(super) fn zip(&mut self, place: &Place, file: &File, meter: Option<&Meter<'_>>) -> Walked {
        let mut walked = Walked::default();
        walked.fault = self.zip_members(place, file, meter, &mut walked.members).err();
        walked
    }

    fn zip_members(
        &mut self,
        place: &Place,
        file: &File,
        meter: Option<&Meter<'_>>,
        members: &mut u64,
    ) -> Result<(), Problem> {
        let mut directory = Directory::open(file)?;
        if directory.entries() > self.limits.members_max {
            return Err(over_limit(format!("the zip has more than {} members", self.limits.members_max)));
        }
        let size = file.metadata().map_err(|error| unreadable(&error))?.len();
        let mut packed_bytes: u64 = 0;
        let mut last: Option<Key> = None;
        loop {
            let (stretch, fault) = directory.stretch(last.as_ref());
            if stretch.is_empty() {
                return fault.map_or(Ok(()), Err);
            }
            for (key, entry) in stretch {
                *members = members.saturating_add(1);
                packed_bytes = packed_bytes.saturating_add(entry.packed_bytes);
                if packed_bytes > size {
                    return Err(over_limit("the zip's members overlap: together they are larger than the zip"));
                }
                self.zip_member(place, file, meter, &key.0, &entry);
                last = Some(key);
            }
        }
    }

    fn zip_member(&mut self, place: &Place, file: &File, meter: Option<&Meter<'_>>, path: &str, entry: &Entry) {
        if let Some(reason) = entry.escape {
            self.refuse_path(place, Escape { path: path.to_owned(), reason });
            return;
        }
        if let Kind::Refused(code, what) = entry.kind {
            self.refuse(place, path.to_owned(), code, what);
            return;
        }
        match Packed::find(file, entry, meter) {
            Ok(packed) => {
                let mut member = Checked::new(packed, entry, self.limits);
                self.member(place, path.to_owned(), &mut member);
            }
            Err(problem) => self.refuse(place, path.to_owned(), problem.code, &problem.what),
        }
    }

    /// Copies a zip that comes as a stream to a temporary file, which has no name and goes with the
    /// program, and visits its members there.
    pub(super) fn spooled_zip(&mut self, place: &Place, content: &mut Content<'_>) -> Walked {
        content.cap(self.limits.spool_bytes_max);
        match spool(content) {
            Ok(file) => self.zip(place, &file, None),
            Err(fault) => Walked { members: 0, fault: Some(fault) },
        }
    }
}

fn unreadable(error: &io::Error) -> Problem {
    refused(ProblemCode::Unreadable, format!("the zip cannot be read: {error}"))
}

fn spool(content: &mut Content<'_>) -> Result<File, Problem> {
    let unwritable = |error: io::Error| {
        refused(ProblemCode::Unreadable, format!("a zip in it cannot be copied to a temporary file: {error}"))
    };
    let mut file = tempfile::tempfile().map_err(unwritable)?;
    let mut scratch = Buffer::take();
    loop {
        match content.read(scratch.as_mut()) {
            Ok(0) => return Ok(file),
            Ok(read) => file.write_all(scratch.as_mut().get(..read).unwrap_or_default()).map_err(unwritable)?,
            Err(error) => return Err(content.problem().cloned().unwrap_or_else(|| unreadable(&error))),
        }
    }
}

/// The packed bytes of one member.
struct Packed<'f> {
    file: &'f File,
    at: u64,
    left: u64,
    meter: Option<&'f Meter<'f>>,
}

/// Bytes of a member's own header before its name, and what it begins with.
const LOCAL_HEADER_BYTES: usize = 30;
const LOCAL_HEADER_MAGIC: &[u8] = b"PK\x03\x04";

impl<'f> Packed<'f> {
    fn find(file: &'f File, entry: &Entry, meter: Option<&'f Meter<'f>>) -> Result<Self, Problem> {
        let mut header = [0; LOCAL_HEADER_BYTES];
        let read = read_at(file, entry.header_at, &mut header).map_err(|error| unreadable(&error))?;
        if read < LOCAL_HEADER_BYTES || !header.starts_with(LOCAL_HEADER_MAGIC) {
            return Err(refused(ProblemCode::Damaged, "is not where the zip's directory says it is"));
        }
        let [.., name_low, name_high, extra_low, extra_high] = header;
        let names = u64::from(u16::from_le_bytes([name_low, name_high]));
        let extra = u64::from(u16::from_le_bytes([extra_low, extra_high]));
        let at = entry.header_at.saturating_add(LOCAL_HEADER_BYTES as u64 + names + extra);
        Ok(Self { file, at, left: entry.packed_bytes, meter })
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        if room == 0 {
            return Ok(0);
        }
        let read = read_at(self.file, self.at, into.get_mut(..room).unwrap_or_default())?;
        self.at = self.at.saturating_add(read as u64);
        self.left = self.left.saturating_sub(read as u64);
        if let Some(meter) = self.meter {
            meter.take(read as u64);
        }
        Ok(read)
    }
}

/// A member's bytes, held against the size and checksum that the directory gives.
struct Checked<'f> {
    bytes: Box<dyn Read + 'f>,
    checksum: flate2::Crc,
    stated_checksum: u32,
    stated_bytes: u64,
    given: u64,
}

impl<'f> Checked<'f> {
    fn new(packed: Packed<'f>, entry: &Entry, limits: &'f Limits) -> Self {
        let bytes: Box<dyn Read + 'f> = match entry.kind {
            Kind::Deflated => Box::new(Inflate::new(Ahead::new(Box::new(packed)), Decoder::deflate(), limits)),
            _ => Box::new(packed),
        };
        Self {
            bytes,
            checksum: flate2::Crc::new(),
            stated_checksum: entry.checksum,
            stated_bytes: entry.bytes,
            given: 0,
        }
    }

    fn checked(&self, has_ended: bool) -> io::Result<()> {
        if self.given > self.stated_bytes || (has_ended && self.given < self.stated_bytes) {
            return Err(error_of(&damaged("its size is not the one that the zip's directory gives")));
        }
        if has_ended && self.checksum.sum() != self.stated_checksum {
            return Err(error_of(&damaged("its checksum is not the one that the zip's directory gives")));
        }
        Ok(())
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let read = self.bytes.read(into)?;
        self.checksum.update(into.get(..read).unwrap_or_default());
        self.given = self.given.saturating_add(read as u64);
        self.checked(read == 0)?;
        Ok(read)
    }
}
