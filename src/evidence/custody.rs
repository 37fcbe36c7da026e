//! [`Custody`] and the reader that establishes it: every byte is hashed and counted as it is read.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::ahead::Buffer;
use super::fault;
use crate::model::Problem;

/// What custody says of one object of bytes: a file, or a member of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// Bytes as handed over; of a member, its bytes once the bundle's own compression is undone, so
    /// those of the `.json.gz` in a zip.
    pub size: u64,
    /// SHA-256 of these bytes in lower-case hexadecimal. Covers all of them, also where inflating
    /// broke off or the visitor had read enough.
    pub sha256: String,
    /// Bytes that were inflated and handed on; equals `size` for a plain file that was read through.
    pub inflated_size: u64,
    /// The outermost compression: `none`, `gzip`, `zstd` or `xz`.
    pub compression: &'static str,
}

/// What one visit has taken from disk and given out, to judge the whole of it by its ratio.
pub(super) struct Meter<'a> {
    bytes_read: &'a AtomicU64,
    taken: Cell<u64>,
    given: Cell<u64>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(bytes_read: &'a AtomicU64) -> Self {
        Self { bytes_read, taken: Cell::new(0), given: Cell::new(0) }
    }

    /// Counts bytes read from the file on disk.
    pub(super) fn take(&self, bytes: u64) {
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
        self.taken.set(self.taken.get().saturating_add(bytes));
    }

    /// Takes back what was counted so far, because the same bytes will be read and counted again.
    fn untake(&self, bytes: u64) {
        self.bytes_read.fetch_sub(bytes, Ordering::Relaxed);
        self.taken.set(self.taken.get().saturating_sub(bytes));
    }

    /// Counts bytes given to the visitor.
    pub(super) fn give(&self, bytes: u64) {
        self.given.set(self.given.get().saturating_add(bytes));
    }

    pub(super) fn taken(&self) -> u64 {
        self.taken.get()
    }

    pub(super) fn given(&self) -> u64 {
        self.given.get()
    }
}

/// Reads an object's bytes as handed over, hashing each once.
pub(super) struct Hashed<'a> {
    source: &'a mut dyn Read,
    meter: Option<&'a Meter<'a>>,
    hasher: Sha256,
    size: u64,
    /// Once the end was met nothing more is read: others may move the cursor of the same file.
    has_ended: bool,
    problem: Option<Problem>,
}

impl<'a> Hashed<'a> {
    pub(super) fn new(source: &'a mut dyn Read, meter: Option<&'a Meter<'a>>) -> Self {
        Self { source, meter, hasher: Sha256::new(), size: 0, has_ended: false, problem: None }
    }

    /// Stops counting progress and takes back what was counted: the members will count.
    pub(super) fn leave_counting_to_members(&mut self) {
        if let Some(meter) = self.meter.take() {
            meter.untake(self.size);
        }
    }

    /// Reads what is left, for the hash alone.
    pub(super) fn drain(&mut self) {
        let mut scratch = Buffer::take();
        while matches!(self.read(scratch.as_mut()), Ok(read) if read > 0) {}
    }

    /// Bytes read so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// What broke reading the bytes themselves, if anything.
    pub(super) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// What is known of the bytes; call after [`Self::drain`].
    pub(super) fn custody(self, inflated_size: u64, compression: &'static str) -> Custody {
        Custody { size: self.size, sha256: hex::encode(self.hasher.finalize()), inflated_size, compression }
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(problem) = &self.problem {
            return Err(fault::error_of(problem));
        }
        if self.has_ended || into.is_empty() {
            return Ok(0);
        }
        let read = match fault::retried(|| self.source.read(into)) {
            Ok(read) => read,
            Err(error) => {
                self.problem = Some(fault::problem_of(&error));
                return Err(error);
            }
        };
        self.hasher.update(into.get(..read).unwrap_or_default());
        self.size = self.size.saturating_add(read as u64);
        self.has_ended = read == 0;
        if let Some(meter) = self.meter {
            meter.take(read as u64);
        }
        Ok(read)
    }
}
