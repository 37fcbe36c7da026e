//! [`Ahead`]: a buffered reader that can be looked into without taking anything; and its buffers,
//! which are used again from file to file so that a small file costs no allocation.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

/// Bytes of one buffer: large reads keep the disk and the hash busy.
const BUFFER_BYTES: usize = 256 * 1024;

/// From this size on a caller's own buffer is filled directly.
const DIRECT_BYTES: usize = 16 * 1024;

/// Buffers a thread keeps: enough for a leaf in two bundles, each compressed twice.
const SPARE_MAX: usize = 12;

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer that goes back to its thread's store when it is dropped.
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    pub(super) fn take() -> Self {
        let spare = SPARE.with_borrow_mut(Vec::pop);
        Self(spare.unwrap_or_else(|| vec![0; BUFFER_BYTES]))
    }

    pub(super) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.0);
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < SPARE_MAX {
                spare.push(bytes);
            }
        });
    }
}

/// A reader with a buffer in front of it.
///
/// INVARIANT: `start <= end <= buffer length`; an error met while looking ahead is kept and returned
/// once the bytes before it are taken.
pub(super) struct Ahead<R> {
    inner: R,
    buffer: Buffer,
    start: usize,
    end: usize,
    failed: Option<io::Error>,
}

impl<R: Read> Ahead<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, buffer: Buffer::take(), start: 0, end: 0, failed: None }
    }

    /// The next bytes, at least `bytes` of them unless the end or an error comes first. To be called
    /// before anything is taken.
    pub(super) fn peek(&mut self, bytes: usize) -> &[u8] {
        while self.failed.is_none() && self.end.saturating_sub(self.start) < bytes {
            let room = self.buffer.as_mut().get_mut(self.end..).unwrap_or_default();
            match fault_free(self.inner.read(room), &mut self.failed) {
                0 => break,
                read => self.end += read,
            }
        }
        self.buffered()
    }

    fn buffered(&self) -> &[u8] {
        self.buffer.0.get(self.start..self.end).unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

/// The bytes read, or none and the error kept.
fn fault_free(read: io::Result<usize>, failed: &mut Option<io::Error>) -> usize {
    match read {
        Ok(read) => read,
        Err(error) => {
            *failed = Some(error);
            0
        }
    }
}

impl<R: Read> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_empty() {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            (self.start, self.end) = (0, 0);
            self.end = self.inner.read(self.buffer.as_mut())?;
        }
        Ok(self.buffered())
    }

    fn consume(&mut self, bytes: usize) {
        self.start = self.end.min(self.start.saturating_add(bytes));
    }
}

impl<R: Read> Read for Ahead<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.is_empty() && self.failed.is_none() && into.len() >= DIRECT_BYTES {
            return self.inner.read(into);
        }
        let mut bytes = self.fill_buf()?;
        let read = bytes.read(into)?;
        self.consume(read);
        Ok(read)
    }
}
