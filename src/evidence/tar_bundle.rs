//! Tar: members in the order in which they come, each read once as it streams by.
//!
//! The blocks are walked here, with the `tar` crate's header fields, because its own walk reads an
//! extended header of any size into memory and takes an archive that breaks off for one that ends.

use std::io::{self, Read};

use super::content::Content;
use super::fault::{damaged, error_of, over_limit};
use super::limits::TAR_EXTENSION_BYTES_MAX;
use super::names::member_path;
use super::sniff::has_checksum;
use super::visit::{Place, Walk, Walked};
use crate::model::{Problem, ProblemCode};

const BLOCK_BYTES: usize = 512;

type Block = [u8; BLOCK_BYTES];

/// What headers in front of a member say about it.
#[derive(Default)]
struct Extension {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

/// A header, of a member or of something that is none.
enum Header {
    Folder,
    Member,
    Refused(&'static str),
    LongName,
    LongLink,
    Extended,
    /// Of all members that follow; its comments and dates are of no interest here.
    Global,
}

impl Walk<'_> {
    /// Visits the members of a tar until its end or until it breaks.
    pub(super) fn tar(&mut self, place: &Place, content: &mut Content<'_>) -> Walked {
        let mut walked = Walked::default();
        walked.fault = self.tar_members(place, content, &mut walked.members).err();
        walked
    }

    fn tar_members(&mut self, place: &Place, content: &mut Content<'_>, members: &mut u64) -> Result<(), Problem> {
        let mut extension = Extension::default();
        let mut has_ended = false;
        while let Some(block) = next_block(content)? {
            if block.iter().all(|byte| *byte == 0) {
                // Archives put one after another go on after this; so does this walk.
                has_ended = true;
                continue;
            }
            has_ended = false;
            if !has_checksum(&block) {
                return Err(damaged("the tar has a member header with a wrong checksum"));
            }
            let header = tar::Header::from_byte_slice(&block);
            let size = size_of(header, &extension)?;
            match kind_of(header, size) {
                Header::LongName => {
                    extension.path.get_or_insert(long_name(extension_text(content, size)?));
                }
                Header::Extended => extended(&extension_text(content, size)?, &mut extension)?,
                Header::LongLink | Header::Global => skip_padded(content, size)?,
                kind => {
                    let told = std::mem::take(&mut extension);
                    self.tar_entry(place, content, header, &kind, told, members)?;
                }
            }
        }
        if has_ended { Ok(()) } else { Err(damaged("the tar ends without its end mark; members may be missing")) }
    }

    /// One folder or member, and what pads it.
    fn tar_entry(
        &mut self,
        place: &Place,
        content: &mut Content<'_>,
        header: &tar::Header,
        kind: &Header,
        extension: Extension,
        members: &mut u64,
    ) -> Result<(), Problem> {
        let size = size_of(header, &extension)?;
        if matches!(kind, Header::Folder) {
            return skip_padded(content, size);
        }
        *members = members.saturating_add(1);
        if *members > self.limits.members_max {
            *members = self.limits.members_max;
            return Err(over_limit(format!("the tar has more than {} members", self.limits.members_max)));
        }
        skip_sparse_maps(content, header)?;
        let is_sparse = extension.is_sparse;
        let name = extension.path.unwrap_or_else(|| header.path_bytes().into_owned());
        match (member_path(&name), kind) {
            (Err(escape), _) => self.refuse_path(place, escape),
            (Ok(path), Header::Refused(what)) => {
                self.refuse(place, path, refusal_code(header), what);
            }
            (Ok(path), _) if is_sparse => self.refuse(place, path, ProblemCode::NotRecognised, SPARSE),
            (Ok(path), _) => {
                let mut member = Member { content, left: size };
                self.member(place, path, &mut member);
                let left = member.left;
                return if left == 0 { skip(content, padding(size)) } else { Err(break_of(content)) };
            }
        }
        skip_padded(content, size)
    }
}

const SPARSE: &str = "is a sparse file, which is not read";

fn refusal_code(header: &tar::Header) -> ProblemCode {
    if header.entry_type().is_gnu_sparse() { ProblemCode::NotRecognised } else { ProblemCode::NotARegularFile }
}

fn kind_of(header: &tar::Header, size: u64) -> Header {
    let kind = header.entry_type();
    match kind {
        tar::EntryType::Directory => Header::Folder,
        // Before there was a type for folders, a name that ends in a separator told them.
        tar::EntryType::Regular if size == 0 && header.path_bytes().ends_with(b"/") => Header::Folder,
        tar::EntryType::Regular | tar::EntryType::Continuous => Header::Member,
        tar::EntryType::Symlink => Header::Refused("is a symbolic link, which is not followed"),
        tar::EntryType::Link => Header::Refused("is a hard link, which is not followed"),
        tar::EntryType::GNUSparse => Header::Refused(SPARSE),
        tar::EntryType::GNULongName => Header::LongName,
        tar::EntryType::GNULongLink => Header::LongLink,
        tar::EntryType::XHeader => Header::Extended,
        tar::EntryType::XGlobalHeader => Header::Global,
        _ => Header::Refused("is neither a file nor a folder"),
    }
}

/// The size of a header's data: an extended header's word goes before its own.
fn size_of(header: &tar::Header, extension: &Extension) -> Result<u64, Problem> {
    let kind = header.entry_type();
    let is_extension = kind.is_gnu_longname()
        || kind.is_gnu_longlink()
        || kind.is_pax_local_extensions()
        || kind.is_pax_global_extensions();
    match extension.size.filter(|_| !is_extension) {
        Some(size) => Ok(size),
        None => header.entry_size().map_err(|_| damaged("the tar has a member header without a size")),
    }
}

/// The next block, or `None` at the end of the stream.
fn next_block(content: &mut Content<'_>) -> Result<Option<Block>, Problem> {
    let mut block = [0; BLOCK_BYTES];
    let mut filled = 0;
    while let Some(room) = block.get_mut(filled..).filter(|room| !room.is_empty()) {
        match content.read(room) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) | Err(_) => return Err(break_of(content)),
            Ok(read) => filled += read,
        }
    }
    Ok(Some(block))
}

/// Why the stream stopped: what broke it, else that it is too short.
fn break_of(content: &Content<'_>) -> Problem {
    content.problem().cloned().unwrap_or_else(|| {
        let mut problem = damaged("the tar breaks off inside a member");
        problem.byte = Some(content.handed());
        problem
    })
}

fn padding(size: u64) -> u64 {
    let block = BLOCK_BYTES as u64;
    (block - size % block) % block
}

fn skip(content: &mut Content<'_>, bytes: u64) -> Result<(), Problem> {
    if content.skip(bytes) { Ok(()) } else { Err(break_of(content)) }
}

fn skip_padded(content: &mut Content<'_>, size: u64) -> Result<(), Problem> {
    skip(content, size)?;
    skip(content, padding(size))
}

/// Skips the blocks by which an old sparse header goes on before its data.
fn skip_sparse_maps(content: &mut Content<'_>, header: &tar::Header) -> Result<(), Problem> {
    let mut goes_on = header.entry_type().is_gnu_sparse() && header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
    while goes_on {
        let Some(block) = next_block(content)? else { return Err(break_of(content)) };
        goes_on = block.get(504) == Some(&1);
    }
    Ok(())
}

/// The data of a header that speaks about the next member.
fn extension_text(content: &mut Content<'_>, size: u64) -> Result<Vec<u8>, Problem> {
    if size > TAR_EXTENSION_BYTES_MAX {
        return Err(over_limit(format!("the tar has an extended header of more than {TAR_EXTENSION_BYTES_MAX} bytes")));
    }
    let mut text = Vec::new();
    let read = content.by_ref().take(size).read_to_end(&mut text);
    if read.is_err() || text.len() as u64 != size {
        return Err(break_of(content));
    }
    skip(content, padding(size))?;
    Ok(text)
}

/// GNU tar ends a long name with a NUL.
fn long_name(mut text: Vec<u8>) -> Vec<u8> {
    if text.last() == Some(&0) {
        text.pop();
    }
    text
}

/// Takes from an extended header what bears on reading: path, size, sparseness. The last word counts.
fn extended(mut text: &[u8], extension: &mut Extension) -> Result<(), Problem> {
    let malformed = || damaged("the tar has an extended header that is not well formed");
    while !text.is_empty() {
        let (key, value, rest) = record_of(text).ok_or_else(malformed)?;
        match key {
            b"path" => extension.path = Some(value.to_vec()),
            b"size" => {
                let size = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                extension.size = Some(size.ok_or_else(malformed)?);
            }
            key if key.starts_with(b"GNU.sparse.") => extension.is_sparse = true,
            _ => {}
        }
        text = rest;
    }
    Ok(())
}

/// Key and value of the first record, and what follows it. A record is its own length in decimal, a
/// blank, `key=value` and a line feed; the length alone ends it, as values may hold line feeds.
fn record_of(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = memchr::memchr(b' ', text)?;
    let length: usize = std::str::from_utf8(text.get(..blank)?).ok()?.parse().ok()?;
    let record = text.get(blank.checked_add(1)?..length)?.strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', record)?;
    Some((record.get(..equals)?, record.get(equals.checked_add(1)?..)?, text.get(length..)?))
}

/// Reads one member's bytes and not one beyond.
struct Member<'m, 'c> {
    content: &'m mut Content<'c>,
    left: u64,
}

impl Read for Member<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        if room == 0 {
            return Ok(0);
        }
        let read = self.content.read(into.get_mut(..room).unwrap_or_default())?;
        if read == 0 {
            return Err(error_of(&damaged("the tar that holds it breaks off inside it")));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}
